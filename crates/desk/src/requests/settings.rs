//! `settings_*`

use super::Answer;
use crate::{
    api::{
        ApiError, DeskEvent, Nothing,
        settings::{Settings, SettingsView},
    },
    desk::Desk,
};
use proffer_domain::{FieldCode, FieldProblem};

/// The longest undo window, in seconds.
const UNDO_MAX_SECONDS: u8 = 60;

impl Desk {
    pub(crate) async fn settings_show(&self, _: Nothing) -> Answer<SettingsView> {
        Ok(SettingsView {
            settings: self.inner.journal.settings().await?,
            data_folder: self.inner.config.data_dir.display().to_string(),
            version: self.inner.config.app_version.clone(),
        })
    }

    pub(crate) async fn settings_save(&self, settings: Settings) -> Answer<SettingsView> {
        if settings.undo_seconds > UNDO_MAX_SECONDS {
            let words = format!("Choose at most {UNDO_MAX_SECONDS} seconds.");
            let problem = FieldProblem::new("/undo_seconds", FieldCode::TooLarge, words).with_limit(UNDO_MAX_SECONDS);
            return Err(ApiError::fields(vec![problem]));
        }
        self.inner.journal.save_settings(&settings).await?;
        self.tell(DeskEvent::SettingsChanged);
        self.settings_show(Nothing).await
    }
}
