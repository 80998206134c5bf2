//! The desk's side: JSON over HTTP under `/v1`, as `docs/protocol.md` and `/openapi.json` describe it.

mod attachments;
mod caller;
mod commands;
mod description;
mod events;
mod offers;
mod operations;
mod own_account;
mod problem;
mod questions;
mod sessions;
mod sync;
mod webhooks;

pub(crate) use attachments::give as give_file;
pub use caller::Caller;
pub use problem::ApiProblem;

use crate::App;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use proffer_protocol::{ErrorCode, PROTOCOL_VERSION, PROTOCOL_VERSION_HEADER, Problem};
use std::time::Duration;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The largest body of a command, in bytes; files have their own limit.
const BODY_MAX_BYTES: usize = 1024 * 1024;
/// How long a command may take from its first byte to its answer's; files and events have no such limit.
const RESPONSE_TIME_MAX: Duration = Duration::from_secs(30);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Proffer platform",
        description = "What the desk syncs with. Times are RFC 3339 in UTC, ids UUIDv7, errors application/problem+json.",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(proffer_protocol::Document, Problem)),
    modifiers(&Bearer),
    tags(
        (name = "sessions", description = "Signing in and out"),
        (name = "sync", description = "Changes since a cursor, and as they happen"),
        (name = "questions", description = "Locks, messages, ratings"),
        (name = "offers", description = "The lifecycle of premium offers"),
        (name = "attachments", description = "Files"),
        (name = "operations", description = "For operators"),
    ),
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        openapi
            .components
            .get_or_insert_with(Default::default)
            .add_security_scheme("bearer", scheme);
    }
}

fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(sessions::create))
        .routes(routes!(sessions::delete_current))
        .routes(routes!(sessions::me))
        .routes(routes!(own_account::list_sessions))
        .routes(routes!(own_account::delete_session))
        .routes(routes!(own_account::totp_state))
        .routes(routes!(own_account::begin_totp))
        .routes(routes!(own_account::confirm_totp))
        .routes(routes!(own_account::disable_totp))
        .routes(routes!(sync::sync))
        .routes(routes!(events::events))
        .routes(routes!(questions::ask))
        .routes(routes!(questions::lock))
        .routes(routes!(questions::extend))
        .routes(routes!(questions::release))
        .routes(routes!(questions::send_message))
        .routes(routes!(questions::rate))
        .routes(routes!(questions::send_offer))
        .routes(routes!(offers::revise))
        .routes(routes!(offers::withdraw))
        .routes(routes!(offers::remind))
        .routes(routes!(offers::start))
        .routes(routes!(offers::deliver))
        .routes(routes!(offers::cancel))
        .routes(routes!(offers::accept))
        .routes(routes!(offers::hold))
        .routes(routes!(offers::decline))
        .routes(routes!(offers::reconsider))
        .routes(routes!(offers::complete))
        .routes(routes!(questions::request_support))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(middleware::from_fn(limit_time))
        .routes(routes!(attachments::upload))
        .routes(routes!(attachments::download))
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::metrics))
}

/// Where the OpenAPI document is, which does not describe itself.
const OPENAPI: &str = "/openapi.json";
/// Where Stripe calls; nobody else's to know.
const STRIPE: &str = "/webhooks/stripe";

/// The paths of all routes, described or not.
pub(crate) fn paths() -> Vec<String> {
    let described = openapi().paths.paths.into_keys();
    described.chain([OPENAPI, STRIPE].map(str::to_owned)).collect()
}

/// The OpenAPI 3.1 document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = described().split_for_parts().1;
    description::complete(&mut document);
    document
}

/// The routes under `/v1` with those for operators.
pub fn router(app: App) -> Router {
    let (router, mut document) = described().split_for_parts();
    description::complete(&mut document);
    // Events are a stream: compressing would hold them back.
    let compress = SizeAbove::new(1024).and(NotForContentType::const_new("text/event-stream"));
    router
        .route(OPENAPI, get(move || async move { Json(document) }))
        .route(
            STRIPE,
            post(webhooks::stripe).layer(DefaultBodyLimit::max(BODY_MAX_BYTES)),
        )
        .fallback(async |request: Request| {
            if request.uri().path().starts_with("/v1/") {
                ApiProblem(Problem::new(ErrorCode::NotFound)).into_response()
            } else {
                crate::pages::nothing_here()
            }
        })
        .method_not_allowed_fallback(|| async {
            let problem = Problem::new(ErrorCode::MalformedRequest).with_detail("This method is not for this address.");
            // The body names the status that the response has (RFC 9457).
            ApiProblem(Problem {
                status: StatusCode::METHOD_NOT_ALLOWED.as_u16(),
                ..problem
            })
        })
        // A page of documents shrinks to a third at the fastest level; more costs the platform more than it saves.
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(compress),
        )
        .layer(middleware::from_fn(check_protocol))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            ApiProblem(Problem::new(ErrorCode::Internal)).into_response()
        }))
        .with_state(app)
}

/// Gives up what takes too long, such as a body that does not come; what it wrote is undone with its transaction.
async fn limit_time(request: Request, next: Next) -> Response {
    tokio::time::timeout(RESPONSE_TIME_MAX, next.run(request))
        .await
        .unwrap_or_else(|_| {
            let detail = "The request took too long; send the same request again.";
            ApiProblem(Problem::new(ErrorCode::Unavailable).with_detail(detail)).into_response()
        })
}

/// Refuses a client that speaks another version, and says which one is spoken here.
async fn check_protocol(request: Request, next: Next) -> Response {
    let version = request
        .headers()
        .get(PROTOCOL_VERSION_HEADER)
        .and_then(|value| value.to_str().ok());
    let mut response = match version {
        Some(version) if version.parse() != Ok(PROTOCOL_VERSION) => {
            let detail = format!("This platform speaks protocol {PROTOCOL_VERSION}; update the older side.");
            ApiProblem(Problem::new(ErrorCode::ProtocolMismatch).with_detail(detail)).into_response()
        }
        _ => next.run(request).await,
    };
    response
        .headers_mut()
        .insert(PROTOCOL_VERSION_HEADER, HeaderValue::from(PROTOCOL_VERSION));
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(no_store);
    guard(response.headers_mut());
    response
}

/// The headers that let no browser take an answer of the API for a page.
fn guard(headers: &mut HeaderMap) {
    const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
