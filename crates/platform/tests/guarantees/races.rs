//! Of two things that race, one wins and the other is told the state that won.

use crate::{
    databases::Home,
    on_both_databases,
    world::{World, refused},
};
use proffer_domain::{OfferState, Role};
use proffer_platform::flow::{Command, NewAccount};
use proffer_protocol::{AcceptOfferRequest, ErrorCode};

on_both_databases![
    of_many_who_lock_at_once_exactly_one_wins,
    accept_and_withdraw_have_one_winner,
    two_accepts_have_one_effect,
    an_accept_and_the_expiry_have_one_winner,
];

async fn of_many_who_lock_at_once_exactly_one_wins(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let mut experts = vec![world.daniel.clone(), world.mira.clone()];
    for number in 0..8 {
        let account = NewAccount {
            role: Role::Expert,
            email: format!("expert{number}@example.com"),
            name: format!("Expert {number}"),
            password: crate::world::PASSWORD.to_owned(),
            time_zone: "UTC".to_owned(),
            categories: vec![world.category],
        };
        experts.push(world.flow.create_account(account).await?);
    }
    for _ in 0..5 {
        let question = world.asked().await?;
        let tries = experts.iter().map(|expert| world.run(expert, Command::Lock(question)));
        let results = futures_util::future::join_all(tries).await;
        let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "{won:?}");
        let holder = world.question_document(question).await?.question.lock.unwrap().holder;
        for loser in lost {
            let problem = refused(loser);
            assert_eq!(problem.code, ErrorCode::LockHeld);
            assert_eq!(problem.current.unwrap().lock.unwrap().holder, holder);
        }
    }
    Ok(())
}

async fn accept_and_withdraw_have_one_winner(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    for _ in 0..5 {
        let offer = world.offered().await?;
        world.take_emails().await?;
        let accept = Command::AcceptOffer(offer, accept(1));
        let (accepted, withdrawn) = tokio::join!(
            world.run(&world.helen, accept),
            world.run(&world.daniel, Command::WithdrawOffer(offer)),
        );
        let state = world.offer(offer).await?.state;
        let loser = match (accepted, withdrawn) {
            (Ok(_), lost @ Err(_)) => {
                assert_eq!(state, OfferState::Accepted);
                lost
            }
            (lost @ Err(_), Ok(_)) => {
                assert_eq!(state, OfferState::Withdrawn);
                lost
            }
            both => panic!("not one winner: {both:?}"),
        };
        let problem = refused(loser);
        assert_eq!((problem.code, problem.status), (ErrorCode::OfferStateConflict, 409));
        assert_eq!(problem.current.unwrap().offer_state, Some(state));
        let emails = world.take_emails().await?;
        let told = if state == OfferState::Accepted { 2 } else { 1 };
        assert_eq!(emails.len(), told, "only the winner's emails go out: {emails:?}");
    }
    Ok(())
}

async fn two_accepts_have_one_effect(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    world.take_emails().await?;
    let tries = (0..6).map(|_| world.run(&world.helen, Command::AcceptOffer(offer, accept(1))));
    let results = futures_util::future::join_all(tries).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(world.take_emails().await?.len(), 2);
    let events = world.offer(offer).await?.events;
    assert_eq!(events.len(), 2, "sent and accepted, nothing else: {events:?}");
    Ok(())
}

async fn an_accept_and_the_expiry_have_one_winner(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let mut terms = crate::world::terms();
    let hour = jiff::SignedDuration::from_hours(1);
    terms.expires_at = Some(proffer_platform::ports::Clock::now(&*world.clock).checked_add(hour)?);
    let offer = world.offered_with(terms).await?;
    world.clock.pass(hour);
    let (accepted, _) = tokio::join!(
        world.run(&world.helen, Command::AcceptOffer(offer, accept(1))),
        world.flow.run_due(),
    );
    let problem = refused(accepted);
    assert!(
        matches!(problem.code, ErrorCode::OfferExpired | ErrorCode::OfferStateConflict),
        "{problem:?}"
    );
    world.flow.run_due().await?;
    assert_eq!(world.offer(offer).await?.state, OfferState::Expired);
    Ok(())
}

fn accept(version: u32) -> AcceptOfferRequest {
    AcceptOfferRequest {
        version,
        call_slot: None,
    }
}
