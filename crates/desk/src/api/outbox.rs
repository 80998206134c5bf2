//! What waits to be sent, and what could not be.

use super::ApiError;
use proffer_domain::{CommandId, OfferId, QuestionId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutboxRef {
    /// Which.
    pub command_id: CommandId,
}

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OutboxKind {
    /// Sends an Answer.
    Answer,
    /// Sends an Information Request.
    InfoRequest,
    /// Sends an offer.
    Offer,
    /// Sends a new version of an offer.
    Revision,
    /// Withdraws an offer.
    Withdrawal,
    /// Reminds the customer of an offer.
    Reminder,
    /// Starts the work on an offer.
    Start,
    /// Delivers an offer.
    Delivery,
    /// Cancels an offer.
    Cancellation,
    /// Asks a moderator for help.
    SupportRequest,
}

/// Where an entry stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OutboxState {
    /// In its undo window.
    Undoable {
        /// Until when.
        until: Timestamp,
    },
    /// Waiting for its turn, the platform or a sign-in.
    Waiting,
    /// On its way.
    Sending,
    /// The platform refused it; edit or discard it.
    Refused {
        /// Why.
        error: ApiError,
    },
    /// It can never be sent as it is; it blocks only its own question.
    Parked {
        /// Why.
        error: ApiError,
    },
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutboxEntryView {
    /// Its idempotency key.
    pub command_id: CommandId,
    /// What it does.
    pub kind: OutboxKind,
    /// The question it belongs to.
    pub question_id: Option<QuestionId>,
    /// The offer it belongs to.
    pub offer_id: Option<OfferId>,
    /// A line to know it by: the title of an offer, the beginning of a message.
    pub summary: String,
    /// When it was put in.
    pub queued_at: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Where it stands.
    pub state: OutboxState,
    /// Whether it can be taken back to be edited: it failed, or was never tried.
    pub is_editable: bool,
}

/// The outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutboxView {
    /// Oldest first.
    pub entries: Vec<OutboxEntryView>,
}
