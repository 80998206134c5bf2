//! Phrases for the composer: the ready ones and the expert's own.

use proffer_domain::QuestionId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// What a phrase is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PhrasePurpose {
    /// Asks whether the question is answered completely: the fourth step.
    Confirm,
    /// Reminds of rating.
    Rate,
    /// Begins an Information Request.
    Details,
    /// Says goodbye.
    Goodbye,
    /// The expert's own.
    Own,
}

/// A phrase of the composer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Phrase {
    /// What it is for.
    pub purpose: PhrasePurpose,
    /// Its id, if it is the expert's own.
    pub id: Option<Uuid>,
    /// Its name in the menu.
    pub name: String,
    /// What is put into the text, with the customer's name in it.
    pub text: String,
}

/// Keeps a text as an own phrase; the customer's first name in it becomes a placeholder. A phrase of that name gives way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhraseSave {
    /// The question that it was written on.
    pub question_id: QuestionId,
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Names an own phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhraseRef {
    /// The question that is open.
    pub question_id: QuestionId,
    /// Which.
    pub phrase_id: Uuid,
}

/// The phrases as the open question shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhraseList {
    /// The ready ones first.
    pub phrases: Vec<Phrase>,
}
