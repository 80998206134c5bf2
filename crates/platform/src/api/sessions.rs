//! Signing in and out.

use super::{ApiProblem, Caller, caller::Body};
use crate::{App, flow::SignIn, peer::Peer};
use axum::{Json, extract::State, http::StatusCode};
use proffer_protocol::{Me, Problem, SessionCreated, SignInRequest};

/// Signs in.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "sessions", request_body = SignInRequest,
    responses(
        (status = 201, body = SessionCreated), (status = 401, body = Problem),
        (status = 429, body = Problem, headers(("Retry-After" = u64, description = "Seconds to wait"))),
    ),
)]
pub async fn create(
    State(app): State<App>,
    Peer(peer): Peer,
    Body(request): Body<SignInRequest>,
) -> Result<(StatusCode, Json<SessionCreated>), ApiProblem> {
    let signed_in = app
        .flow
        .sign_in_with(SignIn {
            email: &request.email,
            password: &request.password,
            code: request.code.as_deref(),
            device: &request.device,
            peer,
        })
        .await?;
    let me = app.flow.me(&signed_in.account).await?;
    Ok((
        StatusCode::CREATED,
        Json(SessionCreated {
            token: signed_in.token,
            me,
        }),
    ))
}

/// Ends this session.
#[utoipa::path(
    delete, path = "/v1/sessions/current", tag = "sessions", security(("bearer" = [])),
    responses((status = 204), (status = 401, body = Problem)),
)]
pub async fn delete_current(State(app): State<App>, caller: Caller) -> Result<StatusCode, ApiProblem> {
    app.flow.sign_out(&caller.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account, its categories and the limits.
#[utoipa::path(
    get, path = "/v1/me", tag = "sessions", security(("bearer" = [])),
    responses((status = 200, body = Me), (status = 401, body = Problem)),
)]
pub async fn me(State(app): State<App>, caller: Caller) -> Result<Json<Me>, ApiProblem> {
    Ok(Json(app.flow.me(&caller.account).await?))
}
