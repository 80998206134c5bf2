//! Roles are checked on every route.

use crate::{
    databases::Home,
    world::{PASSWORD, World, nothing},
};
use proffer_domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

/// Every command of the API with a body that reads, and the roles that may send it.
fn commands(world: &World) -> Vec<(String, Value, &'static [Role])> {
    const CUSTOMER: &[Role] = &[Role::Customer];
    const EXPERT: &[Role] = &[Role::Expert];
    const TRUSTED: &[Role] = &[Role::Expert, Role::Moderator];
    const TALKERS: &[Role] = &[Role::Customer, Role::Expert];
    let (id, terms) = (nothing(), serde_json::to_value(world.terms()).unwrap());
    let question = |action: &str| format!("/v1/questions/{id}/{action}");
    let offer = |action: &str| format!("/v1/offers/{id}/{action}");
    vec![
        (
            "/v1/questions".into(),
            json!({"id": id, "category_id": id, "title": "t", "text": "t"}),
            CUSTOMER,
        ),
        (question("lock"), json!({}), EXPERT),
        (question("extend"), json!({}), EXPERT),
        (question("release"), json!({}), TRUSTED),
        (
            question("messages"),
            json!({"id": id, "kind": "reply", "text": "t"}),
            TALKERS,
        ),
        (question("rating"), json!({"stars": 5}), CUSTOMER),
        (question("offers"), json!({"id": id, "terms": terms}), EXPERT),
        (offer("revise"), json!({"version": 1, "terms": terms}), EXPERT),
        (offer("withdraw"), json!({}), TRUSTED),
        (offer("remind"), json!({}), EXPERT),
        (offer("start"), json!({}), EXPERT),
        (offer("deliver"), json!({"message": "m"}), EXPERT),
        (offer("cancel"), json!({"reason": "r"}), TRUSTED),
        (offer("accept"), json!({"version": 1}), CUSTOMER),
        (offer("hold"), json!({}), CUSTOMER),
        (offer("decline"), json!({}), CUSTOMER),
        (offer("reconsider"), json!({}), CUSTOMER),
        (offer("complete"), json!({}), CUSTOMER),
        (
            "/v1/support-requests".into(),
            json!({"id": id, "subject": "s", "text": "t"}),
            TALKERS,
        ),
    ]
}

/// What every role may do, with what is its own alone.
const OWN: [(&str, &str); 9] = [
    ("get", "/v1/me"),
    ("get", "/v1/sync"),
    ("get", "/v1/events"),
    ("get", "/v1/sessions"),
    ("delete", "/v1/sessions/{id}"),
    ("get", "/v1/me/totp"),
    ("post", "/v1/me/totp"),
    ("post", "/v1/me/totp/confirm"),
    ("post", "/v1/me/totp/disable"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_ones_own_account_is_for_each_role_and_for_nobody_without_a_session() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let http = reqwest::Client::new();
    let mut foreign = None;
    for email in [
        "helen.marsh@example.com",
        "daniel.okafor@example.com",
        "nora.castellan@example.com",
    ] {
        let token = world.flow.sign_in(email, PASSWORD, "test").await.unwrap().token;
        for (method, path) in OWN {
            let path = path.replace("{id}", &foreign.clone().unwrap_or_else(|| nothing().to_string()));
            let request = http
                .request(
                    Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                    format!("{url}{path}"),
                )
                .json(&json!({"code": "000000"}));
            let nobody = request.try_clone().unwrap().send().await.unwrap();
            assert_eq!(nobody.status(), 401, "{method} {path} without a session");
            let status = request.bearer_auth(&token).send().await.unwrap().status();
            // Another's session is as one that is not there.
            let may = if method == "delete" {
                status == 404
            } else {
                status.is_success() || status == 422
            };
            assert!(may, "{method} {path} gave {status}");
        }
        let sessions: Value = http
            .get(format!("{url}/v1/sessions"))
            .bearer_auth(&token)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        foreign = sessions[0]["id"].as_str().map(str::to_owned);
        assert!(foreign.is_some(), "{sessions}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_is_for_its_roles_alone_and_for_nobody_without_a_session() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let commands = commands(&world);
    let url = world.serve().await;
    let http = reqwest::Client::new();
    let mut tokens = Vec::new();
    for (role, email) in [
        (Role::Customer, "helen.marsh@example.com"),
        (Role::Expert, "daniel.okafor@example.com"),
        (Role::Moderator, "nora.castellan@example.com"),
    ] {
        tokens.push((role, world.flow.sign_in(email, PASSWORD, "test").await.unwrap().token));
    }
    for (path, body, roles) in &commands {
        let post = |token: Option<&str>| {
            let request = http
                .post(format!("{url}{path}"))
                .header("idempotency-key", world.key().to_string())
                .json(body);
            token
                .map_or(request.try_clone().unwrap(), |token| request.bearer_auth(token))
                .send()
        };
        assert_eq!(post(None).await.unwrap().status(), 401, "{path} without a session");
        assert_eq!(
            post(Some("made-up")).await.unwrap().status(),
            401,
            "{path} with a made-up token"
        );
        for (role, token) in &tokens {
            let status = post(Some(token)).await.unwrap().status();
            assert_eq!(status != 403, roles.contains(role), "{path} as {role:?} gave {status}");
        }
    }
    for path in [
        "/v1/me",
        "/v1/sync",
        "/v1/events",
        &format!("/v1/attachments/{}", nothing()),
    ] {
        let response = http.get(format!("{url}{path}")).send().await.unwrap();
        assert_eq!(response.status(), 401, "{path}");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
    let upload = http.request(
        Method::POST,
        format!("{url}/v1/attachments?id={}&name=a.txt", nothing()),
    );
    assert_eq!(upload.body("x").send().await.unwrap().status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_commands_names_every_route() {
    let world = World::begin(Home::on_sqlite().unwrap()).await;
    let described = serde_json::to_value(proffer_platform::api::openapi()).unwrap();
    let id = nothing().to_string();
    let mut known: Vec<_> = commands(&world)
        .into_iter()
        .map(|(path, ..)| path.replace(&id, "{id}"))
        .collect();
    known.extend(["/v1/sessions".to_owned(), "/v1/attachments".to_owned()]);
    known.extend(
        OWN.iter()
            .filter(|(method, _)| *method == "post")
            .map(|(_, path)| (*path).to_owned()),
    );
    known.sort();
    let mut posts: Vec<_> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, methods)| methods.get("post").is_some())
        .map(|(path, _)| path.clone())
        .collect();
    posts.sort();
    assert_eq!(known, posts);
}
