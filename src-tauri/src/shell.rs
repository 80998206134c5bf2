//! What the desk asks of the program around it.

use crate::{tray::Tray, window};
use proffer_desk::ports::Shell;
use tauri::{AppHandle, Manager};
use tauri_plugin_autostart::ManagerExt;

/// The program.
pub(crate) struct TauriShell(pub(crate) AppHandle);

impl Shell for TauriShell {
    fn tray_problem(&self) -> Option<String> {
        self.0.state::<Tray>().problem()
    }

    fn starts_at_login(&self) -> Option<bool> {
        match self.0.autolaunch().is_enabled() {
            Ok(starts) => Some(starts),
            Err(error) => {
                tracing::warn!(%error, "the system does not say what starts at login");
                None
            }
        }
    }

    fn start_at_login(&self, starts: bool) -> Result<(), String> {
        let launch = self.0.autolaunch();
        let outcome = if starts { launch.enable() } else { launch.disable() };
        outcome.map_err(|error| error.to_string())
    }

    fn close_window(&self) {
        window::close_as_answered(&self.0);
    }
}
