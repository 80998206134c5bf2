//! What GTK and WebKitGTK must find in their environment, and what is done when WebKit's own process dies.

/// What is set unless the user has set it to something.
///
/// Without the DMA-BUF renderer the window takes some 60 MiB less and draws this UI as fast. Nothing is then drawn by
/// GDK's OpenGL, whose drivers would take another 30 MiB from the start on, also without a window.
#[cfg(target_os = "linux")]
const VARIABLES: [(&str, &str); 2] = [("WEBKIT_DISABLE_DMABUF_RENDERER", "1"), ("GDK_GL", "disable")];

/// Sees to the environment. Called before any other thread runs, as nobody else may read it meanwhile.
pub(crate) fn prepare() {
    #[cfg(target_os = "linux")]
    for (name, value) in VARIABLES {
        if let Err(error) = glib::setenv(name, value, false) {
            tracing::warn!(%error, name, "the window works without, and takes more memory");
        }
    }
}

/// Deaths within this time of each other make the next try wait.
#[cfg(target_os = "linux")]
const SOON: std::time::Duration = std::time::Duration::from_secs(60);

/// How long the page waits to be loaded again after so many deaths soon after each other.
#[cfg(target_os = "linux")]
fn pause_after(deaths: u32) -> std::time::Duration {
    std::time::Duration::from_secs(match deaths {
        0 | 1 => 0,
        2 => 2,
        _ => 15,
    })
}

/// Loads the page again when the process that draws it has died: nothing but the page is lost with it, as the desk runs
/// in this process. What was typed since the last pause is gone; everything else is in the journal.
pub(crate) fn revive(window: &tauri::WebviewWindow) {
    #[cfg(target_os = "linux")]
    {
        let watched = window.with_webview(|webview| watch(&webview.inner()));
        if let Err(error) = watched {
            tracing::warn!(%error, "the window will not come back by itself if its process dies");
        }
    }
    // On Windows the runtime of the web view does this itself, on macOS Tauri.
    #[cfg(not(target_os = "linux"))]
    let _ = window;
}

#[cfg(target_os = "linux")]
fn watch(view: &webkit2gtk::WebView) {
    use std::{cell::Cell, time::Instant};
    use webkit2gtk::WebViewExt;
    let last = Cell::new(None::<Instant>);
    let deaths = Cell::new(0);
    view.connect_web_process_terminated(move |view, reason| {
        let is_soon = last
            .replace(Some(Instant::now()))
            .is_some_and(|last| last.elapsed() < SOON);
        deaths.set(if is_soon { deaths.get() + 1 } else { 1 });
        tracing::error!(
            ?reason,
            deaths = deaths.get(),
            "the process that draws the window died; the page is loaded again"
        );
        let view = view.clone();
        glib::timeout_add_local_once(pause_after(deaths.get()), move || view.reload());
    });
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_dies_again_and_again_is_loaded_less_and_less_often() {
        assert!(pause_after(1).is_zero());
        assert!(pause_after(2) < pause_after(3));
        assert_eq!(pause_after(4), pause_after(3));
    }
}
