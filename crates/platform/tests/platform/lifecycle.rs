//! Every transition writes its emails in the same transaction, and the clock does its part.

use crate::{databases::Home, world::World};
use jiff::SignedDuration;
use proffer_domain::{MessageKind, OfferState, QuestionState};
use proffer_platform::{flow::Command, ports::Clock as _};
use proffer_protocol::{
    AcceptOfferRequest, CancelOfferRequest, DeclineOfferRequest, DeliverOfferRequest, HoldOfferRequest,
    RateQuestionRequest, ReviseOfferRequest,
};

crate::on_both_databases! {
    an_offer_goes_from_sent_to_completed_and_everyone_is_told,
    a_held_offer_can_be_declined_reconsidered_and_accepted,
    a_revised_offer_says_what_changed_and_keeps_its_first_version,
    a_cancelled_order_is_told_to_both,
    an_offer_expires_by_the_clock_and_only_then,
    a_delivered_offer_completes_by_itself_after_the_set_days,
    a_reminder_goes_out_once,
    an_expert_reminds_of_an_offer_once_and_the_customer_gets_one_email,
    a_reminder_that_the_customer_asked_for_goes_out_although_the_expert_reminded_before,
    a_lock_lapses_by_the_clock_and_the_draft_side_hears_of_it,
    messages_reach_the_other_side_by_email,
}

fn accept(version: u32) -> AcceptOfferRequest {
    AcceptOfferRequest {
        version,
        call_slot: None,
    }
}

fn delivery() -> DeliverOfferRequest {
    DeliverOfferRequest {
        message: "Here it is.".to_owned(),
        is_call_outcome: false,
        attachments: vec![],
    }
}

async fn an_offer_goes_from_sent_to_completed_and_everyone_is_told(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let id = world.offered().await;
    assert_eq!(world.emails("offer_sent").await[0].0, "helen.marsh@example.com");
    world.run(&world.helen, Command::ViewOffer(id)).await.unwrap();
    world
        .run(&world.helen, Command::AcceptOffer(id, accept(1)))
        .await
        .unwrap();
    let accepted = world.emails("offer_accepted").await;
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].0, "daniel.okafor@example.com");
    assert!(
        accepted[0].1.contains("Helen Marsh") && accepted[0].1.contains("£145.00"),
        "{}",
        accepted[0].1
    );
    assert_eq!(world.emails("offer_receipt").await.len(), 1);
    world.run(&world.daniel, Command::StartOffer(id)).await.unwrap();
    world
        .run(&world.daniel, Command::DeliverOffer(id, delivery()))
        .await
        .unwrap();
    assert_eq!(world.emails("offer_delivered").await.len(), 1);
    world.run(&world.helen, Command::CompleteOffer(id)).await.unwrap();
    let offer = world.offer(id).await.offer;
    assert_eq!(offer.state, OfferState::Completed);
    let kinds: Vec<_> = offer.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["sent", "viewed", "accepted", "started", "delivered", "completed"]
    );
    Ok(())
}

async fn a_held_offer_can_be_declined_reconsidered_and_accepted(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let id = world.offered().await;
    world
        .run(
            &world.helen,
            Command::HoldOffer(id, HoldOfferRequest { remind_at: None }),
        )
        .await
        .unwrap();
    let reason = Some("Too early".to_owned());
    world
        .run(&world.helen, Command::DeclineOffer(id, DeclineOfferRequest { reason }))
        .await
        .unwrap();
    assert_eq!(world.emails("offer_declined").await.len(), 1);
    world.run(&world.helen, Command::ReconsiderOffer(id)).await.unwrap();
    assert_eq!(world.offer(id).await.offer.state, OfferState::Held);
    world
        .run(&world.helen, Command::AcceptOffer(id, accept(1)))
        .await
        .unwrap();
    assert_eq!(world.offer(id).await.offer.state, OfferState::Accepted);
    Ok(())
}

