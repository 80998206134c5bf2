//! Runs the whole flow: the platform on SQLite with demo data, and the desk signed in as the demo expert.

use crate::{
    ending,
    platform::{self, Account, Running, sign_in_file},
    program::{self, built, cargo, command, npm, run, say},
    setup::{self, Need},
    system,
};
use anyhow::{Context, bail};
use clap::Args;
use std::{
    fs,
    io::Write,
    process::{ExitStatus, Stdio},
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
        let accounts = platform::accounts(&data)?;
        let mail = folder.join("mail");
        fs::create_dir_all(&mail).with_context(|| format!("cannot make {}", mail.display()))?;
        let (platform, url) = platform::serve(&folder, &data, &mail)?;
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
