//! Two things that race: one wins, the other is told the state that won.

use super::world::{Database, World, on_both};
use futures_util::future::join_all;
use proffer_domain::{MessageKind, OfferState};
use proffer_platform::flow::{Command, FlowError};
use proffer_protocol::{AcceptOfferRequest, ErrorCode};

on_both! {
    of_many_who_lock_at_once_exactly_one_wins
    accept_and_withdraw_settle_on_one
    an_acceptance_sent_many_times_at_once_has_one_effect
    streams_are_gapless_under_many_writers
}

async fn of_many_who_lock_at_once_exactly_one_wins(database: Database) {
    let world = World::on(database).await;
    for _ in 0..5 {
        let id = world.ask().await;
        let tries = (0..8).map(|n| {
            let world = &world;
            let expert = if n % 2 == 0 { &world.daniel } else { &world.mira };
            async move { (expert.id, world.run(expert, Command::Lock(id)).await) }
        });
        let tries: Vec<_> = join_all(tries).await;
        let holder = world
            .question(id)
            .await
            .question
            .lock
            .expect("somebody holds it")
            .holder
            .id;
        for (expert, result) in tries {
            match result {
                Ok(_) => assert_eq!(expert, holder),
                Err(FlowError::Refused(problem)) => {
                    assert_ne!(expert, holder);
                    assert_eq!(problem.code, ErrorCode::LockHeld);
                    let told = problem.current.and_then(|current| current.lock).expect("who holds it");
                    assert_eq!(told.holder.id, holder);
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

async fn accept_and_withdraw_settle_on_one(database: Database) {
    let world = World::on(database).await;
    for _ in 0..6 {
        let id = world.offered().await;
        let accept = Command::AcceptOffer(
            id,
            AcceptOfferRequest {
                version: 1,
                call_slot: None,
            },
        );
        let (accepted, withdrawn) = tokio::join!(
            world.run(&world.helen, accept),
            world.run(&world.daniel, Command::WithdrawOffer(id))
        );
        assert!(accepted.is_ok() != withdrawn.is_ok(), "exactly one wins");
        let state = world.offer(id).await.offer.state;
        assert_eq!(state == OfferState::Accepted, accepted.is_ok());
        let Err(FlowError::Refused(problem)) = (if accepted.is_ok() { withdrawn } else { accepted }) else {
            panic!("the other was not refused");
        };
        assert_eq!(problem.status, 409);
        assert_eq!(problem.current.and_then(|current| current.offer_state), Some(state));
    }
}

async fn an_acceptance_sent_many_times_at_once_has_one_effect(database: Database) {
    let world = World::on(database).await;
    let id = world.offered().await;
    let key = world.key();
    let command = Command::AcceptOffer(
        id,
        AcceptOfferRequest {
            version: 1,
            call_slot: None,
        },
    );
    let results = join_all((0..8).map(|_| world.flow.execute(&world.helen, key, &command))).await;
    let first = results[0].as_ref().unwrap();
    assert!(
        results.iter().all(|result| result.as_ref().unwrap() == first),
        "all get the same response"
    );
    assert_eq!(world.emails("offer_accepted").await.len(), 1);
    let accepted = world
        .offer(id)
        .await
        .offer
        .events
        .iter()
        .filter(|event| event.kind.as_str() == "accepted")
        .count();
    assert_eq!(accepted, 1);
}

async fn streams_are_gapless_under_many_writers(database: Database) {
    let world = World::on(database).await;
    let questions = join_all((0..6).map(|_| world.answered())).await;
    join_all(questions.iter().flat_map(|id| (0..4).map(move |_| *id)).map(|id| {
        let reply = world.message(MessageKind::Reply, "And another thing.");
        let world = &world;
        async move { world.run(&world.helen, Command::SendMessage(id, reply)).await.unwrap() }
    }))
    .await;
    let mut tx = world.flow.store().read().await.unwrap();
    for stream in [
        proffer_protocol::StreamId::Category(world.category),
        proffer_protocol::StreamId::Account(world.helen.id),
    ] {
        let numbers = tx.stream_numbers(stream).await.unwrap();
        let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
        assert_eq!(numbers, expected, "{stream}");
        assert_eq!(tx.stream_head(stream).await.unwrap(), numbers.len() as u64);
    }
}
