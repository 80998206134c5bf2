//! Reminding the customer of an open offer: once a version, never soon, and never before the day they chose themselves.
//! That it was done is a fact on the offer; its state stays as it is.

use super::{Offer, OfferState};
use crate::{Actor, Timestamp};
use jiff::SignedDuration;

/// How long a version lies with the customer before its expert may remind them of it.
pub const REMINDER_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Why no reminder may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReminderError {
    /// Only the expert who made the offer may.
    #[error("this offer is not yours to remind of")]
    NotYours,
    /// There is nothing to decide any more.
    #[error("only an open offer can be reminded of; this one is {}", .state.as_str())]
    NotOpen {
        /// Where the offer stands.
        state: OfferState,
    },
    /// Its expiry has come.
    #[error("this offer could be accepted until {expired_at}")]
    Expired {
        /// When it expired.
        expired_at: Timestamp,
    },
    /// A reminder of this version went out.
    #[error("a reminder of this version was sent at {reminded_at}; there is only one")]
    AlreadySent {
        /// When.
        reminded_at: Timestamp,
    },
    /// The customer chose when to be reminded.
    #[error("the customer asked to be reminded at {remind_at}")]
    Planned {
        /// When.
        remind_at: Timestamp,
    },
    /// It was sent a moment ago.
    #[error("a reminder may be sent from {allowed_at} on, a day after the offer")]
    TooEarly {
        /// From when on.
        allowed_at: Timestamp,
    },
}

impl Offer {
    /// When the reminder that the customer asked for is due; `None` if they asked for none or had it. One that the
    /// expert sent before does not take its place.
    #[must_use]
    pub fn reminder_due_at(&self) -> Option<Timestamp> {
        self.remind_at
            .filter(|remind_at| self.reminded_at.is_none_or(|reminded_at| reminded_at < *remind_at))
    }
}

/// Whether the expert may remind the customer of the current version at `now`.
///
/// # Errors
/// [`ReminderError`] says why not.
pub fn check_reminder(offer: &Offer, now: Timestamp) -> Result<(), ReminderError> {
    if !offer.state.is_open() {
        return Err(ReminderError::NotOpen { state: offer.state });
    }
    if let Some(expired_at) = offer.terms.expires_at.filter(|expires_at| *expires_at <= now) {
        return Err(ReminderError::Expired { expired_at });
    }
    if let Some(remind_at) = offer.reminder_due_at() {
        return Err(ReminderError::Planned { remind_at });
    }
    if let Some(reminded_at) = offer.reminded_at {
        return Err(ReminderError::AlreadySent { reminded_at });
    }
    let allowed_at = offer.sent_at.saturating_add(REMINDER_AFTER).unwrap_or(Timestamp::MAX);
    if now < allowed_at {
        return Err(ReminderError::TooEarly { allowed_at });
    }
    Ok(())
}

/// The offer as it stands once its expert's reminder goes out at `now`.
///
/// # Errors
/// [`ReminderError::NotYours`], and as [`check_reminder`].
pub fn remind(offer: &Offer, actor: Actor, now: Timestamp) -> Result<Offer, ReminderError> {
    if actor != Actor::Expert(offer.expert_id) {
        return Err(ReminderError::NotYours);
    }
    check_reminder(offer, now)?;
    Ok(Offer {
        reminded_at: Some(now),
        ..offer.clone()
    })
}
