//! Server-sent events: changes as they happen, resumed where they broke off, ended with the session and the server.

use crate::{
    http::{Served, Session},
    world::message,
};
use eventsource_stream::{Event, Eventsource};
use futures_util::{Stream, StreamExt};
use proffer_domain::MessageKind;
use proffer_platform::flow::Command;
use proffer_protocol::{Change, Entity, SyncPage};
use std::{pin::Pin, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub type Events = Pin<Box<dyn Stream<Item = Event> + Send>>;

pub async fn listen(session: &Session, last: Option<&str>) -> anyhow::Result<Events> {
    let mut request = session.get("/v1/events");
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = request.send().await?;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert!(!response.headers().contains_key("content-encoding"));
    Ok(Box::pin(
        response
            .bytes_stream()
            .eventsource()
            .filter_map(|event| async { event.ok() }),
    ))
}

async fn next(events: &mut Events) -> anyhow::Result<Option<Event>> {
    Ok(tokio::time::timeout(Duration::from_secs(20), events.next()).await?)
}

/// Reads until a change is there that `wanted` picks: all changes until then, and the last cursor.
pub async fn until(events: &mut Events, wanted: impl Fn(&Change) -> bool) -> anyhow::Result<(Vec<Change>, String)> {
    let mut seen = Vec::new();
    loop {
        let event = next(events).await?.expect("the stream goes on");
        assert_eq!(event.event, "sync");
        let page: SyncPage = serde_json::from_str(&event.data)?;
        assert_eq!(page.cursor, event.id);
        seen.extend(page.changes);
        if seen.iter().any(&wanted) {
            return Ok((seen, event.id));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_come_as_they_happen_and_go_on_where_they_broke_off() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let (helen, daniel) = (
        served.sign_in(&served.world.helen).await?,
        served.sign_in(&served.world.daniel).await?,
    );
    let mut events = listen(&daniel, None).await?;
    let (first, _) = until(&mut events, |change| change.entity == Entity::Category).await?;
    assert!(first.iter().any(|change| change.entity == Entity::Account));
    let asked = helen.done("/v1/questions", &served.question()).await?;
    let id = asked["question"]["id"].as_str().unwrap().to_owned();
    let (_, cursor) = until(&mut events, |change| change.id.to_string() == id).await?;
    drop(events);
    // While nobody listens: a lock and an Answer.
    daniel
        .done(&format!("/v1/questions/{id}/lock"), &serde_json::Value::Null)
        .await?;
    let answer = serde_json::to_value(message(MessageKind::Answer))?;
    daniel.done(&format!("/v1/questions/{id}/messages"), &answer).await?;
    let mut events = listen(&daniel, Some(&cursor)).await?;
    let (missed, _) = until(&mut events, |change| change.entity == Entity::Message).await?;
    let mut entities: Vec<_> = missed.iter().map(|change| change.entity).collect();
    entities.sort();
    assert_eq!(
        entities,
        [Entity::Question, Entity::Message],
        "what was missed, folded, and nothing else"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_wrote_is_noticed() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let daniel = served.sign_in(&served.world.daniel).await?;
    let mut events = listen(&daniel, None).await?;
    until(&mut events, |change| change.entity == Entity::Category).await?;
    // This flow shares the database with the server's, and nothing else.
    let question = served.world.asked().await?;
    until(&mut events, |change| change.id == question.0).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_ends_its_events() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let daniel = served.sign_in(&served.world.daniel).await?;
    let mut events = listen(&daniel, None).await?;
    until(&mut events, |change| change.entity == Entity::Category).await?;
    daniel
        .request(reqwest::Method::DELETE, "/v1/sessions/current")
        .send()
        .await?;
    assert_eq!(next(&mut events).await?, None);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_ends_its_events_and_then_itself() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let daniel = served.sign_in(&served.world.daniel).await?;
    let mut events = listen(&daniel, None).await?;
    until(&mut events, |change| change.entity == Entity::Category).await?;
    served.stop.cancel();
    assert_eq!(next(&mut events).await?, None);
    tokio::time::timeout(Duration::from_secs(20), served.serving).await???;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_listeners_all_see_an_acceptance_only_where_it_is_theirs() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let offer = served.world.offered().await?;
    let (daniel, mira) = (
        served.sign_in(&served.world.daniel).await?,
        served.sign_in(&served.world.mira).await?,
    );
    let mut his: Vec<Events> = Vec::new();
    for _ in 0..3 {
        let mut events = listen(&daniel, None).await?;
        until(&mut events, |change| change.id == offer.0).await?;
        his.push(events);
    }
    let mut hers = listen(&mira, None).await?;
    until(&mut hers, |change| change.entity == Entity::Message).await?;
    let accept = proffer_protocol::AcceptOfferRequest {
        version: 1,
        call_slot: None,
    };
    served
        .world
        .run(&served.world.helen, Command::AcceptOffer(offer, accept))
        .await?;
    for events in &mut his {
        let (changes, _) = until(events, |change| change.id == offer.0).await?;
        let document = changes.iter().find(|change| change.id == offer.0).unwrap();
        assert_eq!(document.document.as_ref().unwrap()["offer"]["state"], "accepted");
    }
    let question = served.world.asked().await?;
    let (changes, _) = until(&mut hers, |change| change.id == question.0).await?;
    assert!(changes.iter().all(|change| change.entity != Entity::Offer));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_listens_at_a_server_that_stops_is_told_when_to_come_again() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let daniel = served.sign_in(&served.world.daniel).await?;
    let mut response = daniel.get("/v1/events").send().await?;
    assert!(response.chunk().await?.is_some());
    served.stop.cancel();
    let mut rest = String::new();
    while let Some(piece) = tokio::time::timeout(Duration::from_secs(20), response.chunk()).await?? {
        rest.push_str(std::str::from_utf8(&piece)?);
    }
    let wait = rest.lines().find_map(|line| line.strip_prefix("retry:")).map(str::trim);
    let wait: u64 = wait.unwrap_or_else(|| panic!("{rest:?}")).parse()?;
    assert!((100..=2_100).contains(&wait), "{wait}");
    Ok(())
}

#[tokio::test]
async fn a_page_of_documents_is_compressed_for_who_can_read_that() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    for _ in 0..5 {
        served.world.answered().await?;
    }
    let daniel = served.sign_in(&served.world.daniel).await?;
    let plain = reqwest::Client::builder().no_proxy().no_gzip().no_zstd().build()?;
    let page = async |accepted: &str| {
        let request = plain
            .get(format!("{}/v1/sync", served.url))
            .bearer_auth(daniel.token.as_deref().unwrap_or_default())
            .header("accept-encoding", accepted);
        let response = request.send().await?.error_for_status()?;
        let encoding = response.headers().get("content-encoding").cloned();
        anyhow::Ok((encoding, response.bytes().await?))
    };
    let (encoding, whole) = page("identity").await?;
    assert_eq!(encoding, None);
    for name in ["zstd", "gzip"] {
        let (encoding, bytes) = page(name).await?;
        assert_eq!(encoding.as_ref().map(|it| it.as_bytes()), Some(name.as_bytes()));
        assert!(bytes.len() < whole.len(), "{name}: {} of {}", bytes.len(), whole.len());
    }
    let read: SyncPage = daniel.get("/v1/sync").send().await?.json().await?;
    assert_eq!(read, serde_json::from_slice(&whole)?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_changes_that_were_missed_come_in_one_event() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let daniel = served.sign_in(&served.world.daniel).await?;
    let mut events = listen(&daniel, None).await?;
    let (_, cursor) = until(&mut events, |change| change.entity == Entity::Category).await?;
    drop(events);
    for _ in 0..100 {
        served.world.asked().await?;
    }
    let mut events = listen(&daniel, Some(&cursor)).await?;
    let event = next(&mut events).await?.expect("the stream goes on");
    let page: SyncPage = serde_json::from_str(&event.data)?;
    assert!(page.changes.len() >= 100 && !page.more, "{} came", page.changes.len());
    Ok(())
}

/// Sends requests as they stand and reads until the other end closes or `enough` has come.
async fn raw(served: &Served, request: &str, enough: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(served.url.trim_start_matches("http://")).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut said = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&said).contains(enough) && stream.read_buf(&mut said).await? > 0 {}
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(20), reading).await??;
    Ok(String::from_utf8(said)?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_knows_no_chunks_and_who_wants_the_head_alone_are_answered_in_their_way() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let daniel = served.sign_in(&served.world.daniel).await?;
    let token = daniel.token.clone().unwrap_or_default();
    let request = |first: &str| format!("{first}\r\nhost: platform\r\nauthorization: Bearer {token}\r\n\r\n");

    let old = raw(&served, &request("GET /v1/events HTTP/1.0"), "\n\n").await?;
    assert!(old.starts_with("HTTP/1.0 200") && old.contains("event: sync"), "{old}");
    assert!(!old.to_lowercase().contains("transfer-encoding"), "{old}");

    // The connection goes on after it.
    let both = request("HEAD /v1/events HTTP/1.1") + &request("GET /healthz HTTP/1.1");
    let heads = raw(&served, &both, "\r\n\r\nok").await?;
    assert_eq!(heads.matches("HTTP/1.1 200").count(), 2, "{heads}");
    assert!(!heads.contains("event: sync"), "{heads}");
    Ok(())
}
