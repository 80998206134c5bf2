//! The preview shows what the customer gets: the platform's real letter and real page, for every kind of service.

use anyhow::Context;
use proffer_desk::api::offer_dialog::{
    CallSlotField, OfferDialogChooseKind, OfferDialogOpen, OfferDialogPhase, OfferDialogView, OfferFields, OfferPreview,
};
use proffer_domain::{MessageKind, OfferState, ServiceKind};
use proffer_testkit::{Expert, World, wait_until};
use std::collections::HashMap;

/// The customer's letters about offers as they were written, by subject: their text, and the address in it.
async fn letters(world: &World) -> anyhow::Result<HashMap<String, (String, String)>> {
    let mut found = HashMap::new();
    for entry in std::fs::read_dir(world.mail_folder())? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let bytes = std::fs::read(path)?;
        let mail = mail_parser::MessageParser::default().parse(&bytes).context("no mail")?;
        let text = mail.body_text(0).context("no text")?.replace("\r\n", "\n");
        let url = text.lines().find(|line| line.starts_with("http")).unwrap_or_default();
        found.insert(
            mail.subject().unwrap_or_default().to_owned(),
            (text.replace(url, "LINK"), url.to_owned()),
        );
    }
    Ok(found)
}

/// The preview's letter with its stand-in for the link replaced likewise.
fn letter_of(preview: &OfferPreview) -> String {
    let stand_in = preview.email_text.lines().find(|line| line.starts_with('('));
    preview.email_text.replace(stand_in.unwrap_or_default(), "LINK")
}

/// The offer's page, reached by the letter's link as a browser does.
async fn offer_page(link: &str) -> anyhow::Result<String> {
    let client = reqwest::Client::builder().no_proxy().cookie_store(true).build()?;
    let landing = client.get(link).send().await?.error_for_status()?.text().await?;
    let form = landing.split("name=\"form\" value=\"").nth(1).context("no form")?;
    let form = form.split('"').next().unwrap_or_default();
    let opened = client.post(link).form(&[("form", form)]).send().await?;
    Ok(opened.error_for_status()?.text().await?)
}

/// What is written on a page, without its markup and with its spaces as one.
fn words_of(html: &str) -> String {
    let mut text = String::new();
    let mut is_markup = false;
    for c in html.chars() {
        match c {
            '<' => {
                is_markup = true;
                text.push(' ');
            }
            '>' if is_markup => is_markup = false,
            c if !is_markup => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&#39;", "'").replace("&#38;", "&").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the preview shows, in the order of the page.
fn shown(preview: &OfferPreview) -> Vec<String> {
    let words = &preview.words;
    let mut lines = vec![
        "Premium Service OPTIONAL".to_owned(),
        words.state.clone(),
        preview.title.clone(),
        preview.price_text.clone().unwrap_or_default(),
        format!("{} · from {}", preview.kind_label, preview.expert_name),
        words.state_text.clone(),
        words.receive.clone(),
    ];
    lines.extend(preview.deliverables.iter().cloned());
    lines.extend([
        words.whole_price.clone(),
        preview.price_text.clone().unwrap_or_default(),
    ]);
    lines.extend([words.delivery.clone(), preview.delivery_text.clone()]);
    if let Some(at) = &preview.expires_text {
        lines.extend([words.open_until.clone(), format!("{at} {}", preview.zone_name)]);
    }
    lines.push(words_of(&preview.note_html));
    if !preview.call_slots.is_empty() {
        lines.push(words.choose_call_slot.clone());
        lines.extend(preview.call_slots.iter().map(|slot| slot.text.clone()));
    }
    lines.extend([
        words.accept.clone(),
        words.nothing_chosen.clone(),
        words.not_now.clone(),
        words.decline.clone(),
    ]);
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_is_the_letter_and_the_page_for_every_kind() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    for (number, kind) in ServiceKind::ALL.into_iter().enumerate() {
        let question = helen.ask(&format!("Question {number}"), "What can I do?").await?;
        desk.lock(question).await?;
        desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
        let opened = desk.open_dialog(question).await?;
        assert_eq!(opened.customer_zone.as_deref(), Some("Europe/London"));
        let draft_id = opened.draft_id;
        let chosen: OfferDialogView = desk
            .ask("offer_dialog_choose_kind", OfferDialogChooseKind { draft_id, kind })
            .await?;
        let starts_at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(50);
        let slots = vec![CallSlotField { starts_at, minutes: 30 }];
        let fields = OfferFields {
            title: format!("{} for {{customer}}: {number}", chosen.fields.title),
            price_text: "145".to_owned(),
            expires_at: (number % 2 == 0).then(|| opened.expiries[0].expires_at),
            call_slots: if kind.is_call() { slots } else { Vec::new() },
            ..chosen.fields
        };
        let filled = desk.edit_dialog(draft_id, fields).await?;
        assert_eq!(filled.problems, []);
        let offer = match desk.submit_dialog(draft_id).await?.phase {
            OfferDialogPhase::Queued { offer_id } | OfferDialogPhase::Sent { offer_id } => offer_id,
            other => anyhow::bail!("the offer is {other:?}"),
        };
        desk.until_offer(offer, OfferState::Sent).await?;
        let preview = &filled.preview;
        let (text, url) = wait_until("the letter is there", async || {
            Ok(letters(&world).await?.remove(&preview.email_subject))
        })
        .await?;
        assert_eq!(letter_of(preview), text, "{kind:?}");
        let words = words_of(&offer_page(&url).await?);
        let mut from = 0;
        for line in shown(preview) {
            let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            let at = words[from..].find(&line);
            from += at.with_context(|| format!("{kind:?}: {line:?} is not next in {}", &words[from..]))?;
        }
        if number > 0 {
            continue;
        }
        let revise = OfferDialogOpen {
            question_id: question,
            revises: Some(offer),
        };
        let opened: OfferDialogView = desk.ask("offer_dialog_open", revise).await?;
        let fields = OfferFields {
            price_text: "120".to_owned(),
            note: "Cheaper, {customer}.".to_owned(),
            ..opened.fields
        };
        let revised = desk.edit_dialog(opened.draft_id, fields).await?;
        desk.submit_dialog(opened.draft_id).await?;
        let (text, _) = wait_until("the letter about the new version is there", async || {
            Ok(letters(&world).await?.remove(&revised.preview.email_subject))
        })
        .await?;
        assert_eq!(letter_of(&revised.preview), text);
    }
    desk.desk.close().await;
    Ok(())
}
