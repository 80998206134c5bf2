//! Notices, keyed by the event they tell of: writing one again is nothing.

use super::{Journal, blob, id_of, moment};
use crate::{
    api::{notice::NoticeKind, settings::NoticeChoices},
    cache::statements,
    error::Result,
};
use proffer_domain::{AccountId, OfferId, QuestionId, Timestamp};
use sqlx::{AssertSqlSafe, Row, sqlite::SqliteRow};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A notice to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewNotice {
    pub(crate) id: Uuid,
    pub(crate) kind: NoticeKind,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) at: Timestamp,
    pub(crate) offer_id: Option<OfferId>,
    pub(crate) question_id: Option<QuestionId>,
    /// Old news, learnt in a first sync: known, but neither raised nor counted as unread.
    pub(crate) is_old: bool,
}

/// A notice as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct StoredNotice {
    pub(crate) notice: NewNotice,
    pub(crate) read_at: Option<Timestamp>,
    pub(crate) raise_error: Option<String>,
    /// When it was held back by quiet hours or a pause; until it is raised.
    pub(crate) held_at: Option<Timestamp>,
    pub(crate) raised_at: Option<Timestamp>,
    pub(crate) digest_id: Option<Uuid>,
}

impl StoredNotice {
    /// Whether it still waits for the end of the quiet hours or the pause.
    pub(crate) fn is_held(&self) -> bool {
        self.held_at.is_some() && self.raised_at.is_none() && self.digest_id.is_none()
    }
}

const COLUMNS: &str =
    "id, kind, title, body, at, offer_id, question_id, read_at, raise_error, held_at, raised_at, digest_id";

fn notice(row: &SqliteRow) -> Result<StoredNotice> {
    let kind: String = row.try_get(1)?;
    let offer: Option<Vec<u8>> = row.try_get(5)?;
    let question: Option<Vec<u8>> = row.try_get(6)?;
    Ok(StoredNotice {
        notice: NewNotice {
            id: id_of(row.try_get(0)?),
            kind: serde_json::from_value(serde_json::Value::String(kind))?,
            title: row.try_get(2)?,
            body: row.try_get(3)?,
            at: moment(row.try_get(4)?),
            offer_id: offer.map(|id| OfferId(id_of(&id))),
            question_id: question.map(|id| QuestionId(id_of(&id))),
            is_old: false,
        },
        read_at: row.try_get::<Option<i64>, _>(7)?.map(moment),
        raise_error: row.try_get(8)?,
        held_at: row.try_get::<Option<i64>, _>(9)?.map(moment),
        raised_at: row.try_get::<Option<i64>, _>(10)?.map(moment),
        digest_id: row.try_get::<Option<Vec<u8>>, _>(11)?.map(|id| id_of(&id)),
    })
}

impl Journal {
    /// Keeps notices in one transaction, to be raised if their kind is chosen; gives those that were not known yet.
    pub(crate) async fn add_notices(
        &self,
        account: AccountId,
        notices: Vec<NewNotice>,
        choices: &NoticeChoices,
        now: Timestamp,
    ) -> Result<Vec<NewNotice>> {
        if notices.is_empty() {
            return Ok(notices);
        }
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let mut added = BTreeSet::new();
        for portion in statements(&notices) {
            let rows = vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"; portion.len()].join(", ");
            let sql = format!(
                "INSERT INTO notice (account_id, id, kind, title, body, at, offer_id, question_id, read_at, raised_at)
                 VALUES {rows} ON CONFLICT DO NOTHING RETURNING id"
            );
            let mut query = sqlx::query_scalar(AssertSqlSafe(sql));
            for new in portion {
                let kind = serde_json::to_value(new.kind)?;
                let settled_at = new.is_old.then(|| now.as_millisecond());
                let raised_at = if choices.of(new.kind).is_raised {
                    settled_at
                } else {
                    Some(now.as_millisecond())
                };
                query = query
                    .bind(blob(account.0))
                    .bind(blob(new.id))
                    .bind(kind.as_str().unwrap_or_default().to_owned())
                    .bind(&new.title)
                    .bind(&new.body)
                    .bind(new.at.as_millisecond())
                    .bind(new.offer_id.map(|id| blob(id.0)))
                    .bind(new.question_id.map(|id| blob(id.0)))
                    .bind(settled_at)
                    .bind(raised_at);
            }
            let ids: Vec<Vec<u8>> = query.fetch_all(&mut *transaction).await?;
            added.extend(ids.iter().map(|id| id_of(id)));
        }
        transaction.commit().await?;
        // One that the same page brings twice is news once.
        Ok(notices.into_iter().filter(|new| added.remove(&new.id)).collect())
    }

