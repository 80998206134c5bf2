//! What every history begins with: a platform with its people, signed in on their desks.

use crate::{
    desk::{DeskProcess, ask},
    history,
    platform::PlatformProcess,
    time::TURN,
    wire::Wire,
};
use anyhow::{Context, ensure};
use jiff::SignedDuration;
use proffer_desk::api::{
    connection::ConnectionView,
    session::{SessionSignIn, SessionView},
    settings::Settings,
};
use proffer_domain::{CategoryId, Limits, Role};
use proffer_platform::flow::NewAccount;
use proffer_testkit::{Expert, PASSWORD};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Whose desks there are.
pub(crate) const EXPERTS: [Expert; 3] = [Expert::Daniel, Expert::Daniel, Expert::Mira];

/// The customers, by name and address.
pub(crate) const CUSTOMERS: [(&str, &str); 2] = [
    ("Helen Marsh", "helen@customers.example"),
    ("Tom Brandt", "tom@customers.example"),
];

/// A lock ends soon, so that locks end in every history.
const LOCK_SECONDS: u32 = 20;
/// How long signing in may take.
const SIGNED_IN_WITHIN: Duration = Duration::from_secs(60);

/// What every history begins with; each works on a copy.
pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) passed: Duration,
    pub(crate) client: reqwest::Client,
    pub(crate) tokens: Vec<String>,
    pub(crate) secrets: Vec<Vec<(String, String)>>,
    pub(crate) category: CategoryId,
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

impl World {
    pub(crate) fn begin() -> anyhow::Result<Self> {
        proffer_desk::use_tls_provider();
        let client = reqwest::Client::builder().no_proxy().build()?;
        let folder = tempfile::tempdir()?;
        let mut passed = Duration::ZERO;
        let wire = Wire::new(1, vec![SignedDuration::ZERO; EXPERTS.len()]);
        let mut platform = PlatformProcess::new(folder.path().join("platform"), 1, None);
        std::fs::create_dir_all(folder.path().join("platform"))?;
        platform.start(passed)?;
        let (category, tokens) = platform.ask(people)?;
        let mut desks = Vec::new();
        let mut signed_in = Vec::new();
        for (index, expert) in EXPERTS.into_iter().enumerate() {
            let path = folder.path().join(format!("desk{index}"));
            let connector = wire.connector(index, &client);
            let mut desk = DeskProcess::new(expert, &path, 0, None, SignedDuration::ZERO, connector)?;
            desk.start(passed)?;
            let is_done = Arc::new(AtomicBool::new(false));
            signed_in.push(Arc::clone(&is_done));
            desk.begin(|desk| async move {
                is_done.store(sign_in(&desk, expert).await.is_some(), Ordering::SeqCst);
            });
            desks.push(desk);
        }
        while !signed_in.iter().all(|is_done| is_done.load(Ordering::SeqCst)) {
            ensure!(passed < SIGNED_IN_WITHIN, "the experts cannot sign in");
            passed += TURN;
            for delivery in wire.pass(passed) {
                platform.take(delivery, &wire);
            }
            platform.run();
            desks.iter_mut().for_each(DeskProcess::run);
        }
        let mut secrets = Vec::new();
        for mut desk in desks {
            secrets.push(futures_util::FutureExt::now_or_never(desk.secrets()).context("a keychain")??);
            desk.close()?;
        }
        platform.close()?;
        Ok(Self {
            folder,
            passed,
            client,
            tokens,
            secrets,
            category,
        })
    }

    /// A copy of all files.
    pub(crate) fn copy(&self) -> std::io::Result<tempfile::TempDir> {
        let to = tempfile::tempdir()?;
        copy(self.folder.path(), to.path())?;
        Ok(to)
    }
}

async fn people(flow: proffer_platform::flow::Flow) -> anyhow::Result<(CategoryId, Vec<String>)> {
    flow.set_limits(Limits {
        lock_seconds: LOCK_SECONDS,
        lock_warning_seconds: 5,
        ..Limits::default()
    })
    .await?;
    let category = flow.create_category("Internet law").await?;
    let account = |role, name: &str, email: &str, categories| NewAccount {
        role,
        email: email.to_owned(),
        name: name.to_owned(),
        password: PASSWORD.to_owned(),
        time_zone: "Europe/London".to_owned(),
        categories,
    };
    let mut tokens = Vec::new();
    for (name, email) in CUSTOMERS {
        flow.create_account(account(Role::Customer, name, email, vec![]))
            .await?;
        tokens.push(flow.sign_in(email, PASSWORD, "browser").await?.token);
    }
    for expert in [Expert::Daniel, Expert::Mira] {
        flow.create_account(account(Role::Expert, expert.name(), expert.email(), vec![category]))
            .await?;
    }
    Ok((category, tokens))
}

/// Signs in, does without the undo window and waits until the desk is in step.
async fn sign_in(desk: &proffer_desk::Desk, expert: Expert) -> Option<()> {
    let sign_in = SessionSignIn {
        platform_url: history::url(),
        email: expert.email().to_owned(),
        password: PASSWORD.to_owned(),
        code: None,
    };
    ask::<SessionView>(desk, "session_sign_in", sign_in).await?;
    let settings = Settings {
        undo_seconds: 0,
        ..Settings::default()
    };
    ask::<serde_json::Value>(desk, "settings_save", settings).await?;
    loop {
        let connection: ConnectionView = ask(desk, "connection_show", ()).await?;
        if connection.state == proffer_desk::api::connection::ConnectionState::Online {
            return Some(());
        }
        tokio::time::sleep(TURN).await;
    }
}
