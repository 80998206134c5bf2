//! Experts at their desks: what they do through the requests that the window makes.

use crate::{
    desk::ask,
    facts::{Notes, Promise},
};
use proffer_desk::{
    Desk,
    api::{
        message::{MessageDraftSave, MessageDraftView, MessageSend},
        offer::{OfferCancel, OfferDeliverySave, OfferRef},
        offer_dialog::{
            OfferDialogChooseKind, OfferDialogEdit, OfferDialogOpen, OfferDialogPhase, OfferDialogRef, OfferDialogView,
            OfferFields,
        },
        question::QuestionRef,
    },
};
use proffer_domain::{MessageKind, OfferId, QuestionId, ServiceKind};
use serde::Serialize;
use serde_json::Value;

/// An expert at one desk.
#[derive(Clone)]
pub(crate) struct ExpertAtDesk {
    pub(crate) desk: Desk,
    pub(crate) index: usize,
    pub(crate) notes: Notes,
}

impl ExpertAtDesk {
    async fn told(&self, name: &str, request: impl Serialize + Send) -> Option<Value> {
        let answer: Option<Value> = ask(&self.desk, name, request).await;
        self.notes
            .trace(format!("desk {}: {name}: {}", self.index, answer.is_some()));
        answer
    }

    /// Locks a question, extends its lock or gives it back.
    pub(crate) async fn lock(self, name: &'static str, question_id: QuestionId) {
        let answer = self.told(name, QuestionRef { question_id }).await;
        if answer.is_some() && name == "question_lock" {
            self.notes.open().locked.push((self.index, question_id));
        }
    }

    /// Writes one text after the other on a question; the last is left as a draft if `is_sent` says so.
    pub(crate) async fn write(self, question_id: QuestionId, kind: MessageKind, texts: Vec<String>, is_sent: bool) {
        for text in texts {
            let save = MessageDraftSave {
                question_id,
                kind,
                text: text.clone(),
                announces_offer: false,
            };
            let saved: Option<MessageDraftView> = ask(&self.desk, "message_draft_save", save).await;
            if saved.is_none() {
                // Whether it is kept is unknown.
                self.notes
                    .open()
                    .drafts
                    .retain(|kept| (kept.desk, kept.question) != (self.index, question_id));
                self.notes
                    .trace(format!("desk {}: {text:?} could not be kept", self.index));
                return;
            }
            self.notes
                .open()
                .keep_draft(self.index, question_id, Some(text.clone()));
            if !is_sent {
                continue;
            }
            // From here on it may be sent or a draft, until the desk has said which.
            self.notes
                .open()
                .drafts
                .retain(|kept| (kept.desk, kept.question) != (self.index, question_id));
            if self.told("message_send", MessageSend { question_id }).await.is_none() {
                return;
            }
            let mut facts = self.notes.open();
            facts.keep_draft(self.index, question_id, None);
            facts.promises.push(Promise {
                desk: self.index,
                question: question_id,
                text,
                is_offer: false,
            });
        }
    }

    /// Submits an offer through the dialog, or a new version of one.
    pub(crate) async fn offer(self, question_id: QuestionId, revises: Option<OfferId>, title: String, price: String) {
        let submitted = self.fill_dialog(question_id, revises, &title, price).await;
        let is_on_its_way = matches!(
            submitted.map(|view| view.phase),
            Some(OfferDialogPhase::Queued { .. } | OfferDialogPhase::Sent { .. })
        );
        let mut facts = self.notes.open();
        facts
            .trace
            .push(format!("desk {}: offers {title:?}: {is_on_its_way}", self.index));
        if is_on_its_way && revises.is_none() {
            facts.promises.push(Promise {
                desk: self.index,
                question: question_id,
                text: title,
                is_offer: true,
            });
        }
    }

    async fn fill_dialog(
        &self,
        question_id: QuestionId,
        revises: Option<OfferId>,
        title: &str,
        price_text: String,
    ) -> Option<OfferDialogView> {
        let open = OfferDialogOpen { question_id, revises };
        let opened: OfferDialogView = ask(&self.desk, "offer_dialog_open", open).await?;
        let draft_id = opened.draft_id;
        if let OfferDialogPhase::Refused { .. } = opened.phase {
            // What came back is there to be edited: it is kept until its expert writes another over it, which happens here.
            self.notes
                .open()
                .promises
                .retain(|promise| !promise.is_offer || promise.text != opened.fields.title);
        }
        let choose = OfferDialogChooseKind {
            draft_id,
            kind: ServiceKind::LetterTemplates,
        };
        let chosen: OfferDialogView = ask(&self.desk, "offer_dialog_choose_kind", choose).await?;
        let fields = OfferFields {
            title: title.to_owned(),
            price_text,
            ..chosen.fields
        };
        let edited: OfferDialogView =
            ask(&self.desk, "offer_dialog_edit", OfferDialogEdit { draft_id, fields }).await?;
        if edited.fields.title != title {
            // The offer before it is still on its way; the dialog shows that one.
            return None;
        }
        ask(&self.desk, "offer_dialog_submit", OfferDialogRef { draft_id }).await
    }

    /// Starts or withdraws an offer.
    pub(crate) async fn move_offer(self, name: &'static str, offer_id: OfferId) {
        self.told(name, OfferRef { offer_id }).await;
    }

    /// Delivers an offer.
    pub(crate) async fn deliver(self, offer_id: OfferId) {
        let save = OfferDeliverySave {
            offer_id,
            message: "Here is what you ordered.".to_owned(),
            is_call_outcome: false,
        };
        if self.told("offer_delivery_save", save).await.is_some() {
            self.told("offer_deliver", OfferRef { offer_id }).await;
        }
    }

    /// Ends an accepted offer.
    pub(crate) async fn cancel(self, offer_id: OfferId) {
        let cancel = OfferCancel {
            offer_id,
            reason: "I fell ill.".to_owned(),
        };
        self.told("offer_cancel", cancel).await;
    }
}
