//! The outbox laid over what the platform told: what the expert sees is what will be.

use super::Content;
use crate::{
    api::offer::OfferPending,
    desk::Desk,
    error::Result,
    journal::{EntryState, StoredEntry},
};
use proffer_domain::{AccountId, Offer, OfferId, OfferState, Question, QuestionId, Timestamp};
use std::collections::HashSet;

/// An account's outbox, for views.
pub(crate) struct Overlay {
    pub(crate) entries: Vec<StoredEntry>,
}

/// What of an offer waits or was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OfferOverlay {
    /// The state it will have.
    pub(crate) state: Option<OfferState>,
    /// The entry that waits or failed; a failed one comes first.
    pub(crate) pending: Option<OfferPending>,
}

impl Desk {
    /// The account's outbox, for views.
    pub(crate) async fn overlay(&self, account: AccountId) -> Result<Overlay> {
        Ok(Overlay {
            entries: self.inner.journal.outbox(account).await?,
        })
    }
}

impl Overlay {
    /// A question's entries, oldest first.
    pub(crate) fn of_question(&self, id: QuestionId) -> impl Iterator<Item = &StoredEntry> {
        self.entries
            .iter()
            .filter(move |entry| entry.entry.question_id == Some(id))
    }

    /// Offers that the platform does not have yet: those in the outbox and not in `known`.
    pub(crate) fn new_offers<'a>(&'a self, known: &'a HashSet<OfferId>) -> impl Iterator<Item = &'a StoredEntry> {
        self.entries.iter().filter(move |entry| match &entry.entry.content {
            Content::Offer { offer_id, .. } => !known.contains(offer_id),
            _ => false,
        })
    }

    /// The question as it will be when the waiting messages have arrived.
    pub(crate) fn lay_over_question(&self, question: &mut Question, expert: AccountId) {
        let answers = self.of_question(question.id).any(|entry| {
            entry.state == EntryState::Waiting
                && matches!(
                    entry.entry.content,
                    Content::Message {
                        message_kind: proffer_domain::MessageKind::Answer,
                        ..
                    }
                )
        });
        if answers && !question.answered_by.contains(&expert) {
            question.answered_by.push(expert);
        }
    }

    /// What of an offer waits or was refused, and the state it will have. A new version's terms are laid over `offer`.
    pub(crate) fn lay_over_offer(&self, offer: &mut Offer) -> OfferOverlay {
        let mut overlay = OfferOverlay::default();
        for entry in self
            .entries
            .iter()
            .filter(|entry| entry.entry.offer_id == Some(offer.id))
        {
            let failure = entry.failure();
            if failure.is_none() {
                if matches!(entry.entry.content, Content::Reminder { .. }) {
                    offer.reminded_at = Some(entry.entry.queued_at);
                }
                overlay.state = match &entry.entry.content {
                    Content::Withdrawal { .. } => Some(OfferState::Withdrawn),
                    Content::Start { .. } => Some(OfferState::InProgress),
                    Content::Delivery { .. } => Some(OfferState::Delivered),
                    Content::Cancellation { .. } => Some(OfferState::Cancelled),
                    Content::Revision { terms, version, .. } if *version == offer.version => {
                        offer.terms = terms.clone();
                        Some(OfferState::Sent)
                    }
                    _ => overlay.state,
                };
            }
            if overlay.pending.as_ref().is_none_or(|pending| pending.error.is_none()) {
                overlay.pending = Some(OfferPending::from(entry));
            }
        }
        if let Some(state) = overlay.state {
            offer.state = state;
        }
        overlay
    }

    /// The questions with something waiting, and those with something refused or parked.
    pub(crate) fn marked_questions(&self) -> (HashSet<QuestionId>, HashSet<QuestionId>) {
        let (mut pending, mut failed) = (HashSet::new(), HashSet::new());
        for entry in &self.entries {
            if let Some(question) = entry.entry.question_id {
                match entry.state {
                    EntryState::Waiting => pending.insert(question),
                    EntryState::Refused | EntryState::Parked => failed.insert(question),
                };
            }
        }
        (pending, failed)
    }

    /// How far the message of an entry has come.
    pub(crate) fn message_delivery(entry: &StoredEntry, now: Timestamp) -> crate::api::question::MessageDelivery {
        use crate::api::question::MessageDelivery;
        let command_id = entry.entry.command_id;
        match entry.failure() {
            Some(error) => MessageDelivery::Failed { command_id, error },
            None if entry.is_undoable(now) => MessageDelivery::Undoable {
                command_id,
                until: entry.entry.not_before,
            },
            None => MessageDelivery::Waiting {
                command_id,
                is_editable: entry.is_editable(),
            },
        }
    }
}
