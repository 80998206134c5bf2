//! The expert's own phrases.

use super::{Journal, blob, id_of};
use crate::error::Result;
use proffer_domain::{AccountId, Timestamp};
use sqlx::Row;
use uuid::Uuid;

/// An expert's own phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredPhrase {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Journal {
    /// An expert's own phrases, by name.
    pub(crate) async fn phrases(&self, account: AccountId) -> Result<Vec<StoredPhrase>> {
        sqlx::query("SELECT id, name, text FROM phrase WHERE account_id = ? ORDER BY name COLLATE NOCASE")
            .bind(blob(account.0))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                Ok(StoredPhrase {
                    id: id_of(row.try_get(0)?),
                    name: row.try_get(1)?,
                    text: row.try_get(2)?,
                })
            })
            .collect()
    }

    /// Keeps a phrase; one of the same name gives way.
    pub(crate) async fn save_phrase(&self, account: AccountId, phrase: &StoredPhrase, now: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO phrase (id, account_id, name, text, saved_at) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (account_id, name) DO UPDATE SET text = excluded.text, saved_at = excluded.saved_at",
        )
        .bind(blob(phrase.id))
        .bind(blob(account.0))
        .bind(&phrase.name)
        .bind(&phrase.text)
        .bind(now.as_millisecond())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Deletes a phrase; says whether there was one.
    pub(crate) async fn delete_phrase(&self, account: AccountId, id: Uuid) -> Result<bool> {
        let done = sqlx::query("DELETE FROM phrase WHERE account_id = ? AND id = ?")
            .bind(blob(account.0))
            .bind(blob(id))
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
