//! Bad input gets words that say what is wrong and what to do, in one form.

use crate::{
    http::{Served, problem},
    world::{PASSWORD, new_id},
};
use proffer_domain::FieldCode;
use proffer_protocol::{ErrorCode, version::IDEMPOTENCY_KEY_HEADER};
use reqwest::{Body, Method};
use serde_json::json;

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_words() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let sign_in = async |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password, "device": "test" });
        problem(
            served
                .nobody()
                .request(Method::POST, "/v1/sessions")
                .json(&body)
                .send()
                .await?,
        )
        .await
    };
    let wrong = sign_in("helen@example.com", "something else").await?;
    assert_eq!((wrong.code, wrong.status), (ErrorCode::WrongCredentials, 401));
    assert_eq!(wrong.errors[0].pointer, "/password");
    assert_eq!(wrong, sign_in("nobody@example.com", PASSWORD).await?);
    assert_eq!(wrong, sign_in("helen@example.com", &"x".repeat(100_000)).await?);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_read_is_a_problem_too() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let helen = served.sign_in(&served.world.helen).await?;
    let post = |path: &str| {
        helen
            .request(Method::POST, path)
            .header(IDEMPOTENCY_KEY_HEADER, new_id().to_string())
    };
    let huge = format!("{{\"text\":\"{}\"}}", "x".repeat(2 * 1024 * 1024));
    let cases = [
        (
            post("/v1/questions").body("{not json"),
            400,
            ErrorCode::MalformedRequest,
        ),
        (post("/v1/questions").body("{}"), 400, ErrorCode::MalformedRequest),
        (
            post("/v1/questions").body(vec![0xff, 0xfe]),
            400,
            ErrorCode::MalformedRequest,
        ),
        (post("/v1/questions").body(huge), 413, ErrorCode::TooLarge),
        (helen.get("/v1/nothing"), 404, ErrorCode::NotFound),
        (post("/v1/questions/not-an-id/lock"), 404, ErrorCode::NotFound),
        (helen.get("/v1/sync?limit=many"), 400, ErrorCode::MalformedRequest),
        (
            helen.get("/v1/events?cursor=a&cursor=b"),
            400,
            ErrorCode::MalformedRequest,
        ),
        (helen.get("/v1/sync?cursor=%25%25"), 422, ErrorCode::InvalidFields),
        (helen.get("/v1/events?cursor=%25%25"), 422, ErrorCode::InvalidFields),
        (
            helen.get("/v1/me").header("proffer-protocol", "99"),
            426,
            ErrorCode::ProtocolMismatch,
        ),
        (
            helen.request(Method::POST, "/v1/questions").json(&served.question()),
            400,
            ErrorCode::MalformedRequest,
        ),
        (
            post("/v1/questions")
                .header("x-pad", "x")
                .header(IDEMPOTENCY_KEY_HEADER, "one")
                .body("{"),
            400,
            ErrorCode::MalformedRequest,
        ),
    ];
    for (request, status, code) in cases {
        let shown = format!("{request:?}");
        let response = request.send().await?;
        assert_eq!(response.headers()["proffer-protocol"], "1", "{shown}");
        let problem = problem(response).await?;
        assert_eq!((problem.status, problem.code), (status, code), "{shown}");
    }
    let not_allowed = helen.get("/v1/questions").send().await?;
    assert_eq!(not_allowed.status(), 405);
    assert_eq!(not_allowed.headers()["content-type"], "application/problem+json");
    assert_eq!(
        problem(not_allowed).await?.status,
        405,
        "the body names the response's own status"
    );
    Ok(())
}

