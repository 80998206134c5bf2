//! `message_*`

use super::{Answer, not_found};
use crate::{
    api::{
        ApiError, ApiErrorCode,
        message::{MessageDraftSave, MessageDraftView, MessageSend},
        question::ConversationView,
    },
    desk::Desk,
    journal::{DraftKind, DraftSlot, StoredDraft},
    outbox::{Content, Submission},
    session::Account,
};
use proffer_domain::{
    MessageDraft, MessageError, MessageId, MessageKind, QuestionId, QuestionState, Role, lock,
    message::OFFER_ANNOUNCEMENT, text::to_safe_html,
};
use serde::{Deserialize, Serialize};

/// A message being written, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptMessage {
    pub(super) kind: MessageKind,
    pub(super) text: String,
    pub(super) announces_offer: bool,
}

pub(super) fn slot(account: &Account, question: QuestionId) -> DraftSlot {
    DraftSlot {
        account: account.id,
        kind: DraftKind::Message,
        subject: question.0,
    }
}

impl Desk {
    pub(crate) async fn message_draft_save(&self, request: MessageDraftSave) -> Answer<MessageDraftView> {
        let account = self.account()?;
        if request.kind.sent_by() != Role::Expert {
            return Err(ApiError::new(ApiErrorCode::MalformedRequest).with_detail("an expert sends no reply"));
        }
        let slot = slot(&account, request.question_id);
        let kept = KeptMessage {
            kind: request.kind,
            text: request.text,
            announces_offer: request.announces_offer && request.kind == MessageKind::Answer,
        };
        let has_files = !self.inner.journal.draft_files(slot).await?.is_empty();
        if kept.text.trim().is_empty() && !has_files {
            self.inner.journal.delete_draft(slot).await?;
            return Ok(MessageDraftView {
                kind: kept.kind,
                announces_offer: kept.announces_offer,
                ..self.message_draft_view(&account, request.question_id).await?
            });
        }
        self.inner
            .journal
            .save_draft(slot, self.mint(), &kept, self.now())
            .await?;
        self.message_draft_view(&account, request.question_id).await
    }

    pub(super) async fn message_draft_view(&self, account: &Account, question: QuestionId) -> Answer<MessageDraftView> {
        let slot = slot(account, question);
        let draft: Option<StoredDraft<KeptMessage>> = self.inner.journal.draft(slot).await?;
        let files = self.inner.journal.draft_files(slot).await?;
        let saved_at = draft.as_ref().map(|draft| draft.saved_at);
        let kept = draft.map_or_else(
            || KeptMessage {
                kind: MessageKind::Answer,
                text: String::new(),
                announces_offer: false,
            },
            |draft| draft.body,
        );
        let full = if kept.announces_offer {
            format!("{}\n\n{OFFER_ANNOUNCEMENT}", kept.text)
        } else {
            kept.text.clone()
        };
        Ok(MessageDraftView {
            kind: kept.kind,
            preview_html: to_safe_html(&full),
            text: kept.text,
            announces_offer: kept.announces_offer,
            attachments: files.into_iter().map(super::attachment::view).collect(),
            saved_at,
        })
    }

    pub(crate) async fn message_send(&self, request: MessageSend) -> Answer<ConversationView> {
        let account = self.account()?;
        let id = request.question_id;
        let slot = slot(&account, id);
        let draft: Option<StoredDraft<KeptMessage>> = self.inner.journal.draft(slot).await?;
        let files = self.inner.journal.draft_files(slot).await?;
        let kept = draft.map_or_else(
            || KeptMessage {
                kind: MessageKind::Answer,
                text: String::new(),
                announces_offer: false,
            },
            |draft| draft.body,
        );
        let check = MessageDraft {
            kind: kept.kind,
            text: &kept.text,
            attachments: files.len(),
            announces_offer: kept.announces_offer,
        };
        match check.check(Role::Expert, account.limits()) {
            Ok(()) => {}
            Err(MessageError::Fields(problems)) => return Err(ApiError::fields(problems)),
            Err(error @ MessageError::WrongRole(_)) => {
                return Err(ApiError::new(ApiErrorCode::Forbidden).with_detail(error.to_string()));
            }
        }
        self.check_may_write(&account, id).await?;
        self.submit(Submission {
            content: Content::Message {
                message_id: MessageId(self.mint()),
                message_kind: kept.kind,
                text: kept.text,
                announces_offer: kept.announces_offer,
            },
            question_id: Some(id),
            from: Some(slot),
            has_undo: true,
        })
        .await?;
        self.conversation(&account, id).await
    }

    /// Whether the expert may write on a question now, as far as the desk knows.
    async fn check_may_write(&self, account: &Account, id: QuestionId) -> Answer<()> {
        let overlay = self.overlay(account.id).await?;
        let messages = self.inner.cache.messages(id).await?;
        let question = self
            .question_as_it_will_be(account, id, &overlay, &messages)
            .await?
            .question;
        let now = account.platform_time(self.now());
        if question.state == QuestionState::Closed {
            return Err(ApiError::new(ApiErrorCode::QuestionClosed));
        }
        if question.may_write(account.id, now) {
            return Ok(());
        }
        Err(match lock::live(question.lock.as_ref(), now) {
            Some(held) => ApiError::new(ApiErrorCode::LockHeld).with_detail(held.holder.name.clone()),
            None => ApiError::new(ApiErrorCode::LockNotHeld),
        })
    }

    /// Puts a message back into its draft; what was written there meanwhile is kept below it.
    pub(super) async fn message_to_keep(
        &self,
        account: &Account,
        question: Option<QuestionId>,
        message: KeptMessage,
    ) -> Answer<(DraftSlot, KeptMessage)> {
        let slot = slot(account, question.ok_or_else(not_found)?);
        let present: Option<StoredDraft<KeptMessage>> = self.inner.journal.draft(slot).await?;
        let text = match present
            .map(|draft| draft.body.text)
            .filter(|text| !text.trim().is_empty())
        {
            Some(later) => format!("{}\n\n{later}", message.text),
            None => message.text,
        };
        Ok((slot, KeptMessage { text, ..message }))
    }
}
