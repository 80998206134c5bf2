//! The [`Platform`] port over HTTP.

use crate::{
    event_lines::{Event, EventLines},
    ports::{CommandCall, Platform, PlatformConnector, PlatformError, PlatformEvent, Progress, SyncText},
};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use proffer_domain::AttachmentId;
use proffer_protocol::{
    Me, PROTOCOL_VERSION, PROTOCOL_VERSION_HEADER, Problem, SessionCreated, SignInRequest,
    version::IDEMPOTENCY_KEY_HEADER,
};
use reqwest::{Client, Method, Request, RequestBuilder, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::OnceCell;
use url::{Host, Url};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);
/// Uploads and pages may be long; only silence ends them.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Connects to platforms over HTTPS, and over plain HTTP on loopback addresses only.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpConnector;

/// Chooses the process's TLS provider, which every HTTP client needs before it is built; the first choice stands.
pub fn use_tls_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Carries a request to a platform and its response back: a client of the network, or in simulations a network of their
/// own.
#[async_trait]
pub trait Carrier: Send + Sync + 'static {
    /// Sends the request within its time-out and gives the response's head; its body follows piece by piece.
    ///
    /// # Errors
    /// [`PlatformError::Unreachable`] if no head came.
    async fn carry(&self, request: Request) -> Result<Response, PlatformError>;
}

/// A platform at an address, reached by `carrier`. `client` only makes the requests.
///
/// # Errors
/// [`PlatformError::NotAPlatform`] if the address is none.
pub fn platform_over(url: &str, client: Client, carrier: Arc<dyn Carrier>) -> Result<Arc<dyn Platform>, PlatformError> {
    let base = normalise_url(url)?;
    Ok(Arc::new(HttpPlatform { client, carrier, base }))
}

impl PlatformConnector for HttpConnector {
    fn connect(&self, url: &str) -> Result<Arc<dyn Platform>, PlatformError> {
        let base = normalise_url(url)?;
        use_tls_provider();
        // It sends nothing, and so trusts nobody.
        let client = Client::builder().tls_certs_only([]).no_proxy().build();
        let client = client.map_err(|error| PlatformError::Unreachable(error.to_string()))?;
        let carrier = Arc::new(Network {
            base: base.clone(),
            client: OnceCell::new(),
        });
        Ok(Arc::new(HttpPlatform { client, carrier, base }))
    }
}

/// The network on the way to one platform. Its client is made when it is first needed, for that reads all certificates
/// that the system trusts, and the window's first page need not wait for it.
struct Network {
    base: Url,
    client: OnceCell<Client>,
}

fn network_client(base: &Url) -> reqwest::Result<Client> {
    let mut builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none());
    if is_loopback(base) {
        // Packing costs more than it saves where there is no wire.
        builder = builder.no_gzip().no_zstd().no_proxy();
    }
    if base.scheme() == "http" {
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

#[async_trait]
impl Carrier for Network {
    async fn carry(&self, request: Request) -> Result<Response, PlatformError> {
        let make = || async {
            let base = self.base.clone();
            let made = tokio::task::spawn_blocking(move || network_client(&base)).await;
            let failed = |error: String| PlatformError::Unreachable(error);
            made.map_err(|error| failed(error.to_string()))?
                .map_err(|error| failed(error.to_string()))
        };
        let client = self.client.get_or_try_init(make).await?;
        client.execute(request).await.map_err(unreachable)
    }
}

/// The address in the one form that is kept: scheme, host, port and path without a slash at its end.
///
/// # Errors
/// [`PlatformError::NotAPlatform`] if it is no address, or plain `http` to another computer.
pub fn normalise_url(text: &str) -> Result<Url, PlatformError> {
    let text = text.trim();
    let refuse = |why: &str| Err(PlatformError::NotAPlatform(why.to_owned()));
    if text.is_empty() {
        return refuse("enter the platform's address, such as https://answers.example");
    }
    let full = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let Ok(mut url) = Url::parse(&full) else {
        return refuse("this is not an address; enter one such as https://answers.example");
    };
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return refuse("this is not an address of a platform; it begins with https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("leave name and password out of the address");
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return refuse("this address is not protected; use https:// (http:// is for this computer alone)");
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

struct HttpPlatform {
    client: Client,
    carrier: Arc<dyn Carrier>,
    base: Url,
}

impl HttpPlatform {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, self.url(path))
            .header(PROTOCOL_VERSION_HEADER, PROTOCOL_VERSION)
    }

    fn get(&self, path: &str, token: &str) -> RequestBuilder {
        self.request(Method::GET, path).bearer_auth(token)
    }

    fn post(&self, path: &str, token: &str) -> RequestBuilder {
        self.request(Method::POST, path).bearer_auth(token)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, PlatformError> {
        self.carrier.carry(request.build().map_err(unreachable)?).await
    }
}

fn unreachable(error: reqwest::Error) -> PlatformError {
    // The address may hold what should not be logged; the innermost cause says what people can act on.
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    PlatformError::Unreachable(cause.to_string())
}

fn media_type(response: &Response) -> String {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// The response if it succeeded; else its problem, or why it is none.
async fn successful(response: Response) -> Result<Response, PlatformError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if media_type(&response) == "application/problem+json" {
        let body = response.bytes().await.map_err(unreachable)?;
        return Err(match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => PlatformError::Problem(Box::new(problem)),
            Err(_) => PlatformError::NotAPlatform(format!("it answered {status} in a form this desk does not know")),
        });
    }
    Err(match status {
        // What stands before a platform answers so while the platform is down.
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            PlatformError::Unreachable(format!("it answered {status}"))
        }
        _ => PlatformError::NotAPlatform(format!("it answered {status} with a page instead of data")),
    })
}

