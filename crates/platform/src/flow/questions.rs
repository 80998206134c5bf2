//! Questions: asking, locking, writing, rating.

use super::{FlowError, Work};
use crate::mail;
use proffer_domain::{
    AccountId, FieldCode, FieldProblem, Message, MessageDraft, MessageKind, Question, QuestionId, QuestionState,
    Rating, Role, lock, question,
};
use proffer_protocol::{
    AskQuestionRequest, Document, Entity, ErrorCode, MessageDocument, Problem, QuestionDocument, RateQuestionRequest,
    SendMessageRequest,
};

pub(super) async fn ask(work: &mut Work, request: &AskQuestionRequest) -> Result<Document, FlowError> {
    question::check(&request.title, &request.text, request.attachments.len(), &work.limits)
        .map_err(FlowError::fields)?;
    let Some(Document::Category(_)) = work.tx.document(Entity::Category, request.category_id.0).await? else {
        let problem = FieldProblem::new(
            "/category_id",
            FieldCode::NotOffered,
            "Choose a category from the list.",
        );
        return Err(FlowError::fields(vec![problem]));
    };
    let attachments = work.use_attachments(&request.attachments, request.id, None).await?;
    let document = Document::Question(QuestionDocument {
        revision: 1,
        question: Question {
            id: request.id,
            number: work.tx.next_number("question").await?,
            category_id: request.category_id,
            customer: work.me(),
            title: request.title.trim().to_owned(),
            text: request.text.trim().to_owned(),
            attachments,
            asked_at: work.now,
            state: QuestionState::Open,
            lock: None,
            answered_by: Vec::new(),
            rating: None,
            customer_viewed_at: Some(work.now),
            last_activity_at: work.now,
        },
        customer_since: work.actor.created_at,
        customer_time_zone: Some(work.actor.time_zone.clone()),
    });
    work.publish_new(&document).await?;
    Ok(document)
}

pub(super) async fn lock(work: &mut Work, id: QuestionId) -> Result<Document, FlowError> {
    let mut document = work.question(id).await?;
    if document.question.state == QuestionState::Closed {
        return Err(FlowError::code(ErrorCode::QuestionClosed));
    }
    let lock = lock::take(
        document.question.lock.as_ref(),
        &work.me(),
        work.now,
        work.limits.lock_seconds,
    )?;
    document.question.lock = Some(lock);
    publish(work, document).await
}

pub(super) async fn extend(work: &mut Work, id: QuestionId) -> Result<Document, FlowError> {
    let mut document = work.question(id).await?;
    let lock = lock::extend(
        document.question.lock.as_ref(),
        work.actor.id,
        work.now,
        work.limits.lock_seconds,
    )?;
    document.question.lock = Some(lock);
    publish(work, document).await
}

pub(super) async fn release(work: &mut Work, id: QuestionId) -> Result<Document, FlowError> {
    let mut document = work.question(id).await?;
    if work.actor.role == Role::Expert {
        lock::release(document.question.lock.as_ref(), work.actor.id, work.now)?;
    }
    document.question.lock = None;
    publish(work, document).await
}

pub(super) async fn send_message(
    work: &mut Work,
    id: QuestionId,
    request: &SendMessageRequest,
) -> Result<Document, FlowError> {
    let mut document = work.question(id).await?;
    MessageDraft {
        kind: request.kind,
        text: &request.text,
        attachments: request.attachments.len(),
        announces_offer: request.announces_offer,
    }
    .check(work.actor.role, &work.limits)?;
    if document.question.state == QuestionState::Closed {
        return Err(FlowError::code(ErrorCode::QuestionClosed));
    }
    if work.actor.role == Role::Expert && !document.question.may_write(work.actor.id, work.now) {
        return Err(match lock::live(document.question.lock.as_ref(), work.now) {
            Some(held) => lock_held(held.clone()),
            None => FlowError::code(ErrorCode::NotYourQuestion),
        });
    }
    let message = Message {
        id: request.id,
        question_id: id,
        kind: request.kind,
        author: work.me(),
        text: request.text.trim().to_owned(),
        announces_offer: request.announces_offer,
        attachments: work.use_attachments(&request.attachments, id, None).await?,
        sent_at: work.now,
    };
    let message_document = Document::Message(MessageDocument {
        revision: 1,
        message: message.clone(),
    });
    work.publish_message(&message_document, &document).await?;
    note_message(work, &mut document.question, request.kind);
    tell_of_message(work, &document.question, &message).await?;
    publish(work, document).await?;
    Ok(message_document)
}

/// What a message changes on its question: work extends the lock, an Answer answers.
fn note_message(work: &Work, question: &mut Question, kind: MessageKind) {
    question.last_activity_at = work.now;
    if work.actor.role == Role::Customer {
        question.customer_viewed_at = Some(work.now);
    }
    if let Ok(lock) = lock::extend(
        question.lock.as_ref(),
        work.actor.id,
        work.now,
        work.limits.lock_seconds,
    ) {
        question.lock = Some(lock);
    }
    if kind == MessageKind::Answer {
        question.state = QuestionState::Answered;
        if !question.answered_by.contains(&work.actor.id) {
            question.answered_by.push(work.actor.id);
        }
    }
}

async fn tell_of_message(work: &mut Work, question: &Question, message: &Message) -> Result<(), FlowError> {
    if message.kind.sent_by() == Role::Expert {
        let link = work.link(question.customer.id, question.id, None).await?;
        return work
            .send_letter(question.customer.id, None, |to| {
                mail::message_for_customer(to, question, message, link)
            })
            .await;
    }
    tell_experts(work, question, message).await
}

/// Tells who works on a question: the holder of its lock, else those who answered it.
async fn tell_experts(work: &mut Work, question: &Question, message: &Message) -> Result<(), FlowError> {
    let holder = lock::live(question.lock.as_ref(), work.now).map(|lock| lock.holder.id);
    let experts: Vec<AccountId> = holder.map_or_else(|| question.answered_by.clone(), |holder| vec![holder]);
    for expert in experts {
        work.send_letter(expert, None, |to| mail::reply_for_expert(to, question, message))
            .await?;
    }
    Ok(())
}

pub(super) async fn rate(
    work: &mut Work,
    id: QuestionId,
    request: &RateQuestionRequest,
) -> Result<Document, FlowError> {
    let mut document = work.question(id).await?;
    if document.question.state == QuestionState::Open {
        let problem = Problem::new(ErrorCode::AnswerFirst).with_detail("There is no Answer to rate yet.");
        return Err(FlowError::refused(problem));
    }
    let rating = Rating::new(request.stars, &request.comment, work.now).map_err(FlowError::fields)?;
    document.question.rating = Some(rating);
    document.question.last_activity_at = work.now;
    publish(work, document).await
}

pub(super) async fn view(work: &mut Work, id: QuestionId) -> Result<Document, FlowError> {
    let mut document = work.question(id).await?;
    document.question.customer_viewed_at = Some(work.now);
    publish(work, document).await
}

pub(super) async fn publish(work: &mut Work, mut document: QuestionDocument) -> Result<Document, FlowError> {
    document.revision += 1;
    let document = Document::Question(document);
    work.publish(&document).await?;
    Ok(document)
}

fn lock_held(held: proffer_domain::Lock) -> FlowError {
    proffer_domain::LockError::HeldBy(held).into()
}
