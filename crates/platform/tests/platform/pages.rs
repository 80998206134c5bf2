//! The customers' pages over real HTTP, without JavaScript, as a browser uses them.

use crate::{
    databases::Home,
    world::{PASSWORD, World},
};
use proffer_domain::{MessageKind, OfferState};
use proffer_platform::flow::Command;
use reqwest::{Client, StatusCode, multipart::Form, redirect::Policy};
use std::{path::Path, time::Duration};

/// A browser with cookies, without JavaScript.
pub struct Browser {
    pub http: Client,
    pub url: String,
}

impl Browser {
    pub fn new(url: &str) -> Self {
        let http = Client::builder()
            .cookie_store(true)
            .redirect(Policy::limited(5))
            .build()
            .unwrap();
        Self {
            http,
            url: url.to_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        let response = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> (StatusCode, String, String) {
        let response = self
            .http
            .post(format!("{}{path}", self.url))
            .form(form)
            .send()
            .await
            .unwrap();
        let (status, at) = (response.status(), response.url().path().to_owned());
        (status, at, response.text().await.unwrap())
    }

    /// Sends a form with files to a page; gives the status, where it led and what it shows.
    pub async fn upload(&self, path: &str, form: Form) -> (StatusCode, String, String) {
        let request = self.http.post(format!("{}{path}", self.url)).multipart(form);
        let response = request.send().await.unwrap();
        let (status, at) = (response.status(), response.url().path().to_owned());
        (status, at, response.text().await.unwrap())
    }

    pub async fn sign_in(&self, email: &str) {
        let (_, page) = self.get("/sign-in").await;
        let form = [
            ("form", hidden(&page, "form")),
            ("email", email),
            ("password", PASSWORD),
        ];
        let (status, _, page) = self.post("/sign-in", &form).await;
        assert!(status.is_success() && page.contains("Sign out"), "{page}");
    }
}

/// The value of a hidden field.
pub fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let marker = format!("name=\"{name}\" value=\"");
    page.split_once(&marker)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(value, _)| value)
        .expect(name)
}

