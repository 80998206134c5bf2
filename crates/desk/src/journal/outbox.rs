//! The outbox's rows.

use super::{
    DraftSlot, Journal, blob,
    drafts::{clear_slot, give_files, put_draft, take_files_back},
    id_of, moment,
};
use crate::{api::ApiError, error::Result, outbox::Content};
use proffer_domain::{AccountId, CommandId, OfferId, QuestionId, Timestamp};
use serde::Serialize;
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};
use uuid::Uuid;

/// A command to be put into the outbox.
#[derive(Clone, Debug)]
pub(crate) struct NewEntry {
    pub(crate) command_id: CommandId,
    pub(crate) account: AccountId,
    /// What it must keep its order with: its question, or itself.
    pub(crate) lane: Uuid,
    pub(crate) question_id: Option<QuestionId>,
    pub(crate) offer_id: Option<OfferId>,
    pub(crate) path: String,
    pub(crate) body: serde_json::Value,
    pub(crate) content: Content,
    pub(crate) queued_at: Timestamp,
    /// It is not sent before this: the end of its undo window.
    pub(crate) not_before: Timestamp,
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryState {
    Waiting,
    Refused,
    Parked,
}

impl EntryState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::Parked => "parked",
        }
    }

    fn parse(name: &str) -> Self {
        match name {
            "refused" => Self::Refused,
            "parked" => Self::Parked,
            _ => Self::Waiting,
        }
    }
}

/// An entry as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct StoredEntry {
    pub(crate) entry: NewEntry,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// It is not tried again before this.
    pub(crate) next_attempt_at: Timestamp,
    pub(crate) state: EntryState,
    pub(crate) error: Option<ApiError>,
}

const COLUMNS: &str = "command_id, account_id, lane_id, question_id, offer_id, path, body, content, queued_at,
    not_before, attempts, next_attempt_at, state, error";

fn entry(row: &SqliteRow) -> Result<StoredEntry> {
    let question: Option<Vec<u8>> = row.try_get(3)?;
    let offer: Option<Vec<u8>> = row.try_get(4)?;
    let error: Option<String> = row.try_get(13)?;
    Ok(StoredEntry {
        entry: NewEntry {
            command_id: CommandId(id_of(row.try_get(0)?)),
            account: AccountId(id_of(row.try_get(1)?)),
            lane: id_of(row.try_get(2)?),
            question_id: question.map(|id| QuestionId(id_of(&id))),
            offer_id: offer.map(|id| OfferId(id_of(&id))),
            path: row.try_get(5)?,
            body: serde_json::from_str(row.try_get(6)?)?,
            content: serde_json::from_str(row.try_get(7)?)?,
            queued_at: moment(row.try_get(8)?),
            not_before: moment(row.try_get(9)?),
        },
        attempts: row.try_get(10)?,
        next_attempt_at: moment(row.try_get(11)?),
        state: EntryState::parse(row.try_get(12)?),
        error: error.map(|text| serde_json::from_str(&text)).transpose()?,
    })
}

