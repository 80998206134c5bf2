//! Work that nobody asks for: what the clock does, asking the payment processor, and sending the emails that wait.
//!
//! Any number of instances do it over one database, and each piece of it is done by one: what the clock does is claimed
//! by the lock of its row and done in that same transaction, so that the database itself gives it back when an instance
//! dies; what takes a conversation with another server is claimed for a while, and lapses.

mod listeners;
mod outbox;

use crate::{
    flow::{Flow, FlowError},
    mail::Mailer,
};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How often due work is looked for when nothing wakes it.
const TICK: Duration = Duration::from_secs(1);
/// After how many ticks what has run out is forgotten: about an hour.
const SWEEP_TICKS: u32 = 3_600;
/// How long an instance has an email to itself, unless it is told otherwise.
pub const CLAIM: Duration = Duration::from_secs(120);

/// Runs until it is cancelled: work until `draining`, telling those who listen until `stop`. A failure is logged and tried
/// again. A slow mail server does not hold up the clock.
pub async fn run(
    flow: Flow,
    mailer: Arc<dyn Mailer>,
    claim: Duration,
    draining: CancellationToken,
    stop: CancellationToken,
) {
    tokio::join!(
        listeners::watch(&flow, &stop),
        watch_clock(&flow, &draining),
        outbox::watch(&flow, mailer.as_ref(), claim, &draining),
        watch_payments(&flow, &draining)
    );
}

async fn watch_clock(flow: &Flow, stop: &CancellationToken) {
    let mut ticks: u32 = 0;
    while !stop.is_cancelled() {
        if let Err(error) = run_due(flow, stop).await {
            failed("clock", &error);
        }
        ticks += 1;
        if ticks == SWEEP_TICKS {
            ticks = 0;
            if let Err(error) = flow.sweep().await {
                failed("sweep", &error);
            }
        }
        pause(TICK, stop).await;
    }
}

/// Asks the payment processor whatever is due, so that neither the clock nor email waits for it.
async fn watch_payments(flow: &Flow, stop: &CancellationToken) {
    if flow.stripe().is_none() {
        return;
    }
    let mut committed = flow.commits();
    while !stop.is_cancelled() {
        match flow.run_payments().await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => failed("payments", &error),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = committed.changed() => {}
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// Notes that a job failed; it is tried again.
fn failed(job: &'static str, error: &FlowError) {
    metrics::counter!("job_failures_total", "job" => job).increment(1);
    tracing::error!(job, %error, "background work failed; it is tried again");
}

async fn pause(time: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(time) => {}
    }
}

/// Does all that is due and sends all that waits, once.
///
/// # Errors
/// If the database fails.
pub async fn run_once(flow: &Flow, mailer: &dyn Mailer) -> Result<(), FlowError> {
    let never = CancellationToken::new();
    run_due(flow, &never).await?;
    while flow.run_payments().await? > 0 {}
    outbox::send_due(flow, mailer, CLAIM, &never).await
}

async fn run_due(flow: &Flow, stop: &CancellationToken) -> Result<(), FlowError> {
    while !stop.is_cancelled() && flow.run_due().await? > 0 {}
    Ok(())
}
