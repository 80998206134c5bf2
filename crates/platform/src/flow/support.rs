//! Requests for help and their replies.

use super::{FlowError, Work};
use crate::mail;
use proffer_domain::{SupportRequestId, support, text};
use proffer_protocol::{
    Document, Entity, ErrorCode, SupportRequestDocument, SupportRequestRequest, SupportRequestState,
};

pub(super) async fn request(work: &mut Work, request: &SupportRequestRequest) -> Result<Document, FlowError> {
    support::check(&request.subject, &request.text, &work.limits).map_err(FlowError::fields)?;
    let category_id = match request.question_id {
        Some(id) => Some(work.question(id).await?.question.category_id),
        None => work.tx.account_categories(work.actor.id).await?.first().copied(),
    };
    let document = Document::SupportRequest(SupportRequestDocument {
        revision: 1,
        id: request.id,
        requester_id: work.actor.id,
        question_id: request.question_id,
        category_id,
        subject: request.subject.trim().to_owned(),
        text: request.text.trim().to_owned(),
        requested_at: work.now,
        state: SupportRequestState::Open,
        reply: None,
        replied_at: None,
    });
    work.publish_new(&document).await?;
    Ok(document)
}

pub(super) async fn reply(work: &mut Work, id: SupportRequestId, reply: &str) -> Result<Document, FlowError> {
    let Some(Document::SupportRequest(mut document)) = work.tx.document(Entity::SupportRequest, id.0).await? else {
        return Err(FlowError::code(ErrorCode::NotFound));
    };
    let serves = match document.category_id {
        Some(category) => work.serves(category).await?,
        None => true,
    };
    if !serves {
        return Err(FlowError::code(ErrorCode::NotFound));
    }
    if let Some(problem) = text::check("/reply", "a reply", reply, work.limits.text_max_chars as usize) {
        return Err(FlowError::fields(vec![problem]));
    }
    document.revision += 1;
    document.state = SupportRequestState::Answered;
    document.reply = Some(reply.trim().to_owned());
    document.replied_at = Some(work.now);
    work.send_letter(document.requester_id, None, |to| mail::support_reply(to, &document))
        .await?;
    let document = Document::SupportRequest(document);
    work.publish(&document).await?;
    Ok(document)
}
