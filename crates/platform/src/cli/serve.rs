//! `serve`.

use super::{Place, say};
use crate::{
    HintRoute, MailRoute, Platform,
    mail::SmtpRoute,
    payment::{
        Secret,
        stripe::{Consent, STRIPE_URL, StripeConfig},
    },
};
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use proffer_domain::PaymentMethod;
use std::{
    io,
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;
use url::Url;

/// How many connections may wait to be taken; the system may allow fewer (net.core.somaxconn).
const BACKLOG: u32 = 8_192;

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
    /// A file of certificates (PEM) that the mail server's may be signed by, beside the public authorities.
    #[arg(long, value_name = "FILE", requires = "smtp")]
    smtp_ca: Option<PathBuf>,
    /// The address to which email that cannot be delivered comes back, such as bounces@example.com; a number of the email
    /// is added after a plus sign. Its mailbox pipes each message to `email bounced`.
    #[arg(long, value_name = "ADDRESS", requires = "smtp")]
    bounces: Option<String>,
    /// Write each email as an .eml file into this folder; the default is the folder mail of the data folder.
    #[arg(long, value_name = "DIR")]
    mail_dir: Option<PathBuf>,
    /// A proxy in front of it, as an address or network such as 10.0.0.0/8, whose X-Forwarded-For is believed when tries
    /// to sign in are counted; may be given several times. Without one, the header is ignored.
    #[arg(long, value_name = "NET", value_parser = network)]
    trusted_proxy: Vec<IpNet>,
    /// Tell other instances over the same database of changes by NATS at this address, such as nats://host:4222/subject;
    /// without it they are told by PostgreSQL itself.
    #[arg(long, value_name = "URL", env = "PROFFER_HINTS", hide_env_values = true)]
    hints: Option<Url>,
    /// How long it goes on serving when it is told to end, while /healthz already answers 503, so that what stands in front
    /// sends requests elsewhere. A second signal ends it at once.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=3_600))]
    drain_seconds: u64,
    /// How long an instance has an email to itself; should it die, another one sends it then.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(2..=3_600))]
    claim_seconds: u64,
    /// How the log is written; RUST_LOG says how much, such as proffer_platform=info.
    #[arg(long, value_enum, default_value = "text")]
    log: LogForm,
    /// How customers pay for offers that they accept from now on. For stripe, its secret key is in the environment
    /// variable PROFFER_STRIPE_KEY and the secret of its webhooks (to the public URL with /webhooks/stripe) in
    /// PROFFER_STRIPE_WEBHOOK_SECRET, or each in a file.
    #[arg(long, value_enum, default_value = "on-account")]
    payment: PaymentName,
    /// A file that holds Stripe's secret key.
    #[arg(long, value_name = "FILE")]
    stripe_key_file: Option<PathBuf>,
    /// A file that holds the secret of Stripe's webhooks.
    #[arg(long, value_name = "FILE")]
    stripe_webhook_secret_file: Option<PathBuf>,
    /// Another address of Stripe's interface, such as that of a stand-in.
    #[arg(long, value_name = "URL", default_value = STRIPE_URL)]
    stripe_url: Url,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogForm {
    /// Lines to read.
    Text,
    /// One JSON object a line.
    Json,
}

/// How customers pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PaymentName {
    /// They owe it; the operator settles with them.
    OnAccount,
    /// By card, through Stripe.
    Stripe,
}

impl Serve {
    /// Stripe's keys, where there are any: payments that began by it go on also when new ones do not.
    fn stripe(&self) -> anyhow::Result<Option<StripeConfig>> {
        let key = secret("PROFFER_STRIPE_KEY", self.stripe_key_file.as_deref())?;
        let webhook_secret = secret(
            "PROFFER_STRIPE_WEBHOOK_SECRET",
            self.stripe_webhook_secret_file.as_deref(),
        )?;
        match (key, webhook_secret) {
            (Some(key), Some(webhook_secret)) => Ok(Some(StripeConfig {
                key,
                webhook_secret,
                url: self.stripe_url.clone(),
                consent: Consent::Checkout,
            })),
            (None, None) if self.payment == PaymentName::OnAccount => Ok(None),
            _ => bail!(
                "Stripe needs both: its secret key in PROFFER_STRIPE_KEY or --stripe-key-file, and its webhooks' secret \
                 in PROFFER_STRIPE_WEBHOOK_SECRET or --stripe-webhook-secret-file"
            ),
        }
    }

