//! The accounts saved on this computer, and what is kept for each beside its work. Never a token.

use super::{Journal, SavedSession, blob};
use crate::{api::session::SessionState, error::Result};
use proffer_domain::{AccountId, Timestamp};
use sqlx::{Row, sqlite::SqliteRow};

const COLUMNS: &str = "platform_url, email, me, clock_offset_ms";

/// As the session it was, signed in.
fn account(row: &SqliteRow) -> Result<SavedSession> {
    Ok(SavedSession {
        state: SessionState::SignedIn,
        platform_url: row.try_get(0)?,
        email: row.try_get(1)?,
        me: Some(serde_json::from_str(row.try_get(2)?)?),
        clock_offset_ms: row.try_get(3)?,
    })
}

impl Journal {
    /// Keeps the account of a session, as the one used last.
    pub(crate) async fn save_account(&self, session: &SavedSession, now: Timestamp) -> Result<()> {
        let Some(me) = &session.me else { return Ok(()) };
        sqlx::query(
            "INSERT INTO saved_account (account_id, platform_url, email, me, clock_offset_ms, used_at)
             VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (account_id) DO UPDATE SET platform_url = excluded.platform_url, email = excluded.email,
                 me = excluded.me, clock_offset_ms = excluded.clock_offset_ms, used_at = excluded.used_at",
        )
        .bind(blob(me.account.id.0))
        .bind(&session.platform_url)
        .bind(&session.email)
        .bind(serde_json::to_string(me)?)
        .bind(session.clock_offset_ms)
        .bind(now.as_millisecond())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The saved accounts, the one used last first.
    pub(crate) async fn saved_accounts(&self) -> Result<Vec<SavedSession>> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM saved_account ORDER BY used_at DESC, account_id"
        )))
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(account)
        .collect()
    }

    /// One saved account.
    pub(crate) async fn saved_account(&self, id: AccountId) -> Result<Option<SavedSession>> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM saved_account WHERE account_id = ?"
        )))
        .bind(blob(id.0))
        .fetch_optional(&self.pool)
        .await?
        .as_ref()
        .map(account)
        .transpose()
    }

    /// Takes an account off the list; its drafts and notices stay.
    pub(crate) async fn forget_account(&self, id: AccountId) -> Result<()> {
        sqlx::query("DELETE FROM saved_account WHERE account_id = ?")
            .bind(blob(id.0))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Whether the first steps are shown to this account; `None` until it was said.
    pub(crate) async fn is_guide_open(&self, id: AccountId) -> Result<Option<bool>> {
        let kept: Option<Option<bool>> = sqlx::query_scalar("SELECT is_guide_open FROM account WHERE account_id = ?")
            .bind(blob(id.0))
            .fetch_optional(&self.pool)
            .await?;
        Ok(kept.flatten())
    }

    /// Keeps whether the first steps are shown to this account.
    pub(crate) async fn open_guide(&self, id: AccountId, is_open: bool) -> Result<()> {
        sqlx::query("UPDATE account SET is_guide_open = ? WHERE account_id = ?")
            .bind(is_open)
            .bind(blob(id.0))
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
