//! Idempotency: a key has one effect and one response, at any time, after any crash.

use crate::{
    databases::Home,
    on_both_databases,
    world::{World, message, new_id, new_key, refused, terms},
};
use proffer_domain::{FieldCode, MessageKind, OfferId, QuestionState};
use proffer_platform::flow::Command;
use proffer_protocol::{AcceptOfferRequest, DeclineOfferRequest, Entity, ErrorCode, SendOfferRequest, StreamId};

on_both_databases![
    a_repeated_command_has_one_effect_and_the_same_response,
    the_response_is_the_same_after_a_restart_and_after_the_world_moved_on,
    duplicates_sent_at_once_have_one_effect,
    a_key_used_for_another_request_is_refused,
    a_refusal_is_kept_under_its_key,
    keys_of_two_accounts_do_not_meet,
    an_id_that_is_taken_is_a_wrong_field,
    what_a_refused_command_wrote_does_not_stay,
];

fn accept() -> AcceptOfferRequest {
    AcceptOfferRequest {
        version: 1,
        call_slot: None,
    }
}

async fn a_repeated_command_has_one_effect_and_the_same_response(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let question = world.answered().await?;
    world.take_emails().await?;
    let request = SendOfferRequest {
        id: OfferId(new_id()),
        terms: terms(),
    };
    let (key, command) = (new_key(), Command::SendOffer(question, request));
    let first = world.flow.execute(&world.daniel, key, &command).await?;
    let heads = heads(&world).await?;
    let second = world.flow.execute(&world.daniel, key, &command).await?;
    assert_eq!(first, second);
    assert_eq!(heads, self::heads(&world).await?, "nothing was told twice");
    assert_eq!(world.take_emails().await?.len(), 1);
    Ok(())
}

async fn heads(world: &World) -> anyhow::Result<Vec<u64>> {
    let mut tx = world.flow.store().read().await?;
    let mut heads = Vec::new();
    for stream in [
        StreamId::Category(world.category),
        StreamId::Account(world.helen.id),
        StreamId::Account(world.daniel.id),
    ] {
        heads.push(tx.stream_head(stream).await?);
    }
    Ok(heads)
}

async fn the_response_is_the_same_after_a_restart_and_after_the_world_moved_on(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    let (key, command) = (new_key(), Command::AcceptOffer(offer, accept()));
    let first = world.flow.execute(&world.helen, key, &command).await?;
    world.run(&world.daniel, Command::StartOffer(offer)).await?;
    let again = world.open_again().await?;
    assert_eq!(first, again.execute(&world.helen, key, &command).await?);
    Ok(())
}

async fn duplicates_sent_at_once_have_one_effect(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    for _ in 0..4 {
        let offer = world.offered().await?;
        world.take_emails().await?;
        let (key, command) = (new_key(), Command::AcceptOffer(offer, accept()));
        let tries = (0..5).map(|_| world.flow.execute(&world.helen, key, &command));
        let results = futures_util::future::try_join_all(tries).await?;
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "{results:?}");
        assert_eq!(world.offer(offer).await?.events.len(), 2);
        assert_eq!(world.take_emails().await?.len(), 2);
    }
    Ok(())
}

async fn a_key_used_for_another_request_is_refused(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    let key = new_key();
    world
        .flow
        .execute(&world.helen, key, &Command::AcceptOffer(offer, accept()))
        .await?;
    let decline = Command::DeclineOffer(offer, DeclineOfferRequest { reason: None });
    let problem = refused(world.flow.execute(&world.helen, key, &decline).await);
    assert_eq!((problem.code, problem.status), (ErrorCode::IdempotencyKeyReused, 422));
    Ok(())
}

async fn a_refusal_is_kept_under_its_key(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let question = world.locked().await?;
    let (key, lock) = (new_key(), Command::Lock(question));
    let first = refused(world.flow.execute(&world.mira, key, &lock).await);
    assert_eq!(first.code, ErrorCode::LockHeld);
    world.run(&world.daniel, Command::Release(question)).await?;
    assert_eq!(first, refused(world.flow.execute(&world.mira, key, &lock).await));
    // A new key is a new try.
    world.run(&world.mira, lock).await?;
    Ok(())
}

async fn keys_of_two_accounts_do_not_meet(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let question = world.asked().await?;
    let key = new_key();
    world.flow.execute(&world.daniel, key, &Command::Lock(question)).await?;
    let problem = refused(world.flow.execute(&world.mira, key, &Command::Lock(question)).await);
    assert_eq!(problem.code, ErrorCode::LockHeld);
    Ok(())
}

async fn an_id_that_is_taken_is_a_wrong_field(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let question = world.asked().await?;
    let mut other = world.question(question);
    other.title = "Something else".to_owned();
    let problem = world.refusal(&world.tom, Command::Ask(other)).await;
    assert_eq!(problem.code, ErrorCode::InvalidFields);
    let field = &problem.errors[0];
    assert_eq!((field.pointer.as_str(), field.code), ("/id", FieldCode::Taken));
    let kept = world.question_document(question).await?.question;
    assert_eq!(
        (kept.customer.id, kept.title.as_str()),
        (world.helen.id, "A neighbour uses my photos")
    );
    Ok(())
}

async fn what_a_refused_command_wrote_does_not_stay(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let question = world.locked().await?;
    let answer = message(MessageKind::Answer);
    world
        .run(&world.daniel, Command::SendMessage(question, answer.clone()))
        .await?;
    let before = (heads(&world).await?, world.emails().await?.len());
    // The same message id under a new key: refused when the message is written.
    let code = world.code(&world.daniel, Command::SendMessage(question, answer)).await;
    assert_eq!(code, ErrorCode::InvalidFields);
    assert_eq!(before, (heads(&world).await?, world.emails().await?.len()));
    let mut tx = world.flow.store().read().await?;
    assert_eq!(tx.documents_on_question(Entity::Message, question.0).await?.len(), 1);
    drop(tx);
    assert_eq!(
        world.question_document(question).await?.question.state,
        QuestionState::Answered
    );
    Ok(())
}
