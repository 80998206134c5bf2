//! What the clock does, driven by hand; and the emails' way out.

use crate::{
    databases::Home,
    on_both_databases,
    world::{World, terms},
};
use async_trait::async_trait;
use jiff::SignedDuration;
use proffer_domain::OfferState;
use proffer_platform::{
    flow::Command,
    jobs,
    mail::{MailError, Mailer, OutgoingEmail},
    ports::Clock,
};
use proffer_protocol::DeclineOfferRequest;
use std::sync::Mutex;

on_both_databases![
    an_offer_with_an_expiry_expires_and_one_without_never_does,
    a_declined_offer_expires_too,
    an_email_is_sent_once_and_forgotten,
    an_email_is_tried_again_and_then_given_up_and_noted,
];

const HOUR: SignedDuration = SignedDuration::from_hours(1);

async fn an_offer_with_an_expiry_expires_and_one_without_never_does(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let without = world.offered().await?;
    let mut terms = terms();
    terms.expires_at = Some(world.clock.now().checked_add(HOUR * 48)?);
    let with = world.offered_with(terms).await?;
    world.take_emails().await?;
    world.clock.pass(HOUR * 48);
    world.flow.run_due().await?;
    assert_eq!(world.offer(with).await?.state, OfferState::Expired);
    assert_eq!(
        world.take_emails().await?,
        ["Helen: The offer “A letter that works” has expired"]
    );
    world.clock.pass(HOUR * 24 * 365 * 5);
    world.flow.run_due().await?;
    assert_eq!(world.offer(without).await?.state, OfferState::Sent);
    assert_eq!(world.flow.run_due().await?, 0);
    Ok(())
}

async fn a_declined_offer_expires_too(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let mut terms = terms();
    terms.expires_at = Some(world.clock.now().checked_add(HOUR)?);
    let offer = world.offered_with(terms).await?;
    let decline = DeclineOfferRequest { reason: None };
    world.run(&world.helen, Command::DeclineOffer(offer, decline)).await?;
    world.clock.pass(HOUR);
    world.flow.run_due().await?;
    assert_eq!(world.offer(offer).await?.state, OfferState::Expired);
    Ok(())
}

/// A mail server that takes what it is told to.
#[derive(Default)]
struct Post {
    sent: Mutex<Vec<OutgoingEmail>>,
    refuses: bool,
}

#[async_trait]
impl Mailer for Post {
    async fn send(&self, email: &OutgoingEmail) -> Result<(), MailError> {
        if self.refuses {
            return Err(MailError::Transient("the mail server is away".to_owned()));
        }
        self.sent.lock().unwrap().push(email.clone());
        Ok(())
    }
}

async fn an_email_is_sent_once_and_forgotten(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    world.offered().await?;
    let post = Post::default();
    jobs::run_once(&world.flow, &post).await?;
    jobs::run_once(&world.flow, &post).await?;
    let sent = post.sent.lock().unwrap().clone();
    let subjects: Vec<_> = sent.iter().map(|email| email.subject.as_str()).collect();
    assert_eq!(sent.len(), 2, "the Answer and the offer: {subjects:?}");
    assert!(
        sent.iter()
            .all(|email| email.recipient == "helen@example.com" && email.text.contains("/l/"))
    );
    assert!(world.emails().await?.is_empty());
    Ok(())
}

async fn an_email_is_tried_again_and_then_given_up_and_noted(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    let post = Post {
        refuses: true,
        ..Post::default()
    };
    let waiting = world.emails().await?.len();
    jobs::run_once(&world.flow, &post).await?;
    assert!(world.emails().await?.iter().all(|email| email.attempts == 1));
    jobs::run_once(&world.flow, &post).await?;
    assert!(
        world.emails().await?.iter().all(|email| email.attempts == 1),
        "not before its time"
    );
    assert_eq!(world.emails().await?.len(), waiting);
    for _ in 0..15 {
        world.clock.pass(HOUR * 12);
        jobs::run_once(&world.flow, &post).await?;
    }
    assert!(world.emails().await?.is_empty(), "given up");
    let document = world.offer_document(offer).await?;
    assert!(document.offer.email_failed);
    assert_eq!((document.offer.state, document.revision), (OfferState::Sent, 2));
    Ok(())
}
