//! A customer's question.

use crate::Attachment;
use crate::{
    AccountId, CategoryId, FieldProblem, Limits, Lock, Person, QuestionId, Rating, Timestamp, lock, message, text,
};
use serde::{Deserialize, Serialize};

/// Where a question stands. Who holds it is its [`Lock`], not its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum QuestionState {
    /// Asked, and not answered yet.
    Open,
    /// At least one Answer was sent.
    Answered,
    /// Closed. Open offers on it live on.
    Closed,
}

impl QuestionState {
    /// The name on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Closed => "closed",
        }
    }

    /// Reads a name made by [`QuestionState::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Open, Self::Answered, Self::Closed]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// A question with its lock and rating.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// Its id.
    pub id: QuestionId,
    /// A short number that people can say, unique on its platform.
    pub number: u64,
    /// The category it was asked in.
    pub category_id: CategoryId,
    /// Who asked.
    pub customer: Person,
    /// Its title. Hostile text.
    pub title: String,
    /// Its text, Markdown. Hostile text.
    pub text: String,
    /// Files sent with it.
    pub attachments: Vec<Attachment>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Where it stands.
    pub state: QuestionState,
    /// The lock as it was last written; ask [`lock::live`] whether it still holds.
    pub lock: Option<Lock>,
    /// The experts who sent an Answer to it.
    pub answered_by: Vec<AccountId>,
    /// The customer's rating.
    pub rating: Option<Rating>,
    /// When the customer last looked at its page.
    pub customer_viewed_at: Option<Timestamp>,
    /// The latest message or change.
    pub last_activity_at: Timestamp,
}

impl Question {
    /// Whether `expert` may send messages on it at `now`: they hold the lock, or they answered it and nobody else
    /// holds it.
    #[must_use]
    pub fn may_write(&self, expert: AccountId, now: Timestamp) -> bool {
        match lock::live(self.lock.as_ref(), now) {
            Some(held) => held.holder.id == expert,
            None => self.answered_by.contains(&expert),
        }
    }

    /// Whether `expert` holds the lock at `now` or has answered: what a premium offer asks for.
    #[must_use]
    pub fn may_offer(&self, expert: AccountId, now: Timestamp) -> bool {
        self.answered_by.contains(&expert) || self.lock.as_ref().is_some_and(|lock| lock.is_held_by(expert, now))
    }
}

/// Checks a question that a customer asks.
///
/// # Errors
/// The fields that are wrong.
pub fn check(title: &str, body: &str, attachments: usize, limits: &Limits) -> Result<(), Vec<FieldProblem>> {
    let problems: Vec<_> = [
        text::check("/title", "a title", title, text::QUESTION_TITLE_MAX_CHARS),
        text::check("/text", "your question", body, limits.text_max_chars as usize),
        message::check_attachment_count(attachments, limits),
    ]
    .into_iter()
    .flatten()
    .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
