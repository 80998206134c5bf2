//! What the desk needs from outside, as small traits. The shell brings the real ones; `testing` has one fake each.

use crate::{
    api::{OpenTarget, notice::NoticeKind, update::UpdateChannel},
    spoken::Spoken,
};
use async_trait::async_trait;
use proffer_domain::{AttachmentId, CommandId, Timestamp};
use proffer_protocol::{Entity, Me, Problem, SessionCreated, SignInRequest};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::{path::PathBuf, sync::Arc, time::Duration};
use uuid::Uuid;

// Part of the ports' forms, so that whoever implements one needs no crate of its own for them.
pub use bytes::Bytes;
pub use futures_util::stream::BoxStream;

/// The time, and waiting for it.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// The moment.
    fn now(&self) -> Timestamp;
    /// Waits for this long.
    async fn sleep(&self, duration: Duration);
}

/// Randomness, for ids and jitter.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// Why the platform could not be asked, or what it answered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlatformError {
    /// It answered with a problem.
    #[error("{}", .0.title)]
    Problem(Box<Problem>),
    /// It could not be reached, or the answer did not arrive: what happened is unknown.
    #[error("the platform cannot be reached: {0}")]
    Unreachable(String),
    /// Something answered, but not as a platform does.
    #[error("what answers at this address is not a platform: {0}")]
    NotAPlatform(String),
    /// A file on this computer could not be read or written.
    #[error("a file on this computer could not be used: {0}")]
    File(String),
}

/// Hears how many bytes of something have gone out.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// A command, ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandCall {
    /// The idempotency key.
    pub key: CommandId,
    /// The path under the platform's address, such as `/v1/offers/…/start`.
    pub path: String,
    /// The body.
    pub body: serde_json::Value,
}

/// One change, its document still as the text that came: it is kept as it is, so it is never parsed whole twice.
#[derive(Clone, Debug, Deserialize)]
pub struct ChangeText {
    /// What kind of document it is; `None` for a kind that this desk does not know yet.
    #[serde(deserialize_with = "known_entity")]
    pub entity: Option<Entity>,
    /// The entity's id.
    pub id: Uuid,
    /// The document; `None` when it left this expert's sight.
    pub document: Option<Box<RawValue>>,
}

fn known_entity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Entity>, D::Error> {
    let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    Ok(Entity::parse(&name))
}

/// A page of changes ([`proffer_protocol::SyncPage`] on the wire) with the documents as text.
#[derive(Clone, Debug, Deserialize)]
pub struct SyncText {
    /// The changes, in order.
    pub changes: Vec<ChangeText>,
    /// Where to go on from; kept only together with the changes.
    pub cursor: String,
    /// Whether more is waiting.
    pub more: bool,
}

/// What arrives on the event stream.
#[derive(Clone, Debug)]
pub enum PlatformEvent {
    /// Changes as they happen.
    Sync(SyncText),
    /// Too far behind: call sync.
    Behind,
    /// A sign of life.
    Heartbeat,
}

/// The platform, over its protocol. One value stands for one address; the token is given with each call.
#[async_trait]
pub trait Platform: Send + Sync + 'static {
    /// Signs in.
    async fn sign_in(&self, request: &SignInRequest) -> Result<SessionCreated, PlatformError>;
    /// Ends the session.
    async fn sign_out(&self, token: &str) -> Result<(), PlatformError>;
    /// The account, its categories and the limits.
    async fn me(&self, token: &str) -> Result<Me, PlatformError>;
    /// Changes since the cursor; from the beginning without one.
    async fn sync(&self, token: &str, cursor: Option<&str>, limit: u32) -> Result<SyncText, PlatformError>;
    /// Changes as they happen, from the cursor on.
    async fn events(
        &self,
        token: &str,
        cursor: &str,
    ) -> Result<BoxStream<'static, Result<PlatformEvent, PlatformError>>, PlatformError>;
    /// Sends a command; gives the resulting document.
    async fn command(&self, token: &str, call: &CommandCall) -> Result<serde_json::Value, PlatformError>;
    /// Uploads a file under an id of the client's making; `progress` hears how many bytes have gone out.
    async fn upload(
        &self,
        token: &str,
        id: AttachmentId,
        name: &str,
        file: PathBuf,
        progress: Progress,
    ) -> Result<(), PlatformError>;
    /// Fetches a file.
    async fn download(
        &self,
        token: &str,
        id: AttachmentId,
    ) -> Result<BoxStream<'static, Result<Bytes, PlatformError>>, PlatformError>;
}

