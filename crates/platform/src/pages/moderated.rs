//! One thing of a moderator's category with all that belongs to it: what was written, what may be done, and who decided
//! what about it.

use super::{
    Address, PageFailure, Visitor,
    moderator::need_moderator,
    show::{self, MessageCard, OfferCard, Shell, Times},
};
use crate::{App, flow::FlowError, store::AuditRow};
use askama::Template;
use axum::{
    extract::State,
    response::{Html, Response},
};
use proffer_domain::{OfferState, lock, text};
use proffer_protocol::{Document, Entity, QuestionDocument};
use uuid::Uuid;

/// How many decisions a page shows.
const TRAIL_LIMIT: u32 = 200;

/// A decision in words.
struct DecisionLine {
    at: String,
    who: String,
    what: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "pages/moderate_question.html")]
struct QuestionPage {
    shell: Shell,
    id: Uuid,
    number: u64,
    title: String,
    customer: String,
    holder: Option<String>,
    messages: Vec<MessageCard>,
    offers: Vec<OfferCard>,
    trail: Vec<DecisionLine>,
    command: Uuid,
}

#[derive(Template)]
#[template(path = "pages/moderate_offer.html")]
struct OfferPage {
    shell: Shell,
    question: Uuid,
    question_number: u64,
    question_title: String,
    customer: String,
    offer: OfferCard,
    may_withdraw: bool,
    may_cancel: bool,
    trail: Vec<DecisionLine>,
    command: Uuid,
}

#[derive(Template)]
#[template(path = "pages/moderate_request.html")]
struct RequestPage {
    shell: Shell,
    id: Uuid,
    question: Option<Uuid>,
    subject: String,
    requester: String,
    at: String,
    html: String,
    reply_html: Option<String>,
    trail: Vec<DecisionLine>,
    command: Uuid,
}

/// Who decided what about a thing, newest first.
async fn trail(app: &App, object: Uuid, times: &Times) -> Result<Vec<DecisionLine>, PageFailure> {
    let rows = app.flow.audit(Some(object), None, None, TRAIL_LIMIT).await?;
    Ok(rows.into_iter().map(|row| line(row, times)).collect())
}

fn line(row: AuditRow, times: &Times) -> DecisionLine {
    DecisionLine {
        at: times.full(row.at),
        who: match row.actor_name {
            Some(name) => format!("{name}, {}", row.actor),
            None if row.actor == "clock" => "by itself".to_owned(),
            None => row.actor,
        },
        what: row.action.replace('_', " "),
        reason: row.reason.unwrap_or_default(),
    }
}

pub async fn question(
    State(app): State<App>,
    visitor: Visitor,
    Address(id): Address<Uuid>,
) -> Result<Response, PageFailure> {
    let account = need_moderator(&visitor)?;
    let document = app.flow.document_of_moderator(account, Entity::Question, id).await?;
    let Document::Question(QuestionDocument { question, .. }) = document else {
        return Err(PageFailure::not_found());
    };
    let times = Times::of(account);
    let now = app.flow.ports().clock.now();
    let mut tx = app.flow.store().read().await.map_err(FlowError::from)?;
    let written = tx
        .documents_on_question(Entity::Message, id)
        .await
        .map_err(FlowError::from)?;
    let offered = tx
        .documents_on_question(Entity::Offer, id)
        .await
        .map_err(FlowError::from)?;
    drop(tx);
    let mut messages = vec![show::question(&question, &times)];
    messages.extend(written.iter().filter_map(|document| match document {
        Document::Message(document) => Some(show::message(&document.message, &times)),
        _ => None,
    }));
    for card in &mut messages {
        // Files are the customer's and the experts'; their names are enough here.
        for file in &mut card.files {
            file.href.clear();
        }
    }
    let offers = offered.iter().filter_map(|document| match document {
        Document::Offer(document) => Some(show::offer(document, &times, now)),
        _ => None,
    });
    let page = QuestionPage {
        shell: Shell::new(format!("Q-{}", question.number), &visitor).with_times(&times),
        id,
        number: question.number,
        holder: lock::live(question.lock.as_ref(), now)
            .map(|lock| format!("{}, until {}", lock.holder.name, times.full(lock.expires_at))),
        messages,
        offers: offers.collect(),
        trail: trail(&app, id, &times).await?,
        title: question.title,
        customer: question.customer.name,
        command: show::new_command(&app),
    };
    Ok(visitor.respond(Html(page.render()?)))
}

pub async fn offer(
    State(app): State<App>,
    visitor: Visitor,
    Address(id): Address<Uuid>,
) -> Result<Response, PageFailure> {
    let account = need_moderator(&visitor)?;
    let Document::Offer(document) = app.flow.document_of_moderator(account, Entity::Offer, id).await? else {
        return Err(PageFailure::not_found());
    };
    let times = Times::of(account);
    let state = document.offer.state;
    let page = OfferPage {
        shell: Shell::new(format!("R-{}", document.number), &visitor).with_times(&times),
        offer: show::offer(&document, &times, app.flow.ports().clock.now()),
        may_withdraw: state.is_open(),
        may_cancel: matches!(state, OfferState::Accepted | OfferState::InProgress),
        trail: trail(&app, id, &times).await?,
        question: document.offer.question_id.0,
        question_number: document.question_number,
        question_title: document.question_title,
        customer: document.customer.name,
        command: show::new_command(&app),
    };
    Ok(visitor.respond(Html(page.render()?)))
}

pub async fn request(
    State(app): State<App>,
    visitor: Visitor,
    Address(id): Address<Uuid>,
) -> Result<Response, PageFailure> {
    let account = need_moderator(&visitor)?;
    let document = app
        .flow
        .document_of_moderator(account, Entity::SupportRequest, id)
        .await?;
    let Document::SupportRequest(document) = document else {
        return Err(PageFailure::not_found());
    };
    let times = Times::of(account);
    let mut tx = app.flow.store().read().await.map_err(FlowError::from)?;
    let requester = tx.account(document.requester_id).await.map_err(FlowError::from)?;
    drop(tx);
    let page = RequestPage {
        shell: Shell::new("A request for help", &visitor).with_times(&times),
        id,
        question: document.question_id.map(|question| question.0),
        requester: requester.map_or_else(String::new, |account| account.name),
        at: times.full(document.requested_at),
        html: text::to_safe_html(&document.text),
        reply_html: document.reply.as_deref().map(text::to_safe_html),
        trail: trail(&app, id, &times).await?,
        subject: document.subject,
        command: show::new_command(&app),
    };
    Ok(visitor.respond(Html(page.render()?)))
}
