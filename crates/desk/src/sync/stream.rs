//! The connection: catch up, then listen; lost, wait and begin again.

use super::{
    intake::Mode,
    plan::{self, AfterLoss},
    pull,
};
use crate::{
    api::connection::ConnectionState,
    desk::Desk,
    error::{DeskError, Result},
    ports::{PlatformError, PlatformEvent},
    session::Link,
};
use futures_util::StreamExt;
use std::time::Duration;

/// A stream that is silent for longer than this is dead; the platform sends a sign of life more often.
const SILENCE: Duration = Duration::from_secs(40);
/// How long to wait when the versions do not fit.
const MISMATCH_WAIT: Duration = Duration::from_secs(15 * 60);
/// How often being in step is written down while nothing happens.
const IN_STEP_EVERY: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

/// Keeps the desk in step until its session ends.
pub(super) async fn run(desk: Desk, link: Link) {
    let mut failures = 0;
    loop {
        desk.inner.pulse.beat(desk.now(), Duration::ZERO);
        let error = match in_step(&desk, &link, &mut failures).await {
            Ok(()) => continue,
            Err(error) => error,
        };
        match after(&desk, &link, error, &mut failures).await {
            Ok(true) => {}
            Ok(false) => {
                desk.inner.pulse.rest();
                return;
            }
            Err(error) => {
                tracing::error!(%error, "the desk's own data failed; trying again");
                let pause = plan::backoff(6, 0);
                desk.inner.pulse.beat(desk.now(), pause);
                desk.inner.ports.clock.sleep(pause).await;
            }
        }
    }
}

/// Deals with a lost connection; `false` when the session has ended.
async fn after(desk: &Desk, link: &Link, error: DeskError, failures: &mut u32) -> Result<bool> {
    let DeskError::Platform(error) = error else {
        tracing::error!(%error, "what the platform sent could not be taken in");
        if desk.inner.cache.is_damaged_by(&error) {
            desk.rebuild_cache(link.account).await?;
            return Ok(true);
        }
        let state = if error.is_disk_full() {
            ConnectionState::DiskFull
        } else {
            ConnectionState::Offline
        };
        desk.set_standing(|standing| standing.state = state).await?;
        wait(desk, plan::backoff(*failures, desk.random_below(u64::MAX))).await;
        *failures += 1;
        return Ok(true);
    };
    let has_cursor = desk.inner.cache.place().await?.cursor.is_some();
    match plan::after_loss(&error, has_cursor) {
        AfterLoss::Expire => {
            desk.expire_session(&link.token).await?;
            return Ok(false);
        }
        AfterLoss::Mismatch => {
            desk.set_standing(|standing| standing.state = ConnectionState::ProtocolMismatch)
                .await?;
            wait(desk, MISMATCH_WAIT).await;
        }
        AfterLoss::StartOver => {
            tracing::warn!("the platform does not know the cursor; syncing from the beginning");
            desk.inner.cache.clear(Some(link.account)).await?;
        }
        AfterLoss::Reconnect => {
            tracing::info!(%error, failures, "the platform cannot be reached");
            // A stream that ended is tried again at once; only when that fails is the desk offline.
            if *failures > 0 {
                desk.set_standing(|standing| standing.state = ConnectionState::Offline)
                    .await?;
            } else {
                desk.set_standing(|standing| standing.state = ConnectionState::Connecting)
                    .await?;
            }
            wait(desk, plan::backoff(*failures, desk.random_below(u64::MAX))).await;
        }
    }
    *failures += 1;
    Ok(true)
}

/// Waits, or until the expert asks to connect now.
async fn wait(desk: &Desk, duration: Duration) {
    desk.inner.pulse.beat(desk.now(), duration);
    tokio::select! {
        () = desk.inner.ports.clock.sleep(duration) => {}
        () = desk.inner.retry_wake.notified() => {}
    }
}

/// Catches up and listens; ends well when the platform says that the desk fell behind.
async fn in_step(desk: &Desk, link: &Link, failures: &mut u32) -> Result<()> {
    let me = link.platform.me(&link.token).await?;
    desk.note_me(me).await?;
    let cursor = pull::run(desk, link).await?;
    let mut events = link.platform.events(&link.token, &cursor).await?;
    *failures = 0;
    let mut noted_at = desk.now();
    desk.inner.journal.make_due(link.account, noted_at).await?;
    desk.set_standing(|standing| {
        standing.state = ConnectionState::Online;
        standing.synced_at = Some(noted_at);
        standing.first_sync_count = None;
    })
    .await?;
    desk.inner.push_wake.notify_one();
    loop {
        desk.inner.pulse.beat(desk.now(), SILENCE);
        let event = tokio::select! {
            event = events.next() => event,
            () = desk.inner.cache.damaged() => {
                return Err(DeskError::Damaged("found while it was read through".to_owned()));
            }
            () = desk.inner.ports.clock.sleep(SILENCE) => {
                return Err(PlatformError::Unreachable("the event stream fell silent".to_owned()).into());
            }
        };
        match event {
            Some(Ok(PlatformEvent::Sync(page))) => {
                #[cfg(feature = "simulation")]
                if proffer_failpoints::is_broken("failed_page_skipped") {
                    if let Err(error) = desk.take_page(page, Mode::Live).await {
                        tracing::error!(%error, "skipped");
                    }
                    continue;
                }
                desk.take_page(page, Mode::Live).await?;
            }
            Some(Ok(PlatformEvent::Heartbeat)) => {}
            Some(Ok(PlatformEvent::Behind)) => return Ok(()),
            Some(Err(error)) => return Err(error.into()),
            None => return Err(PlatformError::Unreachable("the event stream ended".to_owned()).into()),
        }
        let now = desk.now();
        if now.duration_since(noted_at) > IN_STEP_EVERY {
            noted_at = now;
            desk.inner.cache.note_in_step(now).await?;
            desk.set_standing(|standing| standing.synced_at = Some(now)).await?;
        }
    }
}
