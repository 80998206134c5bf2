//! The thin way from the UI into the desk: one command.

use crate::desk_slot::DeskSlot;
use proffer_desk::api::{ApiError, ApiErrorCode};
use serde_json::Value;
use tauri::{State, ipc::Response};

fn defect(error: &dyn std::error::Error) -> ApiError {
    ApiError::new(ApiErrorCode::Internal).with_detail(error.to_string())
}

/// Passes a request on; its name and forms are declared by [`proffer_desk::for_each_request`].
#[tauri::command]
pub(crate) async fn desk_request(
    slot: State<'_, DeskSlot>,
    name: String,
    payload: Option<Value>,
) -> Result<Response, ApiError> {
    let desk = slot.desk().await?;
    let payload = serde_json::to_vec(&payload).map_err(|error| defect(&error))?;
    let response = desk.request(&name, &payload).await?;
    // As text it reaches the UI parsed; as bytes it would have to be decoded there.
    String::from_utf8(response)
        .map(Response::new)
        .map_err(|error| defect(&error))
}
