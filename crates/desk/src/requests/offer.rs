//! `offer_*`, without the dialog

use super::{Answer, not_found, outbox::delivery_slot, people};
use crate::{
    api::{
        ApiError, ApiErrorCode,
        offer::{
            DeliveryDraftView, DeliveryView, OfferAction, OfferCancel, OfferDeliverySave, OfferHistoryEntry,
            OfferPending, OfferRef, OfferView, ReminderBlocker, ReminderView,
        },
    },
    desk::Desk,
    journal::StoredDraft,
    outbox::{Content, Submission},
    session::Account,
    spoken::Spoken,
};
use proffer_domain::{
    FieldCode, FieldProblem, Money, Offer, OfferId, OfferState, OfferTerms, ServiceKind, Timestamp,
    message::check_attachment_count,
    offer::{ReminderError, check_reminder},
    text,
};
use proffer_protocol::OfferDocument;
use serde::{Deserialize, Serialize};

/// A delivery being written, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptDelivery {
    pub(super) message: String,
    pub(super) is_call_outcome: bool,
}

/// What the expert can do in a state, the main thing first.
pub(super) fn actions(state: OfferState) -> Vec<OfferAction> {
    match state {
        OfferState::Accepted => vec![OfferAction::Start, OfferAction::Cancel],
        OfferState::InProgress => vec![OfferAction::Deliver, OfferAction::Cancel],
        OfferState::Sent | OfferState::Held => vec![OfferAction::Revise, OfferAction::Remind, OfferAction::Withdraw],
        OfferState::Declined => vec![OfferAction::Revise, OfferAction::Withdraw],
        OfferState::Delivered
        | OfferState::Completed
        | OfferState::Withdrawn
        | OfferState::Expired
        | OfferState::Superseded
        | OfferState::Cancelled => Vec::new(),
    }
}

/// What the expert nets of a price.
pub(crate) fn net(price: Money, account: &Account) -> Money {
    let share = price.share(account.limits().platform_share_basis_points);
    price.minus(share).unwrap_or(price)
}

/// Whether the customer can be reminded of an offer at `now`, by the platform's clock.
fn reminder(offer: &Offer, now: Timestamp, local: impl Fn(Timestamp) -> Timestamp) -> Option<ReminderView> {
    let blocker = match check_reminder(offer, now) {
        Ok(()) => None,
        Err(ReminderError::NotYours | ReminderError::NotOpen { .. }) => return None,
        Err(ReminderError::Expired { .. }) => Some(ReminderBlocker::Expired),
        Err(ReminderError::AlreadySent { reminded_at }) => Some(ReminderBlocker::AlreadySent {
            reminded_at: local(reminded_at),
        }),
        Err(ReminderError::Planned { remind_at }) => Some(ReminderBlocker::Planned {
            remind_at: local(remind_at),
        }),
        Err(ReminderError::TooEarly { allowed_at }) => Some(ReminderBlocker::TooEarly {
            allowed_at: local(allowed_at),
        }),
    };
    Some(ReminderView { blocker })
}

impl Desk {
    pub(crate) async fn offer_show(&self, request: OfferRef) -> Answer<OfferView> {
        let account = self.account()?;
        if self
            .inner
            .journal
            .mark_subject_read(account.id, request.offer_id.0, self.now())
            .await?
        {
            self.tell_notices(account.id).await?;
        }
        self.offer_view(&account, request.offer_id).await
    }

    pub(crate) async fn offer_start(&self, request: OfferRef) -> Answer<OfferView> {
        let offer_id = request.offer_id;
        self.offer_command(offer_id, OfferAction::Start, Content::Start { offer_id })
            .await
    }

    pub(crate) async fn offer_withdraw(&self, request: OfferRef) -> Answer<OfferView> {
        let offer_id = request.offer_id;
        self.offer_command(offer_id, OfferAction::Withdraw, Content::Withdrawal { offer_id })
            .await
    }

    pub(crate) async fn offer_remind(&self, request: OfferRef) -> Answer<OfferView> {
        let offer_id = request.offer_id;
        self.offer_command(offer_id, OfferAction::Remind, Content::Reminder { offer_id })
            .await
    }

