//! Emailed links let one browser in, once.

use crate::{databases::Home, world::World};
use proffer_platform::flow::FlowError;
use proffer_protocol::ErrorCode;

/// The token of a link that was emailed to Helen.
async fn emailed_token(world: &World) -> anyhow::Result<String> {
    world.offered().await?;
    let emails = world.emails().await?;
    let (_, rest) = emails.iter().find_map(|email| email.text.split_once("/l/")).unwrap();
    Ok(rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect())
}

/// How many browsers are let in by Helen's links.
async fn sessions(world: &World) -> anyhow::Result<i64> {
    Ok(world
        .flow
        .store()
        .read()
        .await?
        .count_link_sessions(world.helen.id)
        .await?)
}

crate::on_both_databases!(
    of_a_hundred_browsers_with_one_link_at_once_one_is_let_in,
    a_link_lets_nobody_in_whose_account_is_disabled,
);

async fn of_a_hundred_browsers_with_one_link_at_once_one_is_let_in(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let token = emailed_token(&world).await?;
    let browsers: Vec<String> = (0..100).map(|number| format!("browser {number}")).collect();
    let entries = browsers.iter().map(|browser| world.flow.enter_by_link(&token, browser));
    let entries = futures_util::future::join_all(entries).await;
    let mut let_in = Vec::new();
    for (browser, entry) in browsers.iter().zip(entries) {
        match entry {
            Ok((link, way_in)) => let_in.push((browser, link, way_in)),
            Err(FlowError::Refused(problem)) => assert_eq!(problem.code, ErrorCode::NotFound),
            Err(error) => panic!("{error}"),
        }
    }
    let [(browser, link, way_in)] = &let_in[..] else {
        panic!("{} were let in", let_in.len())
    };
    assert_eq!(link.account_id, world.helen.id);
    assert_eq!(sessions(&world).await?, 1);
    // The same browser again gets the same way in; what is no way in opens nothing.
    assert_eq!(&world.flow.enter_by_link(&token, browser).await?.1, way_in);
    assert_eq!(sessions(&world).await?, 1);
    assert!(world.flow.let_in_by(way_in).await?.is_some());
    assert!(
        world.flow.let_in_by(&token).await?.is_none(),
        "the link itself is no way in"
    );
    assert!(!world.flow.open_link(&token).await?.2, "it is spent");
    Ok(())
}

async fn a_link_lets_nobody_in_whose_account_is_disabled(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let token = emailed_token(&world).await?;
    let (_, way_in) = world.flow.enter_by_link(&token, "browser").await?;
    world.flow.set_disabled(&world.helen, true, None).await?;
    assert!(world.flow.let_in_by(&way_in).await?.is_none());
    assert!(world.flow.enter_by_link(&token, "browser").await.is_err());
    Ok(())
}
