//! What can go wrong inside the desk, and how it is told to the UI.

use crate::{
    api::{ApiError, ApiErrorCode},
    ports::PlatformError,
};
use proffer_protocol::{ErrorCode, Problem};

/// Why the desk could not do something.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// A database could not be read or written.
    #[error("the desk's data cannot be read or written: {0}")]
    Storage(#[from] sqlx::Error),
    /// The journal could not be brought to this version's form.
    #[error("the desk's journal cannot be opened: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The journal was written by a later version of the app.
    #[error("this folder was written by a newer version of Proffer; update the app to open it")]
    NewerJournal,
    /// The cache was written by a later version of the app.
    #[error("the local copy of the platform was written by a newer version of Proffer; update the app to open it")]
    NewerCache,
    /// The cache is damaged; it can be built anew.
    #[error("the local copy of the platform is damaged: {0}")]
    Damaged(String),
    /// A file could not be read or written.
    #[error("a file cannot be read or written: {0}")]
    File(#[from] std::io::Error),
    /// Something kept or received is not of the form it must have.
    #[error("a document is not of the form it must have: {0}")]
    Document(#[from] serde_json::Error),
    /// The platform could not be asked, or refused.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// A refusal with its code, on its way to the UI.
    #[error(transparent)]
    Refused(#[from] ApiError),
}

impl DeskError {
    /// Whether there was no room left on the disk.
    pub(crate) fn is_disk_full(&self) -> bool {
        let io = |error: &std::io::Error| {
            matches!(
                error.kind(),
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
            )
        };
        match self {
            Self::File(error) | Self::Storage(sqlx::Error::Io(error)) => io(error),
            // SQLITE_FULL
            Self::Storage(error) => crate::cache::result_code(error).is_some_and(|code| code & 0xff == 13),
            _ => false,
        }
    }
}

/// What the engine's functions give.
pub(crate) type Result<T> = std::result::Result<T, DeskError>;

impl From<DeskError> for ApiError {
    fn from(error: DeskError) -> Self {
        let code = match error {
            DeskError::Refused(refused) => return refused,
            DeskError::Platform(platform) => return platform.into(),
            DeskError::Storage(_) | DeskError::File(_) | DeskError::Damaged(_) => ApiErrorCode::StorageFailed,
            DeskError::Migration(_) | DeskError::NewerJournal | DeskError::NewerCache | DeskError::Document(_) => {
                ApiErrorCode::Internal
            }
        };
        tracing::error!(%error, "a request failed");
        Self::new(code).with_detail(error.to_string())
    }
}

impl From<PlatformError> for ApiError {
    fn from(error: PlatformError) -> Self {
        match error {
            PlatformError::Problem(problem) => from_problem(*problem),
            PlatformError::Unreachable(why) => Self::new(ApiErrorCode::Offline).with_detail(why),
            PlatformError::NotAPlatform(why) => Self::new(ApiErrorCode::NotAPlatform).with_detail(why),
            PlatformError::File(why) => Self::new(ApiErrorCode::StorageFailed).with_detail(why),
        }
    }
}

fn from_problem(problem: Problem) -> ApiError {
    let code = match problem.code {
        ErrorCode::MalformedRequest | ErrorCode::IdempotencyKeyReused => ApiErrorCode::Internal,
        ErrorCode::InvalidFields => ApiErrorCode::InvalidFields,
        ErrorCode::SignInNeeded => ApiErrorCode::SignInNeeded,
        ErrorCode::WrongCredentials => ApiErrorCode::WrongCredentials,
        ErrorCode::CodeNeeded => ApiErrorCode::CodeNeeded,
        ErrorCode::TooManyRequests => ApiErrorCode::TooManyRequests,
        // Customers alone are asked to pay.
        ErrorCode::Forbidden | ErrorCode::PaymentNeeded => ApiErrorCode::Forbidden,
        ErrorCode::NotFound => ApiErrorCode::NotFound,
        ErrorCode::LockHeld => ApiErrorCode::LockHeld,
        ErrorCode::LockNotHeld => ApiErrorCode::LockNotHeld,
        ErrorCode::QuestionClosed => ApiErrorCode::QuestionClosed,
        ErrorCode::AnswerFirst => ApiErrorCode::AnswerFirst,
        ErrorCode::NotYourQuestion => ApiErrorCode::NotYourQuestion,
        ErrorCode::OfferStateConflict => ApiErrorCode::OfferStateConflict,
        ErrorCode::OfferRevised => ApiErrorCode::OfferRevised,
        ErrorCode::OfferExpired => ApiErrorCode::OfferExpired,
        ErrorCode::ReminderNotAllowed => ApiErrorCode::ReminderNotAllowed,
        ErrorCode::TooLarge => ApiErrorCode::TooLarge,
        ErrorCode::ProtocolMismatch => ApiErrorCode::ProtocolMismatch,
        ErrorCode::Internal | ErrorCode::Unavailable => ApiErrorCode::PlatformTrouble,
    };
    let current = problem.current.unwrap_or_default();
    let detail = match (code, &current.lock, current.offer_state) {
        (ApiErrorCode::LockHeld, Some(lock), _) => lock.holder.name.clone(),
        (ApiErrorCode::OfferStateConflict, _, Some(state)) => state.as_str().to_owned(),
        _ => problem.detail.unwrap_or(problem.title),
    };
    ApiError {
        code,
        detail,
        fields: problem.errors,
    }
}
