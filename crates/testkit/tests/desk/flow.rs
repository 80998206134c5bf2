//! The whole flow, from asking to completed.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proffer_desk::api::{
    attachment::{AttachmentAdd, AttachmentRef, AttachmentSaved, DraftAttachment, DraftOwner},
    offer::{OfferAction, OfferDeliverySave, OfferRef, OfferView},
    question::{LockState, MessageDelivery, QuestionRef},
    queue::{QueueFilter, QueueGroupKind, QueueList, QueueStatus, QueueView},
    request_centre::{OfferGroupKind, RequestCentreList, RequestCentreView, RequestView},
};
use proffer_domain::{MessageKind, OfferEventKind, OfferState, StepKind};
use proffer_testkit::{DeskAtWork, Expert, World, wait_until};

async fn queue(desk: &DeskAtWork) -> anyhow::Result<QueueView> {
    let list = QueueList {
        filter: QueueFilter::All,
        search: String::new(),
        limit: 50,
    };
    Ok(desk.ask("queue_list", list).await?)
}

async fn centre(desk: &DeskAtWork, view: RequestView) -> anyhow::Result<RequestCentreView> {
    let list = RequestCentreList {
        view,
        search: String::new(),
        ..RequestCentreList::default()
    };
    Ok(desk.ask("request_centre_list", list).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_offered_for_accepted_delivered_and_completed() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;

    let question = helen
        .ask("My former web designer holds my domain", "How do I get it back?")
        .await?;
    let shown = desk.until_known(question).await?;
    assert_eq!(shown.lock.state, LockState::Free);
    assert!(!shown.may_write);
    assert_eq!(queue(&desk).await?.groups[0].kind, QueueGroupKind::Open);
    assert_eq!(queue(&desk).await?.groups[0].rows[0].customer_name, "Helen M.");

    let locked = desk.lock(question).await?;
    assert_eq!(locked.lock.state, LockState::Mine);
    assert!(locked.lock.expires_at > locked.lock.warns_at);
    assert_eq!(queue(&desk).await?.groups[0].kind, QueueGroupKind::LockedByYou);
    assert_eq!(queue(&desk).await?.groups[0].rows[0].status, QueueStatus::Locked);

    desk.write(question, MessageKind::InfoRequest, "Who is named as the registrant?")
        .await?;
    desk.until_sent().await?;
    assert_eq!(queue(&desk).await?.groups[0].rows[0].status, QueueStatus::InfoRequested);
    helen.reply(question, "I am, but he has the password.").await?;
    wait_until("the reply is here", async || {
        Ok((desk.conversation(question).await?.messages.len() == 2).then_some(()))
    })
    .await?;
    assert_eq!(queue(&desk).await?.groups[0].rows[0].status, QueueStatus::NewReply);

    let bytes = b"%PDF-1.4 the registrar's rules".to_vec();
    let add = AttachmentAdd {
        owner: DraftOwner::Message { question_id: question },
        name: "rules.pdf".to_owned(),
        content_base64: STANDARD.encode(&bytes),
    };
    desk.ask::<DraftAttachment>("attachment_add", add).await?;
    desk.write(
        question,
        MessageKind::Answer,
        "As the **registrant** you can have it transferred.",
    )
    .await?;
    desk.until_sent().await?;
    let answered = wait_until("the answer is on the platform", async || {
        let shown = desk.conversation(question).await?;
        let last = shown.messages.last().cloned();
        Ok(last
            .filter(|message| message.delivery == MessageDelivery::Sent && message.kind == MessageKind::Answer)
            .map(|_| shown))
    })
    .await?;
    let answer = answered.messages.last().unwrap();
    assert!(answer.text_html.contains("<strong>registrant</strong>"));
    assert_eq!(answer.attachments[0].name, "rules.pdf");
    assert!(answered.draft.text.is_empty() && answered.draft.attachments.is_empty());
    let done = |kind| {
        answered
            .checklist
            .steps
            .iter()
            .any(|step| step.kind == kind && step.is_done)
    };
    assert!(done(StepKind::Locked) && done(StepKind::ScopeClear) && done(StepKind::Answered));
    assert!(!done(StepKind::Offered));
    assert_eq!(answered.checklist.blocker, None);

    let file = AttachmentRef {
        question_id: question,
        attachment_id: answer.attachments[0].id,
    };
    let saved: AttachmentSaved = desk.ask("attachment_save", file).await?;
    assert_eq!(std::fs::read(&saved.path)?, bytes);
    let again: AttachmentSaved = desk.ask("attachment_save", file).await?;
    assert_ne!(again.path, saved.path);

    let offer = desk.offer(question).await?;
    let waiting = centre(&desk, RequestView::Waiting).await?;
    assert_eq!(waiting.groups[0].kind, OfferGroupKind::Awaiting);
    assert_eq!(waiting.groups[0].amount_texts, ["£145.00"]);

    let events = desk.desk.events();
    helen.accept(offer, 1).await?;
    desk.until_raised(1).await?;
    let raised = desk.notifier.raised();
    assert_eq!(raised[0].title, "Helen Marsh accepted your offer");
    let number = answered.number;
    assert_eq!(
        raised[0].body,
        format!("Letter before action and domain transfer pack · £145.00 · Q-{number}")
    );
    assert_eq!(told_acceptances(events), 1);
    let needs_you = centre(&desk, RequestView::NeedsYou).await?;
    assert_eq!(needs_you.groups[0].kind, OfferGroupKind::ToFulfil);
    assert!(needs_you.groups[0].rows[0].is_unread);
    assert_eq!(needs_you.unread_count, 1);

    let accepted = desk.offer_view(offer).await?;
    assert_eq!(accepted.actions, [OfferAction::Start, OfferAction::Cancel]);
    assert_eq!(accepted.net_text, "£116.00");
    assert!(accepted.due_at.is_some());
    assert_eq!(desk.notices().await?.unread_count, 0, "looking at it is reading of it");
    let started: OfferView = desk.ask("offer_start", OfferRef { offer_id: offer }).await?;
    assert_eq!(
        started.state,
        Some(OfferState::InProgress),
        "the outbox is laid over it at once"
    );
    desk.until_offer(offer, OfferState::InProgress).await?;

    let delivery = OfferDeliverySave {
        offer_id: offer,
        message: "Here are your letters.".to_owned(),
        is_call_outcome: false,
    };
    desk.ask::<serde_json::Value>("offer_delivery_save", delivery).await?;
    let add = AttachmentAdd {
        owner: DraftOwner::Delivery { offer_id: offer },
        name: "letter.docx".to_owned(),
        content_base64: STANDARD.encode(b"PK the letter"),
    };
    desk.ask::<DraftAttachment>("attachment_add", add).await?;
    desk.ask::<OfferView>("offer_deliver", OfferRef { offer_id: offer })
        .await?;
    let delivered = desk.until_offer(offer, OfferState::Delivered).await?;
    assert_eq!(delivered.delivery.unwrap().attachments[0].name, "letter.docx");
    helen.complete(offer).await?;
    let completed = desk.until_offer(offer, OfferState::Completed).await?;
    assert_eq!(completed.history[0].kind, OfferEventKind::Completed);
    desk.until_raised(2).await?;
    assert_eq!(desk.notifier.raised().len(), 2);
    helen.rate(question, 5).await?;
    wait_until("the rating is here", async || {
        Ok(desk
            .conversation(question)
            .await?
            .rating
            .filter(|rating| rating.stars == 5))
    })
    .await?;
    desk.desk.close().await;
    Ok(())
}

fn told_acceptances(mut events: tokio::sync::broadcast::Receiver<proffer_desk::api::DeskEvent>) -> usize {
    let mut count = 0;
    while let Ok(event) = events.try_recv() {
        count += usize::from(matches!(event, proffer_desk::api::DeskEvent::OfferAccepted { .. }));
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_released_and_taken_by_another() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let daniel = world.desk_in_step(Expert::Daniel).await?;
    let mira = world.desk_in_step(Expert::Mira).await?;
    let question = helen.ask("Whose turn is it?", "Somebody answer, please.").await?;
    daniel.lock(question).await?;
    let refused = mira.lock(question).await.unwrap_err();
    let refused: &proffer_desk::api::ApiError = refused.downcast_ref().unwrap();
    assert_eq!(refused.code, proffer_desk::api::ApiErrorCode::LockHeld);
    assert_eq!(refused.detail, "Daniel Okafor");
    wait_until("Mira sees who holds it", async || {
        let lock = mira.conversation(question).await?.lock;
        Ok((lock.state == LockState::Other && lock.holder_name.as_deref() == Some("Daniel Okafor")).then_some(()))
    })
    .await?;
    let extended = QuestionRef { question_id: question };
    daniel.ask::<serde_json::Value>("question_extend", extended).await?;
    daniel.ask::<serde_json::Value>("question_release", extended).await?;
    assert_eq!(mira.lock(question).await?.lock.state, LockState::Mine);
    daniel.desk.close().await;
    mira.desk.close().await;
    Ok(())
}
