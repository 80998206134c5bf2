//! Debian's Chromium, the peer: a profile of its own, as a user without extensions would have it.

use crate::{
    desktop::{HEIGHT, WIDTH},
    programs::{Program, wait_until},
};
use anyhow::{Context, bail};
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// Adds the arguments of a page in a window of its own.
pub(crate) fn app(command: &mut Command, url: &str, profile: &Path) {
    command
        // The sandbox refuses to run as root, as in a container; a test run does not warn of that.
        .args(["--no-sandbox", "--test-type"])
        .args([
            "--no-first-run",
            "--no-default-browser-check",
            "--password-store=basic",
            "--window-position=0,0",
        ])
        .arg(format!("--window-size={WIDTH},{HEIGHT}"))
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--app={url}"));
}

/// A page that raises a notification for each event of the bare server, allowed to and tried.
pub(crate) async fn notifying_page(
    client: &reqwest::Client,
    url: &str,
    folder: &Path,
    received: &mut mpsc::UnboundedReceiver<(Instant, String)>,
) -> anyhow::Result<Program> {
    let profile = folder.join("chromium");
    std::fs::create_dir_all(profile.join("Default"))?;
    let allowed = serde_json::json!({ format!("{url},*"): { "setting": 1, "last_modified": "13300000000000000" } });
    let preferences =
        serde_json::json!({ "profile": { "content_settings": { "exceptions": { "notifications": allowed } } } });
    std::fs::write(profile.join("Default/Preferences"), serde_json::to_vec(&preferences)?)?;
    let mut command = Command::new("chromium");
    app(&mut command, url, &profile);
    let program = Program::start(&mut command)?;
    wait_until("the page listens", async || {
        let listeners = client.get(format!("{url}/page-listeners")).send().await?.text().await?;
        Ok((listeners != "0").then_some(()))
    })
    .await?;
    for _ in 0..3 {
        client
            .post(format!("{url}/accept-page"))
            .send()
            .await?
            .error_for_status()?;
        let came = tokio::time::timeout(Duration::from_secs(10), received.recv()).await;
        if came.context("Chromium raised no notification")?.is_none() {
            bail!("the daemon has ended");
        }
    }
    Ok(program)
}
