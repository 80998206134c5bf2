//! The platform with demo data as a process, for the demo and for whatever is tried against it.

use crate::program::{built, command, run, say};
use anyhow::{Context, bail};
use serde::Deserialize;
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

/// Who can sign in, as `demo seed` writes it.
#[derive(Deserialize)]
pub(crate) struct Accounts {
    /// The demo's expert.
    pub(crate) expert: Account,
    /// The demo's customer.
    pub(crate) customer: Account,
}

/// Someone who can sign in.
#[derive(Deserialize)]
pub(crate) struct Account {
    /// The address.
    pub(crate) email: String,
    /// The password.
    pub(crate) password: String,
}

/// A program that ends with this value.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        // SIGTERM lets it end cleanly; where there is none it is ended at once.
        let asked = cfg!(unix)
            && command("kill")
                .arg("-TERM")
                .arg(self.0.id().to_string())
                .status()
                .is_ok_and(|status| status.success());
        if !asked {
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}

/// The demo's accounts; the data set is made when there is none yet.
pub(crate) fn accounts(data: &Path) -> anyhow::Result<Accounts> {
    let file = data.join("demo-accounts.json");
    if !file.exists() {
        say("making the demo's data");
        // Made beside its place and moved there whole, so that an interrupted run leaves nothing half made in it.
        let making = data.with_extension("making");
        for left_over in [&making, data] {
            if left_over.exists() {
                fs::remove_dir_all(left_over).with_context(|| format!("cannot remove {}", left_over.display()))?;
            }
        }
        run(command(built("proffer-platform"))
            .args(["demo", "seed", "--data"])
            .arg(&making)
            .stdout(Stdio::null()))?;
        fs::rename(&making, data).with_context(|| format!("cannot make {}", data.display()))?;
    }
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged; run again with --fresh", file.display()))
}

/// Starts the platform where it was the last time, so that links in emails go on working; else on a free port.
pub(crate) fn serve(folder: &Path, data: &Path, mail: &Path) -> anyhow::Result<(Running, String)> {
    let remembered = folder.join("address");
    let last = fs::read_to_string(&remembered).unwrap_or_default();
    for address in [last.trim(), "127.0.0.1:0"]
        .into_iter()
        .filter(|address| !address.is_empty())
    {
        let mut child = command(built("proffer-platform"))
            .args(["serve", "--listen", address, "--data"])
            .arg(data)
            .arg("--mail-dir")
            .arg(mail)
            .stdout(Stdio::piped())
            .spawn()
            .context("the platform could not be started")?;
        let out = child.stdout.take().context("the platform's output")?;
        let running = Running(child);
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        if let Some(url) = line.trim().strip_prefix("listening on ") {
            fs::write(&remembered, url.trim_start_matches("http://"))?;
            return Ok((running, url.to_owned()));
        }
    }
    bail!("the platform did not start; its own words are above")
}

/// A file with the expert's sign-in, readable by its owner alone; the desk reads and deletes it at once.
pub(crate) fn sign_in_file(folder: &Path, account: &Account) -> anyhow::Result<PathBuf> {
    let path = folder.join("sign-in.json");
    // One that an interrupted run left may have other permissions.
    let _ = fs::remove_file(&path);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let content = serde_json::json!({ "email": account.email, "password": account.password });
    write!(file, "{content}")?;
    Ok(path)
}
