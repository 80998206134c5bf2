//! The one time of a history, which passes only as the simulation lets it, and the clocks that people set by it.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::time::Instant;

/// A turn: every process runs for so long before the next one does.
pub(crate) const TURN: Duration = Duration::from_millis(20);

/// When every history begins: a Monday morning.
pub(crate) const BEGINNING: i64 = 1_772_442_000;

/// The moment so long after the beginning.
pub(crate) fn moment(passed: Duration) -> Timestamp {
    let passed = SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
    Timestamp::from_second(BEGINNING)
        .and_then(|beginning| beginning.checked_add(passed))
        .unwrap_or(Timestamp::MAX)
}

/// A process's clock, which may be off. Made inside the process's runtime, whose time is simulated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProcessClock {
    started_at: Timestamp,
    started: Instant,
}

impl ProcessClock {
    pub(crate) fn new(passed: Duration, skew: SignedDuration) -> Self {
        Self {
            started_at: moment(passed).saturating_add(skew).unwrap_or(Timestamp::MAX),
            started: Instant::now(),
        }
    }

    fn read(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.started.elapsed()).unwrap_or(SignedDuration::MAX);
        self.started_at.saturating_add(passed).unwrap_or(Timestamp::MAX)
    }
}

#[async_trait]
impl proffer_desk::ports::Clock for ProcessClock {
    fn now(&self) -> Timestamp {
        self.read()
    }
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

impl proffer_platform::ports::Clock for ProcessClock {
    fn now(&self) -> Timestamp {
        self.read()
    }
}
