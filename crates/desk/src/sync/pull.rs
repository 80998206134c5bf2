//! Catching up: page after page. While one is written, the next is read and the one after it is on its way.

use super::{intake::Mode, plan};
use crate::{
    api::connection::ConnectionState, cache::Batch, desk::Desk, error::Result, ports::PlatformError, session::Link,
};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

/// Changes a page. Large pages cost few round trips and few commits; one is megabytes, and a few are held at a time.
const PAGE_LIMIT: u32 = 2_000;

/// A page whose documents are being read.
struct Page {
    batch: AbortOnDropHandle<serde_json::Result<Batch>>,
    cursor: String,
    more: bool,
}

/// Fetches page after page and hands each over as soon as it is there.
async fn fetch(link: Link, mut cursor: Option<String>, pages: mpsc::Sender<std::result::Result<Page, PlatformError>>) {
    loop {
        let fetched = match link.platform.sync(&link.token, cursor.as_deref(), PAGE_LIMIT).await {
            Ok(fetched) => fetched,
            Err(error) => {
                // Nobody waiting for it means that the session has ended.
                let _ = pages.send(Err(error)).await;
                return;
            }
        };
        let (next, more, me) = (fetched.cursor.clone(), fetched.more, link.account);
        let pass_gate = crate::fault::gate();
        let page = Page {
            batch: AbortOnDropHandle::new(tokio::task::spawn_blocking(move || {
                pass_gate();
                Batch::read(fetched.changes, me)
            })),
            cursor: next.clone(),
            more,
        };
        if pages.send(Ok(page)).await.is_err() || !more {
            return;
        }
        cursor = Some(next);
    }
}

/// Pulls until nothing is waiting, raises what it called for, and gives the cursor.
pub(super) async fn run(desk: &Desk, link: &Link) -> Result<String> {
    let place = desk.inner.cache.place().await?;
    let mode = if place.is_complete { Mode::CatchUp } else { Mode::First };
    let mut count = 0;
    let (pages, mut fetched) = mpsc::channel(1);
    let _fetching = AbortOnDropHandle::new(tokio::spawn(fetch(link.clone(), place.cursor, pages)));
    let cursor = loop {
        let ended = || PlatformError::Unreachable("fetching ended early".to_owned());
        let page = fetched.recv().await.ok_or_else(ended)??;
        desk.inner.pulse.beat(desk.now(), std::time::Duration::ZERO);
        if mode == Mode::First {
            desk.set_standing(|standing| {
                standing.state = ConnectionState::Syncing;
                standing.first_sync_count = Some(count);
            })
            .await?;
        }
        let batch = page.batch.await.map_err(std::io::Error::other)?;
        let batch = batch.map_err(super::intake::unreadable)?;
        count += batch.count;
        desk.take_in(batch, Some(&page.cursor), mode).await?;
        if !page.more {
            break page.cursor;
        }
    };
    let now = desk.now();
    let waiting = desk.inner.journal.notices_to_raise(link.account).await?;
    if plan::is_digest(mode == Mode::First, waiting.len(), place.synced_at, now) {
        desk.digest(&waiting).await?;
    }
    desk.inner.cache.note_in_step(now).await?;
    desk.begin_raising();
    desk.inner.index_wake.notify_one();
    Ok(cursor)
}
