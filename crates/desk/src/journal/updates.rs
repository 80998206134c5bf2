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
        self.kept("updates").await
    }

    /// Keeps it.
    pub(crate) async fn save_updates(&self, kept: &KeptUpdates) -> Result<()> {
        self.keep("updates", kept).await
    }
}
