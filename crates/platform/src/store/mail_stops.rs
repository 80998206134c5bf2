//! Which optional emails somebody wants no more, and the links by which they say so.

use super::{StoreError, Tx, id, micros};
use jiff::Timestamp;
use proffer_domain::AccountId;
use sqlx::Row;

impl Tx {
    /// Whether an account wants no more emails of a kind.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_mail_stopped(&mut self, account: AccountId, kind: &str) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT stopped_at FROM mail_stop WHERE account_id = $1 AND kind = $2")
            .bind(account.to_string())
            .bind(kind)
            .fetch_optional(&mut *self.inner)
            .await?;
        Ok(row.is_some())
    }

    /// Stops emails of a kind. Stopped twice is stopped once.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stop_mail(&mut self, account: AccountId, kind: &str, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO mail_stop (account_id, kind, stopped_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(account.to_string())
            .bind(kind)
            .bind(micros(now))
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Lets emails of a kind come again.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn resume_mail(&mut self, account: AccountId, kind: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM mail_stop WHERE account_id = $1 AND kind = $2")
            .bind(account.to_string())
            .bind(kind)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Writes a link that stops emails of a kind; only the token's hash is kept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_stop_link(
        &mut self,
        token_hash: &str,
        account: AccountId,
        kind: &str,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO mail_stop_link (token_hash, account_id, kind) VALUES ($1, $2, $3)")
            .bind(token_hash)
            .bind(account.to_string())
            .bind(kind)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Whose emails of which kind a link stops.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stop_link(&mut self, token_hash: &str) -> Result<Option<(AccountId, String)>, StoreError> {
        let row = sqlx::query("SELECT account_id, kind FROM mail_stop_link WHERE token_hash = $1")
            .bind(token_hash)
            .fetch_optional(&mut *self.inner)
            .await?;
        row.map(|row| Ok((id(&row.try_get::<String, _>(0)?)?, row.try_get(1)?)))
            .transpose()
    }

    /// Writes the language of an account's emails, as its code.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_language(&mut self, account: AccountId, code: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE account SET language = $1 WHERE id = $2")
            .bind(code)
            .bind(account.to_string())
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }
}
