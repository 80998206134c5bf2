//! A desktop session of a measurement's own: session bus, and where asked a virtual screen and a keychain.

use crate::programs::{Environment, Program, wait_until};
use anyhow::Context;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// The size of the virtual screen.
pub(crate) const WIDTH: usize = 1280;
/// The size of the virtual screen.
pub(crate) const HEIGHT: usize = 800;

/// A session; everything in it ends when it is dropped.
pub(crate) struct Desktop {
    programs: Vec<Program>,
    environment: Environment,
    folder: TempDir,
}

impl Desktop {
    /// A home folder and a session bus, with nothing on it.
    pub(crate) fn with_bus() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let home = folder.path().join("home");
        let runtime = folder.path().join("run");
        for folder in [&home, &runtime] {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let path = |folder: &Path| folder.display().to_string();
        let mut environment: Environment = [
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("LANG", "C.UTF-8".to_owned()),
            ("TZ", "Europe/London".to_owned()),
            ("HOME", path(&home)),
            ("XDG_RUNTIME_DIR", path(&runtime)),
            ("XDG_DATA_HOME", path(&home.join(".local/share"))),
            ("XDG_CONFIG_HOME", path(&home.join(".config"))),
            ("XDG_CACHE_HOME", path(&home.join(".cache"))),
            ("NO_AT_BRIDGE", "1".to_owned()),
            ("GTK_USE_PORTAL", "0".to_owned()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        let (bus, address) = Program::start_for_line(bus.env_clear().envs(&environment))?;
        environment.insert("DBUS_SESSION_BUS_ADDRESS".to_owned(), address);
        Ok(Self {
            programs: vec![bus],
            environment,
            folder,
        })
    }

    /// A virtual screen, whose picture lies in a file.
    pub(crate) async fn add_screen(&mut self) -> anyhow::Result<PathBuf> {
        let number = self.folder.path().join("display");
        // The number of the screen is written to a file descriptor, which only a shell can open for its child.
        let mut screen = Command::new("sh");
        screen
            .arg("-c")
            .arg(r#"exec Xvfb -displayfd 3 -screen 0 "$1" -fbdir "$2" -nolisten tcp 3>"$3""#)
            .arg("Xvfb")
            .arg(format!("{WIDTH}x{HEIGHT}x24"))
            .arg(self.folder.path())
            .arg(&number);
        self.programs
            .push(Program::start(screen.env_clear().envs(&self.environment))?);
        let display = wait_until("the virtual screen has a number", async || {
            let text = std::fs::read_to_string(&number).unwrap_or_default();
            Ok(text.ends_with('\n').then(|| text.trim().to_owned()))
        })
        .await?;
        self.environment.insert("DISPLAY".to_owned(), format!(":{display}"));
        Ok(self.folder.path().join("Xvfb_screen0"))
    }

    /// An unlocked keychain.
    pub(crate) async fn add_keychain(&mut self) -> anyhow::Result<()> {
        let mut child = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("gnome-keyring-daemon cannot be started")?;
        child
            .stdin
            .take()
            .context("no input")?
            .write_all(b"a password for measurements\n")?;
        self.programs.push(Program::of(child));
        wait_until("the keychain is there", async || {
            let reply = self
                .command("dbus-send")
                .args(["--session", "--dest=org.freedesktop.DBus", "--print-reply", "/"])
                .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
                .output()?;
            Ok(String::from_utf8_lossy(&reply.stdout)
                .contains("boolean true")
                .then_some(()))
        })
        .await
    }

    /// A program in this session.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.environment);
        command
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // What was started last ends first: nothing loses its screen or bus under it.
        while let Some(mut program) = self.programs.pop() {
            program.end();
        }
    }
}
