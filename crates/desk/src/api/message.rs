//! The message being written.

use super::attachment::DraftAttachment;
use proffer_domain::{MessageKind, QuestionId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Keeps what was typed. Files are added apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageDraftSave {
    /// On which question.
    pub question_id: QuestionId,
    /// Answer or Information Request.
    pub kind: MessageKind,
    /// The text, Markdown.
    pub text: String,
    /// Whether the sentence that an OPTIONAL offer will follow is added.
    pub announces_offer: bool,
}

/// Sends the kept draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageSend {
    /// On which question.
    pub question_id: QuestionId,
}

/// The draft as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageDraftView {
    /// Answer or Information Request.
    pub kind: MessageKind,
    /// The text, Markdown.
    pub text: String,
    /// The text as the customer will see it.
    pub preview_html: String,
    /// Whether the sentence that an OPTIONAL offer will follow is added.
    pub announces_offer: bool,
    /// Its files.
    pub attachments: Vec<DraftAttachment>,
    /// When it was last kept; `None` for an empty draft.
    pub saved_at: Option<Timestamp>,
}
