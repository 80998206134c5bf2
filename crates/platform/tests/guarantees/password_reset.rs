//! A new password by an emailed link: once, for an hour, and not by looking at it.

use crate::{
    databases::Home,
    world::{PASSWORD, World},
};
use jiff::SignedDuration;
use proffer_platform::flow::FlowError;
use proffer_protocol::ErrorCode;

const NEW_PASSWORD: &str = "another long password";

/// The token of the newest reset that waits to be emailed.
async fn emailed_token(world: &World) -> anyhow::Result<String> {
    let emails = world.emails().await?;
    let email = emails.last().unwrap();
    assert_eq!(email.subject, "Choose a new password");
    let (_, rest) = email.text.split_once("/reset-password/").unwrap();
    Ok(rest.split_whitespace().next().unwrap().to_owned())
}

async fn code(world: &World, token: &str, password: &str) -> Option<ErrorCode> {
    match world.flow.reset_password(token, password).await {
        Ok(()) => None,
        Err(FlowError::Refused(problem)) => Some(problem.code),
        Err(error) => panic!("{error}"),
    }
}

crate::on_both_databases!(
    a_reset_works_once_within_an_hour_and_ends_every_session,
    of_many_who_use_one_link_at_once_one_sets_the_password,
    an_unknown_address_gets_nothing_and_a_known_one_not_too_much,
);

async fn a_reset_works_once_within_an_hour_and_ends_every_session(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let session = world.flow.sign_in(&world.daniel.email, PASSWORD, "Desk").await?.token;
    world.flow.request_password_reset(" DANIEL@example.com").await?;
    let token = emailed_token(&world).await?;
    assert!(token.len() == 43, "256 bits: {}", token.len());
    assert!(world.flow.is_password_reset(&token).await? && world.flow.is_password_reset(&token).await?);
    assert_eq!(code(&world, &token, "short").await, Some(ErrorCode::InvalidFields));
    assert!(world.flow.account_of_token(&session).await?.is_some());
    assert_eq!(code(&world, &token, NEW_PASSWORD).await, None);
    assert!(world.flow.account_of_token(&session).await?.is_none());
    assert_eq!(code(&world, &token, NEW_PASSWORD).await, Some(ErrorCode::NotFound));
    assert!(world.flow.sign_in(&world.daniel.email, PASSWORD, "x").await.is_err());
    world.flow.sign_in(&world.daniel.email, NEW_PASSWORD, "x").await?;
    assert_eq!(
        world.take_emails().await?.len(),
        2,
        "the link, and the word that it was used"
    );
    world.flow.request_password_reset(&world.daniel.email).await?;
    let late = emailed_token(&world).await?;
    world.clock.pass(SignedDuration::from_hours(1));
    assert!(!world.flow.is_password_reset(&late).await?);
    assert_eq!(code(&world, &late, NEW_PASSWORD).await, Some(ErrorCode::NotFound));
    Ok(())
}

async fn of_many_who_use_one_link_at_once_one_sets_the_password(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    world.flow.request_password_reset(&world.daniel.email).await?;
    let token = emailed_token(&world).await?;
    let tries = (0..8).map(|_| code(&world, &token, NEW_PASSWORD));
    let codes = futures_util::future::join_all(tries).await;
    assert_eq!(codes.iter().filter(|code| code.is_none()).count(), 1, "{codes:?}");
    Ok(())
}

async fn an_unknown_address_gets_nothing_and_a_known_one_not_too_much(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    world.flow.request_password_reset("nobody@example.com").await?;
    assert!(world.emails().await?.is_empty());
    for _ in 0..5 {
        world.flow.request_password_reset(&world.daniel.email).await?;
    }
    assert_eq!(world.emails().await?.len(), 3);
    world.clock.pass(SignedDuration::from_mins(10));
    world.flow.request_password_reset(&world.daniel.email).await?;
    assert_eq!(world.emails().await?.len(), 4);
    Ok(())
}
