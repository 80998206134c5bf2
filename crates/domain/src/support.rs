//! A request for help to the category's moderator, tied to a question or not.

use crate::{FieldProblem, Limits, text};

/// The longest subject of a support request, in characters.
pub const SUBJECT_MAX_CHARS: usize = 150;

/// Checks a support request before it is sent and when it arrives.
///
/// # Errors
/// The fields that are wrong.
pub fn check(subject: &str, body: &str, limits: &Limits) -> Result<(), Vec<FieldProblem>> {
    let problems: Vec<_> = [
        text::check("/subject", "a subject", subject, SUBJECT_MAX_CHARS),
        text::check("/text", "your request", body, limits.text_max_chars as usize),
    ]
    .into_iter()
    .flatten()
    .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
