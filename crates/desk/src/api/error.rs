//! The typed error that travels to the UI, which has words for every code.

use proffer_domain::FieldProblem;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a request was refused. A closed set: the UI has words, severity and the way out for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ApiErrorCode {
    /// The UI asked for something that does not exist; a defect.
    MalformedRequest,
    /// Fields are wrong; `fields` names them.
    InvalidFields,
    /// Sign in first, or again.
    SignInNeeded,
    /// A wrong password or an unknown address, never said which.
    WrongCredentials,
    /// The password is right; the account asks for the code of its authenticator app besides.
    CodeNeeded,
    /// Too many tries; `detail` says how long to wait.
    TooManyRequests,
    /// The account is not an expert's.
    NotAnExpert,
    /// This needs the platform, which cannot be reached now.
    Offline,
    /// Something answers at that address, but it is not a platform.
    NotAPlatform,
    /// The desk is too old or too new for the platform.
    ProtocolMismatch,
    /// There is no such thing, or not for this person.
    NotFound,
    /// This is not for this person to do.
    Forbidden,
    /// Another expert holds the question; `detail` says who.
    LockHeld,
    /// The question is not locked by this expert.
    LockNotHeld,
    /// The question is closed.
    QuestionClosed,
    /// An Answer must come first.
    AnswerFirst,
    /// Lock or answer the question first.
    NotYourQuestion,
    /// The offer has moved on; `detail` says where it stands.
    OfferStateConflict,
    /// The offer was revised meanwhile.
    OfferRevised,
    /// The offer's expiry has come.
    OfferExpired,
    /// The customer cannot be reminded now; `detail` says why.
    ReminderNotAllowed,
    /// Too late to take it back: it was sent already.
    AlreadySent,
    /// The file or text is larger than can be taken.
    TooLarge,
    /// No room on the disk, or it cannot be written.
    StorageFailed,
    /// The system's notification service is missing or refuses; `detail` says what it said.
    NotificationsRefused,
    /// The system does not do what it was asked; `detail` says what it said.
    SystemRefused,
    /// Too many requests, or the platform failed; it will be tried again.
    PlatformTrouble,
    /// A defect of the desk.
    Internal,
}

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, TS)]
#[error("{code:?}: {detail}")]
pub struct ApiError {
    /// Why.
    pub code: ApiErrorCode,
    /// What exactly, in English; may be empty.
    pub detail: String,
    /// The fields that are wrong.
    pub fields: Vec<FieldProblem>,
}

impl ApiError {
    /// An error without more to say.
    #[must_use]
    pub fn new(code: ApiErrorCode) -> Self {
        Self {
            code,
            detail: String::new(),
            fields: Vec::new(),
        }
    }

    /// The same, with words.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Wrong fields.
    #[must_use]
    pub fn fields(fields: Vec<FieldProblem>) -> Self {
        Self {
            code: ApiErrorCode::InvalidFields,
            detail: String::new(),
            fields,
        }
    }
}
