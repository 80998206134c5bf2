//! A real SMTP server, with TLS and passwords if wanted, that keeps what it takes.

use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::watch,
};

/// How long anything that must happen may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// An email that was taken.
#[derive(Clone, Debug)]
pub struct Received {
    /// Who was signed in.
    pub user: Option<String>,
    /// Whether it came over TLS.
    pub is_secure: bool,
    /// The sender on the envelope.
    pub from: String,
    /// The recipients on the envelope.
    pub to: Vec<String>,
    /// The whole message.
    pub raw: Vec<u8>,
}

impl Received {
    pub fn message_id(&self) -> String {
        let message = MessageParser::default().parse(&self.raw).unwrap();
        message.message_id().unwrap().to_owned()
    }

    pub fn subject(&self) -> String {
        let message = MessageParser::default().parse(&self.raw).unwrap();
        message.subject().unwrap().to_owned()
    }
}

#[derive(Default)]
struct Seen {
    received: Vec<Received>,
    held: Vec<String>,
    left: Vec<String>,
}

/// A server that runs until it is dropped.
pub struct SmtpServer {
    pub port: u16,
    seen: Arc<Mutex<Seen>>,
    changed: watch::Receiver<()>,
    _child: Child,
}

/// The root of the repository, where `node_modules` is.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl SmtpServer {
    /// One that takes everything.
    pub async fn open() -> anyhow::Result<Self> {
        Self::like(json!({ "tls": "none" })).await
    }

    /// One as `smtp_server.mjs` describes it.
    pub async fn like(like: Value) -> anyhow::Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shared/smtp_server.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .arg(like.to_string())
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("node is needed for the mail server of the tests")?;
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(PATIENCE, lines.next_line()).await??;
        let first: Value = serde_json::from_str(&first.context("the mail server did not start; run npm install")?)?;
        let port = u16::try_from(first["port"].as_u64().unwrap())?;
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let (change, changed) = watch::channel(());
        let kept = seen.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let event: Value = serde_json::from_str(&line).unwrap();
                let text = |name: &str| event[name].as_str().map(str::to_owned);
                let mut seen = kept.lock().unwrap();
                if event["event"] == "holding" {
                    seen.held.extend(text("user"));
                } else if event["event"] == "left" {
                    seen.left.extend(text("user"));
                } else {
                    let to = event["to"].as_array().unwrap().iter();
                    seen.received.push(Received {
                        user: text("user"),
                        is_secure: event["secure"].as_bool().unwrap(),
                        from: text("from").unwrap(),
                        to: to.map(|to| to.as_str().unwrap().to_owned()).collect(),
                        raw: STANDARD.decode(event["raw"].as_str().unwrap()).unwrap(),
                    });
                }
                drop(seen);
                change.send_replace(());
            }
        });
        Ok(Self {
            port,
            seen,
            changed,
            _child: child,
        })
    }

    /// What was taken so far.
    pub fn received(&self) -> Vec<Received> {
        self.seen.lock().unwrap().received.clone()
    }

    /// Waits until so many were taken.
    pub async fn until_received(&self, count: usize) -> anyhow::Result<Vec<Received>> {
        self.until(|seen| seen.received.len() >= count)
            .await
            .with_context(|| format!("{} of {count} emails arrived", self.received().len()))?;
        Ok(self.received())
    }

    /// Waits until somebody is held.
    pub async fn until_held(&self) -> anyhow::Result<()> {
        self.until(|seen| !seen.held.is_empty())
            .await
            .context("nobody was held")
    }

    /// Whether one who was held has hung up.
    pub fn was_left(&self) -> bool {
        !self.seen.lock().unwrap().left.is_empty()
    }

    /// Waits until one who was held hangs up.
    pub async fn until_left(&self) -> anyhow::Result<()> {
        self.until(|seen| !seen.left.is_empty()).await.context("nobody hung up")
    }

    async fn until(&self, wanted: impl Fn(&Seen) -> bool) -> anyhow::Result<()> {
        let mut changed = self.changed.clone();
        let waiting = async {
            loop {
                changed.mark_unchanged();
                if wanted(&self.seen.lock().unwrap()) {
                    return;
                }
                if changed.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await?;
        Ok(())
    }
}

/// A key and a certificate for 127.0.0.1 that vouches for itself, as PEM.
pub fn certificate(folder: &Path) -> anyhow::Result<(String, String)> {
    let (key, cert) = (folder.join("key.pem"), folder.join("cert.pem"));
    let made = std::process::Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ])
        .args([
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .output()?;
    anyhow::ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Ok((std::fs::read_to_string(key)?, std::fs::read_to_string(cert)?))
}
