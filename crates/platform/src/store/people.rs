//! Accounts as the operator looks after them, and all that names a person.

use super::{
    AccountRow, ERASED, StoreError, Tx, accounts::ACCOUNT_COLUMNS, contended, documents::read_body, id, micros,
};
use jiff::Timestamp;
use proffer_domain::{AccountId, AttachmentId, Role};
use proffer_protocol::{Document, Entity};
use sqlx::{AssertSqlSafe, Row};

/// How many rows are read at once where a whole table is gone through.
const PAGE: i64 = 1_000;

/// A kept response, by its key.
pub struct KeptResponse {
    /// Whose command it was.
    pub account: String,
    /// Its key.
    pub key: String,
    /// The body.
    pub body: String,
}

/// An email as far as it is kept.
pub struct KeptEmail {
    /// Its id.
    pub id: String,
    /// To whom.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The plain text, empty once it was sent.
    pub text: String,
    /// The recipient's name.
    pub recipient_name: String,
}

impl Tx {
    /// Accounts by address, of one role or all, from after an address on.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn accounts(
        &mut self,
        role: Option<Role>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<AccountRow>, StoreError> {
        let condition = if role.is_some() { " AND role = $3" } else { "" };
        let sql = format!("SELECT {ACCOUNT_COLUMNS} FROM account WHERE email > $1{condition} ORDER BY email LIMIT $2");
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(i64::from(limit));
        if let Some(role) = role {
            query = query.bind(role.as_str());
        }
        let rows = query.fetch_all(&mut *self.inner).await?;
        rows.iter().map(super::accounts::account).collect()
    }

    /// Writes an account's role.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_role(&mut self, account: AccountId, role: Role) -> Result<(), StoreError> {
        sqlx::query("UPDATE account SET role = $1 WHERE id = $2")
            .bind(role.as_str())
            .bind(account.to_string())
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Writes since when nobody signs in by an account.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_disabled(&mut self, account: AccountId, since: Option<Timestamp>) -> Result<(), StoreError> {
        sqlx::query("UPDATE account SET disabled_at = $1 WHERE id = $2")
            .bind(since.map(micros))
            .bind(account.to_string())
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Makes an account nobody's: what it did stays, under a name that is none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn erase_account(
        &mut self,
        account: AccountId,
        (name, email): (&str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE account SET name = $1, email = $2, password_hash = '', time_zone = 'UTC', language = 'en', disabled_at = $3 WHERE id = $4",
        )
        .bind(name)
        .bind(email)
        .bind(micros(now))
        .bind(account.to_string())
        .execute(&mut *self.inner)
        .await?;
        for statement in [
            "DELETE FROM session WHERE account_id = $1",
            "DELETE FROM password_reset WHERE account_id = $1",
            "DELETE FROM recovery_code WHERE account_id = $1",
            "DELETE FROM totp WHERE account_id = $1",
            "DELETE FROM link WHERE account_id = $1",
            "DELETE FROM link_session WHERE account_id = $1",
            "DELETE FROM mail_stop WHERE account_id = $1",
            "DELETE FROM mail_stop_link WHERE account_id = $1",
        ] {
            sqlx::query(statement)
                .bind(account.to_string())
                .execute(&mut *self.inner)
                .await?;
        }
        Ok(())
    }

    /// All documents in which an account's id stands. Goes through the whole table: for the operator's rare commands.
    ///
    /// # Errors
    /// If the database fails or what it holds cannot be read.
    pub async fn documents_naming(&mut self, account: AccountId) -> Result<Vec<Document>, StoreError> {
        let rows = sqlx::query("SELECT entity, body FROM document WHERE body LIKE $1 ORDER BY sort_at, id")
            .bind(format!("%{account}%"))
            .fetch_all(&mut *self.inner)
            .await?;
        rows.iter()
            .map(|row| {
                let entity: String = row.try_get(0)?;
                let entity =
                    Entity::parse(&entity).ok_or_else(|| StoreError::Corrupt(format!("{entity} is no entity")))?;
                read_body(entity, &row.try_get::<String, _>(1)?)
            })
            .collect()
    }

    /// Kept responses after a key, in the order of keys.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn kept_responses(&mut self, (account, key): (&str, &str)) -> Result<Vec<KeptResponse>, StoreError> {
        let rows = sqlx::query(
            "SELECT account_id, key, response FROM command WHERE account_id > $1 OR (account_id = $1 AND key > $2) \
             ORDER BY account_id, key LIMIT $3",
        )
        .bind(account)
        .bind(key)
        .bind(PAGE)
        .fetch_all(&mut *self.inner)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(KeptResponse {
                    account: row.try_get(0)?,
                    key: row.try_get(1)?,
                    body: row.try_get(2)?,
                })
            })
            .collect()
    }

    /// Writes a kept response anew.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn replace_response(&mut self, response: &KeptResponse) -> Result<(), StoreError> {
        sqlx::query("UPDATE command SET response = $1 WHERE account_id = $2 AND key = $3")
            .bind(&response.body)
            .bind(&response.account)
            .bind(&response.key)
            .execute(&mut *self.inner)
            .await
            .map_err(contended)?;
        Ok(())
    }

    /// Emails after an id, in the order of ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn kept_emails(&mut self, after: &str) -> Result<Vec<KeptEmail>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, recipient, subject, text, recipient_name FROM email WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(PAGE)
        .fetch_all(&mut *self.inner)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(KeptEmail {
                    id: row.try_get(0)?,
                    recipient: row.try_get(1)?,
                    subject: row.try_get(2)?,
                    text: row.try_get(3)?,
                    recipient_name: row.try_get(4)?,
                })
            })
            .collect()
    }

    /// Takes an email's content away; one that still waited goes out no more. A recipient is written anew if given.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn erase_email(&mut self, email: &str, recipient: Option<(&str, &str)>) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE email SET subject = $1, text = '', html = '', last_error = NULL, \
             state = CASE WHEN state = 'pending' THEN 'failed' ELSE state END WHERE id = $2",
        )
        .bind(ERASED)
        .bind(email)
        .execute(&mut *self.inner)
        .await?;
        if let Some((name, address)) = recipient {
            sqlx::query("UPDATE email SET recipient_name = $1, recipient = $2 WHERE id = $3")
                .bind(name)
                .bind(address)
                .bind(email)
                .execute(&mut *self.inner)
                .await?;
        }
        Ok(())
    }

    /// The files that an account uploaded, and those on a question or an offer.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn attachments_of(&mut self, subject: &str) -> Result<Vec<(AttachmentId, String)>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT id, name FROM attachment WHERE owner_id = $1 OR question_id = $1 OR offer_id = $1 ORDER BY id",
        )
        .bind(subject)
        .fetch_all(&mut *self.inner)
        .await?;
        rows.into_iter().map(|(file, name)| Ok((id(&file)?, name))).collect()
    }

    /// Takes a file's name away.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn erase_attachment(&mut self, attachment: AttachmentId) -> Result<(), StoreError> {
        sqlx::query("UPDATE attachment SET name = $1, size_bytes = 0 WHERE id = $2")
            .bind(ERASED)
            .bind(attachment.to_string())
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }
}

impl super::Store {
    /// Writes the file anew without what was deleted from it. PostgreSQL does so by its own vacuum.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn scrub(&self) -> Result<(), StoreError> {
        if self.queue.is_some() {
            for statement in ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] {
                sqlx::query(statement).execute(&self.write).await?;
            }
        }
        Ok(())
    }
}
