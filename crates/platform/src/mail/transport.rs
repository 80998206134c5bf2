//! How email goes out: by SMTP, or as files into a folder.

use super::{
    letters::one_line,
    smtp_line::{Protection, SmtpLine},
};
use async_trait::async_trait;
use jiff::Timestamp;
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
    transport::smtp::{client::Certificate, response::Code},
};
use std::{path::PathBuf, time::SystemTime};
use url::{Host, Url};
use uuid::Uuid;

/// Why an email did not go out.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It can never go out so: the address or content cannot be written as an email.
    #[error("this email can never be sent: {0}")]
    Permanent(String),
    /// It may go out later.
    #[error("this email could not be sent now: {0}")]
    Transient(String),
}

/// An email, addressed and whole.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingEmail {
    /// Its id; its Message-ID is made of it, so that a second copy after a crash is known as such.
    pub id: Uuid,
    /// The recipient's name.
    pub recipient_name: String,
    /// The recipient's address.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
    /// When it was written.
    pub date: Timestamp,
    /// The question that it belongs to: mail programs show its emails as one conversation.
    pub thread: Option<Uuid>,
    /// Where one click stops its kind (RFC 8058), if it is optional.
    pub stop_url: Option<String>,
}

/// Sends email.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Sends one email; returns when the other side has taken it.
    ///
    /// # Errors
    /// [`MailError`] says whether trying again can help.
    async fn send(&self, email: &OutgoingEmail) -> Result<(), MailError>;
}

/// Marks mail that no person wrote, so that no robot answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// A header of which only the value is ours to choose.
macro_rules! plain_header {
    ($name:ident, $field:literal, $purpose:literal) => {
        #[doc = $purpose]
        #[derive(Clone)]
        struct $name(String);

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($field)
            }
            fn parse(value: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(value.to_owned()))
            }
            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    };
}

plain_header!(ListUnsubscribe, "List-Unsubscribe", "Where its kind is stopped.");
plain_header!(
    ListUnsubscribePost,
    "List-Unsubscribe-Post",
    "That one POST there does so, without asking more."
);

fn compose(email: &OutgoingEmail, from: &Mailbox, bounces: Option<&Address>) -> Result<Message, MailError> {
    let permanent = |error: &dyn std::fmt::Display| MailError::Permanent(error.to_string());
    let address: Address = email.recipient.parse().map_err(|error| permanent(&error))?;
    let name = one_line(&email.recipient_name);
    let mut builder = Message::builder();
    if let Some(bounces) = bounces {
        // Each email comes back to an address of its own, which tells which one it was.
        let user = format!("{}+{}", bounces.user(), email.id.simple());
        let sender = Address::new(user, bounces.domain()).map_err(|error| permanent(&error))?;
        let envelope = Envelope::new(Some(sender), vec![address.clone()]).map_err(|error| permanent(&error))?;
        builder = builder.envelope(envelope);
    }
    if let Some(thread) = email.thread {
        // Nobody sent this first message; naming the same one is what makes them a conversation.
        let root = format!("<question-{thread}@{}>", from.email.domain());
        builder = builder.in_reply_to(root.clone()).references(root);
    }
    if let Some(url) = &email.stop_url {
        builder = builder
            .header(ListUnsubscribe(format!("<{url}>")))
            .header(ListUnsubscribePost("List-Unsubscribe=One-Click".to_owned()));
    }
    builder
        .from(from.clone())
        .to(Mailbox::new(Some(name), address))
        .subject(one_line(&email.subject))
        .message_id(Some(format!("<{}@{}>", email.id, from.email.domain())))
        .date(SystemTime::from(email.date))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(
            email.text.clone(),
            email.html.clone(),
        ))
        .map_err(|error| permanent(&error))
}

/// How a mail server is reached.
#[derive(Clone)]
pub struct SmtpRoute {
    /// A URL such as `smtps://user:password@mail.example:465`, `smtp://mail.example:587?tls=required` or
    /// `smtp://127.0.0.1:2525`.
    pub url: String,
    /// Certificates in PEM that are trusted beside those of the public authorities.
    pub certificates: Option<Vec<u8>>,
    /// Where email that cannot be delivered comes back, such as `bounces@example.com`.
    pub bounces: Option<String>,
}