#[tokio::test]
async fn wrong_fields_are_named_with_their_limits() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let helen = served.sign_in(&served.world.helen).await?;
    let ask = async |field: &str, value: serde_json::Value| {
        let mut question = served.question();
        question[field] = value;
        problem(helen.command("/v1/questions", &question).send().await?).await
    };
    for (field, value, code) in [
        ("title", json!("  "), FieldCode::Missing),
        ("title", json!("x".repeat(151)), FieldCode::TooLong),
        ("text", json!(""), FieldCode::Missing),
        ("text", json!("x".repeat(100 * 1024)), FieldCode::TooLong),
        ("category_id", json!(new_id()), FieldCode::NotOffered),
        ("attachments", json!(vec![new_id(); 11]), FieldCode::TooMany),
    ] {
        let problem = ask(field, value).await?;
        assert_eq!(
            (problem.status, problem.code),
            (422, ErrorCode::InvalidFields),
            "{field}"
        );
        assert_eq!(problem.errors[0].pointer, format!("/{field}"));
        assert_eq!(problem.errors[0].code, code, "{field}");
        assert!(problem.detail.is_some_and(|words| !words.is_empty()));
    }
    let problem = ask("attachments", json!([new_id()])).await?;
    assert_eq!(problem.errors[0].pointer, "/attachments/0");
    Ok(())
}

#[tokio::test]
async fn a_file_of_a_hundred_megabytes_is_refused_while_it_comes() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let helen = served.sign_in(&served.world.helen).await?;
    let chunk = vec![7_u8; 1024 * 1024];
    let chunks = futures_util::stream::iter((0..100).map(move |_| Ok::<_, std::io::Error>(chunk.clone())));
    match helen.upload("film.zip", Body::wrap_stream(chunks)).await {
        Ok(response) => {
            let problem = problem(response).await?;
            assert_eq!((problem.status, problem.code), (413, ErrorCode::TooLarge));
            assert_eq!(problem.errors[0].limit.as_deref(), Some("20 MB"));
        }
        // The server may close the connection before the client has read the answer.
        Err(error) => assert!(format!("{error:?}").to_lowercase().contains("error"), "{error:?}"),
    }
    let left: Vec<_> = std::fs::read_dir(served.world.home.folder().join("attachments"))?.collect();
    assert!(left.is_empty(), "nothing is left of it: {left:?}");
    Ok(())
}

#[tokio::test]
async fn dangerous_and_empty_files_are_refused_by_name_and_content() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let helen = served.sign_in(&served.world.helen).await?;
    for (name, bytes, code) in [
        ("setup.exe", b"hello".to_vec(), FieldCode::DangerousType),
        ("photo.jpg", b"MZ\x90\x00program".to_vec(), FieldCode::DangerousType),
        ("photo.jpg", b"\x7fELFprogram".to_vec(), FieldCode::DangerousType),
        ("..%2f..%2frun.sh", b"echo".to_vec(), FieldCode::DangerousType),
        ("empty.pdf", Vec::new(), FieldCode::Missing),
        ("..", b"x".to_vec(), FieldCode::Missing),
    ] {
        let problem = problem(helen.upload(name, bytes).await?).await?;
        assert_eq!((problem.status, problem.errors[0].code), (422, code), "{name}");
        assert_eq!(problem.errors[0].pointer, "/attachment");
    }
    Ok(())
}

#[tokio::test]
async fn a_file_sent_again_with_its_id_is_stored_once() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let helen = served.sign_in(&served.world.helen).await?;
    let tom = served.sign_in(&served.world.tom).await?;
    let path = format!("/v1/attachments?id={}&name=a.pdf", new_id());
    let send = async |session: &crate::http::Session| {
        let response = session.request(Method::POST, &path).body("%PDF-1.7 one").send().await?;
        anyhow::Ok((response.status().as_u16(), response.text().await?))
    };
    let first = send(&helen).await?;
    assert_eq!(first.0, 201);
    assert_eq!(first, send(&helen).await?);
    assert_eq!(send(&tom).await?.0, 403);
    Ok(())
}

#[tokio::test]
async fn a_locked_question_says_who_holds_it() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let question = served.world.locked().await?;
    let mira = served.sign_in(&served.world.mira).await?;
    let path = format!("/v1/questions/{question}/lock");
    let problem = problem(mira.command(&path, &json!(null)).send().await?).await?;
    assert_eq!((problem.status, problem.code), (409, ErrorCode::LockHeld));
    assert_eq!(problem.current.unwrap().lock.unwrap().holder.name, "Daniel");
    Ok(())
}
