//! Runs the whole flow: the platform on SQLite with demo data, and the desk signed in as the demo expert.

use crate::{
    ending,
    program::{self, built, cargo, command, npm, run, say},
    setup::{self, Need},
    system,
};
use anyhow::{Context, bail};
use clap::Args;
use serde::Deserialize;
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ExitStatus, Stdio},
    thread,
    time::Duration,
};

/// Build everything and run the platform with demo data and the desk.
#[derive(Args)]
pub(crate) struct Start {
    /// A scripted customer accepts an offer within a minute, asks a question, and accepts what is offered on it.
    #[arg(long)]
    demo: bool,
    /// Walk the flow on a virtual screen, as is done where there is no display.
    #[arg(long)]
    headless: bool,
    /// Throw the demo's data away and begin anew.
    #[arg(long)]
    fresh: bool,
}

/// Who can sign in, as `demo seed` writes it.
#[derive(Deserialize)]
struct Accounts {
    expert: Account,
    customer: Account,
}

#[derive(Deserialize)]
struct Account {
    email: String,
    password: String,
}

/// A program that ends with this value.
struct Running(Child);

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

impl Start {
    /// Runs until the desk's window is closed.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let headless = self.headless || !system::has_display();
        setup::run(if headless { Need::Walk } else { Need::Start })?;
        say("building the desk and the platform; the first time this takes some minutes");
        run(&mut npm(&["run", "--silent", "ui:build", "--", "--logLevel", "warn"]))?;
        run(&mut cargo(&[
            "build",
            "--quiet",
            "--package",
            "proffer",
            "--package",
            "proffer-platform",
        ]))?;
        if headless { walk() } else { self.open() }
    }

    fn open(&self) -> anyhow::Result<()> {
        let folder = program::root().join(".proffer-demo");
        if self.fresh && folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let data = folder.join("platform");
        let accounts = accounts(&data)?;
        let mail = folder.join("mail");
        fs::create_dir_all(&mail).with_context(|| format!("cannot make {}", mail.display()))?;
        let (platform, url) = platform(&folder, &data, &mail)?;
        say("");
        say(&format!("Customer's pages  {url}"));
        say(&format!(
            "  sign in as      {}  {}",
            accounts.customer.email, accounts.customer.password
        ));
        say(&format!(
            "Expert            {}  {}",
            accounts.expert.email, accounts.expert.password
        ));
        say(&format!("Emails            {}", mail.display()));
        say("");
        say("The desk is open. Close its window, or press Ctrl+C here, to end.");
        let customer = if self.demo {
            Some(scripted_customer(&url, &accounts.customer)?)
        } else {
            None
        };
        let sign_in = sign_in_file(&folder, &accounts.expert)?;
        let desk = command(built("proffer"))
            .env("PROFFER_DATA_DIR", folder.join("desk"))
            .env("PROFFER_PLATFORM_URL", &url)
            .env("PROFFER_SIGN_IN_FILE", &sign_in)
            .spawn()
            .map(Running)
            .context("the desk could not be started")?;
        let status = wait(desk);
        // A desk that failed before it read the file leaves no password behind.
        let _ = fs::remove_file(&sign_in);
        drop(customer);
        drop(platform);
        match status? {
            Some(status) if !status.success() => bail!("the desk ended badly ({status})"),
            _ => Ok(()),
        }
    }
}

/// Waits until the desk ends; ends it when asked to, and then there is no status of its own.
fn wait(mut desk: Running) -> anyhow::Result<Option<ExitStatus>> {
    loop {
        if ending::asked() {
            return Ok(None);
        }
        if let Some(status) = desk.0.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Walks the flow where there is no display, and names the folder of the pictures.
fn walk() -> anyhow::Result<()> {
    let folder = program::root().join("shots");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    say("There is no display here, so the flow is walked on a virtual one.");
    run(npm(&["run", "--silent", "walk"]).env("PROFFER_SHOTS_DIR", &folder))?;
    say(&format!(
        "Pictures of the desk, the dialog, the notification and the customer's page are in {}",
        folder.display()
    ));
    Ok(())
}

/// The demo's accounts; the data set is made when there is none yet.
fn accounts(data: &Path) -> anyhow::Result<Accounts> {
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
fn platform(folder: &Path, data: &Path, mail: &Path) -> anyhow::Result<(Running, String)> {
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

fn scripted_customer(url: &str, account: &Account) -> anyhow::Result<Running> {
    let mut child = command(built("proffer-platform"))
        .args([
            "demo",
            "customer",
            "--url",
            url,
            "--email",
            &account.email,
            "--password-stdin",
        ])
        .stdin(Stdio::piped())
        .spawn()
        .context("the scripted customer could not be started")?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(account.password.as_bytes())?;
    }
    Ok(Running(child))
}

/// A file with the expert's sign-in, readable by its owner alone; the desk reads and deletes it at once.
fn sign_in_file(folder: &Path, account: &Account) -> anyhow::Result<PathBuf> {
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
