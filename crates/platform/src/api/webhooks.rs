//! What payment processors tell. Not a part of the protocol: only they call it, and each call is signed.

use super::ApiProblem;
use crate::{
    App,
    flow::FlowError,
    payment::stripe::{read_event, verify},
};
use axum::{body::Bytes, extract::State, http::HeaderMap};
use proffer_protocol::{ErrorCode, Problem};

/// Stripe tells of an event. Anything but an answer of success makes it tell again, for days.
pub async fn stripe(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<&'static str, ApiProblem> {
    let Some(route) = app.flow.stripe() else {
        return Err(FlowError::code(ErrorCode::NotFound).into());
    };
    let header = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    let now = app.flow.ports().clock.now();
    if let Err(forged) = verify(&route.config.webhook_secret, header.unwrap_or_default(), &body, now) {
        tracing::warn!(%forged, "a webhook is not believed");
        return Err(ApiProblem(
            Problem::new(ErrorCode::MalformedRequest).with_detail(forged.to_string()),
        ));
    }
    if let Some(event) = read_event(&body) {
        app.flow.note_stripe_event(&event).await?;
    }
    Ok("noted\n")
}
