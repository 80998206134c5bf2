//! Sessions and files open to their own people alone.

use crate::http::Served;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_that_was_ended_or_made_up_opens_nothing() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let mut session = served.sign_in(&served.world.daniel).await?;
    assert_eq!(session.get("/v1/me").send().await?.status(), 200);
    let ended = session.request(Method::DELETE, "/v1/sessions/current").send().await?;
    assert_eq!(ended.status(), 204);
    assert_eq!(session.get("/v1/me").send().await?.status(), 401);
    session.token = Some("made-up".to_owned());
    assert_eq!(session.get("/v1/me").send().await?.status(), 401);
    let late = served.sign_in(&served.world.daniel).await?;
    served.world.clock.pass(jiff::SignedDuration::from_hours(24 * 31));
    assert_eq!(
        late.get("/v1/me").send().await?.status(),
        401,
        "sessions end after 30 days"
    );
    Ok(())
}

#[tokio::test]
async fn a_file_is_given_to_who_may_see_what_it_belongs_to() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let world = &served.world;
    let helen = served.sign_in(&world.helen).await?;
    let daniel = served.sign_in(&world.daniel).await?;
    let tom = served.sign_in(&world.tom).await?;
    let stranger = served.sign_in(&world.stranger).await?;
    let stored: Value = helen
        .upload("my%20photo%22%0d%0a.png", b"\x89PNG\r\n\x1a\nrest".to_vec())
        .await?
        .json()
        .await?;
    let path = format!("/v1/attachments/{}", stored["id"].as_str().unwrap());
    // Uploaded and not sent yet: its owner's alone.
    assert_eq!(daniel.get(&path).send().await?.status(), 404);
    let mut question = served.question();
    question["attachments"] = json!([stored["id"]]);
    helen.done("/v1/questions", &question).await?;
    for (session, status) in [(&helen, 200), (&daniel, 200), (&tom, 404), (&stranger, 404)] {
        assert_eq!(session.get(&path).send().await?.status().as_u16(), status);
    }
    let given = daniel.get(&path).send().await?;
    let header = |name: &str| given.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-disposition").starts_with("attachment; filename=\"my photo"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-type"), "application/octet-stream");
    assert_eq!(given.bytes().await?, b"\x89PNG\r\n\x1a\nrest".as_slice());
    // A file is sent once: nobody ties it to something else.
    let mut second = served.question();
    second["attachments"] = json!([stored["id"]]);
    let refused = crate::http::problem(helen.command("/v1/questions", &second).send().await?).await?;
    assert_eq!(refused.errors[0].pointer, "/attachments/0");
    Ok(())
}
