//! What is kept under a name: a text, or anything as JSON.

use super::Journal;
use crate::error::Result;
use serde::{Serialize, de::DeserializeOwned};

impl Journal {
    /// What is kept under a name; the default until something is.
    pub(super) async fn kept<T: DeserializeOwned + Default>(&self, name: &'static str) -> Result<T> {
        let text = self.kept_text(name).await?;
        Ok(text
            .map(|text| serde_json::from_str(&text))
            .transpose()?
            .unwrap_or_default())
    }

    /// Keeps something under a name.
    pub(super) async fn keep(&self, name: &'static str, value: &impl Serialize) -> Result<()> {
        self.keep_text(name, &serde_json::to_string(value)?).await
    }

    /// The text that is kept under a name.
    pub(super) async fn kept_text(&self, name: &'static str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT value FROM setting WHERE name = ?")
            .bind(name)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Keeps a text under a name.
    pub(super) async fn keep_text(&self, name: &'static str, text: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO setting (name, value) VALUES (?, ?)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(text)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
