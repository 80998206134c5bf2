//! A lock: one expert holds a question for a set time. Of any number who try at once, exactly one wins.

use crate::{AccountId, Person, Timestamp};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Who holds a question, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lock {
    /// The expert who holds it.
    pub holder: Person,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// When it ends by itself, by the platform's clock.
    pub expires_at: Timestamp,
}

/// Why a lock could not be taken, kept or released.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// Another expert holds it.
    #[error("{} holds this question until {}", .0.holder.name, .0.expires_at)]
    HeldBy(Lock),
    /// The one who asks does not hold it.
    #[error("you do not hold this question")]
    NotHeld,
    /// The question is closed.
    #[error("this question is closed")]
    QuestionClosed,
}

impl Lock {
    /// Whether it still holds at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Whether `expert` holds it at `now`.
    #[must_use]
    pub fn is_held_by(&self, expert: AccountId, now: Timestamp) -> bool {
        self.holder.id == expert && self.is_live(now)
    }
}

/// The lock that still holds at `now`, if any.
#[must_use]
pub fn live(lock: Option<&Lock>, now: Timestamp) -> Option<&Lock> {
    lock.filter(|lock| lock.is_live(now))
}

/// Takes the lock for `expert`, or extends it if they hold it already; it never shortens it.
///
/// # Errors
/// [`LockError::HeldBy`] if another expert's lock still holds at `now`.
pub fn take(lock: Option<&Lock>, expert: &Person, now: Timestamp, seconds: u32) -> Result<Lock, LockError> {
    match live(lock, now) {
        Some(held) if held.holder.id != expert.id => Err(LockError::HeldBy(held.clone())),
        held => Ok(Lock {
            holder: expert.clone(),
            taken_at: held.map_or(now, |lock| lock.taken_at),
            expires_at: held.map_or(end(now, seconds), |lock| lock.expires_at.max(end(now, seconds))),
        }),
    }
}

/// Extends a lock that `expert` holds, by a click or by work on the question. It never shortens it.
///
/// # Errors
/// [`LockError::HeldBy`] if another holds it, [`LockError::NotHeld`] if nobody does.
pub fn extend(lock: Option<&Lock>, expert: AccountId, now: Timestamp, seconds: u32) -> Result<Lock, LockError> {
    match live(lock, now) {
        Some(held) if held.holder.id == expert => Ok(Lock {
            expires_at: held.expires_at.max(end(now, seconds)),
            ..held.clone()
        }),
        Some(held) => Err(LockError::HeldBy(held.clone())),
        None => Err(LockError::NotHeld),
    }
}

/// Whether `expert` may release the lock.
///
/// # Errors
/// As [`extend`].
pub fn release(lock: Option<&Lock>, expert: AccountId, now: Timestamp) -> Result<(), LockError> {
    match live(lock, now) {
        Some(held) if held.holder.id == expert => Ok(()),
        Some(held) => Err(LockError::HeldBy(held.clone())),
        None => Err(LockError::NotHeld),
    }
}

fn end(now: Timestamp, seconds: u32) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(i64::from(seconds)))
        .unwrap_or(Timestamp::MAX)
}
