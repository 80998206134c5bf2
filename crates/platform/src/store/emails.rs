//! The transactional email outbox.

use super::{StoreError, Tx, contended, micros, timestamp};
use jiff::Timestamp;
use proffer_domain::OfferId;
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

/// An email to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct NewEmail {
    /// Its id; its Message-ID is made of it.
    pub id: Uuid,
    /// What it is about, for the operator.
    pub kind: &'static str,
    /// The recipient's name.
    pub recipient_name: String,
    /// The recipient's address.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
    /// The offer it is about.
    pub offer_id: Option<OfferId>,
    /// The question that it belongs to.
    pub thread: Option<Uuid>,
    /// Where its kind is stopped.
    pub stop_url: Option<String>,
}

/// An email that waits.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailRow {
    /// Its id.
    pub id: Uuid,
    /// The recipient's name.
    pub recipient_name: String,
    /// The recipient's address.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
    /// The offer it is about.
    pub offer_id: Option<OfferId>,
    /// The question that it belongs to.
    pub thread: Option<Uuid>,
    /// Where its kind is stopped.
    pub stop_url: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was put in.
    pub created_at: Timestamp,
    /// When it is due; of one that was claimed, until when: what it is marked with must be this claim.
    pub next_at: Timestamp,
}

/// How the outbox stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxState {
    /// How many emails wait, those that are tried again among them.
    pub pending: u64,
    /// When the oldest of them was put in.
    pub oldest_at: Option<Timestamp>,
    /// How many were given up.
    pub failed: u64,
    /// How many were taken by a mail server and came back.
    pub bounced: u64,
}

const COLUMNS: &str = "id, recipient_name, recipient, subject, text, html, offer_id, attempts, created_at, thread, \
                       stop_url, next_at";

fn email(row: &AnyRow) -> Result<EmailRow, StoreError> {
    let id_in = |column: usize| row.try_get::<Option<String>, _>(column);
    Ok(EmailRow {
        id: super::id(&row.try_get::<String, _>(0)?)?,
        recipient_name: row.try_get(1)?,
        recipient: row.try_get(2)?,
        subject: row.try_get(3)?,
        text: row.try_get(4)?,
        html: row.try_get(5)?,
        offer_id: id_in(6)?.as_deref().map(super::id).transpose()?,
        attempts: u32::try_from(row.try_get::<i64, _>(7)?).unwrap_or(0),
        created_at: timestamp(row.try_get(8)?)?,
        thread: id_in(9)?.as_deref().map(super::id).transpose()?,
        stop_url: row.try_get(10)?,
        next_at: timestamp(row.try_get(11)?)?,
    })
}

impl Tx {
    /// Puts emails into the outbox, in one statement.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_emails(&mut self, emails: &[NewEmail], now: Timestamp) -> Result<(), StoreError> {
        if emails.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = (0..emails.len())
            .map(|row| {
                let [a, b, c, d, e, f, g, h, i, j] = std::array::from_fn(|column| row * 10 + column + 2);
                format!("(${a}, ${b}, ${c}, ${d}, ${e}, ${f}, ${g}, ${h}, 'pending', 0, $1, $1, ${i}, ${j})")
            })
            .collect();
        let sql = format!(
            "INSERT INTO email (id, kind, recipient_name, recipient, subject, text, html, offer_id, state, attempts, \
             next_at, created_at, thread, stop_url) VALUES {}",
            rows.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(micros(now));
        for email in emails {
            query = query
                .bind(email.id.to_string())
                .bind(email.kind)
                .bind(&email.recipient_name)
                .bind(&email.recipient)
                .bind(&email.subject)
                .bind(&email.text)
                .bind(&email.html)
                .bind(email.offer_id.map(|offer| offer.to_string()))
                .bind(email.thread.map(|thread| thread.to_string()))
                .bind(email.stop_url.as_deref());
        }
        query.execute(&mut *self.inner).await?;
        Ok(())
    }

