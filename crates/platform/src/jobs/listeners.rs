//! Telling those who listen what was written.

use super::failed;
use crate::{
    flow::Flow,
    store::{Stamp, StoreError},
    streams::Doubted,
};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether another process wrote something that no hint told of.
const POLL: Duration = Duration::from_secs(2);
/// After how many of these it is looked whose session has run out.
const SESSION_POLLS: u32 = 30;

/// Tells those who listen what was written: here as soon as it was, by another process as soon as it hints at it, or else
/// at the next look. Ends them all when it is cancelled.
pub(super) async fn watch(flow: &Flow, stop: &CancellationToken) {
    // Side by side: to look everybody up takes a while, and news must not wait for it.
    tokio::join!(tell(flow, stop), look(flow, stop));
    flow.listeners().end_all();
}

/// Passes on what is written to the streams.
async fn tell(flow: &Flow, stop: &CancellationToken) {
    while stop.run_until_cancelled(flow.listeners().stirred()).await.is_some() {
        if let Err(error) = flow.tell_listeners().await {
            failed("listeners", &error);
            if stop.run_until_cancelled(tokio::time::sleep(POLL)).await.is_none() {
                return;
            }
        }
    }
}

/// Looks up what is in doubt, and for what no hint told of.
async fn look(flow: &Flow, stop: &CancellationToken) {
    let listeners = flow.listeners();
    let (mut polls, mut stamp) = (0, Stamp::default());
    let mut next_poll = Instant::now() + POLL;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep_until(next_poll) => {
                next_poll = Instant::now() + POLL;
                polls += 1;
                match stamp_of(flow).await {
                    Ok(now) => {
                        listeners.doubt(Doubted {
                            streams: now.changes != stamp.changes,
                            sessions: now.decisions != stamp.decisions || polls % SESSION_POLLS == 0,
                        });
                        stamp = now;
                    }
                    Err(error) => failed("listeners", &error.into()),
                }
            }
            () = listeners.doubted() => {}
        }
        if let Err(error) = flow.look_after_listeners().await {
            failed("listeners", &error);
            // What is still in doubt is looked up with the next look.
            if stop
                .run_until_cancelled(tokio::time::sleep_until(next_poll))
                .await
                .is_none()
            {
                return;
            }
        }
    }
}

async fn stamp_of(flow: &Flow) -> Result<Stamp, StoreError> {
    flow.store().read().await?.stamp().await
}
