//! Changes as they happen, as server-sent events.

use super::{ApiProblem, Caller, sync::read_cursor};
use crate::{App, flow::PageText};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use proffer_protocol::{Cursor, ErrorCode, Problem};
use std::{convert::Infallible, time::Duration};
use tokio::{sync::watch, time::Instant};

/// A sign of life, so that a dead connection is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often changes written by another process are looked for.
const POLL: Duration = Duration::from_secs(2);
/// The largest number of changes in one event.
const BATCH: u32 = 500;

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
    let changed = app.flow.changes();
    let listener = Listener {
        // The caller's session was looked up for this request.
        session_checked: (app.flow.sessions_ended(), Instant::now()),
        app,
        caller,
        cursor,
        changed,
    };
    let events = stream::unfold(listener, |mut listener| async {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::new().interval(HEARTBEAT))
        .into_response())
}

struct Listener {
    app: App,
    caller: Caller,
    cursor: Cursor,
    changed: watch::Receiver<u64>,
    /// How many sessions had ended here, and when, at the last look whether this one goes on.
    session_checked: (u64, Instant),
}

impl Listener {
    /// Waits for the next changes; `None` when the session or the server has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            self.changed.mark_unchanged();
            match self.page().await {
                Ok(Some(page)) if !page.is_empty => {
                    let event = Event::default().event("sync").id(page.cursor.to_string());
                    self.cursor = page.cursor;
                    return Some(event.data(page.json));
                }
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => {
                    tracing::error!(%error, "an event stream failed; its client will come again");
                    return None;
                }
            }
            tokio::select! {
                () = self.app.stop.cancelled() => return None,
                _ = self.changed.changed() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// What is new, or `None` when the session has ended meanwhile.
    async fn page(&mut self) -> Result<Option<PageText>, crate::flow::FlowError> {
        let ended = self.app.flow.sessions_ended();
        // One that another process ended shows at the next poll.
        if ended != self.session_checked.0 || self.session_checked.1.elapsed() >= POLL {
            if self.app.flow.account_of_token(&self.caller.token).await?.is_none() {
                return Ok(None);
            }
            self.session_checked = (ended, Instant::now());
        }
        self.app
            .flow
            .page_since(&self.caller.account, &self.cursor, BATCH)
            .await
            .map(Some)
    }
}
