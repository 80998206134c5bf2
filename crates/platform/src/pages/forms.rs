//! Forms: the fields they carry, and the files of those that have some.

use super::{PageFailure, Visitor};
use crate::{
    App,
    flow::{Command, FlowError, Incoming},
    store::AccountRow,
};
use axum::{
    extract::{Multipart, multipart::MultipartError},
    http::StatusCode,
};
use proffer_domain::{Attachment, AttachmentId, CommandId, FieldProblem};
use proffer_protocol::{Document, Entity, ErrorCode};
use std::collections::BTreeMap;

/// A form as it was sent: its fields, the files that were stored, and what is wrong with others.
#[derive(Debug, Default)]
pub struct SentForm {
    fields: BTreeMap<String, String>,
    /// Files that are stored, from this and earlier tries.
    pub attachments: Vec<Attachment>,
    /// What is wrong with files.
    pub problems: Vec<FieldProblem>,
}

impl SentForm {
    /// A field's text; empty if it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// The ids of the stored files.
    pub fn attachment_ids(&self) -> Vec<AttachmentId> {
        self.attachments.iter().map(|attachment| attachment.id).collect()
    }

    /// The form's command.
    pub fn command(&self) -> Result<CommandId, PageFailure> {
        command(self.text("command"))
    }
}

/// Reads the id of a form's command.
pub fn command(text: &str) -> Result<CommandId, PageFailure> {
    text.parse()
        .map_err(|_| PageFailure::FormUnreadable("A part of it is missing".to_owned()))
}

/// The longest field that is kept, in bytes: longer ones are cut, and refused for their length by the rules.
const FIELD_MAX_BYTES: usize = 512 * 1024;

/// Reads a form with files. Its token comes first and is checked before any file is stored.
pub async fn read(
    app: &App,
    visitor: &Visitor,
    account: &AccountRow,
    mut multipart: Multipart,
) -> Result<SentForm, PageFailure> {
    let mut form = SentForm::default();
    let mut is_checked = false;
    while let Some(mut field) = multipart.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        if let Some(file_name) = field.file_name().map(str::to_owned) {
            if !is_checked {
                return Err(PageFailure::FormForged);
            }
            if file_name.is_empty() {
                continue;
            }
            let incoming = Incoming {
                id: AttachmentId(app.flow.ports().new_id()),
                name: file_name,
                bytes: &mut field,
            };
            match app.flow.store_attachment(account, incoming).await {
                Ok(attachment) => form.attachments.push(attachment),
                Err(FlowError::Refused(problem)) => {
                    form.problems.extend(problem.errors);
                    // What is left of a refused file is read and dropped, so that the answer can be shown.
                    while field.chunk().await.map_err(unreadable)?.is_some() {}
                }
                Err(error) => return Err(error.into()),
            }
            continue;
        }
        let text = read_text(&mut field).await?;
        match name.as_str() {
            "form" => {
                visitor.check_form(&text)?;
                is_checked = true;
            }
            "attached" => {
                if let Ok(id) = text.parse()
                    && let Ok(file) = app.flow.attachment(account, id).await
                {
                    form.attachments.push(file.attachment);
                }
            }
            _ => {
                form.fields.insert(name, text);
            }
        }
    }
    if is_checked {
        Ok(form)
    } else {
        Err(PageFailure::FormForged)
    }
}

async fn read_text(field: &mut axum::extract::multipart::Field<'_>) -> Result<String, PageFailure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
        let room = FIELD_MAX_BYTES - bytes.len().min(FIELD_MAX_BYTES);
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    // Browsers send line ends as on the wire; people's text has plain ones.
    Ok(String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))
}

fn unreadable(error: MultipartError) -> PageFailure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        PageFailure::FormTooLarge
    } else {
        PageFailure::FormUnreadable(error.body_text())
    }
}

/// Carries out what a form asks for, once.
///
/// A form can come again under the same id with other content: the second click of a double click uploads its files
/// anew, and somebody goes back in the browser, changes the text and sends it. What was `made` under that id already is
/// then the answer; if nothing was, the form is taken as a new one.
pub async fn execute(
    app: &App,
    account: &AccountRow,
    key: CommandId,
    made: Option<Entity>,
    command: impl Fn(CommandId) -> Command,
) -> Result<Document, FlowError> {
    match app.flow.execute(account, key, &command(key)).await {
        Err(FlowError::Refused(problem)) if problem.code == ErrorCode::IdempotencyKeyReused => {
            if let Some(entity) = made
                && let Some(document) = app.flow.store().read().await?.document(entity, key.0).await?
            {
                return Ok(document);
            }
            let key = CommandId(app.flow.ports().new_id());
            app.flow.execute(account, key, &command(key)).await
        }
        other => other,
    }
}
