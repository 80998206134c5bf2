//! The handlers of the UI's requests, one file for each noun: read the request, ask the engine, make the view.

mod attachment;
mod connection;
mod data;
mod diagnostics;
mod guide;
mod insights;
mod message;
mod navigation;
mod notice;
mod offer;
mod offer_dialog;
mod offer_dialog_view;
mod offer_template;
mod outbox;
pub(crate) mod people;
mod phrase;
mod question;
mod queue;
mod request_centre;
mod search;
mod session;
mod settings;
mod support;
mod update;

use crate::{
    api::{ApiError, ApiErrorCode},
    cache::Batch,
    desk::Desk,
    ports::{CommandCall, PlatformError},
    sync::Mode,
};
use proffer_domain::CommandId;
use proffer_protocol::{Entity, ErrorCode};

/// What handlers give.
pub(crate) type Answer<T> = Result<T, ApiError>;

/// Rows of a group when the UI names no number, and at most.
const ROWS_USUAL: u32 = 100;
const ROWS_AT_MOST: u32 = 1_000;

fn rows_of_a_page(limit: u32) -> u32 {
    match limit {
        0 => ROWS_USUAL,
        limit => limit.min(ROWS_AT_MOST),
    }
}

fn not_found() -> ApiError {
    ApiError::new(ApiErrorCode::NotFound)
}

impl Desk {
    /// Sends a command now, without the outbox: for what has no meaning later, such as taking a lock.
    async fn command_now(&self, path: String, entity: Entity) -> Answer<()> {
        let link = self.link()?;
        let call = CommandCall {
            key: CommandId(self.mint()),
            path,
            body: serde_json::json!({}),
        };
        match link.platform.command(&link.token, &call).await {
            Ok(document) => {
                let batch = Batch::of_answer(entity, &document, link.account)?;
                self.take_in(batch, None, Mode::Live).await?;
                Ok(())
            }
            Err(error) => {
                if matches!(&error, PlatformError::Problem(problem) if problem.code == ErrorCode::SignInNeeded) {
                    self.expire_session(&link.token).await?;
                }
                Err(error.into())
            }
        }
    }
}
