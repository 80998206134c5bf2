//! Sending the outbox: in order within a lane, lanes side by side, the same key until the outcome is known.

use super::{
    intake::Mode,
    plan::{self, AfterCommand},
};
use crate::{
    api::DeskEvent,
    cache::Batch,
    desk::Desk,
    error::Result,
    journal::{DraftFile, EntryState, StoredEntry},
    ports::{CommandCall, PlatformError, Progress},
    session::Link,
};
use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use proffer_domain::CommandId;
use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// Commands on their way at the same time, each of another lane.
const FLYING_AT_MOST: usize = 4;

/// Sends what the outbox holds until the session ends.
pub(super) async fn run(desk: Desk, link: Link) {
    let mut flying: FuturesUnordered<BoxFuture<'_, Uuid>> = FuturesUnordered::new();
    let mut lanes = HashSet::new();
    let mut standing = desk.inner.standing.subscribe();
    loop {
        let mut next_at = None;
        let mut landed = Vec::new();
        if standing.borrow_and_update().is_reachable() {
            match while_flying(to_send(&desk, &link), &mut flying, &mut landed).await {
                Ok(entries) => {
                    let room = FLYING_AT_MOST - flying.len();
                    let plan = plan::push_plan(&entries, &lanes, room, desk.now());
                    next_at = plan.next_at;
                    for index in plan.send {
                        let entry = entries[index].clone();
                        lanes.insert(entry.entry.lane);
                        flying.push(Box::pin(send(&desk, &link, entry)));
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "the outbox cannot be read");
                    next_at = Some(desk.now() + Duration::from_secs(5));
                }
            }
        }
        if !landed.is_empty() {
            // Their entries were read as they had been; only now may their lanes go on.
            lanes.retain(|lane| !landed.contains(lane));
            continue;
        }
        let wait = next_at.map(|at| Duration::try_from(at.duration_since(desk.now())).unwrap_or_default());
        let due = async {
            match wait {
                Some(wait) => desk.inner.ports.clock.sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(lane) = flying.next(), if !flying.is_empty() => {
                lanes.remove(&lane);
            }
            () = desk.inner.push_wake.notified() => {}
            changed = standing.changed() => if changed.is_err() { return },
            () = due => {}
        }
    }
}

/// The entries that may go out next.
async fn to_send(desk: &Desk, link: &Link) -> Result<Vec<StoredEntry>> {
    #[cfg(feature = "simulation")]
    if proffer_failpoints::is_broken("lanes_without_order") {
        return desk.inner.journal.outbox(link.account).await;
    }
    desk.inner.journal.outbox_heads(link.account).await
}

/// Waits for `work` and lets what is on its way go on meanwhile: a command that stood still could hold the very
/// connection to the journal that `work` waits for. Notes the lanes of those that landed.
async fn while_flying<T>(
    work: impl Future<Output = T>,
    flying: &mut FuturesUnordered<BoxFuture<'_, Uuid>>,
    landed: &mut Vec<Uuid>,
) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            Some(lane) = flying.next(), if !flying.is_empty() => landed.push(lane),
        }
    }
}

/// Sends one entry and deals with what came of it; gives its lane.
async fn send(desk: &Desk, link: &Link, entry: StoredEntry) -> Uuid {
    let lane = entry.entry.lane;
    let _sending = desk.inner.updates.sending();
    if let Err(error) = try_send(desk, link, &entry).await {
        // The entry is as it was; it is tried again with the same key.
        tracing::error!(%error, "an outbox entry could not be dealt with");
        let later = desk.now() + Duration::from_secs(5);
        if let Err(error) = desk.inner.journal.postpone(entry.entry.command_id, later).await {
            tracing::error!(%error, "an outbox entry could not be postponed");
            desk.inner.ports.clock.sleep(Duration::from_secs(5)).await;
        }
    }
    lane
}

