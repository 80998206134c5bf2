//! The pages of customers and moderators: plain HTML that works without JavaScript and runs none.
//!
//! A GET never changes a state. Every form carries a token against forgery and the id of its command, so that a double
//! click has one effect. All text of people is escaped by the templates, or made safe by `proffer_domain::text`.

mod account;
mod failure;
mod forms;
mod links;
mod moderated;
mod moderator;
mod offers;
mod own_account;
mod password;
mod payment;
mod questions;
mod show;
mod stop_mail;
mod visitor;

use crate::{App, flow::FlowError, route_table::RouteTable};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use proffer_protocol::ErrorCode;
use tower_http::catch_panic::CatchPanicLayer;

pub(crate) use failure::PageFailure;
use failure::{Address, NeedsSignIn};
pub(crate) use moderator::SHOWN as MODERATOR_SEES;
pub(crate) use visitor::Visitor;

/// The largest form with files, in bytes. Files beyond the platform's own limit are read and dropped up to here, so
/// that the browser can show the answer instead of a broken connection.
const FORM_MAX_BYTES: usize = 256 * 1024 * 1024;

/// Every route of the pages.
fn table() -> RouteTable {
    let with_files = DefaultBodyLimit::max(FORM_MAX_BYTES);
    RouteTable::new()
        .route("/ask", get(questions::ask_form).post(questions::ask).layer(with_files))
        .route("/questions/{id}/reply", post(questions::reply).layer(with_files))
        .route("/", get(|| async { Redirect::to("/questions") }))
        .route("/static/site.css", get(stylesheet))
        .route("/sign-up", get(account::sign_up_form).post(account::sign_up))
        .route("/sign-in", get(account::sign_in_form).post(account::sign_in))
        .route("/sign-out", post(account::sign_out))
        .route("/forgot-password", get(password::forgot_form).post(password::forgot))
        .route(
            "/reset-password/{token}",
            get(password::reset_form).post(password::reset),
        )
        .route("/account", get(own_account::show))
        .route("/account/sessions/{id}/end", post(own_account::end_session))
        .route("/account/mail", post(own_account::set_mail))
        .route("/account/totp", post(own_account::begin_totp))
        .route("/account/totp/confirm", post(own_account::confirm_totp))
        .route("/account/totp/disable", post(own_account::disable_totp))
        .route("/questions", get(questions::list))
        .route("/questions/{id}", get(questions::show))
        .route("/questions/{id}/rate", post(questions::rate))
        .route("/questions/{id}/files/{file}", get(questions::file))
        .route("/offers/{id}", get(offers::show))
        .route("/offers/{id}/pay", get(payment::pay))
        .route("/offers/{id}/receipt", get(offers::receipt))
        .route("/offers/{id}/{action}", post(offers::act))
        .route("/offers/{id}/files/{file}", get(offers::file))
        .route("/l/{token}", get(links::landing).post(links::enter))
        .route("/stop/{token}", get(stop_mail::show).post(stop_mail::stop))
        .route("/new-link", get(links::renew_form).post(links::renew))
        .route("/moderate", get(moderator::overview))
        .route("/moderate/questions/{id}", get(moderated::question))
        .route("/moderate/offers/{id}", get(moderated::offer))
        .route("/moderate/requests/{id}", get(moderated::request))
        .route("/moderate/{kind}/{id}", post(moderator::act))
}

/// The paths of all pages.
pub(crate) fn paths() -> Vec<&'static str> {
    table().into_paths()
}

/// The pages' routes.
pub fn router(app: App) -> Router {
    table()
        .into_router()
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            PageFailure::from(FlowError::code(ErrorCode::Internal)).into_response()
        }))
        .layer(middleware::from_fn(protect))
        .with_state(app)
}

async fn stylesheet() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=3600"),
        ],
        include_str!("../../templates/static/site.css"),
    )
}

/// The page at an address that is none.
pub(crate) fn nothing_here() -> Response {
    let mut response = PageFailure::not_found().into_response();
    guard(response.headers_mut());
    response
}

/// Keeps every page to itself, and leads who must sign in to where they can.
async fn protect(request: Request, next: Next) -> Response {
    let asked = (request.method() == Method::GET).then(|| request.uri().path().to_owned());
    let mut response = next.run(request).await;
    if let (Some(path), Some(_)) = (asked, response.extensions().get::<NeedsSignIn>()) {
        response = account::way_to_sign_in(&path).into_response();
    }
    guard(response.headers_mut());
    response
}

/// The headers that keep a page to itself.
fn guard(headers: &mut HeaderMap) {
    const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                          frame-ancestors 'none'; base-uri 'none'";
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
}
