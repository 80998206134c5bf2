//! Why something did not happen.

use crate::store::StoreError;
use proffer_domain::{FieldProblem, LockError, MessageError, OfferError, OfferState, offer::ReminderError};
use proffer_protocol::{Conflict, ErrorCode, Problem};

/// Why something did not happen.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The rules say no.
    #[error("{}", .0.title)]
    Refused(Box<Problem>),
    /// The database failed; whether it happened can be unknown.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error("a file could not be read or written: {0}")]
    File(#[from] std::io::Error),
}

impl FlowError {
    /// Refused with this problem.
    #[must_use]
    pub fn refused(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }

    /// Refused with this code alone.
    #[must_use]
    pub fn code(code: ErrorCode) -> Self {
        Self::refused(Problem::new(code))
    }

    /// Refused because fields are wrong.
    #[must_use]
    pub fn fields(problems: Vec<FieldProblem>) -> Self {
        let detail = problems
            .iter()
            .map(|problem| problem.message.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        Self::refused(
            Problem::new(ErrorCode::InvalidFields)
                .with_detail(detail)
                .with_errors(problems),
        )
    }

    /// The problem as the wire has it.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Refused(problem) => (**problem).clone(),
            Self::Store(error) if error.will_pass() => {
                Problem::new(ErrorCode::Unavailable).with_detail("The platform is busy; send the same request again.")
            }
            Self::Store(_) | Self::File(_) => {
                Problem::new(ErrorCode::Internal).with_detail("The platform failed; send the same request again.")
            }
        }
    }
}

impl From<LockError> for FlowError {
    fn from(error: LockError) -> Self {
        let detail = error.to_string();
        let problem = match error {
            LockError::HeldBy(lock) => Problem::new(ErrorCode::LockHeld).with_current(Conflict {
                lock: Some(lock),
                ..Conflict::default()
            }),
            LockError::NotHeld => Problem::new(ErrorCode::LockNotHeld),
            LockError::QuestionClosed => Problem::new(ErrorCode::QuestionClosed),
        };
        Self::refused(problem.with_detail(detail))
    }
}

impl From<MessageError> for FlowError {
    fn from(error: MessageError) -> Self {
        match error {
            MessageError::Fields(problems) => Self::fields(problems),
            MessageError::WrongRole(_) => {
                Self::refused(Problem::new(ErrorCode::Forbidden).with_detail(error.to_string()))
            }
        }
    }
}

impl FlowError {
    /// What the offer's rules say, with the state that won where two things raced.
    #[must_use]
    pub fn offer(error: OfferError, state: OfferState, version: u32) -> Self {
        let current = Conflict {
            offer_state: Some(state),
            offer_version: Some(version),
            ..Conflict::default()
        };
        let detail = error.to_string();
        let code = match error {
            OfferError::Fields(problems) => return Self::fields(problems),
            OfferError::NotAllowed { .. } | OfferError::NotDue => ErrorCode::OfferStateConflict,
            OfferError::NotYours => ErrorCode::Forbidden,
            OfferError::VersionChanged { .. } => ErrorCode::OfferRevised,
            OfferError::Expired { .. } => ErrorCode::OfferExpired,
            OfferError::NotYourQuestion => ErrorCode::NotYourQuestion,
            OfferError::AnswerFirst => ErrorCode::AnswerFirst,
        };
        Self::refused(Problem::new(code).with_detail(detail).with_current(current))
    }

    /// Why a reminder may not be sent, with where the offer stands.
    #[must_use]
    pub fn reminder(error: ReminderError, state: OfferState, version: u32) -> Self {
        let code = match error {
            ReminderError::NotYours => ErrorCode::Forbidden,
            ReminderError::NotOpen { .. } => ErrorCode::OfferStateConflict,
            ReminderError::Expired { .. } => ErrorCode::OfferExpired,
            ReminderError::AlreadySent { .. } | ReminderError::Planned { .. } | ReminderError::TooEarly { .. } => {
                ErrorCode::ReminderNotAllowed
            }
        };
        let current = Conflict {
            offer_state: Some(state),
            offer_version: Some(version),
            ..Conflict::default()
        };
        Self::refused(Problem::new(code).with_detail(error.to_string()).with_current(current))
    }
}
