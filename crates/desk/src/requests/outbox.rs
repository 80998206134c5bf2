//! `outbox_*`

use super::{Answer, message::KeptMessage, not_found};
use crate::{
    api::{
        ApiError, ApiErrorCode, Nothing,
        outbox::{OutboxRef, OutboxView},
    },
    desk::Desk,
    journal::{DraftKind, DraftSlot, EntryState, StoredDraft, StoredEntry},
    offer_dialog::OfferDraft,
    outbox::Content,
    session::Account,
};
use proffer_domain::{CommandId, OfferId};

impl Desk {
    pub(crate) async fn outbox_list(&self, _: Nothing) -> Answer<OutboxView> {
        let account = self.account()?;
        let now = self.now();
        let mut entries = Vec::new();
        for entry in self.inner.journal.outbox(account.id).await? {
            let mut view = entry.view(now);
            if let (true, Some(offer)) = (view.summary.is_empty(), view.offer_id) {
                // What has no words of its own is known by its offer.
                let document = self.inner.cache.offer(offer).await?;
                view.summary = document.map(|document| document.offer.terms.title).unwrap_or_default();
            }
            entries.push(view);
        }
        Ok(OutboxView { entries })
    }

    pub(crate) async fn outbox_undo(&self, request: OutboxRef) -> Answer<OutboxView> {
        let (account, entry) = self.outbox_entry(request.command_id).await?;
        if !entry.is_undoable(self.now()) {
            return Err(ApiError::new(ApiErrorCode::AlreadySent));
        }
        self.back_into_draft(&account, entry).await?;
        self.outbox_list(Nothing).await
    }

    pub(crate) async fn outbox_edit(&self, request: OutboxRef) -> Answer<OutboxView> {
        let (account, entry) = self.outbox_entry(request.command_id).await?;
        if !entry.is_editable() {
            return Err(ApiError::new(ApiErrorCode::AlreadySent));
        }
        self.back_into_draft(&account, entry).await?;
        self.outbox_list(Nothing).await
    }

    pub(crate) async fn outbox_retry(&self, request: OutboxRef) -> Answer<OutboxView> {
        let (_, entry) = self.outbox_entry(request.command_id).await?;
        self.inner.journal.revive(request.command_id, self.now()).await?;
        self.tell_outbox(&entry.entry).await?;
        self.inner.push_wake.notify_one();
        self.outbox_list(Nothing).await
    }

    pub(crate) async fn outbox_discard(&self, request: OutboxRef) -> Answer<OutboxView> {
        let (account, entry) = self.outbox_entry(request.command_id).await?;
        if entry.state == EntryState::Waiting {
            return Err(ApiError::new(ApiErrorCode::AlreadySent));
        }
        if let Some((slot, _)) = self.offer_draft_of(&account, &entry).await? {
            self.inner.journal.delete_draft(slot).await?;
        }
        self.inner.journal.drop_entry(request.command_id).await?;
        self.tell_outbox(&entry.entry).await?;
        self.inner.push_wake.notify_one();
        self.outbox_list(Nothing).await
    }

    async fn outbox_entry(&self, id: CommandId) -> Answer<(Account, StoredEntry)> {
        let account = self.account()?;
        let entry = self.inner.journal.outbox_entry(account.id, id).await?;
        Ok((account, entry.ok_or_else(not_found)?))
    }

    /// Takes an entry out of the outbox; what was written goes back into its draft.
    async fn back_into_draft(&self, account: &Account, entry: StoredEntry) -> Answer<()> {
        let id = entry.entry.command_id;
        let now = self.now();
        let journal = &self.inner.journal;
        let is_back = match entry.entry.content.clone() {
            Content::Message {
                message_kind,
                text,
                announces_offer,
                ..
            } => {
                let message = KeptMessage {
                    kind: message_kind,
                    text,
                    announces_offer,
                };
                let (slot, kept) = self.message_to_keep(account, entry.entry.question_id, message).await?;
                journal.take_back(id, Some((slot, self.mint(), &kept)), now).await?
            }
            Content::Offer { terms, .. } => {
                let (slot, draft) = match self.offer_draft_of(account, &entry).await? {
                    Some(kept) => kept,
                    None => {
                        let question = entry.entry.question_id.ok_or_else(not_found)?;
                        let slot = offer_slot(account, question.0);
                        (slot, self.offer_draft_from(question, None, &terms))
                    }
                };
                let body = draft.body.reopened();
                journal.take_back(id, Some((slot, draft.id, &body)), now).await?
            }
            Content::Revision {
                offer_id,
                version,
                terms,
            } => {
                let (slot, draft) = match self.offer_draft_of(account, &entry).await? {
                    Some(kept) => kept,
                    None => {
                        let question = entry.entry.question_id.ok_or_else(not_found)?;
                        let slot = offer_slot(account, offer_id.0);
                        (slot, self.offer_draft_from(question, Some((offer_id, version)), &terms))
                    }
                };
                let body = draft.body.reopened();
                journal.take_back(id, Some((slot, draft.id, &body)), now).await?
            }
            Content::Delivery {
                offer_id,
                message,
                is_call_outcome,
            } => {
                let slot = delivery_slot(account, offer_id);
                let kept = super::offer::KeptDelivery {
                    message,
                    is_call_outcome,
                };
                journal.take_back(id, Some((slot, self.mint(), &kept)), now).await?
            }
            Content::SupportRequest { subject, text, .. } => {
                let (slot, kept) = self.support_request_to_keep(account, subject, text).await?;
                journal.take_back(id, Some((slot, self.mint(), &kept)), now).await?
            }
            Content::Withdrawal { .. }
            | Content::Reminder { .. }
            | Content::Start { .. }
            | Content::Cancellation { .. } => journal.take_back::<()>(id, None, now).await?,
        };
        if !is_back {
            return Err(ApiError::new(ApiErrorCode::AlreadySent));
        }
        self.tell_outbox(&entry.entry).await?;
        self.inner.push_wake.notify_one();
        Ok(())
    }

    /// The draft that an offer's entry was made from, if it still stands for it.
    async fn offer_draft_of(
        &self,
        account: &Account,
        entry: &StoredEntry,
    ) -> Answer<Option<(DraftSlot, StoredDraft<OfferDraft>)>> {
        let subject = match &entry.entry.content {
            Content::Offer { .. } => entry.entry.question_id.map(|id| id.0),
            Content::Revision { offer_id, .. } => Some(offer_id.0),
            _ => None,
        };
        let Some(subject) = subject else { return Ok(None) };
        let slot = offer_slot(account, subject);
        let draft: Option<StoredDraft<OfferDraft>> = self.inner.journal.draft(slot).await?;
        Ok(draft
            .filter(|draft| {
                draft.body.submitted.as_ref().map(|submitted| submitted.command_id) == Some(entry.entry.command_id)
            })
            .map(|draft| (slot, draft)))
    }
}

pub(super) fn offer_slot(account: &Account, subject: uuid::Uuid) -> DraftSlot {
    DraftSlot {
        account: account.id,
        kind: DraftKind::Offer,
        subject,
    }
}

pub(super) fn delivery_slot(account: &Account, offer: OfferId) -> DraftSlot {
    DraftSlot {
        account: account.id,
        kind: DraftKind::Delivery,
        subject: offer.0,
    }
}
