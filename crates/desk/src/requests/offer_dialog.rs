//! `offer_dialog_*` and `offer_template_*`

use super::{Answer, not_found, outbox::offer_slot, people};
use crate::{
    api::{
        ApiError, ApiErrorCode, Nothing,
        offer_dialog::{
            CurrencyChoice, ExpiryChoice, KindChoice, OfferDialogApplyTemplate, OfferDialogChooseKind, OfferDialogEdit,
            OfferDialogOpen, OfferDialogPhase, OfferDialogRef, OfferDialogView, OfferFieldSizes, OfferFields,
            OfferTemplateRef, OfferTemplateSave, TemplateChoice,
        },
    },
    desk::Desk,
    error::Result,
    journal::{DraftKind, DraftSlot, EntryState, StoredDraft, StoredTemplate},
    offer_dialog::{
        self, OfferDraft, PreviewContext, STARTER_PREFIX, Submitted, empty_fields, fields_of, fill, preview, starter,
        starter_id,
    },
    outbox::{Content, Submission},
    session::Account,
};
use proffer_domain::{
    Checklist, CommandId, OfferBlocker, OfferError, OfferId, OfferState, OfferTerms, Question, QuestionFacts,
    QuestionId, ServiceKind, Timestamp,
    offer::{
        CALL_SLOTS_MAX, DELIVERABLE_MAX_CHARS, DELIVERABLES_MAX, NOTE_MAX_CHARS, SendContext, TITLE_MAX_CHARS,
        check_send,
    },
    text,
};
use uuid::Uuid;

