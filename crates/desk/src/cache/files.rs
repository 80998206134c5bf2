//! Which file of the platform lies in the folder under which hash.

use super::{Cache, blob};
use crate::error::Result;
use proffer_domain::{AttachmentId, Timestamp};
use sqlx::Row;

/// The SHA-256 of a file's bytes: its name in the folder.
pub(crate) type FileHash = [u8; 32];

impl Cache {
    /// Under which hash a file lies, noting that it is wanted now.
    pub(crate) async fn fetched_file(&self, id: AttachmentId, now: Timestamp) -> Result<Option<FileHash>> {
        let hash: Option<Vec<u8>> =
            sqlx::query_scalar("UPDATE fetched_file SET used_at = ? WHERE id = ? RETURNING hash")
                .bind(now.as_millisecond())
                .bind(blob(id.0))
                .fetch_optional(&self.writer())
                .await?;
        Ok(hash.and_then(|hash| hash.try_into().ok()))
    }

    /// Notes where a file lies, and forgets files wanted longest ago until what is left takes no more than `limit_bytes`;
    /// gives the hashes that no file has any more. The file itself always stays.
    pub(crate) async fn keep_fetched_file(
        &self,
        id: AttachmentId,
        hash: FileHash,
        size_bytes: u64,
        limit_bytes: u64,
        now: Timestamp,
    ) -> Result<Vec<FileHash>> {
        let mut transaction = self.writer().begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT INTO fetched_file (id, hash, size_bytes, used_at) VALUES (?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, size_bytes = excluded.size_bytes,
                                            used_at = excluded.used_at",
        )
        .bind(blob(id.0))
        .bind(hash.to_vec())
        .bind(i64::try_from(size_bytes).unwrap_or(i64::MAX))
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        // Two files of the same bytes take room once.
        let rows = sqlx::query(
            "SELECT hash, max(size_bytes) FROM fetched_file GROUP BY hash ORDER BY hash = ? DESC, max(used_at) DESC",
        )
        .bind(hash.to_vec())
        .fetch_all(&mut *transaction)
        .await?;
        let (mut taken, mut forgotten) = (0_u64, Vec::new());
        for row in rows {
            let found: Vec<u8> = row.try_get(0)?;
            taken = taken.saturating_add(u64::try_from(row.try_get::<i64, _>(1)?).unwrap_or_default());
            if taken > limit_bytes && found != hash {
                sqlx::query("DELETE FROM fetched_file WHERE hash = ?")
                    .bind(&found)
                    .execute(&mut *transaction)
                    .await?;
                forgotten.extend(FileHash::try_from(found).ok());
            }
        }
        transaction.commit().await?;
        Ok(forgotten)
    }

    /// Forgets a file that is not what it was.
    pub(crate) async fn forget_fetched_file(&self, id: AttachmentId) -> Result<()> {
        sqlx::query("DELETE FROM fetched_file WHERE id = ?")
            .bind(blob(id.0))
            .execute(&self.writer())
            .await?;
        Ok(())
    }
}
