//! Errors on the wire: `application/problem+json` with a stable code.

use proffer_domain::{FieldProblem, Lock, OfferState};
use serde::{Deserialize, Serialize};

/// Why a request was refused. A closed set; a new one only when someone acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ErrorCode {
    /// The request could not be read at all.
    MalformedRequest,
    /// Fields are wrong; `errors` names them.
    InvalidFields,
    /// No session, or one that has ended.
    SignInNeeded,
    /// A wrong password or an unknown address, never said which.
    WrongCredentials,
    /// The password is right, and the account asks for a code besides: send the same request with `code`. With `errors`
    /// at `/code`, the one that was sent does not fit.
    CodeNeeded,
    /// The role or the person may not do this.
    Forbidden,
    /// There is no such thing, or not for this person.
    NotFound,
    /// Another expert holds the question; `current.lock` says who.
    LockHeld,
    /// The expert does not hold the question.
    LockNotHeld,
    /// The question is closed.
    QuestionClosed,
    /// An Answer must come before this offer.
    AnswerFirst,
    /// The expert neither holds the lock nor has answered.
    NotYourQuestion,
    /// The offer's state does not allow this; `current.offer_state` says where it stands.
    OfferStateConflict,
    /// The offer was revised meanwhile; `current.offer_version` is the current version.
    OfferRevised,
    /// The offer's expiry has come.
    OfferExpired,
    /// The customer cannot be reminded now: too early, done before, or they chose the day themselves.
    ReminderNotAllowed,
    /// The price has to be authorised first, on the offer's page (customer).
    PaymentNeeded,
    /// Larger than the platform takes.
    TooLarge,
    /// Too many requests; wait and try again.
    TooManyRequests,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
    /// The desk is too old for this platform, or too new.
    ProtocolMismatch,
    /// The platform failed; the same request may be sent again.
    Internal,
    /// The platform is busy or stopping; the same request may be sent again.
    Unavailable,
}

/// Whether sending the same request again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It will be refused again.
    Never,
    /// At once, with the same key.
    Now,
    /// After a while, with the same key: what happened is unknown or will pass.
    Later,
    /// After signing in again, with the same key.
    AfterSignIn,
}

impl ErrorCode {
    /// Whether sending the same request again can help.
    #[must_use]
    pub fn retry(self) -> Retry {
        match self {
            Self::TooManyRequests | Self::Internal | Self::Unavailable => Retry::Later,
            Self::SignInNeeded => Retry::AfterSignIn,
            _ => Retry::Never,
        }
    }

    /// The HTTP status that goes with it.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::MalformedRequest => 400,
            Self::InvalidFields | Self::IdempotencyKeyReused => 422,
            Self::SignInNeeded | Self::WrongCredentials | Self::CodeNeeded => 401,
            Self::Forbidden | Self::NotYourQuestion => 403,
            Self::NotFound => 404,
            Self::LockHeld
            | Self::LockNotHeld
            | Self::QuestionClosed
            | Self::AnswerFirst
            | Self::OfferStateConflict
            | Self::OfferRevised
            | Self::OfferExpired
            | Self::ReminderNotAllowed => 409,
            Self::PaymentNeeded => 402,
            Self::TooLarge => 413,
            Self::ProtocolMismatch => 426,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// A short title in English.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::MalformedRequest => "The request could not be read",
            Self::InvalidFields => "Some fields are not as they must be",
            Self::SignInNeeded => "Sign in",
            Self::WrongCredentials => "The address or the password is not right",
            Self::CodeNeeded => "A code is needed",
            Self::Forbidden => "This is not yours to do",
            Self::NotFound => "There is no such thing here",
            Self::LockHeld => "Another expert holds this question",
            Self::LockNotHeld => "You do not hold this question",
            Self::QuestionClosed => "This question is closed",
            Self::AnswerFirst => "Answer the question first",
            Self::NotYourQuestion => "Lock or answer the question first",
            Self::OfferStateConflict => "The offer has moved on",
            Self::OfferRevised => "The offer was revised",
            Self::OfferExpired => "The offer has expired",
            Self::ReminderNotAllowed => "The customer cannot be reminded now",
            Self::PaymentNeeded => "The price has to be paid first",
            Self::TooLarge => "Too large",
            Self::TooManyRequests => "Too many requests",
            Self::IdempotencyKeyReused => "This idempotency key was used for another request",
            Self::ProtocolMismatch => "The versions of desk and platform do not fit",
            Self::Internal => "The platform failed",
            Self::Unavailable => "The platform is not available",
        }
    }
}

/// The state that won, when two things raced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conflict {
    /// Who holds the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
    /// Where the offer stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_state: Option<OfferState>,
    /// The offer's current version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_version: Option<u32>,
}

/// An error response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI that names the kind of problem: `urn:proffer:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short title.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The stable code.
    pub code: ErrorCode,
    /// The fields that are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// The state that won, in a conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Conflict>,
    /// After how many seconds to try again, as the header `Retry-After` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
}

impl Problem {
    /// A problem with its code's title and status.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        let kind = serde_json::to_value(code)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned));
        Self {
            kind: format!("urn:proffer:problem:{}", kind.unwrap_or_default()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: None,
            code,
            errors: Vec::new(),
            current: None,
            retry_after_seconds: None,
        }
    }

    /// The same, with words.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same, with the fields that are wrong.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldProblem>) -> Self {
        self.errors = errors;
        self
    }

    /// The same, with the state that won.
    #[must_use]
    pub fn with_current(mut self, current: Conflict) -> Self {
        self.current = Some(current);
        self
    }
}
