//! What a customer thinks of the answer. It can be changed later, and nothing depends on it.

use crate::{FieldCode, FieldProblem, Timestamp, text};
use serde::{Deserialize, Serialize};

/// A rating of 1 to 5 stars with a comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rating {
    /// 1 to 5.
    pub stars: u8,
    /// May be empty.
    pub comment: String,
    /// When it was given or last changed.
    pub rated_at: Timestamp,
}

impl Rating {
    /// A rating made at `now`.
    ///
    /// # Errors
    /// The fields that are wrong.
    pub fn new(stars: u8, comment: &str, now: Timestamp) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        if !(1..=5).contains(&stars) {
            problems.push(FieldProblem::new(
                "/stars",
                FieldCode::NotOffered,
                "Choose from 1 to 5 stars.",
            ));
        }
        problems.extend(text::check_optional(
            "/comment",
            "the comment",
            comment,
            text::REASON_MAX_CHARS,
        ));
        if problems.is_empty() {
            Ok(Self {
                stars,
                comment: comment.trim().to_owned(),
                rated_at: now,
            })
        } else {
            Err(problems)
        }
    }
}