async fn json<T: DeserializeOwned>(response: Response) -> Result<T, PlatformError> {
    read_json(&json_text(response).await?)
}

async fn json_text(response: Response) -> Result<Bytes, PlatformError> {
    let response = successful(response).await?;
    let kind = media_type(&response);
    if kind != "application/json" {
        let what = if kind == "text/html" { "a web page" } else { "something" };
        return Err(PlatformError::NotAPlatform(format!(
            "it answered with {what} instead of data"
        )));
    }
    response.bytes().await.map_err(unreachable)
}

fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, PlatformError> {
    serde_json::from_slice(body)
        .map_err(|error| PlatformError::NotAPlatform(format!("its answer could not be read: {error}")))
}

#[async_trait]
impl Platform for HttpPlatform {
    async fn sign_in(&self, request: &SignInRequest) -> Result<SessionCreated, PlatformError> {
        let request = self.request(Method::POST, "/v1/sessions").json(request);
        json(self.send(request.timeout(COMMAND_TIMEOUT)).await?).await
    }

    async fn sign_out(&self, token: &str) -> Result<(), PlatformError> {
        let request = self.request(Method::DELETE, "/v1/sessions/current").bearer_auth(token);
        successful(self.send(request.timeout(COMMAND_TIMEOUT)).await?).await?;
        Ok(())
    }

    async fn me(&self, token: &str) -> Result<Me, PlatformError> {
        let request = self.get("/v1/me", token).timeout(COMMAND_TIMEOUT);
        json(self.send(request).await?).await
    }

    async fn sync(&self, token: &str, cursor: Option<&str>, limit: u32) -> Result<SyncText, PlatformError> {
        let mut request = self.get("/v1/sync", token).query(&[("limit", limit)]);
        if let Some(cursor) = cursor {
            request = request.query(&[("cursor", cursor)]);
        }
        let body = json_text(self.send(request).await?).await?;
        // A page is megabytes: reading it would hold up what else this thread does.
        let pass_gate = crate::fault::gate();
        let reading = tokio::task::spawn_blocking(move || {
            pass_gate();
            read_json(&body)
        });
        reading
            .await
            .map_err(|error| PlatformError::NotAPlatform(error.to_string()))?
    }

