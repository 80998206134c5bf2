//! The five steps to an offer, ticked from facts, and what still stands between the expert and the orange button.
//!
//! Guided, not forced: only the guards of *send* block; the steps inform.

use crate::{AccountId, Message, MessageKind, Question, Role, Timestamp};
use serde::{Deserialize, Serialize};

/// A step of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum StepKind {
    /// The question is locked (or was, and answered since).
    Locked,
    /// The full scope is known: an Information Request was answered, or none was needed.
    ScopeClear,
    /// An Answer was sent.
    Answered,
    /// The customer confirmed, by a reply or a rating after the Answer.
    Confirmed,
    /// An offer was sent, or can be.
    Offered,
}

/// A step and when it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Step {
    /// Which one.
    pub kind: StepKind,
    /// Whether it is done.
    pub is_done: bool,
    /// When, where that is known.
    pub done_at: Option<Timestamp>,
}

/// What keeps an offer from being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum OfferBlocker {
    /// Neither locked nor answered by this expert.
    LockFirst,
    /// No Answer yet; only an upgrade may be offered.
    AnswerFirst,
}

/// The steps and what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Checklist {
    /// The five steps, in order.
    pub steps: Vec<Step>,
    /// What keeps any offer from being sent; `AnswerFirst` still lets an upgrade through.
    pub blocker: Option<OfferBlocker>,
}

/// What the checklist is made from.
#[derive(Clone, Copy, Debug)]
pub struct QuestionFacts<'a> {
    /// The question.
    pub question: &'a Question,
    /// Its messages, oldest first.
    pub messages: &'a [Message],
    /// When this expert's latest offer on it was sent.
    pub offered_at: Option<Timestamp>,
    /// The expert who looks.
    pub expert: AccountId,
    /// The moment.
    pub now: Timestamp,
}

impl Checklist {
    /// Ticks the steps from the facts.
    #[must_use]
    pub fn from_facts(facts: QuestionFacts<'_>) -> Self {
        let QuestionFacts {
            question,
            messages,
            offered_at,
            expert,
            now,
        } = facts;
        let last_of = |kind| {
            messages
                .iter()
                .rev()
                .find(|message| message.kind == kind)
                .map(|message| message.sent_at)
        };
        let mine = question.lock.as_ref().filter(|lock| lock.is_held_by(expert, now));
        let has_answered = question.answered_by.contains(&expert);
        let answered_at = messages
            .iter()
            .find(|message| message.kind == MessageKind::Answer && message.author.id == expert)
            .map(|message| message.sent_at);
        let asked_at = last_of(MessageKind::InfoRequest);
        let replied_at = last_of(MessageKind::Reply);
        let scope_at = match asked_at {
            Some(asked) => replied_at
                .filter(|replied| *replied > asked)
                .or(answered_at.filter(|answered| *answered > asked)),
            None => answered_at,
        };
        let confirmed_at = answered_at.and_then(|answered| {
            let replied = messages
                .iter()
                .find(|message| message.kind.sent_by() == Role::Customer && message.sent_at > answered)
                .map(|message| message.sent_at);
            replied.or(question.rating.as_ref().map(|rating| rating.rated_at))
        });
        let step = |kind, done_at: Option<Timestamp>, is_done| Step { kind, is_done, done_at };
        let steps = vec![
            step(
                StepKind::Locked,
                mine.map(|lock| lock.taken_at),
                mine.is_some() || has_answered,
            ),
            step(StepKind::ScopeClear, scope_at, scope_at.is_some()),
            step(StepKind::Answered, answered_at, has_answered || answered_at.is_some()),
            step(StepKind::Confirmed, confirmed_at, confirmed_at.is_some()),
            step(StepKind::Offered, offered_at, offered_at.is_some()),
        ];
        let blocker = if !question.may_offer(expert, now) {
            Some(OfferBlocker::LockFirst)
        } else if question.answered_by.is_empty() {
            Some(OfferBlocker::AnswerFirst)
        } else {
            None
        };
        Self { steps, blocker }
    }
}
