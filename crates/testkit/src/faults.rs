//! A connection that loses answers: the platform has done what was asked, and the desk does not learn it.

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
        Ok(Arc::new(LossyPlatform {
            inner: HttpConnector.connect(url)?,
            losses: Arc::clone(&self.losses),
        }))
    }
}

struct LossyPlatform {
    inner: Arc<dyn Platform>,
    losses: Arc<Losses>,
}

#[async_trait]
impl Platform for LossyPlatform {
    async fn sign_in(&self, request: &SignInRequest) -> Result<SessionCreated, PlatformError> {
        self.inner.sign_in(request).await
    }
    async fn sign_out(&self, token: &str) -> Result<(), PlatformError> {
        self.inner.sign_out(token).await
    }
    async fn me(&self, token: &str) -> Result<Me, PlatformError> {
        self.inner.me(token).await
    }
    async fn sync(&self, token: &str, cursor: Option<&str>, limit: u32) -> Result<SyncText, PlatformError> {
        self.inner.sync(token, cursor, limit).await
    }
    async fn events(
        &self,
        token: &str,
        cursor: &str,
    ) -> Result<BoxStream<'static, Result<PlatformEvent, PlatformError>>, PlatformError> {
        self.inner.events(token, cursor).await
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
    async fn upload(
        &self,
        token: &str,
        id: AttachmentId,
        name: &str,
        file: PathBuf,
        progress: Progress,
    ) -> Result<(), PlatformError> {
        self.inner.upload(token, id, name, file, progress).await
    }
    async fn download(
        &self,
        token: &str,
        id: AttachmentId,
    ) -> Result<BoxStream<'static, Result<Bytes, PlatformError>>, PlatformError> {
        self.inner.download(token, id).await
    }
}
