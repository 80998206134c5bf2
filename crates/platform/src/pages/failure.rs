//! What a visitor is told when a page cannot be shown, with the way out.

use super::show::Shell;
use crate::flow::FlowError;
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use proffer_protocol::{ErrorCode, Problem};

/// Why a page cannot be shown.
#[derive(Debug)]
pub enum PageFailure {
    /// Nobody is signed in.
    SignInNeeded,
    /// A form that did not come from our page, or whose cookie is gone.
    FormForged,
    /// A link that never was.
    LinkUnknown,
    /// A link whose time is over.
    LinkExpired,
    /// The flow refused or failed.
    Flow(FlowError),
    /// A page could not be written.
    Template(askama::Error),
    /// A form could not be read.
    FormUnreadable(String),
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

#[derive(Template)]
#[template(path = "pages/failure.html")]
struct FailurePage<'a> {
    shell: Shell,
    heading: &'a str,
    text: &'a str,
}

impl IntoResponse for PageFailure {
    fn into_response(self) -> Response {
        let (status, heading, text): (_, String, String) = match self {
            Self::SignInNeeded => return Redirect::to("/sign-in").into_response(),
            Self::FormForged => (
                StatusCode::FORBIDDEN,
                "This form is too old".into(),
                "Go back, reload the page and send it again. If your browser refuses cookies, allow them for this site."
                    .into(),
            ),
            Self::LinkUnknown => (
                StatusCode::NOT_FOUND,
                "This link does not work".into(),
                "Check that the whole link was copied from the email. You can also sign in to see all your questions \
                 and offers."
                    .into(),
            ),
            Self::LinkExpired => (
                StatusCode::GONE,
                "This link has expired".into(),
                "Links in our emails work for 90 days. Sign in to see all your questions and offers.".into(),
            ),
            Self::FormUnreadable(detail) => {
                (StatusCode::BAD_REQUEST, "This form could not be read".into(), format!("{detail}. Go back and send it again."))
            }
            Self::Template(error) => {
                tracing::error!(%error, "a page could not be written");
                failed()
            }
            Self::Flow(error) => {
                if !matches!(error, FlowError::Refused(_)) {
                    tracing::error!(%error, "a page failed");
                }
                flow(&error.problem())
            }
        };
        let page = FailurePage {
            shell: Shell::bare(&heading),
            heading: &heading,
            text: &text,
        };
        match page.render() {
            Ok(html) => (status, Html(html)).into_response(),
            Err(_) => (status, text).into_response(),
        }
    }
}

fn failed() -> (StatusCode, String, String) {
    let text = "Nothing was lost. Wait a moment, go back and try again.";
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something failed on our side".into(),
        text.into(),
    )
}

fn flow(problem: &Problem) -> (StatusCode, String, String) {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match problem.code {
        ErrorCode::NotFound => (
            status,
            "There is no such page for you".into(),
            "It may belong to another account. Sign in with the address to which the email was sent.".into(),
        ),
        ErrorCode::Internal | ErrorCode::Unavailable => failed(),
        _ => (
            status,
            problem.title.clone(),
            problem.detail.clone().unwrap_or_default(),
        ),
    }
}