async fn a_revised_offer_says_what_changed_and_keeps_its_first_version(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let id = world.offered().await;
    let mut terms = world.terms();
    terms.price.amount_minor = 12_000;
    let revise = ReviseOfferRequest { version: 1, terms };
    world
        .run(&world.daniel, Command::ReviseOffer(id, revise))
        .await
        .unwrap();
    let offer = world.offer(id).await.offer;
    assert_eq!(
        (offer.version, offer.state, offer.earlier.len()),
        (2, OfferState::Sent, 1)
    );
    assert_eq!(offer.earlier[0].terms.price.amount_minor, 14_500);
    assert_eq!(world.emails("offer_revised").await.len(), 1);
    let problem = world.refused(&world.helen, Command::AcceptOffer(id, accept(1))).await;
    assert_eq!(problem.current.and_then(|current| current.offer_version), Some(2));
    world
        .run(&world.helen, Command::AcceptOffer(id, accept(2)))
        .await
        .unwrap();
    Ok(())
}

async fn a_cancelled_order_is_told_to_both(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let id = world.offered().await;
    world
        .run(&world.helen, Command::AcceptOffer(id, accept(1)))
        .await
        .unwrap();
    let reason = "The court date was moved.".to_owned();
    world
        .run(&world.nora, Command::CancelOffer(id, CancelOfferRequest { reason }))
        .await
        .unwrap();
    assert_eq!(world.offer(id).await.offer.state, OfferState::Cancelled);
    assert_eq!(world.emails("offer_cancelled").await.len(), 1);
    assert_eq!(world.emails("offer_cancelled_customer").await.len(), 1);
    Ok(())
}

async fn an_offer_expires_by_the_clock_and_only_then(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let question = world.answered().await;
    let mut terms = world.terms();
    terms.expires_at = Some("2026-11-30T23:59:00Z".parse().unwrap());
    let id = world.send(question, terms).await;
    world.flow.run_due().await.unwrap();
    assert_eq!(world.offer(id).await.offer.state, OfferState::Sent);
    world.clock.pass(SignedDuration::from_hours(8 * 24));
    let problem = world.refused(&world.helen, Command::AcceptOffer(id, accept(1))).await;
    assert_eq!(problem.code, proffer_protocol::ErrorCode::OfferExpired);
    while world.flow.run_due().await.unwrap() > 0 {}
    assert_eq!(world.offer(id).await.offer.state, OfferState::Expired);
    assert_eq!(world.emails("offer_expired").await.len(), 1);
    Ok(())
}

async fn a_delivered_offer_completes_by_itself_after_the_set_days(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let id = world.offered().await;
    world
        .run(&world.helen, Command::AcceptOffer(id, accept(1)))
        .await
        .unwrap();
    world.run(&world.daniel, Command::StartOffer(id)).await.unwrap();
    world
        .run(&world.daniel, Command::DeliverOffer(id, delivery()))
        .await
        .unwrap();
    world.clock.pass(SignedDuration::from_hours(6 * 24));
    while world.flow.run_due().await.unwrap() > 0 {}
    assert_eq!(world.offer(id).await.offer.state, OfferState::Delivered);
    world.clock.pass(SignedDuration::from_hours(25));
    while world.flow.run_due().await.unwrap() > 0 {}
    assert_eq!(world.offer(id).await.offer.state, OfferState::Completed);
    Ok(())
}

async fn a_reminder_goes_out_once(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let id = world.offered().await;
    let remind_at = Some("2026-11-25T09:00:00Z".parse().unwrap());
    world
        .run(&world.helen, Command::HoldOffer(id, HoldOfferRequest { remind_at }))
        .await
        .unwrap();
    world.clock.pass(SignedDuration::from_hours(72));
    while world.flow.run_due().await.unwrap() > 0 {}
    world.flow.run_due().await.unwrap();
    assert_eq!(world.emails("offer_reminder").await.len(), 1);
    assert!(world.offer(id).await.offer.reminded_at.is_some());
    Ok(())
}

