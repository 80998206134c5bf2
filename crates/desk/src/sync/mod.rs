//! Staying in step with the platform: [`plan`] decides (pure), [`pull`] catches up, [`stream`] listens, [`push`] sends
//! the outbox, [`intake`] takes documents in,
//! [`index`] makes them findable. One engine runs for each session; [`recovery`] starts again what fails or hangs.

mod index;
mod intake;
mod plan;
mod pull;
mod push;
mod recovery;
mod stream;

pub(crate) use intake::Mode;
pub(crate) use recovery::Pulse;

use crate::{
    api::{
        DeskEvent,
        connection::{ConnectionState, ConnectionView},
    },
    desk::Desk,
    error::Result,
    session::Link,
};
use proffer_domain::Timestamp;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How the desk stands to its platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) state: ConnectionState,
    pub(crate) synced_at: Option<Timestamp>,
    pub(crate) first_sync_count: Option<u64>,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            state: ConnectionState::SignedOut,
            synced_at: None,
            first_sync_count: None,
        }
    }
}

impl Standing {
    /// Whether commands may go out.
    pub(crate) fn is_reachable(self) -> bool {
        self.state == ConnectionState::Online
    }
}

/// The tasks of one session.
pub(crate) struct Engine {
    cancel: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Desk {
    /// Starts the session's tasks.
    pub(crate) async fn start_engine(&self, link: Link) {
        self.stop_engine().await;
        self.inner.standing.send_modify(|standing| {
            standing.state = ConnectionState::Connecting;
            standing.first_sync_count = None;
        });
        let cancel = CancellationToken::new();
        let spawn = |part: &'static str, make: recovery::Make| {
            let (cancel, desk, link) = (cancel.clone(), self.clone(), link.clone());
            tokio::spawn(async move {
                let work = recovery::keep_running(desk, link, part, make);
                cancel.run_until_cancelled(work).await;
            })
        };
        let tasks = vec![
            spawn("stream", |desk, link| Box::pin(stream::run(desk, link))),
            spawn("push", |desk, link| Box::pin(push::run(desk, link))),
            spawn("index", |desk, _| Box::pin(index::run(desk))),
            spawn("watch", |desk, _| Box::pin(crate::notices::watch::run(desk))),
        ];
        *self.inner.engine.lock().await = Some(Engine { cancel, tasks });
    }

    /// Lets the session's tasks end by themselves, for who is one of them.
    pub(crate) async fn cancel_engine(&self) {
        if let Some(engine) = &*self.inner.engine.lock().await {
            engine.cancel.cancel();
        }
    }

    /// Stops the session's tasks and waits until they have ended.
    pub(crate) async fn stop_engine(&self) {
        let Some(engine) = self.inner.engine.lock().await.take() else {
            return;
        };
        engine.cancel.cancel();
        self.inner.pulse.rest();
        for task in engine.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the engine failed");
            }
        }
    }

    pub(crate) async fn set_signed_out(&self) -> Result<()> {
        self.set_standing(|standing| *standing = Standing::default()).await
    }

    /// Changes the standing and tells of it.
    pub(crate) async fn set_standing(&self, change: impl FnOnce(&mut Standing)) -> Result<()> {
        let changed = self.inner.standing.send_if_modified(|standing| {
            let before = *standing;
            change(standing);
            before != *standing
        });
        if changed {
            self.tell_connection().await?;
        }
        Ok(())
    }

    pub(crate) async fn tell_connection(&self) -> Result<()> {
        let connection = self.connection_view().await?;
        self.tell(DeskEvent::ConnectionChanged { connection });
        Ok(())
    }

    pub(crate) async fn connection_view(&self) -> Result<ConnectionView> {
        let (waiting_count, failed_count) = match self.account() {
            Ok(account) => self.inner.journal.outbox_counts(account.id).await?,
            Err(_) => (0, 0),
        };
        let standing = *self.inner.standing.borrow();
        Ok(ConnectionView {
            state: standing.state,
            synced_at: standing.synced_at,
            first_sync_count: standing.first_sync_count,
            waiting_count,
            failed_count,
        })
    }
}
