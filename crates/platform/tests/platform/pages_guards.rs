//! What pages refuse, and what fetching them must never do.

use super::{
    databases::Home,
    pages::{Browser, emailed_link, hidden},
    world::{World, nothing},
};
use proffer_domain::MessageKind;
use proffer_platform::{
    flow::{Command, NewAccount},
    store::AccountRow,
};
use proffer_protocol::{AskQuestionRequest, Document, Entity};
use reqwest::StatusCode;
use std::collections::BTreeSet;

const HELEN: &str = "helen.marsh@example.com";

/// All that a page can lead to.
fn links(page: &str) -> Vec<String> {
    page.split("href=\"")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .filter(|link| link.starts_with('/'))
        .map(str::to_owned)
        .collect()
}

/// Everything the database holds that a page could change.
async fn everything(world: &World) -> (Vec<Document>, usize) {
    let mut documents = Vec::new();
    for entity in [
        Entity::Question,
        Entity::Message,
        Entity::Offer,
        Entity::SupportRequest,
        Entity::Account,
    ] {
        let mut tx = world.flow.store().read().await.unwrap();
        documents.extend(tx.documents(entity).await.unwrap());
    }
    let mut emails = 0;
    for kind in [
        "answer",
        "info_request",
        "offer_sent",
        "offer_accepted",
        "offer_receipt",
        "new_link",
    ] {
        emails += world.emails(kind).await.len();
    }
    (documents, emails)
}

