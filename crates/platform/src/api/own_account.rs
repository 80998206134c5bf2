//! One's own account: where it is signed in, and the second step of signing in.

use super::{
    ApiProblem, Caller,
    caller::{Body, Id},
};
use crate::App;
use axum::{Json, extract::State, http::StatusCode};
use proffer_domain::SessionId;
use proffer_protocol::{Problem, RecoveryCodes, SessionDocument, TotpCodeRequest, TotpEnrolment, TotpState};

/// Where the account is signed in, newest first.
#[utoipa::path(
    get, path = "/v1/sessions", tag = "sessions", security(("bearer" = [])),
    responses((status = 200, body = Vec<SessionDocument>), (status = 401, body = Problem)),
)]
pub async fn list_sessions(State(app): State<App>, caller: Caller) -> Result<Json<Vec<SessionDocument>>, ApiProblem> {
    Ok(Json(app.flow.sessions(&caller.account, &caller.token).await?))
}

/// Ends one of the account's sessions: its next request fails, and its events end within five seconds.
#[utoipa::path(
    delete, path = "/v1/sessions/{id}", tag = "sessions", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)),
)]
pub async fn delete_session(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<SessionId>,
) -> Result<StatusCode, ApiProblem> {
    app.flow.end_session(&caller.account, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether signing in asks for a code.
#[utoipa::path(
    get, path = "/v1/me/totp", tag = "sessions", security(("bearer" = [])),
    responses((status = 200, body = TotpState), (status = 401, body = Problem)),
)]
pub async fn totp_state(State(app): State<App>, caller: Caller) -> Result<Json<TotpState>, ApiProblem> {
    Ok(Json(app.flow.totp_state(&caller.account).await?))
}

/// Makes a secret for an authenticator app; nothing asks for its codes until one is confirmed.
#[utoipa::path(
    post, path = "/v1/me/totp", tag = "sessions", security(("bearer" = [])),
    responses((status = 200, body = TotpEnrolment), (status = 401, body = Problem), (status = 422, body = Problem)),
)]
pub async fn begin_totp(State(app): State<App>, caller: Caller) -> Result<Json<TotpEnrolment>, ApiProblem> {
    Ok(Json(app.flow.begin_totp(&caller.account).await?))
}

/// Confirms the app by one of its codes: from now on signing in asks for them.
#[utoipa::path(
    post, path = "/v1/me/totp/confirm", tag = "sessions", security(("bearer" = [])), request_body = TotpCodeRequest,
    responses(
        (status = 200, body = RecoveryCodes), (status = 401, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem),
    ),
)]
pub async fn confirm_totp(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<TotpCodeRequest>,
) -> Result<Json<RecoveryCodes>, ApiProblem> {
    Ok(Json(app.flow.confirm_totp(&caller.account, &request.code).await?))
}

/// Asks for no codes any more.
#[utoipa::path(
    post, path = "/v1/me/totp/disable", tag = "sessions", security(("bearer" = [])), request_body = TotpCodeRequest,
    responses(
        (status = 204), (status = 401, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem),
    ),
)]
pub async fn disable_totp(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<TotpCodeRequest>,
) -> Result<StatusCode, ApiProblem> {
    app.flow.disable_totp(&caller.account, &request.code).await?;
    Ok(StatusCode::NO_CONTENT)
}
