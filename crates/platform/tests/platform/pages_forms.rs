//! Forms: what was typed comes back, a double click has one effect, a lost link is replaced.

use super::{
    databases::Home,
    pages::{Browser, emailed_link, hidden},
    world::World,
};
use jiff::{SignedDuration, Timestamp};
use proffer_domain::{CallSlot, OfferState, ServiceKind};
use proffer_platform::flow::Command;
use proffer_protocol::{DeliverOfferRequest, Document, Entity};
use reqwest::{
    StatusCode,
    multipart::{Form, Part},
};
use std::time::Duration;

const HELEN: &str = "helen.marsh@example.com";

fn asking(page: &str, category: &str, title: &str, text: &str) -> Form {
    Form::new()
        .text("form", hidden(page, "form").to_owned())
        .text("command", hidden(page, "command").to_owned())
        .text("category", category.to_owned())
        .text("title", title.to_owned())
        .text("text", text.to_owned())
}

fn file(name: &str, bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name(name.to_owned())
}

async fn questions(world: &World) -> Vec<Document> {
    let mut tx = world.flow.store().read().await.unwrap();
    tx.documents(Entity::Question).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_100_mb_and_100_kb_of_text_are_refused_in_words_and_the_text_is_kept() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    browser.sign_in(HELEN).await;
    let (_, page) = browser.get("/ask").await;
    let category = world.category.to_string();
    let form = asking(&page, &category, "Whose hedge is it?", "It grew.")
        .part("attachments", file("film.zip", vec![0; 100 * 1024 * 1024]));
    let (status, _, page) = browser.upload("/ask", form).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.contains("film.zip") && page.contains("20"),
        "the file and the limit are named"
    );
    assert!(page.contains("Whose hedge is it?") && page.contains("It grew."));
    let long = "long ".repeat(20 * 1024);
    let form = asking(&page, &category, "Whose hedge is it?", &long);
    let (status, _, page) = browser.upload("/ask", form).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains(long.trim_end()) && page.contains("20000"));
    assert!(questions(&world).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_form_names_every_field_with_a_link_to_it() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    browser.sign_in(HELEN).await;
    let (_, page) = browser.get("/ask").await;
    let (status, _, page) = browser.upload("/ask", asking(&page, "", " ", "")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["category", "title", "text"] {
        assert!(
            page.contains(&format!("href=\"#{field}\"")),
            "{field} is in the summary"
        );
        assert!(page.contains(&format!("id=\"{field}\"")), "{field} can be gone to");
        assert!(
            page.contains(&format!("aria-describedby=\"{field}-problem\"")),
            "{field} is marked"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_asks_once_even_with_files() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    browser.sign_in(HELEN).await;
    let (_, page) = browser.get("/ask").await;
    let category = world.category.to_string();
    let form = || {
        asking(&page, &category, "Whose hedge is it?", "It grew.")
            .part("attachments", file("plan.pdf", b"%PDF-1.7 x".to_vec()))
    };
    let (first, second) = tokio::join!(browser.upload("/ask", form()), browser.upload("/ask", form()));
    assert!(
        first.0.is_success() && second.0.is_success(),
        "{} {}",
        first.2,
        second.2
    );
    assert_eq!(first.1, second.1, "both lead to the same question");
    assert_eq!(questions(&world).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_was_refused_can_be_changed_by_going_back() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    browser.sign_in(HELEN).await;
    let (_, page) = browser.get("/ask").await;
    let category = world.category.to_string();
    let (status, ..) = browser.upload("/ask", asking(&page, &category, "", "It grew.")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    // The page before, with the same hidden fields.
    let form = asking(&page, &category, "Whose hedge is it?", "It grew.");
    let (status, _, page) = browser.upload("/ask", form).await;
    assert!(status.is_success() && page.contains("Whose hedge is it?"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_out_customer_is_led_back_to_the_page_and_loses_nothing_typed() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let question = world.answered().await;
    let path = format!("/questions/{question}");
    let response = browser.http.get(format!("{}{path}", browser.url)).send().await.unwrap();
    assert_eq!(response.url().query(), Some(format!("next={path}").as_str()));
    let page = response.text().await.unwrap();
    let form = |next| {
        [
            ("form", hidden(&page, "form")),
            ("email", HELEN),
            ("password", super::world::PASSWORD),
            ("next", next),
        ]
    };
    let reply = Form::new().text("form", "x").text("text", "My long reply");
    let (status, _, refused) = browser.upload(&format!("{path}/reply"), reply).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(refused.contains("Nothing was sent"), "{refused}");
    let (_, at, _) = browser.post("/sign-in", &form(&path)).await;
    assert_eq!(at, path);
    for elsewhere in [
        "https://evil.example/",
        "//evil.example/questions",
        "/questions//evil.example",
    ] {
        let (status, at, _) = browser.post("/sign-in", &form(elsewhere)).await;
        assert!(status.is_success() && at == "/questions", "{elsewhere} led to {at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_link_comes_by_email_in_place_of_an_expired_one_and_nobody_learns_who_is_known() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let offer = world.offered().await;
    world.flow.wake();
    let link = emailed_link(world.home.folder(), "has a message for you").await;
    world.clock.pass(SignedDuration::from_hours(91 * 24));
    let (status, page) = browser.get(&link).await;
    assert_eq!(status, StatusCode::GONE);
    let ask = async |email: &str| {
        let form = [
            ("form", hidden(&page, "form")),
            ("lost", hidden(&page, "lost")),
            ("email", email),
        ];
        browser.post("/new-link", &form).await.2
    };
    let known = ask("Helen.Marsh@example.com ").await;
    let fresh = emailed_link(world.home.folder(), "Your new link").await;
    assert_eq!(ask("nobody@example.com").await, known, "the same words either way");
    assert_ne!(fresh, link);
    let (_, page) = browser.get(&fresh).await;
    let (status, at, _) = browser.post(&fresh, &[("form", hidden(&page, "form"))]).await;
    assert!(status.is_success() && at == format!("/offers/{offer}"));
    world.flow.renew_link("helen.marsh@example.com", "").await.unwrap();
    world.flow.renew_link("daniel.okafor@example.com", "").await.unwrap();
    assert_eq!(
        world.emails("new_link").await.len(),
        1,
        "not again within minutes, and not for experts"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn call_times_are_shown_in_the_customers_zone_and_the_chosen_one_is_kept() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let question = world.answered().await;
    let mut terms = world.terms();
    terms.kind = ServiceKind::FollowUpCall;
    // British summer time has begun by then: one hour more than in UTC.
    let slot = |at: &str| CallSlot {
        starts_at: at.parse::<Timestamp>().unwrap(),
        minutes: 30,
    };
    terms.call_slots = vec![slot("2027-06-01T08:30:00Z"), slot("2027-06-02T12:00:00Z")];
    let offer = world.send(question, terms).await;
    browser.sign_in(HELEN).await;
    let (_, page) = browser.get(&format!("/offers/{offer}")).await;
    assert!(
        page.contains("Tue 1 Jun 2027, 09:30, 30 minutes") && page.contains("Europe/London"),
        "{page}"
    );
    assert!(!page.contains("checked"), "nothing is preselected");
    let form = [
        ("form", hidden(&page, "form")),
        ("command", hidden(&page, "command")),
        ("version", hidden(&page, "version")),
        ("call_slot", "1"),
    ];
    let (_, _, page) = browser.post(&format!("/offers/{offer}/accept"), &form).await;
    assert!(page.contains("The call: Wed 2 Jun 2027, 13:00"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_time_that_has_passed_cannot_be_chosen_and_the_offer_can_still_be_accepted() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let question = world.answered().await;
    let mut terms = world.terms();
    terms.kind = ServiceKind::FollowUpCall;
    terms.call_slots = vec![CallSlot {
        starts_at: "2026-11-24T08:30:00Z".parse().unwrap(),
        minutes: 30,
    }];
    let offer = world.send(question, terms).await;
    world.clock.pass(SignedDuration::from_hours(48));
    browser.sign_in(HELEN).await;
    let path = format!("/offers/{offer}");
    let (_, page) = browser.get(&path).await;
    assert!(page.contains("(passed)"), "{page}");
    let accept = async |page: &str, slot: &str| {
        let form = [
            ("form", hidden(page, "form")),
            ("command", hidden(page, "command")),
            ("version", hidden(page, "version")),
            ("call_slot", slot),
        ];
        browser.post(&format!("{path}/accept"), &form).await
    };
    let (status, _, page) = accept(&page, "0").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("This time has passed"), "{page}");
    let (_, _, page) = accept(&page, "").await;
    assert!(page.contains("You accepted"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_held_declined_taken_back_and_its_delivery_confirmed_on_its_page() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let offer = world.offered().await;
    browser.sign_in(HELEN).await;
    let path = format!("/offers/{offer}");
    let press = async |action: &str, field: (&str, &str)| {
        let (_, page) = browser.get(&path).await;
        let form = [
            ("form", hidden(&page, "form")),
            ("command", hidden(&page, "command")),
            ("version", "1"),
            field,
        ];
        browser.post(&format!("{path}/{action}"), &form).await
    };
    let (status, _, page) = press("hold", ("remind_on", "2026-13-45")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("such as 2026-12-24") && page.contains("value=\"2026-13-45\""));
    let (_, _, page) = press("hold", ("remind_on", "2026-12-01")).await;
    assert!(
        page.contains("Kept for later") && page.contains("Tue 1 Dec 2026"),
        "{page}"
    );
    let (_, _, page) = press("decline", ("reason", "Too dear <b>for me</b>")).await;
    assert!(
        page.contains("You declined it") && !page.contains("Accept for"),
        "{page}"
    );
    let (_, _, page) = press("reconsider", ("reason", "")).await;
    assert!(
        page.contains("Kept for later") && page.contains("Accept for £145.00"),
        "{page}"
    );
    press("accept", ("reason", "")).await;
    world.run(&world.daniel, Command::StartOffer(offer)).await.unwrap();
    let delivery = DeliverOfferRequest {
        message: "Here it **is**.".to_owned(),
        is_call_outcome: false,
        attachments: vec![],
    };
    world
        .run(&world.daniel, Command::DeliverOffer(offer, delivery))
        .await
        .unwrap();
    let (_, page) = browser.get(&path).await;
    assert!(
        page.contains("<strong>is</strong>") && page.contains("Confirm that I received it"),
        "{page}"
    );
    let (_, _, page) = press("complete", ("reason", "")).await;
    assert!(page.contains("Completed"), "{page}");
    assert_eq!(world.offer(offer).await.offer.state, OfferState::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_history_of_a_revised_offer_is_on_its_page_and_the_old_version_cannot_be_accepted() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let offer = world.offered().await;
    browser.sign_in(HELEN).await;
    let path = format!("/offers/{offer}");
    let (_, old) = browser.get(&path).await;
    let mut terms = world.terms();
    terms.price = proffer_domain::Money::new(9_900, terms.price.currency);
    let revise = proffer_protocol::ReviseOfferRequest { version: 1, terms };
    world
        .run(&world.daniel, Command::ReviseOffer(offer, revise))
        .await
        .unwrap();
    let form = [
        ("form", hidden(&old, "form")),
        ("command", hidden(&old, "command")),
        ("version", hidden(&old, "version")),
    ];
    let (status, _, page) = browser.post(&format!("{path}/accept"), &form).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(
        page.contains("nothing was accepted") && page.contains("Accept for £99.00"),
        "{page}"
    );
    assert!(page.contains("Version 1, £145.00"), "{page}");
    assert_eq!(world.offer(offer).await.offer.state, OfferState::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_up_twice_by_a_double_click_signs_in() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let (_, page) = browser.get("/sign-up").await;
    let form = [
        ("form", hidden(&page, "form")),
        ("name", "Grace Adeyemi"),
        ("email", "grace@example.com"),
        ("password", super::world::PASSWORD),
        ("time_zone", "Asia/Tokyo"),
    ];
    for _ in 0..2 {
        let (status, at, _) = browser.post("/sign-up", &form).await;
        assert!(status.is_success() && at == "/ask");
    }
    let wrong = [form[0], form[1], form[2], ("password", "another password"), form[4]];
    let (status, _, page) = browser.post("/sign-up", &wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("There is an account with this address") && page.contains("Grace Adeyemi"));
    assert!(!page.contains("another password"), "a password is never shown again");
    // Long enough for the mail job to have run; nothing here sends email.
    assert!(
        tokio::time::timeout(Duration::from_secs(5), browser.get("/ask"))
            .await
            .is_ok()
    );
}
