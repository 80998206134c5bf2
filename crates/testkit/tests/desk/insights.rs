//! How offers fared, from a real cache: counts, sums by currency, the CSV file; and the Request Centre's filters.

use proffer_desk::api::{
    ApiErrorCode,
    insights::{InsightsExported, InsightsPeriod, InsightsShow, InsightsView},
    offer::{OfferAction, OfferDeliverySave, OfferRef, OfferView, ReminderBlocker},
    offer_dialog::{OfferDialogChooseKind, OfferDialogPhase, OfferDialogView, OfferFields},
    request_centre::{RequestAge, RequestCentreList, RequestCentreView, RequestFilter, RequestView},
};
use proffer_domain::{MessageKind, OfferId, OfferState, QuestionId, ServiceKind};
use proffer_testkit::{Customer, DeskAtWork, Expert, World};

/// A question that the desk has answered.
pub(super) async fn answered(helen: &Customer, desk: &DeskAtWork, title: &str) -> anyhow::Result<QuestionId> {
    let question = helen.ask(title, "What can I do?").await?;
    desk.lock(question).await?;
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    desk.until_sent().await?;
    Ok(question)
}

/// An offer of this kind, title and price.
pub(super) async fn offered(
    desk: &DeskAtWork,
    question: QuestionId,
    kind: ServiceKind,
    title: &str,
    (price, currency): (&str, &str),
) -> anyhow::Result<OfferId> {
    let opened = desk.open_dialog(question).await?;
    let choose = OfferDialogChooseKind {
        draft_id: opened.draft_id,
        kind,
    };
    let chosen: OfferDialogView = desk.ask("offer_dialog_choose_kind", choose).await?;
    let fields = OfferFields {
        title: title.to_owned(),
        price_text: price.to_owned(),
        currency: currency.to_owned(),
        ..chosen.fields
    };
    desk.edit_dialog(opened.draft_id, fields).await?;
    let submitted = desk.submit_dialog(opened.draft_id).await?;
    let offer = match submitted.phase {
        OfferDialogPhase::Queued { offer_id } | OfferDialogPhase::Sent { offer_id } => offer_id,
        other => anyhow::bail!("the offer is {other:?}"),
    };
    desk.until_offer(offer, OfferState::Sent).await?;
    Ok(offer)
}

async fn insights(desk: &DeskAtWork, period: InsightsPeriod) -> anyhow::Result<InsightsView> {
    Ok(desk.ask("insights_show", InsightsShow { period }).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_in_pounds_and_yen_are_counted_together_and_summed_apart() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let empty = insights(&desk, InsightsPeriod::All).await?;
    assert!(!empty.has_offers && empty.counts.accepted_percent.is_none() && empty.earnings.is_empty());

    let question = answered(&helen, &desk, "My domain was taken").await?;
    let letters = ServiceKind::LetterTemplates;
    let pounds = offered(
        &desk,
        question,
        letters,
        "=HYPERLINK(\"http://bad\")",
        ("145.00", "GBP"),
    )
    .await?;
    let yen = offered(
        &desk,
        question,
        ServiceKind::InDepthResearch,
        "A report, in depth",
        ("15001", "JPY"),
    )
    .await?;
    let open = offered(&desk, question, letters, "A second letter", ("60.00", "GBP")).await?;
    helen.accept(pounds, 1).await?;
    helen.accept(yen, 1).await?;
    desk.until_offer(pounds, OfferState::Accepted).await?;
    desk.until_offer(yen, OfferState::Accepted).await?;
    desk.ask::<OfferView>("offer_start", OfferRef { offer_id: yen }).await?;
    let save = OfferDeliverySave {
        offer_id: yen,
        message: "Here is the report.".to_owned(),
        is_call_outcome: false,
    };
    desk.ask::<serde_json::Value>("offer_delivery_save", save).await?;
    desk.ask::<OfferView>("offer_deliver", OfferRef { offer_id: yen })
        .await?;
    desk.until_offer(yen, OfferState::Delivered).await?;
    helen.complete(yen).await?;
    desk.until_offer(yen, OfferState::Completed).await?;

    let view = insights(&desk, InsightsPeriod::Days30).await?;
    assert_eq!((view.counts.sent, view.counts.accepted), (3, 2));
    assert_eq!(view.counts.accepted_percent, Some(67));
    assert!(view.accept_median_seconds.is_some_and(|seconds| seconds < 600));
    assert_eq!(view.kinds[0].kind, letters);
    assert_eq!((view.kinds[0].counts.sent, view.kinds[1].counts.sent), (2, 1));
    let templates: Vec<_> = view.templates.iter().map(|row| row.name.as_deref()).collect();
    assert_eq!(
        templates,
        [Some(letters.label()), Some(ServiceKind::InDepthResearch.label())]
    );
    assert_eq!(view.categories.len(), 1);
    assert_eq!(view.categories[0].name.as_deref(), Some("Internet law"));
    let currencies: Vec<_> = view.prices.iter().map(|price| price.currency.as_str()).collect();
    assert_eq!(currencies, ["GBP", "JPY"]);
    let sums: Vec<_> = view
        .earnings
        .iter()
        .map(|one| {
            let (accepted, completed) = (&one.accepted, &one.completed);
            (
                accepted.text.as_str(),
                accepted.net_text.as_str(),
                completed.text.as_str(),
            )
        })
        .collect();
    assert_eq!(
        sums,
        [("£145.00", "£116.00", "£0.00"), ("¥15,001", "¥12,001", "¥15,001")]
    );

    let saved: InsightsExported = desk.ask("insights_export", InsightsShow::default()).await?;
    assert_eq!(saved.offer_count, 3);
    let text = std::fs::read_to_string(&saved.path)?;
    let lines: Vec<_> = text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("offer,question,customer,title,"), "{}", lines[0]);
    assert!(text.contains(",\"'=HYPERLINK(\"\"http://bad\"\")\","), "{text}");
    assert!(text.contains(",145.00,116.00,GBP,"), "{text}");
    assert!(text.contains(",\"A report, in depth\","), "{text}");
    assert!(text.contains(",15001,12001,JPY,"), "{text}");
    let again: InsightsExported = desk.ask("insights_export", InsightsShow::default()).await?;
    assert_ne!(again.path, saved.path);

    // Another expert's insights know nothing of these.
    let mira = world.desk_in_step(Expert::Mira).await?;
    assert!(!insights(&mira, InsightsPeriod::All).await?.has_offers);
    mira.desk.close().await;

    narrowing_finds(&desk, open).await?;
    // A new version is no second offer.
    let before = insights(&desk, InsightsPeriod::All).await?.counts.sent;
    assert_eq!(before, 3);
    desk.desk.close().await;
    Ok(())
}

