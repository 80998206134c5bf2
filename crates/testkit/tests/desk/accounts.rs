//! Several accounts on one computer.

use proffer_desk::api::{
    ApiErrorCode,
    session::{AccountRef, SessionState, SessionView},
};
use proffer_domain::MessageKind;
use proffer_testkit::{Expert, PASSWORD, World};

#[tokio::test(flavor = "multi_thread")]
async fn accounts_on_two_platforms_are_switched_without_signing_in_and_keep_their_drafts_apart() -> anyhow::Result<()> {
    let (first, second) = (World::begin().await?, World::begin().await?);
    let helen = first.helen().await?;
    let desk = first.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    desk.draft(question, MessageKind::Answer, "Half a thought").await?;
    let daniel = desk.ask::<SessionView>("session_show", ()).await?.accounts[0].account_id;

    let session = desk.sign_in_at(&second.url(), Expert::Mira.email(), PASSWORD).await?;
    let names: Vec<_> = session
        .accounts
        .iter()
        .map(|account| (account.name.as_str(), account.is_current))
        .collect();
    assert_eq!(names, [("Mira Lindqvist", true), ("Daniel Okafor", false)]);
    assert_eq!(desk.keychain.len(), 2);
    desk.until_online().await?;
    assert_eq!(
        desk.conversation(question).await.unwrap_err().code,
        ApiErrorCode::NotFound
    );

    let session: SessionView = desk.ask("session_switch", AccountRef { account_id: daniel }).await?;
    assert_eq!(session.state, SessionState::SignedIn);
    assert_eq!(session.platform_url, first.url());
    assert_eq!(desk.until_known(question).await?.draft.text, "Half a thought");
    let desk = desk.restart().await?;
    desk.until_online().await?;
    let session: SessionView = desk.ask("session_show", ()).await?;
    assert_eq!(session.expert.unwrap().name, "Daniel Okafor");
    assert_eq!(session.accounts.len(), 2);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_left_takes_its_token_with_it_and_the_other_goes_on() -> anyhow::Result<()> {
    let (first, second) = (World::begin().await?, World::begin().await?);
    let desk = first.desk_in_step(Expert::Daniel).await?;
    desk.sign_in_at(&second.url(), Expert::Mira.email(), PASSWORD).await?;
    desk.until_online().await?;
    let session: SessionView = desk.ask("session_show", ()).await?;
    let daniel = session.accounts[1].account_id;

    let session: SessionView = desk.ask("session_forget", AccountRef { account_id: daniel }).await?;
    assert_eq!(session.state, SessionState::SignedIn);
    assert_eq!(session.accounts.len(), 1);
    assert_eq!(desk.keychain.len(), 1);
    let refused = desk
        .ask::<SessionView>("session_switch", AccountRef { account_id: daniel })
        .await
        .unwrap_err();
    assert_eq!(refused.code, ApiErrorCode::NotFound);

    // Signed out of one, the other saved one can be gone on with.
    desk.sign_in_at(&first.url(), Expert::Daniel.email(), PASSWORD).await?;
    let session: SessionView = desk.ask("session_sign_out", ()).await?;
    assert_eq!(session.state, SessionState::SignedOut);
    let mira = session.accounts[0].account_id;
    let session: SessionView = desk.ask("session_switch", AccountRef { account_id: mira }).await?;
    assert_eq!(session.state, SessionState::SignedIn);
    desk.until_online().await?;
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_whose_token_was_for_one_run_asks_to_sign_in_again() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let desk = world.desk(Expert::Daniel).await?;
    desk.keychain.fail(Some("the keychain is locked"));
    desk.sign_in(&world).await?;
    let daniel = desk.ask::<SessionView>("session_show", ()).await?.accounts[0].account_id;
    desk.sign_in_at(&world.url(), Expert::Mira.email(), PASSWORD).await?;
    let session: SessionView = desk.ask("session_switch", AccountRef { account_id: daniel }).await?;
    assert_eq!(session.state, SessionState::Expired);
    assert_eq!(session.email, Expert::Daniel.email());
    desk.sign_in(&world).await?;
    desk.until_online().await?;
    desk.desk.close().await;
    Ok(())
}
