//! What operators watch: the metrics with their meaning, and those that are read when they are asked for.

use crate::{App, flow::FlowError};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{sync::OnceLock, time::Duration};

/// How often what was measured is put in order; without it, a platform that nobody asks for its metrics would keep every
/// measurement.
const UPKEEP: Duration = Duration::from_secs(5);
/// Times are counted in these, in seconds: from a page out of memory to what a proxy gives up on.
const BUCKETS: [f64; 14] = [
    0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0,
];
/// More due work than this is counted as this: counting must stay cheap.
const DUE_MAX: u32 = 10_000;

/// One recorder for the process; a second platform in it shares the counters.
pub(crate) fn handle() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let seconds = Matcher::Suffix("_seconds".to_owned());
            let recorder = builder
                .set_buckets_for_metric(seconds, &BUCKETS)
                .unwrap_or_else(|_| unreachable!("there are buckets"))
                .build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another recorder of metrics is in place; /metrics stays empty");
            }
            describe();
            handle
        })
        .clone()
}

/// Keeps the measurements in order for as long as it runs.
pub(crate) async fn upkeep() {
    loop {
        tokio::time::sleep(UPKEEP).await;
        handle().run_upkeep();
    }
}

/// Says what each metric means, and begins those that would be missing until something happens.
fn describe() {
    describe_counter!("http_requests_total", "Requests by route, method and status");
    describe_histogram!(
        "http_request_duration_seconds",
        Unit::Seconds,
        "From a request's arrival to the head of its response, by route"
    );
    describe_gauge!("sse_clients", "Event streams that are open");
    describe_gauge!(
        "emails_pending",
        "Emails that wait, those that are tried again among them"
    );
    describe_gauge!(
        "emails_oldest_seconds",
        Unit::Seconds,
        "How long the oldest of them has waited"
    );
    describe_gauge!("emails_failed", "Emails that were given up");
    describe_gauge!("emails_bounced", "Emails that came back");
    describe_counter!(
        "emails_total",
        "Tries to send an email by outcome: sent, retried, given_up"
    );
    describe_gauge!(
        "clock_due",
        "Locks, expiries, reminders and completions that are due, counted up to 10,000"
    );
    describe_gauge!(
        "clock_late_seconds",
        Unit::Seconds,
        "How long the oldest of them has been due"
    );
    describe_counter!("clock_actions_total", "What the clock did, by action");
    describe_counter!(
        "job_failures_total",
        "Background work that failed and is tried again, by job"
    );
    describe_gauge!(
        "stream_hints_connected",
        "Whether other instances are heard (1 or 0); missing without any"
    );
    describe_counter!("stream_hints_sent_total", "Hints sent to other instances");
    describe_counter!("stream_hints_heard_total", "Hints heard from other instances");
    describe_counter!(
        "stream_hint_failures_total",
        "Hints that did not go out, and connections that broke"
    );
    describe_histogram!(
        "stream_hint_delay_seconds",
        Unit::Seconds,
        "From another instance's commit to waking who listens here, by both clocks"
    );
    describe_gauge!("database_connections", "Connections to the database, by pool");
    describe_gauge!("database_connections_idle", "Of these, the unused");
    describe_gauge!("database_connections_max", "How many there may be");
    describe_histogram!(
        "database_begin_seconds",
        Unit::Seconds,
        "Waiting for a connection and beginning a transaction"
    );
    describe_gauge!("platform_draining", "Whether this instance is about to end (1 or 0)");
    describe_gauge!("platform_info", "Always 1, with the version");
    gauge!("platform_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
    gauge!("sse_clients").set(0);
    for outcome in ["sent", "retried", "given_up"] {
        counter!("emails_total", "outcome" => outcome).absolute(0);
    }
    for action in ["lock_lapsed", "offer_expired", "offer_completed", "offer_reminded"] {
        counter!("clock_actions_total", "action" => action).absolute(0);
    }
    for job in ["clock", "outbox", "payments", "sweep"] {
        counter!("job_failures_total", "job" => job).absolute(0);
    }
    for name in [
        "stream_hints_sent_total",
        "stream_hints_heard_total",
        "stream_hint_failures_total",
    ] {
        counter!(name).absolute(0);
    }
}

/// An event stream that is open, as long as the value lives.
pub(crate) struct OpenStream;

impl OpenStream {
    pub(crate) fn new() -> Self {
        gauge!("sse_clients").increment(1);
        Self
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        gauge!("sse_clients").decrement(1);
    }
}

/// All metrics in the form of Prometheus, with those that the database tells.
pub(crate) async fn render(app: &App) -> Result<String, FlowError> {
    let seconds_since = |at: Option<jiff::Timestamp>, now: jiff::Timestamp| {
        at.map_or(0.0, |at| now.duration_since(at).as_secs_f64().max(0.0))
    };
    for (pool, connections, idle, max) in app.flow.store().connections() {
        gauge!("database_connections", "pool" => pool).set(connections);
        gauge!("database_connections_idle", "pool" => pool).set(u32::try_from(idle).unwrap_or(u32::MAX));
        gauge!("database_connections_max", "pool" => pool).set(max);
    }
    gauge!("platform_draining").set(u32::from(app.draining.is_cancelled()));
    let now = app.flow.ports().clock.now();
    let mut tx = app.flow.store().read().await?;
    let outbox = tx.outbox_state().await?;
    let (due, due_since) = tx.due_state(now, DUE_MAX).await?;
    drop(tx);
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    gauge!("emails_pending").set(count(outbox.pending));
    gauge!("emails_oldest_seconds").set(seconds_since(outbox.oldest_at, now));
    gauge!("emails_failed").set(count(outbox.failed));
    gauge!("emails_bounced").set(count(outbox.bounced));
    gauge!("clock_due").set(count(due));
    gauge!("clock_late_seconds").set(seconds_since(due_since, now));
    Ok(app.metrics.render())
}

/// Measures how long a transaction took to begin.
pub(crate) fn began(started: std::time::Instant) {
    histogram!("database_begin_seconds").record(started.elapsed());
}
