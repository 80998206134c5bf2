//! Changes as they happen, as server-sent events.
//!
//! One who listens costs as little as can be: their places in their streams, a seat by which they are woken, and a timer.
//! Whatever else they need, above all to read from the database, is there only while they need it.

use super::{ApiProblem, Caller, sync::read_cursor};
use crate::{
    App,
    connections::LastsLong,
    flow::{Flow, FlowError, PageText, hash},
    monitoring::OpenStream,
    streams::{Ended, Next, Seat},
};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, future::BoxFuture};
use proffer_domain::{AccountId, Role};
use proffer_protocol::{Cursor, ErrorCode, Problem, StreamId};
use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::time::{Instant, Sleep};

/// A sign of life, so that a dead connection is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);
const HEARTBEAT_TEXT: &[u8] = b":\n\n";
/// When clients come again that are sent to another instance: spread over this time, after a moment.
const RECONNECT: Duration = Duration::from_secs(2);

/// What `GET /v1/events` takes.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Where to go on from, for a client that cannot send `Last-Event-ID`.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
}

/// One event, as its lines say it.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes what axum writes")]
pub struct SyncEvent {
    /// Always `sync`.
    #[schema(pattern = "^sync$")]
    event: String,
    /// The page's cursor.
    id: String,
    /// A SyncPage as JSON, in one line.
    data: String,
}

