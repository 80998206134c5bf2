//! What the conversation shows beside its messages.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proffer_desk::api::{
    DeskEvent,
    attachment::{AttachmentAdd, AttachmentPreview, AttachmentRef, DraftAttachment, DraftOwner},
    question::{ConversationView, HappeningBy, QuestionRef},
    search::{SearchList, SearchView},
};
use proffer_domain::{AttachmentId, FieldCode, MessageKind, OfferEventKind, QuestionId};
use proffer_testkit::{DeskAtWork, Expert, World, wait_until};

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

async fn show(desk: &DeskAtWork, question_id: QuestionId) -> anyhow::Result<ConversationView> {
    Ok(desk.ask("question_show", QuestionRef { question_id }).await?)
}

async fn attach(desk: &DeskAtWork, question: QuestionId, name: &str, bytes: &[u8]) -> anyhow::Result<AttachmentId> {
    let add = AttachmentAdd {
        owner: DraftOwner::Message { question_id: question },
        name: name.to_owned(),
        content_base64: STANDARD.encode(bytes),
    };
    Ok(desk.ask::<DraftAttachment>("attachment_add", add).await?.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_unread_begins_at_what_came_since_the_question_was_last_shown() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    let shown = desk.until_known(question).await?;
    assert_eq!(shown.unread_from, None, "all of it is new, nothing stands out");
    assert_eq!(show(&desk, question).await?.unread_from, None);

    helen.reply(question, "It is about example.org.").await?;
    helen.reply(question, "And example.com.").await?;
    // Finding a message shows no question.
    let list = SearchList {
        query: "example.com".to_owned(),
        ..SearchList::default()
    };
    wait_until("the second reply is here", async || {
        let found: SearchView = desk.ask("search_list", &list).await?;
        Ok((!found.hits.is_empty()).then_some(()))
    })
    .await?;
    let shown = show(&desk, question).await?;
    assert_eq!(shown.unread_from, Some(shown.messages[0].id));
    assert_eq!(show(&desk, question).await?.unread_from, None, "now it was shown");
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_to_an_offer_is_told_in_the_conversation() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    desk.until_sent().await?;
    let offer = desk.offer(question).await?;
    helen.hold(offer).await?;
    helen.accept(offer, 1).await?;
    let shown = wait_until("the acceptance is told", async || {
        let shown = show(&desk, question).await?;
        let accepted = |shown: &ConversationView| {
            let mut kinds = shown.happenings.iter().map(|happening| happening.kind);
            kinds.any(|kind| kind == OfferEventKind::Accepted)
        };
        Ok(Some(shown).filter(accepted))
    })
    .await?;
    let told: Vec<_> = shown
        .happenings
        .iter()
        .map(|happening| (happening.kind, happening.by, happening.amount_text.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (OfferEventKind::Sent, HappeningBy::Expert, "£145.00"),
            (OfferEventKind::Held, HappeningBy::Customer, "£145.00"),
            (OfferEventKind::Accepted, HappeningBy::Customer, "£145.00"),
        ]
    );
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_can_be_shown_before_and_after_it_was_sent_and_nothing_else_can() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    let preview = async |id| {
        let file = AttachmentRef {
            question_id: question,
            attachment_id: id,
        };
        desk.ask::<AttachmentPreview>("attachment_preview", file).await
    };
    let picture = attach(&desk, question, "screen.jpg", PNG).await?;
    let svg = attach(
        &desk,
        question,
        "drawing.png",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    )
    .await?;
    let shown = preview(picture).await?;
    assert_eq!(shown.media_type, "image/png", "by its bytes, not by its name");
    assert_eq!(STANDARD.decode(shown.content_base64)?, PNG);
    let refused = preview(svg).await.unwrap_err();
    assert_eq!(refused.fields[0].code, FieldCode::Malformed);

    desk.write(question, MessageKind::Answer, "See the picture.").await?;
    desk.until_sent().await?;
    let home = world.desk_in_step(Expert::Daniel).await?;
    home.until_known(question).await?;
    let file = AttachmentRef {
        question_id: question,
        attachment_id: picture,
    };
    let shown: AttachmentPreview = home.ask("attachment_preview", file).await?;
    assert_eq!(STANDARD.decode(shown.content_base64)?, PNG);
    home.desk.close().await;
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_on_its_way_tells_how_far_it_has_come() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    let bytes = vec![b'x'; 1024 * 1024];
    attach(&desk, question, "log.txt", &bytes).await?;
    let mut events = desk.desk.events();
    desk.write(question, MessageKind::Answer, "See the log.").await?;
    desk.until_sent().await?;
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let DeskEvent::UploadProgressed {
            sent_bytes, size_bytes, ..
        } = event
        {
            assert_eq!(size_bytes, 1024 * 1024);
            told.push(sent_bytes);
        }
    }
    assert!(told.len() > 10 && told.is_sorted(), "{told:?}");
    assert_eq!(told.last(), Some(&(1024 * 1024)));
    desk.desk.close().await;
    Ok(())
}
