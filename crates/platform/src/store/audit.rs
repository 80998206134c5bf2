//! Who decided what: rows that are only ever added. The database itself refuses to change them.

use super::{StoreError, Tx, contended, id, micros, timestamp};
use jiff::Timestamp;
use proffer_domain::AccountId;
use sqlx::{Row, any::AnyRow};
use uuid::Uuid;

/// What a reason says after the person it may have been about was erased. The schema knows it too.
pub const ERASED: &str = "(erased)";

/// A decision to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAudit<'a> {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// A role, `operator` or `clock`.
    pub actor: &'static str,
    /// Whose account, where it is one.
    pub actor_id: Option<AccountId>,
    /// What was decided.
    pub action: &'static str,
    /// What kind of thing it is about.
    pub entity: &'static str,
    /// Which.
    pub object_id: Uuid,
    /// Why, as the one who decided gave it.
    pub reason: Option<&'a str>,
}

/// A decision as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// A role, `operator` or `clock`.
    pub actor: String,
    /// Whose account, where it is one.
    pub actor_id: Option<AccountId>,
    /// What the account is called now.
    pub actor_name: Option<String>,
    /// What was decided.
    pub action: String,
    /// What kind of thing it is about.
    pub entity: String,
    /// Which.
    pub object_id: String,
    /// Why.
    pub reason: Option<String>,
}

/// Which decisions are asked for; without any of these, all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// About this thing.
    pub object: Option<Uuid>,
    /// By this account.
    pub actor: Option<AccountId>,
    /// From this moment on.
    pub since: Option<Timestamp>,
}

fn row(row: &AnyRow) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        at: timestamp(row.try_get(0)?)?,
        actor: row.try_get(1)?,
        actor_id: row.try_get::<Option<String>, _>(2)?.as_deref().map(id).transpose()?,
        actor_name: row.try_get(3)?,
        action: row.try_get(4)?,
        entity: row.try_get(5)?,
        object_id: row.try_get(6)?,
        reason: row.try_get(7)?,
    })
}

impl Tx {
    /// Writes a decision, with what it tells of.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_audit(&mut self, audit: &NewAudit<'_>) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO audit (id, at, actor, actor_id, action, entity, object_id, reason) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(audit.id.to_string())
        .bind(micros(audit.at))
        .bind(audit.actor)
        .bind(audit.actor_id.map(|id| id.to_string()))
        .bind(audit.action)
        .bind(audit.entity)
        .bind(audit.object_id.to_string())
        .bind(audit.reason)
        .execute(&mut *self.inner)
        .await
        .map_err(contended)?;
        Ok(())
    }

    /// The newest decisions that were asked for, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit(&mut self, filter: AuditFilter, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        // One statement a filter, so that each finds its index.
        const FROM: &str = "SELECT t.at, t.actor, t.actor_id, a.name, t.action, t.entity, t.object_id, t.reason \
                            FROM audit t LEFT JOIN account a ON a.id = t.actor_id WHERE t.at >= $1";
        let condition = match (filter.object, filter.actor) {
            (Some(_), Some(_)) => " AND t.object_id = $3 AND t.actor_id = $4",
            (Some(_), None) => " AND t.object_id = $3",
            (None, Some(_)) => " AND t.actor_id = $3",
            (None, None) => "",
        };
        let sql = format!("{FROM}{condition} ORDER BY t.at DESC, t.id DESC LIMIT $2");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(filter.since.map_or(i64::MIN, micros))
            .bind(i64::from(limit));
        for value in [
            filter.object.map(|id| id.to_string()),
            filter.actor.map(|id| id.to_string()),
        ]
        .into_iter()
        .flatten()
        {
            query = query.bind(value);
        }
        let rows = query.fetch_all(&mut *self.inner).await?;
        rows.iter().map(row).collect()
    }

    /// Erases the reasons of decisions by an account or about a thing.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn erase_reasons(&mut self, actor: AccountId, objects: &[Uuid]) -> Result<(), StoreError> {
        sqlx::query("UPDATE audit SET reason = $1 WHERE actor_id = $2 AND reason IS NOT NULL")
            .bind(ERASED)
            .bind(actor.to_string())
            .execute(&mut *self.inner)
            .await?;
        for object in objects {
            sqlx::query("UPDATE audit SET reason = $1 WHERE object_id = $2 AND reason IS NOT NULL")
                .bind(ERASED)
                .bind(object.to_string())
                .execute(&mut *self.inner)
                .await?;
        }
        Ok(())
    }
}
