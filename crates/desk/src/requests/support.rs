//! `support_request_*`

use super::Answer;
use crate::{
    api::{
        ApiError, Nothing,
        offer::OfferPending,
        support::{SupportDraftSave, SupportDraftView, SupportRequestList, SupportRequestSend, SupportRequestView},
    },
    desk::Desk,
    journal::{DraftKind, DraftSlot, StoredDraft},
    outbox::{Content, Submission},
    session::Account,
};
use proffer_domain::{QuestionId, SupportRequestId, support, text::to_safe_html};
use serde::{Deserialize, Serialize};

/// A request being written, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptSupportRequest {
    subject: String,
    text: String,
}

fn support_slot(account: &Account) -> DraftSlot {
    DraftSlot {
        account: account.id,
        kind: DraftKind::SupportRequest,
        subject: uuid::Uuid::nil(),
    }
}

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
            from: Some(support_slot(&account)),
            has_undo: false,
        })
        .await?;
        self.support_request_list(Nothing).await
    }

    pub(crate) async fn support_draft_save(&self, request: SupportDraftSave) -> Answer<SupportDraftView> {
        let account = self.account()?;
        let slot = support_slot(&account);
        if request.subject.trim().is_empty() && request.text.trim().is_empty() {
            self.inner.journal.delete_draft(slot).await?;
            return Ok(SupportDraftView::default());
        }
        let kept = KeptSupportRequest {
            subject: request.subject,
            text: request.text,
        };
        self.inner
            .journal
            .save_draft(slot, self.mint(), &kept, self.now())
            .await?;
        self.support_draft(&account).await
    }

    async fn support_draft(&self, account: &Account) -> Answer<SupportDraftView> {
        let draft: Option<StoredDraft<KeptSupportRequest>> = self.inner.journal.draft(support_slot(account)).await?;
        Ok(draft.map_or_else(SupportDraftView::default, |draft| SupportDraftView {
            subject: draft.body.subject,
            text: draft.body.text,
            saved_at: Some(draft.saved_at),
        }))
    }

    /// A request that comes back to be edited, with what is being written now below it.
    pub(super) async fn support_request_to_keep(
        &self,
        account: &Account,
        subject: String,
        text: String,
    ) -> Answer<(DraftSlot, KeptSupportRequest)> {
        let written = self.support_draft(account).await?;
        let text = if written.text.trim().is_empty() {
            text
        } else {
            format!("{text}\n\n{}", written.text)
        };
        Ok((support_slot(account), KeptSupportRequest { subject, text }))
    }

    pub(crate) async fn support_request_list(&self, _: Nothing) -> Answer<SupportRequestList> {
        let account = self.account()?;
        Ok(SupportRequestList {
            requests: self.support_requests(&account).await?,
            draft: self.support_draft(&account).await?,
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
                pending: Some(OfferPending::from(entry)),
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
