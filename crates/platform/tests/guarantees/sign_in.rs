//! Signing in: how often somebody may try, and the sessions that come of it.

use crate::{
    databases::Home,
    http::{Served, client, problem},
    world::{PASSWORD, World},
};
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use jiff::SignedDuration;
use proffer_platform::flow::{FlowError, SignIn};
use proffer_protocol::{ErrorCode, SessionDocument};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

/// The code with which a try is answered; `None` if it signs in.
async fn answer(flow: &proffer_platform::flow::Flow, email: &str, password: &str) -> Option<ErrorCode> {
    match flow.sign_in(email, password, "test").await {
        Ok(_) => None,
        Err(FlowError::Refused(problem)) => Some(problem.code),
        Err(error) => panic!("{error}"),
    }
}

crate::on_both_databases!(
    wrong_passwords_of_an_account_are_limited_through_every_instance,
    any_number_of_tries_at_once_are_no_more_than_the_limit,
    a_revoked_session_opens_nothing_and_no_token_is_stored,
);

async fn wrong_passwords_of_an_account_are_limited_through_every_instance(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let other = world.platform().await?.flow();
    for email in ["Daniel@example.com", "nobody@example.com"] {
        for attempt in 0..10 {
            let flow = if attempt % 2 == 0 { &world.flow } else { &other };
            assert_eq!(answer(flow, email, "wrong").await, Some(ErrorCode::WrongCredentials));
        }
        assert_eq!(
            answer(&world.flow, email, "wrong").await,
            Some(ErrorCode::TooManyRequests)
        );
        assert_eq!(answer(&other, email, PASSWORD).await, Some(ErrorCode::TooManyRequests));
    }
    assert_eq!(
        answer(&world.flow, &world.mira.email, PASSWORD).await,
        None,
        "others go on"
    );
    world.clock.pass(SignedDuration::from_secs(60));
    assert_eq!(answer(&world.flow, &world.daniel.email, PASSWORD).await, None);
    // What succeeds uses nothing up.
    for _ in 0..3 {
        assert_eq!(answer(&other, &world.daniel.email, PASSWORD).await, None);
    }
    assert_eq!(
        answer(&world.flow, &world.daniel.email, "wrong").await,
        Some(ErrorCode::WrongCredentials)
    );
    assert_eq!(
        answer(&world.flow, &world.daniel.email, PASSWORD).await,
        Some(ErrorCode::TooManyRequests)
    );
    world.clock.pass(SignedDuration::from_hours(24));
    world.flow.sweep().await?;
    assert_eq!(
        answer(&world.flow, &world.daniel.email, "wrong").await,
        Some(ErrorCode::WrongCredentials)
    );
    Ok(())
}

async fn any_number_of_tries_at_once_are_no_more_than_the_limit(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let tries = (0..30).map(|_| answer(&world.flow, &world.daniel.email, "wrong"));
    let answers = futures_util::future::join_all(tries).await;
    let compared = answers
        .iter()
        .filter(|code| **code == Some(ErrorCode::WrongCredentials));
    assert_eq!(compared.count(), 10, "{answers:?}");
    Ok(())
}

