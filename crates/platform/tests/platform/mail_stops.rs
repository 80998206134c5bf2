//! Letters in the recipient's language, and reminders that are stopped by one click.

use crate::{
    databases::Home,
    pages::{Browser, hidden},
    world::World,
};
use jiff::SignedDuration;
use mail_parser::MessageParser;
use proffer_platform::{
    flow::Command,
    jobs,
    language::Language,
    mail::{FolderMailer, OPTIONAL_KINDS, REMINDER, REMINDER_OF_EXPERT},
};
use proffer_protocol::HoldOfferRequest;
use reqwest::{StatusCode, header};

crate::on_both_databases![
    a_letter_is_written_in_the_language_of_its_reader,
    a_stopped_kind_of_reminder_is_not_sent_and_the_other_is,
];

async fn a_letter_is_written_in_the_language_of_its_reader(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let german = Language::German;
    world
        .flow
        .set_mail(world.helen.id, german, &OPTIONAL_KINDS)
        .await
        .unwrap();
    world.offered().await;
    let sent = world.emails("offer_sent").await;
    assert_eq!(
        sent[0].1,
        "Daniel Okafor hat eine Nachricht für Sie zu „Can he keep our domain?“"
    );
    Ok(())
}

async fn a_stopped_kind_of_reminder_is_not_sent_and_the_other_is(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await;
    let (helen, language) = (world.helen.id, Language::English);
    world.flow.set_mail(helen, language, &[REMINDER]).await.unwrap();
    assert_eq!(world.flow.wanted_mail(helen).await.unwrap(), [REMINDER]);
    let offer = world.offered().await;
    world.clock.pass(SignedDuration::from_hours(25));
    world.run(&world.daniel, Command::RemindOfOffer(offer)).await.unwrap();
    assert!(world.emails(REMINDER_OF_EXPERT).await.is_empty());
    let remind_at = Some(world.flow.ports().clock.now() + SignedDuration::from_hours(48));
    let hold = Command::HoldOffer(offer, HoldOfferRequest { remind_at });
    world.run(&world.helen, hold).await.unwrap();
    world.clock.pass(SignedDuration::from_hours(49));
    world.flow.run_due().await.unwrap();
    world.flow.run_due().await.unwrap();
    assert_eq!(world.emails(REMINDER).await.len(), 1, "once");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_of_a_mail_program_stops_reminders_and_nothing_else() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let offer = world.offered().await;
    world.clock.pass(SignedDuration::from_hours(25));
    world.run(&world.daniel, Command::RemindOfOffer(offer)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let from = "Proffer <no-reply@proffer.example>".parse().unwrap();
    jobs::run_once(&world.flow, &FolderMailer::new(folder.path().to_owned(), from))
        .await
        .unwrap();
    let mut stop = None;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let raw = std::fs::read(entry.unwrap().path()).unwrap();
        let message = MessageParser::default().parse(&raw).unwrap();
        let root = message.references().as_text().unwrap().to_owned();
        assert!(
            root.starts_with("question-") && message.in_reply_to().as_text() == Some(root.as_str()),
            "{root}"
        );
        let header = message
            .header_raw("List-Unsubscribe")
            .map(|text| text.trim().to_owned());
        let is_reminder = message.subject().unwrap().starts_with("A reminder of the offer");
        assert_eq!(header.is_some(), is_reminder, "{:?}", message.subject());
        if let Some(header) = header {
            let post = message.header_raw("List-Unsubscribe-Post").unwrap();
            assert_eq!(post.trim(), "List-Unsubscribe=One-Click");
            let link = header.trim_matches(['<', '>']).to_owned();
            assert!(message.body_text(0).unwrap().contains(&link) && message.body_html(0).unwrap().contains(&link));
            stop = Some(link);
        }
    }
    let (_, path) = stop.as_deref().unwrap().split_once("/stop/").unwrap();
    let path = format!("/stop/{path}");
    // Neither signed in nor with a cookie; fetching the link, as scanners do, stops nothing.
    let browser = Browser::new(&url);
    let (status, page) = browser.get(&path).await;
    assert!(status.is_success() && page.contains("Stop these emails"), "{page}");
    assert_eq!(world.flow.wanted_mail(world.helen.id).await.unwrap(), OPTIONAL_KINDS);
    for _ in 0..2 {
        let click = [("List-Unsubscribe", "One-Click")];
        let (status, _, page) = browser.post(&path, &click).await;
        assert!(status.is_success() && page.contains("have stopped"), "{page}");
    }
    assert_eq!(world.flow.wanted_mail(world.helen.id).await.unwrap(), [REMINDER]);
    assert_eq!(browser.post("/stop/nothing", &[]).await.0, StatusCode::NOT_FOUND);
    // They come again when she says so, and in her language.
    browser.sign_in("helen.marsh@example.com").await;
    let (_, page) = browser.get("/account").await;
    let form = [
        ("form", hidden(&page, "form")),
        ("language", "ja"),
        ("offer_reminder_of_expert", "1"),
    ];
    let (_, at, page) = browser.post("/account/mail", &form).await;
    assert!(at == "/account" && page.contains("lang=\"ja\" selected"), "{page}");
    assert_eq!(
        world.flow.wanted_mail(world.helen.id).await.unwrap(),
        [REMINDER_OF_EXPERT]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_up_gets_letters_in_the_language_of_the_browser() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let (_, page) = browser.get("/sign-up").await;
    let form = [
        ("form", hidden(&page, "form")),
        ("name", "Jonas Weber"),
        ("email", "jonas@example.com"),
        ("password", "correct horse battery"),
        ("time_zone", "Europe/Berlin"),
    ];
    let request = browser.http.post(format!("{}/sign-up", browser.url)).form(&form);
    let accepted = "de-AT,de;q=0.9,en;q=0.5";
    let response = request.header(header::ACCEPT_LANGUAGE, accepted).send().await.unwrap();
    assert!(response.status().is_success());
    let (_, page) = browser.get("/account").await;
    assert!(page.contains("lang=\"de\" selected"), "{page}");
}
