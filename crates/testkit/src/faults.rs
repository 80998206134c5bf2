//! Connections that something goes wrong on: answers that get lost, defects, events that stand in the line.

use async_trait::async_trait;
use proffer_desk::{
    HttpConnector,
    ports::{
        BoxStream, Bytes, CommandCall, Platform, PlatformConnector, PlatformError, PlatformEvent, Progress, SyncText,
    },
};
use proffer_domain::{AttachmentId, CommandId};
use proffer_protocol::{Me, SessionCreated, SignInRequest};
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio::sync::watch;

/// What stands between the desk and a platform, and touches some of what passes. The rest goes on as it is.
#[async_trait]
pub trait Between: Send + Sync + 'static {
    /// The platform behind it.
    fn behind(&self) -> &dyn Platform;
    /// Why nothing at all is let through.
    ///
    /// # Errors
    /// What whoever asks is answered.
    fn refusal(&self) -> Result<(), PlatformError> {
        Ok(())
    }
    /// As [`Platform::me`].
    async fn me(&self, token: &str) -> Result<Me, PlatformError> {
        self.behind().me(token).await
    }
    /// As [`Platform::events`].
    async fn events(&self, token: &str, cursor: &str) -> Result<Events, PlatformError> {
        self.behind().events(token, cursor).await
    }
    /// As [`Platform::command`].
    async fn command(&self, token: &str, call: &CommandCall) -> Result<serde_json::Value, PlatformError> {
        self.behind().command(token, call).await
    }
    /// As [`Platform::download`].
    async fn download(&self, token: &str, id: AttachmentId) -> Result<Download, PlatformError> {
        self.behind().download(token, id).await
    }
}

/// What a platform tells as it happens.
type Events = BoxStream<'static, Result<PlatformEvent, PlatformError>>;
/// A file as it comes.
type Download = BoxStream<'static, Result<Bytes, PlatformError>>;

/// The platform that the desk sees when something stands between.
pub struct Interposed<T>(pub T);

#[async_trait]
impl<T: Between> Platform for Interposed<T> {
    async fn sign_in(&self, request: &SignInRequest) -> Result<SessionCreated, PlatformError> {
        self.0.refusal()?;
        self.0.behind().sign_in(request).await
    }
    async fn sign_out(&self, token: &str) -> Result<(), PlatformError> {
        self.0.refusal()?;
        self.0.behind().sign_out(token).await
    }
    async fn me(&self, token: &str) -> Result<Me, PlatformError> {
        self.0.refusal()?;
        self.0.me(token).await
    }
    async fn sync(&self, token: &str, cursor: Option<&str>, limit: u32) -> Result<SyncText, PlatformError> {
        self.0.refusal()?;
        self.0.behind().sync(token, cursor, limit).await
    }
    async fn events(&self, token: &str, cursor: &str) -> Result<Events, PlatformError> {
        self.0.refusal()?;
        self.0.events(token, cursor).await
    }
    async fn command(&self, token: &str, call: &CommandCall) -> Result<serde_json::Value, PlatformError> {
        self.0.refusal()?;
        self.0.command(token, call).await
    }
    async fn upload(
        &self,
        token: &str,
        id: AttachmentId,
        name: &str,
        file: PathBuf,
        progress: Progress,
    ) -> Result<(), PlatformError> {
        self.0.refusal()?;
        self.0.behind().upload(token, id, name, file, progress).await
    }
    async fn download(&self, token: &str, id: AttachmentId) -> Result<Download, PlatformError> {
        self.0.refusal()?;
        self.0.download(token, id).await
    }
}

#[derive(Default)]
struct Losses {
    to_lose: AtomicU32,
    sent: Mutex<Vec<CommandId>>,
}

/// Connects by HTTP and loses answers to commands on demand.
#[derive(Clone, Default)]
pub struct LossyConnector {
    losses: Arc<Losses>,
}

impl LossyConnector {
    /// Loses the answers to the next so many commands.
    pub fn lose_answers(&self, count: u32) {
        self.losses.to_lose.store(count, Ordering::SeqCst);
    }

