//! Drafts and their files. A file's bytes lie in the drafts folder under its id; the row is written after them.

use super::{Journal, blob, id_of, moment};
use crate::error::Result;
use proffer_domain::{AccountId, Attachment, AttachmentId, CommandId, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Row, Sqlite, Transaction, sqlite::SqliteRow};
use std::path::PathBuf;
use uuid::Uuid;

/// What a draft is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DraftKind {
    /// A message; its subject is the question.
    Message,
    /// An offer; its subject is the question, or the offer being revised.
    Offer,
    /// A delivery; its subject is the offer.
    Delivery,
    /// A request for help; there is one at a time.
    SupportRequest,
}

impl DraftKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Offer => "offer",
            Self::Delivery => "delivery",
            Self::SupportRequest => "support_request",
        }
    }
}

/// Where a draft lies: one for each account, kind and subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DraftSlot {
    pub(crate) account: AccountId,
    pub(crate) kind: DraftKind,
    pub(crate) subject: Uuid,
}

/// A draft as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct StoredDraft<T> {
    pub(crate) id: Uuid,
    pub(crate) body: T,
    pub(crate) saved_at: Timestamp,
}

/// A file of a draft or an outbox entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DraftFile {
    pub(crate) id: AttachmentId,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) size_bytes: u64,
    pub(crate) is_uploaded: bool,
}

impl From<DraftFile> for Attachment {
    fn from(file: DraftFile) -> Self {
        Self {
            id: file.id,
            name: file.name,
            media_type: file.media_type,
            size_bytes: file.size_bytes,
        }
    }
}

const FILE_COLUMNS: &str = "id, name, media_type, size_bytes, is_uploaded";

fn file(row: &SqliteRow) -> Result<DraftFile> {
    Ok(DraftFile {
        id: AttachmentId(id_of(row.try_get(0)?)),
        name: row.try_get(1)?,
        media_type: row.try_get(2)?,
        size_bytes: u64::try_from(row.try_get::<i64, _>(3)?).unwrap_or_default(),
        is_uploaded: row.try_get(4)?,
    })
}

fn draft<T: DeserializeOwned>(row: &SqliteRow) -> Result<StoredDraft<T>> {
    Ok(StoredDraft {
        id: id_of(row.try_get(0)?),
        body: serde_json::from_str(row.try_get(1)?)?,
        saved_at: moment(row.try_get(2)?),
    })
}

impl Journal {
    /// The draft in a slot.
    pub(crate) async fn draft<T: DeserializeOwned>(&self, slot: DraftSlot) -> Result<Option<StoredDraft<T>>> {
        sqlx::query("SELECT id, body, saved_at FROM draft WHERE account_id = ? AND kind = ? AND subject_id = ?")
            .bind(blob(slot.account.0))
            .bind(slot.kind.as_str())
            .bind(blob(slot.subject))
            .fetch_optional(&self.pool)
            .await?
            .as_ref()
            .map(draft)
            .transpose()
    }

    /// A draft by its id.
    pub(crate) async fn draft_by_id<T: DeserializeOwned>(
        &self,
        account: AccountId,
        kind: DraftKind,
        id: Uuid,
    ) -> Result<Option<StoredDraft<T>>> {
        sqlx::query("SELECT id, body, saved_at FROM draft WHERE account_id = ? AND kind = ? AND id = ?")
            .bind(blob(account.0))
            .bind(kind.as_str())
            .bind(blob(id))
            .fetch_optional(&self.pool)
            .await?
            .as_ref()
            .map(draft)
            .transpose()
    }

