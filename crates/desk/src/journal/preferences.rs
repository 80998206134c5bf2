//! Settings and read marks.

use super::{Journal, blob, id_of, moment};
use crate::{api::settings::Settings, error::Result};
use proffer_domain::{AccountId, Timestamp};
use sqlx::Row;
use std::collections::HashMap;
use uuid::Uuid;

impl Journal {
    /// The settings.
    pub(crate) async fn settings(&self) -> Result<Settings> {
        self.kept("settings").await
    }

    /// Keeps the settings.
    pub(crate) async fn save_settings(&self, settings: &Settings) -> Result<()> {
        self.keep("settings", settings).await
    }

    /// Notes that a question or offer was seen at `now`; says whether that is news.
    pub(crate) async fn mark_read(&self, account: AccountId, subject: Uuid, now: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO read_mark (account_id, subject_id, read_at) VALUES (?, ?, ?)
             ON CONFLICT (account_id, subject_id) DO UPDATE SET read_at = max(read_at, excluded.read_at)",
        )
        .bind(blob(account.0))
        .bind(blob(subject))
        .bind(now.as_millisecond())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// When something was last seen.
    pub(crate) async fn read_at(&self, account: AccountId, subject: Uuid) -> Result<Option<Timestamp>> {
        let millis: Option<i64> =
            sqlx::query_scalar("SELECT read_at FROM read_mark WHERE account_id = ? AND subject_id = ?")
                .bind(blob(account.0))
                .bind(blob(subject))
                .fetch_optional(&self.pool)
                .await?;
        Ok(millis.map(moment))
    }

    /// When each of these was last seen.
    pub(crate) async fn read_marks(&self, account: AccountId, subjects: &[Uuid]) -> Result<HashMap<Uuid, Timestamp>> {
        let wanted: Vec<_> = subjects.iter().map(|id| id.simple().to_string()).collect();
        let wanted = serde_json::to_string(&wanted)?;
        let rows = sqlx::query(
            "SELECT subject_id, read_at FROM read_mark
             WHERE account_id = ? AND subject_id IN (SELECT unhex(value) FROM json_each(?))",
        )
        .bind(blob(account.0))
        .bind(wanted)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok((id_of(row.try_get(0)?), moment(row.try_get(1)?))))
            .collect()
    }
}
