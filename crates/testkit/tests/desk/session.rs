//! Signing in and out.

use proffer_desk::api::{
    ApiErrorCode,
    queue::{QueueList, QueueView},
    session::{SessionState, SessionView, TokenKept},
};
use proffer_domain::MessageKind;
use proffer_testkit::{Expert, PASSWORD, WebPage, World};

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_sign_in_is_told_why() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let page = WebPage::serve().await?;
    let desk = world.desk(Expert::Daniel).await?;
    let email = Expert::Daniel.email();
    let url = world.url();
    let nobody_there = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        format!("http://{}", listener.local_addr()?)
    };
    for (url, email, password, code) in [
        (url.as_str(), email, "not the password", ApiErrorCode::WrongCredentials),
        (
            url.as_str(),
            "nobody@experts.example",
            PASSWORD,
            ApiErrorCode::WrongCredentials,
        ),
        (
            url.as_str(),
            "helen@customers.example",
            PASSWORD,
            ApiErrorCode::NotAnExpert,
        ),
        (page.url.as_str(), email, PASSWORD, ApiErrorCode::NotAPlatform),
        (nobody_there.as_str(), email, PASSWORD, ApiErrorCode::Offline),
        ("http://answers.example", email, PASSWORD, ApiErrorCode::NotAPlatform),
        ("not an address", email, PASSWORD, ApiErrorCode::NotAPlatform),
        (url.as_str(), "", PASSWORD, ApiErrorCode::InvalidFields),
    ] {
        let refused = desk.sign_in_at(url, email, password).await.unwrap_err();
        assert_eq!(refused.code, code, "{url} {email}: {refused}");
    }
    let session: SessionView = desk.ask("session_show", ()).await?;
    assert_eq!(session.state, SessionState::SignedOut);
    let refused = desk
        .ask::<QueueView>("queue_list", QueueList::default())
        .await
        .unwrap_err();
    assert_eq!(refused.code, ApiErrorCode::SignInNeeded);
    assert!(desk.keychain.is_empty());
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lasts_over_a_restart_by_the_keychain_and_not_without_one() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let desk = world.desk(Expert::Daniel).await?;
    let session = desk.sign_in(&world).await?;
    assert_eq!(session.token_kept, Some(TokenKept::Keychain));
    let expert = session.expert.unwrap();
    assert_eq!(
        (expert.name.as_str(), expert.initials.as_str()),
        ("Daniel Okafor", "DO")
    );
    assert_eq!(expert.categories, ["Internet law"]);
    desk.until_online().await?;
    let desk = desk.restart().await?;
    desk.until_online().await?;

    desk.keychain.fail(Some("the keychain is locked"));
    let session = desk.sign_in(&world).await?;
    assert_eq!(session.token_kept, Some(TokenKept::ThisRun));
    desk.until_online().await?;
    let desk = desk.restart().await?;
    let session: SessionView = desk.ask("session_show", ()).await?;
    assert_eq!(session.state, SessionState::Expired);
    assert_eq!(session.email, Expert::Daniel.email());
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_in_no_file_and_in_no_diagnostics() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let shown: proffer_desk::api::diagnostics::DiagnosticsView = desk.ask("diagnostics_show", ()).await?;
    let token = desk.token().await?;
    assert!(!shown.text.contains(&token) && !shown.text.contains(Expert::Daniel.email()));
    desk.desk.close().await;
    for entry in std::fs::read_dir(desk.data_dir())? {
        let path = entry?.path();
        if path.is_file() {
            let bytes = std::fs::read(&path)?;
            let is_in = bytes.windows(token.len()).any(|window| window == token.as_bytes());
            assert!(!is_in, "{}", path.display());
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_asks_to_sign_in_and_what_was_written_goes_out_after() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    desk.end_session_elsewhere(&world).await?;
    desk.until_session(SessionState::Expired).await?;
    let shown = desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    assert_eq!(shown.messages.len(), 1);
    let refused = desk
        .ask::<serde_json::Value>(
            "question_extend",
            proffer_desk::api::question::QuestionRef { question_id: question },
        )
        .await
        .unwrap_err();
    assert_eq!(refused.code, ApiErrorCode::SignInNeeded);
    desk.sign_in(&world).await?;
    desk.until_sent().await?;
    assert_eq!(desk.conversation(question).await?.messages.len(), 1);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_keeps_drafts_and_outbox_for_that_expert_alone() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    desk.draft(question, MessageKind::Answer, "Half a thought").await?;
    let session: SessionView = desk.ask("session_sign_out", ()).await?;
    assert_eq!((session.state, session.expert), (SessionState::SignedOut, None));
    assert_eq!(session.email, Expert::Daniel.email());
    assert!(desk.keychain.is_empty());

    desk.sign_in_at(&world.url(), Expert::Mira.email(), PASSWORD).await?;
    assert_eq!(desk.until_known(question).await?.draft.text, "");
    desk.ask::<SessionView>("session_sign_out", ()).await?;
    desk.sign_in(&world).await?;
    assert_eq!(desk.until_known(question).await?.draft.text, "Half a thought");
    desk.desk.close().await;
    Ok(())
}