/// The link of the newest email of a recipient, once it is in the mail folder.
pub async fn emailed_link(data: &Path, subject: &str) -> String {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    loop {
        for entry in std::fs::read_dir(data.join("mail")).into_iter().flatten().flatten() {
            let raw = std::fs::read_to_string(entry.path())
                .unwrap_or_default()
                .replace("=\r\n", "");
            if raw.contains(subject)
                && let Some((_, rest)) = raw.split_once("/l/")
            {
                return format!(
                    "/l/{}",
                    rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
                        .next()
                        .unwrap()
                );
            }
        }
        assert!(tokio::time::Instant::now() < deadline, "no email with {subject:?}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_asks_replies_rates_and_accepts_without_javascript() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let browser = Browser::new(&url);
    let (_, page) = browser.get("/sign-up").await;
    let form = [
        ("form", hidden(&page, "form")),
        ("name", "Grace Adeyemi"),
        ("email", "grace@example.com"),
        ("password", PASSWORD),
        ("time_zone", "Europe/London"),
    ];
    let (_, at, page) = browser.post("/sign-up", &form).await;
    assert_eq!(at, "/ask");
    let category = world.category.to_string();
    let ask = reqwest::multipart::Form::new()
        .text("form", hidden(&page, "form").to_owned())
        .text("command", hidden(&page, "command").to_owned())
        .text("category", category)
        .text("title", "Who pays for the fence?")
        .text("text", "It fell over in the storm.")
        .part(
            "attachments",
            reqwest::multipart::Part::bytes(b"%PDF-1.7 x".to_vec()).file_name("plan.pdf"),
        );
    let response = browser
        .http
        .post(format!("{url}/ask"))
        .multipart(ask)
        .send()
        .await
        .unwrap();
    let question_path = response.url().path().to_owned();
    let page = response.text().await.unwrap();
    assert!(
        page.contains("Who pays for the fence?") && page.contains("plan.pdf"),
        "{page}"
    );
    let id = question_path.rsplit('/').next().unwrap().parse().unwrap();
    world.run(&world.daniel, Command::Lock(id)).await.unwrap();
    let answer = world.message(MessageKind::Answer, "**Both** of you.");
    world
        .run(&world.daniel, Command::SendMessage(id, answer))
        .await
        .unwrap();
    let offer = world.send(id, world.terms()).await;
    let (_, page) = browser.get("/questions").await;
    assert!(page.contains("Letter before action") && page.contains("£145.00") && page.contains("OPTIONAL"));
    let (_, page) = browser.get(&format!("/offers/{offer}")).await;
    assert!(
        page.contains("Accept for £145.00") && !page.contains("checked"),
        "nothing is preselected"
    );
    let form = [
        ("form", hidden(&page, "form")),
        ("command", hidden(&page, "command")),
        ("version", "1"),
    ];
    let (status, _, page) = browser.post(&format!("/offers/{offer}/accept"), &form).await;
    assert!(status.is_success() && page.contains("You accepted it"), "{page}");
    // The same form again, as a double click sends it: one effect.
    let (status, ..) = browser.post(&format!("/offers/{offer}/accept"), &form).await;
    assert!(status.is_success());
    assert_eq!(world.emails("offer_accepted").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emailed_link_opens_just_its_offer_and_fetching_it_changes_nothing() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let offer = world.offered().await;
    world.flow.wake();
    let link = emailed_link(world.home.folder(), "has a message for you").await;
    let scanner = Browser::new(&url);
    for _ in 0..3 {
        let (status, page) = scanner.get(&link).await;
        assert!(status.is_success() && page.contains("Open the offer"));
    }
    let untouched = world.offer(offer).await;
    assert_eq!((untouched.revision, untouched.offer.viewed_at), (1, None));
    let browser = Browser::new(&url);
    let (_, page) = browser.get(&link).await;
    let (status, at, page) = browser.post(&link, &[("form", hidden(&page, "form"))]).await;
    assert!(status.is_success() && at == format!("/offers/{offer}") && page.contains("Accept for £145.00"));
    assert!(
        world.offer(offer).await.offer.viewed_at.is_some(),
        "opening the page is a view"
    );
    let question = world.offer(offer).await.offer.question_id;
    let (_, page) = browser.get(&format!("/questions/{question}")).await;
    assert!(page.contains("Sign in"), "the link opens the offer alone");
    let form = [("form", hidden(&page, "form")), ("command", "x")];
    let (status, ..) = browser.post(&format!("/offers/{offer}/accept"), &form).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_and_expired_links_say_the_way_out() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    world.offered().await;
    world.flow.wake();
    let link = emailed_link(world.home.folder(), "has a message for you").await;
    let browser = Browser::new(&url);
    let (status, page) = browser.get("/l/made-up").await;
    assert!(status == StatusCode::NOT_FOUND && page.contains("This link does not work") && page.contains("Sign in"));
    world.clock.pass(jiff::SignedDuration::from_hours(91 * 24));
    let (status, page) = browser.get(&link).await;
    assert!(status == StatusCode::GONE && page.contains("This link has expired"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_token_is_refused() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let offer = world.offered().await;
    let browser = Browser::new(&url);
    browser.sign_in("helen.marsh@example.com").await;
    let (_, page) = browser.get(&format!("/offers/{offer}")).await;
    for token in ["", "made-up"] {
        let form = [("form", token), ("command", hidden(&page, "command")), ("version", "1")];
        let (status, ..) = browser.post(&format!("/offers/{offer}/accept"), &form).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
    assert_eq!(world.offer(offer).await.offer.state, OfferState::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_stays_text_and_pages_guard_themselves() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let id = world.ask().await;
    world.run(&world.daniel, Command::Lock(id)).await.unwrap();
    let answer = world.message(
        MessageKind::Answer,
        "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x>",
    );
    world
        .run(&world.daniel, Command::SendMessage(id, answer))
        .await
        .unwrap();
    let browser = Browser::new(&url);
    browser.sign_in("helen.marsh@example.com").await;
    let response = browser.http.get(format!("{url}/questions/{id}")).send().await.unwrap();
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    let page = response.text().await.unwrap();
    for bad in ["<script", "<img", "href=\"javascript:"] {
        assert!(!page.contains(bad), "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_typed_is_lost_when_a_form_comes_back() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let browser = Browser::new(&url);
    browser.sign_in("helen.marsh@example.com").await;
    let (_, page) = browser.get("/ask").await;
    let ask = reqwest::multipart::Form::new()
        .text("form", hidden(&page, "form").to_owned())
        .text("command", hidden(&page, "command").to_owned())
        .text("category", "")
        .text("title", "Who pays for the fence?")
        .text("text", "It fell over in the storm.")
        .part(
            "attachments",
            reqwest::multipart::Part::bytes(b"MZ".to_vec()).file_name("setup.exe"),
        )
        .part(
            "attachments",
            reqwest::multipart::Part::bytes(b"%PDF-1.7 x".to_vec()).file_name("plan.pdf"),
        );
    let response = browser
        .http
        .post(format!("{url}/ask"))
        .multipart(ask)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = response.text().await.unwrap();
    assert!(page.contains("Who pays for the fence?") && page.contains("It fell over in the storm."));
    assert!(
        page.contains("setup.exe is a program") && page.contains("Kept: plan.pdf"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_moved_on_meanwhile_says_so() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let offer = world.offered().await;
    let browser = Browser::new(&url);
    browser.sign_in("helen.marsh@example.com").await;
    let (_, page) = browser.get(&format!("/offers/{offer}")).await;
    world.run(&world.daniel, Command::WithdrawOffer(offer)).await.unwrap();
    let form = [
        ("form", hidden(&page, "form")),
        ("command", hidden(&page, "command")),
        ("version", "1"),
    ];
    let (status, _, page) = browser.post(&format!("/offers/{offer}/accept"), &form).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(page.contains("moved on") && page.contains("took it back"), "{page}");
}