async fn count(desk: &DeskAtWork, filter: RequestFilter) -> anyhow::Result<u32> {
    let list = RequestCentreList {
        view: RequestView::AllOpen,
        filter,
        ..RequestCentreList::default()
    };
    let view: RequestCentreView = desk.ask("request_centre_list", list).await?;
    Ok(view
        .views
        .iter()
        .filter(|view| view.view != RequestView::AllOpen)
        .map(|view| view.count)
        .sum())
}

async fn narrowing_finds(desk: &DeskAtWork, open: OfferId) -> anyhow::Result<()> {
    let all = RequestFilter::default;
    let pounds = || Some("GBP".to_owned());
    for (filter, found) in [
        (all(), 3),
        (
            RequestFilter {
                kind: Some(ServiceKind::InDepthResearch),
                ..all()
            },
            1,
        ),
        (
            RequestFilter {
                state: Some(OfferState::Sent),
                ..all()
            },
            1,
        ),
        (
            RequestFilter {
                currency: pounds(),
                ..all()
            },
            2,
        ),
        (
            RequestFilter {
                currency: pounds(),
                min_text: "100".to_owned(),
                ..all()
            },
            1,
        ),
        (
            RequestFilter {
                currency: pounds(),
                max_text: "£100.00".to_owned(),
                ..all()
            },
            1,
        ),
        (
            // Amounts say nothing without a currency.
            RequestFilter {
                max_text: "100".to_owned(),
                ..all()
            },
            3,
        ),
        (
            RequestFilter {
                age: Some(RequestAge::Week),
                ..all()
            },
            3,
        ),
        (
            RequestFilter {
                age: Some(RequestAge::Older),
                ..all()
            },
            0,
        ),
    ] {
        assert_eq!(count(desk, filter.clone()).await?, found, "{filter:?}");
    }
    let list = RequestCentreList {
        filter: RequestFilter {
            currency: pounds(),
            min_text: "a lot".to_owned(),
            ..all()
        },
        ..RequestCentreList::default()
    };
    let refused = desk
        .ask::<RequestCentreView>("request_centre_list", list)
        .await
        .unwrap_err();
    assert_eq!(refused.fields[0].pointer, "/filter/min_text");
    let view: RequestCentreView = desk.ask("request_centre_list", RequestCentreList::default()).await?;
    assert_eq!(view.choices.currencies, ["GBP", "JPY"]);
    assert_eq!(view.choices.kinds.len(), 2);
    assert_eq!(view.choices.categories[0].name, "Internet law");

    // It was sent a moment ago.
    let offer = desk.offer_view(open).await?;
    assert!(offer.actions.contains(&OfferAction::Remind));
    let blocker = offer.reminder.and_then(|reminder| reminder.blocker);
    assert!(matches!(blocker, Some(ReminderBlocker::TooEarly { .. })), "{blocker:?}");
    let refused = desk
        .ask::<OfferView>("offer_remind", OfferRef { offer_id: open })
        .await
        .unwrap_err();
    assert_eq!(refused.code, ApiErrorCode::ReminderNotAllowed);
    Ok(())
}
