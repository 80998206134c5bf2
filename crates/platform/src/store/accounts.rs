//! Accounts, sessions, links.

use super::{
    StoreError, Tx, contended, id, micros,
    streams::{IDS_A_STATEMENT, places},
    timestamp,
};
use crate::language::Language;
use jiff::Timestamp;
use proffer_domain::{AccountId, CategoryId, OfferId, QuestionId, Role, SessionId};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::collections::HashSet;

/// An account as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// Its role.
    pub role: Role,
    /// Its address, in small letters.
    pub email: String,
    /// Its name.
    pub name: String,
    /// The password's argon2id hash.
    pub password_hash: String,
    /// Its time zone, an IANA name.
    pub time_zone: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nobody signs in by it; `None` if somebody may.
    pub disabled_at: Option<Timestamp>,
    /// The language of its emails.
    pub language: Language,
}

/// What an emailed link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkRow {
    /// Whose link it is.
    pub account_id: AccountId,
    /// The question it opens, or that its offer was made on.
    pub question_id: QuestionId,
    /// The offer it opens.
    pub offer_id: Option<OfferId>,
    /// Until when.
    pub expires_at: Timestamp,
    /// When a browser was let in by it, which happens once.
    pub used_at: Option<Timestamp>,
}

fn link(row: &AnyRow) -> Result<LinkRow, StoreError> {
    Ok(LinkRow {
        account_id: id(&row.try_get::<String, _>(0)?)?,
        question_id: id(&row.try_get::<String, _>(1)?)?,
        offer_id: row.try_get::<Option<String>, _>(2)?.as_deref().map(id).transpose()?,
        expires_at: timestamp(row.try_get(3)?)?,
        used_at: None,
    })
}

fn used_link(row: &AnyRow) -> Result<LinkRow, StoreError> {
    Ok(LinkRow {
        used_at: row.try_get::<Option<i64>, _>(4)?.map(timestamp).transpose()?,
        ..link(row)?
    })
}

pub(super) const ACCOUNT_COLUMNS: &str =
    "id, role, email, name, password_hash, time_zone, created_at, disabled_at, language";
const ACCOUNT: &str = "SELECT id, role, email, name, password_hash, time_zone, created_at, disabled_at, language FROM account WHERE id = $1";
const ACCOUNT_BY_EMAIL: &str = "SELECT id, role, email, name, password_hash, time_zone, created_at, disabled_at, language FROM account WHERE email = $1";
const ACCOUNT_BY_SESSION: &str = "SELECT a.id, a.role, a.email, a.name, a.password_hash, a.time_zone, a.created_at, \
     a.disabled_at, a.language FROM account a JOIN session s ON s.account_id = a.id WHERE s.token_hash = $1 AND s.expires_at > $2 \
     AND a.disabled_at IS NULL";

pub(super) fn account(row: &AnyRow) -> Result<AccountRow, StoreError> {
    let role: String = row.try_get(1)?;
    Ok(AccountRow {
        id: id(&row.try_get::<String, _>(0)?)?,
        role: Role::parse(&role).ok_or_else(|| StoreError::Corrupt(format!("{role} is no role")))?,
        email: row.try_get(2)?,
        name: row.try_get(3)?,
        password_hash: row.try_get(4)?,
        time_zone: row.try_get(5)?,
        created_at: timestamp(row.try_get(6)?)?,
        disabled_at: row.try_get::<Option<i64>, _>(7)?.map(timestamp).transpose()?,
        language: Language::parse(&row.try_get::<String, _>(8)?).unwrap_or_default(),
    })
}

impl Tx {
    /// Writes a new account.
    ///
    /// # Errors
    /// [`StoreError::Contended`] if the address is taken.
    pub async fn insert_account(&mut self, row: &AccountRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO account (id, role, email, name, password_hash, time_zone, created_at, language) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(row.id.to_string())
        .bind(row.role.as_str())
        .bind(&row.email)
        .bind(&row.name)
        .bind(&row.password_hash)
        .bind(&row.time_zone)
        .bind(micros(row.created_at))
        .bind(row.language.code())
        .execute(&mut *self.inner)
        .await
        .map_err(contended)?;
        Ok(())
    }