async fn a_revoked_session_opens_nothing_and_no_token_is_stored(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let (lost, kept) = (
        world
            .flow
            .sign_in(&world.daniel.email, PASSWORD, "Lost laptop")
            .await?
            .token,
        world.flow.sign_in(&world.daniel.email, PASSWORD, "Desk").await?.token,
    );
    let sessions = world.flow.sessions(&world.daniel, &kept).await?;
    let mut named: Vec<_> = sessions
        .iter()
        .map(|session| (session.device.as_str(), session.is_current))
        .collect();
    named.sort_unstable();
    assert_eq!(named, [("Desk", true), ("Lost laptop", false)]);
    let id = sessions.iter().find(|session| !session.is_current).unwrap().id;
    assert!(
        world.flow.end_session(&world.mira, id).await.is_err(),
        "nobody ends another's"
    );
    world.flow.end_session(&world.daniel, id).await?;
    assert!(world.flow.account_of_token(&lost).await?.is_none());
    assert!(world.flow.account_of_token(&kept).await?.is_some());
    for entry in std::fs::read_dir(world.home.folder())? {
        let path = entry?.path();
        if path.is_file() {
            let bytes = std::fs::read(&path)?;
            let holds = bytes.windows(kept.len()).any(|window| window == kept.as_bytes());
            assert!(!holds, "{}", path.display());
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_revoked_through_another_instance_ends_its_events_within_five_seconds() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let daniel = served.sign_in(&served.world.daniel).await?;
    let phone = served.sign_in(&served.world.daniel).await?;
    let mut events = daniel.get("/v1/events").send().await?.bytes_stream().eventsource();
    assert!(events.next().await.is_some());
    let sessions: Vec<SessionDocument> = phone.get("/v1/sessions").send().await?.json().await?;
    assert_eq!(sessions.len(), 2);
    let id = sessions.iter().find(|session| !session.is_current).unwrap().id;
    // This flow shares the database with the server's, and nothing else.
    served.world.flow.end_session(&served.world.daniel, id).await?;
    let revoked = Instant::now();
    assert_eq!(daniel.get("/v1/me").send().await?.status(), 401);
    let ended = tokio::time::timeout(Duration::from_secs(5), async { while events.next().await.is_some() {} });
    ended.await?;
    assert!(revoked.elapsed() < Duration::from_secs(5));
    let path = format!("/v1/sessions/{id}");
    assert_eq!(
        phone.request(Method::DELETE, &path).send().await?.status(),
        404,
        "it is gone"
    );
    Ok(())
}

/// Tries to sign in over HTTP with a forwarding header.
async fn try_from(url: &str, email: &str, forwarded: &str) -> anyhow::Result<reqwest::Response> {
    let body = json!({"email": email, "password": "wrong", "device": "test"});
    let request = client().post(format!("{url}/v1/sessions")).json(&body);
    Ok(request.header("x-forwarded-for", forwarded).send().await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tries_from_one_address_are_limited_whatever_it_says_it_forwards() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    for attempt in 0..50 {
        let forged = format!("203.0.113.{attempt}");
        let answered = try_from(&served.url, &format!("a{attempt}@example.com"), &forged).await?;
        assert_eq!(answered.status(), 401, "{attempt}");
    }
    let refused = try_from(&served.url, "b@example.com", "203.0.113.99").await?;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "6");
    let refused = problem(refused).await?;
    assert_eq!(
        (refused.code, refused.retry_after_seconds),
        (ErrorCode::TooManyRequests, Some(6))
    );
    assert!(refused.detail.unwrap().contains("Wait"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn behind_a_trusted_proxy_each_address_has_its_own_limit() -> anyhow::Result<()> {
    let mut world = World::begin(Home::on_sqlite()?).await?;
    world.trusted_proxies = vec!["127.0.0.0/8".parse()?];
    let served = Served::of(world).await?;
    for attempt in 0..52 {
        let forwarded = format!("1.2.3.4, 203.0.113.{attempt}");
        let answered = try_from(&served.url, &format!("a{attempt}@example.com"), &forwarded).await?;
        assert_eq!(answered.status(), 401, "{attempt}");
    }
    // One who is known by the peer that the flow is told.
    let peer = Some("198.51.100.7".parse()?);
    for attempt in 0..51 {
        let sign_in = SignIn {
            email: &format!("c{attempt}@example.com"),
            password: "wrong",
            code: None,
            device: "test",
            peer,
        };
        let Err(FlowError::Refused(problem)) = served.world.flow.sign_in_with(sign_in).await else {
            panic!("a wrong password signed in");
        };
        let expected = if attempt < 50 {
            ErrorCode::WrongCredentials
        } else {
            ErrorCode::TooManyRequests
        };
        assert_eq!(problem.code, expected, "{attempt}");
    }
    let forwarded = try_from(&served.url, "d@example.com", "198.51.100.7").await?;
    assert_eq!(forwarded.status(), 429, "the same address through the proxy");
    Ok(())
}
