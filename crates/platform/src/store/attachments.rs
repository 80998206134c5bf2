//! What is known of stored files; their bytes lie in a folder.

use super::{StoreError, Tx, contended, id, micros};
use jiff::Timestamp;
use proffer_domain::{AccountId, Attachment, AttachmentId, OfferId, QuestionId};
use sqlx::Row;

/// A stored file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentRow {
    /// As lists show it.
    pub attachment: Attachment,
    /// Who sent it.
    pub owner_id: AccountId,
    /// The question it belongs to, once it was used.
    pub question_id: Option<QuestionId>,
    /// The offer whose delivery it belongs to, once it was used.
    pub offer_id: Option<OfferId>,
}

impl Tx {
    /// Notes a stored file.
    ///
    /// # Errors
    /// [`StoreError::Contended`] if the id is taken.
    pub async fn insert_attachment(
        &mut self,
        attachment: &Attachment,
        owner: AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO attachment (id, owner_id, name, media_type, size_bytes, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(attachment.id.to_string())
        .bind(owner.to_string())
        .bind(&attachment.name)
        .bind(&attachment.media_type)
        .bind(i64::try_from(attachment.size_bytes).unwrap_or(i64::MAX))
        .bind(micros(now))
        .execute(&mut *self.inner)
        .await
        .map_err(contended)?;
        Ok(())
    }

    /// A stored file.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn attachment(&mut self, attachment: AttachmentId) -> Result<Option<AttachmentRow>, StoreError> {
        let row = sqlx::query(
            "SELECT owner_id, name, media_type, size_bytes, question_id, offer_id FROM attachment WHERE id = $1",
        )
        .bind(attachment.to_string())
        .fetch_optional(&mut *self.inner)
        .await?;
        row.map(|row| {
            Ok(AttachmentRow {
                owner_id: id(&row.try_get::<String, _>(0)?)?,
                attachment: Attachment {
                    id: attachment,
                    name: row.try_get(1)?,
                    media_type: row.try_get(2)?,
                    size_bytes: u64::try_from(row.try_get::<i64, _>(3)?).unwrap_or(0),
                },
                question_id: row.try_get::<Option<String>, _>(4)?.as_deref().map(id).transpose()?,
                offer_id: row.try_get::<Option<String>, _>(5)?.as_deref().map(id).transpose()?,
            })
        })
        .transpose()
    }

    /// Ties a file of `owner` to what it was sent with. A file is used once.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn use_attachment(
        &mut self,
        attachment: AttachmentId,
        owner: AccountId,
        question: QuestionId,
        offer: Option<OfferId>,
    ) -> Result<bool, StoreError> {
        let result = sqlx::query(
            "UPDATE attachment SET question_id = $1, offer_id = $2 \
             WHERE id = $3 AND owner_id = $4 AND question_id IS NULL",
        )
        .bind(question.to_string())
        .bind(offer.map(|offer| offer.to_string()))
        .bind(attachment.to_string())
        .bind(owner.to_string())
        .execute(&mut *self.inner)
        .await?;
        Ok(result.rows_affected() == 1)
    }
}
