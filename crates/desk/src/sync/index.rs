//! Behind everything else: making the index for search, after a first sync and after whatever brought much at once; then
//! moving what was written into the cache's file.

use super::plan;
use crate::{
    desk::Desk,
    error::{DeskError, Result},
};

/// Indexes what waits, whenever there is something, until the session ends.
pub(super) async fn run(desk: Desk) {
    let mut failures = 0;
    loop {
        match index_some(&desk).await {
            Ok(true) => {
                failures = 0;
                // Whoever waits to write goes first.
                tokio::task::yield_now().await;
            }
            Ok(false) => {
                failures = 0;
                if let Err(error) = desk.inner.cache.move_log().await {
                    tracing::debug!(%error, "the log stays where it is until the next time");
                }
                desk.inner.index_wake.notified().await;
            }
            Err(error) => {
                report(&error);
                let wait = plan::backoff(failures, desk.random_below(u64::MAX));
                desk.inner.ports.clock.sleep(wait).await;
                failures += 1;
            }
        }
    }
}

/// Indexes some of what waits, if the documents themselves are all here; says whether more waits.
async fn index_some(desk: &Desk) -> Result<bool> {
    let cache = &desk.inner.cache;
    if !cache.place().await?.is_complete || cache.is_indexed().await? {
        return Ok(false);
    }
    cache.index_some().await
}

fn report(error: &DeskError) {
    tracing::error!(%error, "the index for search could not be made further");
}
