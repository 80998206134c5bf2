//! `proffer-headless-desk`: a real desk in a process of its own, for tests that kill it.
//!
//! Requests come as JSON lines on standard input (`{"id":1,"name":"queue_list","payload":{}}`) and are handled side by
//! side; answers go to standard output (`{"id":1,"ok":{}}` or `{"id":1,"error":{}}`), each in one write, so that what was
//! read of them was acknowledged. Besides the desk's own requests there is `cache_documents`: all documents of the cache.
//! What the system would have shown is appended to `raised.jsonl` and synced before the desk is told that it was taken.
//! The token lies in a file of the same folder: a test machine has no keychain. The end of the input ends the program.

use anyhow::Context;
use async_trait::async_trait;
use clap::Parser;
use proffer_desk::{
    Desk, DeskConfig, HttpConnector, Ports, SystemClock, SystemEntropy,
    ports::{Keychain, KeychainError, Notification, Notifier, NotifierError},
};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};
use std::{
    collections::BTreeMap,
    io::Write,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

/// A real desk with no window.
#[derive(Parser)]
struct Options {
    /// The folder for the desk's data and what stands for the system around it.
    #[arg(long)]
    folder: PathBuf,
    /// Where the desk keeps its data, if elsewhere.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// Appends what is raised to a file; it counts as shown once it is there.
struct FileNotifier {
    file: PathBuf,
}

#[async_trait]
impl Notifier for FileNotifier {
    async fn raise(&self, notification: &Notification) -> Result<(), NotifierError> {
        let mut line = json!({"id": notification.id, "title": notification.title, "target": notification.target});
        line["body"] = notification.body.clone().into();
        let write = || {
            let mut file = std::fs::File::options().append(true).create(true).open(&self.file)?;
            file.write_all(format!("{line}\n").as_bytes())?;
            file.sync_data()
        };
        write().map_err(|error| NotifierError(error.to_string()))
    }
}

/// Keeps secrets in a file; a test's only.
struct FileKeychain {
    file: PathBuf,
    turn: Mutex<()>,
}

impl FileKeychain {
    fn read(&self) -> Result<BTreeMap<String, String>, KeychainError> {
        match std::fs::read(&self.file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| KeychainError(error.to_string())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(KeychainError(error.to_string())),
        }
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, String>)) -> Result<(), KeychainError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut secrets = self.read()?;
        change(&mut secrets);
        let part = self.file.with_extension("part");
        std::fs::write(&part, json!(secrets).to_string())
            .and_then(|()| std::fs::rename(&part, &self.file))
            .map_err(|error| KeychainError(error.to_string()))
    }
}

#[async_trait]
impl Keychain for FileKeychain {
    async fn get(&self, name: &str) -> Result<Option<String>, KeychainError> {
        Ok(self.read()?.remove(name))
    }
    async fn set(&self, name: &str, secret: &str) -> Result<(), KeychainError> {
        self.change(|secrets| drop(secrets.insert(name.to_owned(), secret.to_owned())))
    }
    async fn delete(&self, name: &str) -> Result<(), KeychainError> {
        self.change(|secrets| drop(secrets.remove(name)))
    }
}

#[derive(Deserialize)]
struct Request {
    id: u64,
    name: String,
    payload: Box<RawValue>,
}

#[derive(Serialize)]
struct Answer {
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<proffer_desk::api::ApiError>,
}

async fn answer(desk: &Desk, request: Request) -> anyhow::Result<Answer> {
    if request.name == "cache_documents" {
        let documents = desk.cached_documents().await?;
        return Ok(Answer {
            id: request.id,
            ok: Some(RawValue::from_string(serde_json::to_string(&documents)?)?),
            error: None,
        });
    }
    let outcome = desk.request(&request.name, request.payload.get().as_bytes()).await;
    let (ok, error) = match outcome {
        Ok(bytes) => (Some(RawValue::from_string(String::from_utf8(bytes)?)?), None),
        Err(error) => (None, Some(error)),
    };
    Ok(Answer {
        id: request.id,
        ok,
        error,
    })
}

/// Writes a line in one go.
async fn say(out: &tokio::sync::Mutex<tokio::io::Stdout>, line: &impl Serialize) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(line)?;
    line.push(b'\n');
    let mut out = out.lock().await;
    out.write_all(&line).await?;
    Ok(out.flush().await?)
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let config = DeskConfig {
        data_dir: options.data.unwrap_or_else(|| options.folder.join("data")),
        downloads_dir: options.folder.join("downloads"),
        app_version: "0.0.0-test".to_owned(),
        device_name: "headless".to_owned(),
        system_language: None,
    };
    let ports = Ports {
        connector: Arc::new(HttpConnector),
        notifier: Arc::new(FileNotifier {
            file: options.folder.join("raised.jsonl"),
        }),
        keychain: Arc::new(FileKeychain {
            file: options.folder.join("keychain.json"),
            turn: Mutex::new(()),
        }),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    let desk = Desk::open(config, ports).await.context("the desk cannot be opened")?;
    let out = Arc::new(tokio::sync::Mutex::new(tokio::io::stdout()));
    say(&out, &json!({"id": 0, "ok": "ready"})).await?;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let request: Request = serde_json::from_str(&line).with_context(|| format!("not a request: {line}"))?;
        let (desk, out) = (desk.clone(), Arc::clone(&out));
        tokio::spawn(async move {
            let said = match answer(&desk, request).await {
                Ok(answer) => say(&out, &answer).await,
                Err(error) => Err(error),
            };
            if let Err(error) = said {
                tracing::error!(%error, "an answer could not be given");
            }
        });
    }
    desk.close().await;
    Ok(())
}
