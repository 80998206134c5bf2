//! Work goes on without the platform, and arrives once.

use proffer_desk::api::{
    ApiErrorCode,
    connection::ConnectionState,
    offer_dialog::OfferDialogPhase,
    outbox::{OutboxRef, OutboxState, OutboxView},
    question::{MessageDelivery, QuestionRef},
};
use proffer_domain::{MessageKind, OfferState};
use proffer_testkit::{Expert, World, wait_until};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_offline_arrives_exactly_once_when_the_platform_is_back() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    let other = helen.ask("Another one", "And this?").await?;
    desk.until_known(other).await?;
    desk.lock(question).await?;

    world.stop_platform().await?;
    desk.until_connection(ConnectionState::Offline).await?;
    let refused = desk
        .ask::<serde_json::Value>("question_lock", QuestionRef { question_id: other })
        .await
        .unwrap_err();
    assert_eq!(refused.code, ApiErrorCode::Offline);
    let written = desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    let waiting = &written.messages.last().unwrap().delivery;
    assert!(matches!(waiting, MessageDelivery::Waiting { .. }), "{waiting:?}");
    let filled = desk.fill_dialog(question).await?;
    assert_eq!(filled.blocker, None, "the waiting answer counts");
    let submitted = desk.submit_dialog(filled.draft_id).await?;
    let OfferDialogPhase::Queued { offer_id } = submitted.phase else {
        panic!("{:?}", submitted.phase)
    };
    // Even a restart while offline loses nothing and sends nothing twice.
    let desk = desk.restart().await?;
    desk.until_connection(ConnectionState::Offline).await?;
    let shown = desk.conversation(question).await?;
    assert_eq!((shown.messages.len(), shown.offers.len()), (1, 1));
    assert_eq!(shown.offers[0].state, None);

    world.start_platform().await?;
    desk.ask::<serde_json::Value>("connection_retry", ()).await?;
    desk.until_offer(offer_id, OfferState::Sent).await?;
    desk.until_sent().await?;
    let offers = world.helen().await?.offers().await?;
    assert_eq!(offers.len(), 1);
    assert_eq!(offers[0].offer.id, offer_id);
    assert_eq!(desk.conversation(question).await?.messages.len(), 1);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_restarts_between_is_caught_up_with() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (_, offer) = crate::notices::offered(&helen, &desk).await?;
    for _ in 0..2 {
        world.stop_platform().await?;
        world.start_platform().await?;
    }
    helen.accept(offer, 1).await?;
    desk.until_offer(offer, OfferState::Accepted).await?;
    desk.until_raised(1).await?;
    desk.until_online().await?;
    assert_eq!(desk.notifier.raised().len(), 1);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_can_be_taken_back_within_its_undo_window_and_not_after() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    let written = desk.write(question, MessageKind::Answer, "Not quite finished").await?;
    let MessageDelivery::Undoable { command_id, .. } = written.messages[0].delivery else {
        panic!("{:?}", written.messages[0].delivery)
    };
    let entry = OutboxRef { command_id };
    let outbox: OutboxView = desk.ask("outbox_undo", entry).await?;
    assert!(outbox.entries.is_empty());
    let shown = desk.conversation(question).await?;
    assert_eq!(shown.draft.text, "Not quite finished");
    assert!(shown.messages.is_empty());

    desk.without_undo().await?;
    desk.write(question, MessageKind::Answer, "Now it is").await?;
    desk.until_sent().await?;
    assert_eq!(
        desk.ask::<OutboxView>("outbox_undo", entry).await.unwrap_err().code,
        ApiErrorCode::NotFound
    );
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_was_overtaken_comes_back_as_a_draft_with_the_reason() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (question, offer) = crate::notices::offered(&helen, &desk).await?;
    world.stop_platform().await?;
    desk.until_connection(ConnectionState::Offline).await?;
    // Offline the expert withdraws; the customer had accepted before that can arrive.
    desk.ask::<serde_json::Value>("offer_withdraw", proffer_desk::api::offer::OfferRef { offer_id: offer })
        .await?;
    assert_eq!(desk.offer_view(offer).await?.state, Some(OfferState::Withdrawn));
    desk.desk.close().await;
    world.start_platform().await?;
    helen.accept(offer, 1).await?;
    let desk = desk.restart().await?;
    let refused = wait_until("the withdrawal is refused", async || {
        let outbox: OutboxView = desk.ask("outbox_list", ()).await?;
        Ok(outbox.entries.into_iter().find_map(|entry| match entry.state {
            OutboxState::Refused { error } => Some((entry.command_id, error)),
            _ => None,
        }))
    })
    .await?;
    assert_eq!(refused.1.code, ApiErrorCode::OfferStateConflict);
    assert_eq!(refused.1.detail, "accepted");
    let view = desk.offer_view(offer).await?;
    assert_eq!(view.state, Some(OfferState::Accepted));
    assert_eq!(
        view.pending.unwrap().error.unwrap().code,
        ApiErrorCode::OfferStateConflict
    );
    let discarded: OutboxView = desk.ask("outbox_discard", OutboxRef { command_id: refused.0 }).await?;
    assert!(discarded.entries.is_empty());
    assert_eq!(desk.conversation(question).await?.offers[0].pending, None);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_question_lost_to_another_is_refused_and_kept_as_a_draft() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let daniel = world.desk_in_step(Expert::Daniel).await?;
    let mira = world.desk_in_step(Expert::Mira).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    daniel.lock(question).await?;
    // Queued in its undo window while the lock goes over to Mira by way of Daniel's other desk.
    let written = daniel
        .write(question, MessageKind::Answer, "Ask the registrar.")
        .await?;
    assert!(matches!(written.messages[0].delivery, MessageDelivery::Undoable { .. }));
    daniel
        .ask::<serde_json::Value>("question_release", QuestionRef { question_id: question })
        .await?;
    mira.lock(question).await?;
    let (command_id, error) = wait_until("the answer is refused", async || {
        let shown = daniel.conversation(question).await?;
        Ok(shown.messages.into_iter().find_map(|message| match message.delivery {
            MessageDelivery::Failed { command_id, error } => Some((command_id, error)),
            _ => None,
        }))
    })
    .await?;
    assert_eq!(error.code, ApiErrorCode::LockHeld);
    assert_eq!(error.detail, "Mira Lindqvist");
    daniel
        .ask::<OutboxView>("outbox_edit", OutboxRef { command_id })
        .await?;
    let shown = daniel.conversation(question).await?;
    assert_eq!(shown.draft.text, "Ask the registrar.");
    let refused = daniel
        .ask::<serde_json::Value>("message_send", QuestionRef { question_id: question })
        .await
        .unwrap_err();
    assert_eq!(refused.code, ApiErrorCode::LockHeld);
    daniel.desk.close().await;
    mira.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_and_was_never_tried_can_be_taken_back_also_after_its_undo_window() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    world.stop_platform().await?;
    desk.until_connection(ConnectionState::Offline).await?;
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    let filled = desk.fill_dialog(question).await?;
    desk.submit_dialog(filled.draft_id).await?;
    let outbox: OutboxView = desk.ask("outbox_list", ()).await?;
    assert!(outbox.entries.iter().all(|entry| entry.is_editable), "{outbox:?}");
    let [message, offer] = [outbox.entries[0].command_id, outbox.entries[1].command_id];
    let left: OutboxView = desk.ask("outbox_edit", OutboxRef { command_id: offer }).await?;
    assert_eq!(left.entries.len(), 1);
    desk.ask::<OutboxView>("outbox_edit", OutboxRef { command_id: message })
        .await?;
    let shown = desk.conversation(question).await?;
    assert_eq!(shown.draft.text, "Ask the registrar.");
    assert!(shown.messages.is_empty() && shown.offers.is_empty());
    assert!(shown.has_offer_draft);

    // Changed and sent after all, it arrives once.
    desk.write(question, MessageKind::Answer, "Ask the registrar in writing.")
        .await?;
    world.start_platform().await?;
    desk.ask::<serde_json::Value>("connection_retry", ()).await?;
    desk.until_sent().await?;
    let texts: Vec<_> = desk
        .conversation(question)
        .await?
        .messages
        .into_iter()
        .map(|message| message.text_html)
        .collect();
    assert_eq!(texts, ["<p>Ask the registrar in writing.</p>\n"]);
    desk.desk.close().await;
    Ok(())
}
