//! `offer_dialog_*`

use super::{Answer, not_found, outbox::offer_slot};
use crate::{
    api::{
        ApiError, ApiErrorCode, Nothing,
        offer_dialog::{
            OfferDialogApplyTemplate, OfferDialogChooseKind, OfferDialogEdit, OfferDialogOpen, OfferDialogPhase,
            OfferDialogRef, OfferDialogView,
        },
    },
    desk::Desk,
    error::Result,
    journal::{DraftKind, DraftSlot, EntryState, StoredDraft, UsedTemplate},
    offer_dialog::{self, OfferDraft, STARTER_PREFIX, Submitted, empty_fields, fields_of, fill, starter},
    outbox::{Content, Submission},
    session::Account,
};
use proffer_domain::{
    CommandId, FieldCode, FieldProblem, OfferError, OfferId, OfferState, OfferTerms, Question, QuestionId, ServiceKind,
    offer::{SendContext, check_send},
};
use uuid::Uuid;

impl OfferDraft {
    fn slot(&self, account: &Account) -> DraftSlot {
        offer_slot(account, self.revises.map_or(self.question_id.0, |(offer, _)| offer.0))
    }
}

impl Desk {
    pub(crate) async fn offer_dialog_open(&self, request: OfferDialogOpen) -> Answer<OfferDialogView> {
        let account = self.account()?;
        let question = self
            .inner
            .cache
            .question(request.question_id)
            .await?
            .ok_or_else(not_found)?;
        let subject = request.revises.map_or(request.question_id.0, |offer| offer.0);
        let kept: Option<StoredDraft<OfferDraft>> = self.inner.journal.draft(offer_slot(&account, subject)).await?;
        let mut draft = match kept {
            Some(kept) if !matches!(self.phase(&account, &kept.body).await?, OfferDialogPhase::Sent { .. }) => {
                kept.body
            }
            _ => OfferDraft {
                question_id: question.question.id,
                revises: None,
                fields: empty_fields(account.limits()),
                template: empty_fields(account.limits()),
                made_from: None,
                submitted: None,
            },
        };
        if let Some(offer_id) = request.revises {
            let offer = self.inner.cache.offer(offer_id).await?.ok_or_else(not_found)?.offer;
            if !matches!(offer.state, OfferState::Sent | OfferState::Held | OfferState::Declined) {
                return Err(ApiError::new(ApiErrorCode::OfferStateConflict).with_detail(offer.state.as_str()));
            }
            if draft.revises.is_none() {
                draft.fields = fields_of(&offer.terms);
            }
            draft.question_id = offer.question_id;
            draft.revises = Some((offer_id, offer.version));
        }
        self.keep_and_show(&account, draft, None).await
    }

    pub(crate) async fn offer_dialog_edit(&self, request: OfferDialogEdit) -> Answer<OfferDialogView> {
        self.change(request.draft_id, async |_, draft| {
            draft.fields = request.fields;
            Ok(())
        })
        .await
    }

    pub(crate) async fn offer_dialog_choose_kind(&self, request: OfferDialogChooseKind) -> Answer<OfferDialogView> {
        self.change(request.draft_id, async |account, draft| {
            let names = self.offer_names(account, draft.question_id).await?;
            fill(draft, starter(request.kind, &names.customer, account.limits()));
            draft.made_from = Some(starter_used(request.kind));
            Ok(())
        })
        .await
    }

    pub(crate) async fn offer_dialog_apply_template(
        &self,
        request: OfferDialogApplyTemplate,
    ) -> Answer<OfferDialogView> {
        self.change(request.draft_id, async |account, draft| {
            let names = self.offer_names(account, draft.question_id).await?;
            let template = match request.template_id.strip_prefix(STARTER_PREFIX) {
                Some(name) => {
                    let kind = ServiceKind::ALL.into_iter().find(|kind| kind.as_str() == name);
                    let kind = kind.ok_or_else(not_found)?;
                    draft.made_from = Some(starter_used(kind));
                    starter(kind, &names.customer, account.limits())
                }
                None => {
                    let own = self.own_template(account, &request.template_id).await?;
                    draft.made_from = Some(UsedTemplate {
                        id: own.id.to_string(),
                        name: own.name,
                    });
                    names.fill_fields(&own.fields)
                }
            };
            fill(draft, template);
            Ok(())
        })
        .await
    }

