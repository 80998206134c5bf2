//! Settings, kept in the journal.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Appearance {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What the expert can set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// Light or dark.
    pub appearance: Appearance,
    /// Whether notifications are raised on the desktop.
    pub notifications: bool,
    /// How long a sent message can be taken back, in seconds; 0 for not at all.
    pub undo_seconds: u8,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            appearance: Appearance::System,
            notifications: true,
            undo_seconds: 5,
        }
    }
}

/// The settings and what they stand beside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SettingsView {
    /// What the expert can set.
    pub settings: Settings,
    /// Where the desk keeps its data.
    pub data_folder: String,
    /// The app's version.
    pub version: String,
}
