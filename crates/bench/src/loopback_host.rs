//! The built page with a real desk behind it, on loopback: what the page is in a browser.

use anyhow::Context;
use axum::{
    Router,
    body::Bytes,
    extract::{Path as UrlPath, State},
    http::{StatusCode, Uri, header},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
    routing::{get, post},
};
use futures_util::{Stream, StreamExt};
use proffer_desk::Desk;
use std::{
    convert::Infallible,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_stream::wrappers::BroadcastStream;

use crate::headless::{DeskFolder, sign_in, until_online};

#[derive(Clone)]
struct Host {
    desk: Desk,
    pages: Arc<PathBuf>,
}

/// A desk on loopback; ends when dropped.
pub(crate) struct LoopbackHost {
    /// Where the page is.
    pub(crate) url: String,
    desk: Desk,
    task: JoinHandle<()>,
}

impl LoopbackHost {
    /// Serves the page in `pages` over a desk that is signed in and in step.
    pub(crate) async fn serve(folder: &Path, pages: PathBuf, platform_url: &str) -> anyhow::Result<Self> {
        let desk = DeskFolder(folder.to_owned()).open().await?;
        sign_in(&desk, platform_url).await?;
        until_online(&desk).await?;
        let host = Host {
            desk: desk.clone(),
            pages: Arc::new(pages),
        };
        let router = Router::new()
            .route("/desk/events", get(events))
            .route("/desk/{name}", post(request))
            .fallback(page)
            .with_state(host);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, desk, task })
    }

    /// Stops serving and closes the desk.
    pub(crate) async fn close(self) {
        self.task.abort();
        self.desk.close().await;
    }
}

async fn request(State(host): State<Host>, UrlPath(name): UrlPath<String>, payload: Bytes) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    match host.desk.request(&name, &payload).await {
        Ok(answer) => (json, answer).into_response(),
        Err(error) => (
            StatusCode::BAD_REQUEST,
            json,
            serde_json::to_vec(&error).unwrap_or_default(),
        )
            .into_response(),
    }
}

async fn events(State(host): State<Host>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = BroadcastStream::new(host.desk.events());
    Sse::new(events.filter_map(async |event| {
        let text = event.ok().and_then(|event| serde_json::to_string(&event).ok())?;
        Some(Ok(Event::default().data(text)))
    }))
}

async fn page(State(host): State<Host>, uri: Uri) -> Result<Response, StatusCode> {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    if path.split('/').any(|part| part == "..") {
        return Err(StatusCode::NOT_FOUND);
    }
    let bytes = tokio::fs::read(host.pages.join(path))
        .await
        .map_err(|_| StatusCode::NOT_FOUND)?;
    let media_type = match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    Ok(([(header::CONTENT_TYPE, media_type)], bytes).into_response())
}

/// The page as it was built.
pub(crate) fn built_page(repository: &Path) -> anyhow::Result<PathBuf> {
    let pages = repository.join("ui/dist");
    std::fs::metadata(pages.join("index.html")).context("ui/dist is empty; run npm run bench, which builds it")?;
    Ok(pages)
}
