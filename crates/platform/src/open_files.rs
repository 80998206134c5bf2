//! How many files, and with them connections, this process may have open.

use std::io;

/// Below this, ten thousand who listen do not fit beside the database and everybody else.
#[cfg(unix)]
const ENOUGH: u64 = 16_384;

/// Raises the limit to what the system allows, and gives it.
///
/// # Errors
/// If the system refuses.
#[cfg(unix)]
pub fn raise() -> io::Result<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    )?;
    // None is without a limit.
    Ok(limit.maximum.unwrap_or(u64::MAX))
}

/// Elsewhere there is no such limit.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn raise() -> io::Result<u64> {
    Ok(u64::MAX)
}

/// The same for a server, which says what to do if it is not enough.
#[cfg(unix)]
pub(crate) fn raise_for_serving() {
    match raise() {
        Ok(allowed) if allowed < ENOUGH => tracing::warn!(
            allowed,
            "connections are limited by the files that may be open; raise the hard limit, such as by LimitNOFILE=65536 in \
             the service's unit, or ulimit -Hn 65536 in a shell of root"
        ),
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the limit of open files stays as it is"),
    }
}

#[cfg(not(unix))]
pub(crate) fn raise_for_serving() {}