    pub(crate) async fn offer_cancel(&self, request: OfferCancel) -> Answer<OfferView> {
        if let Some(problem) = text::check("/reason", "a reason", &request.reason, text::REASON_MAX_CHARS) {
            return Err(ApiError::fields(vec![problem]));
        }
        let content = Content::Cancellation {
            offer_id: request.offer_id,
            reason: request.reason,
        };
        self.offer_command(request.offer_id, OfferAction::Cancel, content).await
    }

    pub(crate) async fn offer_delivery_save(&self, request: OfferDeliverySave) -> Answer<DeliveryDraftView> {
        let account = self.account()?;
        let slot = delivery_slot(&account, request.offer_id);
        let kept = KeptDelivery {
            message: request.message,
            is_call_outcome: request.is_call_outcome,
        };
        self.inner
            .journal
            .save_draft(slot, self.mint(), &kept, self.now())
            .await?;
        self.delivery_draft_view(&account, request.offer_id).await
    }

    pub(crate) async fn offer_deliver(&self, request: OfferRef) -> Answer<OfferView> {
        let account = self.account()?;
        let slot = delivery_slot(&account, request.offer_id);
        let draft: Option<StoredDraft<KeptDelivery>> = self.inner.journal.draft(slot).await?;
        let kept = draft.map(|draft| draft.body).unwrap_or_default();
        let files = self.inner.journal.draft_files(slot).await?;
        let max = account.limits().text_max_chars as usize;
        let mut problems: Vec<_> = text::check("/message", "what you deliver", &kept.message, max)
            .into_iter()
            .chain(check_attachment_count(files.len(), account.limits()))
            .collect();
        let document = self.inner.cache.offer(request.offer_id).await?.ok_or_else(not_found)?;
        if kept.is_call_outcome && !document.offer.terms.kind.is_call() {
            problems.push(FieldProblem::new(
                "/is_call_outcome",
                FieldCode::NotOffered,
                "Only a service by call has a call's outcome.",
            ));
        }
        if !problems.is_empty() {
            return Err(ApiError::fields(problems));
        }
        let content = Content::Delivery {
            offer_id: request.offer_id,
            message: kept.message,
            is_call_outcome: kept.is_call_outcome,
        };
        self.offer_command(request.offer_id, OfferAction::Deliver, content)
            .await
    }

    async fn offer_command(&self, id: OfferId, action: OfferAction, content: Content) -> Answer<OfferView> {
        let account = self.account()?;
        let mut document = self.inner.cache.offer(id).await?.ok_or_else(not_found)?;
        self.overlay(account.id).await?.lay_over_offer(&mut document.offer);
        let state = document.offer.state;
        if !actions(state).contains(&action) {
            return Err(ApiError::new(ApiErrorCode::OfferStateConflict).with_detail(state.as_str()));
        }
        if action == OfferAction::Remind {
            check_reminder(&document.offer, account.platform_time(self.now()))
                .map_err(|error| ApiError::new(ApiErrorCode::ReminderNotAllowed).with_detail(error.to_string()))?;
        }
        let from = matches!(content, Content::Delivery { .. }).then(|| delivery_slot(&account, id));
        self.submit(Submission {
            content,
            question_id: Some(document.offer.question_id),
            from,
            has_undo: false,
        })
        .await?;
        self.offer_view(&account, id).await
    }

    async fn delivery_draft_view(&self, account: &Account, id: OfferId) -> Answer<DeliveryDraftView> {
        let slot = delivery_slot(account, id);
        let draft: Option<StoredDraft<KeptDelivery>> = self.inner.journal.draft(slot).await?;
        let files = self.inner.journal.draft_files(slot).await?;
        let saved_at = draft.as_ref().map(|draft| draft.saved_at);
        let kept = draft.map(|draft| draft.body).unwrap_or_default();
        Ok(DeliveryDraftView {
            message: kept.message,
            is_call_outcome: kept.is_call_outcome,
            attachments: files.into_iter().map(super::attachment::view).collect(),
            saved_at,
        })
    }

    async fn offer_view(&self, account: &Account, id: OfferId) -> Answer<OfferView> {
        match self.inner.cache.offer(id).await? {
            Some(document) => self.known_offer_view(account, document).await,
            None => self.waiting_offer_view(account, id).await,
        }
    }

