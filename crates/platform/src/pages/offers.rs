//! An offer's page: the whole price, and accept, not now, decline, none of them preselected.

use super::{
    Address, PageFailure, Visitor, forms, payment,
    show::{self, OfferCard, Shell, Times},
    visitor::Scope,
};
use crate::{
    App,
    api::give_file,
    flow::{Command, FlowError, PaymentStart},
    store::{AccountRow, PaymentRow},
};
use askama::Template;
use axum::{
    Form,
    extract::{Query, State, rejection::FormRejection},
    http::StatusCode,
    response::{Html, Redirect, Response},
};
use jiff::SignedDuration;
use proffer_domain::{AttachmentId, CommandId, FieldCode, FieldProblem, OfferId};
use proffer_protocol::{AcceptOfferRequest, DeclineOfferRequest, Document, ErrorCode, HoldOfferRequest, OfferDocument};
use uuid::Uuid;

/// How fresh the fact that the customer looked must be; a reload is no news.
const VIEW_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// What any of the offer's forms carries.
#[derive(serde::Deserialize)]
pub struct OfferForm {
    form: String,
    command: String,
    #[serde(default)]
    version: u32,
    #[serde(default)]
    call_slot: String,
    #[serde(default)]
    remind_on: String,
    #[serde(default)]
    reason: String,
}

/// What the customer has accepted, to print and to keep.
#[derive(Template)]
#[template(path = "pages/receipt.html")]
struct ReceiptPage<'a> {
    shell: Shell,
    offer: OfferCard,
    customer: &'a str,
    accepted_at: String,
    call: Option<String>,
    payment: Option<String>,
    question_number: u64,
    question_title: &'a str,
    printed_at: String,
}

/// How many earlier versions a page shows; all of them on one that is asked for.
const EARLIER: usize = 4;

/// How much of an offer's page is asked for.
#[derive(Default, serde::Deserialize)]
pub struct Extent {
    versions: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/offer.html")]
struct OfferPage<'a> {
    shell: Shell,
    offer: OfferCard,
    payment: Option<String>,
    question_id: String,
    question_title: &'a str,
    can_see_question: bool,
    more_versions: usize,
    news: &'a str,
    problems: &'a [FieldProblem],
    reason: &'a str,
    remind_on: &'a str,
    call_slot: &'a str,
    command: Uuid,
}

fn page(
    app: &App,
    visitor: &Visitor,
    account: &AccountRow,
    document: &OfferDocument,
    payment: Option<&PaymentRow>,
    (sent, extent): (Option<&OfferForm>, &Extent),
    (news, problems): (&str, &[FieldProblem]),
) -> Result<Html<String>, PageFailure> {
    let now = app.flow.ports().clock.now();
    let times = Times::of(account);
    let mut offer = show::offer(document, &times, now);
    let shown = extent.versions.as_ref().map_or(EARLIER, |_| usize::MAX);
    let more_versions = offer.earlier.len().saturating_sub(shown);
    offer.earlier.truncate(shown);
    let page = OfferPage {
        shell: Shell::new(format!("Offer: {}", document.offer.terms.title), visitor).with_times(&times),
        offer,
        more_versions,
        payment: payment.and_then(payment::words),
        question_id: document.offer.question_id.to_string(),
        question_title: &document.question_title,
        can_see_question: visitor
            .account()
            .is_some_and(|account| account.id == document.offer.customer_id),
        news,
        problems,
        reason: sent.map_or("", |sent| &sent.reason),
        remind_on: sent.map_or("", |sent| &sent.remind_on),
        call_slot: sent.map_or("", |sent| &sent.call_slot),
        command: show::new_command(app),
    };
    Ok(Html(page.render()?))
}

pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Address(id): Address<Uuid>,
    Query(extent): Query<Extent>,
) -> Result<Response, PageFailure> {
    let id = OfferId(id);
    let account = visitor.account_for(Scope::Offer(id))?;
    let mut document = app.flow.offer_of_customer(account, id).await?;
    let now = app.flow.ports().clock.now();
    if document
        .offer
        .viewed_at
        .is_none_or(|at| now.duration_since(at) > VIEW_EVERY)
    {
        let key = CommandId(app.flow.ports().new_id());
        if let Ok(Document::Offer(viewed)) = app.flow.execute(account, key, &Command::ViewOffer(id)).await {
            document = viewed;
        }
    }
    let payment = app.flow.payment_of(id, document.offer.version).await?;
    Ok(visitor.respond(page(
        &app,
        &visitor,
        account,
        &document,
        payment.as_ref(),
        (None, &extent),
        ("", &[]),
    )?))
}

/// The receipt of an offer that was accepted; one that was not is shown instead.
pub async fn receipt(
    State(app): State<App>,
    visitor: Visitor,
    Address(id): Address<Uuid>,
) -> Result<Response, PageFailure> {
    let id = OfferId(id);
    let account = visitor.account_for(Scope::Offer(id))?;
    let document = app.flow.offer_of_customer(account, id).await?;
    let Some(accepted_at) = document.offer.accepted_at else {
        return Ok(visitor.respond(Redirect::to(&format!("/offers/{id}"))));
    };
    let payment = app.flow.payment_of(id, document.offer.version).await?;
    let times = Times::of(account);
    let now = app.flow.ports().clock.now();
    let page = ReceiptPage {
        shell: Shell::new(format!("Receipt R-{}", document.number), &visitor).with_times(&times),
        offer: show::offer(&document, &times, now),
        customer: &document.customer.name,
        accepted_at: times.full(accepted_at),
        call: document.offer.chosen_call_slot.map(|slot| times.call(slot)),
        payment: payment.as_ref().and_then(payment::words),
        question_number: document.question_number,
        question_title: &document.question_title,
        printed_at: times.full(now),
    };
    Ok(visitor.respond(Html(page.render()?)))
}

