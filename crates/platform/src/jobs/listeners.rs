//! Telling those who listen what was written.

use super::failed;
use crate::{flow::Flow, store::StoreError};
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
    let listeners = flow.listeners();
    let (mut polls, mut stamp) = (0, String::new());
    let mut next_poll = Instant::now() + POLL;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = tokio::time::sleep_until(next_poll) => {
                next_poll = Instant::now() + POLL;
                polls += 1;
                match stamp_of(flow).await {
                    Ok(now) if now != stamp => {
                        stamp = now;
                        listeners.stir_all();
                        listeners.stir_sessions();
                    }
                    Ok(_) if polls % SESSION_POLLS == 0 => listeners.stir_sessions(),
                    Ok(_) => {}
                    Err(error) => failed("listeners", &error.into()),
                }
            }
            () = listeners.wait() => {}
        }
        if let Err(error) = flow.tell_listeners().await {
            // What could not be told is at the next look.
            failed("listeners", &error);
        }
    }
    listeners.end_all();
}

async fn stamp_of(flow: &Flow) -> Result<String, StoreError> {
    flow.store().read().await?.stamp().await
}