    pub(crate) async fn offer_dialog_submit(&self, request: OfferDialogRef) -> Answer<OfferDialogView> {
        let account = self.account()?;
        let kept = self.offer_draft(&account, request.draft_id).await?;
        let draft = kept.body;
        match self.phase(&account, &draft).await? {
            OfferDialogPhase::Queued { .. } | OfferDialogPhase::Sent { .. } => {
                return self.dialog_view(&account, kept.id, draft, kept.saved_at).await;
            }
            OfferDialogPhase::Editing | OfferDialogPhase::Refused { .. } => {}
        }
        let now = account.platform_time(self.now());
        let names = self.offer_names(&account, draft.question_id).await?;
        let fields = names.fill_fields(&draft.fields);
        let terms = offer_dialog::terms(&fields, account.limits(), now).map_err(ApiError::fields)?;
        if let Some((offer_id, _)) = draft.revises {
            let sent = self.inner.cache.offer(offer_id).await?.ok_or_else(not_found)?.offer;
            if sent.terms.normalised() == terms {
                let words = "Change something before you send a new version.";
                return Err(ApiError::fields(vec![FieldProblem::new("", FieldCode::Missing, words)]));
            }
        }
        let question = self.question_for_offer(&account, draft.question_id).await?;
        let context = SendContext {
            question: &question,
            limits: account.limits(),
            now,
        };
        check_send(&terms, account.id, context).map_err(refusal)?;
        if let Some(before) = draft.submitted {
            self.inner.journal.drop_entry(before.command_id).await?;
        }
        let command_id = CommandId(self.mint());
        let (offer_id, content) = match draft.revises {
            Some((offer_id, version)) => (
                offer_id,
                Content::Revision {
                    offer_id,
                    version,
                    terms,
                },
            ),
            None => {
                let offer_id = OfferId(self.mint());
                (offer_id, Content::Offer { offer_id, terms })
            }
        };
        if let (None, Some(template)) = (draft.revises, &draft.made_from) {
            self.inner
                .journal
                .note_template_of_offer(account.id, offer_id, template)
                .await?;
        }
        let submitted = OfferDraft {
            submitted: Some(Submitted { command_id, offer_id }),
            ..draft.clone()
        };
        let submission = Submission {
            content,
            question_id: Some(draft.question_id),
            from: Some(draft.slot(&account)),
            has_undo: true,
        };
        self.submit_as(command_id, submission, Some((kept.id, &submitted)))
            .await?;
        self.dialog_view(&account, kept.id, submitted, self.now()).await
    }

    pub(crate) async fn offer_dialog_discard(&self, request: OfferDialogRef) -> Answer<Nothing> {
        let account = self.account()?;
        let kept = self.offer_draft(&account, request.draft_id).await?;
        match self.phase(&account, &kept.body).await? {
            // What is on its way is taken back by its own button.
            OfferDialogPhase::Queued { .. } => return Err(ApiError::new(ApiErrorCode::AlreadySent)),
            OfferDialogPhase::Refused { .. } => self.drop_failed(&account, &kept.body).await?,
            OfferDialogPhase::Editing | OfferDialogPhase::Sent { .. } => {}
        }
        self.inner.journal.delete_draft(kept.body.slot(&account)).await?;
        self.tell(crate::api::DeskEvent::QuestionChanged {
            question_id: kept.body.question_id,
        });
        Ok(Nothing)
    }

    pub(super) async fn offer_draft(&self, account: &Account, id: Uuid) -> Answer<StoredDraft<OfferDraft>> {
        let draft = self.inner.journal.draft_by_id(account.id, DraftKind::Offer, id).await?;
        draft.ok_or_else(not_found)
    }

    /// Changes a draft that can be edited and keeps it; a queued or sent one is shown as it is.
    async fn change(
        &self,
        id: Uuid,
        change: impl AsyncFnOnce(&Account, &mut OfferDraft) -> Answer<()>,
    ) -> Answer<OfferDialogView> {
        let account = self.account()?;
        let kept = self.offer_draft(&account, id).await?;
        let mut draft = kept.body;
        match self.phase(&account, &draft).await? {
            OfferDialogPhase::Queued { .. } | OfferDialogPhase::Sent { .. } => {
                return self.dialog_view(&account, kept.id, draft, kept.saved_at).await;
            }
            OfferDialogPhase::Refused { .. } => {
                let before = draft.fields.clone();
                change(&account, &mut draft).await?;
                if draft.fields == before {
                    return self.dialog_view(&account, kept.id, draft, kept.saved_at).await;
                }
                self.drop_failed(&account, &draft).await?;
                draft = draft.reopened();
            }
            OfferDialogPhase::Editing => change(&account, &mut draft).await?,
        }
        self.keep_and_show(&account, draft, Some(kept.id)).await
    }

