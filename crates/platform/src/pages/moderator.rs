//! The moderator's page: locks to release, offers to cancel with a reason, requests for help to answer.

use super::{
    Address, PageFailure, Visitor, forms,
    show::{self, Shell, Times},
};
use crate::{
    App,
    flow::{Command, FlowError},
    store::AccountRow,
};
use askama::Template;
use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{Html, Redirect, Response},
};
use proffer_domain::{FieldCode, FieldProblem, OfferId, OfferState, QuestionId, Role, SupportRequestId, lock};
use proffer_protocol::{CancelOfferRequest, Document, Entity, ErrorCode, SupportRequestState};
use uuid::Uuid;

/// How many things of each kind the page shows.
const LIMIT: u32 = 100;

/// A question with its lock.
struct QuestionLine {
    id: String,
    number: u64,
    title: String,
    customer: String,
    holder: Option<String>,
    command: Uuid,
}

/// An offer.
struct OfferLine {
    id: String,
    number: u64,
    title: String,
    people: String,
    price: String,
    state: &'static str,
    may_cancel: bool,
    may_withdraw: bool,
    command: Uuid,
}

/// A request for help.
struct SupportLine {
    id: String,
    subject: String,
    html: String,
    at: String,
    reply_html: Option<String>,
    command: Uuid,
}

#[derive(Template)]
#[template(path = "pages/moderate.html")]
struct ModeratePage<'a> {
    shell: Shell,
    problems: &'a [FieldProblem],
    /// What was typed into the form of one thing, when it comes back.
    typed_for: String,
    typed: &'a str,
    questions: Vec<QuestionLine>,
    offers: Vec<OfferLine>,
    requests: Vec<SupportLine>,
}

/// What any of the page's forms carries.
#[derive(serde::Deserialize)]
pub struct ModerateForm {
    form: String,
    command: String,
    #[serde(default)]
    text: String,
    /// Whether it was sent from the page of the thing itself, which is then shown again.
    #[serde(default)]
    stay: String,
}

pub(super) fn need_moderator(visitor: &Visitor) -> Result<&AccountRow, PageFailure> {
    let account = visitor.need_account()?;
    if account.role == Role::Moderator {
        Ok(account)
    } else {
        Err(FlowError::code(ErrorCode::Forbidden).into())
    }
}

pub async fn overview(State(app): State<App>, visitor: Visitor) -> Result<Response, PageFailure> {
    let account = need_moderator(&visitor)?;
    Ok(visitor.respond(page(&app, &visitor, account, (String::new(), ""), &[]).await?))
}

async fn page(
    app: &App,
    visitor: &Visitor,
    account: &AccountRow,
    (typed_for, typed): (String, &str),
    problems: &[FieldProblem],
) -> Result<Html<String>, PageFailure> {
    let times = Times::of(account);
    let now = app.flow.ports().clock.now();
    let mut page = ModeratePage {
        shell: Shell::new("My category", visitor).with_times(&times),
        problems,
        typed_for,
        typed,
        questions: Vec::new(),
        offers: Vec::new(),
        requests: Vec::new(),
    };
    for document in app.flow.documents_of_moderator(account, LIMIT).await? {
        match document {
            Document::Question(document) => {
                let question = document.question;
                page.questions.push(QuestionLine {
                    id: question.id.to_string(),
                    number: question.number,
                    holder: lock::live(question.lock.as_ref(), now)
                        .map(|lock| format!("{}, until {}", lock.holder.name, times.full(lock.expires_at))),
                    title: question.title,
                    customer: question.customer.name,
                    command: show::new_command(app),
                });
            }
            Document::Offer(document) => {
                let offer = document.offer;
                page.offers.push(OfferLine {
                    id: offer.id.to_string(),
                    number: document.number,
                    price: offer.terms.price.to_string(),
                    title: offer.terms.title,
                    people: format!("{} for {}", document.expert.name, document.customer.name),
                    state: offer.state.as_str(),
                    may_cancel: matches!(offer.state, OfferState::Accepted | OfferState::InProgress),
                    may_withdraw: offer.state.is_open(),
                    command: show::new_command(app),
                });
            }
            Document::SupportRequest(document) => page.requests.push(SupportLine {
                id: document.id.to_string(),
                subject: document.subject,
                html: proffer_domain::text::to_safe_html(&document.text),
                at: times.full(document.requested_at),
                reply_html: document
                    .reply
                    .filter(|_| document.state == SupportRequestState::Answered)
                    .map(|reply| proffer_domain::text::to_safe_html(&reply)),
                command: show::new_command(app),
            }),
            _ => {}
        }
    }
    page.questions.sort_by_key(|question| question.holder.is_none());
    Ok(Html(page.render()?))
}

pub async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Address((kind, id)): Address<(String, Uuid)>,
    form: Result<Form<ModerateForm>, FormRejection>,
) -> Result<Response, PageFailure> {
    let account = need_moderator(&visitor)?;
    let Form(sent) = form.map_err(|rejection| PageFailure::FormUnreadable(rejection.body_text()))?;
    visitor.check_form(&sent.form)?;
    let command = match kind.as_str() {
        "release" => Command::Release(QuestionId(id)),
        "cancel" => Command::CancelOffer(
            OfferId(id),
            CancelOfferRequest {
                reason: sent.text.clone(),
            },
        ),
        "withdraw" => Command::WithdrawOffer(OfferId(id)),
        "reply" => Command::ReplyToSupport(SupportRequestId(id), sent.text.clone()),
        _ => return Err(FlowError::code(ErrorCode::NotFound).into()),
    };
    let key = forms::command(&sent.command)?;
    match forms::execute(&app, account, key, None, |_| command.clone()).await {
        Ok(_) => {
            let home = match (sent.stay.is_empty(), kind.as_str()) {
                (true, _) => "/moderate".to_owned(),
                (false, "release") => format!("/moderate/questions/{id}"),
                (false, "reply") => format!("/moderate/requests/{id}"),
                (false, _) => format!("/moderate/offers/{id}"),
            };
            Ok(visitor.respond(Redirect::to(&home)))
        }
        Err(FlowError::Refused(problem)) => {
            let mut problems = problem.errors.clone();
            if problems.is_empty() {
                let words = problem.detail.clone().unwrap_or_else(|| problem.title.clone());
                problems.push(FieldProblem::new("/content", FieldCode::NotOffered, words));
            }
            let typed = (id.to_string(), sent.text.as_str());
            let page = page(&app, &visitor, account, typed, &problems).await?;
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            Ok(visitor.respond((status, page)))
        }
        Err(error) => Err(error.into()),
    }
}

/// The kinds of documents that the page shows.
pub(crate) const SHOWN: [Entity; 3] = [Entity::Question, Entity::Offer, Entity::SupportRequest];
