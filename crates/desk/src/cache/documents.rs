//! Reading documents.

use super::{Cache, blob};
use crate::error::Result;
use proffer_domain::{AccountId, CategoryId, Message, OfferId, QuestionId, Timestamp};
use proffer_protocol::{
    AccountDocument, CategoryDocument, Entity, LimitsDocument, MessageDocument, OfferDocument, QuestionDocument,
    SupportRequestDocument,
};
use serde::de::DeserializeOwned;
use std::collections::HashMap;

fn read_all<T: DeserializeOwned>(texts: &[String]) -> Result<Vec<T>> {
    Ok(texts
        .iter()
        .map(|text| serde_json::from_str(text))
        .collect::<serde_json::Result<_>>()?)
}

impl Cache {
    /// One question.
    pub(crate) async fn question(&self, id: QuestionId) -> Result<Option<QuestionDocument>> {
        let text: Option<String> = sqlx::query_scalar("SELECT document FROM question WHERE id = ?")
            .bind(blob(id.0))
            .fetch_optional(&self.readers())
            .await?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// A question's messages, oldest first.
    pub(crate) async fn messages(&self, id: QuestionId) -> Result<Vec<Message>> {
        let texts: Vec<String> =
            sqlx::query_scalar("SELECT document FROM message WHERE question_id = ? ORDER BY sent_at, id")
                .bind(blob(id.0))
                .fetch_all(&self.readers())
                .await?;
        let documents: Vec<MessageDocument> = read_all(&texts)?;
        Ok(documents.into_iter().map(|document| document.message).collect())
    }

    /// How many of a customer's questions the cache knows.
    pub(crate) async fn question_count(&self, customer: AccountId) -> Result<u32> {
        Ok(
            sqlx::query_scalar("SELECT count(*) FROM question WHERE customer_id = ?")
                .bind(blob(customer.0))
                .fetch_one(&self.readers())
                .await?,
        )
    }

    /// One offer.
    pub(crate) async fn offer(&self, id: OfferId) -> Result<Option<OfferDocument>> {
        let text: Option<String> = sqlx::query_scalar("SELECT document FROM offer WHERE id = ?")
            .bind(blob(id.0))
            .fetch_optional(&self.readers())
            .await?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// An expert's offers on a question, newest first.
    pub(crate) async fn offers_on(&self, question: QuestionId, expert: AccountId) -> Result<Vec<OfferDocument>> {
        let texts: Vec<String> = sqlx::query_scalar(
            "SELECT document FROM offer WHERE question_id = ? AND expert_id = ? ORDER BY sent_at DESC, id DESC",
        )
        .bind(blob(question.0))
        .bind(blob(expert.0))
        .fetch_all(&self.readers())
        .await?;
        read_all(&texts)
    }

    /// All of an expert's offers, newest first.
    pub(crate) async fn offers_of(&self, expert: AccountId) -> Result<Vec<OfferDocument>> {
        let texts: Vec<String> =
            sqlx::query_scalar("SELECT document FROM offer WHERE expert_id = ? ORDER BY sent_at DESC, id DESC")
                .bind(blob(expert.0))
                .fetch_all(&self.readers())
                .await?;
        read_all(&texts)
    }

    /// Whether a question is this expert's: locked or answered by them, or written on by them.
    pub(crate) async fn is_own_question(
        &self,
        question: QuestionId,
        expert: AccountId,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM question WHERE id = ?1
                            AND (answered_by_me = 1 OR (lock_holder_id = ?2 AND lock_expires_at > ?3)))
                 OR EXISTS (SELECT 1 FROM message WHERE question_id = ?1 AND author_id = ?2)",
        )
        .bind(blob(question.0))
        .bind(blob(expert.0))
        .bind(now.as_millisecond())
        .fetch_one(&self.readers())
        .await?)
    }

    async fn documents<T: DeserializeOwned>(&self, entity: Entity) -> Result<Vec<T>> {
        let texts: Vec<String> = sqlx::query_scalar("SELECT document FROM document WHERE entity = ?")
            .bind(entity.as_str())
            .fetch_all(&self.readers())
            .await?;
        read_all(&texts)
    }

    /// The categories' names.
    pub(crate) async fn category_names(&self) -> Result<HashMap<CategoryId, String>> {
        let documents: Vec<CategoryDocument> = self.documents(Entity::Category).await?;
        Ok(documents
            .into_iter()
            .map(|category| (category.id, category.name))
            .collect())
    }

    /// The categories.
    pub(crate) async fn categories(&self) -> Result<Vec<CategoryDocument>> {
        self.documents(Entity::Category).await
    }

    /// The expert's own account.
    pub(crate) async fn account(&self, id: AccountId) -> Result<Option<AccountDocument>> {
        let documents: Vec<AccountDocument> = self.documents(Entity::Account).await?;
        Ok(documents.into_iter().find(|account| account.id == id))
    }

    /// The platform's limits.
    pub(crate) async fn limits(&self) -> Result<Option<LimitsDocument>> {
        Ok(self.documents(Entity::Limits).await?.pop())
    }

    /// The requests for help, newest first.
    pub(crate) async fn support_requests(&self) -> Result<Vec<SupportRequestDocument>> {
        let mut documents: Vec<SupportRequestDocument> = self.documents(Entity::SupportRequest).await?;
        documents.sort_by_key(|document| std::cmp::Reverse(document.requested_at));
        Ok(documents)
    }
}

impl Cache {
    /// The name of a file that any known document carries.
    pub(crate) async fn attachment_name(&self, id: proffer_domain::AttachmentId) -> Result<Option<String>> {
        let id = id.to_string();
        Ok(sqlx::query_scalar(
            "SELECT json_extract(file.value, '$.name') FROM message, json_each(message.document, '$.message.attachments') file
              WHERE instr(message.document, ?1) > 0 AND json_extract(file.value, '$.id') = ?1
             UNION ALL
             SELECT json_extract(file.value, '$.name') FROM question, json_each(question.document, '$.question.attachments') file
              WHERE instr(question.document, ?1) > 0 AND json_extract(file.value, '$.id') = ?1
             UNION ALL
             SELECT json_extract(file.value, '$.name') FROM offer, json_each(offer.document, '$.offer.delivery.attachments') file
              WHERE instr(offer.document, ?1) > 0 AND json_extract(file.value, '$.id') = ?1
             LIMIT 1",
        )
        .bind(id)
        .fetch_optional(&self.readers())
        .await?)
    }
}