async fn an_expert_reminds_of_an_offer_once_and_the_customer_gets_one_email(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let id = world.offered().await;
    let early = world.refused(&world.daniel, Command::RemindOfOffer(id)).await;
    assert_eq!(early.code, proffer_protocol::ErrorCode::ReminderNotAllowed);
    world.clock.pass(SignedDuration::from_hours(24));
    let other = world.refused(&world.mira, Command::RemindOfOffer(id)).await;
    assert!(
        matches!(
            other.code,
            proffer_protocol::ErrorCode::Forbidden | proffer_protocol::ErrorCode::NotFound
        ),
        "{other:?}"
    );
    let before = world.offer(id).await;
    world.run(&world.daniel, Command::RemindOfOffer(id)).await.unwrap();
    let after = world.offer(id).await;
    assert_eq!(after.revision, before.revision + 1);
    assert!(after.offer.reminded_at.is_some());
    assert_eq!(
        (after.offer.state, after.offer.events.len()),
        (OfferState::Sent, before.offer.events.len())
    );
    let emails = world.emails("offer_reminder_of_expert").await;
    assert_eq!(emails.len(), 1);
    assert_eq!(emails[0].0, "helen.marsh@example.com");
    let again = world.refused(&world.daniel, Command::RemindOfOffer(id)).await;
    assert_eq!(again.code, proffer_protocol::ErrorCode::ReminderNotAllowed);
    assert_eq!(world.emails("offer_reminder_of_expert").await.len(), 1);
    Ok(())
}

async fn a_reminder_that_the_customer_asked_for_goes_out_although_the_expert_reminded_before(
    home: Home,
) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let id = world.offered().await;
    world.clock.pass(SignedDuration::from_hours(24));
    world.run(&world.daniel, Command::RemindOfOffer(id)).await.unwrap();
    let remind_at = Some(world.clock.now() + SignedDuration::from_hours(48));
    world
        .run(&world.helen, Command::HoldOffer(id, HoldOfferRequest { remind_at }))
        .await
        .unwrap();
    world.clock.pass(SignedDuration::from_hours(47));
    while world.flow.run_due().await.unwrap() > 0 {}
    assert_eq!(world.emails("offer_reminder").await.len(), 0);
    world.clock.pass(SignedDuration::from_hours(2));
    while world.flow.run_due().await.unwrap() > 0 {}
    assert_eq!(world.emails("offer_reminder").await.len(), 1);
    Ok(())
}

async fn a_lock_lapses_by_the_clock_and_the_draft_side_hears_of_it(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let id = world.ask().await;
    world.run(&world.daniel, Command::Lock(id)).await.unwrap();
    world.clock.pass(SignedDuration::from_mins(61));
    while world.flow.run_due().await.unwrap() > 0 {}
    assert!(world.question(id).await.question.lock.is_none());
    world.run(&world.mira, Command::Lock(id)).await.unwrap();
    Ok(())
}

async fn messages_reach_the_other_side_by_email(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let id = world.answered().await;
    assert_eq!(world.question(id).await.question.state, QuestionState::Answered);
    assert_eq!(world.emails("answer").await.len(), 1);
    let request = world.message(MessageKind::InfoRequest, "Which registrar?");
    world
        .run(&world.daniel, Command::SendMessage(id, request))
        .await
        .unwrap();
    assert_eq!(world.emails("info_request").await[0].0, "helen.marsh@example.com");
    let reply = world.message(MessageKind::Reply, "Nominet.");
    world.run(&world.helen, Command::SendMessage(id, reply)).await.unwrap();
    assert_eq!(world.emails("reply").await[0].0, "daniel.okafor@example.com");
    let rating = RateQuestionRequest {
        stars: 4,
        comment: "Good".to_owned(),
    };
    world.run(&world.helen, Command::Rate(id, rating)).await.unwrap();
    let rating = RateQuestionRequest {
        stars: 5,
        comment: String::new(),
    };
    world.run(&world.helen, Command::Rate(id, rating)).await.unwrap();
    assert_eq!(
        world.question(id).await.question.rating.map(|rating| rating.stars),
        Some(5)
    );
    Ok(())
}
