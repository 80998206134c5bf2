//! Offers: every transition of the lifecycle, with who is told.

use super::{FlowError, Work, payments};
use crate::mail::{self, Letter, Reader};
use proffer_domain::{
    Actor, EventId, OfferCommand, OfferEventKind, OfferId, OfferState, QuestionId, Role, Tell, Transition,
    offer::{self, SendContext},
};
use proffer_protocol::{
    DeliverOfferRequest, Document, Entity, ErrorCode, OfferDocument, QuestionDocument, ReviseOfferRequest,
    SendOfferRequest,
};

pub(super) async fn send(
    work: &mut Work,
    question_id: QuestionId,
    request: &SendOfferRequest,
) -> Result<Document, FlowError> {
    let question = work.question(question_id).await?;
    let context = SendContext {
        question: &question.question,
        limits: &work.limits,
        now: work.now,
    };
    let event_id = EventId(work.ports.new_id());
    let transition = offer::send(request.id, event_id, work.actor.id, request.terms.clone(), context)
        .map_err(|error| FlowError::offer(error, OfferState::Sent, 0))?;
    let document = OfferDocument {
        revision: 1,
        offer: transition.offer.clone(),
        number: work.tx.next_number("offer").await?,
        customer: question.question.customer.clone(),
        expert: work.me(),
        question_number: question.question.number,
        question_title: question.question.title.clone(),
    };
    work.publish_new(&Document::Offer(document.clone())).await?;
    tell(work, &document, &transition).await?;
    Ok(Document::Offer(document))
}

pub(super) async fn revise(work: &mut Work, id: OfferId, request: &ReviseOfferRequest) -> Result<Document, FlowError> {
    let document = work.offer(id).await?;
    let question = question_of(work, &document).await?;
    let context = SendContext {
        question: &question.question,
        limits: &work.limits,
        now: work.now,
    };
    let event_id = EventId(work.ports.new_id());
    let (state, version) = (document.offer.state, document.offer.version);
    let terms = request.terms.clone();
    let transition = offer::revise(
        &document.offer,
        request.version,
        event_id,
        work.actor.id,
        terms,
        context,
    )
    .map_err(|error| FlowError::offer(error, state, version))?;
    publish(work, document, transition).await
}

pub(super) async fn deliver(
    work: &mut Work,
    id: OfferId,
    request: &DeliverOfferRequest,
) -> Result<Document, FlowError> {
    let document = work.offer(id).await?;
    let attachments = work
        .use_attachments(
            &request.attachments,
            document.offer.question_id,
            Some(document.offer.id),
        )
        .await?;
    let command = OfferCommand::Deliver {
        message: request.message.clone(),
        is_call_outcome: request.is_call_outcome,
        attachments,
    };
    apply(work, id, command).await
}

pub(super) async fn apply(work: &mut Work, id: OfferId, command: OfferCommand) -> Result<Document, FlowError> {
    let actor = match work.actor.role {
        Role::Customer => Actor::Customer(work.actor.id),
        Role::Expert => Actor::Expert(work.actor.id),
        Role::Moderator => Actor::Moderator(work.actor.id),
    };
    let document = work.offer(id).await?;
    apply_as(work, document, command, actor).await
}

/// Applies a command in the name of `actor`, who has been found to be who they are.
pub(super) async fn apply_as(
    work: &mut Work,
    document: OfferDocument,
    command: OfferCommand,
    actor: Actor,
) -> Result<Document, FlowError> {
    let event_id = EventId(work.ports.new_id());
    let (state, version) = (document.offer.state, document.offer.version);
    let transition = offer::apply(&document.offer, command, event_id, actor, &work.limits, work.now)
        .map_err(|error| FlowError::offer(error, state, version))?;
    publish(work, document, transition).await
}

async fn publish(work: &mut Work, mut document: OfferDocument, transition: Transition) -> Result<Document, FlowError> {
    payments::move_money(work, &document, transition.event.kind).await?;
    document.revision += 1;
    document.offer = transition.offer.clone();
    work.publish(&Document::Offer(document.clone())).await?;
    tell(work, &document, &transition).await?;
    Ok(Document::Offer(document))
}

