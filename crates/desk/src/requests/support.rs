//! `support_request_*`

use super::Answer;
use crate::{
    api::{
        ApiError, Nothing,
        support::{SupportRequestList, SupportRequestSend, SupportRequestView},
    },
    desk::Desk,
    outbox::{Content, Submission},
    session::Account,
};
use proffer_domain::{SupportRequestId, support, text::to_safe_html};

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
                requested_at: entry.entry.queued_at,
                state: None,
                reply_html: None,
                replied_at: None,
            });
        }
        views.extend(documents.into_iter().map(|document| SupportRequestView {
            id: document.id,
            question_id: document.question_id,
            subject: document.subject,
            text_html: to_safe_html(&document.text),
            requested_at: account.local_time(document.requested_at),
            state: Some(document.state),
            reply_html: document.reply.as_deref().map(to_safe_html),
            replied_at: document.replied_at.map(|at| account.local_time(at)),
        }));
        Ok(views)
    }
}