    async fn known_offer_view(&self, account: &Account, mut document: OfferDocument) -> Answer<OfferView> {
        let overlay = self.overlay(account.id).await?;
        let laid = overlay.lay_over_offer(&mut document.offer);
        let local = |at| account.local_time(at);
        let offer = document.offer;
        let reminder = reminder(&offer, account.platform_time(self.now()), local);
        let delivery = offer.delivery.map(|delivery| DeliveryView {
            message_html: text::to_safe_html(&delivery.message),
            is_call_outcome: delivery.is_call_outcome,
            attachments: delivery.attachments,
            delivered_at: local(delivery.delivered_at),
        });
        let due_at = offer
            .accepted_at
            .filter(|_| matches!(offer.state, OfferState::Accepted | OfferState::InProgress))
            .map(|at| local(offer.terms.delivery_time.due_at(at)));
        Ok(OfferView {
            number: Some(document.number),
            question_number: document.question_number,
            question_title: document.question_title,
            customer_first_name: people::first_name(&document.customer.name),
            customer_name: document.customer.name,
            version: offer.version,
            state: Some(offer.state),
            due_at,
            chosen_call_slot: offer.chosen_call_slot,
            viewed_at: offer.viewed_at.map(local),
            remind_at: offer.remind_at.map(local),
            reminded_at: offer.reminded_at.map(local),
            reminder,
            email_failed: offer.email_failed,
            decline_reason: offer.decline_reason,
            cancel_reason: offer.cancel_reason,
            delivery,
            completes_at: offer.completes_at.map(local),
            history: offer
                .events
                .iter()
                .rev()
                .map(|event| OfferHistoryEntry {
                    kind: event.kind,
                    version: event.version,
                    at: local(event.at),
                })
                .collect(),
            actions: actions(offer.state),
            pending: laid.pending,
            delivery_draft: self.delivery_draft_view(account, offer.id).await?,
            ..base_view(offer.id, offer.question_id, offer.terms, account, self.spoken())
        })
    }

    /// An offer that the platform does not have yet.
    async fn waiting_offer_view(&self, account: &Account, id: OfferId) -> Answer<OfferView> {
        let overlay = self.overlay(account.id).await?;
        let known = std::collections::HashSet::new();
        let entry = overlay
            .new_offers(&known)
            .find(|entry| entry.entry.offer_id == Some(id))
            .ok_or_else(not_found)?;
        let (Content::Offer { terms, .. }, Some(question_id)) = (&entry.entry.content, entry.entry.question_id) else {
            return Err(not_found());
        };
        let question = self
            .inner
            .cache
            .question(question_id)
            .await?
            .ok_or_else(not_found)?
            .question;
        Ok(OfferView {
            question_number: question.number,
            question_title: question.title,
            customer_first_name: people::first_name(&question.customer.name),
            customer_name: question.customer.name,
            pending: Some(OfferPending::from(entry)),
            ..base_view(id, question_id, terms.clone(), account, self.spoken())
        })
    }
}

fn base_view(
    offer_id: OfferId,
    question_id: proffer_domain::QuestionId,
    terms: OfferTerms,
    account: &Account,
    spoken: Spoken,
) -> OfferView {
    let kind: ServiceKind = terms.kind;
    OfferView {
        offer_id,
        number: None,
        question_id,
        question_number: 0,
        question_title: String::new(),
        customer_name: String::new(),
        customer_first_name: String::new(),
        version: 1,
        state: None,
        kind,
        amount_text: spoken.money(terms.price),
        net_text: spoken.money(net(terms.price, account)),
        title: terms.title,
        deliverables: terms.deliverables,
        delivery_time: terms.delivery_time,
        due_at: None,
        expires_at: terms.expires_at.map(|at| account.local_time(at)),
        note_html: text::to_safe_html(&terms.note),
        call_slots: terms.call_slots,
        chosen_call_slot: None,
        viewed_at: None,
        remind_at: None,
        reminded_at: None,
        reminder: None,
        email_failed: false,
        decline_reason: None,
        cancel_reason: None,
        delivery: None,
        completes_at: None,
        history: Vec::new(),
        actions: Vec::new(),
        delivery_draft: DeliveryDraftView {
            message: String::new(),
            is_call_outcome: false,
            attachments: Vec::new(),
            saved_at: None,
        },
        pending: None,
    }
}