    async fn keep_and_show(&self, account: &Account, draft: OfferDraft, id: Option<Uuid>) -> Answer<OfferDialogView> {
        let slot = draft.slot(account);
        let kept: Option<StoredDraft<OfferDraft>> = self.inner.journal.draft(slot).await?;
        if let Some(kept) = &kept
            && kept.body == draft
        {
            return self.dialog_view(account, kept.id, draft, kept.saved_at).await;
        }
        let id = match (id, &kept) {
            (Some(id), _) => id,
            // A draft that was sent is over; the new one is another.
            (None, Some(kept)) if kept.body.submitted == draft.submitted => kept.id,
            (None, _) => self.mint(),
        };
        let now = self.now();
        self.inner.journal.save_draft(slot, id, &draft, now).await?;
        self.dialog_view(account, id, draft, now).await
    }

    async fn drop_failed(&self, account: &Account, draft: &OfferDraft) -> Answer<()> {
        if let Some(submitted) = draft.submitted
            && let Some(entry) = self
                .inner
                .journal
                .outbox_entry(account.id, submitted.command_id)
                .await?
            && entry.state != EntryState::Waiting
        {
            self.inner.journal.drop_entry(submitted.command_id).await?;
            self.tell_outbox(&entry.entry).await?;
        }
        Ok(())
    }

    /// How far a draft has come.
    pub(super) async fn phase(&self, account: &Account, draft: &OfferDraft) -> Result<OfferDialogPhase> {
        let Some(Submitted { command_id, offer_id }) = draft.submitted else {
            return Ok(OfferDialogPhase::Editing);
        };
        let entry = self.inner.journal.outbox_entry(account.id, command_id).await?;
        Ok(match entry.map(|entry| entry.failure()) {
            Some(Some(error)) => OfferDialogPhase::Refused { error },
            Some(None) => OfferDialogPhase::Queued { offer_id },
            None => OfferDialogPhase::Sent { offer_id },
        })
    }

    /// Whether a slot holds a draft that can be edited.
    pub(super) async fn has_editable_offer_draft(&self, slot: DraftSlot) -> Answer<bool> {
        let account = self.account()?;
        let kept: Option<StoredDraft<OfferDraft>> = self.inner.journal.draft(slot).await?;
        let Some(kept) = kept else { return Ok(false) };
        let is_editable = matches!(
            self.phase(&account, &kept.body).await?,
            OfferDialogPhase::Editing | OfferDialogPhase::Refused { .. }
        );
        // An opened and untouched dialog is no draft to come back to.
        Ok(is_editable && kept.body.fields != empty_fields(account.limits()))
    }

    /// A draft made anew from what an outbox entry would have sent.
    pub(super) fn offer_draft_from(
        &self,
        question_id: QuestionId,
        revises: Option<(OfferId, u32)>,
        terms: &OfferTerms,
    ) -> StoredDraft<OfferDraft> {
        let fields = fields_of(terms);
        StoredDraft {
            id: self.mint(),
            body: OfferDraft {
                question_id,
                revises,
                template: fields.clone(),
                fields,
                made_from: None,
                submitted: None,
            },
            saved_at: self.now(),
        }
    }

    pub(super) async fn question_for_offer(&self, account: &Account, id: QuestionId) -> Answer<Question> {
        let overlay = self.overlay(account.id).await?;
        let messages = self.inner.cache.messages(id).await?;
        Ok(self
            .question_as_it_will_be(account, id, &overlay, &messages)
            .await?
            .question)
    }
}

fn starter_used(kind: ServiceKind) -> UsedTemplate {
    UsedTemplate {
        id: offer_dialog::starter_id(kind),
        name: kind.label().to_owned(),
    }
}

fn refusal(error: OfferError) -> ApiError {
    let detail = error.to_string();
    let code = match error {
        OfferError::Fields(problems) => return ApiError::fields(problems),
        OfferError::NotYourQuestion => ApiErrorCode::NotYourQuestion,
        OfferError::AnswerFirst => ApiErrorCode::AnswerFirst,
        OfferError::NotYours => ApiErrorCode::Forbidden,
        OfferError::VersionChanged { .. } => ApiErrorCode::OfferRevised,
        OfferError::Expired { .. } => ApiErrorCode::OfferExpired,
        OfferError::NotAllowed { .. } | OfferError::NotDue => ApiErrorCode::OfferStateConflict,
    };
    ApiError::new(code).with_detail(detail)
}
