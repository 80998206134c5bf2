//! `offer_template_*`

use super::{Answer, not_found};
use crate::{
    api::{
        ApiError,
        offer_dialog::OfferDialogView,
        offer_template::{OfferTemplateMove, OfferTemplateRef, OfferTemplateRename, OfferTemplateSave},
    },
    desk::Desk,
    journal::StoredTemplate,
    session::Account,
};
use proffer_domain::{FieldCode, FieldProblem, text};
use uuid::Uuid;

impl Desk {
    pub(crate) async fn offer_template_save(&self, request: OfferTemplateSave) -> Answer<OfferDialogView> {
        let account = self.account()?;
        let draft = self.offer_draft(&account, request.draft_id).await?.body;
        let name = self.template_name(&account, &request.name, None).await?;
        let names = self.offer_names(&account, draft.question_id).await?;
        let template = StoredTemplate {
            id: self.mint(),
            name,
            fields: names.template_of(&draft.fields),
        };
        let now = self.now();
        self.inner.journal.save_template(account.id, &template, now).await?;
        self.dialog_again(&account, request.draft_id).await
    }

    pub(crate) async fn offer_template_update(&self, request: OfferTemplateRef) -> Answer<OfferDialogView> {
        let account = self.account()?;
        let draft = self.offer_draft(&account, request.draft_id).await?.body;
        let id = id_of(&request.template_id)?;
        let names = self.offer_names(&account, draft.question_id).await?;
        let (fields, now) = (names.template_of(&draft.fields), self.now());
        if !self.inner.journal.update_template(account.id, id, &fields, now).await? {
            return Err(not_found());
        }
        self.dialog_again(&account, request.draft_id).await
    }

    pub(crate) async fn offer_template_rename(&self, request: OfferTemplateRename) -> Answer<OfferDialogView> {
        let account = self.account()?;
        let id = id_of(&request.template_id)?;
        let name = self.template_name(&account, &request.name, Some(id)).await?;
        if !self.inner.journal.rename_template(account.id, id, &name).await? {
            return Err(not_found());
        }
        self.dialog_again(&account, request.draft_id).await
    }

    pub(crate) async fn offer_template_move(&self, request: OfferTemplateMove) -> Answer<OfferDialogView> {
        let account = self.account()?;
        let id = id_of(&request.template_id)?;
        let own = self.inner.journal.templates(account.id).await?;
        let mut order: Vec<Uuid> = own.into_iter().map(|own| own.id).collect();
        let from = order.iter().position(|one| *one == id).ok_or_else(not_found)?;
        order.remove(from);
        let to = usize::try_from(request.to).unwrap_or(usize::MAX).min(order.len());
        order.insert(to, id);
        self.inner.journal.order_templates(account.id, &order).await?;
        self.dialog_again(&account, request.draft_id).await
    }

    pub(crate) async fn offer_template_delete(&self, request: OfferTemplateRef) -> Answer<OfferDialogView> {
        let account = self.account()?;
        let id = id_of(&request.template_id)?;
        if !self.inner.journal.delete_template(account.id, id).await? {
            return Err(not_found());
        }
        self.dialog_again(&account, request.draft_id).await
    }

    /// One of the expert's own templates.
    pub(super) async fn own_template(&self, account: &Account, id: &str) -> Answer<StoredTemplate> {
        let id = id_of(id)?;
        let own = self.inner.journal.templates(account.id).await?;
        own.into_iter().find(|own| own.id == id).ok_or_else(not_found)
    }

    /// A name that no other own template has.
    async fn template_name(&self, account: &Account, name: &str, of: Option<Uuid>) -> Answer<String> {
        if let Some(problem) = text::check("/name", "a name for the template", name, text::NAME_MAX_CHARS) {
            return Err(ApiError::fields(vec![problem]));
        }
        let name = name.trim();
        let own = self.inner.journal.templates(account.id).await?;
        let is_taken = own
            .iter()
            .any(|own| Some(own.id) != of && own.name.to_lowercase() == name.to_lowercase());
        if is_taken {
            let words = "A template has this name already; choose another, or update that one.";
            return Err(ApiError::fields(vec![FieldProblem::new(
                "/name",
                FieldCode::Taken,
                words,
            )]));
        }
        Ok(name.to_owned())
    }

    /// The dialog as it stands, with the templates as they stand now.
    async fn dialog_again(&self, account: &Account, draft_id: Uuid) -> Answer<OfferDialogView> {
        let kept = self.offer_draft(account, draft_id).await?;
        self.dialog_view(account, kept.id, kept.body, kept.saved_at).await
    }
}

fn id_of(template_id: &str) -> Answer<Uuid> {
    template_id.parse().map_err(|_| not_found())
}
