//! The dialog, from the first field to what the customer gets.

use anyhow::Context;
use proffer_desk::api::{
    ApiErrorCode,
    offer_dialog::{ChangedField, OfferDialogOpen, OfferDialogPhase, OfferDialogView, OfferFields},
};
use proffer_domain::{FieldCode, MessageKind, OfferBlocker, OfferState, ServiceKind};
use proffer_testkit::{Expert, World};

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_are_named_and_nothing_typed_is_lost() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    desk.without_undo().await?;
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    let filled = desk.fill_dialog(question).await?;
    assert_eq!(filled.problems, []);
    assert_eq!(filled.net_text.as_deref(), Some("£116.00"));
    type Change = fn(&mut OfferFields);
    let cases: [(&str, FieldCode, Change); 7] = [
        ("/price", FieldCode::TooSmall, |fields| fields.price_text = "0".into()),
        ("/price", FieldCode::Malformed, |fields| {
            fields.price_text = "12,3x".into()
        }),
        ("/price", FieldCode::TooLarge, |fields| {
            fields.price_text = "999999".into()
        }),
        ("/deliverables", FieldCode::Missing, |fields| {
            fields.deliverables.clear()
        }),
        ("/expires_at", FieldCode::InThePast, |fields| {
            fields.expires_at = "2020-01-01T00:00:00Z".parse().ok();
        }),
        ("/note", FieldCode::TooLong, |fields| fields.note = "x".repeat(100_000)),
        ("/title", FieldCode::Missing, |fields| fields.title.clear()),
    ];
    for (pointer, code, change) in cases {
        let mut fields = filled.fields.clone();
        change(&mut fields);
        let edited = desk.edit_dialog(filled.draft_id, fields.clone()).await?;
        let found: Vec<_> = edited
            .problems
            .iter()
            .map(|found| (found.pointer.as_str(), found.code))
            .collect();
        assert_eq!(found, [(pointer, code)]);
        let refused = desk.submit_dialog(filled.draft_id).await.unwrap_err();
        assert_eq!(refused.code, ApiErrorCode::InvalidFields);
        assert_eq!(refused.fields[0].pointer, pointer);
        assert!(!refused.fields[0].message.is_empty());
        assert_eq!(desk.open_dialog(question).await?.fields, fields, "it is kept as typed");
    }
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_before_the_answer_must_be_an_upgrade() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.until_known(question).await?;
    assert_eq!(desk.open_dialog(question).await?.blocker, Some(OfferBlocker::LockFirst));
    desk.lock(question).await?;
    let filled = desk.fill_dialog(question).await?;
    assert_eq!(filled.blocker, Some(OfferBlocker::AnswerFirst));
    let blocked = |kind| {
        filled
            .kinds
            .iter()
            .any(|choice| choice.kind == kind && choice.blocker.is_some())
    };
    assert!(blocked(ServiceKind::LetterTemplates) && !blocked(ServiceKind::UpgradeToPhoneCall));
    let refused = desk.submit_dialog(filled.draft_id).await.unwrap_err();
    assert_eq!(refused.code, ApiErrorCode::AnswerFirst);
    let fields = OfferFields {
        kind: Some(ServiceKind::UpgradeToPhoneCall),
        ..filled.fields
    };
    desk.edit_dialog(filled.draft_id, fields).await?;
    let submitted = desk.submit_dialog(filled.draft_id).await?;
    let OfferDialogPhase::Queued { offer_id } = submitted.phase else {
        panic!("{:?}", submitted.phase)
    };
    desk.until_offer(offer_id, OfferState::Sent).await?;
    let shown = desk.edit_dialog(filled.draft_id, submitted.fields).await?;
    assert_eq!(shown.phase, OfferDialogPhase::Sent { offer_id });
    let next = desk.open_dialog(question).await?;
    assert_eq!((next.phase, next.fields.kind), (OfferDialogPhase::Editing, None));
    assert_ne!(next.draft_id, filled.draft_id);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_offer_is_revised_and_an_old_version_cannot_be_accepted() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (question, offer) = crate::notices::offered(&helen, &desk).await?;
    let open = OfferDialogOpen {
        question_id: question,
        revises: Some(offer),
    };
    let opened: OfferDialogView = desk.ask("offer_dialog_open", open).await?;
    assert_eq!(opened.fields.price_text, "145.00");
    assert!(opened.preview.email_subject.contains("changed the offer"));
    let revision = opened.revision.context("it is a revision")?;
    assert_eq!((revision.version, revision.changes.as_slice()), (1, &[][..]));
    let refused = desk.submit_dialog(opened.draft_id).await.unwrap_err();
    assert_eq!(refused.code, ApiErrorCode::InvalidFields, "nothing changed");
    let fields = OfferFields {
        price_text: "120".into(),
        ..opened.fields
    };
    let edited = desk.edit_dialog(opened.draft_id, fields).await?;
    let changes = edited.revision.context("it is a revision")?.changes;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].field, ChangedField::Price);
    assert_eq!(
        (changes[0].old.as_deref(), changes[0].new.as_deref()),
        (Some("£145.00"), Some("£120.00"))
    );
    desk.submit_dialog(opened.draft_id).await?;
    desk.until_sent().await?;
    let view = desk.offer_view(offer).await?;
    assert_eq!((view.version, view.amount_text.as_str()), (2, "£120.00"));
    assert!(helen.accept(offer, 1).await.is_err());
    helen.accept(offer, 2).await?;
    desk.until_offer(offer, OfferState::Accepted).await?;
    let refused = desk
        .ask::<OfferDialogView>("offer_dialog_open", open)
        .await
        .unwrap_err();
    assert_eq!(refused.code, ApiErrorCode::OfferStateConflict);
    desk.desk.close().await;
    Ok(())
}
