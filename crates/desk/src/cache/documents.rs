//! Reading documents.

use super::{
    Cache, QuestionWords, blob, id_of,
    rows::{places, statements},
};
use crate::error::Result;
use proffer_domain::{AccountId, AttachmentId, CategoryId, Message, OfferId, QuestionId, Timestamp};
use proffer_protocol::{
    AccountDocument, CategoryDocument, Entity, LimitsDocument, MessageDocument, OfferDocument, QuestionDocument,
    SupportRequestDocument,
};
use serde::de::DeserializeOwned;
use sqlx::{AssertSqlSafe, Row};
use std::collections::{BTreeSet, HashMap};

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
            "SELECT document FROM offer INDEXED BY offer_of_question
              WHERE question_id = ? AND expert_id = ? ORDER BY sent_at DESC, id DESC",
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

    /// Those of these questions that this expert holds or has answered, as the cache has them.
    pub(crate) async fn those_held(
        &self,
        questions: &BTreeSet<QuestionId>,
        expert: AccountId,
        now: Timestamp,
    ) -> Result<BTreeSet<QuestionId>> {
        let condition = "(answered_by_me = 1 OR (lock_holder_id = ?1 AND lock_expires_at > ?2))";
        self.questions_where("SELECT id FROM question WHERE id", condition, questions, expert, now)
            .await
    }

    /// Those of these questions that this expert has written on.
    pub(crate) async fn those_written_on(
        &self,
        questions: &BTreeSet<QuestionId>,
        expert: AccountId,
    ) -> Result<BTreeSet<QuestionId>> {
        let select = "SELECT DISTINCT question_id FROM message WHERE question_id";
        self.questions_where(
            select,
            "author_id = ?1 AND ?2 IS NOT NULL",
            questions,
            expert,
            Timestamp::UNIX_EPOCH,
        )
        .await
    }

    async fn questions_where(
        &self,
        select: &str,
        condition: &str,
        questions: &BTreeSet<QuestionId>,
        expert: AccountId,
        now: Timestamp,
    ) -> Result<BTreeSet<QuestionId>> {
        let questions: Vec<_> = questions.iter().collect();
        let mut found = BTreeSet::new();
        for questions in statements(&questions) {
            let places: Vec<_> = (3..questions.len() + 3).map(|place| format!("?{place}")).collect();
            let sql = format!("{select} IN ({}) AND {condition}", places.join(", "));
            let mut query = sqlx::query_scalar(AssertSqlSafe(sql))
                .bind(blob(expert.0))
                .bind(now.as_millisecond());
            for id in questions {
                query = query.bind(blob(id.0));
            }
            let ids: Vec<Vec<u8>> = query.fetch_all(&self.readers()).await?;
            found.extend(ids.iter().map(|id| QuestionId(id_of(id))));
        }
        Ok(found)
    }

    /// What a notice says of these questions; of those that are not here, nothing.
    pub(crate) async fn question_words(&self, questions: &BTreeSet<QuestionId>) -> Result<Vec<QuestionWords>> {
        let questions: Vec<_> = questions.iter().collect();
        let mut found = Vec::new();
        for questions in statements(&questions) {
            let places = places(questions.len());
            let sql = format!("SELECT id, number, title, customer_name FROM question WHERE id IN ({places})");
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for id in questions {
                query = query.bind(blob(id.0));
            }
            for row in query.fetch_all(&self.readers()).await? {
                found.push(QuestionWords {
                    id: QuestionId(id_of(row.try_get(0)?)),
                    number: row.try_get::<i64, _>(1)?.unsigned_abs(),
                    title: row.try_get(2)?,
                    customer_name: row.try_get(3)?,
                });
            }
        }
        Ok(found)
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

/// What a document says of a file.
pub(crate) struct KnownAttachment {
    /// Its name.
    pub(crate) name: String,
    /// How large it is.
    pub(crate) size_bytes: u64,
}

impl Cache {
    /// A file that any known document carries.
    pub(crate) async fn attachment(&self, question: QuestionId, id: AttachmentId) -> Result<Option<KnownAttachment>> {
        let id = id.to_string();
        let found: Option<(String, i64)> = sqlx::query_as(
            "SELECT json_extract(file.value, '$.name'), json_extract(file.value, '$.size_bytes')
               FROM message, json_each(message.document, '$.message.attachments') file
              WHERE question_id = ?1 AND json_extract(file.value, '$.id') = ?2
             UNION ALL
             SELECT json_extract(file.value, '$.name'), json_extract(file.value, '$.size_bytes')
               FROM question, json_each(question.document, '$.question.attachments') file
              WHERE question.id = ?1 AND json_extract(file.value, '$.id') = ?2
             UNION ALL
             SELECT json_extract(file.value, '$.name'), json_extract(file.value, '$.size_bytes')
               FROM offer, json_each(offer.document, '$.offer.delivery.attachments') file
              WHERE question_id = ?1 AND json_extract(file.value, '$.id') = ?2
             LIMIT 1",
        )
        .bind(blob(question.0))
        .bind(id)
        .fetch_optional(&self.readers())
        .await?;
        Ok(found.map(|(name, size_bytes)| KnownAttachment {
            name,
            size_bytes: u64::try_from(size_bytes).unwrap_or(0),
        }))
    }
}