const EXPIRY_DAYS: [u32; 4] = [3, 7, 14, 30];

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
            let customer = self.customer_first_name(draft.question_id).await?;
            fill(draft, starter(request.kind, &customer, account.limits()));
            Ok(())
        })
        .await
    }

    pub(crate) async fn offer_dialog_apply_template(
        &self,
        request: OfferDialogApplyTemplate,
    ) -> Answer<OfferDialogView> {
        self.change(request.draft_id, async |account, draft| {
            let customer = self.customer_first_name(draft.question_id).await?;
            let template = match request.template_id.strip_prefix(STARTER_PREFIX) {
                Some(name) => {
                    let kind = ServiceKind::ALL.into_iter().find(|kind| kind.as_str() == name);
                    starter(kind.ok_or_else(not_found)?, &customer, account.limits())
                }
                None => {
                    let id: Uuid = request.template_id.parse().map_err(|_| not_found())?;
                    let own = self.inner.journal.templates(account.id).await?;
                    let mut fields = own.into_iter().find(|own| own.id == id).ok_or_else(not_found)?.fields;
                    fields.note = fields.note.replace("{customer}", &customer);
                    fields
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
        let terms = offer_dialog::terms(&draft.fields, account.limits(), now).map_err(ApiError::fields)?;
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

    pub(crate) async fn offer_template_save(&self, request: OfferTemplateSave) -> Answer<OfferDialogView> {
        let account = self.account()?;
        let kept = self.offer_draft(&account, request.draft_id).await?;
        if let Some(problem) = text::check("/name", "a name for the template", &request.name, text::NAME_MAX_CHARS) {
            return Err(ApiError::fields(vec![problem]));
        }
        let customer = self.customer_first_name(kept.body.question_id).await?;
        let mut fields = OfferFields {
            expires_at: None,
            call_slots: Vec::new(),
            ..kept.body.fields.clone()
        };
        fields.note = name_to_placeholder(&fields.note, &customer);
        let template = StoredTemplate {
            id: self.mint(),
            name: request.name.trim().to_owned(),
            fields,
        };
        self.inner
            .journal
            .save_template(account.id, &template, self.now())
            .await?;
        self.dialog_view(&account, kept.id, kept.body, kept.saved_at).await
    }

    pub(crate) async fn offer_template_delete(&self, request: OfferTemplateRef) -> Answer<Nothing> {
        let account = self.account()?;
        let id: Uuid = request.template_id.parse().map_err(|_| not_found())?;
        if self.inner.journal.delete_template(account.id, id).await? {
            Ok(Nothing)
        } else {
            Err(not_found())
        }
    }

    async fn offer_draft(&self, account: &Account, id: Uuid) -> Answer<StoredDraft<OfferDraft>> {
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
    async fn phase(&self, account: &Account, draft: &OfferDraft) -> Result<OfferDialogPhase> {
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
                submitted: None,
            },
            saved_at: self.now(),
        }
    }

    async fn customer_first_name(&self, question: QuestionId) -> Answer<String> {
        let document = self.inner.cache.question(question).await?.ok_or_else(not_found)?;
        Ok(people::first_name(&document.question.customer.name))
    }

    async fn question_for_offer(&self, account: &Account, id: QuestionId) -> Answer<Question> {
        let overlay = self.overlay(account.id).await?;
        let messages = self.inner.cache.messages(id).await?;
        Ok(self
            .question_as_it_will_be(account, id, &overlay, &messages)
            .await?
            .question)
    }

    async fn dialog_view(
        &self,
        account: &Account,
        draft_id: Uuid,
        draft: OfferDraft,
        saved_at: Timestamp,
    ) -> Answer<OfferDialogView> {
        let question = self.question_for_offer(account, draft.question_id).await?;
        let (local_now, limits) = (self.now(), account.limits());
        let now = account.platform_time(local_now);
        let phase = self.phase(account, &draft).await?;
        let mut problems = offer_dialog::terms(&draft.fields, limits, now)
            .err()
            .unwrap_or_default();
        if let OfferDialogPhase::Refused { error } = &phase {
            // What the platform found stands beside what the desk finds.
            let more: Vec<_> = error
                .fields
                .iter()
                .filter(|found| !problems.contains(found))
                .cloned()
                .collect();
            problems.extend(more);
        }
        let blocker = Checklist::from_facts(QuestionFacts {
            question: &question,
            messages: &[],
            offered_at: None,
            expert: account.id,
            now,
        })
        .blocker;
        let own = self.inner.journal.templates(account.id).await?;
        let net_text = offer_dialog::price(&draft.fields)
            .ok()
            .map(|price| super::offer::net_text(price, account));
        Ok(OfferDialogView {
            draft_id,
            question_id: question.id,
            question_number: question.number,
            question_title: question.title.clone(),
            customer_name: question.customer.name.clone(),
            customer_first_name: people::first_name(&question.customer.name),
            revises: draft.revises.map(|(offer, _)| offer),
            problems,
            blocker,
            preview: preview(
                &draft.fields,
                &PreviewContext {
                    expert_name: &account.me.account.name,
                    customer_name: &question.customer.name,
                    question_title: &question.title,
                    is_revision: draft.revises.is_some(),
                },
            ),
            net_text,
            kinds: kinds(blocker),
            templates: templates(own),
            currencies: limits
                .prices
                .iter()
                .map(|limit| CurrencyChoice {
                    code: limit.currency.code().to_owned(),
                    min_text: limit.min().to_string(),
                    max_text: limit.max().to_string(),
                })
                .collect(),
            expiries: expiries(local_now),
            sizes: sizes(),
            fields: draft.fields,
            saved_at,
            phase,
        })
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

fn kinds(blocker: Option<OfferBlocker>) -> Vec<KindChoice> {
    ServiceKind::ALL
        .into_iter()
        .map(|kind| KindChoice {
            kind,
            label: kind.label().to_owned(),
            is_call: kind.is_call(),
            blocker: blocker.filter(|blocker| *blocker == OfferBlocker::LockFirst || !kind.is_upgrade()),
        })
        .collect()
}

fn templates(own: Vec<StoredTemplate>) -> Vec<TemplateChoice> {
    let own = own.into_iter().map(|own| TemplateChoice {
        id: own.id.to_string(),
        name: own.name,
        kind: own.fields.kind.unwrap_or(ServiceKind::Other),
        is_starter: false,
    });
    let starters = ServiceKind::ALL.into_iter().map(|kind| TemplateChoice {
        id: starter_id(kind),
        name: kind.label().to_owned(),
        kind,
        is_starter: true,
    });
    own.chain(starters).collect()
}

/// The ends of days to come, where the expert is.
fn expiries(now: Timestamp) -> Vec<ExpiryChoice> {
    let today = now.to_zoned(jiff::tz::TimeZone::system());
    EXPIRY_DAYS
        .into_iter()
        .filter_map(|days| {
            let end = today
                .checked_add(jiff::Span::new().days(i64::from(days)))
                .and_then(|day| day.end_of_day())
                .ok()?;
            Some(ExpiryChoice {
                days,
                expires_at: end.timestamp(),
            })
        })
        .collect()
}

fn sizes() -> OfferFieldSizes {
    let size = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
    OfferFieldSizes {
        title_max_chars: size(TITLE_MAX_CHARS),
        deliverable_max_chars: size(DELIVERABLE_MAX_CHARS),
        deliverables_max: size(DELIVERABLES_MAX),
        note_max_chars: size(NOTE_MAX_CHARS),
        call_slots_max: size(CALL_SLOTS_MAX),
    }
}

/// Puts the placeholder where a customer's first name stands as a word of its own.
fn name_to_placeholder(text: &str, name: &str) -> String {
    if name.is_empty() {
        return text.to_owned();
    }
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(name) {
        let (head, tail) = (&rest[..at], &rest[at + name.len()..]);
        let is_word = !head.chars().next_back().is_some_and(char::is_alphanumeric)
            && !tail.chars().next().is_some_and(char::is_alphanumeric);
        out.push_str(head);
        out.push_str(if is_word { "{customer}" } else { name });
        rest = tail;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::name_to_placeholder;

    #[test]
    fn a_saved_template_forgets_its_first_customer() {
        assert_eq!(
            name_to_placeholder("Helen, this is for Helen. Helena is another.", "Helen"),
            "{customer}, this is for {customer}. Helena is another."
        );
    }
}