    async fn events(
        &self,
        token: &str,
        cursor: &str,
    ) -> Result<BoxStream<'static, Result<PlatformEvent, PlatformError>>, PlatformError> {
        let request = self
            .get("/v1/events", token)
            .header(header::ACCEPT, "text/event-stream")
            .header("last-event-id", cursor);
        let response = successful(self.send(request).await?).await?;
        if media_type(&response) != "text/event-stream" {
            return Err(PlatformError::NotAPlatform("it has no event stream".to_owned()));
        }
        Ok(event_stream(response.bytes_stream()).boxed())
    }

    async fn command(&self, token: &str, call: &CommandCall) -> Result<serde_json::Value, PlatformError> {
        let request = self
            .post(&call.path, token)
            .header(IDEMPOTENCY_KEY_HEADER, call.key.to_string())
            .json(&call.body);
        json(self.send(request.timeout(COMMAND_TIMEOUT)).await?).await
    }

    async fn upload(
        &self,
        token: &str,
        id: AttachmentId,
        name: &str,
        file: PathBuf,
        progress: Progress,
    ) -> Result<(), PlatformError> {
        let failed = |error: std::io::Error| PlatformError::File(error.to_string());
        let file = tokio::fs::File::open(file).await.map_err(failed)?;
        let size_bytes = file.metadata().await.map_err(failed)?.len();
        let mut sent_bytes = 0;
        let pieces = tokio_util::io::ReaderStream::new(file).inspect_ok(move |piece| {
            sent_bytes += u64::try_from(piece.len()).unwrap_or_default();
            progress(sent_bytes);
        });
        let body = reqwest::Body::wrap_stream(pieces);
        let request = self
            .post("/v1/attachments", token)
            .query(&[("id", id.to_string().as_str()), ("name", name)])
            .header(IDEMPOTENCY_KEY_HEADER, id.to_string())
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_LENGTH, size_bytes)
            .body(body);
        successful(self.send(request).await?).await?;
        Ok(())
    }

    async fn download(
        &self,
        token: &str,
        id: AttachmentId,
    ) -> Result<BoxStream<'static, Result<Bytes, PlatformError>>, PlatformError> {
        let request = self.get(&format!("/v1/attachments/{id}"), token);
        let response = successful(self.send(request).await?).await?;
        Ok(response.bytes_stream().map(|piece| piece.map_err(unreachable)).boxed())
    }
}

/// Reads server-sent events from the pieces of a body; pieces that complete none, comments among them, are signs of life.
fn event_stream(
    body: impl Stream<Item = reqwest::Result<Bytes>> + Send + 'static,
) -> impl Stream<Item = Result<PlatformEvent, PlatformError>> + Send + 'static {
    let mut lines = EventLines::default();
    body.flat_map(move |piece| {
        let events = match piece {
            Ok(piece) => {
                let mut events: Vec<_> = lines.take(&piece).into_iter().map(read_event).collect();
                if events.is_empty() {
                    events.push(Ok(PlatformEvent::Heartbeat));
                }
                events
            }
            Err(error) => vec![Err(unreachable(error))],
        };
        futures_util::stream::iter(events)
    })
}

pub(crate) fn read_event(event: Event) -> Result<PlatformEvent, PlatformError> {
    match event.name.as_str() {
        "sync" => serde_json::from_str::<SyncText>(&event.data)
            .map(PlatformEvent::Sync)
            .map_err(|error| PlatformError::NotAPlatform(format!("an event could not be read: {error}"))),
        "behind" => Ok(PlatformEvent::Behind),
        _ => Ok(PlatformEvent::Heartbeat),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_into_one_form() {
        for (typed, kept) in [
            ("answers.example", "https://answers.example/"),
            (" https://answers.example/ ", "https://answers.example/"),
            ("https://answers.example/desk/?x=1#y", "https://answers.example/desk"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
            ("http://localhost:1", "http://localhost:1/"),
            ("http://[::1]:1", "http://[::1]:1/"),
        ] {
            assert_eq!(
                normalise_url(typed).map(|url| url.to_string()),
                Ok(kept.to_owned()),
                "{typed}"
            );
        }
    }

    #[test]
    fn plain_http_to_another_computer_and_what_is_no_address_are_refused() {
        for typed in [
            "",
            "http://answers.example",
            "ftp://x",
            "https://",
            "https://a:b@c.example",
            "ht tp:/x",
        ] {
            assert!(
                matches!(normalise_url(typed), Err(PlatformError::NotAPlatform(_))),
                "{typed}"
            );
        }
    }
}