    /// The keys of all commands sent, in order, repeated as they were.
    #[must_use]
    pub fn sent(&self) -> Vec<CommandId> {
        self.losses.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl PlatformConnector for LossyConnector {
    fn connect(&self, url: &str) -> Result<Arc<dyn Platform>, PlatformError> {
        Ok(Arc::new(Interposed(LossyPlatform {
            inner: HttpConnector.connect(url)?,
            losses: Arc::clone(&self.losses),
        })))
    }
}

struct LossyPlatform {
    inner: Arc<dyn Platform>,
    losses: Arc<Losses>,
}

#[async_trait]
impl Between for LossyPlatform {
    fn behind(&self) -> &dyn Platform {
        &*self.inner
    }
    async fn command(&self, token: &str, call: &CommandCall) -> Result<serde_json::Value, PlatformError> {
        self.losses
            .sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(call.key);
        let answer = self.inner.command(token, call).await;
        let loses = self
            .losses
            .to_lose
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if loses.is_ok() {
            return Err(PlatformError::Unreachable("the answer got lost".to_owned()));
        }
        answer
    }
}

/// What goes wrong, and how often it still does.
#[derive(Default)]
struct Failures {
    connects: AtomicU32,
    mes: AtomicU32,
    hanging_mes: AtomicU32,
    commands: AtomicU32,
    /// What the platform adds to each file on its way.
    more_bytes: AtomicU32,
}

/// Connects by HTTP, and panics, hangs or lies on demand: what a defect in the desk's own code would do.
#[derive(Clone, Default)]
pub struct FailingConnector {
    failures: Arc<Failures>,
}

impl FailingConnector {
    /// Panics at the next so many connections.
    pub fn panic_at_connect(&self, count: u32) {
        self.failures.connects.store(count, Ordering::SeqCst);
    }

    /// Panics at the next so many readings of the account, with which each connection begins.
    pub fn panic_at_me(&self, count: u32) {
        self.failures.mes.store(count, Ordering::SeqCst);
    }

    /// Never answers the next so many of them.
    pub fn hang_at_me(&self, count: u32) {
        self.failures.hanging_mes.store(count, Ordering::SeqCst);
    }

    /// Panics at the next so many commands.
    pub fn panic_at_command(&self, count: u32) {
        self.failures.commands.store(count, Ordering::SeqCst);
    }

    /// Adds so many bytes to each file that is fetched.
    pub fn add_bytes(&self, count: u32) {
        self.failures.more_bytes.store(count, Ordering::SeqCst);
    }

    /// How many failures are still to come.
    #[must_use]
    pub fn left(&self) -> u32 {
        let Failures {
            connects,
            mes,
            hanging_mes,
            commands,
            ..
        } = &*self.failures;
        [connects, mes, hanging_mes, commands]
            .iter()
            .map(|count| count.load(Ordering::SeqCst))
            .sum()
    }
}

/// Takes one off, if there is one.
fn is_due(count: &AtomicU32) -> bool {
    count
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
        .is_ok()
}

impl PlatformConnector for FailingConnector {
    fn connect(&self, url: &str) -> Result<Arc<dyn Platform>, PlatformError> {
        assert!(!is_due(&self.failures.connects), "a defect at connecting to {url}");
        Ok(Arc::new(Interposed(FailingPlatform {
            inner: HttpConnector.connect(url)?,
            failures: Arc::clone(&self.failures),
        })))
    }
}

struct FailingPlatform {
    inner: Arc<dyn Platform>,
    failures: Arc<Failures>,
}

#[async_trait]
impl Between for FailingPlatform {
    fn behind(&self) -> &dyn Platform {
        &*self.inner
    }
    async fn me(&self, token: &str) -> Result<Me, PlatformError> {
        assert!(!is_due(&self.failures.mes), "a defect at reading the account");
        if is_due(&self.failures.hanging_mes) {
            std::future::pending::<()>().await;
        }
        self.inner.me(token).await
    }
    async fn command(&self, token: &str, call: &CommandCall) -> Result<serde_json::Value, PlatformError> {
        assert!(!is_due(&self.failures.commands), "a defect at sending a command");
        self.inner.command(token, call).await
    }
    async fn download(&self, token: &str, id: AttachmentId) -> Result<Download, PlatformError> {
        let bytes = self.inner.download(token, id).await?;
        let more = self.failures.more_bytes.load(Ordering::SeqCst);
        let more = futures_util::stream::iter((0..more).map(|_| Ok(Bytes::from_static(b"x"))));
        Ok(Box::pin(futures_util::StreamExt::chain(bytes, more)))
    }
}

/// Connects by HTTP; what the platform tells as it happens is taken only while its gate is open, so that it stands in the
/// line meanwhile.
#[derive(Clone)]
pub struct GatedConnector {
    is_open: watch::Sender<bool>,
}

impl Default for GatedConnector {
    fn default() -> Self {
        Self {
            is_open: watch::Sender::new(true),
        }
    }
}

impl GatedConnector {
    /// Takes nothing more; what is being taken still comes.
    pub fn close(&self) {
        self.is_open.send_replace(false);
    }

    /// Takes what stands in the line, and all that comes.
    pub fn open(&self) {
        self.is_open.send_replace(true);
    }
}

impl PlatformConnector for GatedConnector {
    fn connect(&self, url: &str) -> Result<Arc<dyn Platform>, PlatformError> {
        Ok(Arc::new(Interposed(GatedPlatform {
            inner: HttpConnector.connect(url)?,
            is_open: self.is_open.clone(),
        })))
    }
}

struct GatedPlatform {
    inner: Arc<dyn Platform>,
    is_open: watch::Sender<bool>,
}

#[async_trait]
impl Between for GatedPlatform {
    fn behind(&self) -> &dyn Platform {
        &*self.inner
    }
    async fn events(&self, token: &str, cursor: &str) -> Result<Events, PlatformError> {
        let events = self.inner.events(token, cursor).await?;
        let behind = (events, self.is_open.subscribe());
        let gated = futures_util::stream::unfold(behind, |(mut events, mut is_open)| async move {
            // Its sender lives as long as the platform that gave it.
            is_open.wait_for(|is_open| *is_open).await.ok()?;
            let event = futures_util::StreamExt::next(&mut events).await?;
            Some((event, (events, is_open)))
        });
        Ok(Box::pin(gated))
    }
}
