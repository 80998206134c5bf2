//! The line to a mail server: one connection, kept from one email to the next.
//!
//! The connection is lettre's, its pool is not used: that takes a connection back of which an email was given up halfway,
//! and the answer that comes late would pass for the next command's. Here who gives up drops the connection with it.

use lettre::{
    address::Envelope,
    transport::smtp::{
        Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use percent_encoding::percent_decode_str;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout};
use url::Url;

/// How long connecting may take.
const CONNECT_MAX: Duration = Duration::from_secs(30);
/// How long an idle connection is taken for one that works; servers close them after some minutes.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// How long one that was kept may take to say that it still works.
const STILL_THERE_MAX: Duration = Duration::from_secs(5);

/// How TLS is used on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// From the first byte.
    Wrapped,
    /// From STARTTLS on, without which nothing is sent.
    Required,
    /// From STARTTLS on, where the server has it.
    Opportunistic,
    /// Never.
    Open,
}

impl Protection {
    /// What a URL asks for.
    pub(super) fn of(url: &Url) -> Result<Self, String> {
        let mode = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, mode)| mode);
        match (url.scheme(), mode.as_deref()) {
            ("smtps", _) => Ok(Self::Wrapped),
            ("smtp", Some("required")) => Ok(Self::Required),
            ("smtp", Some("opportunistic")) => Ok(Self::Opportunistic),
            ("smtp", None) => Ok(Self::Open),
            ("smtp", Some(mode)) => Err(format!("tls={mode} is neither tls=required nor tls=opportunistic")),
            (scheme, _) => Err(format!("{scheme}:// is neither smtps:// nor smtp://")),
        }
    }

    /// Whether nothing goes over an open line, whoever stands in between.
    pub(super) fn is_sure(self) -> bool {
        matches!(self, Self::Wrapped | Self::Required)
    }

    fn usual_port(self) -> u16 {
        match self {
            Self::Wrapped => SUBMISSIONS_PORT,
            Self::Required | Self::Opportunistic => SUBMISSION_PORT,
            Self::Open => SMTP_PORT,
        }
    }
}

/// The line, connected when it is needed.
pub(super) struct SmtpLine {
    host: String,
    port: u16,
    tls: Tls,
    hello: ClientId,
    credentials: Option<Credentials>,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    connection: AsyncSmtpConnection,
    used_at: Instant,
}

impl SmtpLine {
    /// The line that a URL describes; `certificate` is trusted beside those of the public authorities.
    pub(super) fn new(url: &Url, protection: Protection, certificate: Option<Certificate>) -> Result<Self, String> {
        let host = url.host_str().unwrap_or_default();
        // An address of IPv6 stands in brackets in a URL and nowhere else.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err("the mail server's name is missing".to_owned());
        }
        let parameters = || {
            let mut builder = TlsParameters::builder(host.clone());
            if let Some(certificate) = certificate {
                builder = builder.add_root_certificate(certificate);
            }
            builder.build().map_err(|error| error.to_string())
        };
        let tls = match protection {
            Protection::Wrapped => Tls::Wrapper(parameters()?),
            Protection::Required => Tls::Required(parameters()?),
            Protection::Opportunistic => Tls::Opportunistic(parameters()?),
            Protection::Open => Tls::None,
        };
        let decoded = |text: &str| -> Result<String, String> {
            let text = percent_decode_str(text).decode_utf8();
            Ok(text.map_err(|error| error.to_string())?.into_owned())
        };
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(decoded(url.username())?, decoded(password)?)),
            None => None,
        };
        let name = url.path().trim_matches('/');
        Ok(Self {
            port: url.port().unwrap_or_else(|| protection.usual_port()),
            tls,
            hello: match name {
                "" => ClientId::default(),
                name => ClientId::Domain(name.to_owned()),
            },
            credentials,
            kept: Mutex::default(),
            host,
        })
    }

    /// Hands an email over. Given up halfway, it ends the connection.
    pub(super) async fn send(&self, envelope: &Envelope, message: &[u8]) -> Result<(), Error> {
        let mut connection = match self.take_kept().await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        connection.send(envelope, message).await?;
        let used_at = Instant::now();
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Kept { connection, used_at });
        Ok(())
    }

    /// The connection of the email before, if it still works.
    async fn take_kept(&self) -> Option<AsyncSmtpConnection> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut kept = kept.filter(|kept| kept.used_at.elapsed() < KEPT_FOR)?;
        let is_there = timeout(STILL_THERE_MAX, kept.connection.test_connected()).await;
        is_there.unwrap_or(false).then_some(kept.connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let wrapper = match &self.tls {
            Tls::Wrapper(parameters) => Some(parameters.clone()),
            _ => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT_MAX), &self.hello, wrapper, None).await?;
        match &self.tls {
            Tls::Required(parameters) => connection.starttls(parameters.clone(), &self.hello).await?,
            Tls::Opportunistic(parameters) if connection.can_starttls() => {
                connection.starttls(parameters.clone(), &self.hello).await?;
            }
            _ => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}
