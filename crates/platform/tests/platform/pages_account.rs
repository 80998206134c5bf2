//! The page of one's own account, and a new password, as a browser uses them.

use super::{
    databases::Home,
    pages::{Browser, hidden},
    world::{PASSWORD, World},
};
use reqwest::StatusCode;
use std::{path::Path, time::Duration};
use totp_rs::{Builder, Secret};

const HELEN: &str = "helen.marsh@example.com";
const NEW_PASSWORD: &str = "another long password";

/// The link of an email with a reset, once it is in the mail folder.
async fn emailed_reset(data: &Path) -> String {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    loop {
        for entry in std::fs::read_dir(data.join("mail")).into_iter().flatten().flatten() {
            let raw = std::fs::read_to_string(entry.path()).unwrap_or_default();
            let raw = raw.replace("=\r\n", "");
            if let Some((_, rest)) = raw.split_once("/reset-password/") {
                let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
                return format!("/reset-password/{}", rest.split(is_end).next().unwrap());
            }
        }
        assert!(tokio::time::Instant::now() < deadline, "no email with a reset");
        tokio::task::yield_now().await;
    }
}

/// The code that an app with the page's secret shows at the world's time.
fn shown(world: &World, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret.replace('-', "")).unwrap();
    let now = u64::try_from(world.flow.ports().clock.now().as_second()).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(now).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_replaced_by_an_emailed_link_and_every_device_is_signed_out() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let (browser, other) = (Browser::new(&url), Browser::new(&url));
    other.sign_in(HELEN).await;
    let mut answers = Vec::new();
    for email in ["nobody@example.com", HELEN] {
        let (_, page) = browser.get("/forgot-password").await;
        let form = [("form", hidden(&page, "form")), ("email", email)];
        let (status, _, page) = browser.post("/forgot-password", &form).await;
        answers.push((status, page));
    }
    assert_eq!(answers[0], answers[1], "nobody learns who is known");
    world.flow.wake();
    let link = emailed_reset(world.home.folder()).await;
    assert!(link.starts_with("/reset-password/"), "{link}");
    for _ in 0..2 {
        let (status, page) = browser.get(&link).await;
        assert!(status.is_success() && page.contains("New password"), "{page}");
    }
    let choose = async |password: &str| {
        let (_, page) = browser.get(&link).await;
        let form = [("form", hidden(&page, "form")), ("password", password)];
        browser.post(&link, &form).await
    };
    assert_eq!(choose("short").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, at, page) = choose(NEW_PASSWORD).await;
    assert!(status.is_success() && at == "/sign-in", "{page}");
    let (_, page) = other.get("/questions").await;
    assert!(page.contains("<h1>Sign in</h1>"), "{page}");
    let (status, page) = browser.get(&link).await;
    assert!(
        status == StatusCode::NOT_FOUND && page.contains("Send a new link"),
        "{page}"
    );
    assert!(world.flow.sign_in(HELEN, PASSWORD, "x").await.is_err());
    world.flow.sign_in(HELEN, NEW_PASSWORD, "x").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_step_sign_in_is_set_up_on_the_page_and_other_devices_are_signed_out_there() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    browser.sign_in(HELEN).await;
    let lost = world
        .flow
        .sign_in(HELEN, PASSWORD, "Lost <b>phone</b>")
        .await
        .unwrap()
        .token;
    let (_, page) = browser.get("/account").await;
    assert!(
        page.contains("Lost &#60;b&#62;phone") && page.contains("(here)"),
        "{page}"
    );
    let (_, rest) = page.split_once("action=\"/account/sessions/").unwrap();
    let id = rest.split('/').next().unwrap();
    let (_, _, page) = browser
        .post(
            &format!("/account/sessions/{id}/end"),
            &[("form", hidden(&page, "form"))],
        )
        .await;
    assert!(!page.contains("Lost"), "{page}");
    assert!(world.flow.account_of_token(&lost).await.unwrap().is_none());
    let (_, _, page) = browser.post("/account/totp", &[("form", hidden(&page, "form"))]).await;
    let secret = hidden(&page, "secret").to_owned();
    let confirm = async |page: &str, code: &str| {
        let uri = hidden(page, "uri").replace("&#38;", "&");
        let form = [
            ("form", hidden(page, "form")),
            ("secret", secret.as_str()),
            ("uri", uri.as_str()),
            ("code", code),
        ];
        browser.post("/account/totp/confirm", &form).await
    };
    let (status, _, page) = confirm(&page, "12").await;
    assert!(
        status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(&secret),
        "{page}"
    );
    let (status, _, page) = confirm(&page, &shown(&world, &secret)).await;
    assert!(
        status.is_success() && page.contains("10 recovery codes are left"),
        "{page}"
    );
    let (_, rest) = page.split_once("<li><code>").unwrap();
    let recovery = rest.split('<').next().unwrap().to_owned();
    let (_, page) = browser.get("/account").await;
    assert!(!page.contains(&recovery), "shown once");
    browser.post("/sign-out", &[("form", hidden(&page, "form"))]).await;
    let sign_in = async |code: &str| {
        let (_, page) = browser.get("/sign-in").await;
        let form = [
            ("form", hidden(&page, "form")),
            ("email", HELEN),
            ("password", PASSWORD),
            ("code", code),
        ];
        browser.post("/sign-in", &form).await
    };
    let (status, _, page) = sign_in("").await;
    assert!(
        status == StatusCode::UNAUTHORIZED && page.contains("name=\"code\""),
        "{page}"
    );
    let (status, _, page) = sign_in("000").await;
    assert!(
        status == StatusCode::UNAUTHORIZED && page.contains("does not fit"),
        "{page}"
    );
    let (status, _, page) = sign_in(&recovery).await;
    assert!(status.is_success() && page.contains("Sign out"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_wrong_passwords_on_the_page_are_said_in_words() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let mut last = (StatusCode::OK, String::new(), String::new());
    for _ in 0..11 {
        let (_, page) = browser.get("/sign-in").await;
        let form = [("form", hidden(&page, "form")), ("email", HELEN), ("password", "wrong")];
        last = browser.post("/sign-in", &form).await;
    }
    assert_eq!(last.0, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.2.contains("Too many tries. Wait a minute"), "{}", last.2);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_the_account_is_refused_without_its_token() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    browser.sign_in(HELEN).await;
    for path in [
        "/account/totp",
        "/account/totp/confirm",
        "/account/totp/disable",
        "/account/sessions/00000000-0000-0000-0000-00000000002a/end",
        "/forgot-password",
        "/reset-password/abc",
    ] {
        let (status, _, page) = browser.post(path, &[("form", "forged"), ("code", "1")]).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {page}");
    }
}
