//! Notices: what happened that the expert should know, in the app and on the desktop.

use super::OpenTarget;
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
    /// A customer declined an offer.
    OfferDeclined,
    /// A customer replied on a question of this expert.
    CustomerReplied,
    /// A moderator replied to a request for help.
    SupportReplied,
    /// A lock of this expert ends soon.
    LockEndsSoon,
    /// What happened while the desk was away or quiet, in one.
    Digest,
    /// The local copy of the platform was damaged and is built anew.
    CacheRebuilt,
    /// A part of the desk failed or hung, and was started again.
    PartRestarted,
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
    /// Whether it waits for the end of the quiet hours or the pause.
    pub is_held: bool,
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
    /// Until when notifications are paused, if they are.
    pub paused_until: Option<Timestamp>,
}

/// Pauses notifications, or ends the pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticePause {
    /// For how long from now, in minutes; 0 ends the pause.
    pub minutes: u16,
}

/// What the expert is looking at: nothing is raised about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AttentionNote {
    /// Whether the window is the one being worked in.
    pub is_focused: bool,
    /// What it shows; `None` for a list or the settings.
    pub target: Option<OpenTarget>,
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
    /// What is wrong and what to do: why it was not taken, or why others would not be raised now.
    pub problem: Option<String>,
}
