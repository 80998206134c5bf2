//! Catching up: page after page, the next one on its way while one is taken in.

use super::{intake::Mode, plan};
use crate::{api::connection::ConnectionState, desk::Desk, error::Result, ports::SyncText, session::Link};
use tokio_util::task::AbortOnDropHandle;

/// Changes a page. Large pages cost few round trips and few commits.
const PAGE_LIMIT: u32 = 2_000;

type Fetch = AbortOnDropHandle<std::result::Result<SyncText, crate::ports::PlatformError>>;

fn fetch(link: &Link, cursor: Option<String>) -> Fetch {
    let link = link.clone();
    AbortOnDropHandle::new(tokio::spawn(async move {
        link.platform.sync(&link.token, cursor.as_deref(), PAGE_LIMIT).await
    }))
}

/// Pulls until nothing is waiting, raises what it called for, and gives the cursor.
pub(super) async fn run(desk: &Desk, link: &Link) -> Result<String> {
    let place = desk.inner.cache.place().await?;
    let mode = if place.is_complete { Mode::CatchUp } else { Mode::First };
    let mut count = 0;
    let mut next = fetch(link, place.cursor);
    let cursor = loop {
        let page = next.await.map_err(std::io::Error::other)??;
        let (cursor, more) = (page.cursor.clone(), page.more);
        let ahead = more.then(|| fetch(link, Some(cursor.clone())));
        if mode == Mode::First {
            desk.set_standing(|standing| {
                standing.state = ConnectionState::Syncing;
                standing.first_sync_count = Some(count);
            })
            .await?;
        }
        count += desk.take_page(page, mode).await?;
        match ahead {
            Some(ahead) => next = ahead,
            None => break cursor,
        }
    };
    let now = desk.now();
    let waiting = desk.inner.journal.notices_to_raise(link.account).await?;
    if plan::is_digest(mode == Mode::First, waiting.len(), place.synced_at, now) {
        desk.digest(&waiting).await?;
    }
    desk.inner.cache.note_in_step(now).await?;
    desk.begin_raising();
    Ok(cursor)
}
