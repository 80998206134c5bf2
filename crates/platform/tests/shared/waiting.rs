//! Waiting for a fact that nothing here tells of: it is in another process.

use std::time::{Duration, Instant};

/// How long a fact may take to come about.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Looks again and again until there is something to see, and gives it; not for ever.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let began = Instant::now();
    loop {
        if let Some(seen) = look().await? {
            return Ok(seen);
        }
        anyhow::ensure!(began.elapsed() < PATIENCE, "it did not come about that {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