    /// An account by its id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account(&mut self, account_id: AccountId) -> Result<Option<AccountRow>, StoreError> {
        let row = sqlx::query(ACCOUNT)
            .bind(account_id.to_string())
            .fetch_optional(&mut *self.inner)
            .await?;
        row.as_ref().map(account).transpose()
    }

    /// Those of these accounts that there are, in one statement.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn accounts_by_ids(&mut self, ids: &[AccountId]) -> Result<Vec<AccountRow>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<_> = (1..=ids.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT {ACCOUNT_COLUMNS} FROM account WHERE id IN ({})",
            places.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(id.to_string());
        }
        let rows = query.fetch_all(&mut *self.inner).await?;
        rows.iter().map(account).collect()
    }

    /// An account by its address, in small letters.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_by_email(&mut self, email: &str) -> Result<Option<AccountRow>, StoreError> {
        let row = sqlx::query(ACCOUNT_BY_EMAIL)
            .bind(email)
            .fetch_optional(&mut *self.inner)
            .await?;
        row.as_ref().map(account).transpose()
    }

    /// The account of a live session.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_by_session(
        &mut self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<AccountRow>, StoreError> {
        let row = sqlx::query(ACCOUNT_BY_SESSION)
            .bind(token_hash)
            .bind(micros(now))
            .fetch_optional(&mut *self.inner)
            .await?;
        row.as_ref().map(account).transpose()
    }

    /// Lets an account serve a category.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_account_category(
        &mut self,
        account_id: AccountId,
        category_id: CategoryId,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO account_category (account_id, category_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(account_id.to_string())
            .bind(category_id.to_string())
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Lets an account serve no category.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_account_categories(&mut self, account_id: AccountId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM account_category WHERE account_id = $1")
            .bind(account_id.to_string())
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// The categories that an account serves or looks after.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_categories(&mut self, account_id: AccountId) -> Result<Vec<CategoryId>, StoreError> {
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT category_id FROM account_category WHERE account_id = $1 ORDER BY category_id")
                .bind(account_id.to_string())
                .fetch_all(&mut *self.inner)
                .await?;
        rows.iter().map(|(category,)| id(category)).collect()
    }

    /// All accounts' ids, for what every one of them must see.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_ids(&mut self) -> Result<Vec<AccountId>, StoreError> {
        let rows: Vec<(String,)> = sqlx::query_as("SELECT id FROM account ORDER BY id")
            .fetch_all(&mut *self.inner)
            .await?;
        rows.iter().map(|(account,)| id(account)).collect()
    }

    /// Writes a session that lasts from one moment to another; only the token's hash is kept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_session(
        &mut self,
        token_hash: &str,
        session: SessionId,
        account_id: AccountId,
        device: &str,
        (now, expires_at): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO session (token_hash, account_id, device, created_at, expires_at, id) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(token_hash)
        .bind(account_id.to_string())
        .bind(device)
        .bind(micros(now))
        .bind(micros(expires_at))
        .bind(session.to_string())
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_session(&mut self, token_hash: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session WHERE token_hash = $1")
            .bind(token_hash)
            .execute(&mut *self.inner)
            .await?;
        Ok(())
    }

    /// Which of these sessions, named by their tokens' hashes, are live.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn live_sessions(&mut self, hashes: &[String], now: Timestamp) -> Result<HashSet<String>, StoreError> {
        let mut live = HashSet::with_capacity(hashes.len());
        for some in hashes.chunks(IDS_A_STATEMENT) {
            let sql = format!(
                "SELECT s.token_hash FROM session s JOIN account a ON a.id = s.account_id \
                 WHERE s.token_hash IN ({}) AND s.expires_at > ${} AND a.disabled_at IS NULL",
                places(some.len()),
                some.len() + 1
            );
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).persistent(some.len() == IDS_A_STATEMENT);
            for hash in some {
                query = query.bind(hash);
            }
            let rows: Vec<(String,)> = query.bind(micros(now)).fetch_all(&mut *self.inner).await?;
            live.extend(rows.into_iter().map(|(hash,)| hash));
        }
        Ok(live)
    }

    /// Writes an emailed link; only the token's hash is kept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_link(&mut self, token_hash: &str, link: &LinkRow) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO link (token_hash, account_id, question_id, offer_id, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(token_hash)
        .bind(link.account_id.to_string())
        .bind(link.question_id.to_string())
        .bind(link.offer_id.map(|offer| offer.to_string()))
        .bind(micros(link.expires_at))
        .execute(&mut *self.inner)
        .await?;
        Ok(())
    }

    /// An emailed link, live, used or expired.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn link(&mut self, token_hash: &str) -> Result<Option<LinkRow>, StoreError> {
        let row = sqlx::query(
            "SELECT account_id, question_id, offer_id, expires_at, used_at FROM link WHERE token_hash = $1",
        )
        .bind(token_hash)
        .fetch_optional(&mut *self.inner)
        .await?;
        row.as_ref().map(used_link).transpose()
    }

    /// Uses a live emailed link up. Of any number at once, one gets it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn take_link(&mut self, token_hash: &str, now: Timestamp) -> Result<Option<LinkRow>, StoreError> {
        let row = sqlx::query(
            "UPDATE link SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $3 \
             RETURNING account_id, question_id, offer_id, expires_at, used_at",
        )
        .bind(micros(now))
        .bind(token_hash)
        .bind(micros(now))
        .fetch_optional(&mut *self.inner)
        .await
        .map_err(contended)?;
        row.as_ref().map(used_link).transpose()
    }

    /// Writes what lets a browser in that used an emailed link; only the token's hash is kept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_link_session(
        &mut self,
        token_hash: &str,
        link: &LinkRow,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO link_session (token_hash, account_id, question_id, offer_id, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(token_hash)
        .bind(link.account_id.to_string())
        .bind(link.question_id.to_string())
        .bind(link.offer_id.map(|offer| offer.to_string()))
        .bind(micros(expires_at))
        .execute(&mut *self.inner)
        .await
        .map_err(contended)?;
        Ok(())
    }

    /// What a browser that used an emailed link is let in to, while that lasts.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn link_session(&mut self, token_hash: &str, now: Timestamp) -> Result<Option<LinkRow>, StoreError> {
        let row = sqlx::query(
            "SELECT account_id, question_id, offer_id, expires_at FROM link_session \
             WHERE token_hash = $1 AND expires_at > $2",
        )
        .bind(token_hash)
        .bind(micros(now))
        .fetch_optional(&mut *self.inner)
        .await?;
        row.as_ref().map(link).transpose()
    }

    /// How many browsers are let in by emailed links of an account.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_link_sessions(&mut self, account: AccountId) -> Result<i64, StoreError> {
        let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM link_session WHERE account_id = $1")
            .bind(account.to_string())
            .fetch_one(&mut *self.inner)
            .await?;
        Ok(count)
    }
}
