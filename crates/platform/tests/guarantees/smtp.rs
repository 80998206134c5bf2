//! Email by a real SMTP server: over TLS, with a password; refused, given up, come back.

use crate::{
    databases::Home,
    instance::program,
    on_both_databases,
    smtp_server::{SmtpServer, certificate},
    waiting::until,
    world::{World, terms},
};
use jiff::SignedDuration;
use mail_parser::MessageParser;
use proffer_domain::OfferState;
use proffer_platform::{
    MailRoute, jobs,
    mail::{MailError, Mailer, OutgoingEmail, SmtpMailer, SmtpRoute},
    ports::Clock,
};
use serde_json::json;
use std::{collections::BTreeSet, process::Stdio, time::Duration};
use tokio::{io::AsyncWriteExt, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

on_both_databases![
    a_refused_recipient_is_given_up_at_once_and_shown_on_the_offer,
    a_server_that_is_away_or_refuses_the_password_only_puts_off,
    an_email_that_comes_back_is_shown_on_its_offer_once,
    a_server_that_falls_silent_is_left_and_the_email_goes_out_later_by_another_connection,
    a_server_that_falls_silent_holds_up_nothing_else,
];

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn route(url: String) -> SmtpRoute {
    SmtpRoute {
        url,
        certificates: None,
        bounces: None,
    }
}

fn mailer(route: &SmtpRoute) -> Result<SmtpMailer, MailError> {
    // Clients need it before they are made; a second time changes nothing.
    drop(rustls::crypto::ring::default_provider().install_default());
    SmtpMailer::new(route, "Proffer <no-reply@proffer.example>".parse().unwrap())
}

fn email() -> OutgoingEmail {
    OutgoingEmail {
        id: Uuid::from_u128(7),
        recipient_name: "Helen".to_owned(),
        recipient: "helen@example.com".to_owned(),
        subject: "Daniel hat geantwortet: „Zaun“".to_owned(),
        text: "Hello\n".to_owned(),
        html: "<p>Hello</p>".to_owned(),
        date: "2026-11-23T10:00:00Z".parse().unwrap(),
        thread: None,
        stop_url: None,
    }
}

#[tokio::test]
async fn email_goes_over_tls_with_a_password_either_way() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (key, cert) = certificate(folder.path())?;
    for (tls, scheme, query) in [("wrapped", "smtps", ""), ("starttls", "smtp", "?tls=required")] {
        let like = json!({ "tls": tls, "key": key, "cert": cert, "users": { "proffer": "p@ss/word" } });
        let server = SmtpServer::like(like).await?;
        let mut route = route(format!(
            "{scheme}://proffer:p%40ss%2Fword@127.0.0.1:{}{query}",
            server.port
        ));
        // Not trusted: it has to say so, and must not send in the open.
        let error = mailer(&route)?.send(&email()).await.unwrap_err();
        assert!(matches!(error, MailError::Transient(_)), "{error}");
        assert!(server.received().is_empty());
        route.certificates = Some(cert.clone().into_bytes());
        mailer(&route)?.send(&email()).await?;
        let received = server.until_received(1).await?;
        assert_eq!(
            (received[0].user.as_deref(), received[0].is_secure),
            (Some("proffer"), true)
        );
        assert_eq!(received[0].to, ["helen@example.com"]);
        let message = MessageParser::default().parse(&received[0].raw).unwrap();
        assert_eq!(message.subject(), Some("Daniel hat geantwortet: „Zaun“"));
        assert!(message.body_text(0).is_some() && message.body_html(0).is_some());
    }
    Ok(())
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing_where_tls_is_required() -> anyhow::Result<()> {
    let server = SmtpServer::open().await?;
    let route = route(format!("smtp://127.0.0.1:{}?tls=required", server.port));
    assert!(mailer(&route)?.send(&email()).await.is_err());
    assert!(server.received().is_empty());
    Ok(())
}

#[tokio::test]
async fn a_route_that_cannot_be_meant_is_refused_with_the_way_out() {
    let with = |url: &str, change: fn(&mut SmtpRoute)| {
        let mut route = route(url.to_owned());
        change(&mut route);
        mailer(&route).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let open_line = with("smtp://user:secret@mail.example", |_| {});
    assert!(
        open_line.contains("smtps://") && !open_line.contains("secret"),
        "{open_line}"
    );
    let opportunistic = with("smtp://user:secret@mail.example?tls=opportunistic", |_| {});
    assert!(opportunistic.contains("tls=required"), "{opportunistic}");
    assert_eq!(with("smtps://user:secret@mail.example", |_| {}), "");
    assert_eq!(with("smtp://user:secret@127.0.0.1:2525", |_| {}), "");
    let certificates = |route: &mut SmtpRoute| route.certificates = Some(b"no certificate".to_vec());
    assert!(with("smtps://mail.example", certificates).contains("certificates"));
    let bounces = |route: &mut SmtpRoute| route.bounces = Some("nobody".to_owned());
    assert!(with("smtps://mail.example", bounces).contains("bounces"));
    assert!(!with("https://mail.example", |_| {}).is_empty());
}

async fn a_refused_recipient_is_given_up_at_once_and_shown_on_the_offer(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    let server = SmtpServer::like(json!({ "tls": "none", "refuse": { "helen@example.com": 550 } })).await?;
    let route = route(format!("smtp://127.0.0.1:{}", server.port));
    jobs::run_once(&world.flow, &mailer(&route)?).await?;
    assert!(world.emails().await?.is_empty());
    assert!(world.offer(offer).await?.email_failed);
    let state = world.flow.store().read().await?.outbox_state().await?;
    assert_eq!((state.pending, state.failed, state.bounced), (0, 2, 0));
    Ok(())
}

async fn a_server_that_is_away_or_refuses_the_password_only_puts_off(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    let users = json!({ "tls": "none", "users": { "proffer": "right" } });
    let server = SmtpServer::like(users).await?;
    let away = route("smtp://127.0.0.1:9".to_owned());
    let wrong = route(format!("smtp://proffer:wrong@127.0.0.1:{}", server.port));
    for (attempts, route) in [(1, &away), (2, &wrong)] {
        jobs::run_once(&world.flow, &mailer(route)?).await?;
        let waiting = world.emails().await?;
        assert_eq!(waiting.len(), 2);
        assert!(waiting.iter().all(|email| email.attempts == attempts), "{attempts}");
        world.clock.pass(HOUR);
    }
    // What is too much for a mailbox today may fit tomorrow.
    let full = SmtpServer::like(json!({ "tls": "none", "refuse": { "helen@example.com": 452 } })).await?;
    jobs::run_once(&world.flow, &mailer(&route(format!("smtp://127.0.0.1:{}", full.port)))?).await?;
    world.clock.pass(HOUR);
    assert_eq!(world.emails().await?.len(), 2);
    let right = route(format!("smtp://proffer:right@127.0.0.1:{}", server.port));
    jobs::run_once(&world.flow, &mailer(&right)?).await?;
    assert_eq!(server.until_received(2).await?.len(), 2);
    assert!(world.emails().await?.is_empty() && !world.offer(offer).await?.email_failed);
    Ok(())
}

/// A server that takes one email, and of the next nothing but its beginning, `times` times; nothing tells but time.
async fn one_that_falls_silent(times: u32) -> anyhow::Result<(SmtpServer, SmtpRoute)> {
    let hold = json!({ "user": "proffer", "after": 1, "times": times });
    let like = json!({ "tls": "none", "users": { "proffer": "right" }, "hold": hold });
    let server = SmtpServer::like(like).await?;
    let route = route(format!("smtp://proffer:right@127.0.0.1:{}", server.port));
    Ok((server, route))
}

/// The background work of another instance on the same data, which sends by this route.
async fn background(
    world: &World,
    route: SmtpRoute,
    claim: Duration,
    stop: &CancellationToken,
) -> anyhow::Result<JoinHandle<()>> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let platform = World::begin_again(world, |config| {
        config.mail = MailRoute::Smtp(route);
        config.claim = claim;
    });
    let (_, background) = platform.await?.parts("127.0.0.1:1".parse()?, stop);
    Ok(tokio::spawn(background))
}

async fn a_server_that_falls_silent_is_left_and_the_email_goes_out_later_by_another_connection(
    home: Home,
) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    world.offered().await?;
    let (server, route) = one_that_falls_silent(1).await?;
    let stop = CancellationToken::new();
    // Half of it is how long one email may take.
    let background = background(&world, route, Duration::from_secs(1), &stop).await?;
    server.until_held().await?;
    server.until_left().await?;
    let waiting = until("the email is put off", async || {
        let waiting = world.emails().await?;
        Ok(waiting.iter().all(|email| email.attempts == 1).then_some(waiting))
    });
    assert_eq!(waiting.await?.len(), 1);
    assert_eq!(server.received().len(), 1);
    world.clock.pass(HOUR);
    let received = server.until_received(2).await?;
    let ids: BTreeSet<_> = received.iter().map(|email| email.message_id()).collect();
    assert_eq!((received.len(), ids.len()), (2, 2));
    until("nothing waits", async || {
        Ok(world.emails().await?.is_empty().then_some(()))
    })
    .await?;
    stop.cancel();
    Ok(background.await?)
}

