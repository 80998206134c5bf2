//! Emailed links. Fetching one, as mail scanners do, changes and creates nothing: it shows a button. The button's POST
//! lets the customer in to just that question or offer, once. In place of a broken, used or expired link a fresh one can
//! be asked for.

use super::{Address, PageFailure, Visitor, show::Shell};
use crate::{App, flow::FlowError, peer::Peer, store::LinkRow};
use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use proffer_domain::{MessageKind, QuestionId};
use proffer_protocol::{Document, Entity};

#[derive(Template)]
#[template(path = "pages/landing.html")]
struct LandingPage<'a> {
    shell: Shell,
    name: &'a str,
    writer: &'a str,
    question_title: &'a str,
    offer_title: Option<&'a str>,
    token: &'a str,
}

#[derive(Template)]
#[template(path = "pages/new_link.html")]
struct NewLinkPage<'a> {
    shell: Shell,
    heading: &'a str,
    text: &'a str,
    lost: &'a str,
    is_sent: bool,
}

/// A form that carries nothing but its token.
#[derive(serde::Deserialize)]
pub struct EnterForm {
    form: String,
}

/// The form that asks for a fresh link.
#[derive(serde::Deserialize)]
pub struct RenewForm {
    form: String,
    email: String,
    #[serde(default)]
    lost: String,
}

/// An emailed link as it is found.
enum Found {
    Live(LinkRow, String),
    Used,
    Expired,
    Unknown,
}

async fn open(app: &App, token: &str) -> Result<Found, PageFailure> {
    match app.flow.open_link(token).await {
        Ok((link, account, true)) => Ok(Found::Live(link, account.name)),
        Ok((link, _, false)) if link.used_at.is_some() => Ok(Found::Used),
        Ok((_, _, false)) => Ok(Found::Expired),
        Err(FlowError::Refused(_)) => Ok(Found::Unknown),
        Err(error) => Err(error.into()),
    }
}

fn lost(visitor: &Visitor, found: &Found, token: &str) -> Result<Response, PageFailure> {
    let (status, heading, text) = match found {
        Found::Used => (
            StatusCode::GONE,
            "This link has been used",
            "A link in our emails opens once, in one browser, so that nobody else can use it after you.",
        ),
        Found::Expired => (
            StatusCode::GONE,
            "This link has expired",
            "Links in our emails work for 90 days.",
        ),
        _ => (
            StatusCode::NOT_FOUND,
            "This link does not work",
            "Check that the whole link was copied from the email.",
        ),
    };
    let page = NewLinkPage {
        shell: Shell::new(heading, visitor),
        heading,
        text,
        lost: token,
        is_sent: false,
    };
    Ok(visitor.respond((status, Html(page.render()?))))
}

/// The newest expert who wrote on a question.
async fn writer(app: &App, question: QuestionId) -> Result<Option<String>, FlowError> {
    let mut tx = app.flow.store().read().await?;
    let messages = tx.documents_on_question(Entity::Message, question.0).await?;
    Ok(messages.into_iter().rev().find_map(|document| match document {
        Document::Message(document) if document.message.kind != MessageKind::Reply => {
            Some(document.message.author.name)
        }
        _ => None,
    }))
}

pub async fn landing(
    State(app): State<App>,
    visitor: Visitor,
    Address(token): Address<String>,
) -> Result<Response, PageFailure> {
    let found = open(&app, &token).await?;
    if let Found::Used = found
        && let Some(link) = app.flow.entered_before(&token, visitor.secret()).await?
    {
        return Ok(visitor.respond(Redirect::to(&path_of(&link))));
    }
    let Found::Live(link, name) = found else {
        return lost(&visitor, &found, &token);
    };
    let mut tx = app.flow.store().read().await.map_err(FlowError::from)?;
    let document = match link.offer_id {
        Some(offer) => tx.document(Entity::Offer, offer.0).await,
        None => tx.document(Entity::Question, link.question_id.0).await,
    };
    drop(tx);
    let (writer, question_title, offer_title) = match document.map_err(FlowError::from)? {
        Some(Document::Offer(document)) => {
            let title = document.offer.terms.title;
            (document.expert.name, document.question_title, Some(title))
        }
        Some(Document::Question(document)) => {
            let writer = writer(&app, link.question_id).await?;
            (writer.unwrap_or_default(), document.question.title, None)
        }
        _ => return lost(&visitor, &Found::Unknown, &token),
    };
    let page = LandingPage {
        shell: Shell::new(question_title.clone(), &visitor),
        name: &name,
        writer: &writer,
        question_title: &question_title,
        offer_title: offer_title.as_deref(),
        token: &token,
    };
    Ok(visitor.respond(Html(page.render()?)))
}

pub async fn enter(
    State(app): State<App>,
    visitor: Visitor,
    Address(token): Address<String>,
    form: Result<Form<EnterForm>, FormRejection>,
) -> Result<Response, PageFailure> {
    let Form(sent) = form.map_err(|rejection| PageFailure::FormUnreadable(rejection.body_text()))?;
    visitor.check_form(&sent.form)?;
    match app.flow.enter_by_link(&token, visitor.secret()).await {
        Ok((link, way_in)) => {
            let path = path_of(&link);
            Ok(visitor.enter_by_link(Redirect::to(&path), way_in, &path))
        }
        Err(FlowError::Refused(_)) => lost(&visitor, &open(&app, &token).await?, &token),
        Err(error) => Err(error.into()),
    }
}

/// The page that a link opens.
fn path_of(link: &LinkRow) -> String {
    match link.offer_id {
        Some(offer) => format!("/offers/{offer}"),
        None => format!("/questions/{}", link.question_id),
    }
}

fn renew_page(visitor: &Visitor, is_sent: bool) -> Result<impl IntoResponse, PageFailure> {
    let (heading, text) = if is_sent {
        (
            "Look into your mailbox",
            "If we know this address, a fresh link is on its way to it. It comes within a few minutes; look into the \
             spam folder as well.",
        )
    } else {
        (
            "A new link by email",
            "It opens the question or offer we wrote to you about.",
        )
    };
    let page = NewLinkPage {
        shell: Shell::new(heading, visitor),
        heading,
        text,
        lost: "",
        is_sent,
    };
    Ok(Html(page.render()?))
}

pub async fn renew_form(visitor: Visitor) -> Result<Response, PageFailure> {
    Ok(visitor.respond(renew_page(&visitor, false)?))
}

pub async fn renew(
    State(app): State<App>,
    visitor: Visitor,
    Peer(peer): Peer,
    form: Result<Form<RenewForm>, FormRejection>,
) -> Result<Response, PageFailure> {
    let Form(sent) = form.map_err(|rejection| PageFailure::FormUnreadable(rejection.body_text()))?;
    visitor.check_form(&sent.form)?;
    app.flow.spend_letter(peer).await?;
    // Apart from the answer, so that neither its words nor its time tell whether the address is known.
    tokio::spawn(async move {
        if let Err(error) = app.flow.renew_link(&sent.email, &sent.lost).await {
            tracing::error!(%error, "a fresh link could not be made");
        }
    });
    Ok(visitor.respond(renew_page(&visitor, true)?))
}
