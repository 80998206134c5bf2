//! What WebKitGTK must find in its environment.

/// Switches the DMA-BUF renderer off unless its variable is set to something: the window takes some 60 MiB less
/// without it, and draws this UI as fast.
///
/// A variable can be set for oneself safely only before any thread runs, which Rust cannot check; so the program
/// starts itself once more, in the same process, with the variable set.
pub(crate) fn prepare() {
    #[cfg(target_os = "linux")]
    {
        use std::{env, os::unix::process::CommandExt, process::Command};
        const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
        if env::var_os(VARIABLE).is_none()
            && let Ok(program) = env::current_exe()
        {
            // Comes back only if it failed, and then the window works without.
            let error = Command::new(program)
                .args(env::args_os().skip(1))
                .env(VARIABLE, "1")
                .exec();
            tracing::warn!(%error, "the program could not be started anew");
        }
    }
}
