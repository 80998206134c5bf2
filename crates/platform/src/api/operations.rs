//! For operators.

use super::ApiProblem;
use crate::{App, monitoring};
use axum::extract::State;
use proffer_protocol::{ErrorCode, Problem};

/// Whether requests are to be sent here: the database answers, and this instance is not about to end.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, body = String), (status = 503, body = Problem)))]
pub async fn healthz(State(app): State<App>) -> Result<&'static str, ApiProblem> {
    if app.draining.is_cancelled() {
        let detail = "This instance is about to end; send requests to another.";
        return Err(ApiProblem(Problem::new(ErrorCode::Unavailable).with_detail(detail)));
    }
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
    monitoring::render(&app).await.unwrap_or_else(|error| {
        // What is known without the database is worth the more now.
        tracing::error!(%error, "the database does not answer");
        app.metrics.render()
    })
}
