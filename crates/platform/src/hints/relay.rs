//! Between one instance and the transport: gathers what is committed here into few hints, and wakes who listens here
//! when others committed.

use super::{Hint, HintError, Hints, Streams};
use crate::flow::Flow;
use proffer_protocol::StreamId;
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// More streams than these are sent as all.
const STREAMS_MAX: usize = 128;

/// How fast an instance tells, and what it takes for silence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// What is committed within this time of a hint goes out with the next: on PostgreSQL each costs a commit of its own.
    pub(super) gather: Duration,
    /// How often an instance tells that it is there. Who does not hear itself is not connected, whatever the system says.
    pub(super) beat: Duration,
    /// How long nothing may be heard, one's own signs of life included.
    pub(super) silence: Duration,
    /// How long connecting and sending may take.
    pub(super) patience: Duration,
    /// The pauses between tries: the first, doubled up to the last.
    pub(super) pauses: (Duration, Duration),
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            gather: Duration::from_millis(4),
            beat: Duration::from_secs(5),
            silence: Duration::from_secs(16),
            patience: Duration::from_secs(5),
            pauses: (Duration::from_millis(50), Duration::from_secs(5)),
        }
    }
}

/// What was committed here and not told to the others yet.
#[derive(Default)]
pub struct Outgoing {
    /// Whether there are others at all.
    is_relayed: AtomicBool,
    waiting: Mutex<Waiting>,
    ready: Notify,
}

#[derive(Default)]
struct Waiting {
    streams: BTreeSet<StreamId>,
    is_any: bool,
    sessions_ended: bool,
}

impl Waiting {
    fn add(&mut self, streams: impl IntoIterator<Item = StreamId>) {
        self.streams.extend(streams);
        if self.streams.len() > STREAMS_MAX {
            self.is_any = true;
        }
        if self.is_any {
            self.streams.clear();
        }
    }

    fn is_empty(&self) -> bool {
        self.streams.is_empty() && !self.is_any && !self.sessions_ended
    }
}

impl Outgoing {
    /// Tells the others soon that these streams advanced. Costs nothing where there are no others.
    pub fn advanced(&self, streams: impl IntoIterator<Item = StreamId>) {
        self.change(|waiting| waiting.add(streams));
    }