/// How a certificate begins in PEM.
const CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Sends by SMTP.
pub struct SmtpMailer {
    line: SmtpLine,
    from: Mailbox,
    bounces: Option<Address>,
}

impl SmtpMailer {
    /// Sends by a route, from an address.
    ///
    /// # Errors
    /// If the route's URL, certificates or address are none, or a password would go over an open line.
    pub fn new(route: &SmtpRoute, from: Mailbox) -> Result<Self, MailError> {
        let wrong = |error: &dyn std::fmt::Display| MailError::Permanent(error.to_string());
        let url = Url::parse(&route.url).map_err(|error| wrong(&format!("the mail server's address: {error}")))?;
        let protection = Protection::of(&url).map_err(|error| wrong(&error))?;
        if url.password().is_some() && !protection.is_sure() && !is_loopback(&url) {
            return Err(MailError::Permanent(
                "the password would go over an open line; write smtps://…, or smtp://…?tls=required for STARTTLS"
                    .to_owned(),
            ));
        }
        let mut certificate = None;
        if let Some(pem) = &route.certificates {
            if !protection.is_sure() {
                let words = "certificates need a protected connection: smtps://…, or smtp://…?tls=required";
                return Err(MailError::Permanent(words.to_owned()));
            }
            // Of a file without any, nothing would be read.
            if !pem.windows(CERTIFICATE.len()).any(|text| text == CERTIFICATE) {
                return Err(wrong(&"the certificates: there are none in the file; it has to be PEM"));
            }
            let read = Certificate::from_pem(pem).map_err(|error| wrong(&format!("the certificates: {error}")))?;
            certificate = Some(read);
        }
        let bounces = route.bounces.as_deref().map(str::parse).transpose();
        Ok(Self {
            line: SmtpLine::new(&url, protection, certificate).map_err(|error| wrong(&error))?,
            from,
            bounces: bounces.map_err(|error| wrong(&format!("the address for bounces: {error}")))?,
        })
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str().map(Host::parse) {
        Some(Ok(Host::Domain(name))) => name == "localhost",
        Some(Ok(Host::Ipv4(address))) => address.is_loopback(),
        Some(Ok(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

/// Whether the server's answer is about this email, and will be no other tomorrow. All else, such as a password that is
/// refused, is about the way there, and passes when the operator has mended it.
fn is_about_the_email(code: Code) -> bool {
    matches!(u16::from(code), 550..=553 | 555 | 556)
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, email: &OutgoingEmail) -> Result<(), MailError> {
        let message = compose(email, &self.from, self.bounces.as_ref())?;
        let sent = self.line.send(message.envelope(), &message.formatted()).await;
        sent.map_err(|error| {
            if error.status().is_some_and(is_about_the_email) {
                MailError::Permanent(error.to_string())
            } else {
                MailError::Transient(error.to_string())
            }
        })
    }
}

/// Writes each email as an `.eml` file into a folder.
pub struct FolderMailer {
    folder: PathBuf,
    from: Mailbox,
}

impl FolderMailer {
    /// Writes into `folder`, which is made when the first email comes.
    #[must_use]
    pub fn new(folder: PathBuf, from: Mailbox) -> Self {
        Self { folder, from }
    }
}

#[async_trait]
impl Mailer for FolderMailer {
    async fn send(&self, email: &OutgoingEmail) -> Result<(), MailError> {
        let message = compose(email, &self.from, None)?.formatted();
        let time = email.date.strftime("%Y%m%d-%H%M%S");
        let recipient: String = email
            .recipient
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || "@.-_".contains(c) {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        // The same email again gives the same name: a second copy after a crash replaces the first.
        let path = self
            .folder
            .join(format!("{time}-{recipient}-{}.eml", email.id.simple()));
        let part = path.with_extension("part");
        let written = async {
            tokio::fs::create_dir_all(&self.folder).await?;
            tokio::fs::write(&part, message).await?;
            tokio::fs::rename(&part, &path).await
        };
        written
            .await
            .map_err(|error: std::io::Error| MailError::Transient(error.to_string()))
    }
}
