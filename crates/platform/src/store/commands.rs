//! Idempotency: the response of every command, kept under its key.

use super::{StoreError, Tx, contended, micros};
use jiff::Timestamp;
use proffer_domain::{AccountId, CommandId};
use sqlx::Row;

/// A command's response as it was first given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResponse {
    /// A hash of what was asked.
    pub request_hash: String,
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl Tx {
    /// The response given to this key before, if any.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn response(&mut self, account: AccountId, key: CommandId) -> Result<Option<StoredResponse>, StoreError> {
        let row = sqlx::query("SELECT request_hash, status, response FROM command WHERE account_id = $1 AND key = $2")
            .bind(account.to_string())
            .bind(key.to_string())
            .fetch_optional(&mut *self.inner)
            .await?;
        row.map(|row| {
            Ok(StoredResponse {
                request_hash: row.try_get(0)?,
                status: u16::try_from(row.try_get::<i64, _>(1)?).unwrap_or(500),
                body: row.try_get(2)?,
            })
        })
        .transpose()
    }

    /// Keeps the response of this key.
    ///
    /// # Errors
    /// [`StoreError::Contended`] if the same command was carried out at the same time.
    pub async fn insert_response(
        &mut self,
        account: AccountId,
        key: CommandId,
        response: &StoredResponse,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO command (account_id, key, request_hash, status, response, at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(account.to_string())
        .bind(key.to_string())
        .bind(&response.request_hash)
        .bind(i64::from(response.status))
        .bind(&response.body)
        .bind(micros(now))
        .execute(&mut *self.inner)
        .await
        .map_err(contended)?;
        Ok(())
    }
}
