//! Changes since a cursor.

use super::{ApiProblem, Caller};
use crate::{App, flow::FlowError};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::header,
    response::IntoResponse,
};
use proffer_domain::{FieldCode, FieldProblem};
use proffer_protocol::{Cursor, ErrorCode, Problem, SyncPage};

/// What `GET /v1/sync` takes.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SyncQuery {
    /// Where to go on from; none for the first sync.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
    /// The largest number of changes, up to 5,000; 500 if not given.
    #[param(value_type = u32, required = false, maximum = 65535)]
    limit: Option<u16>,
}

/// Changes since the cursor: whole documents, folded, each stream's in the order of their numbers.
#[utoipa::path(
    get, path = "/v1/sync", tag = "sync", params(SyncQuery), security(("bearer" = [])),
    responses((status = 200, body = SyncPage), (status = 401, body = Problem), (status = 422, body = Problem)),
)]
pub async fn sync(
    State(app): State<App>,
    caller: Caller,
    query: Result<Query<SyncQuery>, QueryRejection>,
) -> Result<impl IntoResponse, ApiProblem> {
    let Query(query) = query.map_err(|rejection| {
        ApiProblem(Problem::new(ErrorCode::MalformedRequest).with_detail(rejection.body_text()))
    })?;
    let cursor = read_cursor(query.cursor.as_deref())?;
    let limit = query.limit.map_or(500, u32::from);
    let page = app.flow.page_since(&caller.account, &cursor, limit).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], page.json))
}

/// Reads a cursor; none is the beginning.
pub(super) fn read_cursor(text: Option<&str>) -> Result<Cursor, FlowError> {
    text.unwrap_or_default()
        .parse()
        .map_err(|error: proffer_protocol::CursorError| {
            FlowError::fields(vec![FieldProblem::new(
                "/cursor",
                FieldCode::Malformed,
                error.to_string(),
            )])
        })
}