    /// Serves until it is told to stop.
    pub async fn run(self) -> anyhow::Result<()> {
        log_to_stderr(self.log);
        crate::open_files::raise_for_serving();
        let mut config = self.place.config();
        config.public_url = self.public_url.as_deref().map(public_url).transpose()?;
        config.stripe = self.stripe()?;
        config.pays_by = match self.payment {
            PaymentName::OnAccount => PaymentMethod::OnAccount,
            PaymentName::Stripe => PaymentMethod::Stripe,
        };
        config.trusted_proxies = self.trusted_proxy;
        config.drain = Duration::from_secs(self.drain_seconds);
        config.claim = Duration::from_secs(self.claim_seconds);
        if let Some(url) = self.hints {
            config.hints = HintRoute::Nats(url);
        }
        if let Some(url) = self.smtp {
            let read = |file: &PathBuf| {
                std::fs::read(file).with_context(|| format!("--smtp-ca {} cannot be read", file.display()))
            };
            config.mail = MailRoute::Smtp(SmtpRoute {
                url,
                certificates: self.smtp_ca.as_ref().map(read).transpose()?,
                bounces: self.bounces,
            });
        } else if let Some(folder) = self.mail_dir {
            config.mail = MailRoute::Folder(folder);
        }
        let platform = Platform::open(config).await?;
        let listener = listen(&self.listen)
            .await
            .with_context(|| format!("cannot listen on {}; choose another address with --listen", self.listen))?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        tokio::spawn(stop_on_signal(stop.clone()));
        say(format!("listening on http://{address}"))?;
        Ok(platform.serve(listener, stop).await?)
    }
}

/// Listens with room for all who come back at once, such as after a restart.
async fn listen(address: &str) -> io::Result<TcpListener> {
    let mut refused = None;
    for address in tokio::net::lookup_host(address).await? {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        match socket.bind(address).and_then(|()| socket.listen(BACKLOG)) {
            Ok(listener) => return Ok(listener),
            Err(error) => refused = Some(error),
        }
    }
    Err(refused.unwrap_or_else(|| io::Error::other("this is no address")))
}

/// A secret from a file, else from the environment: never from the command line, which everybody on the machine sees.
fn secret(variable: &str, file: Option<&Path>) -> anyhow::Result<Option<Secret>> {
    let text = match file {
        Some(file) => std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?,
        None => std::env::var(variable).unwrap_or_default(),
    };
    let text = text.trim();
    Ok((!text.is_empty()).then(|| Secret::new(text)))
}

/// A network, or an address as the network of itself.
fn network(text: &str) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    address
        .or_else(|_| text.parse())
        .map_err(|_| "write an address or a network, such as 10.0.0.0/8".to_owned())
}

pub(super) fn public_url(text: &str) -> anyhow::Result<Url> {
    let url = Url::parse(text).with_context(|| format!("--public-url {text} is not an address; write https://…"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        bail!("--public-url {text} is not an address of the web; write https://…");
    }
    Ok(url)
}

/// Logs go to standard error, without anything personal; `RUST_LOG` says how much.
fn log_to_stderr(form: LogForm) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,proffer_platform=warn"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let set = match form {
        LogForm::Text => tracing::subscriber::set_global_default(builder.finish()),
        LogForm::Json => tracing::subscriber::set_global_default(builder.json().flatten_event(true).finish()),
    };
    if set.is_err() {
        tracing::debug!("another log is in place");
    }
}

#[cfg(unix)]
async fn stop_on_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            for is_first in [true, false] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if is_first {
                    stop.cancel();
                } else {
                    // Who asks twice does not want to wait; what is under way is undone, as by a crash.
                    std::process::exit(1);
                }
            }
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
