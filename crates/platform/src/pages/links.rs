//! Emailed links. Fetching one, as mail scanners do, changes and creates nothing: it shows a button. The button's POST
//! lets the customer in to just that question or offer.

use super::{PageFailure, Visitor, show::Shell};
use crate::{App, flow::FlowError, store::LinkRow};
use askama::Template;
use axum::{
    Form,
    extract::{Path, State, rejection::FormRejection},
    response::{Html, Redirect, Response},
};
use proffer_protocol::{Document, Entity};

#[derive(Template)]
#[template(path = "pages/landing.html")]
struct LandingPage<'a> {
    shell: Shell,
    name: &'a str,
    title: &'a str,
    is_offer: bool,
    token: &'a str,
}

/// A form that carries nothing but its token.
#[derive(serde::Deserialize)]
pub struct EnterForm {
    form: String,
}

async fn open(app: &App, token: &str) -> Result<(LinkRow, String), PageFailure> {
    match app.flow.open_link(token).await {
        Ok((link, account, true)) => Ok((link, account.name)),
        Ok((_, _, false)) => Err(PageFailure::LinkExpired),
        Err(FlowError::Refused(_)) => Err(PageFailure::LinkUnknown),
        Err(error) => Err(error.into()),
    }
}

pub async fn landing(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, PageFailure> {
    let (link, name) = open(&app, &token).await?;
    let mut tx = app.flow.store().read().await.map_err(FlowError::from)?;
    let document = match link.offer_id {
        Some(offer) => tx.document(Entity::Offer, offer.0).await,
        None => tx.document(Entity::Question, link.question_id.0).await,
    };
    let title = match document.map_err(FlowError::from)? {
        Some(Document::Offer(document)) => document.offer.terms.title,
        Some(Document::Question(document)) => document.question.title,
        _ => return Err(PageFailure::LinkUnknown),
    };
    let page = LandingPage {
        shell: Shell::new(title.clone(), &visitor),
        name: &name,
        title: &title,
        is_offer: link.offer_id.is_some(),
        token: &token,
    };
    Ok(visitor.respond(Html(page.render()?)))
}

pub async fn enter(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
    form: Result<Form<EnterForm>, FormRejection>,
) -> Result<Response, PageFailure> {
    let Form(sent) = form.map_err(|rejection| PageFailure::FormUnreadable(rejection.body_text()))?;
    visitor.check_form(&sent.form)?;
    let (link, _) = open(&app, &token).await?;
    let path = match link.offer_id {
        Some(offer) => format!("/offers/{offer}"),
        None => format!("/questions/{}", link.question_id),
    };
    Ok(visitor.enter_by_link(Redirect::to(&path), token, &path))
}
