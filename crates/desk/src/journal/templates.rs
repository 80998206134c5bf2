//! The expert's own templates for offers, in the order that they gave them.

use super::{Journal, blob, id_of};
use crate::{api::offer_dialog::OfferFields, error::Result};
use proffer_domain::{AccountId, Timestamp};
use sqlx::Row;
use uuid::Uuid;

/// An expert's own template.
#[derive(Clone, Debug)]
pub(crate) struct StoredTemplate {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) fields: OfferFields,
}

impl Journal {
    /// An expert's own templates, in their order.
    pub(crate) async fn templates(&self, account: AccountId) -> Result<Vec<StoredTemplate>> {
        let rows =
            sqlx::query("SELECT id, name, fields FROM offer_template WHERE account_id = ? ORDER BY position, name, id")
                .bind(blob(account.0))
                .fetch_all(&self.pool)
                .await?;
        rows.iter()
            .map(|row| {
                Ok(StoredTemplate {
                    id: id_of(row.try_get(0)?),
                    name: row.try_get(1)?,
                    fields: serde_json::from_str(row.try_get(2)?)?,
                })
            })
            .collect()
    }

    /// Keeps a new own template, after all others.
    pub(crate) async fn save_template(
        &self,
        account: AccountId,
        template: &StoredTemplate,
        now: Timestamp,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO offer_template (id, account_id, name, fields, saved_at, position)
             SELECT ?1, ?2, ?3, ?4, ?5, coalesce(max(position), -1) + 1 FROM offer_template WHERE account_id = ?2",
        )
        .bind(blob(template.id))
        .bind(blob(account.0))
        .bind(&template.name)
        .bind(serde_json::to_string(&template.fields)?)
        .bind(now.as_millisecond())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Puts other fields into an own template; says whether there is one.
    pub(crate) async fn update_template(
        &self,
        account: AccountId,
        id: Uuid,
        fields: &OfferFields,
        now: Timestamp,
    ) -> Result<bool> {
        let done = sqlx::query("UPDATE offer_template SET fields = ?, saved_at = ? WHERE account_id = ? AND id = ?")
            .bind(serde_json::to_string(fields)?)
            .bind(now.as_millisecond())
            .bind(blob(account.0))
            .bind(blob(id))
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Gives an own template another name; says whether there is one.
    pub(crate) async fn rename_template(&self, account: AccountId, id: Uuid, name: &str) -> Result<bool> {
        let done = sqlx::query("UPDATE offer_template SET name = ? WHERE account_id = ? AND id = ?")
            .bind(name)
            .bind(blob(account.0))
            .bind(blob(id))
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Puts the own templates into this order; those not named stay where they are.
    pub(crate) async fn order_templates(&self, account: AccountId, order: &[Uuid]) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        for (position, id) in (0_i64..).zip(order) {
            sqlx::query("UPDATE offer_template SET position = ? WHERE account_id = ? AND id = ?")
                .bind(position)
                .bind(blob(account.0))
                .bind(blob(*id))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Deletes an own template; says whether there was one.
    pub(crate) async fn delete_template(&self, account: AccountId, id: Uuid) -> Result<bool> {
        let done = sqlx::query("DELETE FROM offer_template WHERE account_id = ? AND id = ?")
            .bind(blob(account.0))
            .bind(blob(id))
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::super::MIGRATIONS;
    use sqlx::{Executor, SqlitePool, sqlite::SqlitePoolOptions};

    const ORDERS: i64 = 20_261_123_143_000;

    async fn run(pool: &SqlitePool, which: impl Fn(i64) -> bool) {
        for migration in MIGRATIONS.iter().filter(|migration| which(migration.version)) {
            pool.execute(sqlx::AssertSqlSafe(migration.sql.as_str())).await.unwrap();
        }
    }

    #[tokio::test]
    async fn templates_of_an_older_journal_keep_their_order_by_name() {
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect("sqlite::memory:")
            .await
            .unwrap();
        run(&pool, |version| version < ORDERS).await;
        for (id, account, name) in [(1, 1, "Will"), (2, 2, "Only"), (3, 1, "Appeal"), (4, 1, "Letter")] {
            sqlx::query(
                "INSERT INTO offer_template (id, account_id, name, fields, saved_at) VALUES (?, ?, ?, '{}', 0)",
            )
            .bind(vec![id; 16])
            .bind(vec![account; 16])
            .bind(name)
            .execute(&pool)
            .await
            .unwrap();
        }
        run(&pool, |version| version == ORDERS).await;
        let found: Vec<(i64, String)> =
            sqlx::query_as("SELECT position, name FROM offer_template ORDER BY account_id, position")
                .fetch_all(&pool)
                .await
                .unwrap();
        let expected = [(0, "Appeal"), (1, "Letter"), (2, "Will"), (0, "Only")];
        assert_eq!(found, expected.map(|(place, name)| (place, name.to_owned())));
    }
}
