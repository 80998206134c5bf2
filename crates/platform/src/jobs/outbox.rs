//! Sends the emails that wait. An email is claimed, handed over and marked; an instance that dies between the last two
//! leaves it to be sent again, under the same Message-ID.

use super::{TICK, failed, pause};
use crate::{
    fault,
    flow::{Flow, FlowError},
    mail::{MailError, Mailer, OutgoingEmail},
    store::{EmailRow, StoreError},
};
use jiff::SignedDuration;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a new email waits, so that who listens hears of what happened before the mail server does.
const AFTER_LISTENERS: Duration = Duration::from_millis(50);
/// How many emails are claimed at once: no more than one instance sends while its claim holds.
const BATCH: u32 = 20;
/// How long handing one email over may take where no claim says less: a mail server that falls silent tells by nothing
/// else.
const SEND_MAX: Duration = Duration::from_secs(60);
/// After how many tries an email is given up: about two days.
const ATTEMPTS: u32 = 16;

pub(super) async fn watch(flow: &Flow, mailer: &dyn Mailer, claim: Duration, stop: &CancellationToken) {
    let mut committed = flow.commits();
    while !stop.is_cancelled() {
        if let Err(error) = send_due(flow, mailer, claim, stop).await {
            failed("outbox", &error);
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = committed.changed() => pause(AFTER_LISTENERS, stop).await,
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

pub(super) async fn send_due(
    flow: &Flow,
    mailer: &dyn Mailer,
    claim: Duration,
    stop: &CancellationToken,
) -> Result<(), FlowError> {
    while !stop.is_cancelled() && send_batch(flow, mailer, claim, stop).await? > 0 {}
    Ok(())
}

async fn send_batch(
    flow: &Flow,
    mailer: &dyn Mailer,
    claim: Duration,
    stop: &CancellationToken,
) -> Result<usize, FlowError> {
    // Where there is one process, what it left unsent when it died is its own again at once.
    let is_alone = flow.store().is_of_one_process();
    let send_max = (claim / 2).min(SEND_MAX);
    let claim = if is_alone { Duration::ZERO } else { claim };
    let now = flow.ports().clock.now();
    let until = now.saturating_add(signed(claim)).unwrap_or(now);
    let mut tx = flow.store().begin().await?;
    let batch = match tx.claim_emails(now, until, BATCH).await {
        // Another instance was at the same ones; they are looked for again soon.
        Err(StoreError::Contended) => return Ok(0),
        claimed => claimed?,
    };
    tx.commit().await?;
    let count = batch.len();
    for email in batch {
        let room = email.next_at.duration_since(flow.ports().clock.now());
        if stop.is_cancelled() || (!is_alone && room < signed(send_max)) {
            // For another instance, or for the next round.
            let mut tx = flow.store().begin().await?;
            tx.release_email(&email, flow.ports().clock.now()).await?;
            tx.commit().await?;
            continue;
        }
        send_one(flow, mailer, &email, send_max).await?;
    }
    Ok(count)
}

async fn send_one(flow: &Flow, mailer: &dyn Mailer, email: &EmailRow, send_max: Duration) -> Result<(), FlowError> {
    let outgoing = OutgoingEmail {
        id: email.id,
        recipient_name: email.recipient_name.clone(),
        recipient: email.recipient.clone(),
        subject: email.subject.clone(),
        text: email.text.clone(),
        html: email.html.clone(),
        date: email.created_at,
        thread: email.thread,
        stop_url: email.stop_url.clone(),
    };
    #[cfg(feature = "simulation")]
    if proffer_failpoints::is_broken("email_marked_before_sent") {
        let mut tx = flow.store().begin().await?;
        tx.email_sent(email, flow.ports().clock.now()).await?;
        tx.commit().await?;
    }
    fault::at("platform.mail.before_send").await.map_err(StoreError::from)?;
    let sent = tokio::time::timeout(send_max, mailer.send(&outgoing))
        .await
        .unwrap_or_else(|_| Err(MailError::Transient("the mail server took too long".to_owned())));
    fault::at("platform.mail.before_mark").await.map_err(StoreError::from)?;
    let now = flow.ports().clock.now();
    let (outcome, held) = match sent {
        Ok(()) => {
            let mut tx = flow.store().begin().await?;
            let held = tx.email_sent(email, now).await?;
            tx.commit().await?;
            ("sent", held)
        }
        Err(MailError::Transient(error)) if email.attempts + 1 < ATTEMPTS => {
            let next_at = now.saturating_add(backoff(email.attempts)).unwrap_or(now);
            let mut tx = flow.store().begin().await?;
            let held = tx.email_not_sent(email, &error, Some(next_at)).await?;
            tx.commit().await?;
            ("retried", held)
        }
        Err(MailError::Transient(error) | MailError::Permanent(error)) => {
            ("given_up", flow.give_up_email(email, &error).await?)
        }
    };
    metrics::counter!("emails_total", "outcome" => outcome).increment(1);
    if outcome != "sent" {
        // What the mail server said can hold an address: it stays in the database.
        tracing::warn!(email = %email.id, attempts = email.attempts + 1, outcome, "an email did not go out");
    }
    if !held {
        tracing::warn!(email = %email.id, outcome, "an email took longer than its claim; another instance may have sent it");
    }
    Ok(())
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

/// 10 seconds, doubled with each try, 12 hours at most.
fn backoff(attempts: u32) -> SignedDuration {
    SignedDuration::from_secs((10_i64 << attempts.min(13)).min(12 * 60 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_tried_for_about_two_days() {
        let waits = (0..ATTEMPTS - 1).map(backoff);
        let hours = waits.fold(SignedDuration::ZERO, |sum, wait| sum + wait).as_hours();
        assert!((40..56).contains(&hours), "{hours}");
    }
}
