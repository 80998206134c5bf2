//! What pages read: one's own questions and offers, a moderator's categories.

use super::{Flow, FlowError, StoredFile};
use crate::{
    pages::MODERATOR_SEES,
    store::{AccountRow, AttachmentRow},
};
use proffer_domain::{AttachmentId, OfferId, QuestionId};
use proffer_protocol::{Document, Entity, ErrorCode, OfferDocument, QuestionDocument};
use std::sync::Arc;
use url::Url;
use uuid::Uuid;

impl Flow {
    /// The address customers reach the platform by.
    #[must_use]
    pub fn public_url(&self) -> Arc<Url> {
        self.public_url.clone()
    }

    /// A customer's own question.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is none, or it is another's.
    pub async fn question_of_customer(
        &self,
        account: &AccountRow,
        id: QuestionId,
    ) -> Result<QuestionDocument, FlowError> {
        match self.store.read().await?.document(Entity::Question, id.0).await? {
            Some(Document::Question(document)) if document.question.customer.id == account.id => Ok(document),
            _ => Err(FlowError::code(ErrorCode::NotFound)),
        }
    }

    /// An offer made to this customer.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is none, or it is another's.
    pub async fn offer_of_customer(&self, account: &AccountRow, id: OfferId) -> Result<OfferDocument, FlowError> {
        match self.store.read().await?.document(Entity::Offer, id.0).await? {
            Some(Document::Offer(document)) if document.offer.customer_id == account.id => Ok(document),
            _ => Err(FlowError::code(ErrorCode::NotFound)),
        }
    }

    /// A file that this account may see and that `belongs` where it is asked for.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] otherwise.
    pub async fn attachment_of(
        &self,
        account: &AccountRow,
        id: AttachmentId,
        belongs: impl FnOnce(&AttachmentRow) -> bool,
    ) -> Result<StoredFile, FlowError> {
        let row = self.store.read().await?.attachment(id).await?;
        if !row.is_some_and(|row| belongs(&row)) {
            return Err(FlowError::code(ErrorCode::NotFound));
        }
        self.attachment(account, id).await
    }

    /// The documents of a moderator's categories, newest first of each kind.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn documents_of_moderator(&self, account: &AccountRow, limit: u32) -> Result<Vec<Document>, FlowError> {
        let mut tx = self.store.read().await?;
        let mut documents = Vec::new();
        for category in tx.account_categories(account.id).await? {
            for entity in MODERATOR_SEES {
                documents.extend(tx.documents_of_category(entity, category.0, limit).await?);
            }
        }
        // Of no category: every moderator's.
        documents.extend(tx.documents_of_no_category(Entity::SupportRequest, limit).await?);
        Ok(documents)
    }

    /// A question, an offer or a request for help of a moderator's categories.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is none, or it is another category's.
    pub async fn document_of_moderator(
        &self,
        account: &AccountRow,
        entity: Entity,
        id: Uuid,
    ) -> Result<Document, FlowError> {
        let mut tx = self.store.read().await?;
        let Some(document) = tx.document(entity, id).await? else {
            return Err(FlowError::code(ErrorCode::NotFound));
        };
        let served = tx.account_categories(account.id).await?;
        let may_see = match &document {
            Document::Question(document) => served.contains(&document.question.category_id),
            Document::Offer(document) => served.contains(&document.offer.category_id),
            Document::SupportRequest(document) => document.category_id.is_none_or(|id| served.contains(&id)),
            _ => false,
        };
        if may_see {
            Ok(document)
        } else {
            Err(FlowError::code(ErrorCode::NotFound))
        }
    }
}