async fn try_send(desk: &Desk, link: &Link, entry: &StoredEntry) -> Result<()> {
    let id = entry.entry.command_id;
    if !desk.inner.journal.note_attempt(id).await? {
        return Ok(());
    }
    desk.tell_outbox(&entry.entry).await?;
    match transmit(desk, link, entry).await? {
        Ok(document) => {
            crate::fault::at("desk.push.before_intake").await?;
            match Batch::of_answer(entry.entry.content.entity(), &document, link.account) {
                Ok(batch) => desk.take_in(batch, None, Mode::Live).await?,
                // It has arrived all the same; the document comes by sync.
                Err(error) => tracing::warn!(%error, "the answer to a command could not be read"),
            }
            crate::fault::at("desk.push.before_drop").await?;
            desk.inner.journal.drop_entry(id).await?;
        }
        Err(error) => match plan::after_command(error) {
            AfterCommand::Again => {
                let wait = plan::backoff(entry.attempts, desk.random_below(u64::MAX));
                desk.inner.journal.postpone(id, desk.now() + wait).await?;
            }
            AfterCommand::AwaitSignIn => {
                let wait = plan::backoff(entry.attempts, 0);
                desk.inner.journal.postpone(id, desk.now() + wait).await?;
                desk.expire_session(&link.token).await?;
            }
            AfterCommand::Refused(error) => {
                desk.inner.journal.fail_entry(id, EntryState::Refused, &error).await?;
            }
            AfterCommand::Parked(error) => {
                tracing::warn!(code = ?error.code, "an outbox entry can never be sent and is parked");
                desk.inner.journal.fail_entry(id, EntryState::Parked, &error).await?;
            }
        },
    }
    desk.tell_outbox(&entry.entry).await
}

fn progressed(command_id: CommandId, file: &DraftFile, sent_bytes: u64) -> DeskEvent {
    DeskEvent::UploadProgressed {
        command_id,
        name: file.name.clone(),
        sent_bytes,
        size_bytes: file.size_bytes,
    }
}

/// Tells the window how far a file has come, at each hundredth of it.
fn progress(desk: &Desk, command_id: CommandId, file: &DraftFile) -> Progress {
    let (desk, file, told) = (desk.clone(), file.clone(), AtomicU64::new(0));
    Arc::new(move |sent_bytes| {
        let percent = sent_bytes.saturating_mul(100) / file.size_bytes.max(1);
        if percent < 100 && told.swap(percent, Ordering::Relaxed) != percent {
            desk.tell(progressed(command_id, &file, sent_bytes));
        }
    })
}

/// Uploads what is not there yet, then sends the command.
async fn transmit(
    desk: &Desk,
    link: &Link,
    entry: &StoredEntry,
) -> Result<std::result::Result<serde_json::Value, PlatformError>> {
    for file in desk.inner.journal.command_files(entry.entry.command_id).await? {
        if file.is_uploaded {
            continue;
        }
        let path = desk.inner.journal.file_path(file.id);
        let command_id = entry.entry.command_id;
        let progress = progress(desk, command_id, &file);
        let uploaded = link
            .platform
            .upload(&link.token, file.id, &file.name, path, progress)
            .await;
        desk.tell(progressed(command_id, &file, file.size_bytes));
        if let Err(error) = uploaded {
            return Ok(Err(error));
        }
        desk.inner.journal.note_uploaded(file.id).await?;
    }
    #[cfg(feature = "simulation")]
    if proffer_failpoints::is_broken("entry_dropped_before_sent") {
        desk.inner.journal.drop_entry(entry.entry.command_id).await?;
    }
    crate::fault::at("desk.push.before_send").await?;
    #[cfg_attr(
        not(feature = "simulation"),
        expect(unused_mut, reason = "a broken variant changes it")
    )]
    let mut call = CommandCall {
        key: entry.entry.command_id,
        path: entry.entry.path.clone(),
        body: entry.entry.body.clone(),
    };
    #[cfg(feature = "simulation")]
    if proffer_failpoints::is_broken("no_idempotency_key") {
        call.key = proffer_domain::CommandId(desk.mint());
    }
    #[cfg(feature = "simulation")]
    if proffer_failpoints::is_broken("key_made_at_each_start") {
        call.key = proffer_domain::CommandId(Uuid::from_u128(call.key.0.as_u128() ^ proffer_failpoints::start()));
    }
    Ok(link.platform.command(&link.token, &call).await)
}
