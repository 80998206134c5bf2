//! Connections that lose answers, fall silent, or run under a clock of their own.

use proffer_desk::{
    api::{
        attachment::{AttachmentAdd, DraftAttachment, DraftOwner},
        connection::ConnectionState,
        outbox::{OutboxState, OutboxView},
        question::MessageDelivery,
    },
    testing::DrivenClock,
};
use proffer_domain::{MessageKind, OfferState, Timestamp};
use proffer_testkit::{Expert, LossyConnector, Outside, World, wait_until};
use std::{sync::Arc, time::Duration};

#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_answer_got_lost_is_sent_again_with_the_same_key_and_has_one_effect() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let lossy = LossyConnector::default();
    let outside = Outside {
        connector: Arc::new(lossy.clone()),
        ..Outside::default()
    };
    let desk = world.desk_with(Expert::Daniel, outside).await?;
    desk.sign_in(&world).await?;
    desk.until_online().await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    let before = lossy.sent().len();
    lossy.lose_answers(3);
    let add = AttachmentAdd {
        owner: DraftOwner::Message { question_id: question },
        name: "rules.txt".to_owned(),
        content_base64: "cnVsZXM=".to_owned(),
    };
    desk.ask::<DraftAttachment>("attachment_add", add).await?;
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    desk.until_sent().await?;
    let sent = lossy.sent()[before..].to_vec();
    assert_eq!(sent.len(), 4);
    assert!(sent.iter().all(|key| *key == sent[0]));

    lossy.lose_answers(1);
    let offer = desk.offer(question).await?;
    desk.until_sent().await?;
    let offers = helen.offers().await?;
    assert_eq!((offers.len(), offers[0].offer.id), (1, offer));
    let shown = desk.conversation(question).await?;
    assert_eq!(shown.messages.len(), 1);
    assert_eq!(shown.messages[0].attachments[0].name, "rules.txt");
    assert_eq!(shown.offers[0].state, Some(OfferState::Sent));
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_falls_silent_is_opened_again_and_the_platforms_clock_rules() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    // This computer's clock is three days behind.
    let clock = Arc::new(DrivenClock::at(Timestamp::now() - Duration::from_secs(3 * 24 * 3600)));
    let outside = Outside {
        clock: clock.clone(),
        ..Outside::default()
    };
    let desk = world.desk_with(Expert::Daniel, outside).await?;
    desk.sign_in(&world).await?;
    desk.until_online().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    let locked = desk.lock(question).await?;
    assert!(locked.may_write);
    let now = proffer_desk::ports::Clock::now(&*clock);
    let left = locked.lock.expires_at.unwrap().duration_since(now).as_secs();
    assert!(
        (3_500..3_700).contains(&left),
        "the countdown fits this computer's clock: {left} s"
    );

    // The undo window is this computer's: nothing goes out until it has passed.
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    let outbox: OutboxView = desk.ask("outbox_list", ()).await?;
    assert!(matches!(outbox.entries[0].state, OutboxState::Undoable { .. }));
    clock.advance(Duration::from_secs(6));
    desk.until_sent().await?;
    assert_eq!(
        desk.conversation(question).await?.messages[0].delivery,
        MessageDelivery::Sent
    );

    // Whoever waits may begin to only after the clock was driven, so it is driven until the fact is there.
    let driven = async |state| {
        wait_until(&format!("the desk is {state:?}"), async || {
            clock.advance(Duration::from_secs(5));
            Ok((desk.connection().await?.state == state).then_some(()))
        })
        .await
    };
    driven(ConnectionState::Connecting).await?;
    driven(ConnectionState::Online).await?;
    helen.reply(question, "Thank you").await?;
    wait_until("the reply is here", async || {
        Ok((desk.conversation(question).await?.messages.len() == 2).then_some(()))
    })
    .await?;
    desk.desk.close().await;
    Ok(())
}