/// Changes as they happen: event `sync` whose data is a SyncPage and whose id is its cursor, from `Last-Event-ID` on.
///
/// Changes are folded until the client takes them, so a slow one misses nothing and holds nobody up.
#[utoipa::path(
    get, path = "/v1/events", tag = "sync", security(("bearer" = [])),
    params(EventsQuery, ("Last-Event-ID" = Option<String>, Header, description = "The cursor")),
    responses((status = 200, content_type = "text/event-stream", body = SyncEvent), (status = 401, body = Problem), (status = 422, body = Problem)),
)]
pub async fn events(
    State(app): State<App>,
    caller: Caller,
    query: Result<Query<EventsQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiProblem> {
    let Query(query) = query.map_err(|rejection| {
        ApiProblem(Problem::new(ErrorCode::MalformedRequest).with_detail(rejection.body_text()))
    })?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let cursor = read_cursor(last.or(query.cursor.as_deref()))?;
    let seat = app.flow.listeners().sit_down(hash(caller.token.as_bytes()));
    let listener = Listener {
        seat,
        account: (caller.account.id, caller.account.role),
        places: cursor.positions.iter().map(|(stream, seq)| (*stream, *seq)).collect(),
        listened_to: Box::default(),
        flow: app.flow,
        is_to_read: true,
        is_ending: false,
        reading: None,
        heartbeat: Box::pin(tokio::time::sleep(HEARTBEAT)),
        _open: OpenStream::new(),
    };
    if app.stop.is_cancelled() {
        // Those who sat down before were ended; this one may have come too late for it.
        return Err(ApiProblem(Problem::new(ErrorCode::Unavailable)));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((Extension(LastsLong), headers, Body::from_stream(listener)).into_response())
}

/// A page, and the mark of what was written before it was read.
type Reading = BoxFuture<'static, Result<(PageText, u64), FlowError>>;

struct Listener {
    flow: Flow,
    seat: Arc<Seat>,
    account: (AccountId, Role),
    /// The last number of each stream that was sent.
    places: Box<[(StreamId, u64)]>,
    /// The streams that it is told of by its seat.
    listened_to: Box<[StreamId]>,
    is_to_read: bool,
    /// Whether the client was told that this stream ends.
    is_ending: bool,
    reading: Option<Reading>,
    heartbeat: Pin<Box<Sleep>>,
    _open: OpenStream,
}

impl Listener {
    fn cursor(&self) -> Cursor {
        // A stream without changes has no place in it.
        let begun = self.places.iter().copied().filter(|(_, position)| *position > 0);
        Cursor {
            positions: begun.collect(),
        }
    }

    /// Tells the client once to come again, not all of them at the same moment. Whoever is in front sends it elsewhere.
    fn goodbye(&mut self) -> Option<Bytes> {
        if std::mem::replace(&mut self.is_ending, true) {
            return None;
        }
        let mut random = [0; 2];
        self.flow.ports().entropy.fill(&mut random);
        let share = u32::from(u16::from_be_bytes(random));
        let wait = Duration::from_millis(100) + RECONNECT * share / u32::from(u16::MAX);
        let text = format!(": this instance ends; connect again\nretry: {}\n\n", wait.as_millis());
        Some(text.into())
    }

    fn read(&self) -> Reading {
        let (flow, cursor, (account, role)) = (self.flow.clone(), self.cursor(), self.account);
        Box::pin(async move {
            let _turn = flow.listeners().turn_to_read().await;
            // Not before its turn, or something would nearly always have been written since.
            let mark = flow.listeners().mark();
            Ok((flow.event_for(account, role, &cursor).await?, mark))
        })
    }

    /// Takes in what was read: the event to send, if there is any.
    fn take_in(&mut self, page: &PageText, mark: u64) -> Option<Bytes> {
        let is_elsewhere = !page.heads.iter().map(|(stream, _)| stream).eq(self.listened_to.iter());
        self.is_to_read = page.more;
        if !page.more && is_elsewhere {
            let listeners = self.flow.listeners();
            // What was written between the reading and this was told to nobody here.
            self.is_to_read = listeners.listen_to(&self.seat, &self.listened_to, &page.heads, mark);
            self.listened_to = page.heads.iter().map(|(stream, _)| *stream).collect();
        }
        let place = |(stream, _): &(StreamId, u64)| (*stream, page.cursor.position(stream));
        self.places = page.heads.iter().map(place).collect();
        (!page.is_empty).then(|| event(&page.cursor, &page.json))
    }
}

fn event(cursor: &Cursor, json: &str) -> Bytes {
    format!("event: sync\nid: {cursor}\ndata: {json}\n\n").into()
}

impl Stream for Listener {
    type Item = Result<Bytes, Infallible>;

    /// The next changes or sign of life; `None` when the session or the server has ended.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.seat.wake_by(context.waker());
        loop {
            match self.seat.ended() {
                Some(Ended::Session) => return Poll::Ready(None),
                Some(Ended::Server) => return Poll::Ready(self.goodbye().map(Ok)),
                None => {}
            }
            let sent = if let Some(reading) = &mut self.reading {
                let read = ready!(reading.as_mut().poll(context));
                self.reading = None;
                match read {
                    Ok((page, mark)) => self.take_in(&page, mark),
                    Err(error) => {
                        tracing::error!(%error, "an event stream failed; its client will come again");
                        return Poll::Ready(None);
                    }
                }
            } else if self.is_to_read {
                self.reading = Some(self.read());
                None
            } else {
                match self.flow.listeners().next(&self.places) {
                    Next::Read => {
                        self.is_to_read = true;
                        None
                    }
                    Next::Take(stream, batch) => {
                        for (of, position) in &mut self.places {
                            if *of == stream {
                                *position = batch.last;
                            }
                        }
                        let cursor = self.cursor();
                        let json = format!(
                            "{{\"changes\":[{}],\"cursor\":\"{cursor}\",\"more\":false}}",
                            batch.text
                        );
                        Some(event(&cursor, &json))
                    }
                    Next::Wait => {
                        ready!(self.heartbeat.as_mut().poll(context));
                        Some(Bytes::from_static(HEARTBEAT_TEXT))
                    }
                }
            };
            if let Some(sent) = sent {
                self.heartbeat.as_mut().reset(Instant::now() + HEARTBEAT);
                return Poll::Ready(Some(Ok(sent)));
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.flow.listeners().stand_up(&self.seat, &self.listened_to);
    }
}
