//! The question queue.

use proffer_domain::{OfferState, QuestionId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QueueFilter {
    /// All of the expert's categories.
    #[default]
    All,
    /// Those the expert holds or has answered.
    Mine,
    /// Those of the expert's where the customer is to act.
    Waiting,
}

/// Asks for the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueList {
    /// Which questions.
    pub filter: QueueFilter,
    /// Words that must occur in number, title, text or customer's name, the last one perhaps unfinished; empty for all.
    pub search: String,
    /// How many rows of each group at most.
    pub limit: u32,
}

/// Asks for more rows of one group: the list shows a window of what may be very many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueuePage {
    /// As in [`QueueList`].
    pub filter: QueueFilter,
    /// As in [`QueueList`].
    pub search: String,
    /// Which group.
    pub group: QueueGroupKind,
    /// How many rows of it come before.
    pub offset: u32,
    /// How many rows at most.
    pub limit: u32,
}

/// Rows of one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueRows {
    /// How many there are in all.
    pub count: u32,
    /// The rows asked for.
    pub rows: Vec<QueueRow>,
}

/// Why rows stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum QueueGroupKind {
    /// Locked by this expert.
    LockedByYou,
    /// Answered by this expert, not locked now.
    AnsweredByYou,
    /// Open and free.
    Open,
    /// Locked or answered by others.
    Others,
}

/// What a row says of its question: shown as icon and word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QueueStatus {
    /// Nobody has it.
    Open,
    /// This expert holds it and nothing was sent yet.
    Locked,
    /// Another expert holds it.
    LockedByOther,
    /// Waiting for the customer to answer an Information Request.
    InfoRequested,
    /// The customer wrote; the expert is to act.
    NewReply,
    /// Answered; waiting for the customer.
    Answered,
    /// The customer confirmed or rated the Answer.
    Confirmed,
    /// There is an offer on it.
    Offer {
        /// Where the latest stands.
        state: OfferState,
    },
    /// Closed.
    Closed,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueRow {
    /// The question.
    pub question_id: QuestionId,
    /// Its short number, shown as `Q-48213`.
    pub number: u64,
    /// Its category's name.
    pub category_name: String,
    /// Its title.
    pub title: String,
    /// The customer's name, shortened as in `Helen M.`.
    pub customer_name: String,
    /// The latest message or change.
    pub last_activity_at: Timestamp,
    /// Whether something came that this expert has not seen.
    pub is_unread: bool,
    /// What is to be said of it.
    pub status: QueueStatus,
    /// When this expert's lock ends.
    pub lock_expires_at: Option<Timestamp>,
    /// Who else holds it.
    pub lock_holder_name: Option<String>,
    /// Whether something of it waits in the outbox.
    pub is_pending: bool,
    /// Whether something of it was refused.
    pub is_failed: bool,
}

/// Rows that stand together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueGroup {
    /// Why.
    pub kind: QueueGroupKind,
    /// How many there are, also beyond `limit`.
    pub count: u32,
    /// The rows.
    pub rows: Vec<QueueRow>,
}

/// The counts on the filter's segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueCounts {
    /// All.
    pub all: u32,
    /// The expert's own.
    pub mine: u32,
    /// Where the customer is to act.
    pub waiting: u32,
}

/// The queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueueView {
    /// The counts on the filter's segments.
    pub counts: QueueCounts,
    /// The groups that have rows, in order.
    pub groups: Vec<QueueGroup>,
}
