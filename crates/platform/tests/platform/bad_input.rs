//! Bad input gets an error that names the field and the way out.

use super::world::{Database, PASSWORD, World, nothing, on_both};
use proffer_domain::{FieldCode, MessageKind, OfferId};
use proffer_platform::flow::Command;
use proffer_protocol::{ErrorCode, Problem, SendOfferRequest};

on_both! { an_offer_that_may_not_be_sent_so_names_its_field }

async fn an_offer_that_may_not_be_sent_so_names_its_field(database: Database) {
    let world = World::on(database).await;
    let question = world.answered().await;
    type Change = fn(&mut proffer_domain::OfferTerms);
    let cases: [(Change, &str, FieldCode); 6] = [
        (|terms| terms.price.amount_minor = 0, "/price", FieldCode::TooSmall),
        (
            |terms| terms.price.amount_minor = 99_999_999,
            "/price",
            FieldCode::TooLarge,
        ),
        (
            |terms| terms.price.currency = "CHF".parse().unwrap(),
            "/price",
            FieldCode::NotOffered,
        ),
        (
            |terms| terms.deliverables = vec!["  ".into()],
            "/deliverables",
            FieldCode::Missing,
        ),
        (
            |terms| terms.expires_at = Some("2026-11-01T00:00:00Z".parse().unwrap()),
            "/expires_at",
            FieldCode::InThePast,
        ),
        (|terms| terms.title = "x".repeat(81), "/title", FieldCode::TooLong),
    ];
    for (change, pointer, code) in cases {
        let mut terms = world.terms();
        change(&mut terms);
        let request = SendOfferRequest {
            id: OfferId(world.flow.ports().new_id()),
            terms,
        };
        let problem = world
            .refused(&world.daniel, Command::SendOffer(question, request))
            .await;
        assert_eq!(problem.code, ErrorCode::InvalidFields);
        assert_eq!(
            (problem.errors[0].pointer.as_str(), problem.errors[0].code),
            (pointer, code)
        );
        assert!(!problem.errors[0].message.is_empty());
    }
    let unanswered = world.ask().await;
    world.run(&world.daniel, Command::Lock(unanswered)).await.unwrap();
    let request = SendOfferRequest {
        id: OfferId(world.flow.ports().new_id()),
        terms: world.terms(),
    };
    let problem = world
        .refused(&world.daniel, Command::SendOffer(unanswered, request))
        .await;
    assert_eq!(problem.code, ErrorCode::AnswerFirst);
    let mut upgrade = world.terms();
    upgrade.kind = proffer_domain::ServiceKind::UpgradeToPhoneCall;
    world.send(unanswered, upgrade).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_kilobytes_of_text_are_refused_with_the_limit() {
    let world = World::on(Database::Sqlite).await;
    let id = world.answered().await;
    let message = world.message(MessageKind::Answer, &"x".repeat(100 * 1024));
    let problem = world.refused(&world.daniel, Command::SendMessage(id, message)).await;
    assert_eq!(problem.errors[0].code, FieldCode::TooLong);
    assert_eq!(problem.errors[0].limit.as_deref(), Some("20000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_too_large_or_run_are_refused_in_words() {
    let mut world = World::on(Database::Sqlite).await;
    let url = world.serve().await;
    let token = world
        .flow
        .sign_in("daniel.okafor@example.com", PASSWORD, "test")
        .await
        .unwrap()
        .token;
    let http = reqwest::Client::new();
    let upload = async |name: &str, body: Vec<u8>| -> (u16, serde_json::Value) {
        let id = world.flow.ports().new_id();
        let response = http
            .post(format!("{url}/v1/attachments?id={id}&name={name}"))
            .bearer_auth(&token)
            .body(body)
            .send()
            .await
            .unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    };
    let (status, problem) = upload("setup.exe", b"MZ".to_vec()).await;
    assert_eq!(
        (status, problem["errors"][0]["code"].as_str()),
        (422, Some("dangerous_type"))
    );
    let (status, problem) = upload("photo.jpg", b"MZ\x90\0".to_vec()).await;
    assert_eq!(
        (status, problem["errors"][0]["code"].as_str()),
        (422, Some("dangerous_type"))
    );
    let (status, stored) = upload("manual.pdf", b"%PDF-1.7 hello".to_vec()).await;
    assert_eq!((status, stored["media_type"].as_str()), (201, Some("application/pdf")));
    let left: Vec<_> = std::fs::read_dir(world.data.path().join("attachments"))
        .unwrap()
        .flatten()
        .collect();
    assert_eq!(left.len(), 1, "nothing of the refused files is left");
    // A file over the limit is refused while it streams; the connection may break before all was sent.
    let id = world.flow.ports().new_id();
    let sent = http
        .post(format!("{url}/v1/attachments?id={id}&name=film.zip"))
        .bearer_auth(&token)
        .body(vec![0_u8; 100 * 1024 * 1024])
        .send()
        .await;
    if let Ok(response) = sent {
        assert_eq!(response.status(), 413);
    }
    assert!(!world.data.path().join("attachments").join(id.to_string()).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_a_problem_in_words() {
    let mut world = World::on(Database::Sqlite).await;
    let url = world.serve().await;
    let token = world
        .flow
        .sign_in("daniel.okafor@example.com", PASSWORD, "test")
        .await
        .unwrap()
        .token;
    let http = reqwest::Client::new();
    let problem = async |request: reqwest::RequestBuilder| -> Problem {
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        response.json().await.unwrap()
    };
    let wrong = http
        .post(format!("{url}/v1/sessions"))
        .json(&serde_json::json!({"email": "daniel.okafor@example.com", "password": "wrong password", "device": "x"}));
    assert_eq!(problem(wrong).await.code, ErrorCode::WrongCredentials);
    let unknown = http
        .post(format!("{url}/v1/sessions"))
        .json(&serde_json::json!({"email": "nobody@example.com", "password": "wrong password", "device": "x"}));
    assert_eq!(problem(unknown).await.code, ErrorCode::WrongCredentials);
    assert_eq!(
        problem(http.post(format!("{url}/v1/sessions")).body("{")).await.code,
        ErrorCode::MalformedRequest
    );
    assert_eq!(
        problem(http.get(format!("{url}/v1/nothing"))).await.code,
        ErrorCode::NotFound
    );
    let cursor = http.get(format!("{url}/v1/sync?cursor=%25")).bearer_auth(&token);
    assert_eq!(problem(cursor).await.errors[0].pointer, "/cursor");
    let old = http
        .get(format!("{url}/v1/me"))
        .bearer_auth(&token)
        .header("proffer-protocol", "99");
    assert_eq!(problem(old).await.code, ErrorCode::ProtocolMismatch);
    let keyless = http
        .post(format!("{url}/v1/questions/{}/lock", nothing()))
        .bearer_auth(&token);
    assert_eq!(problem(keyless).await.code, ErrorCode::MalformedRequest);
}