/// Writes the event and the emails that the lifecycle's table asks for. Lists and the Request Centre are told by the
/// document's change, notifications by the desk.
async fn tell(work: &mut Work, document: &OfferDocument, transition: &Transition) -> Result<(), FlowError> {
    work.tx.insert_offer_event(document.offer.id, &transition.event).await?;
    let besides = offer::told_besides(&transition.event);
    let offer = &document.offer;
    let told = || transition.tell.iter().chain(besides);
    let readers: Vec<_> = told()
        .filter_map(|told| match told {
            Tell::CustomerEmail | Tell::CustomerReceipt => Some(offer.customer_id),
            Tell::ExpertEmail => Some(offer.expert_id),
            Tell::CustomerList | Tell::ExpertRequestCentre | Tell::ExpertNotification => None,
        })
        .collect();
    let accounts = work.tx.accounts_by_ids(&readers).await?;
    let mut emails = Vec::new();
    for told in told() {
        let (to, link) = match told {
            Tell::CustomerEmail | Tell::CustomerReceipt => {
                let link = work.link(offer.customer_id, offer.question_id, Some(offer.id)).await?;
                (offer.customer_id, Some(link))
            }
            Tell::ExpertEmail => (offer.expert_id, None),
            Tell::CustomerList | Tell::ExpertRequestCentre | Tell::ExpertNotification => continue,
        };
        let Some(account) = accounts.iter().find(|account| account.id == to) else {
            continue;
        };
        let about = link.is_some().then_some(offer.id);
        let letter = |to: &Reader| match link {
            Some(link) => mail::offer_for_customer(to, document, transition.event.kind, link),
            None => mail::offer_for_expert(to, document, transition.event.kind),
        };
        emails.extend(work.letter(account.clone(), about, letter).await?);
    }
    work.send(&emails).await
}

/// The expert reminds the customer of an open offer, once a version.
pub(super) async fn remind(work: &mut Work, id: OfferId) -> Result<Document, FlowError> {
    let mut document = work.offer(id).await?;
    let (state, version) = (document.offer.state, document.offer.version);
    document.offer = offer::remind(&document.offer, Actor::Expert(work.actor.id), work.now)
        .map_err(|error| FlowError::reminder(error, state, version))?;
    send_reminder(work, document, mail::reminder_of_expert).await
}

/// Sends the reminder of a held offer that the customer asked for, and notes that it went out.
pub(super) async fn remind_as_asked(work: &mut Work, mut document: OfferDocument) -> Result<Document, FlowError> {
    document.offer.reminded_at = Some(work.now);
    send_reminder(work, document, |to, document, link| {
        mail::offer_for_customer(to, document, OfferEventKind::Held, link)
    })
    .await
}

/// A reminder is a fact on the offer, seen by every stream that sees the offer, and one letter.
async fn send_reminder(
    work: &mut Work,
    mut document: OfferDocument,
    letter: impl FnOnce(&Reader, &OfferDocument, String) -> Letter,
) -> Result<Document, FlowError> {
    document.revision += 1;
    work.publish(&Document::Offer(document.clone())).await?;
    let offer = &document.offer;
    let link = work.link(offer.customer_id, offer.question_id, Some(offer.id)).await?;
    work.send_letter(offer.customer_id, Some(offer.id), |to| letter(to, &document, link))
        .await?;
    Ok(Document::Offer(document))
}

/// The question an offer was made on; its expert may revise even where they serve its category no more.
async fn question_of(work: &mut Work, document: &OfferDocument) -> Result<QuestionDocument, FlowError> {
    match work.tx.document(Entity::Question, document.offer.question_id.0).await? {
        Some(Document::Question(question)) => Ok(question),
        _ => Err(FlowError::code(ErrorCode::NotFound)),
    }
}
