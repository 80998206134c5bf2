//! `--selftest`: opens a desk without a window and asks it something, so that an installed program can be checked.

use crate::{desk, notifier::SystemNotifier};
use anyhow::Context;
use std::{io::Write, path::Path};
use tokio::sync::mpsc;

/// Runs the check in the given data folder, or in one of its own that is gone afterwards.
pub(crate) fn run(data_dir: Option<&Path>) -> anyhow::Result<()> {
    let own = tempfile::tempdir().context("no temporary folder can be made")?;
    let data_dir = data_dir.unwrap_or_else(|| own.path());
    let runtime = tokio::runtime::Runtime::new().context("no runtime can be made")?;
    runtime.block_on(async {
        let (clicks, _clicked) = mpsc::unbounded_channel();
        let notifier = SystemNotifier::new(data_dir, clicks);
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let desk = desk(data_dir, own.path().join("downloads"), notifier, version)
            .await
            .context("the desk cannot be opened")?;
        for request in ["session_show", "connection_show", "settings_show", "notice_list"] {
            // Nobody need be signed in; that much is an answer as well.
            if let Err(error) = desk.request(request, b"null").await
                && error.code != proffer_desk::api::ApiErrorCode::SignInNeeded
            {
                anyhow::bail!("{request} was refused: {error}");
            }
        }
        desk.close().await;
        Ok(())
    })?;
    writeln!(std::io::stdout(), "ok").context("the result cannot be written")
}
