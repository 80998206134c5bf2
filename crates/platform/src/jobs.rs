//! Work that nobody asks for: what the clock does, and sending the emails that wait.

use crate::{
    flow::{Flow, FlowError},
    mail::{MailError, Mailer, OutgoingEmail},
};
use jiff::SignedDuration;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How often due work is looked for when nothing wakes it.
const TICK: Duration = Duration::from_secs(1);
/// How many emails are taken at once.
const EMAIL_BATCH: u32 = 50;
/// After how many tries an email is given up: about two days.
const EMAIL_ATTEMPTS: u32 = 12;

/// Runs until it is cancelled. A failure is logged and tried again.
pub async fn run(flow: Flow, mailer: Arc<dyn Mailer>, stop: CancellationToken) {
    let mut changed = flow.changes();
    loop {
        if let Err(error) = run_once(&flow, mailer.as_ref()).await {
            tracing::error!(%error, "background work failed");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            _ = changed.changed() => {}
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// Does all that is due and sends all that waits, once.
///
/// # Errors
/// If the database fails.
pub async fn run_once(flow: &Flow, mailer: &dyn Mailer) -> Result<(), FlowError> {
    while flow.run_due().await? > 0 {}
    while send_batch(flow, mailer).await? > 0 {}
    Ok(())
}

async fn send_batch(flow: &Flow, mailer: &dyn Mailer) -> Result<usize, FlowError> {
    let now = flow.ports().clock.now();
    let batch = flow.store().read().await?.due_emails(now, EMAIL_BATCH).await?;
    let count = batch.len();
    for email in batch {
        let outgoing = OutgoingEmail {
            id: email.id,
            recipient_name: email.recipient_name,
            recipient: email.recipient,
            subject: email.subject,
            text: email.text,
            html: email.html,
            date: email.created_at,
        };
        let sent = mailer.send(&outgoing).await;
        let now = flow.ports().clock.now();
        let mut tx = flow.store().begin().await?;
        match sent {
            Ok(()) => tx.email_sent(email.id, now).await?,
            Err(error) => {
                let may_retry = matches!(error, MailError::Transient(_)) && email.attempts + 1 < EMAIL_ATTEMPTS;
                let next_at = may_retry.then(|| now.saturating_add(backoff(email.attempts)).unwrap_or(now));
                tracing::warn!(email = %email.id, attempts = email.attempts + 1, gives_up = !may_retry, %error, "an email did not go out");
                tx.email_not_sent(email.id, &error.to_string(), next_at).await?;
            }
        }
        let gave_up = tx.commit().await;
        gave_up?;
        if let (true, Some(offer)) = (
            flow.store().read().await?.email_is_failed(email.id).await?,
            email.offer_id,
        ) {
            flow.note_email_failed(offer).await?;
        }
    }
    Ok(count)
}

/// 10 seconds, doubled with each try, 12 hours at most.
fn backoff(attempts: u32) -> SignedDuration {
    SignedDuration::from_secs((10_i64 << attempts.min(12)).min(12 * 60 * 60))
}
