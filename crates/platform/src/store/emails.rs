//! The transactional email outbox.

use super::{StoreError, Tx, micros};
use jiff::Timestamp;
use proffer_domain::OfferId;
use sqlx::{AssertSqlSafe, Row};
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
        let rows = sqlx::query(
            "SELECT id, recipient_name, recipient, subject, text, html, offer_id, attempts, created_at, thread, stop_url FROM email \
             WHERE state = 'pending' AND next_at <= $1 ORDER BY next_at, id LIMIT $2",
        )
        .bind(micros(now))
        .bind(i64::from(limit))
        .fetch_all(&mut *self.inner)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(EmailRow {
                    id: super::id(&row.try_get::<String, _>(0)?)?,
                    recipient_name: row.try_get(1)?,
                    recipient: row.try_get(2)?,
                    subject: row.try_get(3)?,
                    text: row.try_get(4)?,
                    html: row.try_get(5)?,
                    offer_id: row
                        .try_get::<Option<String>, _>(6)?
                        .as_deref()
                        .map(super::id)
                        .transpose()?,
                    attempts: u32::try_from(row.try_get::<i64, _>(7)?).unwrap_or(0),
                    created_at: super::timestamp(row.try_get(8)?)?,
                    thread: row
                        .try_get::<Option<String>, _>(9)?
                        .as_deref()
                        .map(super::id)
                        .transpose()?,
                    stop_url: row.try_get(10)?,
                })
            })
            .collect()
    }

    /// Notes that an email went out; its content, which can hold a link, is forgotten.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn email_sent(&mut self, email: Uuid, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE email SET state = 'sent', text = '', html = '', stop_url = NULL, attempts = attempts + 1, sent_at = $1 WHERE id = $2",
        )
        .bind(micros(now))
        .bind(email.to_string())
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Notes that an email could not go out: tried again at `next_at`, or given up and its content forgotten.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn email_not_sent(
        &mut self,
        email: Uuid,
        error: &str,
        next_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE email SET state = $1, attempts = attempts + 1, last_error = $2, next_at = $3, \
             text = CASE WHEN $1 = 'failed' THEN '' ELSE text END, \
             html = CASE WHEN $1 = 'failed' THEN '' ELSE html END, \
             stop_url = CASE WHEN $1 = 'failed' THEN NULL ELSE stop_url END WHERE id = $4",
        )
        .bind(if next_at.is_some() { "pending" } else { "failed" })
        .bind(error)
        .bind(next_at.map_or(0, micros))
        .bind(email.to_string())
        .execute(&mut *self.inner)
        .await?;
        Ok(())
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
