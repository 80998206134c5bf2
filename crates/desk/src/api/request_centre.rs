//! The Request Centre: every offer and request of the expert.

use super::support::SupportRequestView;
use proffer_domain::{CategoryId, OfferId, OfferState, QuestionId, ServiceKind, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A view of the Request Centre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RequestView {
    /// Everything that is not done.
    #[default]
    AllOpen,
    /// Accepted, to be fulfilled; refused by the platform.
    NeedsYou,
    /// Sent or held (or still in the outbox).
    Waiting,
    /// Started or delivered.
    InProgress,
    /// Completed, declined, expired, withdrawn, cancelled.
    Done,
}

/// Asks for a view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestCentreList {
    /// Which view.
    pub view: RequestView,
    /// Words that must occur in title, customer or question; empty for all.
    pub search: String,
    /// What else the offers must be.
    #[serde(default)]
    pub filter: RequestFilter,
    /// How many rows of each group at most.
    #[serde(default)]
    pub limit: u32,
    /// Offers that the expert has selected: the answer says which of them the view still shows.
    #[serde(default)]
    pub selected_ids: Vec<OfferId>,
}

/// Asks for more rows of one group: the list shows a window of what may be very many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestCentrePage {
    /// As in [`RequestCentreList`].
    pub search: String,
    /// As in [`RequestCentreList`].
    #[serde(default)]
    pub filter: RequestFilter,
    /// Which group.
    pub group: OfferGroupKind,
    /// How many rows of it come before.
    pub offset: u32,
    /// How many rows at most.
    pub limit: u32,
}

/// Rows of one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferRows {
    /// The rows asked for.
    pub rows: Vec<OfferRow>,
}

/// How long ago an offer was first sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RequestAge {
    /// Within 7 days.
    Week,
    /// Within 30 days.
    Month,
    /// Within 90 days.
    Quarter,
    /// Longer ago than 90 days.
    Older,
}

/// Narrows the offers of every view; what is not set narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct RequestFilter {
    /// The kind.
    pub kind: Option<ServiceKind>,
    /// Where it stands; what waits in the outbox stands nowhere yet.
    pub state: Option<OfferState>,
    /// The question's category.
    pub category_id: Option<CategoryId>,
    /// The currency of its price.
    pub currency: Option<String>,
    /// The smallest price in that currency, as typed; empty for any.
    pub min_text: String,
    /// The largest price in that currency, as typed; empty for any.
    pub max_text: String,
    /// How long ago it was first sent.
    pub age: Option<RequestAge>,
}

/// A kind of service that offers can be narrowed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestKindChoice {
    /// The kind.
    pub kind: ServiceKind,
    /// Its name.
    pub label: String,
}

/// A category that offers can be narrowed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestCategoryChoice {
    /// The category.
    pub category_id: CategoryId,
    /// Its name.
    pub name: String,
}

/// What the expert's offers can be narrowed to: only what occurs among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestFilterChoices {
    /// The kinds.
    pub kinds: Vec<RequestKindChoice>,
    /// The states.
    pub states: Vec<OfferState>,
    /// The categories.
    pub categories: Vec<RequestCategoryChoice>,
    /// The currencies' codes.
    pub currencies: Vec<String>,
}

/// Offers chosen from the list, of which the UI holds only a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OfferSelection {
    /// These.
    These {
        /// Which.
        offer_ids: Vec<OfferId>,
    },
    /// All that a view shows but these.
    AllBut {
        /// As in [`RequestCentreList`].
        view: RequestView,
        /// As in [`RequestCentreList`].
        search: String,
        /// As in [`RequestCentreList`].
        filter: RequestFilter,
        /// Those left out.
        offer_ids: Vec<OfferId>,
    },
}

/// Marks offers as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestCentreMarkRead {
    /// Which.
    pub offers: OfferSelection,
}

/// What was marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestCentreMarked {
    /// How many of them were unread.
    pub marked_count: u32,
}

/// A view's count and amounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestViewCount {
    /// Which view.
    pub view: RequestView,
    /// How many.
    pub count: u32,
    /// The sum in each currency, ready to show.
    pub amount_texts: Vec<String>,
}

/// What the next date of an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NextDateKind {
    /// To be delivered by then.
    Due,
    /// The chosen call begins.
    Call,
    /// Expires then.
    Expires,
    /// The customer is reminded then.
    Reminder,
    /// Completes by itself then.
    Completes,
    /// It ended then.
    Ended,
    /// It was sent then.
    Sent,
}

/// The next date of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NextDate {
    /// What it is.
    pub kind: NextDateKind,
    /// When.
    pub at: Timestamp,
    /// Whether it is today or past and the expert is to act.
    pub is_urgent: bool,
}

/// One offer of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferRow {
    /// Its id.
    pub offer_id: OfferId,
    /// The question it was made on.
    pub question_id: QuestionId,
    /// Its short number; `None` until the platform has it.
    pub number: Option<u64>,
    /// Its title.
    pub title: String,
    /// The kind.
    pub kind: ServiceKind,
    /// Who it is for.
    pub customer_name: String,
    /// Where it stands with the outbox laid over it; `None` while the offer itself waits in the outbox.
    pub state: Option<OfferState>,
    /// Whether it was refused.
    pub is_failed: bool,
    /// Whether something of it waits in the outbox.
    pub is_pending: bool,
    /// The price, ready to show.
    pub amount_text: String,
    /// What comes next.
    pub next_date: Option<NextDate>,
    /// When the customer last looked at it.
    pub viewed_at: Option<Timestamp>,
    /// Whether something happened that this expert has not seen.
    pub is_unread: bool,
}

/// Why rows stand together; in the order of their declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OfferGroupKind {
    /// Refused by the platform.
    Refused,
    /// Accepted, to fulfil.
    ToFulfil,
    /// In progress.
    InProgress,
    /// Delivered, waiting for the customer's confirmation.
    Delivered,
    /// Waiting in the outbox.
    Queued,
    /// Sent, awaiting the customer.
    Awaiting,
    /// Held for later.
    Held,
    /// Declined.
    Declined,
    /// Completed.
    Completed,
    /// Expired.
    Expired,
    /// Withdrawn.
    Withdrawn,
    /// Cancelled.
    Cancelled,
}

/// Rows that stand together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferGroup {
    /// Why.
    pub kind: OfferGroupKind,
    /// How many there are, also beyond `limit`.
    pub count: u32,
    /// The sum in each currency, ready to show.
    pub amount_texts: Vec<String>,
    /// The rows.
    pub rows: Vec<OfferRow>,
}

/// The Request Centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestCentreView {
    /// All views with their counts.
    pub views: Vec<RequestViewCount>,
    /// The chosen view's groups.
    pub groups: Vec<OfferGroup>,
    /// What the offers can be narrowed to.
    pub choices: RequestFilterChoices,
    /// Requests for help, newest first.
    pub support_requests: Vec<SupportRequestView>,
    /// How many unread offers there are, for the badge.
    pub unread_count: u32,
    /// Those of the selected offers that the view shows.
    pub selected_ids: Vec<OfferId>,
}
