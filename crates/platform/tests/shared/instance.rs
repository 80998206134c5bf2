//! The real program, serving; several of them may serve one database.

use anyhow::Context;
use std::{
    path::Path,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
};

/// How long starting and ending may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program of the platform's with nothing of this machine's environment that changes what it does.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proffer-platform"));
    command
        .args(arguments)
        .env_remove("PROFFER_DATABASE")
        .env_remove("PROFFER_SMTP")
        .env_remove("PROFFER_HINTS")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A running instance; it is killed when it is dropped.
pub struct Instance {
    pub url: String,
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Instance {
    /// Starts `serve` with more arguments, and an environment for it.
    pub async fn start(
        data: &Path,
        database: Option<&str>,
        arguments: &[&str],
        log: Option<&str>,
    ) -> anyhow::Result<Self> {
        let data = data.to_str().context("the folder's name is text")?;
        let mut command = program(&["serve", "--data", data]);
        command.args(arguments);
        if let Some(database) = database {
            command.env("PROFFER_DATABASE", database);
        }
        if let Some(log) = log {
            command.env("RUST_LOG", log);
        }
        let mut child = command.spawn()?;
        let mut stderr = child.stderr.take().context("its complaints")?;
        let log: Arc<Mutex<String>> = Arc::default();
        let kept = log.clone();
        tokio::spawn(async move {
            let mut piece = vec![0; 8192];
            while let Ok(count @ 1..) = stderr.read(&mut piece).await {
                let mut log = kept.lock().unwrap();
                log.push_str(&String::from_utf8_lossy(&piece[..count]));
            }
        });
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().context("its words")?);
        tokio::time::timeout(PATIENCE, stdout.read_line(&mut line)).await??;
        let Some(url) = line.strip_prefix("listening on ") else {
            child.wait().await?;
            anyhow::bail!("it said {line:?} and complained: {}", log.lock().unwrap())
        };
        Ok(Self {
            url: url.trim().to_owned(),
            child,
            log,
        })
    }

    /// What it wrote to its log so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Its process.
    pub fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("it has ended")
    }

    /// Tells it to end.
    pub async fn terminate(&self) -> anyhow::Result<()> {
        let id = self.id()?.to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().await?;
        anyhow::ensure!(told.success(), "it could not be told");
        Ok(())
    }

    /// Waits until it has ended.
    pub async fn ended(mut self) -> anyhow::Result<ExitStatus> {
        Ok(tokio::time::timeout(PATIENCE, self.child.wait()).await??)
    }

    /// Kills it, as the system does.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}
