//! Emailed links that stop a kind of optional letters, without signing in. Fetching one changes nothing; a mail program's
//! one click (RFC 8058) and the page's button are the same POST. The link itself is the secret, so that a forged form
//! could do no more than who has the link.

use super::{Address, PageFailure, Visitor, show::Shell};
use crate::{App, mail, store::AccountRow};
use askama::Template;
use axum::{
    extract::State,
    response::{Html, Response},
};

#[derive(Template)]
#[template(path = "pages/stop_mail.html")]
struct StopPage<'a> {
    shell: Shell,
    token: &'a str,
    email: &'a str,
    what: &'static str,
    is_stopped: bool,
}

fn page(
    visitor: &Visitor,
    token: &str,
    (account, kind): &(AccountRow, String),
    is_stopped: bool,
) -> Result<Response, PageFailure> {
    let page = StopPage {
        shell: Shell::new("Emails you can stop", visitor),
        token,
        email: &account.email,
        what: what(kind),
        is_stopped,
    };
    Ok(visitor.respond(Html(page.render()?)))
}

/// A kind of optional letters, in words.
pub fn what(kind: &str) -> &'static str {
    if kind == mail::REMINDER {
        "reminders that you asked for when you kept an offer for later"
    } else {
        "reminders of open offers that experts send"
    }
}

pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Address(token): Address<String>,
) -> Result<Response, PageFailure> {
    let found = app.flow.stop_link(&token).await?;
    page(&visitor, &token, &found, false)
}

pub async fn stop(
    State(app): State<App>,
    visitor: Visitor,
    Address(token): Address<String>,
) -> Result<Response, PageFailure> {
    let found = app.flow.stop_mail(&token).await?;
    page(&visitor, &token, &found, true)
}
