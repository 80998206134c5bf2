//! A new password by an emailed link: asking for the link, and choosing the password. Looking spends nothing.

use super::{Address, PageFailure, Visitor, show::Shell};
use crate::{App, flow::FlowError, peer::Peer};
use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{Html, Redirect, Response},
};
use proffer_domain::FieldProblem;
use proffer_protocol::ErrorCode;

/// What either form carries.
#[derive(serde::Deserialize)]
pub struct PasswordForm {
    form: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "pages/forgot_password.html")]
struct ForgotPage {
    shell: Shell,
    is_sent: bool,
}

#[derive(Template)]
#[template(path = "pages/reset_password.html")]
struct ResetPage<'a> {
    shell: Shell,
    token: &'a str,
    is_live: bool,
    problems: &'a [FieldProblem],
}

fn forgot_page(visitor: &Visitor, is_sent: bool) -> Result<Html<String>, PageFailure> {
    let heading = if is_sent {
        "Look into your mailbox"
    } else {
        "A new password"
    };
    let page = ForgotPage {
        shell: Shell::new(heading, visitor),
        is_sent,
    };
    Ok(Html(page.render()?))
}

fn reset_page(
    visitor: &Visitor,
    token: &str,
    is_live: bool,
    problems: &[FieldProblem],
) -> Result<Html<String>, PageFailure> {
    let page = ResetPage {
        shell: Shell::new("A new password", visitor),
        token,
        is_live,
        problems,
    };
    Ok(Html(page.render()?))
}

pub async fn forgot_form(visitor: Visitor) -> Result<Response, PageFailure> {
    Ok(visitor.respond(forgot_page(&visitor, false)?))
}

pub async fn forgot(
    State(app): State<App>,
    visitor: Visitor,
    Peer(peer): Peer,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Result<Response, PageFailure> {
    let Form(sent) = form.map_err(|rejection| PageFailure::FormUnreadable(rejection.body_text()))?;
    visitor.check_form(&sent.form)?;
    app.flow.spend_letter(peer).await?;
    // Apart from the answer, so that neither its words nor its time tell whether the address is known.
    tokio::spawn(async move {
        if let Err(error) = app.flow.request_password_reset(&sent.email).await {
            tracing::error!(%error, "a reset of a password could not be made");
        }
    });
    Ok(visitor.respond(forgot_page(&visitor, true)?))
}

pub async fn reset_form(
    State(app): State<App>,
    visitor: Visitor,
    Address(token): Address<String>,
) -> Result<Response, PageFailure> {
    let is_live = app.flow.is_password_reset(&token).await?;
    let status = if is_live { StatusCode::OK } else { StatusCode::NOT_FOUND };
    Ok(visitor.respond((status, reset_page(&visitor, &token, is_live, &[])?)))
}

pub async fn reset(
    State(app): State<App>,
    visitor: Visitor,
    Address(token): Address<String>,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Result<Response, PageFailure> {
    let Form(sent) = form.map_err(|rejection| PageFailure::FormUnreadable(rejection.body_text()))?;
    visitor.check_form(&sent.form)?;
    match app.flow.reset_password(&token, &sent.password).await {
        Ok(()) => Ok(visitor.end_session(Redirect::to("/sign-in"))),
        Err(FlowError::Refused(problem)) => {
            let is_live = problem.code != ErrorCode::NotFound;
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            Ok(visitor.respond((status, reset_page(&visitor, &token, is_live, &problem.errors)?)))
        }
        Err(error) => Err(error.into()),
    }
}