impl Journal {
    /// Puts a command into the outbox; the draft it was made from gives way in the same transaction, and the draft's
    /// files go with it. With `follow_up` the slot holds that instead (an offer's draft remembers what became of it).
    pub(crate) async fn enqueue<T: Serialize>(
        &self,
        new: &NewEntry,
        from: Option<DraftSlot>,
        follow_up: Option<(Uuid, &T)>,
    ) -> Result<()> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        insert(&mut transaction, new).await?;
        if let Some(slot) = from {
            give_files(&mut transaction, slot, new.command_id).await?;
            match follow_up {
                Some((id, body)) => put_draft(&mut transaction, slot, id, body, new.queued_at).await?,
                None => clear_slot(&mut transaction, slot).await?,
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// A broken variant's: what an outbox in the cache's file would come to.
    #[cfg(feature = "simulation")]
    pub(crate) async fn lose_outbox(&self) -> Result<()> {
        sqlx::query("DELETE FROM outbox").execute(&self.pool).await?;
        Ok(())
    }

    /// An account's entries, oldest first.
    pub(crate) async fn outbox(&self, account: AccountId) -> Result<Vec<StoredEntry>> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM outbox WHERE account_id = ? ORDER BY position"
        )))
        .bind(blob(account.0))
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(entry)
        .collect()
    }

    /// Of each lane the first entry that was not refused, oldest first: what decides whether anything of it goes out.
    pub(crate) async fn outbox_heads(&self, account: AccountId) -> Result<Vec<StoredEntry>> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM outbox WHERE position IN (
               SELECT min(position) FROM outbox WHERE account_id = ? AND state <> 'refused' GROUP BY lane_id
             ) ORDER BY position"
        )))
        .bind(blob(account.0))
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(entry)
        .collect()
    }

    /// How many of an account's entries wait, and how many failed.
    pub(crate) async fn outbox_counts(&self, account: AccountId) -> Result<(u32, u32)> {
        let row = sqlx::query(
            "SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state <> 'waiting')
             FROM outbox WHERE account_id = ?",
        )
        .bind(blob(account.0))
        .fetch_one(&self.pool)
        .await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    /// One entry.
    pub(crate) async fn outbox_entry(&self, account: AccountId, id: CommandId) -> Result<Option<StoredEntry>> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM outbox WHERE account_id = ? AND command_id = ?"
        )))
        .bind(blob(account.0))
        .bind(blob(id.0))
        .fetch_optional(&self.pool)
        .await?
        .as_ref()
        .map(entry)
        .transpose()
    }

    /// Notes that an entry is about to be sent. From here on it cannot be taken back; `false` if it is gone already.
    pub(crate) async fn note_attempt(&self, id: CommandId) -> Result<bool> {
        let done = sqlx::query("UPDATE outbox SET attempts = attempts + 1 WHERE command_id = ? AND state = 'waiting'")
            .bind(blob(id.0))
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Lets an entry wait until `next_attempt_at`.
    pub(crate) async fn postpone(&self, id: CommandId, next_attempt_at: Timestamp) -> Result<()> {
        sqlx::query("UPDATE outbox SET next_attempt_at = ? WHERE command_id = ?")
            .bind(next_attempt_at.as_millisecond())
            .bind(blob(id.0))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Makes every waiting entry due: the platform can be reached again.
    pub(crate) async fn make_due(&self, account: AccountId, now: Timestamp) -> Result<()> {
        sqlx::query(
            "UPDATE outbox SET next_attempt_at = max(not_before, ?1)
             WHERE account_id = ?2 AND state = 'waiting' AND next_attempt_at > max(not_before, ?1)",
        )
        .bind(now.as_millisecond())
        .bind(blob(account.0))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes why an entry was refused, or can never be sent.
    pub(crate) async fn fail_entry(&self, id: CommandId, state: EntryState, error: &ApiError) -> Result<()> {
        sqlx::query("UPDATE outbox SET state = ?, error = ? WHERE command_id = ?")
            .bind(state.as_str())
            .bind(serde_json::to_string(error)?)
            .bind(blob(id.0))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Lets a failed entry be tried again, with the same key.
    pub(crate) async fn revive(&self, id: CommandId, now: Timestamp) -> Result<()> {
        sqlx::query(
            "UPDATE outbox SET state = 'waiting', error = NULL, next_attempt_at = ?
             WHERE command_id = ? AND state <> 'waiting'",
        )
        .bind(now.as_millisecond())
        .bind(blob(id.0))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Drops an entry with its files: it has arrived, or was thrown away.
    pub(crate) async fn drop_entry(&self, id: CommandId) -> Result<()> {
        let files = self.command_files(id).await?;
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM draft_file WHERE command_id = ?")
            .bind(blob(id.0))
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM outbox WHERE command_id = ?")
            .bind(blob(id.0))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        for file in files {
            self.delete_bytes(file.id).await;
        }
        Ok(())
    }

    /// Turns an entry back into the draft in `slot`. While it waits that works only before its first attempt; `false` if
    /// it is too late.
    pub(crate) async fn take_back<T: Serialize>(
        &self,
        id: CommandId,
        draft: Option<(DraftSlot, Uuid, &T)>,
        now: Timestamp,
    ) -> Result<bool> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let done = sqlx::query("DELETE FROM outbox WHERE command_id = ? AND (state <> 'waiting' OR attempts = 0)")
            .bind(blob(id.0))
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        take_files_back(&mut transaction, id).await?;
        if let Some((slot, draft_id, body)) = draft {
            put_draft(&mut transaction, slot, draft_id, body, now).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

async fn insert(transaction: &mut Transaction<'static, Sqlite>, new: &NewEntry) -> Result<()> {
    sqlx::query(
        "INSERT INTO outbox (command_id, account_id, lane_id, question_id, offer_id, path, body, content, queued_at,
             not_before, attempts, next_attempt_at, state, error)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 'waiting', NULL)",
    )
    .bind(blob(new.command_id.0))
    .bind(blob(new.account.0))
    .bind(blob(new.lane))
    .bind(new.question_id.map(|id| blob(id.0)))
    .bind(new.offer_id.map(|id| blob(id.0)))
    .bind(&new.path)
    .bind(new.body.to_string())
    .bind(serde_json::to_string(&new.content)?)
    .bind(new.queued_at.as_millisecond())
    .bind(new.not_before.as_millisecond())
    .bind(new.not_before.as_millisecond())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