    /// The newest notices.
    pub(crate) async fn notices(&self, account: AccountId, limit: u32) -> Result<Vec<StoredNotice>> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM notice WHERE account_id = ? ORDER BY at DESC, id DESC LIMIT ?"
        )))
        .bind(blob(account.0))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(notice)
        .collect()
    }

    /// One notice.
    pub(crate) async fn notice(&self, account: AccountId, id: Uuid) -> Result<Option<StoredNotice>> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM notice WHERE account_id = ? AND id = ?"
        )))
        .bind(blob(account.0))
        .bind(blob(id))
        .fetch_optional(&self.pool)
        .await?
        .as_ref()
        .map(notice)
        .transpose()
    }

    /// How many are unread.
    pub(crate) async fn unread_count(&self, account: AccountId) -> Result<u32> {
        Ok(
            sqlx::query_scalar("SELECT count(*) FROM notice WHERE account_id = ? AND read_at IS NULL")
                .bind(blob(account.0))
                .fetch_one(&self.pool)
                .await?,
        )
    }

    /// The offers with an unread notice.
    pub(crate) async fn unread_offers(&self, account: AccountId) -> Result<Vec<OfferId>> {
        let ids: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT DISTINCT offer_id FROM notice WHERE account_id = ? AND read_at IS NULL AND offer_id IS NOT NULL",
        )
        .bind(blob(account.0))
        .fetch_all(&self.pool)
        .await?;
        Ok(ids.iter().map(|id| OfferId(id_of(id))).collect())
    }

    /// Marks notices as read; none named are all.
    pub(crate) async fn mark_notices_read(&self, account: AccountId, ids: &[Uuid], now: Timestamp) -> Result<()> {
        if ids.is_empty() {
            sqlx::query("UPDATE notice SET read_at = ? WHERE account_id = ? AND read_at IS NULL")
                .bind(now.as_millisecond())
                .bind(blob(account.0))
                .execute(&self.pool)
                .await?;
            return Ok(());
        }
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        for id in ids {
            sqlx::query("UPDATE notice SET read_at = ? WHERE account_id = ? AND id = ? AND read_at IS NULL")
                .bind(now.as_millisecond())
                .bind(blob(account.0))
                .bind(blob(*id))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Marks the notices of an offer or question as read; says whether any was unread.
    pub(crate) async fn mark_subject_read(&self, account: AccountId, subject: Uuid, now: Timestamp) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE notice SET read_at = ?1 WHERE account_id = ?2 AND read_at IS NULL
             AND (offer_id = ?3 OR (question_id = ?3 AND offer_id IS NULL))",
        )
        .bind(now.as_millisecond())
        .bind(blob(account.0))
        .bind(blob(subject))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Notices not yet raised on the desktop, oldest first; those that a digest tells of are not among them.
    pub(crate) async fn notices_to_raise(&self, account: AccountId) -> Result<Vec<StoredNotice>> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM notice
             WHERE account_id = ? AND raised_at IS NULL AND digest_id IS NULL ORDER BY at, id"
        )))
        .bind(blob(account.0))
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(notice)
        .collect()
    }

    /// Notes that a notice was raised, or why it was not.
    pub(crate) async fn note_raised(
        &self,
        account: AccountId,
        id: Uuid,
        outcome: std::result::Result<Timestamp, &str>,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE notice SET raised_at = ?, raise_error = ? WHERE account_id = ? AND id = ? AND raised_at IS NULL",
        )
        .bind(outcome.ok().map(Timestamp::as_millisecond))
        .bind(outcome.err())
        .bind(blob(account.0))
        .bind(blob(id))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Holds back what was not raised yet; a lock's warning is of no use later and is not raised at all.
    pub(crate) async fn hold_notices(&self, account: AccountId, now: Timestamp) -> Result<()> {
        let lock_warning = serde_json::to_value(NoticeKind::LockEndsSoon)?;
        sqlx::query(
            "UPDATE notice SET held_at = CASE WHEN kind = ?1 THEN held_at ELSE coalesce(held_at, ?2) END,
                 raised_at = CASE WHEN kind = ?1 THEN ?2 END
             WHERE account_id = ?3 AND raised_at IS NULL AND digest_id IS NULL AND (held_at IS NULL OR kind = ?1)",
        )
        .bind(lock_warning.as_str().unwrap_or_default())
        .bind(now.as_millisecond())
        .bind(blob(account.0))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes that a notice was not raised because the expert was looking at what it tells of.
    pub(crate) async fn note_in_sight(&self, account: AccountId, id: Uuid, now: Timestamp) -> Result<()> {
        sqlx::query(
            "UPDATE notice SET raised_at = ?1, raise_error = NULL, read_at = coalesce(read_at, ?1)
             WHERE account_id = ?2 AND id = ?3 AND raised_at IS NULL",
        )
        .bind(now.as_millisecond())
        .bind(blob(account.0))
        .bind(blob(id))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Until when notifications are paused, by the last that was said.
    pub(crate) async fn paused_until(&self) -> Result<Option<Timestamp>> {
        let text = self.kept_text("paused_until").await?;
        Ok(text.and_then(|text| text.parse().ok()))
    }

    /// Pauses notifications until then.
    pub(crate) async fn pause_until(&self, until: Timestamp) -> Result<()> {
        self.keep_text("paused_until", &until.to_string()).await
    }

    /// Puts a digest in the place of the notices it tells of, which will not be raised one by one. Those that were
    /// raised meanwhile, or are in another digest, are left; if all are, there is no digest.
    pub(crate) async fn add_digest(&self, account: AccountId, digest: &NewNotice, of: &[Uuid]) -> Result<()> {
        let kind = serde_json::to_value(digest.kind)?;
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let mut told = 0;
        for id in of {
            let done = sqlx::query(
                "UPDATE notice SET digest_id = ?
                 WHERE account_id = ? AND id = ? AND raised_at IS NULL AND digest_id IS NULL",
            )
            .bind(blob(digest.id))
            .bind(blob(account.0))
            .bind(blob(*id))
            .execute(&mut *transaction)
            .await?;
            told += done.rows_affected();
        }
        if told == 0 {
            return Ok(transaction.rollback().await?);
        }
        sqlx::query(
            "INSERT INTO notice (account_id, id, kind, title, body, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(blob(account.0))
        .bind(blob(digest.id))
        .bind(kind.as_str().unwrap_or_default())
        .bind(&digest.title)
        .bind(&digest.body)
        .bind(digest.at.as_millisecond())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}
