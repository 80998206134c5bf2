//! Why a check did not pass, or the suite could not begin.

/// Why a check did not pass.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The server does something else.
    #[error("{0}")]
    Differs(String),
    /// It did not answer, or not with something that can be read.
    #[error("{what}: no answer that can be read: {error}")]
    NoAnswer {
        /// What was asked.
        what: String,
        /// Why.
        error: String,
    },
    /// The check needs something that was not given.
    #[error("{0}")]
    NotRun(String),
}

/// Why the suite could not begin.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Somebody cannot sign in.
    #[error("{email} cannot sign in: {failure}")]
    SignIn {
        /// Who.
        email: String,
        /// Why.
        failure: Failure,
    },
    /// An account has another role than the suite needs.
    #[error("{email} is no {needed} there; give the address of one")]
    Role {
        /// Who.
        email: String,
        /// The role that it must have.
        needed: &'static str,
    },
    /// The experts have no category in common.
    #[error("the two experts serve no category in common; let both serve the same one")]
    Category,
    /// No price is allowed.
    #[error("the platform's limits name no currency")]
    Prices,
    /// The HTTP client cannot be made.
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// Fails the check unless something holds, with words that say what was seen.
macro_rules! hold {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err($crate::Failure::Differs(format!($($words)+)));
        }
    };
}

pub(crate) use hold;
