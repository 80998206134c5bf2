//! A command sent again, at any time, has one effect and gets the same response.

use super::world::{Database, World, on_both};
use proffer_domain::MessageKind;
use proffer_platform::flow::{Command, FlowError};
use proffer_protocol::ErrorCode;

on_both! {
    the_same_key_gives_the_same_response_and_one_effect
    a_refusal_is_repeated_as_well
    a_key_is_not_for_two_requests
}

async fn the_same_key_gives_the_same_response_and_one_effect(database: Database) {
    let world = World::on(database).await;
    let id = world.answered().await;
    let key = world.key();
    let command = Command::SendMessage(id, world.message(MessageKind::Answer, "One more thing."));
    let first = world.flow.execute(&world.daniel, key, &command).await.unwrap();
    let again = world.flow.execute(&world.daniel, key, &command).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(world.emails("answer").await.len(), 2);
}

async fn a_refusal_is_repeated_as_well(database: Database) {
    let world = World::on(database).await;
    let id = world.ask().await;
    world.run(&world.mira, Command::Lock(id)).await.unwrap();
    let key = world.key();
    let refused = world
        .flow
        .execute(&world.daniel, key, &Command::Lock(id))
        .await
        .unwrap_err();
    world.run(&world.mira, Command::Release(id)).await.unwrap();
    let again = world
        .flow
        .execute(&world.daniel, key, &Command::Lock(id))
        .await
        .unwrap_err();
    assert_eq!(refused.problem(), again.problem());
    assert!(world.question(id).await.question.lock.is_none());
}

async fn a_key_is_not_for_two_requests(database: Database) {
    let world = World::on(database).await;
    let id = world.ask().await;
    let key = world.key();
    world
        .flow
        .execute(&world.daniel, key, &Command::Lock(id))
        .await
        .unwrap();
    let Err(FlowError::Refused(problem)) = world.flow.execute(&world.daniel, key, &Command::Release(id)).await else {
        panic!("it was taken");
    };
    assert_eq!(problem.code, ErrorCode::IdempotencyKeyReused);
}
