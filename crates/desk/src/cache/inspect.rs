//! What the cache holds, for tests that compare it with the platform, and how it goes about a statement.

use super::Cache;
use crate::error::Result;
use proffer_protocol::Entity;
use sqlx::Row;
use uuid::Uuid;

/// How SQLite goes about a statement, step by step; `None` if it is none of this database.
pub(crate) async fn explain(pool: &sqlx::SqlitePool, statement: &str) -> Option<Vec<String>> {
    let sql = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let steps = sqlx::query(sql).fetch_all(pool).await.ok()?;
    steps.iter().map(|step| step.try_get(3).ok()).collect()
}

impl Cache {
    /// How it goes about a statement; `None` if that is none of its own.
    pub(crate) async fn explain(&self, statement: &str) -> Option<Vec<String>> {
        explain(&self.readers(), statement).await
    }

    /// Every document as the text that came.
    pub(crate) async fn documents_as_kept(&self) -> Result<Vec<(String, Uuid, String)>> {
        let mut found = Vec::new();
        for entity in [Entity::Question, Entity::Message, Entity::Offer] {
            let statement = sqlx::AssertSqlSafe(format!("SELECT id, document FROM {}", entity.as_str()));
            for row in sqlx::query(statement).fetch_all(&self.readers()).await? {
                let id: Vec<u8> = row.try_get(0)?;
                found.push((entity.as_str().to_owned(), super::id_of(&id), row.try_get(1)?));
            }
        }
        for row in sqlx::query("SELECT entity, id, document FROM document")
            .fetch_all(&self.readers())
            .await?
        {
            let id: Vec<u8> = row.try_get(1)?;
            found.push((row.try_get(0)?, super::id_of(&id), row.try_get(2)?));
        }
        Ok(found)
    }
}
