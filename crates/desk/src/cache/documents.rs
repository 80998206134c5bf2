//! Reading documents.

use super::{Cache, blob};
use crate::error::Result;
use proffer_domain::{AccountId, CategoryId, Message, OfferId, QuestionId, Timestamp};
use proffer_protocol::{
    AccountDocument, CategoryDocument, Entity, LimitsDocument, MessageDocument, OfferDocument, QuestionDocument,
    SupportRequestDocument,
};
use serde::de::DeserializeOwned;
use sqlx::AssertSqlSafe;
use std::collections::{BTreeSet, HashMap};

/// Ids asked for in one statement.
const IDS_A_STATEMENT: usize = 500;

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

    /// Those of these questions that are this expert's: locked or answered by them, or written on by them.
    pub(crate) async fn own_questions(
        &self,
        questions: &BTreeSet<QuestionId>,
        expert: AccountId,
        now: Timestamp,
    ) -> Result<HashMap<QuestionId, QuestionDocument>> {
        let questions: Vec<QuestionId> = questions.iter().copied().collect();
        let mut own = HashMap::new();
        for ids in questions.chunks(IDS_A_STATEMENT) {
            let places: Vec<_> = (0..ids.len()).map(|place| format!("?{}", place + 3)).collect();
            let places = places.join(", ");
            let sql = format!(
                "SELECT document FROM question q
                  WHERE (answered_by_me = 1 OR (lock_holder_id = ?1 AND lock_expires_at > ?2)
                         OR EXISTS (SELECT 1 FROM message WHERE question_id = q.id AND author_id = ?1))
                    AND id IN ({places})"
            );
            let mut query = sqlx::query_scalar(AssertSqlSafe(sql))
                .persistent(ids.len() == 1)
                .bind(blob(expert.0))
                .bind(now.as_millisecond());
            for id in ids {
                query = query.bind(blob(id.0));
            }
            let texts: Vec<String> = query.fetch_all(&self.readers()).await?;
            let documents: Vec<QuestionDocument> = read_all(&texts)?;
            own.extend(documents.into_iter().map(|document| (document.question.id, document)));
        }
        Ok(own)
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