/// Makes a [`Platform`] for an address.
pub trait PlatformConnector: Send + Sync + 'static {
    /// # Errors
    /// If the address is not one.
    fn connect(&self, url: &str) -> Result<std::sync::Arc<dyn Platform>, PlatformError>;
}

/// A notification to raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The notice's key.
    pub id: Uuid,
    /// Its title.
    pub title: String,
    /// Its text: who, what, how much.
    pub body: String,
    /// Where a click leads.
    pub target: Option<OpenTarget>,
    /// What it tells, for the system's own rules.
    pub kind: NoticeKind,
    /// What can be done from it, where the system has buttons.
    pub actions: Vec<NoticeAction>,
    /// Whether it makes a sound.
    pub has_sound: bool,
    /// The language of its words, and of its buttons.
    pub spoken: Spoken,
}

/// What can be done from a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeAction {
    /// Shows what it is about.
    Open,
    /// Starts the work on the accepted offer.
    Start,
    /// Extends the lock.
    Extend,
}

/// Why a notification was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotifierError(pub String);

/// The system's notifications.
#[async_trait]
pub trait Notifier: Send + Sync + 'static {
    /// Raises a notification; returns when the system has taken it.
    async fn raise(&self, notification: &Notification) -> Result<(), NotifierError>;
}

/// What the desk asks of the program around it, where there is one.
pub trait Shell: Send + Sync + 'static {
    /// Why there is no icon in the tray; `None` if there is one.
    fn tray_problem(&self) -> Option<String>;
    /// Whether the program starts when its owner logs in; `None` if the system does not say.
    fn starts_at_login(&self) -> Option<bool>;
    /// Lets it start at login, or not.
    ///
    /// # Errors
    /// What the system said when it refused.
    fn start_at_login(&self, starts: bool) -> Result<(), String>;
    /// Closes the window, as the setting for the tray says.
    fn close_window(&self);
}

/// A version that a channel announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// Its number.
    pub version: String,
    /// What is new in it, in Markdown.
    pub notes: Option<String>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
}

/// Why the app was not updated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// Where updates come from cannot be reached, or the answer was cut.
    #[error("updates cannot be reached: {0}")]
    Unreachable(String),
    /// The answer is not of the form it must have.
    #[error("what is announced is not understood: {0}")]
    NotUnderstood(String),
    /// It was not signed with this build's key, or is not what was signed.
    #[error("the signature is not good: {0}")]
    BadSignature(String),
    /// The system refused to install it.
    #[error("the system did not install it: {0}")]
    NotInstalled(String),
}

/// Hears how many bytes have come, and of how many, if that is known.
pub type DownloadProgress = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// The means of updating the app.
#[async_trait]
pub trait Updater: Send + Sync + 'static {
    /// What the channel announces, newer or not. A version above the one that runs is only given when the key that
    /// signs releases has signed that very number for it.
    async fn check(&self, channel: UpdateChannel) -> Result<Option<Announced>, UpdateError>;
    /// Fetches the version that was announced last and checks its signature.
    async fn download(&self, version: &str, progress: DownloadProgress) -> Result<(), UpdateError>;
    /// Has the system install what was fetched.
    async fn install(&self) -> Result<(), UpdateError>;
    /// Ends the app and starts what is installed.
    fn restart(&self);
}

/// Why the keychain could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeychainError(pub String);

/// The system's keychain.
#[async_trait]
pub trait Keychain: Send + Sync + 'static {
    /// The secret kept under a name.
    async fn get(&self, name: &str) -> Result<Option<String>, KeychainError>;
    /// Keeps a secret.
    async fn set(&self, name: &str, secret: &str) -> Result<(), KeychainError>;
    /// Forgets a secret.
    async fn delete(&self, name: &str) -> Result<(), KeychainError>;
}
