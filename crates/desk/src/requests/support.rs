//! `support_request_*`

use super::Answer;
use crate::{
    api::{
        ApiError, Nothing,
        offer::OfferPending,
        support::{SupportRequestList, SupportRequestSend, SupportRequestView},
    },
    desk::Desk,
    outbox::{Content, Submission},
    session::Account,
};
use proffer_domain::{QuestionId, SupportRequestId, support, text::to_safe_html};

impl Desk {
    pub(crate) async fn support_request_send(&self, request: SupportRequestSend) -> Answer<SupportRequestList> {
        let account = self.account()?;
        support::check(&request.subject, &request.text, account.limits()).map_err(ApiError::fields)?;
        let content = Content::SupportRequest {
            id: SupportRequestId(self.mint()),
            question_id: request.question_id,
            subject: request.subject,
            text: request.text,
        };
        // Not in the question's lane: help is asked for when that lane is stuck.
        self.submit(Submission {
            content,
            question_id: None,
            from: None,
            has_undo: false,
        })
        .await?;
        self.support_request_list(Nothing).await
    }

    pub(crate) async fn support_request_list(&self, _: Nothing) -> Answer<SupportRequestList> {
        let account = self.account()?;
        Ok(SupportRequestList {
            requests: self.support_requests(&account).await?,
        })
    }

    pub(super) async fn support_requests(&self, account: &Account) -> Answer<Vec<SupportRequestView>> {
        let documents = self.inner.cache.support_requests().await?;
        let mut views = Vec::new();
        for entry in self.overlay(account.id).await?.entries.iter().rev() {
            let Content::SupportRequest {
                id,
                question_id,
                subject,
                text,
            } = &entry.entry.content
            else {
                continue;
            };
            if documents.iter().any(|document| document.id == *id) {
                continue;
            }
            views.push(SupportRequestView {
                id: *id,
                question_id: *question_id,
                subject: subject.clone(),
                text_html: to_safe_html(text),
                question_number: self.question_number(*question_id).await?,
                requested_at: entry.entry.queued_at,
                state: None,
                reply_html: None,
                replied_at: None,
                pending: Some(OfferPending {
                    command_id: entry.entry.command_id,
                    error: entry.failure(),
                }),
            });
        }
        for document in documents {
            views.push(SupportRequestView {
                id: document.id,
                question_id: document.question_id,
                question_number: self.question_number(document.question_id).await?,
                subject: document.subject,
                text_html: to_safe_html(&document.text),
                requested_at: account.local_time(document.requested_at),
                state: Some(document.state),
                reply_html: document.reply.as_deref().map(to_safe_html),
                replied_at: document.replied_at.map(|at| account.local_time(at)),
                pending: None,
            });
        }
        Ok(views)
    }

    async fn question_number(&self, id: Option<QuestionId>) -> Answer<Option<u64>> {
        let Some(id) = id else { return Ok(None) };
        let document = self.inner.cache.question(id).await?;
        Ok(document.map(|document| document.question.number))
    }
}