    /// Whether an email of a kind was put in for an address after a moment.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn has_email_since(&mut self, kind: &str, recipient: &str, at: Timestamp) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT id FROM email WHERE recipient = $1 AND kind = $2 AND created_at > $3 LIMIT 1")
            .bind(recipient)
            .bind(kind)
            .bind(micros(at))
            .fetch_optional(&mut *self.inner)
            .await?;
        Ok(row.is_some())
    }

    /// The emails whose time has come, oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn due_emails(&mut self, now: Timestamp, limit: u32) -> Result<Vec<EmailRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM email WHERE state = 'pending' AND next_at <= $1 ORDER BY next_at, id LIMIT $2"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(micros(now))
            .bind(i64::from(limit))
            .fetch_all(&mut *self.inner)
            .await?;
        rows.iter().map(email).collect()
    }

    /// Takes emails whose time has come, the oldest, so that no other instance has them until `until`; then they are due
    /// again, for whoever is there. Those that another instance is taking at this moment are passed over.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn claim_emails(
        &mut self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<EmailRow>, StoreError> {
        let skip = self.skip_locked();
        let sql = format!(
            "WITH due AS MATERIALIZED (SELECT id FROM email WHERE state = 'pending' AND next_at <= $1 \
             ORDER BY next_at, id LIMIT $2{skip}) \
             UPDATE email SET next_at = $3 WHERE id IN (SELECT id FROM due) RETURNING {COLUMNS}"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(micros(now))
            .bind(i64::from(limit))
            .bind(micros(until))
            .fetch_all(&mut *self.inner)
            .await
            .map_err(contended)?;
        let mut emails = rows.iter().map(email).collect::<Result<Vec<_>, _>>()?;
        emails.sort_by_key(|email| (email.created_at, email.id));
        Ok(emails)
    }

    /// Gives a claimed email back, untried; whether the claim still held.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn release_email(&mut self, claimed: &EmailRow, now: Timestamp) -> Result<bool, StoreError> {
        let released =
            sqlx::query("UPDATE email SET next_at = $1 WHERE id = $2 AND state = 'pending' AND next_at = $3")
                .bind(micros(now))
                .bind(claimed.id.to_string())
                .bind(micros(claimed.next_at))
                .execute(&mut *self.inner)
                .await
                .map_err(contended)?;
        Ok(released.rows_affected() == 1)
    }

    /// Notes that a claimed email went out; its content, which can hold a link, is forgotten. Whether the claim still
    /// held.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn email_sent(&mut self, claimed: &EmailRow, now: Timestamp) -> Result<bool, StoreError> {
        let sent = sqlx::query(
            "UPDATE email SET state = 'sent', text = '', html = '', stop_url = NULL, attempts = attempts + 1, \
             last_error = NULL, sent_at = $1 WHERE id = $2 AND state = 'pending' AND next_at = $3",
        )
        .bind(micros(now))
        .bind(claimed.id.to_string())
        .bind(micros(claimed.next_at))
        .execute(&mut *self.inner)
        .await
        .map_err(contended)?;
        Ok(sent.rows_affected() == 1)
    }

    /// Notes that a claimed email could not go out: tried again at `next_at`, or given up and its content forgotten.
    /// Whether the claim still held.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn email_not_sent(
        &mut self,
        claimed: &EmailRow,
        error: &str,
        next_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let noted = sqlx::query(
            "UPDATE email SET state = $1, attempts = attempts + 1, last_error = $2, next_at = $3, \
             text = CASE WHEN $1 = 'failed' THEN '' ELSE text END, \
             html = CASE WHEN $1 = 'failed' THEN '' ELSE html END, \
             stop_url = CASE WHEN $1 = 'failed' THEN NULL ELSE stop_url END \
             WHERE id = $4 AND state = 'pending' AND next_at = $5",
        )
        .bind(if next_at.is_some() { "pending" } else { "failed" })
        .bind(error)
        .bind(next_at.map_or(0, micros))
        .bind(claimed.id.to_string())
        .bind(micros(claimed.next_at))
        .execute(&mut *self.inner)
        .await
        .map_err(contended)?;
        Ok(noted.rows_affected() == 1)
    }

    /// Notes that an email that a mail server had taken came back: when it was put in and the offer it is about, or
    /// `None` if there is no such email or it is known already.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn email_bounced(
        &mut self,
        email: Uuid,
        error: &str,
        now: Timestamp,
    ) -> Result<Option<(Timestamp, Option<OfferId>)>, StoreError> {
        let row = sqlx::query(
            "UPDATE email SET state = 'failed', bounced_at = $1, last_error = $2 \
             WHERE id = $3 AND state = 'sent' RETURNING created_at, offer_id",
        )
        .bind(micros(now))
        .bind(error)
        .bind(email.to_string())
        .fetch_optional(&mut *self.inner)
        .await
        .map_err(contended)?;
        row.map(|row| {
            let offer: Option<String> = row.try_get(1)?;
            Ok((
                timestamp(row.try_get(0)?)?,
                offer.as_deref().map(super::id).transpose()?,
            ))
        })
        .transpose()
    }

    /// How the outbox stands.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn outbox_state(&mut self) -> Result<OutboxState, StoreError> {
        let count = |value: i64| u64::try_from(value).unwrap_or(0);
        let (pending, oldest): (i64, Option<i64>) =
            sqlx::query_as("SELECT count(*), min(created_at) FROM email WHERE state = 'pending'")
                .fetch_one(&mut *self.inner)
                .await?;
        let (failed, bounced): (i64, i64) =
            sqlx::query_as("SELECT count(*), count(bounced_at) FROM email WHERE state = 'failed'")
                .fetch_one(&mut *self.inner)
                .await?;
        Ok(OutboxState {
            pending: count(pending),
            oldest_at: oldest.map(timestamp).transpose()?,
            failed: count(failed - bounced),
            bounced: count(bounced),
        })
    }

    /// Takes all waiting emails off without sending them: a data set that was made up tells nobody.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn discard_pending_emails(&mut self) -> Result<(), StoreError> {
        sqlx::query("UPDATE email SET state = 'sent', text = '', html = '', stop_url = NULL WHERE state = 'pending'")
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// The recipients and subjects of all emails of one kind, oldest first: for the operator and for tests.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn emails_of_kind(&mut self, kind: &str) -> Result<Vec<(String, String)>, StoreError> {
        Ok(
            sqlx::query_as("SELECT recipient, subject FROM email WHERE kind = $1 ORDER BY created_at, id")
                .bind(kind)
                .fetch_all(&mut *self.inner)
                .await?,
        )
    }
}
