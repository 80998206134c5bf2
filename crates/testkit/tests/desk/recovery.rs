//! Panics and hangs in the desk: caught, told, started again, with everything kept.

use proffer_desk::{
    api::{
        ApiErrorCode,
        notice::NoticeKind,
        session::{SessionState, SessionView},
    },
    testing::DrivenClock,
};
use proffer_domain::MessageKind;
use proffer_testkit::{Expert, FailingConnector, Outside, PASSWORD, World, wait_until};
use std::{sync::Arc, time::Duration};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_panics_is_refused_and_the_desk_goes_on() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let connector = FailingConnector::default();
    let outside = Outside {
        connector: Arc::new(connector.clone()),
        ..Outside::default()
    };
    let desk = world.desk_with(Expert::Daniel, outside).await?;
    connector.panic_at_connect(1);
    let refused = desk.sign_in(&world).await.unwrap_err();
    assert_eq!(refused.code, ApiErrorCode::Internal);
    assert!(
        !refused.detail.contains(PASSWORD) && !refused.detail.contains(Expert::Daniel.email()),
        "{refused}"
    );
    let session: SessionView = desk.ask("session_show", ()).await?;
    assert_eq!(session.state, SessionState::SignedOut);
    // What the panic held is free again.
    desk.sign_in(&world).await?;
    desk.until_online().await?;
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_panics_is_started_again_and_told_of() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let connector = FailingConnector::default();
    let outside = Outside {
        connector: Arc::new(connector.clone()),
        ..Outside::default()
    };
    let desk = world.desk_with(Expert::Daniel, outside).await?;
    connector.panic_at_me(2);
    desk.sign_in(&world).await?;
    desk.until_online().await?;
    desk.without_undo().await?;
    assert_eq!(connector.left(), 0, "it did panic");
    wait_until("the panic is among the notices", async || {
        let notices = desk.notices().await?.notices;
        let told = notices.iter().filter(|notice| notice.kind == NoticeKind::PartRestarted);
        // Twice within an hour is told once.
        Ok((told.count() == 1).then_some(()))
    })
    .await?;
    assert!(desk.notifier.raised().is_empty(), "it is for the app alone");
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    desk.until_sent().await?;
    // The other parts go on as well when they fail.
    connector.panic_at_command(1);
    desk.draft(question, MessageKind::Answer, "One more thing.").await?;
    let request = proffer_desk::api::message::MessageSend { question_id: question };
    desk.ask::<serde_json::Value>("message_send", request).await?;
    desk.until_sent().await?;
    assert_eq!(connector.left(), 0, "it did panic");
    assert_eq!(desk.conversation(question).await?.messages.len(), 2);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test]
async fn a_stream_that_hangs_is_started_again_and_told_of() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let connector = FailingConnector::default();
    let clock = Arc::new(DrivenClock::at(proffer_domain::Timestamp::now()));
    let outside = Outside {
        connector: Arc::new(connector.clone()),
        clock: Arc::clone(&clock) as _,
    };
    let desk = world.desk_with(Expert::Daniel, outside).await?;
    connector.hang_at_me(1);
    desk.sign_in(&world).await?;
    let watching = desk.desk.clone();
    let watching = tokio::spawn(async move { watching.keep_watch().await });
    wait_until("the stream hangs", async || Ok((connector.left() == 0).then_some(()))).await?;
    // A minute of the desk's clock at each look: the watchdog looks once a minute, and must not take it for sleep.
    wait_until("the hang is among the notices", async || {
        clock.advance(Duration::from_secs(30));
        let notices = desk.notices().await?.notices;
        Ok(notices
            .iter()
            .find(|notice| notice.kind == NoticeKind::PartRestarted)
            .map(|_| ()))
    })
    .await?;
    desk.until_online().await?;
    watching.abort();
    desk.desk.close().await;
    Ok(())
}
