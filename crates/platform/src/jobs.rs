//! Work that nobody asks for: what the clock does, and sending the emails that wait.

use crate::{
    fault,
    flow::{Flow, FlowError},
    mail::{MailError, Mailer, OutgoingEmail},
    store::StoreError,
};
use jiff::SignedDuration;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often due work is looked for when nothing wakes it.
const TICK: Duration = Duration::from_secs(1);
/// How often it is looked whether another process wrote something.
const POLL: Duration = Duration::from_secs(2);
/// After how many of these it is looked whose session has run out.
const SESSION_POLLS: u32 = 30;
/// After how many ticks what has run out is forgotten: about an hour.
const SWEEP_TICKS: u32 = 3_600;
/// How long a new email waits, so that who listens hears of what happened before the mail server does.
const AFTER_LISTENERS: Duration = Duration::from_millis(50);
/// How many emails are taken at once.
const EMAIL_BATCH: u32 = 50;
/// After how many tries an email is given up: about two days.
const EMAIL_ATTEMPTS: u32 = 12;

/// Runs until it is cancelled. A failure is logged and tried again. A slow mail server does not hold up the clock.
pub async fn run(flow: Flow, mailer: Arc<dyn Mailer>, stop: CancellationToken) {
    tokio::join!(
        watch_clock(&flow, &stop),
        watch_streams(&flow, &stop),
        watch_outbox(&flow, mailer.as_ref(), &stop),
        watch_payments(&flow, &stop)
    );
}

async fn watch_clock(flow: &Flow, stop: &CancellationToken) {
    let mut ticks: u32 = 0;
    while !stop.is_cancelled() {
        if let Err(error) = run_due(flow, stop).await {
            tracing::error!(%error, "work that was due failed");
        }
        ticks += 1;
        if ticks == SWEEP_TICKS {
            ticks = 0;
            if let Err(error) = flow.sweep().await {
                tracing::error!(%error, "what has run out could not be forgotten");
            }
        }
        pause(TICK, stop).await;
    }
}

/// Tells those who listen what was written, here as soon as it was, by another process at the next look.
async fn watch_streams(flow: &Flow, stop: &CancellationToken) {
    let listeners = flow.listeners();
    let (mut polls, mut stamp) = (0, String::new());
    let mut next_poll = Instant::now() + POLL;
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = tokio::time::sleep_until(next_poll) => {
                next_poll = Instant::now() + POLL;
                polls += 1;
                match stamp_of(flow).await {
                    Ok(now) if now != stamp => {
                        stamp = now;
                        listeners.stir_all();
                        listeners.stir_sessions();
                    }
                    Ok(_) if polls % SESSION_POLLS == 0 => listeners.stir_sessions(),
                    Ok(_) => {}
                    Err(error) => tracing::error!(%error, "whether another process wrote something is not known"),
                }
            }
            () = listeners.wait() => {}
        }
        if let Err(error) = flow.tell_listeners().await {
            tracing::error!(%error, "those who listen could not be told; they are at the next look");
        }
    }
    listeners.end_all();
}

async fn stamp_of(flow: &Flow) -> Result<String, StoreError> {
    flow.store().read().await?.stamp().await
}

async fn watch_outbox(flow: &Flow, mailer: &dyn Mailer, stop: &CancellationToken) {
    let mut changed = flow.changes();
    while !stop.is_cancelled() {
        if let Err(error) = send_due(flow, mailer, stop).await {
            tracing::error!(%error, "sending email failed");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = changed.changed() => pause(AFTER_LISTENERS, stop).await,
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// Asks the payment processor whatever is due, so that neither the clock nor email waits for it.
async fn watch_payments(flow: &Flow, stop: &CancellationToken) {
    if flow.stripe().is_none() {
        return;
    }
    let mut changed = flow.changes();
    while !stop.is_cancelled() {
        match flow.run_payments().await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::error!(%error, "payments that were due failed"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = changed.changed() => {}
            () = tokio::time::sleep(TICK) => {}
        }
    }
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
    send_due(flow, mailer, &never).await
}

async fn run_due(flow: &Flow, stop: &CancellationToken) -> Result<(), FlowError> {
    while !stop.is_cancelled() && flow.run_due().await? > 0 {}
    Ok(())
}

async fn send_due(flow: &Flow, mailer: &dyn Mailer, stop: &CancellationToken) -> Result<(), FlowError> {
    while !stop.is_cancelled() && send_batch(flow, mailer, stop).await? > 0 {}
    Ok(())
}

async fn send_batch(flow: &Flow, mailer: &dyn Mailer, stop: &CancellationToken) -> Result<usize, FlowError> {
    let now = flow.ports().clock.now();
    let batch = flow.store().read().await?.due_emails(now, EMAIL_BATCH).await?;
    let count = batch.len();
    for email in batch {
        if stop.is_cancelled() {
            break;
        }
        let outgoing = OutgoingEmail {
            id: email.id,
            recipient_name: email.recipient_name,
            recipient: email.recipient,
            subject: email.subject,
            text: email.text,
            html: email.html,
            date: email.created_at,
            thread: email.thread,
            stop_url: email.stop_url,
        };
        #[cfg(feature = "simulation")]
        if proffer_failpoints::is_broken("email_marked_before_sent") {
            let mut tx = flow.store().begin().await?;
            tx.email_sent(email.id, now).await?;
            tx.commit().await?;
        }
        fault::at("platform.mail.before_send").await.map_err(StoreError::from)?;
        let sent = mailer.send(&outgoing).await;
        fault::at("platform.mail.before_mark").await.map_err(StoreError::from)?;
        let now = flow.ports().clock.now();
        let mut tx = flow.store().begin().await?;
        let Err(error) = sent else {
            tx.email_sent(email.id, now).await?;
            tx.commit().await?;
            continue;
        };
        let may_retry = matches!(error, MailError::Transient(_)) && email.attempts + 1 < EMAIL_ATTEMPTS;
        let next_at = may_retry.then(|| now.saturating_add(backoff(email.attempts)).unwrap_or(now));
        // What the mail server said can hold an address: it stays in the database.
        tracing::warn!(email = %email.id, attempts = email.attempts + 1, gives_up = !may_retry, "an email did not go out");
        tx.email_not_sent(email.id, &error.to_string(), next_at).await?;
        tx.commit().await?;
        if let (false, Some(offer)) = (may_retry, email.offer_id) {
            flow.note_email_failed(offer).await?;
        }
    }
    Ok(count)
}

/// 10 seconds, doubled with each try, 12 hours at most.
fn backoff(attempts: u32) -> SignedDuration {
    SignedDuration::from_secs((10_i64 << attempts.min(12)).min(12 * 60 * 60))
}
