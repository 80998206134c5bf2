//! The place of the one desk, which opens while the window comes up.

use proffer_desk::{
    Desk,
    api::{ApiError, ApiErrorCode},
};
use tokio::sync::watch;

type Opened = Option<Result<Desk, ApiError>>;

/// Holds the desk once it is open, or why it could not be opened.
pub(crate) struct DeskSlot(watch::Sender<Opened>);

impl Default for DeskSlot {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl DeskSlot {
    /// The desk is open.
    pub(crate) fn opened(&self, desk: Desk) {
        self.0.send_replace(Some(Ok(desk)));
    }

    /// The desk cannot be opened; every request is told so.
    pub(crate) fn failed(&self, error: ApiError) {
        self.0.send_replace(Some(Err(error)));
    }

    /// The desk, if it is open by now.
    pub(crate) fn now(&self) -> Option<Desk> {
        self.0
            .borrow()
            .as_ref()
            .and_then(|opened| opened.as_ref().ok().cloned())
    }

    /// The desk, as soon as it is open.
    pub(crate) async fn desk(&self) -> Result<Desk, ApiError> {
        let mut changes = self.0.subscribe();
        let opened = changes.wait_for(Option::is_some).await;
        match opened.as_deref() {
            Ok(Some(opened)) => opened.clone(),
            _ => Err(ApiError::new(ApiErrorCode::Internal).with_detail("the desk is closing")),
        }
    }
}
