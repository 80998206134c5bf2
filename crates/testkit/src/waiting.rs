//! Waiting for a fact, never for a time.

use anyhow::bail;
use std::time::{Duration, Instant};

/// How long a fact may take to come about.
pub const DEADLINE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(15);

/// Asks again and again until `look` gives something.
///
/// # Errors
/// If `look` fails, or gives nothing until the deadline; `what` says what was waited for.
pub async fn wait_until<T>(what: &str, mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if started.elapsed() > DEADLINE {
            bail!("waited {} s in vain until {what}", DEADLINE.as_secs());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
