//! Who is signed in.

use super::{Journal, blob, moment};
use crate::{api::session::SessionState, error::Result};
use proffer_domain::{AccountId, Timestamp};
use proffer_protocol::Me;
use sqlx::Row;

/// The session as it is kept; never the token.
#[derive(Clone, Debug)]
pub(crate) struct SavedSession {
    pub(crate) state: SessionState,
    pub(crate) platform_url: String,
    pub(crate) email: String,
    /// Who, as the platform last told; `None` when signed out.
    pub(crate) me: Option<Me>,
    /// How far the platform's clock is ahead of this computer's, in milliseconds.
    pub(crate) clock_offset_ms: i64,
}

impl Journal {
    /// The session; `None` before the first sign-in.
    pub(crate) async fn session(&self) -> Result<Option<SavedSession>> {
        let Some(row) = sqlx::query("SELECT state, platform_url, email, me, clock_offset_ms FROM session WHERE id = 1")
            .fetch_optional(&self.pool)
            .await?
        else {
            return Ok(None);
        };
        let state: String = row.try_get(0)?;
        let me: Option<String> = row.try_get(3)?;
        Ok(Some(SavedSession {
            state: serde_json::from_value(serde_json::Value::String(state))?,
            platform_url: row.try_get(1)?,
            email: row.try_get(2)?,
            me: me.map(|text| serde_json::from_str(&text)).transpose()?,
            clock_offset_ms: row.try_get(4)?,
        }))
    }

    /// Keeps the session.
    pub(crate) async fn save_session(&self, session: &SavedSession) -> Result<()> {
        let state = serde_json::to_value(session.state)?;
        sqlx::query(
            "INSERT INTO session (id, state, platform_url, email, account_id, me, clock_offset_ms)
             VALUES (1, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, platform_url = excluded.platform_url,
                 email = excluded.email, account_id = excluded.account_id, me = excluded.me,
                 clock_offset_ms = excluded.clock_offset_ms",
        )
        .bind(state.as_str().unwrap_or_default())
        .bind(&session.platform_url)
        .bind(&session.email)
        .bind(session.me.as_ref().map(|me| blob(me.account.id.0)))
        .bind(session.me.as_ref().map(serde_json::to_string).transpose()?)
        .bind(session.clock_offset_ms)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// When this account was first signed in here; `now` if it never was.
    pub(crate) async fn first_signed_in_at(&self, account: AccountId, now: Timestamp) -> Result<Timestamp> {
        sqlx::query("INSERT INTO account (account_id, first_signed_in_at) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(blob(account.0))
            .bind(now.as_millisecond())
            .execute(&self.pool)
            .await?;
        let millis: i64 = sqlx::query_scalar("SELECT first_signed_in_at FROM account WHERE account_id = ?")
            .bind(blob(account.0))
            .fetch_one(&self.pool)
            .await?;
        Ok(moment(millis))
    }
}
