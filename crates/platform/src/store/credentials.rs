//! What signs in besides the account itself: sessions as they are listed, resets of passwords, authenticator apps.

use super::{StoreError, Tx, contended, id, micros, timestamp};
use jiff::Timestamp;
use proffer_domain::{AccountId, SessionId};
use sqlx::Row;

/// A session as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// By which it is ended.
    pub id: SessionId,
    /// The hash of its token.
    pub token_hash: String,
    /// What the device called itself.
    pub device: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// An authenticator app's secret.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpRow {
    /// The secret, in base32.
    pub secret: String,
    /// Since when signing in asks for its codes; `None` until one was shown to work.
    pub confirmed_at: Option<Timestamp>,
    /// The last time step whose code was used.
    pub last_step: u64,
}

impl Tx {
    /// An account's live sessions, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sessions(&mut self, account: AccountId, now: Timestamp) -> Result<Vec<SessionRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, token_hash, device, created_at, expires_at FROM session \
             WHERE account_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC",
        )
        .bind(account.to_string())
        .bind(micros(now))
        .fetch_all(&mut *self.inner)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(SessionRow {
                    id: id(&row.try_get::<String, _>(0)?)?,
                    token_hash: row.try_get(1)?,
                    device: row.try_get(2)?,
                    created_at: timestamp(row.try_get(3)?)?,
                    expires_at: timestamp(row.try_get(4)?)?,
                })
            })
            .collect()
    }

    /// Ends an account's session; whether it had one of this id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_session_of(&mut self, account: AccountId, session: SessionId) -> Result<bool, StoreError> {
        let deleted = sqlx::query("DELETE FROM session WHERE account_id = $1 AND id = $2")
            .bind(account.to_string())
            .bind(session.to_string())
            .execute(&mut *self.inner)
            .await?;
        Ok(deleted.rows_affected() == 1)
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_sessions(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.delete_of("DELETE FROM session WHERE account_id = $1", account)
            .await
    }

    async fn delete_of(&mut self, statement: &'static str, account: AccountId) -> Result<(), StoreError> {
        sqlx::query(statement)
            .bind(account.to_string())
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Writes a password's hash.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_password_hash(&mut self, account: AccountId, hash: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE account SET password_hash = $1 WHERE id = $2")
            .bind(hash)
            .bind(account.to_string())
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Writes a reset of a password; only its token's hash is kept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_password_reset(
        &mut self,
        token_hash: &str,
        account: AccountId,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO password_reset (token_hash, account_id, expires_at) VALUES ($1, $2, $3)")
            .bind(token_hash)
            .bind(account.to_string())
            .bind(micros(expires_at))
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Whose password a live reset is for.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn password_reset(&mut self, token_hash: &str, now: Timestamp) -> Result<Option<AccountId>, StoreError> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT account_id FROM password_reset WHERE token_hash = $1 AND expires_at > $2")
                .bind(token_hash)
                .bind(micros(now))
                .fetch_optional(&mut *self.inner)
                .await?;
        row.map(|(account,)| id(&account)).transpose()
    }

    /// Uses a live reset up: whose password it was for. Of any number at once, one gets it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn take_password_reset(
        &mut self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<AccountId>, StoreError> {
        let row: Option<(String,)> =
            sqlx::query_as("DELETE FROM password_reset WHERE token_hash = $1 AND expires_at > $2 RETURNING account_id")
                .bind(token_hash)
                .bind(micros(now))
                .fetch_optional(&mut *self.inner)
                .await
                .map_err(contended)?;
        row.map(|(account,)| id(&account)).transpose()
    }

    /// Takes back all resets of an account's password.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_password_resets(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.delete_of("DELETE FROM password_reset WHERE account_id = $1", account)
            .await
    }

    /// An account's authenticator app, confirmed or not.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn totp(&mut self, account: AccountId) -> Result<Option<TotpRow>, StoreError> {
        let row = sqlx::query("SELECT secret, confirmed_at, last_step FROM totp WHERE account_id = $1")
            .bind(account.to_string())
            .fetch_optional(&mut *self.inner)
            .await?;
        row.map(|row| {
            Ok(TotpRow {
                secret: row.try_get(0)?,
                confirmed_at: row.try_get::<Option<i64>, _>(1)?.map(timestamp).transpose()?,
                last_step: u64::try_from(row.try_get::<i64, _>(2)?).unwrap_or(0),
            })
        })
        .transpose()
    }

    /// Writes the secret of an app that is to be confirmed; whether there is no confirmed one in its way.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin_totp(&mut self, account: AccountId, secret: &str) -> Result<bool, StoreError> {
        let written = sqlx::query(
            "INSERT INTO totp (account_id, secret, confirmed_at, last_step) VALUES ($1, $2, NULL, 0) \
             ON CONFLICT (account_id) DO UPDATE SET secret = $2, last_step = 0 WHERE totp.confirmed_at IS NULL",
        )
        .bind(account.to_string())
        .bind(secret)
        .execute(&mut *self.inner)
        .await
        .map_err(contended)?;
        Ok(written.rows_affected() == 1)
    }

    /// Asks for an app's codes from now on.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn confirm_totp(&mut self, account: AccountId, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("UPDATE totp SET confirmed_at = $1 WHERE account_id = $2")
            .bind(micros(now))
            .bind(account.to_string())
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Uses the code of a time step up; `false` if it or a later one was used before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn use_totp_step(&mut self, account: AccountId, step: u64) -> Result<bool, StoreError> {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        let used = sqlx::query("UPDATE totp SET last_step = $1 WHERE account_id = $2 AND last_step < $1")
            .bind(step)
            .bind(account.to_string())
            .execute(&mut *self.inner)
            .await
            .map_err(contended)?;
        Ok(used.rows_affected() == 1)
    }

    /// Asks for no codes any more: the app and its recovery codes are forgotten.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_totp(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.delete_of("DELETE FROM recovery_code WHERE account_id = $1", account)
            .await?;
        self.delete_of("DELETE FROM totp WHERE account_id = $1", account).await
    }

    /// Writes a recovery code; only its hash is kept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_recovery_code(&mut self, account: AccountId, code_hash: &str) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO recovery_code (account_id, code_hash) VALUES ($1, $2)")
            .bind(account.to_string())
            .bind(code_hash)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Uses a recovery code up; whether it was one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn use_recovery_code(&mut self, account: AccountId, code_hash: &str) -> Result<bool, StoreError> {
        let used = sqlx::query("DELETE FROM recovery_code WHERE account_id = $1 AND code_hash = $2")
            .bind(account.to_string())
            .bind(code_hash)
            .execute(&mut *self.inner)
            .await
            .map_err(contended)?;
        Ok(used.rows_affected() == 1)
    }

    /// How many recovery codes an account has left.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn recovery_codes_left(&mut self, account: AccountId) -> Result<u32, StoreError> {
        let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM recovery_code WHERE account_id = $1")
            .bind(account.to_string())
            .fetch_one(&mut *self.inner)
            .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
