//! What is kept of updates of the app.

use super::Journal;
use crate::{api::update::UpdateChannel, error::Result};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What outlives a run of the app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KeptUpdates {
    /// The highest version that each channel was proved to have announced.
    pub(crate) highest_seen: HashMap<UpdateChannel, String>,
    /// The version that the app was restarted into, until it has come up.
    pub(crate) restarting_to: Option<String>,
}

impl Journal {
    /// What is kept of updates.
    pub(crate) async fn updates(&self) -> Result<KeptUpdates> {
        let text: Option<String> = sqlx::query_scalar("SELECT value FROM setting WHERE name = 'updates'")
            .fetch_optional(&self.pool)
            .await?;
        Ok(text
            .map(|text| serde_json::from_str(&text))
            .transpose()?
            .unwrap_or_default())
    }

    /// Keeps it.
    pub(crate) async fn save_updates(&self, kept: &KeptUpdates) -> Result<()> {
        sqlx::query(
            "INSERT INTO setting (name, value) VALUES ('updates', ?)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(serde_json::to_string(kept)?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
