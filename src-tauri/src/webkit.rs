//! What GTK and WebKitGTK must find in their environment.

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
