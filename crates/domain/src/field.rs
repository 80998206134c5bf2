//! What is wrong with one field, in a form that an API can carry and a person can read.

use serde::{Deserialize, Serialize};

/// Why a field was refused. A closed set: the UI has words for each in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FieldCode {
    /// Nothing was given where something must be.
    Missing,
    /// Longer than allowed; `limit` is the largest number of characters.
    TooLong,
    /// Shorter than allowed; `limit` is the smallest number of characters.
    TooShort,
    /// More entries than allowed; `limit` is the largest number.
    TooMany,
    /// Smaller than the platform allows; `limit` says how much.
    TooSmall,
    /// Larger than the platform allows; `limit` says how much.
    TooLarge,
    /// Not of the form that the field takes.
    Malformed,
    /// A time that has passed.
    InThePast,
    /// Not one of the allowed values.
    NotOffered,
    /// A file of a type that can harm whoever opens it.
    DangerousType,
    /// Already taken by another.
    Taken,
    /// Does not match: a wrong password or an unknown address, never said which.
    NoMatch,
}

/// One field's problem: where it is, why, and what to do, in English words for clients without a table of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) of the field in the request, such as `/price` or `/deliverables/2`.
    pub pointer: String,
    /// Why it was refused.
    pub code: FieldCode,
    /// What is wrong and what to do, in English.
    pub message: String,
    /// The limit that was broken, ready to show (a number of characters, an amount with its currency).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub limit: Option<String>,
}

impl FieldProblem {
    /// A problem without a limit to name.
    pub fn new(pointer: impl Into<String>, code: FieldCode, message: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            message: message.into(),
            limit: None,
        }
    }

    /// The same, with the limit that was broken.
    #[must_use]
    pub fn with_limit(mut self, limit: impl ToString) -> Self {
        self.limit = Some(limit.to_string());
        self
    }
}
