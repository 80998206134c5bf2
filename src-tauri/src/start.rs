//! How the program was started: its command line and environment, all read before anything else runs.

use crate::deep_link::{self, Asked};
use anyhow::{Context, bail};
use clap::Parser;
use proffer_desk::{
    Desk,
    api::{ApiError, session::SessionSignIn},
};
use serde::Deserialize;
use std::{
    env,
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    path::{Path, PathBuf},
};

/// The desk in which experts answer questions and offer premium services.
#[derive(Default, Parser)]
#[command(
    name = "proffer",
    version,
    after_help = "Environment:\n  \
        PROFFER_DATA_DIR      the folder for this desk's data\n  \
        PROFFER_PLATFORM_URL  the platform's address for a prepared sign-in\n  \
        PROFFER_SIGN_IN_FILE  a file {\"email\", \"password\"} readable by its owner only; read and deleted at once\n  \
        PROFFER_LOG           what to log, such as proffer_desk=debug"
)]
struct Arguments {
    /// Start without a window; it comes with a click on a notification or a second start.
    #[arg(long)]
    background: bool,
    /// The program ended by a defect and started this one, as which it goes on.
    #[arg(long, hide = true)]
    after_defect: bool,
    /// Open the desk without a window, check that it answers and that the keychain keeps a secret, print "ok" and end.
    #[arg(long)]
    selftest: bool,
    /// With --selftest: sign in there as PROFFER_SIGN_IN_FILE says, in a folder of its own, sync, and sign out again.
    #[arg(long, value_name = "URL", requires = "selftest")]
    platform: Option<String>,
    /// Show an offer: proffer://offer/<id>. Nothing beside a link counts.
    link: Option<String>,
}

/// What the program was asked to do.
pub(crate) struct Start {
    /// Whether it runs without a window.
    pub(crate) background: bool,
    /// Whether it goes on for one that ended by a defect.
    pub(crate) after_defect: bool,
    /// Whether it only checks itself.
    pub(crate) selftest: bool,
    /// The platform that a self-test syncs with.
    pub(crate) selftest_platform: Option<String>,
    /// The folder for its data, if not the system's own.
    pub(crate) data_dir: Option<PathBuf>,
    /// The link that it was started with.
    pub(crate) link: Asked,
    /// Someone to sign in.
    pub(crate) sign_in: Option<PreparedSignIn>,
}

/// Someone to sign in if nobody is.
pub(crate) struct PreparedSignIn(SessionSignIn);

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

impl Start {
    /// Reads command line and environment; ends the program for `--help`, `--version` and mistakes.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let link = deep_link::asked(
            env::args_os()
                .skip(1)
                .map(|argument| argument.to_string_lossy().into_owned()),
        );
        let arguments = match link {
            Asked::Nothing => Arguments::parse(),
            _ => Arguments::default(),
        };
        if link == Asked::Refused {
            let _ = writeln!(
                std::io::stderr(),
                "this link is none of Proffer's and is not followed; one of an offer has the form proffer://offer/<id>"
            );
        }
        let data_dir = env::var_os("PROFFER_DATA_DIR")
            .filter(|value| !value.is_empty())
            .map(PathBuf::from);
        Ok(Self {
            background: arguments.background,
            after_defect: arguments.after_defect,
            selftest: arguments.selftest,
            selftest_platform: arguments.platform,
            data_dir: data_dir
                .map(std::path::absolute)
                .transpose()
                .context("PROFFER_DATA_DIR is not a folder")?,
            link,
            sign_in: None,
        })
    }

    /// Takes the prepared sign-in, whose file is gone afterwards. Apart from [`Self::read`], because a self-test with no
    /// platform to sign in at leaves it alone.
    pub(crate) fn take_sign_in(&mut self) -> anyhow::Result<()> {
        let Some(file) = env::var_os("PROFFER_SIGN_IN_FILE").filter(|value| !value.is_empty()) else {
            return Ok(());
        };
        let platform_url = match &self.selftest_platform {
            Some(url) => url.clone(),
            None => env::var("PROFFER_PLATFORM_URL").context("PROFFER_SIGN_IN_FILE needs PROFFER_PLATFORM_URL")?,
        };
        self.sign_in = take_credentials(Path::new(&file))?.map(|found| {
            PreparedSignIn(SessionSignIn {
                platform_url,
                email: found.email,
                password: found.password,
                code: None,
            })
        });
        Ok(())
    }

    /// Says in words what the window system would end the program for.
    pub(crate) fn needs_display(&self) -> anyhow::Result<()> {
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        if cfg!(target_os = "linux") && !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
            bail!("there is no display; start Proffer in a desktop session, or with xvfb-run");
        }
        Ok(())
    }

    /// What tells this instance from others: there is one for each data folder.
    pub(crate) fn instance_id(&self) -> Option<String> {
        let mut hasher = DefaultHasher::new();
        self.data_dir.as_ref()?.hash(&mut hasher);
        Some(format!("app.proffer.desk.folder{:016x}", hasher.finish()))
    }
}

impl PreparedSignIn {
    /// Signs in, unless that session stands already.
    pub(crate) async fn apply(self, desk: &Desk) -> Result<(), ApiError> {
        desk.sign_in_with(self.0).await.map(|_| ())
    }
}

/// Reads and deletes the file. `None` if it is not there: it was read by an earlier start.
fn take_credentials(file: &Path) -> anyhow::Result<Option<Credentials>> {
    let text = match std::fs::read(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).context("PROFFER_SIGN_IN_FILE cannot be read"),
    };
    let only_owner = is_for_owner_only(file);
    std::fs::remove_file(file).context("PROFFER_SIGN_IN_FILE cannot be deleted")?;
    if !only_owner {
        bail!("PROFFER_SIGN_IN_FILE could be read by others (and is deleted); make it with mode 0600");
    }
    // The parser's own message could quote the password.
    let credentials = serde_json::from_slice(&text).ok();
    Ok(Some(credentials.context(
        r#"PROFFER_SIGN_IN_FILE must hold {"email": …, "password": …}"#,
    )?))
}

#[cfg(unix)]
fn is_for_owner_only(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|found| found.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_for_owner_only(_file: &Path) -> bool {
    true
}

/// What the platform's list of sessions calls this computer.
pub(crate) fn device_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| env::var("COMPUTERNAME").ok())
        .or_else(|| env::var("HOSTNAME").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "this computer".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(mode: u32, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sign-in.json");
        let mut file = std::fs::File::create(&path).expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            file.set_permissions(std::fs::Permissions::from_mode(mode))
                .expect("a mode");
        }
        let _ = mode;
        (folder, path)
    }

    #[test]
    fn the_sign_in_file_is_gone_once_read() {
        let (_folder, path) = file(0o600, r#"{"email":"daniel@proffer.example","password":"x y z"}"#);
        let read = take_credentials(&path).expect("readable").expect("there");
        assert_eq!(read.email, "daniel@proffer.example");
        assert!(!path.exists());
        assert!(take_credentials(&path).expect("no error").is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_sign_in_file_that_others_can_read_is_refused_and_gone() {
        let (_folder, path) = file(0o644, r#"{"email":"a","password":"secret"}"#);
        assert!(take_credentials(&path).is_err());
        assert!(!path.exists());
    }

    #[test]
    fn a_broken_sign_in_file_is_never_quoted() {
        let (_folder, path) = file(0o600, r#"{"email":"a","password":"secret""#);
        let error = take_credentials(&path).err().expect("refused");
        assert!(!format!("{error:#}").contains("secret"));
        assert!(!path.exists());
    }
}
