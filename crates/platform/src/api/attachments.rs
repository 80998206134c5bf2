//! Files.

use super::{ApiProblem, Caller, caller::Id};
use crate::{App, flow::Incoming};
use axum::{
    Json,
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use proffer_domain::{Attachment, AttachmentId};
use proffer_protocol::{ErrorCode, Problem};
use tokio_util::io::ReaderStream;

/// What `POST /v1/attachments` takes beside the bytes.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// Made by the client; the same id again gives what is stored already.
    id: AttachmentId,
    /// The file's name.
    name: String,
}

/// Stores a file; its bytes are the body.
#[utoipa::path(
    post, path = "/v1/attachments", tag = "attachments", params(UploadQuery), security(("bearer" = [])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, body = Attachment), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem, headers(("Retry-After" = u64, description = "Seconds to wait"))),
    ),
)]
pub async fn upload(
    State(app): State<App>,
    caller: Caller,
    query: Result<Query<UploadQuery>, QueryRejection>,
    body: Body,
) -> Result<(StatusCode, Json<Attachment>), ApiProblem> {
    let Query(query) = query.map_err(|rejection| {
        ApiProblem(Problem::new(ErrorCode::MalformedRequest).with_detail(rejection.body_text()))
    })?;
    let incoming = Incoming {
        id: query.id,
        name: query.name,
        bytes: body.into_data_stream(),
    };
    Ok((
        StatusCode::CREATED,
        Json(app.flow.store_attachment(&caller.account, incoming).await?),
    ))
}

/// Gives a file to those who may see what it belongs to.
#[utoipa::path(
    get, path = "/v1/attachments/{id}", tag = "attachments", params(("id" = uuid::Uuid, Path)), security(("bearer" = [])),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 401, body = Problem), (status = 404, body = Problem)),
)]
pub async fn download(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<AttachmentId>,
) -> Result<Response, ApiProblem> {
    let file = app.flow.attachment(&caller.account, id).await?;
    Ok(give(file).await?)
}

/// A stored file as a download that no browser opens in place.
pub async fn give(file: crate::flow::StoredFile) -> Result<Response, crate::flow::FlowError> {
    let bytes = tokio::fs::File::open(&file.path).await?;
    let name: String = file
        .attachment
        .name
        .chars()
        .map(|c| if c.is_ascii() && c != '"' && c != '\\' { c } else { '_' })
        .collect();
    let encoded: String = url::form_urlencoded::byte_serialize(file.attachment.name.as_bytes()).collect();
    let disposition = format!(
        "attachment; filename=\"{name}\"; filename*=UTF-8''{}",
        encoded.replace('+', "%20")
    );
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, file.attachment.size_bytes.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'".to_owned(),
        ),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(bytes))).into_response())
}
