//! How much one account may send, and that whoever sends too much is told when to go on.

use crate::{
    databases::Home,
    on_both_databases,
    world::{World, message, new_id, new_key, refused},
};
use bytes::Bytes;
use futures_util::stream;
use jiff::SignedDuration;
use proffer_domain::{AttachmentId, MessageKind, QuestionId};
use proffer_platform::flow::{Command, FlowError, Incoming};
use proffer_protocol::{AcceptOfferRequest, ErrorCode};
use std::{convert::Infallible, time::Duration};

on_both_databases![what_one_account_sends_is_limited_and_what_happens_once_is_free];

async fn what_one_account_sends_is_limited_and_what_happens_once_is_free(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    let question = || Command::Ask(world.question(QuestionId(new_id())));
    // One was asked for the offer.
    let (first_key, first) = (new_key(), question());
    world.flow.execute(&world.helen, first_key, &first).await?;
    for _ in 2..500 {
        world.run(&world.helen, question()).await.unwrap();
    }
    let (key, one_more) = (new_key(), question());
    let problem = refused(world.flow.execute(&world.helen, key, &one_more).await);
    assert_eq!(problem.code, ErrorCode::TooManyRequests);
    assert_eq!(problem.retry_after_seconds, Some(60));
    assert_eq!(
        problem.detail.as_deref(),
        Some("Too much was sent from this account. Wait a minute and try again.")
    );

    // What was answered is answered again; other commands, other people and what happens once go on.
    world.flow.execute(&world.helen, first_key, &first).await?;
    world.run(&world.tom, question()).await.unwrap();
    let on = world.offer_document(offer).await?.offer.question_id;
    let reply = Command::SendMessage(on, message(MessageKind::Reply));
    world.run(&world.helen, reply).await.unwrap();
    let accept = AcceptOfferRequest {
        version: 1,
        call_slot: None,
    };
    world
        .run(&world.helen, Command::AcceptOffer(offer, accept))
        .await
        .unwrap();

    // The refusal is not kept under the key, nor is anything used up by it.
    world.clock.pass(SignedDuration::from_secs(60));
    world.flow.execute(&world.helen, key, &one_more).await?;
    assert_eq!(
        world.code(&world.helen, question()).await,
        ErrorCode::TooManyRequests,
        "one a minute"
    );
    Ok(())
}

#[tokio::test]
async fn files_of_one_account_are_limited_before_their_bytes_come() -> anyhow::Result<()> {
    let world = World::begin(Home::on_sqlite()?).await?;
    for _ in 0..500 {
        let file = Incoming {
            id: AttachmentId(new_id()),
            name: "a.txt".to_owned(),
            bytes: stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"text"))]),
        };
        world.flow.store_attachment(&world.helen, file).await?;
    }
    let one_more = Incoming {
        id: AttachmentId(new_id()),
        name: "a.txt".to_owned(),
        bytes: stream::pending::<Result<Bytes, Infallible>>(),
    };
    let stored = world.flow.store_attachment(&world.helen, one_more);
    let Err(FlowError::Refused(problem)) = tokio::time::timeout(Duration::from_secs(20), stored).await? else {
        panic!("it was stored");
    };
    assert_eq!(problem.code, ErrorCode::TooManyRequests);
    assert_eq!(problem.retry_after_seconds, Some(30));
    Ok(())
}
