//! Files of drafts, messages and deliveries.

use proffer_domain::{AttachmentId, OfferId, QuestionId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a draft's file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DraftOwner {
    /// The message being written on a question.
    Message {
        /// The question.
        question_id: QuestionId,
    },
    /// The delivery being written for an offer.
    Delivery {
        /// The offer.
        offer_id: OfferId,
    },
}

/// Adds a file. Its `Debug` form hides the content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentAdd {
    /// What it belongs to.
    pub owner: DraftOwner,
    /// Its name.
    pub name: String,
    /// Its bytes in base64.
    pub content_base64: String,
}

impl std::fmt::Debug for AttachmentAdd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AttachmentAdd")
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}

/// Takes a file off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentRemove {
    /// What it belongs to.
    pub owner: DraftOwner,
    /// Which.
    pub attachment_id: AttachmentId,
}

/// A file of a draft, kept on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftAttachment {
    /// Its id, which it keeps on the platform.
    pub id: AttachmentId,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub size_bytes: u64,
}

/// Names a file of a question: of the question itself, its messages, its offers' deliveries, or drafts of any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentRef {
    /// The question.
    pub question_id: QuestionId,
    /// Which.
    pub attachment_id: AttachmentId,
}

/// Where a file was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentSaved {
    /// The whole path.
    pub path: String,
}

/// A picture, to be shown. Its `Debug` form hides the content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttachmentPreview {
    /// What its bytes are, as they themselves tell; never one that can hold a script.
    pub media_type: String,
    /// Its bytes in base64.
    pub content_base64: String,
}

impl std::fmt::Debug for AttachmentPreview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AttachmentPreview")
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}
