//! 8. Events.

use super::{Held, checks};
use crate::{
    Suite,
    client::send,
    events::{Arrival, Events, SOON},
    failure::hold,
    suite::{cursor, message},
};
use proffer_domain::MessageKind;
use proffer_protocol::{ErrorCode, MessageDocument, SyncPage};
use reqwest::Method;
use std::time::Duration;
use tokio::time::Instant;

/// Twice the time that may lie between two signs of life, for a server that is busy.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

checks! {
    "8. Events";
    "8.1" form: "GET /v1/events is text/event-stream: events sync with a page as data and its cursor as id.";
    "8.2" soon: "A change comes within 5 seconds to who listens.";
    "8.3" resume: "From Last-Event-ID on comes what was missed, and nothing that came before.";
    "8.4" same_cursor: "Cursors of sync and of events are the same: each goes on where the other stopped.";
    "8.5" bad_cursor: "A Last-Event-ID that is none of this server gets 422 with the pointer /cursor.";
    waits "8.6" heartbeats: "While nothing happens a comment comes, every 15 seconds.";
}

async fn form(suite: &Suite) -> Held {
    let mut events = Events::open(&suite.customer, None).await?;
    let media_type = events.headers.get("content-type").and_then(|value| value.to_str().ok());
    hold!(
        media_type.is_some_and(|value| value.starts_with("text/event-stream")),
        "the media type is {media_type:?}"
    );
    let arrival = events.next(Instant::now() + SOON).await?;
    let Some(Arrival::Event { event, id, data }) = arrival else {
        hold!(false, "the first thing that comes is {arrival:?}");
        return Ok(());
    };
    hold!(event == "sync", "the event is {event:?}");
    let page: Result<SyncPage, _> = serde_json::from_str(&data);
    hold!(page.is_ok(), "its data is no page: {data:.300}");
    let cursor = page.map(|page| page.cursor).unwrap_or_default();
    hold!(
        cursor == id && !id.is_empty(),
        "its id is {id:?}, its page's cursor {cursor:?}"
    );
    Ok(())
}

async fn soon(suite: &Suite) -> Held {
    let start = cursor(&suite.expert).await?;
    let mut events = Events::open(&suite.expert, Some(&start)).await?;
    let question = suite.asked().await?;
    events.until(SOON, |change| change.id == question.0).await?;
    Ok(())
}

async fn resume(suite: &Suite) -> Held {
    let start = cursor(&suite.expert).await?;
    let mut events = Events::open(&suite.expert, Some(&start)).await?;
    let seen = suite.locked().await?;
    let is_locked = |change: &proffer_protocol::Change| {
        let document = change.document.as_ref();
        change.id == seen.0 && document.is_some_and(|document| !document["question"]["lock"].is_null())
    };
    let (_, last) = events.until(SOON, is_locked).await?;
    drop(events);
    let missed = suite.asked().await?;
    let mut events = Events::open(&suite.expert, Some(&last)).await?;
    let (changes, _) = events.until(SOON, |change| change.id == missed.0).await?;
    let again = changes.iter().any(|change| change.id == seen.0);
    hold!(!again, "what had come before comes again");
    Ok(())
}

async fn same_cursor(suite: &Suite) -> Held {
    let start = cursor(&suite.customer).await?;
    let mut events = Events::open(&suite.customer, Some(&start)).await?;
    let question = suite.locked().await?;
    let (_, last) = events.until(SOON, |change| change.id == question.0).await?;
    let path = format!("/v1/questions/{question}/messages");
    let sent: MessageDocument = suite.expert.done(&path, &message(MessageKind::Answer)).await?;
    let (changes, _) = crate::suite::sync(&suite.customer, Some(&last), 500).await?;
    hold!(
        changes.iter().any(|change| change.id == sent.message.id.0),
        "GET /v1/sync from an event's id on does not bring what came after it"
    );
    Ok(())
}

async fn bad_cursor(suite: &Suite) -> Held {
    let request = suite.expert.request(Method::GET, "/v1/events");
    let answer = send(request.header("last-event-id", "%made up%")).await?;
    let problem = answer.refused(422, ErrorCode::InvalidFields)?;
    let named = problem.errors.iter().any(|field| field.pointer == "/cursor");
    hold!(named, "/cursor is not named in {:?}", problem.errors);
    Ok(())
}

async fn heartbeats(suite: &Suite) -> Held {
    // Where nothing happens: the other customer's.
    let mut events = Events::open(&suite.stranger, None).await?;
    let deadline = Instant::now() + SIGN_OF_LIFE;
    loop {
        match events.next(deadline).await? {
            Some(Arrival::Comment) => return Ok(()),
            Some(Arrival::Event { .. }) => {}
            None => hold!(false, "it ended while nothing happened"),
        }
    }
}
