//! What time brings: a lock that ends soon, and the end of quiet hours or a pause. Runs with or without a window.

use super::wording;
use crate::{api::DeskEvent, desk::Desk, error::Result};
use jiff::SignedDuration;
use proffer_domain::{AccountId, Question, Timestamp};
use std::time::Duration;
use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};

/// A computer that slept wakes to another time than its timers waited for; it is looked again so often at least.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(30);

/// Looks after time until the session ends.
pub(crate) async fn run(desk: Desk) {
    let mut events = desk.events();
    let mut was_hushed = false;
    loop {
        let wait = match look(&desk, &mut was_hushed).await {
            Ok(next) => next.map(|next| {
                let left = Duration::try_from(next.duration_since(desk.now())).unwrap_or_default();
                left.min(LOOK_AT_LEAST_EVERY)
            }),
            Err(error) => {
                tracing::error!(%error, "locks cannot be watched; trying again");
                Some(LOOK_AT_LEAST_EVERY)
            }
        };
        let due = async {
            match wait {
                Some(wait) => desk.inner.ports.clock.sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            is_open = news(&mut events) => if !is_open { return },
        }
    }
}

/// Warns of locks, tells what was held back; gives when to look again, by this computer's clock.
async fn look(desk: &Desk, was_hushed: &mut bool) -> Result<Option<Timestamp>> {
    let account = desk.account()?;
    let (now, mut next) = (desk.now(), None::<Timestamp>);
    let mut soonest = |at: Timestamp| next = Some(next.map_or(at, |next| next.min(at)));
    if desk.inner.cache.is_complete().await? {
        let platform_now = account.platform_time(now);
        let before = warning(account.limits().lock_warning_seconds);
        let mut due = Vec::new();
        for question in desk.inner.cache.questions_held(account.id, platform_now).await? {
            match warn_at(&question, account.id, platform_now, before) {
                Some(at) if at <= platform_now => due.extend(wording::lock_notice(desk.spoken(), &question, now)),
                Some(at) => soonest(account.local_time(at)),
                None => {}
            }
        }
        let settings = desk.settings();
        let news = desk
            .inner
            .journal
            .add_notices(account.id, due, &settings.notice_choices, now)
            .await?;
        if !news.is_empty() {
            desk.begin_raising();
            desk.tell_notices(account.id).await?;
        }
    }
    match desk.hushed_until().await? {
        Some(until) => {
            *was_hushed = true;
            soonest(until);
        }
        None if std::mem::take(was_hushed) => {
            desk.begin_raising();
            desk.tell_notices(account.id).await?;
        }
        None => {}
    }
    Ok(next)
}

fn warning(seconds: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(seconds))
}

/// When the end of this expert's lock is to be warned of; `None` if they do not hold it. All by the platform's clock.
fn warn_at(question: &Question, expert: AccountId, now: Timestamp, before: SignedDuration) -> Option<Timestamp> {
    let lock = question.lock.as_ref().filter(|lock| lock.is_held_by(expert, now))?;
    Some(lock.expires_at.saturating_sub(before).unwrap_or(lock.expires_at))
}

/// Waits for something that may have changed locks or settings; `false` when nothing will happen any more.
async fn news(events: &mut Receiver<DeskEvent>) -> bool {
    loop {
        match events.recv().await {
            Ok(DeskEvent::QueueChanged | DeskEvent::SettingsChanged) | Err(RecvError::Lagged(_)) => break,
            Ok(_) => {}
            Err(RecvError::Closed) => return false,
        }
    }
    // One look serves all that happened by now.
    while !matches!(events.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
    true
}

impl Desk {
    /// Whether a question's lock still ends soon, and is still this expert's.
    pub(super) async fn lock_still_ends_soon(&self, question: proffer_domain::QuestionId) -> Result<bool> {
        let account = self.account()?;
        let now = account.platform_time(self.now());
        let before = warning(account.limits().lock_warning_seconds);
        let document = self.inner.cache.question(question).await?;
        Ok(document
            .is_some_and(|document| warn_at(&document.question, account.id, now, before).is_some_and(|at| at <= now)))
    }
}
