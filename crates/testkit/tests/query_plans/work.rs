//! An expert who does what there is to do, and asks for every view in every way.

use proffer_desk::api::{
    attachment::{AttachmentAdd, DraftAttachment, DraftOwner},
    offer::OfferDeliverySave,
    offer_dialog::{OfferDialogOpen, OfferDialogView},
};
use proffer_domain::{MessageKind, OfferId, OfferState, QuestionId};
use proffer_testkit::{DeskAtWork, Expert, World, wait_until};
use serde_json::{Value, json};

/// So many questions are there, of which some are worked on.
const QUESTIONS: usize = 40;

/// Works and asks; gives the desk, which is still open.
pub async fn done(world: &World) -> anyhow::Result<DeskAtWork> {
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let other = world.desk_in_step(Expert::Mira).await?;
    other.without_undo().await?;
    let mut questions = Vec::new();
    for number in 0..QUESTIONS {
        questions.push(
            helen
                .ask(&format!("Domain {number} was taken"), "Who can help?")
                .await?,
        );
    }
    for question in &questions[..6] {
        answer(&desk, *question).await?;
    }
    answer(&other, questions[6]).await?;
    helen.reply(questions[0], "The registrar says no.").await?;
    helen.rate(questions[1], 4).await?;
    let offers = offer_on(&desk, &helen, &questions[..4]).await?;
    ask_for_all(&desk, questions[0], offers[0], "at first").await?;

    // What leaves sight, and comes back.
    let flow = world.flow().await?;
    let daniel = flow.account_by_email(Expert::Daniel.email()).await?;
    flow.set_account_categories(&daniel, &[]).await?;
    wait_until("the questions are gone", async || {
        Ok(desk.conversation(questions[0]).await.is_err().then_some(()))
    })
    .await?;
    flow.set_account_categories(&daniel, &[world.category()]).await?;
    desk.until_known(questions[0]).await?;
    other.desk.close().await;

    // And what a start asks.
    let desk = desk.restart().await?;
    desk.until_online().await?;
    ask_for_all(&desk, questions[0], offers[0], "after a start").await?;
    Ok(desk)
}

/// Takes a question and answers it with a file.
async fn answer(desk: &DeskAtWork, question: QuestionId) -> anyhow::Result<()> {
    desk.until_known(question).await?;
    desk.lock(question).await?;
    let add = AttachmentAdd {
        owner: DraftOwner::Message { question_id: question },
        name: "rules.txt".to_owned(),
        content_base64: "cnVsZXM=".to_owned(),
    };
    desk.ask::<DraftAttachment>("attachment_add", add).await?;
    desk.write(
        question,
        MessageKind::Answer,
        "Write a formal complaint to the registrar.",
    )
    .await?;
    desk.until_sent().await
}

/// Offers on each: one goes its whole way, one is held, one declined, one begun to be revised.
async fn offer_on(
    desk: &DeskAtWork,
    helen: &proffer_testkit::Customer,
    questions: &[QuestionId],
) -> anyhow::Result<Vec<OfferId>> {
    let mut offers = Vec::new();
    for question in questions {
        offers.push(desk.offer(*question).await?);
    }
    helen.accept(offers[0], 1).await?;
    desk.until_offer(offers[0], OfferState::Accepted).await?;
    desk.ask::<Value>("offer_start", json!({ "offer_id": offers[0] }))
        .await?;
    let delivery = OfferDeliverySave {
        offer_id: offers[0],
        message: "Here it is.".to_owned(),
        is_call_outcome: false,
    };
    desk.ask::<Value>("offer_delivery_save", delivery).await?;
    desk.ask::<Value>("offer_deliver", json!({ "offer_id": offers[0] }))
        .await?;
    desk.until_offer(offers[0], OfferState::Delivered).await?;
    helen.complete(offers[0]).await?;
    desk.until_offer(offers[0], OfferState::Completed).await?;
    helen.hold(offers[1]).await?;
    helen.decline(offers[2], "Not now").await?;
    desk.until_offer(offers[1], OfferState::Held).await?;
    let open = OfferDialogOpen {
        question_id: questions[3],
        revises: Some(offers[3]),
    };
    let revision: OfferDialogView = desk.ask("offer_dialog_open", open).await?;
    let named = json!({ "draft_id": revision.draft_id, "name": "Domain pack" });
    desk.ask::<Value>("offer_template_save", named).await?;
    desk.ask::<Value>("offer_dialog_discard", json!({ "draft_id": revision.draft_id }))
        .await?;
    Ok(offers)
}

/// Asks for every view, filtered in every way.
async fn ask_for_all(desk: &DeskAtWork, question: QuestionId, offer: OfferId, when: &str) -> anyhow::Result<()> {
    for filter in ["all", "mine", "waiting"] {
        for search in ["", "domain"] {
            let list = json!({ "filter": filter, "search": search, "limit": 10 });
            desk.ask::<Value>("queue_list", list).await?;
            for group in ["locked_by_you", "answered_by_you", "open", "others"] {
                let page = json!({ "filter": filter, "search": search, "group": group, "offset": 0, "limit": 10 });
                desk.ask::<Value>("queue_page", page).await?;
            }
        }
    }
    for words in ["", "domain", "reg", "\"formal complaint\"", "helen"] {
        for customer in ["", "customer:helen"] {
            for category in ["", "category:internet"] {
                for state in ["", "state:open", "state:completed"] {
                    let query = format!("{words} {customer} {category} {state}");
                    desk.ask::<Value>("search_list", json!({ "query": query, "limit": 3 }))
                        .await?;
                }
            }
        }
    }
    for view in ["all_open", "needs_you", "waiting", "in_progress", "done"] {
        for search in ["", "letter"] {
            let list = json!({ "view": view, "search": search, "limit": 10 });
            desk.ask::<Value>("request_centre_list", list).await?;
        }
    }
    for group in [
        "to_fulfil",
        "in_progress",
        "delivered",
        "awaiting",
        "held",
        "queued",
        "refused",
    ] {
        let page = json!({ "search": "", "group": group, "offset": 0, "limit": 10 });
        desk.ask::<Value>("request_centre_page", page).await?;
    }
    for period in ["days30", "days90", "months12", "all"] {
        desk.ask::<Value>("insights_show", json!({ "period": period })).await?;
    }
    desk.ask::<Value>("insights_export", json!({ "period": "all" })).await?;
    let shown = desk.conversation(question).await?;
    desk.offer_view(offer).await?;
    let file = shown.messages.iter().flat_map(|message| &message.attachments).next();
    let file = json!({ "question_id": question, "attachment_id": file.unwrap().id });
    desk.ask::<Value>("attachment_save", file).await?;
    let phrase = json!({ "question_id": question, "name": format!("Thanks {when}"), "text": "Thank you." });
    desk.ask::<Value>("phrase_save", phrase).await?;
    desk.fill_dialog(question).await?;
    let help = json!({ "question_id": question, "subject": "A lock", "text": "It does not open." });
    desk.ask::<Value>("support_request_send", help).await?;
    let these = json!({ "offers": { "kind": "these", "offer_ids": [offer] } });
    desk.ask::<Value>("request_centre_mark_read", these).await?;
    desk.ask::<Value>("notice_mark_read", json!({ "ids": [] })).await?;
    for name in [
        "session_show",
        "connection_show",
        "outbox_list",
        "support_request_list",
        "notice_list",
        "settings_show",
        "guide_show",
        "data_show",
        "data_export",
        "diagnostics_show",
    ] {
        desk.ask::<Value>(name, ()).await?;
    }
    desk.until_sent().await
}
