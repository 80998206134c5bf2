//! What a visitor is told when a page cannot be shown, with the way out.

use super::show::Shell;
use crate::flow::FlowError;
use askama::Template;
use axum::{
    extract::FromRequestParts,
    extract::Path,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Response},
};
use proffer_protocol::{ErrorCode, Problem};
use serde::de::DeserializeOwned;

/// Why a page cannot be shown.
#[derive(Debug)]
pub enum PageFailure {
    /// Nobody is signed in.
    SignInNeeded,
    /// A form that did not come from our page, or whose cookie is gone.
    FormForged,
    /// A form with more in it than is read.
    FormTooLarge,
    /// A form could not be read.
    FormUnreadable(String),
    /// The flow refused or failed.
    Flow(FlowError),
    /// A page could not be written.
    Template(askama::Error),
}

impl PageFailure {
    /// There is no such page, or none for this visitor.
    pub fn not_found() -> Self {
        Self::Flow(FlowError::code(ErrorCode::NotFound))
    }
}

impl From<FlowError> for PageFailure {
    fn from(error: FlowError) -> Self {
        Self::Flow(error)
    }
}

impl From<askama::Error> for PageFailure {
    fn from(error: askama::Error) -> Self {
        Self::Template(error)
    }
}

/// What an address names, or a page that says there is nothing.
pub struct Address<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Address<T> {
    type Rejection = PageFailure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageFailure> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(named)| Self(named))
            .map_err(|_| PageFailure::not_found())
    }
}

/// Marks the answer to somebody who must sign in first: a page that was asked for leads to the sign-in, a form that was
/// sent keeps what was typed.
#[derive(Clone, Copy)]
pub struct NeedsSignIn;

/// A way out of a failure.
type Way = (&'static str, &'static str);

const HOME: Way = ("/questions", "My questions");
const SIGN_IN: Way = ("/sign-in", "Sign in");

#[derive(Template)]
#[template(path = "pages/failure.html")]
struct FailurePage<'a> {
    shell: Shell,
    heading: &'a str,
    text: &'a str,
    ways: &'a [Way],
}

/// What a failure says.
struct Words {
    status: StatusCode,
    heading: String,
    text: String,
    ways: &'static [Way],
}

impl Words {
    fn new(status: StatusCode, heading: &str, text: &str, ways: &'static [Way]) -> Self {
        Self {
            status,
            heading: heading.to_owned(),
            text: text.to_owned(),
            ways,
        }
    }
}

impl IntoResponse for PageFailure {
    fn into_response(self) -> Response {
        let needs_sign_in = matches!(self, Self::SignInNeeded);
        let retry_after = match &self {
            Self::Flow(FlowError::Refused(problem)) => problem.retry_after_seconds,
            _ => None,
        };
        let words = words(self);
        let page = FailurePage {
            shell: Shell::bare(&words.heading),
            heading: &words.heading,
            text: &words.text,
            ways: words.ways,
        };
        let mut response = match page.render() {
            Ok(html) => (words.status, Html(html)).into_response(),
            Err(_) => (words.status, words.text).into_response(),
        };
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if needs_sign_in {
            response.extensions_mut().insert(NeedsSignIn);
        }
        response
    }
}

fn words(failure: PageFailure) -> Words {
    match failure {
        PageFailure::SignInNeeded => Words::new(
            StatusCode::UNAUTHORIZED,
            "You are signed out",
            "Nothing was sent. Sign in, then go back in your browser to what you typed and send it again.",
            &[SIGN_IN],
        ),
        PageFailure::FormForged => Words::new(
            StatusCode::FORBIDDEN,
            "This form is too old",
            "Nothing was sent. Go back, reload the page and send it again. If your browser refuses cookies, allow them \
             for this site.",
            &[HOME],
        ),
        PageFailure::FormTooLarge => Words::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "These files are too large together",
            "Nothing was sent. Go back, choose fewer or smaller files and send it again; your text is still there.",
            &[HOME],
        ),
        PageFailure::FormUnreadable(detail) => Words::new(
            StatusCode::BAD_REQUEST,
            "This form could not be read",
            &format!("Nothing was sent. {detail}. Go back and send it again."),
            &[HOME],
        ),
        PageFailure::Template(error) => {
            tracing::error!(%error, "a page could not be written");
            failed()
        }
        PageFailure::Flow(error) => {
            if !matches!(error, FlowError::Refused(_)) {
                tracing::error!(%error, "a page failed");
            }
            refused(&error.problem())
        }
    }
}

fn failed() -> Words {
    let text = "Wait a moment, go back in your browser and try again; what you typed is still there.";
    Words::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something failed on our side",
        text,
        &[HOME],
    )
}

fn refused(problem: &Problem) -> Words {
    match problem.code {
        ErrorCode::NotFound => Words::new(
            StatusCode::NOT_FOUND,
            "There is no such page for you",
            "Check the address. If the page belongs to another account, sign in with the address to which the email was \
             sent.",
            &[HOME, SIGN_IN],
        ),
        ErrorCode::Forbidden => Words::new(
            StatusCode::FORBIDDEN,
            "This page is not for your account",
            "Sign in with an account that may see it.",
            &[SIGN_IN],
        ),
        ErrorCode::Internal | ErrorCode::Unavailable => failed(),
        _ => Words {
            status: StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            heading: problem.title.clone(),
            text: problem.detail.clone().unwrap_or_default(),
            ways: &[HOME],
        },
    }
}
