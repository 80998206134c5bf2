//! A desk without a window: here, or in a process of its own.

use crate::{
    population::{EXPERT, PASSWORD},
    programs::{Spoken, wait_long_until},
    report::millis,
};
use async_trait::async_trait;
use proffer_desk::{
    Desk, DeskConfig, HttpConnector, Ports, SystemClock, SystemEntropy,
    api::{
        connection::{ConnectionState, ConnectionView},
        queue::{QueueList, QueueView},
        search::{SearchList, SearchView},
        session::SessionSignIn,
    },
    ports::{Keychain, KeychainError},
    testing::RecordingNotifier,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    io::{BufRead, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

/// A first sync of a million messages takes its time.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Rows of a page.
pub(crate) const PAGE_ROWS: u32 = 50;

/// Secrets in a folder, so that the next process finds them: what is measured is a bench's own and no secret.
struct FolderKeychain(PathBuf);

impl FolderKeychain {
    fn file(&self, name: &str) -> PathBuf {
        let name: String = name
            .chars()
            .map(|char| if char.is_alphanumeric() { char } else { '-' })
            .collect();
        self.0.join(name)
    }
}

#[async_trait]
impl Keychain for FolderKeychain {
    async fn get(&self, name: &str) -> Result<Option<String>, KeychainError> {
        Ok(std::fs::read_to_string(self.file(name)).ok())
    }

    async fn set(&self, name: &str, secret: &str) -> Result<(), KeychainError> {
        std::fs::create_dir_all(&self.0).map_err(|error| KeychainError(error.to_string()))?;
        std::fs::write(self.file(name), secret).map_err(|error| KeychainError(error.to_string()))
    }

    async fn delete(&self, name: &str) -> Result<(), KeychainError> {
        let _ = std::fs::remove_file(self.file(name));
        Ok(())
    }
}

/// A desk's folder: opened again, it is signed in as before.
pub(crate) struct DeskFolder(pub(crate) PathBuf);

impl DeskFolder {
    /// Where the desk keeps its data.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// The cache's file.
    pub(crate) fn cache(&self) -> PathBuf {
        self.data().join("cache.db")
    }

    /// Opens the desk.
    pub(crate) async fn open(&self) -> anyhow::Result<Desk> {
        let config = DeskConfig {
            data_dir: self.data(),
            downloads_dir: self.0.join("downloads"),
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            device_name: "bench".to_owned(),
            system_language: None,
        };
        let ports = Ports {
            connector: Arc::new(HttpConnector),
            notifier: Arc::new(RecordingNotifier::default()),
            keychain: Arc::new(FolderKeychain(self.0.join("keychain"))),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        };
        Ok(Desk::open(config, ports).await?)
    }

    /// Starts a process with this desk.
    pub(crate) fn start(&self) -> anyhow::Result<Spoken> {
        Spoken::start(Command::new(std::env::current_exe()?).arg("headless-desk").arg(&self.0))
    }
}

/// Asks a desk.
pub(crate) async fn ask<T: DeserializeOwned>(desk: &Desk, name: &str, request: &impl Serialize) -> anyhow::Result<T> {
    let answer = desk.request(name, &serde_json::to_vec(request)?).await;
    let answer = answer.map_err(|error| anyhow::anyhow!("the desk refuses {name}: {error}"))?;
    Ok(serde_json::from_slice(&answer)?)
}

/// Signs the population's expert in.
pub(crate) async fn sign_in(desk: &Desk, platform_url: &str) -> anyhow::Result<()> {
    let prepared = SessionSignIn {
        platform_url: platform_url.to_owned(),
        email: EXPERT.to_owned(),
        password: PASSWORD.to_owned(),
        code: None,
    };
    let signed_in = desk.sign_in_with(prepared).await;
    signed_in
        .map(|_| ())
        .map_err(|error| anyhow::anyhow!("the desk cannot sign in: {error}"))
}

/// Waits until a desk is in step.
pub(crate) async fn until_online(desk: &Desk) -> anyhow::Result<()> {
    wait_long_until("the desk is in step", PATIENCE, async || {
        let view: ConnectionView = ask(desk, "connection_show", &()).await?;
        Ok((view.state == ConnectionState::Online).then_some(()))
    })
    .await
}

/// Waits until all that a desk has can be found.
pub(crate) async fn until_indexed(desk: &Desk) -> anyhow::Result<()> {
    wait_long_until("everything can be found", PATIENCE, async || {
        let view: SearchView = ask(desk, "search_list", &SearchList::default()).await?;
        Ok(view.is_complete.then_some(()))
    })
    .await
}

/// The list's first page.
pub(crate) async fn first_page(desk: &Desk) -> anyhow::Result<QueueView> {
    let request = QueueList {
        limit: PAGE_ROWS,
        ..QueueList::default()
    };
    ask(desk, "queue_list", &request).await
}

/// What a desk's process says first.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Opened {
    /// Milliseconds from the call that opens the desk until the first page was answered.
    pub(crate) first_page_ms: f64,
    /// How many rows it has.
    pub(crate) rows: usize,
}

/// A desk in this process: opens, tells how long that took, then uses itself whenever it is told a word to look for.
pub(crate) async fn run(folder: PathBuf) -> anyhow::Result<()> {
    let started = Instant::now();
    let desk = DeskFolder(folder).open().await?;
    let page = first_page(&desk).await?;
    let opened = Opened {
        first_page_ms: millis(started.elapsed()),
        rows: page.groups.iter().map(|group| group.rows.len()).sum(),
    };
    tell(&serde_json::to_string(&opened)?)?;
    let (said, mut words) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if said.send(line).is_err() {
                return;
            }
        }
    });
    while let Some(word) = words.recv().await {
        until_online(&desk).await?;
        use_it(&desk, &word).await?;
        tell("used")?;
    }
    desk.close().await;
    Ok(())
}

/// What an expert does in a while.
async fn use_it(desk: &Desk, word: &str) -> anyhow::Result<()> {
    let page = first_page(desk).await?;
    let request = SearchList {
        query: word.to_owned(),
        ..SearchList::default()
    };
    let _: SearchView = ask(desk, "search_list", &request).await?;
    for row in page.groups.iter().flat_map(|group| group.rows.iter().take(5)) {
        let request = serde_json::json!({ "question_id": row.question_id });
        let _: serde_json::Value = ask(desk, "question_show", &request).await?;
    }
    Ok(())
}

fn tell(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// The desk's folder inside another.
pub(crate) fn desk_in(folder: &Path) -> DeskFolder {
    DeskFolder(folder.join("desk"))
}
