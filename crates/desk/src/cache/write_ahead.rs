//! The write-ahead log: what is committed lies there until it is moved into the file, which takes tens of milliseconds for
//! what a while of use brings. It is moved behind everything else, so that no document waits for it.

use super::Cache;
use crate::error::Result;
use std::sync::atomic::Ordering;

/// From how many pages on whoever commits moves the log at once: when so much comes that nothing is ever behind it, as in
/// a first sync.
pub(super) const PAGES_MOVED_AT_ONCE: &str = "8000";

/// Documents after which the log is moved. Each changes a few pages, and a few more when it is indexed.
const DOCUMENTS_MOVED: u64 = 200;

impl Cache {
    /// Notes that so many documents were written or indexed.
    pub(super) fn note_in_log(&self, documents: u64) {
        self.in_log.fetch_add(documents, Ordering::Relaxed);
    }

    /// Moves the log into the file if enough came since it was last, beside whoever reads and writes.
    pub(crate) async fn move_log(&self) -> Result<()> {
        if self.in_log.load(Ordering::Relaxed) < DOCUMENTS_MOVED {
            return Ok(());
        }
        self.in_log.store(0, Ordering::Relaxed);
        let mover = self.pools().mover;
        // What somebody still reads stays in the log until the next time.
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mover).await?;
        Ok(())
    }
}