#[tokio::test(flavor = "multi_thread")]
async fn fetching_every_page_and_link_changes_nothing() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let offer = world.offered().await;
    let question = world.offer(offer).await.offer.question_id;
    world.flow.wake();
    let link = emailed_link(world.home.folder(), "has a message for you").await;
    browser.sign_in(HELEN).await;
    // That the customer looked is a fact, noted once.
    browser.get(&format!("/offers/{offer}")).await;
    browser.get(&format!("/questions/{question}")).await;
    let before = everything(&world).await;
    let mut seen = BTreeSet::new();
    let mut left = vec![
        "/questions".to_owned(),
        link,
        "/new-link".to_owned(),
        format!("/offers/{offer}/accept"),
        format!("/offers/{offer}/decline"),
        "/sign-out".to_owned(),
    ];
    while let Some(path) = left.pop() {
        if seen.insert(path.clone()) {
            let (_, page) = browser.get(&path).await;
            left.extend(links(&page));
        }
    }
    assert!(seen.len() >= 9, "{seen:?}");
    assert_eq!(everything(&world).await, before);
    let (_, page) = browser.get("/questions").await;
    assert!(page.contains("Helen Marsh"), "still signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_is_refused_without_its_token_or_with_anothers() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let offer = world.offered().await;
    let question = world.offer(offer).await.offer.question_id;
    world.flow.wake();
    let link = emailed_link(world.home.folder(), "has a message for you").await;
    browser.sign_in(HELEN).await;
    browser.get(&format!("/offers/{offer}")).await;
    let stranger = Browser::new(&browser.url);
    let (_, page) = stranger.get("/sign-in").await;
    let theirs = hidden(&page, "form").to_owned();
    let before = everything(&world).await;
    let mut forms: Vec<String> = ["accept", "hold", "decline", "reconsider", "complete"]
        .map(|action| format!("/offers/{offer}/{action}"))
        .into();
    forms.extend(["/sign-in", "/sign-up", "/sign-out", "/new-link"].map(str::to_owned));
    forms.extend([format!("/questions/{question}/rate"), link]);
    let command = uuid::Uuid::now_v7().to_string();
    for path in &forms {
        for token in ["", "made-up", &theirs] {
            let form = [
                ("form", token),
                ("command", command.as_str()),
                ("version", "1"),
                ("email", "new@example.com"),
                ("password", super::world::PASSWORD),
                ("name", "New"),
                ("time_zone", "UTC"),
                ("stars", "5"),
            ];
            let (status, _, page) = browser.post(path, &form).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {page}");
        }
    }
    for path in ["/ask".to_owned(), format!("/questions/{question}/reply")] {
        let form = reqwest::multipart::Form::new()
            .text("form", theirs.clone())
            .text("command", command.clone())
            .text("title", "x")
            .text("text", "x");
        let (status, ..) = browser.upload(&path, form).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(everything(&world).await, before);
}

async fn hostile_customer(world: &World) -> AccountRow {
    let new = NewAccount {
        role: proffer_domain::Role::Customer,
        email: "mallory@example.com".to_owned(),
        name: "</a><script>alert(1)</script>\u{202e}moc.live".to_owned(),
        password: super::world::PASSWORD.to_owned(),
        time_zone: "UTC".to_owned(),
        categories: vec![],
    };
    world.flow.create_account(new).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_titles_and_texts_are_shown_as_text_on_every_page_and_in_every_letter() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let mallory = hostile_customer(&world).await;
    let id = proffer_domain::QuestionId(world.flow.ports().new_id());
    let ask = AskQuestionRequest {
        id,
        category_id: world.category,
        title: "\"><script>alert(2)</script>\r\nBcc: everyone@example.com".to_owned(),
        text: "<svg onload=alert(3)> [x](javascript:alert(4)) ![i](https://evil.example/pixel)".to_owned(),
        attachments: vec![],
    };
    world.run(&mallory, Command::Ask(ask)).await.unwrap();
    world.run(&world.daniel, Command::Lock(id)).await.unwrap();
    let answer = world.message(MessageKind::Answer, "<iframe src=//evil.example></iframe>");
    world
        .run(&world.daniel, Command::SendMessage(id, answer))
        .await
        .unwrap();
    let mut terms = world.terms();
    terms.title = "\"><img src=x onerror=alert(5)>".to_owned();
    terms.deliverables = vec!["</li><script>alert(6)</script>".to_owned()];
    terms.note = "<style>*{display:none}</style>".to_owned();
    let offer = world.send(id, terms).await;
    world.flow.wake();
    browser.sign_in("mallory@example.com").await;
    let mut shown = Vec::new();
    for path in [
        "/questions".to_owned(),
        format!("/questions/{id}"),
        format!("/offers/{offer}"),
    ] {
        shown.push(browser.get(&path).await.1);
    }
    let link = emailed_link(world.home.folder(), "has a message for you").await;
    shown.push(browser.get(&link).await.1);
    let moderator = Browser::new(&browser.url);
    moderator.sign_in("nora.castellan@example.com").await;
    shown.push(moderator.get("/moderate").await.1);
    for page in &shown {
        for bad in [
            "<script",
            "<img",
            "<svg",
            "<iframe",
            "<style",
            "onerror=alert(5)>",
            "href=\"javascript:",
        ] {
            assert!(!page.contains(bad), "{bad} in {page}");
        }
    }
    for entry in std::fs::read_dir(world.home.folder().join("mail")).unwrap() {
        let raw = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let (head, _) = raw.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc:")), "{head}");
        let letter = mail_parser::MessageParser::default().parse(raw.as_bytes()).unwrap();
        let html = letter.body_html(0).unwrap();
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_customers_things_and_what_is_not_there_give_the_same_page_in_words() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let offer = world.offered().await;
    let question = world.offer(offer).await.offer.question_id;
    hostile_customer(&world).await;
    browser.sign_in("mallory@example.com").await;
    let mut pages = BTreeSet::new();
    for path in [
        format!("/offers/{offer}"),
        format!("/questions/{question}"),
        format!("/questions/{}", nothing()),
        format!("/questions/{question}/files/{}", nothing()),
        "/questions/not-an-id".to_owned(),
        "/offers/%ff".to_owned(),
        "/no-such-page".to_owned(),
    ] {
        let (status, page) = browser.get(&path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        pages.insert(page);
    }
    assert_eq!(pages.len(), 1, "nobody learns what is there: {pages:?}");
    let (status, page) = browser.get("/moderate").await;
    assert!(status == StatusCode::FORBIDDEN && page.contains("not for your account"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_kept_by_nobody_and_tell_no_other_site_where_they_were() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    browser.sign_in(HELEN).await;
    for path in ["/questions", "/ask", "/sign-in", "/questions/not-an-id"] {
        let response = browser.http.get(format!("{}{path}", browser.url)).send().await.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-content-type-options"), "nosniff");
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'"));
        let body = response.text().await.unwrap();
        assert!(!body.contains("<script") && !body.contains(" style=") && !body.contains(" onclick"));
    }
}
