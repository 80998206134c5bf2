//! One offer in full.

use super::{ApiError, attachment::DraftAttachment, outbox::OutboxKind};
use proffer_domain::{
    Attachment, CallSlot, CommandId, DeliveryTime, OfferEventKind, OfferId, OfferState, QuestionId, ServiceKind,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferRef {
    /// Which.
    pub offer_id: OfferId,
}

/// Ends an accepted offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferCancel {
    /// Which.
    pub offer_id: OfferId,
    /// Why; the customer sees it.
    pub reason: String,
}

/// Keeps the delivery being written. Files are added apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferDeliverySave {
    /// Which.
    pub offer_id: OfferId,
    /// The message, or what came of the call.
    pub message: String,
    /// Whether it reports a call's outcome.
    pub is_call_outcome: bool,
}

/// The delivery being written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeliveryDraftView {
    /// The message, or what came of the call.
    pub message: String,
    /// Whether it reports a call's outcome.
    pub is_call_outcome: bool,
    /// Its files.
    pub attachments: Vec<DraftAttachment>,
    /// When it was last kept; `None` for an empty draft.
    pub saved_at: Option<Timestamp>,
}

/// Something the expert can do with an offer now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OfferAction {
    /// Start the work.
    Start,
    /// Deliver it.
    Deliver,
    /// Send a new version.
    Revise,
    /// Take it back.
    Withdraw,
    /// Remind the customer of it, once.
    Remind,
    /// End it with a reason.
    Cancel,
}

/// Why the customer cannot be reminded now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReminderBlocker {
    /// It was sent less than a day ago.
    TooEarly {
        /// From when on it may be.
        allowed_at: Timestamp,
    },
    /// A reminder of this version went out, or is on its way.
    AlreadySent {
        /// When.
        reminded_at: Timestamp,
    },
    /// The customer chose when to be reminded.
    Planned {
        /// When.
        remind_at: Timestamp,
    },
    /// Its time is over.
    Expired,
}

/// Whether the customer of an open offer can be reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReminderView {
    /// Why not; `None` if they can.
    pub blocker: Option<ReminderBlocker>,
}

/// One entry of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferHistoryEntry {
    /// What happened.
    pub kind: OfferEventKind,
    /// To which version.
    pub version: u32,
    /// When.
    pub at: Timestamp,
}

/// What was delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeliveryView {
    /// The message, safe.
    pub message_html: String,
    /// Whether it reports a call's outcome.
    pub is_call_outcome: bool,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// When.
    pub delivered_at: Timestamp,
}

/// What of an offer waits in the outbox or was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferPending {
    /// The outbox entry.
    pub command_id: CommandId,
    /// What it does.
    pub kind: OutboxKind,
    /// Why it was refused; `None` while it waits.
    pub error: Option<ApiError>,
    /// Whether it can be taken back to be edited: it failed, or was never tried.
    pub is_editable: bool,
}

/// An offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferView {
    /// Its id.
    pub offer_id: OfferId,
    /// Its short number, shown as `R-2091`; `None` until the platform has it.
    pub number: Option<u64>,
    /// The question it was made on.
    pub question_id: QuestionId,
    /// Its short number.
    pub question_number: u64,
    /// Its title.
    pub question_title: String,
    /// Who it is for.
    pub customer_name: String,
    /// Their first name, for sentences.
    pub customer_first_name: String,
    /// The current version.
    pub version: u32,
    /// Where it stands with the outbox laid over it; `None` while the offer itself waits in the outbox.
    pub state: Option<OfferState>,
    /// The kind.
    pub kind: ServiceKind,
    /// The title.
    pub title: String,
    /// What the customer receives.
    pub deliverables: Vec<String>,
    /// The price, ready to show.
    pub amount_text: String,
    /// What the expert nets after the platform's share.
    pub net_text: String,
    /// How long after acceptance it is delivered.
    pub delivery_time: DeliveryTime,
    /// When it is due, once accepted.
    pub due_at: Option<Timestamp>,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// The note, safe.
    pub note_html: String,
    /// The proposed call times.
    pub call_slots: Vec<CallSlot>,
    /// The one the customer chose.
    pub chosen_call_slot: Option<CallSlot>,
    /// When the customer last looked at it.
    pub viewed_at: Option<Timestamp>,
    /// When a held offer's reminder is due.
    pub remind_at: Option<Timestamp>,
    /// When a reminder of this version last went out.
    pub reminded_at: Option<Timestamp>,
    /// Whether the customer can be reminded; `None` unless it is open.
    pub reminder: Option<ReminderView>,
    /// Whether the email about it was given up.
    pub email_failed: bool,
    /// Why the customer declined.
    pub decline_reason: Option<String>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// What was delivered.
    pub delivery: Option<DeliveryView>,
    /// When it completes by itself.
    pub completes_at: Option<Timestamp>,
    /// All that happened, newest first.
    pub history: Vec<OfferHistoryEntry>,
    /// What the expert can do with it now, the main one first.
    pub actions: Vec<OfferAction>,
    /// The delivery being written.
    pub delivery_draft: DeliveryDraftView,
    /// What of it waits or was refused.
    pub pending: Option<OfferPending>,
}
