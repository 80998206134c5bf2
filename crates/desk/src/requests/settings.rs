//! `settings_*`, `window_close`

use super::Answer;
use crate::{
    api::{
        ApiError, ApiErrorCode, DeskEvent, Nothing,
        settings::{Settings, SettingsStartAtLogin, SettingsView, SystemView},
    },
    desk::Desk,
    notices::DAY_MINUTES,
};
use proffer_domain::{FieldCode, FieldProblem};
use std::sync::Arc;

/// The longest undo window, in seconds.
const UNDO_MAX_SECONDS: u8 = 60;
/// The smallest and the largest zoom, in percent.
const ZOOM_PERCENT: (u16, u16) = (80, 200);

impl Desk {
    pub(crate) async fn settings_show(&self, _: Nothing) -> Answer<SettingsView> {
        let shell = self.inner.shell.get();
        Ok(SettingsView {
            settings: (*self.settings()).clone(),
            paused_until: self.paused_until().await?,
            system: SystemView {
                tray_problem: shell.and_then(|shell| shell.tray_problem()),
                starts_at_login: shell.and_then(|shell| shell.starts_at_login()),
            },
            data_folder: self.inner.config.data_dir.display().to_string(),
            version: self.inner.config.app_version.clone(),
        })
    }

    pub(crate) async fn settings_save(&self, settings: Settings) -> Answer<SettingsView> {
        let problems = problems(&settings);
        if !problems.is_empty() {
            return Err(ApiError::fields(problems));
        }
        self.inner.journal.save_settings(&settings).await?;
        self.inner.settings.send_replace(Arc::new(settings));
        self.tell(DeskEvent::SettingsChanged);
        self.settings_show(Nothing).await
    }

    pub(crate) async fn settings_start_at_login(&self, request: SettingsStartAtLogin) -> Answer<SettingsView> {
        let shell = self.shell()?;
        let asked = tokio::task::spawn_blocking(move || shell.start_at_login(request.starts)).await;
        let outcome = asked.unwrap_or_else(|error| Err(error.to_string()));
        outcome.map_err(|words| ApiError::new(ApiErrorCode::SystemRefused).with_detail(words))?;
        self.tell(DeskEvent::SettingsChanged);
        self.settings_show(Nothing).await
    }

    pub(crate) async fn window_close(&self, _: Nothing) -> Answer<Nothing> {
        self.shell()?.close_window();
        Ok(Nothing)
    }

    fn shell(&self) -> Answer<Arc<dyn crate::ports::Shell>> {
        let shell = self.inner.shell.get().cloned();
        shell.ok_or_else(|| ApiError::new(ApiErrorCode::SystemRefused).with_detail("There is no window here."))
    }
}

fn problems(settings: &Settings) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if settings.undo_seconds > UNDO_MAX_SECONDS {
        let words = format!("Choose at most {UNDO_MAX_SECONDS} seconds.");
        problems.push(FieldProblem::new("/undo_seconds", FieldCode::TooLarge, words).with_limit(UNDO_MAX_SECONDS));
    }
    let (smallest, largest) = ZOOM_PERCENT;
    if settings.zoom_percent < smallest {
        let words = format!("Choose at least {smallest} %.");
        problems.push(FieldProblem::new("/zoom_percent", FieldCode::TooSmall, words).with_limit(smallest));
    }
    if settings.zoom_percent > largest {
        let words = format!("Choose at most {largest} %.");
        problems.push(FieldProblem::new("/zoom_percent", FieldCode::TooLarge, words).with_limit(largest));
    }
    let hours = settings.quiet_hours;
    for (pointer, minute) in [
        ("/quiet_hours/from_minute", hours.from_minute),
        ("/quiet_hours/to_minute", hours.to_minute),
    ] {
        if minute >= DAY_MINUTES {
            problems.push(FieldProblem::new(
                pointer,
                FieldCode::TooLarge,
                "Choose a time of the day.",
            ));
        }
    }
    if hours.is_on && hours.from_minute == hours.to_minute {
        problems.push(FieldProblem::new(
            "/quiet_hours/to_minute",
            FieldCode::Malformed,
            "Let the quiet hours end at another time than they begin.",
        ));
    }
    problems
}
