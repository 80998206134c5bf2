//! The thread that commands run on where they come one after the other anyway: on SQLite, which has one writer.
//!
//! A command is some seventeen statements, each a question to SQLite's thread and its answer. Among the tasks of many
//! connections every answer would queue for its turn before the next question could be asked, while nobody else may
//! write. Here it finds nobody before it.

use std::{io, thread};
use tokio::{
    runtime::{self, Handle},
    sync::oneshot,
};

/// The thread, for as long as this is there.
pub(super) struct Lane {
    runtime: Handle,
    /// Closes with this value, by which the thread ends.
    _open: oneshot::Sender<()>,
}

impl Lane {
    pub(super) fn open() -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (open, closed) = oneshot::channel();
        thread::Builder::new().name("commands".to_owned()).spawn(move || {
            // It never says anything; that it is gone is the sign.
            let _gone = runtime.block_on(closed);
        })?;
        Ok(Self {
            runtime: handle,
            _open: open,
        })
    }

    /// Carries `work` out there, also when whoever waits for it goes away.
    pub(super) async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        match self.runtime.spawn(work).await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The thread ends with the store, which whoever waits here holds.
                Err(_) => std::future::pending().await,
            },
        }
    }
}