async fn a_server_that_falls_silent_holds_up_nothing_else(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let mut terms = terms();
    terms.expires_at = Some(world.clock.now() + HOUR);
    let offer = world.offered_with(terms).await?;
    let (server, route) = one_that_falls_silent(u32::MAX).await?;
    let stop = CancellationToken::new();
    let background = background(&world, route, jobs::CLAIM, &stop).await?;
    server.until_held().await?;
    world.clock.pass(HOUR * 2);
    until("the offer has expired", async || {
        let is_expired = world.offer(offer).await?.state == OfferState::Expired;
        Ok(is_expired.then_some(()))
    })
    .await?;
    assert!(!server.was_left(), "all that time the email is on its way");
    stop.cancel();
    background.abort();
    Ok(())
}

async fn an_email_that_comes_back_is_shown_on_its_offer_once(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    let server = SmtpServer::open().await?;
    let mut route = route(format!("smtp://127.0.0.1:{}", server.port));
    route.bounces = Some("bounces@proffer.example".to_owned());
    jobs::run_once(&world.flow, &mailer(&route)?).await?;
    let received = server.until_received(2).await?;
    let about_it = received
        .iter()
        .find(|email| email.subject().contains("a message for you"))
        .unwrap();
    assert!(about_it.from.starts_with("bounces+") && about_it.from.ends_with("@proffer.example"));
    assert!(!world.offer(offer).await?.email_failed);
    let notification = format!(
        "From: MAILER-DAEMON@mail.example\r\nTo: {}\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n\
         Final-Recipient: rfc822; helen@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n",
        about_it.from
    );
    let data = world.home.folder().to_str().unwrap().to_owned();
    for words in ["came back\n", "came back before\n"] {
        let mut command = program(&["email", "bounced", "--data", &data]);
        if let Some(database) = world.home.database() {
            command.env("PROFFER_DATABASE", database);
        }
        let mut child = command.stdin(Stdio::piped()).spawn()?;
        child.stdin.take().unwrap().write_all(notification.as_bytes()).await?;
        let output = child.wait_with_output().await?;
        let said = String::from_utf8(output.stdout)?;
        assert!(output.status.success() && said.ends_with(words), "{said}");
    }
    let document = world.offer_document(offer).await?;
    assert!(document.offer.email_failed);
    assert_eq!(document.revision, 2, "told once");
    let state = world.flow.store().read().await?.outbox_state().await?;
    assert_eq!((state.failed, state.bounced), (0, 1));
    Ok(())
}
