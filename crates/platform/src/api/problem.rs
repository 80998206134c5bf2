//! Errors as `application/problem+json`.

use crate::flow::FlowError;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use proffer_protocol::Problem;

/// A problem, ready to be answered.
pub struct ApiProblem(pub Problem);

impl From<FlowError> for ApiProblem {
    fn from(error: FlowError) -> Self {
        if !matches!(error, FlowError::Refused(_)) {
            tracing::error!(%error, "a request failed");
        }
        Self(error.problem())
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = (status, body).into_response();
        let media_type = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        if let Some(seconds) = self.0.retry_after_seconds {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
