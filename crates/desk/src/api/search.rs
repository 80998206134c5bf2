//! Searching questions, messages, offers and customers in the cache.

use proffer_domain::{AccountId, MessageId, MessageKind, OfferId, OfferState, QuestionId, QuestionState, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Asks for what contains all the words, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchList {
    /// What was typed: words, of which the last may be unfinished, phrases in quotes, and the filters `state:`,
    /// `category:` and `customer:`. No text is wrong.
    pub query: String,
    /// Where to go on: [`SearchView::next`] of the page before; `None` for the first page.
    #[serde(default)]
    pub after: Option<String>,
    /// How many finds at most; 0 for the usual number.
    #[serde(default)]
    pub limit: u32,
}

/// A piece of a text, characters in UTF-16 as JavaScript counts them. Hostile text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchText {
    /// The piece, in one line.
    pub text: String,
    /// What of it was looked for, in order.
    pub highlights: Vec<TextRange>,
}

/// A range of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TextRange {
    /// The first unit.
    pub start: u32,
    /// The unit behind the last.
    pub end: u32,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SearchHitKind {
    /// The question itself.
    Question,
    /// A message on it.
    Message {
        /// Which.
        message_id: MessageId,
        /// Its kind.
        message_kind: MessageKind,
    },
    /// An offer on it.
    Offer {
        /// Which.
        offer_id: OfferId,
        /// Where it stands.
        offer_state: OfferState,
    },
}

/// One find.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchHit {
    /// What was found.
    pub found: SearchHitKind,
    /// The question it belongs to.
    pub question_id: QuestionId,
    /// The question's short number; `None` while the question itself is not known here.
    pub question_number: Option<u64>,
    /// The question's state.
    pub question_state: Option<QuestionState>,
    /// The question's title, or the offer's.
    pub title: SearchText,
    /// Where in the text it was found.
    pub snippet: SearchText,
    /// The customer's name, shortened as in `Helen M.`.
    pub customer_name: String,
    /// The category's name.
    pub category_name: String,
    /// When it was asked, written or sent.
    pub at: Timestamp,
}

/// A customer whose name was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchCustomer {
    /// Who.
    pub customer_id: AccountId,
    /// Their name.
    pub name: SearchText,
    /// How many of their questions are known here.
    pub question_count: u32,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchView {
    /// The finds, newest first.
    pub hits: Vec<SearchHit>,
    /// A few customers of that name; on the first page only.
    pub customers: Vec<SearchCustomer>,
    /// Where to go on; `None` when nothing is left. A page may be short and still have a next one.
    pub next: Option<String>,
    /// Whether everything on this computer can be found already: after a first sync the index is made last.
    pub is_complete: bool,
}
