//! `serve`.

use super::{Place, say};
use crate::{MailRoute, Platform};
use anyhow::{Context, bail};
use clap::Args;
use std::path::PathBuf;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Serve the API and the customers' pages.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: String,
    /// The address customers reach the platform by; links in emails begin with it.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Send email by this server, such as smtps://user:password@mail.example.
    #[arg(
        long,
        value_name = "URL",
        env = "PROFFER_SMTP",
        hide_env_values = true,
        conflicts_with = "mail_dir"
    )]
    smtp: Option<String>,
    /// Write each email as an .eml file into this folder; the default is the folder mail of the data folder.
    #[arg(long, value_name = "DIR")]
    mail_dir: Option<PathBuf>,
}

impl Serve {
    /// Serves until it is told to stop.
    pub async fn run(self) -> anyhow::Result<()> {
        log_to_stderr();
        let mut config = self.place.config();
        config.public_url = self.public_url.as_deref().map(public_url).transpose()?;
        if let Some(url) = self.smtp {
            config.mail = MailRoute::Smtp(url);
        } else if let Some(folder) = self.mail_dir {
            config.mail = MailRoute::Folder(folder);
        }
        let platform = Platform::open(config).await?;
        let listener = TcpListener::bind(&self.listen)
            .await
            .with_context(|| format!("cannot listen on {}; choose another address with --listen", self.listen))?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        tokio::spawn(stop_on_signal(stop.clone()));
        say(format!("listening on http://{address}"))?;
        Ok(platform.serve(listener, stop).await?)
    }
}

fn public_url(text: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text).with_context(|| format!("--public-url {text} is not an address; write https://…"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        bail!("--public-url {text} is not an address of the web; write https://…");
    }
    Ok(url)
}

/// Logs go to standard error, without anything personal; `RUST_LOG` says how much.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,proffer_platform=warn"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .finish();
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        tracing::debug!("another log is in place");
    }
}

#[cfg(unix)]
async fn stop_on_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            stop.cancel();
        }
        (Err(error), _) | (_, Err(error)) => tracing::error!(%error, "signals cannot be heard; kill ends it hard"),
    }
}

#[cfg(not(unix))]
async fn stop_on_signal(stop: CancellationToken) {
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.cancel();
    }
}
