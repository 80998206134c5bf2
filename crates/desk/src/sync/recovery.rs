//! What fails or hangs is started again, with everything kept: drafts and outbox are in the journal, and what the
//! platform sent and was not taken in is sent again.

use super::{Engine, plan};
use crate::{desk::Desk, error::Result, notices::wording, session::Link};
use futures_util::{FutureExt, future::BoxFuture};
use proffer_domain::Timestamp;
use std::{
    panic::AssertUnwindSafe,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

/// How long the stream may work without a sign of life. The longest step is taking in a page of a first sync.
const HUNG_AFTER: Duration = Duration::from_secs(5 * 60);
/// How often the watchdog looks.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long a hung engine may take to end before it is left to itself.
const END_WITHIN: Duration = Duration::from_secs(10);

/// Makes one of the engine's parts.
pub(super) type Make = fn(Desk, Link) -> BoxFuture<'static, ()>;

/// Runs a part of the engine until it ends by itself; one that panics is told of and made anew.
pub(super) async fn keep_running(desk: Desk, link: Link, part: &'static str, make: Make) {
    let mut failures = 0;
    // What a panic left half done is dropped with its future, and what is shared is safe from poison.
    while AssertUnwindSafe(make(desk.clone(), link.clone()))
        .catch_unwind()
        .await
        .is_err()
    {
        tracing::error!(part, failures, "a part of the desk failed and is started again");
        desk.tell_restarted(part).await;
        let wait = plan::backoff(failures, desk.random_below(u64::MAX));
        desk.inner.ports.clock.sleep(wait).await;
        failures += 1;
    }
}

/// Until when the stream is to give its next sign of life.
#[derive(Debug)]
pub(crate) struct Pulse(AtomicI64);

/// No sign of life is expected.
const RESTS: i64 = i64::MAX;

impl Default for Pulse {
    fn default() -> Self {
        Self(AtomicI64::new(RESTS))
    }
}

impl Pulse {
    /// A sign of life; the next one follows after `pause`, which is meant, and the time that work may take.
    pub(crate) fn beat(&self, now: Timestamp, pause: Duration) {
        let until = now + HUNG_AFTER.saturating_add(pause);
        self.0.store(until.as_millisecond(), Ordering::Relaxed);
    }

    /// None is expected any more.
    pub(crate) fn rest(&self) {
        self.0.store(RESTS, Ordering::Relaxed);
    }

    fn due(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|due| *due != RESTS)
    }
}

/// Tells a hung stream from a computer that slept: of both the time is over, but after sleep the stream's time to work
/// begins anew.
#[derive(Debug, Default)]
struct Watchdog {
    looked_at: Option<i64>,
    missed: Option<i64>,
}

impl Watchdog {
    /// Whether the sign of life that was due has been missing for two looks in a row.
    fn is_hung(&mut self, now: Timestamp, due: Option<i64>) -> bool {
        let now = now.as_millisecond();
        let apart = i64::try_from(LOOK_EVERY.as_millis()).unwrap_or(i64::MAX);
        let slept = self.looked_at.is_some_and(|before| now - before > 2 * apart);
        self.looked_at = Some(now);
        let missed = due.filter(|due| *due < now && !slept);
        let is_hung = missed.is_some() && missed == self.missed;
        self.missed = missed;
        is_hung
    }
}

impl Desk {
    /// Watches over the engine for as long as the program runs: what hangs is started again.
    pub async fn keep_watch(&self) {
        let mut watchdog = Watchdog::default();
        loop {
            self.inner.ports.clock.sleep(LOOK_EVERY).await;
            if watchdog.is_hung(self.now(), self.inner.pulse.due()) {
                tracing::error!("the connection to the platform hangs and is started again");
                self.tell_restarted("stream").await;
                self.restart_engine().await;
            }
        }
    }

    /// Ends the engine, however it hangs, and starts it again if somebody is still signed in.
    async fn restart_engine(&self) {
        // Whoever signs in or out now makes an engine of their own, or wants none.
        let Ok(_one_at_a_time) = self.inner.signing.try_lock() else {
            return;
        };
        let engine = self.inner.engine.lock().await.take();
        if let Some(Engine { cancel, tasks }) = engine {
            cancel.cancel();
            let left: Vec<_> = tasks.iter().map(tokio::task::JoinHandle::abort_handle).collect();
            tokio::select! {
                _ = futures_util::future::join_all(tasks) => {}
                () = self.inner.ports.clock.sleep(END_WITHIN) => {}
            }
            for task in left {
                task.abort();
            }
        }
        if let Ok(link) = self.link() {
            self.start_engine(link).await;
        }
    }

    /// Puts that a part failed and was started again among the notices, where there is an account to tell.
    pub async fn tell_restarted(&self, part: &str) {
        if let Err(error) = self.note_restarted(part).await {
            tracing::error!(%error, part, "that a part was started again could not be told");
        }
    }

    async fn note_restarted(&self, part: &str) -> Result<()> {
        let Ok(account) = self.account() else {
            return Ok(());
        };
        let notice = wording::restarted_notice(self.spoken(), part, self.now());
        let choices = self.settings().notice_choices;
        self.inner
            .journal
            .add_notices(account.id, vec![notice], &choices, self.now())
            .await?;
        self.tell_notices(account.id).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).expect("a moment")
    }

    fn due(seconds: i64) -> Option<i64> {
        Some(at(seconds).as_millisecond())
    }

    #[test]
    fn a_sign_of_life_that_is_missing_for_two_looks_in_a_row_is_a_hang() {
        let mut watchdog = Watchdog::default();
        assert!(!watchdog.is_hung(at(0), due(90)), "not due yet");
        assert!(!watchdog.is_hung(at(60), due(90)));
        assert!(!watchdog.is_hung(at(120), due(90)), "missed once");
        assert!(watchdog.is_hung(at(180), due(90)), "missed twice");
    }

    #[test]
    fn a_late_sign_of_life_a_rest_and_a_computer_that_slept_are_no_hang() {
        let mut late = Watchdog::default();
        assert!(!late.is_hung(at(0), due(-1)));
        assert!(
            !late.is_hung(at(60), due(30)),
            "another one was due, and that is missed once"
        );
        assert!(!late.is_hung(at(120), None), "it rests");
        let mut slept = Watchdog::default();
        assert!(!slept.is_hung(at(0), due(90)));
        assert!(
            !slept.is_hung(at(36_000), due(90)),
            "the stream gets its time after waking"
        );
        assert!(!slept.is_hung(at(36_060), due(90)));
        assert!(slept.is_hung(at(36_120), due(90)), "and then it hangs all the same");
    }

    #[test]
    fn a_pulse_allows_for_the_pause_that_is_meant() {
        let pulse = Pulse::default();
        assert_eq!(pulse.due(), None);
        pulse.beat(at(0), Duration::from_secs(900));
        assert_eq!(pulse.due(), due(1200));
        pulse.rest();
        assert_eq!(pulse.due(), None);
    }
}
