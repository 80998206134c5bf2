//! The one window: made when first asked for, shown and focused afterwards, its size kept. Closing it ends the program,
//! or leaves it in the tray, as its expert has chosen; who has not chosen yet is asked once.

use crate::{desk_slot::DeskSlot, links, tray::Tray, webkit};
use anyhow::Context;
use proffer_desk::{Desk, api::DeskEvent, private_files};
use serde::{Deserialize, Serialize};
use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};
use tauri::{AppHandle, Manager, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent, webview::NewWindowResponse};
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Its label in tauri.conf.json and in the capabilities.
const LABEL: &str = "main";

/// Where its size is kept.
pub(crate) struct SizeFile(pub(crate) PathBuf);

/// What closing the window means.
pub(crate) struct Closing {
    /// Whether the program was started to run without a window.
    in_background: bool,
    /// Whether the expert was asked in this run: who closes the window again instead of answering means it.
    was_asked: AtomicBool,
}

impl Closing {
    /// Nobody was asked yet.
    pub(crate) fn new(in_background: bool) -> Self {
        Self {
            in_background,
            was_asked: AtomicBool::new(false),
        }
    }
}

/// Whether the program goes on when its window is closed.
pub(crate) fn goes_on_without(app: &AppHandle) -> bool {
    let keeps = || {
        app.state::<DeskSlot>()
            .now()
            .and_then(|desk| desk.settings().keeps_in_tray)
    };
    app.state::<Closing>().in_background || (has_tray(app) && keeps() == Some(true))
}

fn has_tray(app: &AppHandle) -> bool {
    app.state::<Tray>().problem().is_none()
}

/// The desk whose expert is to be asked about the tray before the window closes.
fn to_be_asked(app: &AppHandle) -> Option<Desk> {
    let closing = app.state::<Closing>();
    if closing.in_background || !has_tray(app) {
        return None;
    }
    let desk = app.state::<DeskSlot>().now()?;
    let is_open = desk.settings().keeps_in_tray.is_none();
    (is_open && !closing.was_asked.swap(true, Ordering::Relaxed)).then_some(desk)
}

/// The window, if there is one.
pub(crate) fn get(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(LABEL)
}

/// Closes the window once its expert has answered.
pub(crate) fn close_as_answered(app: &AppHandle) {
    app.state::<Closing>().was_asked.store(true, Ordering::Relaxed);
    if let Some(window) = get(app)
        && let Err(error) = window.close()
    {
        tracing::error!(%error, "the window cannot be closed");
    }
}

/// Draws everything as large as the settings say, whenever they change.
pub(crate) async fn follow_zoom(app: AppHandle, desk: Desk, mut events: Receiver<DeskEvent>) {
    loop {
        if let Some(window) = get(&app) {
            zoom(&window, desk.settings().zoom_percent);
        }
        loop {
            match events.recv().await {
                Ok(DeskEvent::SettingsChanged) | Err(RecvError::Lagged(_)) => break,
                Ok(_) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }
}

#[expect(clippy::float_arithmetic, reason = "the web view takes a factor")]
fn zoom(window: &WebviewWindow, percent: u16) {
    if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
        tracing::warn!(%error, "the window cannot be zoomed");
    }
}

/// In logical pixels.
#[derive(Deserialize, Serialize)]
struct KeptSize {
    width: f64,
    height: f64,
    is_maximized: bool,
}

/// Brings the window up and to the front; makes it if there is none. May be called from any thread.
pub(crate) fn show(app: &AppHandle) {
    let on_main = app.clone();
    let asked = app.run_on_main_thread(move || {
        if let Err(error) = bring_up(&on_main) {
            tracing::error!(error = format!("{error:#}"), "the window cannot be shown");
        }
    });
    if let Err(error) = asked {
        tracing::error!(%error, "the window cannot be shown");
    }
}

fn bring_up(app: &AppHandle) -> anyhow::Result<()> {
    let window = match get(app) {
        Some(window) => window,
        None => make(app)?,
    };
    window.show()?;
    window.unminimize()?;
    window.set_focus()?;
    Ok(())
}

fn make(app: &AppHandle) -> anyhow::Result<WebviewWindow> {
    let config = app.config().app.windows.iter().find(|window| window.label == LABEL);
    let mut builder = WebviewWindowBuilder::from_config(app, config.context("tauri.conf.json has no such window")?)?
        .on_navigation(links::may_navigate)
        .on_new_window(|url, _| {
            links::open_outside(&url);
            NewWindowResponse::Deny
        });
    if let Some(size) = kept_size(app) {
        builder = builder.inner_size(size.width, size.height).maximized(size.is_maximized);
    }
    let window = builder.build()?;
    webkit::revive(&window);
    if let Some(desk) = app.state::<DeskSlot>().now() {
        zoom(&window, desk.settings().zoom_percent);
    }
    Ok(window)
}

fn kept_size(app: &AppHandle) -> Option<KeptSize> {
    let text = std::fs::read(&app.try_state::<SizeFile>()?.0).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Keeps the size when the window closes, or asks its expert first.
pub(crate) fn on_event(window: &Window, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    if let Err(error) = keep_size(window) {
        tracing::warn!(error = format!("{error:#}"), "the window's size cannot be kept");
    }
    if let Some(desk) = to_be_asked(window.app_handle()) {
        api.prevent_close();
        desk.ask_about_tray();
    }
}

fn keep_size(window: &Window) -> anyhow::Result<()> {
    let Some(file) = window.try_state::<SizeFile>() else {
        return Ok(());
    };
    let size = window.inner_size()?.to_logical::<f64>(window.scale_factor()?);
    let is_maximized = window.is_maximized()?;
    let kept = match kept_size(window.app_handle()) {
        // The size to return to from being maximized is the one before.
        Some(before) if is_maximized => KeptSize { is_maximized, ..before },
        _ => KeptSize {
            width: size.width,
            height: size.height,
            is_maximized,
        },
    };
    private_files::write(&file.0, &serde_json::to_vec(&kept)?)?;
    Ok(())
}
