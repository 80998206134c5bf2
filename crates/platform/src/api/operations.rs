//! For operators.

use super::ApiProblem;
use crate::App;
use axum::extract::State;
use proffer_protocol::{ErrorCode, Problem};

/// Whether the platform can serve: its database answers.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = String), (status = 503, body = Problem)))]
pub async fn healthz(State(app): State<App>) -> Result<&'static str, ApiProblem> {
    match app.flow.limits().await {
        Ok(_) => Ok("ok\n"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            Err(ApiProblem(Problem::new(ErrorCode::Unavailable)))
        }
    }
}

/// Counters and gauges in the form of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, body = String)))]
pub async fn metrics(State(app): State<App>) -> String {
    app.metrics.render()
}
