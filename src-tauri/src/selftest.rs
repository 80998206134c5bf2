//! `--selftest`: opens a desk without a window and asks it something, has the keychain keep a secret and, if a platform
//! is named, syncs with it; so that an installed program can be checked.

use crate::{
    desk,
    keychain::SystemKeychain,
    notifier::SystemNotifier,
    start::{PreparedSignIn, Start},
};
use anyhow::{Context, bail};
use async_trait::async_trait;
use proffer_desk::{
    Desk,
    api::{
        ApiErrorCode,
        connection::{ConnectionState, ConnectionView},
        session::{SessionView, TokenKept},
    },
    ports::{Keychain, KeychainError, Notification, Notifier, NotifierError},
};
use serde::de::DeserializeOwned;
use std::{io::Write, path::Path, sync::Arc, time::Duration};
use tokio::sync::{broadcast::error::RecvError, mpsc};
use uuid::Uuid;

/// How long the first sync may take.
const SYNC_TIMEOUT: Duration = Duration::from_secs(120);

/// Runs the check. The desk is opened in the given data folder, or in one of its own that is gone afterwards; signing in
/// is always done in one of its own, so that whoever is signed in stays so.
pub(crate) fn run(mut start: Start) -> anyhow::Result<()> {
    let own = tempfile::tempdir().context("no temporary folder can be made")?;
    let runtime = tokio::runtime::Runtime::new().context("no runtime can be made")?;
    runtime.block_on(async {
        let data_dir = start.data_dir.clone().unwrap_or_else(|| own.path().join("desk"));
        opens(&data_dir, own.path()).await.context("the desk")?;
        say("desk: its data can be used, and it answers")?;
        let keychain = keeps_a_secret().await?;
        match &keychain {
            Kept::Secret => say("keychain: a secret was kept, read and deleted")?,
            Kept::Nothing(why) => say(&format!(
                "keychain: none here ({why}); a sign-in lasts until the program ends"
            ))?,
        }
        if let Some(url) = start.selftest_platform.clone() {
            start.take_sign_in()?;
            let sign_in = start.sign_in.take();
            let sign_in = sign_in.context("--platform needs PROFFER_SIGN_IN_FILE, a file that is there")?;
            let token = syncs(sign_in, own.path()).await.with_context(|| url)?;
            say(match (token, keychain) {
                (TokenKept::Keychain, _) => "platform: signed in, in step, signed out; the token was in the keychain",
                (TokenKept::ThisRun, Kept::Nothing(_)) => "platform: signed in, in step, signed out",
                (TokenKept::ThisRun, Kept::Secret) => bail!("the token was not put into the keychain"),
            })?;
        }
        anyhow::Ok(())
    })?;
    say("ok")
}

/// Opens the desk as the program does, and asks it something.
async fn opens(data_dir: &Path, own: &Path) -> anyhow::Result<()> {
    let (clicks, _clicked) = mpsc::unbounded_channel();
    let notifier = Arc::new(SystemNotifier::new(data_dir, clicks));
    let desk = desk(
        data_dir,
        own.join("downloads"),
        notifier,
        Arc::new(SystemKeychain::default()),
        version(),
    )
    .await
    .context("it cannot be opened")?;
    for request in ["session_show", "connection_show", "settings_show", "notice_list"] {
        // Nobody need be signed in; that much is an answer as well.
        if let Err(error) = desk.request(request, b"null").await
            && error.code != ApiErrorCode::SignInNeeded
        {
            bail!("{request} was refused: {error}");
        }
    }
    desk.close().await;
    Ok(())
}

/// What the keychain keeps.
enum Kept {
    /// What it is given.
    Secret,
    /// Nothing, and why.
    Nothing(KeychainError),
}

/// Writes, reads and deletes a secret that nobody misses.
async fn keeps_a_secret() -> anyhow::Result<Kept> {
    let keychain = SystemKeychain::for_selftest();
    let (name, secret) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
    if let Err(error) = keychain.set(&name, &secret).await {
        // A Linux session need have none, and the desk then works for one run; elsewhere it is part of the system.
        if cfg!(target_os = "linux") {
            return Ok(Kept::Nothing(error));
        }
        return Err(error).context("the keychain keeps nothing");
    }
    let read = keychain.get(&name).await;
    // Deleted before anything is said of what was read.
    keychain.delete(&name).await.context("the keychain deletes nothing")?;
    if read.context("the keychain cannot be read")?.as_ref() != Some(&secret) {
        bail!("the keychain gives back something else");
    }
    if keychain
        .get(&name)
        .await
        .context("the keychain cannot be read")?
        .is_some()
    {
        bail!("the keychain still has what was deleted");
    }
    Ok(Kept::Secret)
}

/// Signs in, is brought in step with the platform, and signs out; tells how the token was kept meanwhile.
async fn syncs(sign_in: PreparedSignIn, own: &Path) -> anyhow::Result<TokenKept> {
    let keychain = Arc::new(SystemKeychain::for_selftest());
    let folder = own.join("signed-in");
    let desk = desk(&folder, own.join("downloads"), Arc::new(Nobody), keychain, version())
        .await
        .context("no second desk can be opened")?;
    let told = use_session(&desk, sign_in).await;
    desk.close().await;
    told
}

async fn use_session(desk: &Desk, sign_in: PreparedSignIn) -> anyhow::Result<TokenKept> {
    sign_in.apply(desk).await.context("signing in was refused")?;
    let synced = tokio::time::timeout(SYNC_TIMEOUT, until_online(desk)).await;
    let session: anyhow::Result<SessionView> = ask(desk, "session_show").await;
    // In any case: nothing of the test stays with the platform or in the keychain.
    desk.request("session_sign_out", b"null")
        .await
        .context("signing out was refused")?;
    synced.with_context(|| format!("not in step within {} s", SYNC_TIMEOUT.as_secs()))??;
    session?.token_kept.context("the session was over before it was ended")
}

/// Returns once everything that the platform has for this expert is here.
async fn until_online(desk: &Desk) -> anyhow::Result<()> {
    let mut events = desk.events();
    loop {
        let connection: ConnectionView = ask(desk, "connection_show").await?;
        match connection.state {
            ConnectionState::Online if connection.synced_at.is_some() => return Ok(()),
            ConnectionState::ProtocolMismatch => bail!("the platform wants another version of the desk"),
            ConnectionState::DiskFull => bail!("there is no room on the disk"),
            _ => {}
        }
        if let Err(RecvError::Closed) = events.recv().await {
            bail!("the desk was closed meanwhile");
        }
    }
}

/// Asks the desk as the window does.
async fn ask<T: DeserializeOwned>(desk: &Desk, request: &str) -> anyhow::Result<T> {
    let answer = desk.request(request, b"null").await;
    let answer = answer.with_context(|| format!("{request} was refused"))?;
    serde_json::from_slice(&answer).with_context(|| format!("the answer to {request} is not understood"))
}

fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Takes notifications of a test, which concern nobody.
struct Nobody;

#[async_trait]
impl Notifier for Nobody {
    async fn raise(&self, _: &Notification) -> Result<(), NotifierError> {
        Ok(())
    }
}

fn say(line: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{line}").context("the result cannot be written")
}
