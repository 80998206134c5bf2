//! Hints between platforms in one process.

use super::{Heard, Hint, HintError, Hints};
use async_trait::async_trait;
use tokio::sync::broadcast;

/// How far one who listens may fall behind before it has to look at everything.
const KEPT: usize = 1_024;

/// Hints within this process; a clone reaches the same listeners.
#[derive(Clone)]
pub struct InProcessHints(broadcast::Sender<Hint>);

impl Default for InProcessHints {
    fn default() -> Self {
        Self(broadcast::channel(KEPT).0)
    }
}

#[async_trait]
impl Hints for InProcessHints {
    async fn publish(&self, hint: &Hint) -> Result<(), HintError> {
        // In the form of every other way, so that all have the same limits; that nobody listens is no failure.
        let _ = self.0.send(Hint::from_text(&hint.to_text(), hint.sent_at));
        Ok(())
    }

    async fn subscribe(&self) -> Result<Box<dyn Heard>, HintError> {
        Ok(Box::new(Listener(self.0.subscribe())))
    }
}

struct Listener(broadcast::Receiver<Hint>);

#[async_trait]
impl Heard for Listener {
    async fn next(&mut self) -> Result<Hint, HintError> {
        self.0
            .recv()
            .await
            .map_err(|error| HintError::Broken(error.to_string()))
    }
}
