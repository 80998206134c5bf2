//! Premium offers: what is offered ([`terms`]), where it stands, and what may happen to it ([`transition`]).
//!
//! An offer keeps its id through all its versions. Only its current version has a state that moves; the earlier ones
//! are `superseded` for good. `viewed_at`, `reminded_at` and `email_failed` are facts, not states.

mod payment;
mod reminder;
mod terms;
mod transition;
pub mod wording;

pub use payment::{Division, PaymentState, PaymentStep, divide, payment_step};
pub use reminder::{REMINDER_AFTER, ReminderError, check_reminder, remind};
pub use terms::{
    CALL_SLOTS_MAX, CallSlot, DELIVERABLE_MAX_CHARS, DELIVERABLES_MAX, DeliveryTime, DeliveryUnit, NOTE_MAX_CHARS,
    OfferTerms, TITLE_MAX_CHARS,
};
pub use transition::{
    OfferCommand, OfferError, SendContext, Tell, Transition, apply, check_send, revise, send, told, told_besides,
};

use crate::{AccountId, Actor, Attachment, CategoryId, EventId, OfferId, QuestionId, Timestamp};
use serde::{Deserialize, Serialize};

/// Where an offer stands on the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OfferState {
    /// With the customer. Open.
    Sent,
    /// Kept on the customer's list for later. Open.
    Held,
    /// The customer said no; they may reconsider.
    Declined,
    /// The customer said yes: to be fulfilled.
    Accepted,
    /// The expert has started.
    InProgress,
    /// Delivered; the customer confirms, or it completes by itself.
    Delivered,
    /// Done. Terminal.
    Completed,
    /// Taken back. Terminal.
    Withdrawn,
    /// Its time ran out. Terminal.
    Expired,
    /// Replaced by a later version. Terminal, and only of an earlier version.
    Superseded,
    /// Ended after acceptance, with a reason. Terminal.
    Cancelled,
}

impl OfferState {
    /// All states.
    pub const ALL: [Self; 11] = [
        Self::Sent,
        Self::Held,
        Self::Declined,
        Self::Accepted,
        Self::InProgress,
        Self::Delivered,
        Self::Completed,
        Self::Withdrawn,
        Self::Expired,
        Self::Superseded,
        Self::Cancelled,
    ];

    /// Sent or held: the customer can accept it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Sent | Self::Held)
    }

    /// Whether nothing can happen to it any more.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Withdrawn | Self::Expired | Self::Superseded | Self::Cancelled
        )
    }

    /// The name on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Held => "held",
            Self::Declined => "declined",
            Self::Accepted => "accepted",
            Self::InProgress => "in_progress",
            Self::Delivered => "delivered",
            Self::Completed => "completed",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a name made by [`OfferState::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What happened to an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OfferEventKind {
    /// The expert sent it.
    Sent,
    /// The customer opened its page.
    Viewed,
    /// The customer keeps it for later.
    Held,
    /// The customer declined.
    Declined,
    /// The customer took the decline back.
    Reconsidered,
    /// The expert sent a new version.
    Revised,
    /// It was taken back.
    Withdrawn,
    /// Its time ran out.
    Expired,
    /// The customer accepted.
    Accepted,
    /// The expert started.
    Started,
    /// The expert delivered.
    Delivered,
    /// It was completed.
    Completed,
    /// It was cancelled after acceptance.
    Cancelled,
}

impl OfferEventKind {
    /// The name on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Viewed => "viewed",
            Self::Held => "held",
            Self::Declined => "declined",
            Self::Reconsidered => "reconsidered",
            Self::Revised => "revised",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Accepted => "accepted",
            Self::Started => "started",
            Self::Delivered => "delivered",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One entry of an offer's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferEvent {
    /// Its id; notices are keyed by it.
    pub id: EventId,
    /// The version it happened to.
    pub version: u32,
    /// What happened.
    pub kind: OfferEventKind,
    /// Who did it.
    pub actor: Actor,
    /// When, by the platform's clock.
    pub at: Timestamp,
}

/// A version that was replaced by a later one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferVersion {
    /// Its number, from 1.
    pub version: u32,
    /// What it offered.
    pub terms: OfferTerms,
    /// When it was sent.
    pub sent_at: Timestamp,
}

/// What was delivered: a message with files, or the outcome of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// The message to the customer, or what came of the call. Markdown, hostile text.
    pub message: String,
    /// Whether it reports the outcome of a call.
    pub is_call_outcome: bool,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// When it was delivered.
    pub delivered_at: Timestamp,
}

/// A premium offer as the platform holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Offer {
    /// Its id, made by the desk.
    pub id: OfferId,
    /// The question it was made on.
    pub question_id: QuestionId,
    /// That question's category.
    pub category_id: CategoryId,
    /// Who it is for.
    pub customer_id: AccountId,
    /// Who made it.
    pub expert_id: AccountId,
    /// The current version's number, from 1.
    pub version: u32,
    /// The current version's state.
    pub state: OfferState,
    /// The current version's terms.
    pub terms: OfferTerms,
    /// When the current version was sent.
    pub sent_at: Timestamp,
    /// When the customer last opened its page.
    pub viewed_at: Option<Timestamp>,
    /// When the customer wants to be reminded of a held offer.
    pub remind_at: Option<Timestamp>,
    /// When a reminder of this version last went out, asked for by the customer or sent by the expert.
    pub reminded_at: Option<Timestamp>,
    /// Whether the email about it was given up.
    pub email_failed: bool,
    /// The customer's reason for declining, if they gave one. Hostile text.
    pub decline_reason: Option<String>,
    /// When the customer accepted.
    pub accepted_at: Option<Timestamp>,
    /// The call time the customer chose when accepting.
    pub chosen_call_slot: Option<CallSlot>,
    /// What was delivered.
    pub delivery: Option<Delivery>,
    /// When a delivered offer completes by itself.
    pub completes_at: Option<Timestamp>,
    /// Why it was cancelled. Hostile text.
    pub cancel_reason: Option<String>,
    /// The versions before the current one, oldest first.
    pub earlier: Vec<OfferVersion>,
    /// All that happened to it, oldest first.
    pub events: Vec<OfferEvent>,
}

impl Offer {
    /// Whether the current version's expiry has come at `now`.
    #[must_use]
    pub fn is_past_expiry(&self, now: Timestamp) -> bool {
        self.terms.expires_at.is_some_and(|expires_at| expires_at <= now)
    }
}
