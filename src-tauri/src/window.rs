//! The one window: made when first asked for, shown and focused afterwards, its size kept.

use crate::links;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use tauri::{AppHandle, Manager, WebviewWindowBuilder, Window, WindowEvent, webview::NewWindowResponse};

/// Its label in tauri.conf.json and in the capabilities.
const LABEL: &str = "main";

/// Where its size is kept.
pub(crate) struct SizeFile(pub(crate) PathBuf);

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
    let window = match app.get_webview_window(LABEL) {
        Some(window) => window,
        None => make(app)?,
    };
    window.show()?;
    window.unminimize()?;
    window.set_focus()?;
    Ok(())
}

fn make(app: &AppHandle) -> anyhow::Result<tauri::WebviewWindow> {
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
    Ok(builder.build()?)
}

fn kept_size(app: &AppHandle) -> Option<KeptSize> {
    let text = std::fs::read(&app.try_state::<SizeFile>()?.0).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Keeps the size when the window closes.
pub(crate) fn on_event(window: &Window, event: &WindowEvent) {
    if matches!(event, WindowEvent::CloseRequested { .. })
        && let Err(error) = keep_size(window)
    {
        tracing::warn!(error = format!("{error:#}"), "the window's size cannot be kept");
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
    std::fs::write(&file.0, serde_json::to_vec(&kept)?)?;
    Ok(())
}