    /// Tells the others soon that a session ended.
    pub fn session_ended(&self) {
        self.change(|waiting| waiting.sessions_ended = true);
    }

    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        if self.is_relayed.load(Ordering::Acquire) {
            change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
            self.ready.notify_one();
        }
    }

    fn take(&self) -> Waiting {
        std::mem::take(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Relays until it is told to stop; what was committed before then still goes out.
pub async fn relay(hints: Arc<dyn Hints>, flow: Flow, stop: CancellationToken) {
    relay_at(Pace::default(), hints, flow, stop).await;
}

/// The same at another pace.
pub(super) async fn relay_at(pace: Pace, hints: Arc<dyn Hints>, flow: Flow, stop: CancellationToken) {
    let origin = flow.ports().new_id();
    flow.outgoing().is_relayed.store(true, Ordering::Release);
    tokio::join!(
        send(pace, hints.as_ref(), &flow, origin, &stop),
        hear(pace, hints.as_ref(), &flow, origin, &stop)
    );
}

async fn send(pace: Pace, hints: &dyn Hints, flow: &Flow, origin: Uuid, stop: &CancellationToken) {
    let outgoing = flow.outgoing();
    let mut beat_at = Instant::now() + pace.beat;
    let mut pause = pace.pauses.0;
    loop {
        tokio::select! {
            () = stop.cancelled() => {}
            () = outgoing.ready.notified() => {}
            () = tokio::time::sleep_until(beat_at) => {}
        }
        let is_last = stop.is_cancelled();
        let waiting = outgoing.take();
        if is_last && waiting.is_empty() {
            return;
        }
        let is_empty = waiting.is_empty();
        if is_empty && Instant::now() < beat_at {
            continue;
        }
        let hint = Hint {
            origin,
            sent_at: flow.ports().clock.now(),
            streams: match waiting.is_any {
                true => Streams::Any,
                false => Streams::These(waiting.streams),
            },
            sessions_ended: waiting.sessions_ended,
        };
        match patiently(pace.patience, hints.publish(&hint)).await {
            Ok(()) => {
                beat_at = Instant::now() + pace.beat;
                pause = pace.pauses.0;
                if !is_empty {
                    metrics::counter!("stream_hints_sent_total").increment(1);
                }
                wait(pace.gather, stop).await;
            }
            Err(error) => {
                tracing::warn!(%error, "a hint did not go out; other instances hear of changes late");
                metrics::counter!("stream_hint_failures_total").increment(1);
                // It goes out with what comes next.
                outgoing.change(|waiting| {
                    match hint.streams {
                        Streams::These(streams) => waiting.add(streams),
                        Streams::Any => waiting.is_any = true,
                    }
                    waiting.sessions_ended |= hint.sessions_ended;
                });
                wait(pause, stop).await;
                pause = (pause * 2).min(pace.pauses.1);
            }
        }
        if is_last {
            return;
        }
    }
}

async fn hear(pace: Pace, hints: &dyn Hints, flow: &Flow, origin: Uuid, stop: &CancellationToken) {
    let connected = metrics::gauge!("stream_hints_connected");
    let mut pause = pace.pauses.0;
    while !stop.is_cancelled() {
        let result = tokio::select! {
            () = stop.cancelled() => break,
            result = hear_until_it_breaks(pace, hints, flow, origin, &connected) => result,
        };
        connected.set(0);
        metrics::counter!("stream_hint_failures_total").increment(1);
        let was_connected = result.was_connected;
        tracing::warn!(error = %result.error, was_connected, "hints of other instances are not heard; trying again");
        if was_connected {
            pause = pace.pauses.0;
        }
        wait(pause, stop).await;
        pause = (pause * 2).min(pace.pauses.1);
    }
    connected.set(0);
}

struct Loss {
    was_connected: bool,
    error: HintError,
}

async fn hear_until_it_breaks(
    pace: Pace,
    hints: &dyn Hints,
    flow: &Flow,
    origin: Uuid,
    connected: &metrics::Gauge,
) -> Loss {
    let mut heard = match patiently(pace.patience, hints.subscribe()).await {
        Ok(heard) => heard,
        Err(error) => {
            return Loss {
                was_connected: false,
                error,
            };
        }
    };
    connected.set(1);
    // Whatever was told while nobody listened.
    flow.heard(&Streams::Any, true);
    let delays = metrics::histogram!("stream_hint_delay_seconds");
    loop {
        let hint = timeout(pace.silence, heard.next())
            .await
            .unwrap_or_else(|_| Err(HintError::Broken("it fell silent".to_owned())));
        let hint = match hint {
            Ok(hint) => hint,
            Err(error) => {
                return Loss {
                    was_connected: true,
                    error,
                };
            }
        };
        // Who listens here was woken by the commit itself.
        if hint.origin == origin {
            continue;
        }
        if !hint.streams.is_empty() || hint.sessions_ended {
            metrics::counter!("stream_hints_heard_total").increment(1);
            let delay = flow.ports().clock.now().duration_since(hint.sent_at);
            // Clocks differ a little; a hint from the future has just come.
            delays.record(Duration::try_from(delay).unwrap_or_default());
            flow.heard(&hint.streams, hint.sessions_ended);
        }
    }
}

async fn patiently<T>(patience: Duration, work: impl Future<Output = Result<T, HintError>>) -> Result<T, HintError> {
    timeout(patience, work)
        .await
        .unwrap_or_else(|_| Err(HintError::Broken("it took too long".to_owned())))
}

async fn wait(time: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = sleep(time) => {}
    }
}
