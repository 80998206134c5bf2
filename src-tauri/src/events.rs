//! The way back: every event of the desk, on one channel.

use proffer_desk::api::DeskEvent;
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// The channel's name.
const CHANNEL: &str = "desk_event";

/// Passes events on until the desk is closed.
pub(crate) async fn forward(app: AppHandle, mut events: Receiver<DeskEvent>) {
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            // Some were missed: the UI asks for everything anew when the session changes.
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "the window fell behind");
                DeskEvent::SessionChanged
            }
            Err(RecvError::Closed) => return,
        };
        if let DeskEvent::ConnectionChanged { connection } = &event {
            tracing::info!(state = ?connection.state, "connection");
        }
        if let Err(error) = app.emit(CHANNEL, &event) {
            tracing::warn!(%error, "an event did not reach the window");
        }
    }
}