pub async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Address((id, action)): Address<(Uuid, String)>,
    form: Result<Form<OfferForm>, FormRejection>,
) -> Result<Response, PageFailure> {
    let id = OfferId(id);
    let account = visitor.account_for(Scope::Offer(id))?;
    let Form(sent) = form.map_err(|rejection| PageFailure::FormUnreadable(rejection.body_text()))?;
    visitor.check_form(&sent.form)?;
    let command = match command(account, id, &action, &sent) {
        Ok(command) => command,
        Err(problems) => return refused(&app, &visitor, account, id, &sent, "", &problems).await,
    };
    let key = forms::command(&sent.command)?;
    if let Command::AcceptOffer(_, request) = &command {
        match Box::pin(app.flow.begin_payment(account, id, request, key)).await {
            Ok(PaymentStart::NotNeeded) => {}
            Ok(PaymentStart::Begun) => return Ok(visitor.respond(Redirect::to(&format!("/offers/{id}/pay")))),
            // It is refused below in the same words, and the refusal kept.
            Err(FlowError::Refused(problem)) if problem.code != ErrorCode::Unavailable => {}
            Err(error) => return Err(error.into()),
        }
    }
    match forms::execute(&app, account, key, None, |_| command.clone()).await {
        Ok(_) => Ok(visitor.respond(Redirect::to(&format!("/offers/{id}")))),
        Err(FlowError::Refused(problem)) => {
            let news = match problem.code {
                ErrorCode::OfferRevised => {
                    "The expert changed this offer while you were reading. This is the new version; nothing was accepted."
                }
                ErrorCode::OfferStateConflict | ErrorCode::OfferExpired => {
                    "This offer has moved on while you were reading. Below you see how it stands now."
                }
                ErrorCode::InvalidFields => "",
                _ => return Err(FlowError::Refused(problem).into()),
            };
            refused(&app, &visitor, account, id, &sent, news, &problem.errors).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The command that a form asks for.
fn command(account: &AccountRow, id: OfferId, action: &str, sent: &OfferForm) -> Result<Command, Vec<FieldProblem>> {
    let nothing = || {
        vec![FieldProblem::new(
            "/action",
            FieldCode::NotOffered,
            "Choose one of the buttons.",
        )]
    };
    Ok(match action {
        "accept" => {
            let call_slot = if sent.call_slot.is_empty() {
                None
            } else {
                Some(sent.call_slot.parse().map_err(|_| {
                    vec![FieldProblem::new(
                        "/call_slot",
                        FieldCode::NotOffered,
                        "Choose one of the proposed times.",
                    )]
                })?)
            };
            Command::AcceptOffer(
                id,
                AcceptOfferRequest {
                    version: sent.version,
                    call_slot,
                },
            )
        }
        "hold" => {
            let remind_at = if sent.remind_on.is_empty() {
                None
            } else {
                let at = Times::of(account).start_of_day(&sent.remind_on);
                Some(at.ok_or_else(|| {
                    let message = "Write the day as year, month, day, such as 2026-12-24, or leave it empty.";
                    vec![FieldProblem::new("/remind_at", FieldCode::Malformed, message)]
                })?)
            };
            Command::HoldOffer(id, HoldOfferRequest { remind_at })
        }
        "decline" => {
            let reason = Some(sent.reason.clone()).filter(|reason| !reason.trim().is_empty());
            Command::DeclineOffer(id, DeclineOfferRequest { reason })
        }
        "reconsider" => Command::ReconsiderOffer(id),
        "complete" => Command::CompleteOffer(id),
        _ => return Err(nothing()),
    })
}

async fn refused(
    app: &App,
    visitor: &Visitor,
    account: &AccountRow,
    id: OfferId,
    sent: &OfferForm,
    news: &str,
    problems: &[FieldProblem],
) -> Result<Response, PageFailure> {
    let document = app.flow.offer_of_customer(account, id).await?;
    let status = if news.is_empty() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::CONFLICT
    };
    let payment = app.flow.payment_of(id, document.offer.version).await?;
    let (typed, news) = ((Some(sent), &Extent::default()), (news, problems));
    let page = page(app, visitor, account, &document, payment.as_ref(), typed, news)?;
    Ok(visitor.respond((status, page)))
}

pub async fn file(
    State(app): State<App>,
    visitor: Visitor,
    Address((id, file)): Address<(Uuid, Uuid)>,
) -> Result<Response, PageFailure> {
    let id = OfferId(id);
    let account = visitor.account_for(Scope::Offer(id))?;
    let stored = app
        .flow
        .attachment_of(account, AttachmentId(file), |row| row.offer_id == Some(id))
        .await?;
    Ok(give_file(stored).await?)
}
