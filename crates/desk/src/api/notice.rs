//! Notices: what happened that the expert should know, in the app and on the desktop.

use proffer_domain::{OfferId, QuestionId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// What a notice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// A customer accepted an offer.
    OfferAccepted,
    /// An offer was completed.
    OfferCompleted,
    /// A customer declined an offer. In the app only.
    OfferDeclined,
    /// A customer replied on a question of this expert. In the app only.
    CustomerReplied,
    /// A moderator replied to a request for help. In the app only.
    SupportReplied,
    /// What happened while the desk was away, in one.
    Digest,
    /// The local copy of the platform was damaged and is built anew. In the app only.
    CacheRebuilt,
}

impl NoticeKind {
    /// Whether it is also raised on the desktop.
    #[must_use]
    pub fn is_native(self) -> bool {
        matches!(self, Self::OfferAccepted | Self::OfferCompleted | Self::Digest)
    }
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeView {
    /// Its key: the event's id.
    pub id: Uuid,
    /// What it tells.
    pub kind: NoticeKind,
    /// Its title.
    pub title: String,
    /// Who, what, how much.
    pub body: String,
    /// When it happened.
    pub at: Timestamp,
    /// Whether it was read.
    pub is_read: bool,
    /// Why the desktop did not show it, if it did not.
    pub raise_error: Option<String>,
    /// The offer it is about.
    pub offer_id: Option<OfferId>,
    /// The question it is about.
    pub question_id: Option<QuestionId>,
}

/// The notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeList {
    /// Newest first, at most 200.
    pub notices: Vec<NoticeView>,
    /// How many are unread.
    pub unread_count: u32,
}

/// Marks notices as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeMarkRead {
    /// Which; empty for all.
    pub ids: Vec<Uuid>,
}

/// What came of a test notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeTest {
    /// Whether the system took it.
    pub was_taken: bool,
    /// What is wrong and what to do, when it was not.
    pub problem: Option<String>,
}
