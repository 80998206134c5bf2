//! The expert's own templates, and what the dialog takes from earlier offers.

use proffer_desk::api::{
    ApiErrorCode,
    offer_dialog::{OfferDialogApplyTemplate, OfferDialogView, OfferFields},
    offer_template::{OfferTemplateMove, OfferTemplateRef, OfferTemplateRename, OfferTemplateSave},
};
use proffer_domain::{FieldCode, MessageKind, OfferState};
use proffer_testkit::{DeskAtWork, Expert, World};

fn own(view: &OfferDialogView) -> Vec<&str> {
    let own = view.templates.iter().filter(|template| !template.is_starter);
    own.map(|template| template.name.as_str()).collect()
}

async fn save(desk: &DeskAtWork, view: &OfferDialogView, name: &str) -> anyhow::Result<OfferDialogView> {
    let request = OfferTemplateSave {
        draft_id: view.draft_id,
        name: name.to_owned(),
    };
    Ok(desk.ask("offer_template_save", request).await?)
}

fn the(view: &OfferDialogView, name: &str) -> OfferTemplateRef {
    let found = view.templates.iter().find(|template| template.name == name).unwrap();
    OfferTemplateRef {
        draft_id: view.draft_id,
        template_id: found.id.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_template_serves_the_next_customer_and_question() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.until_known(question).await?;
    let filled = desk.fill_dialog(question).await?;
    assert!(filled.fields.note.starts_with("Helen, "));
    let fields = OfferFields {
        deliverables: vec![
            "All about {question}, by {expert}".to_owned(),
            "{category} and {court}".to_owned(),
        ],
        ..filled.fields
    };
    let typed = desk.edit_dialog(filled.draft_id, fields.clone()).await?;
    assert_eq!(typed.fields, fields, "what is typed stays as typed");
    assert_eq!(
        typed.preview.deliverables[0],
        "All about My domain was taken, by Daniel Okafor"
    );
    let notices: Vec<_> = typed
        .notices
        .iter()
        .map(|notice| (notice.pointer.as_str(), notice.word.as_str()))
        .collect();
    assert_eq!(notices, [("/deliverables/1", "{court}")]);
    let saved = save(&desk, &typed, "Domain pack").await?;
    assert_eq!(saved.templates[0].name, "Domain pack");
    let other = helen.ask("Again", "And again?").await?;
    desk.until_known(other).await?;
    let opened = desk.open_dialog(other).await?;
    let apply = OfferDialogApplyTemplate {
        draft_id: opened.draft_id,
        template_id: saved.templates[0].id.clone(),
    };
    let applied: OfferDialogView = desk.ask("offer_dialog_apply_template", apply).await?;
    assert_eq!(applied.fields.title, "Letter before action and domain transfer pack");
    assert_eq!(applied.fields.price_text, "145.00");
    assert!(applied.fields.note.starts_with("Helen, "), "{}", applied.fields.note);
    let category = &opened.placeholders[3].value;
    let expected = [
        "All about Again, by Daniel Okafor".to_owned(),
        format!("{category} and {{court}}"),
    ];
    assert_eq!(applied.fields.deliverables, expected);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn own_templates_are_renamed_moved_updated_and_deleted_for_good() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let mut desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.until_known(question).await?;
    let filled = desk.fill_dialog(question).await?;
    for name in ["Pack", "Appeal", "Call"] {
        save(&desk, &filled, name).await?;
    }
    let saved = desk.open_dialog(question).await?;
    assert_eq!(own(&saved), ["Pack", "Appeal", "Call"], "in the order of saving");
    let refused = save(&desk, &filled, " appeal ").await.unwrap_err();
    let refused = refused.downcast_ref::<proffer_desk::api::ApiError>().unwrap();
    assert_eq!(
        (refused.code, refused.fields[0].code),
        (ApiErrorCode::InvalidFields, FieldCode::Taken)
    );

    let OfferTemplateRef { draft_id, template_id } = the(&saved, "Call");
    let to_top = OfferTemplateMove {
        draft_id,
        template_id: template_id.clone(),
        to: 0,
    };
    let moved: OfferDialogView = desk.ask("offer_template_move", to_top).await?;
    assert_eq!(own(&moved), ["Call", "Pack", "Appeal"]);
    let rename = OfferTemplateRename {
        draft_id,
        template_id: template_id.clone(),
        name: "Phone call".to_owned(),
    };
    desk.ask::<OfferDialogView>("offer_template_rename", rename).await?;
    let fields = OfferFields {
        title: "A call with {customer}".to_owned(),
        ..filled.fields
    };
    desk.edit_dialog(draft_id, fields).await?;
    let this = OfferTemplateRef { draft_id, template_id };
    desk.ask::<OfferDialogView>("offer_template_update", this.clone())
        .await?;
    let deleted: OfferDialogView = desk.ask("offer_template_delete", the(&saved, "Pack")).await?;
    assert_eq!(own(&deleted), ["Phone call", "Appeal"]);
    let again = desk
        .ask::<OfferDialogView>("offer_template_delete", the(&saved, "Pack"))
        .await
        .unwrap_err();
    assert_eq!(again.code, ApiErrorCode::NotFound);

    desk = desk.restart().await?;
    let other = helen.ask("Again", "And again?").await?;
    desk.until_known(other).await?;
    let opened = desk.open_dialog(other).await?;
    assert_eq!(own(&opened), ["Phone call", "Appeal"]);
    let apply = OfferDialogApplyTemplate {
        draft_id: opened.draft_id,
        template_id: this.template_id,
    };
    let applied: OfferDialogView = desk.ask("offer_dialog_apply_template", apply).await?;
    assert_eq!(applied.fields.title, "A call with Helen");
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn three_accepted_offers_of_a_kind_give_a_hint_and_never_a_price() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    for (number, price) in ["160", "90", "120", "500"].into_iter().enumerate() {
        let question = helen.ask(&format!("Question {number}"), "What can I do?").await?;
        desk.lock(question).await?;
        desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
        let filled = desk.fill_dialog(question).await?;
        assert_eq!(filled.price_hint.is_some(), number == 3, "three are needed");
        let fields = OfferFields {
            price_text: price.to_owned(),
            ..filled.fields
        };
        desk.edit_dialog(filled.draft_id, fields).await?;
        let submitted = desk.submit_dialog(filled.draft_id).await?;
        desk.until_sent().await?;
        let (proffer_desk::api::offer_dialog::OfferDialogPhase::Queued { offer_id }
        | proffer_desk::api::offer_dialog::OfferDialogPhase::Sent { offer_id }) = submitted.phase
        else {
            panic!("{:?}", submitted.phase)
        };
        desk.until_offer(offer_id, OfferState::Sent).await?;
        // The fourth is not accepted and says nothing.
        if number < 3 {
            helen.accept(offer_id, 1).await?;
            desk.until_offer(offer_id, OfferState::Accepted).await?;
        }
    }
    let question = helen.ask("The last", "What can I do?").await?;
    desk.until_known(question).await?;
    let opened = desk.open_dialog(question).await?;
    assert_eq!(opened.price_hint, None, "no kind is chosen yet");
    let filled = desk.fill_dialog(question).await?;
    let hint = filled.price_hint.clone().unwrap();
    let texts = (
        hint.low_text.as_str(),
        hint.median_text.as_str(),
        hint.high_text.as_str(),
    );
    assert_eq!((hint.count, texts), (3, ("£90.00", "£120.00", "£160.00")));
    let fields = OfferFields {
        currency: "EUR".to_owned(),
        price_text: String::new(),
        ..filled.fields
    };
    let euros = desk.edit_dialog(filled.draft_id, fields).await?;
    assert_eq!((euros.price_hint, euros.fields.price_text.as_str()), (None, ""));
    desk.desk.close().await;
    Ok(())
}