    /// Keeps a draft in its slot; a draft that lay there gives way.
    pub(crate) async fn save_draft<T: Serialize>(
        &self,
        slot: DraftSlot,
        id: Uuid,
        body: &T,
        now: Timestamp,
    ) -> Result<()> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        put_draft(&mut transaction, slot, id, body, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Deletes a draft; its files stay until [`Journal::sweep_files`].
    pub(crate) async fn delete_draft(&self, slot: DraftSlot) -> Result<()> {
        let files = self.draft_files(slot).await?;
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        clear_slot(&mut transaction, slot).await?;
        sqlx::query(
            "DELETE FROM draft_file WHERE account_id = ? AND kind = ? AND subject_id = ? AND command_id IS NULL",
        )
        .bind(blob(slot.account.0))
        .bind(slot.kind.as_str())
        .bind(blob(slot.subject))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        for file in files {
            self.delete_bytes(file.id).await;
        }
        Ok(())
    }

    /// Where a file's bytes lie.
    pub(crate) fn file_path(&self, id: AttachmentId) -> PathBuf {
        self.drafts.join(id.to_string())
    }

    pub(super) async fn delete_bytes(&self, id: AttachmentId) {
        // A file that stays behind costs room, nothing else; the sweep at the next start takes it.
        if let Err(error) = tokio::fs::remove_file(self.file_path(id)).await {
            tracing::warn!(%error, "a draft's file could not be deleted");
        }
    }

    /// The files of a draft, in the order of adding.
    pub(crate) async fn draft_files(&self, slot: DraftSlot) -> Result<Vec<DraftFile>> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {FILE_COLUMNS} FROM draft_file
             WHERE account_id = ? AND kind = ? AND subject_id = ? AND command_id IS NULL ORDER BY id"
        )))
        .bind(blob(slot.account.0))
        .bind(slot.kind.as_str())
        .bind(blob(slot.subject))
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(file)
        .collect()
    }

    /// The files of an outbox entry.
    pub(crate) async fn command_files(&self, command: CommandId) -> Result<Vec<DraftFile>> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {FILE_COLUMNS} FROM draft_file WHERE command_id = ? ORDER BY id"
        )))
        .bind(blob(command.0))
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(file)
        .collect()
    }

    /// A file by its id, wherever it belongs.
    pub(crate) async fn file(&self, id: AttachmentId) -> Result<Option<DraftFile>> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {FILE_COLUMNS} FROM draft_file WHERE id = ?"
        )))
        .bind(blob(id.0))
        .fetch_optional(&self.pool)
        .await?
        .as_ref()
        .map(file)
        .transpose()
    }

    /// Adds a file to a draft: its bytes first, on the disk for good, then its row.
    pub(crate) async fn add_file(&self, slot: DraftSlot, file: &DraftFile, bytes: Vec<u8>) -> Result<()> {
        let path = self.file_path(file.id);
        tokio::task::spawn_blocking(move || -> std::io::Result<()> {
            let mut out = crate::private_files::create(&path)?;
            std::io::Write::write_all(&mut out, &bytes)?;
            out.sync_all()
        })
        .await
        .map_err(std::io::Error::other)??;
        sqlx::query(
            "INSERT INTO draft_file (id, account_id, kind, subject_id, name, media_type, size_bytes)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(blob(file.id.0))
        .bind(blob(slot.account.0))
        .bind(slot.kind.as_str())
        .bind(blob(slot.subject))
        .bind(&file.name)
        .bind(&file.media_type)
        .bind(i64::try_from(file.size_bytes).unwrap_or(i64::MAX))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes a file off a draft.
    pub(crate) async fn remove_file(&self, slot: DraftSlot, id: AttachmentId) -> Result<bool> {
        let done = sqlx::query(
            "DELETE FROM draft_file
             WHERE id = ? AND account_id = ? AND kind = ? AND subject_id = ? AND command_id IS NULL",
        )
        .bind(blob(id.0))
        .bind(blob(slot.account.0))
        .bind(slot.kind.as_str())
        .bind(blob(slot.subject))
        .execute(&self.pool)
        .await?;
        if done.rows_affected() > 0 {
            self.delete_bytes(id).await;
            return Ok(true);
        }
        Ok(false)
    }

    /// Notes that a file has arrived on the platform.
    pub(crate) async fn note_uploaded(&self, id: AttachmentId) -> Result<()> {
        sqlx::query("UPDATE draft_file SET is_uploaded = 1 WHERE id = ?")
            .bind(blob(id.0))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Deletes bytes that no row names: those of files whose adding or sending was cut off.
    pub(crate) async fn sweep_files(&self) -> Result<()> {
        let rows = sqlx::query("SELECT id FROM draft_file").fetch_all(&self.pool).await?;
        let mut known = std::collections::HashSet::new();
        for row in &rows {
            known.insert(AttachmentId(id_of(row.try_get(0)?)).to_string());
        }
        let mut folder = tokio::fs::read_dir(&self.drafts).await?;
        while let Some(entry) = folder.next_entry().await? {
            if !known.contains(entry.file_name().to_string_lossy().as_ref()) {
                tokio::fs::remove_file(entry.path()).await?;
            }
        }
        Ok(())
    }
}

pub(super) async fn clear_slot(transaction: &mut Transaction<'static, Sqlite>, slot: DraftSlot) -> Result<()> {
    sqlx::query("DELETE FROM draft WHERE account_id = ? AND kind = ? AND subject_id = ?")
        .bind(blob(slot.account.0))
        .bind(slot.kind.as_str())
        .bind(blob(slot.subject))
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

pub(super) async fn put_draft<T: Serialize>(
    transaction: &mut Transaction<'static, Sqlite>,
    slot: DraftSlot,
    id: Uuid,
    body: &T,
    now: Timestamp,
) -> Result<()> {
    clear_slot(transaction, slot).await?;
    sqlx::query("INSERT INTO draft (id, account_id, kind, subject_id, body, saved_at) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(blob(id))
        .bind(blob(slot.account.0))
        .bind(slot.kind.as_str())
        .bind(blob(slot.subject))
        .bind(serde_json::to_string(body)?)
        .bind(now.as_millisecond())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Moves a draft's files to an outbox entry.
pub(super) async fn give_files(
    transaction: &mut Transaction<'static, Sqlite>,
    slot: DraftSlot,
    command: CommandId,
) -> Result<()> {
    sqlx::query(
        "UPDATE draft_file SET command_id = ?
         WHERE account_id = ? AND kind = ? AND subject_id = ? AND command_id IS NULL",
    )
    .bind(blob(command.0))
    .bind(blob(slot.account.0))
    .bind(slot.kind.as_str())
    .bind(blob(slot.subject))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Moves an outbox entry's files back to their draft.
pub(super) async fn take_files_back(transaction: &mut Transaction<'static, Sqlite>, command: CommandId) -> Result<()> {
    sqlx::query("UPDATE draft_file SET command_id = NULL WHERE command_id = ?")
        .bind(blob(command.0))
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
