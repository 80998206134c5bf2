//! What GTK and WebKitGTK must find in their environment.

/// What is set unless the user has set it to something.
///
/// Without the DMA-BUF renderer the window takes some 60 MiB less and draws this UI as fast. Nothing is then drawn by
/// GDK's OpenGL, whose drivers would take another 30 MiB from the start on, also without a window.
#[cfg(target_os = "linux")]
const VARIABLES: [(&str, &str); 2] = [("WEBKIT_DISABLE_DMABUF_RENDERER", "1"), ("GDK_GL", "disable")];

/// Sees to the environment.
///
/// A variable can be set for oneself safely only before any thread runs, which Rust cannot check; so the program
/// starts itself once more, in the same process, with the variables set.
pub(crate) fn prepare() {
    #[cfg(target_os = "linux")]
    {
        use std::{env, os::unix::process::CommandExt, process::Command};
        let missing = VARIABLES.iter().filter(|(name, _)| env::var_os(name).is_none());
        let missing: Vec<_> = missing.copied().collect();
        if !missing.is_empty()
            && let Ok(program) = env::current_exe()
        {
            // Comes back only if it failed, and then the window works without.
            let error = Command::new(program).args(env::args_os().skip(1)).envs(missing).exec();
            tracing::warn!(%error, "the program could not be started anew");
        }
    }
}
