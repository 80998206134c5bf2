//! What an account has here, as JSON for its owner.

use super::{Journal, blob, id_of, moment};
use crate::error::Result;
use proffer_domain::{AccountId, AttachmentId};
use serde_json::{Value, json};
use sqlx::{Row, sqlite::SqliteRow};
use std::path::PathBuf;
use uuid::Uuid;

/// A file of a draft or an outbox entry.
pub(crate) struct OwnFile {
    pub(crate) id: AttachmentId,
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

/// What an account has in the journal.
pub(crate) struct OwnData {
    pub(crate) drafts: Vec<Value>,
    pub(crate) outbox: Vec<Value>,
    pub(crate) notices: Vec<Value>,
    pub(crate) templates: Vec<Value>,
    pub(crate) files: Vec<OwnFile>,
}

fn id(row: &SqliteRow, column: &str) -> Result<Option<Uuid>> {
    Ok(row.try_get::<Option<Vec<u8>>, _>(column)?.map(|bytes| id_of(&bytes)))
}

fn at(row: &SqliteRow, column: &str) -> Result<Option<String>> {
    Ok(row
        .try_get::<Option<i64>, _>(column)?
        .map(|millis| moment(millis).to_string()))
}

/// A text that is JSON as what it says, any other as it is.
fn json_or_text(row: &SqliteRow, column: &str) -> Result<Value> {
    let text: String = row.try_get(column)?;
    Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn draft(row: &SqliteRow) -> Result<Value> {
    Ok(json!({
        "kind": row.try_get::<String, _>("kind")?,
        "subject_id": id(row, "subject_id")?,
        "saved_at": at(row, "saved_at")?,
        "body": json_or_text(row, "body")?,
    }))
}

fn entry(row: &SqliteRow) -> Result<Value> {
    Ok(json!({
        "command_id": id(row, "command_id")?,
        "question_id": id(row, "question_id")?,
        "offer_id": id(row, "offer_id")?,
        "queued_at": at(row, "queued_at")?,
        "state": row.try_get::<String, _>("state")?,
        "content": json_or_text(row, "content")?,
    }))
}

fn notice(row: &SqliteRow) -> Result<Value> {
    Ok(json!({
        "id": id(row, "id")?,
        "kind": row.try_get::<String, _>("kind")?,
        "title": row.try_get::<String, _>("title")?,
        "body": row.try_get::<String, _>("body")?,
        "at": at(row, "at")?,
        "offer_id": id(row, "offer_id")?,
        "question_id": id(row, "question_id")?,
        "read_at": at(row, "read_at")?,
        "raised_at": at(row, "raised_at")?,
    }))
}

fn template(row: &SqliteRow) -> Result<Value> {
    Ok(json!({
        "id": id(row, "id")?,
        "name": row.try_get::<String, _>("name")?,
        "saved_at": at(row, "saved_at")?,
        "fields": json_or_text(row, "fields")?,
    }))
}

impl Journal {
    /// All that an account has here.
    pub(crate) async fn own_data(&self, account: AccountId) -> Result<OwnData> {
        let rows = async |statement: &'static str, read: fn(&SqliteRow) -> Result<Value>| -> Result<Vec<Value>> {
            let rows = sqlx::query(statement)
                .bind(blob(account.0))
                .fetch_all(&self.pool)
                .await?;
            rows.iter().map(read).collect()
        };
        let files = sqlx::query("SELECT id, name FROM draft_file WHERE account_id = ? ORDER BY id")
            .bind(blob(account.0))
            .fetch_all(&self.pool)
            .await?;
        let files = files
            .iter()
            .map(|row| {
                let id = AttachmentId(id_of(row.try_get("id")?));
                Ok(OwnFile {
                    id,
                    name: row.try_get("name")?,
                    path: self.file_path(id),
                })
            })
            .collect::<Result<_>>()?;
        Ok(OwnData {
            drafts: rows("SELECT * FROM draft WHERE account_id = ? ORDER BY saved_at", draft).await?,
            outbox: rows("SELECT * FROM outbox WHERE account_id = ? ORDER BY position", entry).await?,
            notices: rows("SELECT * FROM notice WHERE account_id = ? ORDER BY at, id", notice).await?,
            templates: rows(
                "SELECT * FROM offer_template WHERE account_id = ? ORDER BY name, id",
                template,
            )
            .await?,
            files,
        })
    }
}
