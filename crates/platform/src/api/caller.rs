//! What handlers take from a request: who calls, the idempotency key, ids and bodies, each with its own clear error.

use super::ApiProblem;
use crate::{App, store::AccountRow};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{header, request::Parts},
};
use proffer_domain::{CommandId, FieldCode, FieldProblem};
use proffer_protocol::{ErrorCode, Problem, version::IDEMPOTENCY_KEY_HEADER};
use serde::de::DeserializeOwned;

/// Who calls, found by their bearer token.
pub struct Caller {
    /// Their account.
    pub account: AccountRow,
    /// The token itself.
    pub token: String,
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiProblem> {
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let Some(token) = token else {
            return Err(ApiProblem(Problem::new(ErrorCode::SignInNeeded)));
        };
        match app.flow.account_of_token(token).await? {
            Some(account) => Ok(Self {
                account,
                token: token.to_owned(),
            }),
            None => Err(ApiProblem(
                Problem::new(ErrorCode::SignInNeeded).with_detail("This session has ended."),
            )),
        }
    }
}

/// The idempotency key of a command.
pub struct Key(pub CommandId);

impl<S: Sync> FromRequestParts<S> for Key {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        let value = parts
            .headers
            .get(IDEMPOTENCY_KEY_HEADER)
            .and_then(|value| value.to_str().ok());
        value.and_then(|value| value.parse().ok()).map(Self).ok_or_else(|| {
            let message = "Send a UUID of your own making in the header Idempotency-Key.";
            let field = FieldProblem::new("/headers/idempotency-key", FieldCode::Missing, message);
            ApiProblem(
                Problem::new(ErrorCode::MalformedRequest)
                    .with_detail(message)
                    .with_errors(vec![field]),
            )
        })
    }
}

/// The id in the path.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: From<uuid::Uuid>> FromRequestParts<S> for Id<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        match Path::<uuid::Uuid>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(T::from(id))),
            Err(_) => Err(ApiProblem(Problem::new(ErrorCode::NotFound))),
        }
    }
}

/// A body of JSON.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiProblem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let code = if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                ErrorCode::TooLarge
            } else {
                ErrorCode::MalformedRequest
            };
            ApiProblem(Problem::new(code).with_detail(rejection.body_text()))
        })?;
        // A list of the members' values, in order, would be read as well.
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            let problem = Problem::new(ErrorCode::MalformedRequest).with_detail("Send an object, not a list.");
            return Err(ApiProblem(problem));
        }
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| ApiProblem(Problem::new(ErrorCode::MalformedRequest).with_detail(error.to_string())))
    }
}
