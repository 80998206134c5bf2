//! One question with its whole conversation.

use super::{ApiError, message::MessageDraftView, offer::OfferPending, phrase::Phrase};
use proffer_domain::{
    Attachment, Checklist, CommandId, EventId, MessageId, MessageKind, OfferEventKind, OfferId, OfferState, QuestionId,
    QuestionState, Timestamp,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Names a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuestionRef {
    /// Which.
    pub question_id: QuestionId,
}

/// Whose the lock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LockState {
    /// Nobody's.
    Free,
    /// This expert's.
    Mine,
    /// Another expert's.
    Other,
}

/// The lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LockView {
    /// Whose.
    pub state: LockState,
    /// The other holder's name.
    pub holder_name: Option<String>,
    /// When it ends, by this computer's clock.
    pub expires_at: Option<Timestamp>,
    /// From when on its end is near, by this computer's clock.
    pub warns_at: Option<Timestamp>,
}

/// The customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CustomerView {
    /// Their name.
    pub name: String,
    /// Their first name, for sentences.
    pub first_name: String,
    /// One or two letters for the avatar.
    pub initials: String,
    /// When their account was made.
    pub customer_since: Timestamp,
    /// How many of their questions this desk knows.
    pub question_count: u32,
    /// Where they are, by its IANA name, if the platform told.
    pub time_zone: Option<String>,
}

/// How far a message has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MessageDelivery {
    /// On the platform.
    Sent,
    /// In its undo window.
    Undoable {
        /// The outbox entry.
        command_id: CommandId,
        /// Until when it can be taken back.
        until: Timestamp,
    },
    /// Waiting to be sent.
    Waiting {
        /// The outbox entry.
        command_id: CommandId,
        /// Whether it can still be taken back to be edited: it was never tried.
        is_editable: bool,
    },
    /// Refused, or it can never be sent; edit, retry or discard it.
    Failed {
        /// The outbox entry.
        command_id: CommandId,
        /// Why.
        error: ApiError,
    },
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageView {
    /// Its id.
    pub id: MessageId,
    /// What it is for.
    pub kind: MessageKind,
    /// Who wrote it.
    pub author_name: String,
    /// One or two letters for the avatar.
    pub author_initials: String,
    /// Whether this expert wrote it.
    pub is_mine: bool,
    /// Its text, safe, with the announcement of an offer if it has one.
    pub text_html: String,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// When the platform took it in, or when it was put into the outbox.
    pub sent_at: Timestamp,
    /// How far it has come.
    pub delivery: MessageDelivery,
}

/// The customer's rating.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RatingView {
    /// 1 to 5.
    pub stars: u8,
    /// The comment, safe; may be empty.
    pub comment_html: String,
    /// When.
    pub rated_at: Timestamp,
}

/// An offer made on this question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferOnQuestion {
    /// Which.
    pub offer_id: OfferId,
    /// Its title.
    pub title: String,
    /// Its price, ready to show.
    pub amount_text: String,
    /// Where it stands; `None` while it waits in the outbox.
    pub state: Option<OfferState>,
    /// What of it waits in the outbox or was refused.
    pub pending: Option<OfferPending>,
}

/// Who did something to an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HappeningBy {
    /// This expert.
    Expert,
    /// The customer.
    Customer,
    /// A moderator.
    Moderator,
    /// The platform itself, when a time had come.
    Clock,
}

/// Something that happened to an offer, shown between the messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HappeningView {
    /// Its id.
    pub id: EventId,
    /// What.
    pub kind: OfferEventKind,
    /// Who did it.
    pub by: HappeningBy,
    /// When, by this computer's clock.
    pub at: Timestamp,
    /// To which offer.
    pub offer_id: OfferId,
    /// The title of the version it happened to.
    pub title: String,
    /// The price of that version, ready to show.
    pub amount_text: String,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConversationView {
    /// The question.
    pub question_id: QuestionId,
    /// Its short number, shown as `Q-48213`.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its category's name.
    pub category_name: String,
    /// Its text, safe.
    pub text_html: String,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Where it stands.
    pub state: QuestionState,
    /// The lock.
    pub lock: LockView,
    /// The customer.
    pub customer: CustomerView,
    /// When the customer last looked at its page.
    pub customer_viewed_at: Option<Timestamp>,
    /// The messages, oldest first, those of the outbox last.
    pub messages: Vec<MessageView>,
    /// The first message of others that came after this question was last shown; `None` without one.
    pub unread_from: Option<MessageId>,
    /// What happened to this expert's offers on it, oldest first.
    pub happenings: Vec<HappeningView>,
    /// The rating.
    pub rating: Option<RatingView>,
    /// The five steps and what is missing.
    pub checklist: Checklist,
    /// The offers made on it by this expert, newest first.
    pub offers: Vec<OfferOnQuestion>,
    /// Whether this expert may write on it now.
    pub may_write: bool,
    /// The message being written.
    pub draft: MessageDraftView,
    /// Whether an offer draft is kept for it.
    pub has_offer_draft: bool,
    /// The ready phrases and the expert's own.
    pub phrases: Vec<Phrase>,
}
