//! The least that an acceptance needs on the platform's side, as its limit: a request, one durable commit, an event to
//! whoever listens. A page of the same server raises a notification for the same event in a browser: the peer.

use anyhow::Context;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{
        Html,
        sse::{Event, Sse},
    },
    routing::{get, post},
    serve::ListenerExt,
};
use futures_util::{Stream, StreamExt};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    convert::Infallible,
    io::Write,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><title>Request Centre</title><p id="state">waiting</p><script>
const events = new EventSource("/page-events");
events.onmessage = () => new Notification("Helen Marsh accepted your offer", { body: "Letter before action · £145.00" });
</script>"#;

#[derive(Clone)]
struct Bare {
    pool: SqlitePool,
    events: broadcast::Sender<()>,
    page_events: broadcast::Sender<()>,
    bytes: Arc<Mutex<Bytes>>,
}

/// A database of one writer with durable commits.
pub(crate) async fn database(file: PathBuf, synchronous: SqliteSynchronous) -> anyhow::Result<SqlitePool> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous);
    Ok(SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?)
}

/// Serves until it is ended; its first line says where.
pub(crate) async fn serve(folder: PathBuf) -> anyhow::Result<()> {
    let pool = database(folder.join("bare.db"), SqliteSynchronous::Full).await?;
    sqlx::query("CREATE TABLE acceptance (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")
        .execute(&pool)
        .await?;
    let bare = Bare {
        pool,
        events: broadcast::Sender::new(64),
        page_events: broadcast::Sender::new(64),
        bytes: Arc::default(),
    };
    let router = Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/accept", post(accept))
        .route("/accept-page", post(accept_for_page))
        .route("/events", get(async |State(bare): State<Bare>| stream(&bare.events)))
        .route(
            "/page-events",
            get(async |State(bare): State<Bare>| stream(&bare.page_events)),
        )
        .route(
            "/page-listeners",
            get(async |State(bare): State<Bare>| bare.page_events.receiver_count().to_string()),
        )
        // What is put there comes back: a round trip of so many bytes.
        .route(
            "/bytes",
            get(async |State(bare): State<Bare>| kept(&bare).clone()).put(keep),
        )
        .with_state(bare);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?).context("standard output")?;
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

fn kept(bare: &Bare) -> MutexGuard<'_, Bytes> {
    bare.bytes.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn keep(State(bare): State<Bare>, bytes: Bytes) {
    *kept(&bare) = bytes;
}

async fn commit(pool: &SqlitePool) -> Result<(), StatusCode> {
    let written = sqlx::query("INSERT INTO acceptance (body) VALUES (?)")
        .bind("accepted")
        .execute(pool)
        .await;
    written.map(|_| ()).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn accept(State(bare): State<Bare>) -> Result<&'static str, StatusCode> {
    commit(&bare.pool).await?;
    let _ = bare.events.send(());
    Ok("accepted")
}

async fn accept_for_page(State(bare): State<Bare>) -> Result<&'static str, StatusCode> {
    commit(&bare.pool).await?;
    let _ = bare.page_events.send(());
    Ok("accepted")
}

fn stream(events: &broadcast::Sender<()>) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let events = BroadcastStream::new(events.subscribe());
    Sse::new(events.map(|_| Ok(Event::default().data("accepted"))))
}
