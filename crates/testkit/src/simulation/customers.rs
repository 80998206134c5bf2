//! Customers at their browsers: each command is sent with one key until there is an answer.

use crate::{
    facts::{Answered, Notes, Wanted, Wish},
    wire::WireEnd,
};
use axum::http::{self, StatusCode, header};
use futures_util::StreamExt;
use proffer_desk::ports::Bytes;
use proffer_protocol::version::IDEMPOTENCY_KEY_HEADER;
use std::time::Duration;
use uuid::Uuid;

/// How long a customer waits for an answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long they wait before they try again.
const PAUSE: Duration = Duration::from_millis(700);

/// A command that a customer is about to send.
pub(crate) struct Command {
    pub(crate) customer: usize,
    pub(crate) token: String,
    pub(crate) key: Uuid,
    pub(crate) path: String,
    pub(crate) body: serde_json::Value,
    pub(crate) wanted: Wanted,
    /// Whether it is clicked twice.
    pub(crate) is_doubled: bool,
}

/// Sends a command until it is answered, and notes the answer.
pub(crate) async fn send(command: Command, end: WireEnd, notes: Notes) {
    let index = {
        let mut facts = notes.open();
        facts.wishes.push(Wish {
            wanted: command.wanted,
            answered: Answered::NotYet,
        });
        facts.wishes.len() - 1
    };
    let attempt = async || {
        loop {
            let answer = tokio::time::timeout(PATIENCE, status(&command, &end)).await;
            match answer {
                Ok(Some(status)) if status.is_success() => return Answered::Done,
                Ok(Some(status)) if status.is_client_error() => return Answered::Refused,
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    };
    let answered = if command.is_doubled {
        tokio::join!(attempt(), attempt()).0
    } else {
        attempt().await
    };
    let mut facts = notes.open();
    facts.wishes[index].answered = answered;
    let line = format!("customer {}: {:?}: {answered:?}", command.customer, command.wanted);
    facts.trace.push(line);
}

/// The status of the answer, once all of it has come.
async fn status(command: &Command, end: &WireEnd) -> Option<StatusCode> {
    let body = Bytes::from(serde_json::to_vec(&command.body).ok()?);
    let request = http::Request::post(&command.path)
        .header(header::AUTHORIZATION, format!("Bearer {}", command.token))
        .header(IDEMPOTENCY_KEY_HEADER, command.key.to_string())
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .ok()?;
    let response = reqwest::Response::from(end.ask(request).await.ok()?);
    let status = response.status();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        piece.ok()?;
    }
    Some(status)
}
