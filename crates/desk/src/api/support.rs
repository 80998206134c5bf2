//! Requests for help to the category's moderator.

use super::offer::OfferPending;
use proffer_domain::{QuestionId, SupportRequestId, Timestamp};
use proffer_protocol::SupportRequestState;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SupportRequestSend {
    /// About which question, if any.
    pub question_id: Option<QuestionId>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Keeps the request being written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SupportDraftSave {
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// The request being written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SupportDraftView {
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// When it was last kept; `None` for an empty draft.
    pub saved_at: Option<Timestamp>,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SupportRequestView {
    /// Its id.
    pub id: SupportRequestId,
    /// The question it is about.
    pub question_id: Option<QuestionId>,
    /// That question's short number, if this computer knows it.
    pub question_number: Option<u64>,
    /// The subject.
    pub subject: String,
    /// The text, safe.
    pub text_html: String,
    /// When it was made.
    pub requested_at: Timestamp,
    /// Where it stands; `None` while it waits in the outbox.
    pub state: Option<SupportRequestState>,
    /// The moderator's reply, safe.
    pub reply_html: Option<String>,
    /// When it was replied to.
    pub replied_at: Option<Timestamp>,
    /// Why it could not be sent; `None` while it waits and once the platform has it.
    pub pending: Option<OfferPending>,
}

/// All requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SupportRequestList {
    /// Newest first.
    pub requests: Vec<SupportRequestView>,
    /// The one being written.
    pub draft: SupportDraftView,
}
