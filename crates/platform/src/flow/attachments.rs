//! Files: taken in while they stream, checked, and given only to who may see what they belong to.

use super::{Flow, FlowError, limiting::Limited};
use crate::store::AccountRow;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use proffer_domain::{Attachment, AttachmentId, FieldCode, FieldProblem, Limits, Role, message};
use proffer_protocol::{Document, Entity, ErrorCode, Problem};
use std::path::PathBuf;
use tokio::io::AsyncWriteExt;

/// How many first bytes tell a file's type.
const HEAD_BYTES: usize = 8 * 1024;

/// A file about to be taken in.
pub struct Incoming<S> {
    /// Made by the client.
    pub id: AttachmentId,
    /// Its name as the client says.
    pub name: String,
    /// Its bytes.
    pub bytes: S,
}

/// A file to be given out.
pub struct StoredFile {
    /// As lists show it.
    pub attachment: Attachment,
    /// Where its bytes lie.
    pub path: PathBuf,
}

impl Flow {
    /// Takes a file in. The same id again gives what is stored already.
    ///
    /// # Errors
    /// A file that is too large, empty or dangerous, one that broke off, or one too many of an account.
    pub async fn store_attachment<S, E>(
        &self,
        owner: &AccountRow,
        incoming: Incoming<S>,
    ) -> Result<Attachment, FlowError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin + Send,
        E: std::fmt::Display,
    {
        if let Some(row) = self.store.read().await?.attachment(incoming.id).await? {
            if row.owner_id == owner.id {
                return Ok(row.attachment);
            }
            return Err(FlowError::code(ErrorCode::Forbidden));
        }
        // Before its bytes come, and for good: what is thrown away in the end was taken in all the same.
        if self.is_limited {
            self.spend(&Limited::file(owner.id)).await?;
        }
        let limits = self.limits().await?;
        let name = message::clean_file_name(&incoming.name);
        tokio::fs::create_dir_all(&*self.files).await?;
        let part = self.files.join(format!("{}.{}.part", incoming.id, self.ports.new_id()));
        let written = write_part(&part, &name, incoming.bytes, &limits).await;
        let (size_bytes, media_type) = match written {
            Ok(written) => written,
            Err(error) => {
                // What is left of a refused file helps nobody; that it is gone already is as good.
                let _ = tokio::fs::remove_file(&part).await;
                return Err(error);
            }
        };
        tokio::fs::rename(&part, self.file_path(incoming.id)).await?;
        let attachment = Attachment {
            id: incoming.id,
            name,
            media_type,
            size_bytes,
        };
        let mut tx = self.store.begin().await?;
        tx.insert_attachment(&attachment, owner.id, self.ports.clock.now())
            .await?;
        tx.commit().await?;
        Ok(attachment)
    }

    /// A file, if this account may see what it belongs to.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is none, or none for them.
    pub async fn attachment(&self, account: &AccountRow, id: AttachmentId) -> Result<StoredFile, FlowError> {
        let mut tx = self.store.read().await?;
        let Some(row) = tx.attachment(id).await? else {
            return Err(FlowError::code(ErrorCode::NotFound));
        };
        let may_see = if row.owner_id == account.id {
            true
        } else if let Some(offer) = row.offer_id {
            let offer = tx.document(Entity::Offer, offer.0).await?;
            matches!(offer, Some(Document::Offer(document))
                if document.offer.customer_id == account.id || document.offer.expert_id == account.id)
        } else if let Some(question) = row.question_id {
            match tx.document(Entity::Question, question.0).await? {
                Some(Document::Question(document)) if account.role == Role::Customer => {
                    document.question.customer.id == account.id
                }
                Some(Document::Question(document)) => tx
                    .account_categories(account.id)
                    .await?
                    .contains(&document.question.category_id),
                _ => false,
            }
        } else {
            false
        };
        if may_see {
            Ok(StoredFile {
                attachment: row.attachment,
                path: self.file_path(id),
            })
        } else {
            Err(FlowError::code(ErrorCode::NotFound))
        }
    }

    fn file_path(&self, id: AttachmentId) -> PathBuf {
        self.files.join(id.to_string())
    }
}

async fn write_part<S, E>(
    path: &std::path::Path,
    name: &str,
    mut bytes: S,
    limits: &Limits,
) -> Result<(u64, String), FlowError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin + Send,
    E: std::fmt::Display,
{
    let mut file = tokio::fs::File::create(path).await?;
    let mut size_bytes = 0;
    let mut head = Vec::new();
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(|error| broke_off(&error))?;
        size_bytes += chunk.len() as u64;
        if head.len() < HEAD_BYTES {
            head.extend_from_slice(&chunk[..chunk.len().min(HEAD_BYTES - head.len())]);
        }
        if size_bytes > limits.attachment_max_bytes {
            break;
        }
        file.write_all(&chunk).await?;
    }
    message::check_attachment(name, size_bytes, &head, limits).map_err(|problem| {
        if problem.code == FieldCode::TooLarge {
            let refusal = Problem::new(ErrorCode::TooLarge).with_detail(problem.message.clone());
            FlowError::refused(refusal.with_errors(vec![problem]))
        } else {
            FlowError::fields(vec![problem])
        }
    })?;
    file.flush().await?;
    file.sync_all().await?;
    let media_type = infer::get(&head).map_or("application/octet-stream", |kind| kind.mime_type());
    Ok((size_bytes, media_type.to_owned()))
}

fn broke_off(error: &impl std::fmt::Display) -> FlowError {
    let message = format!("The file did not arrive whole ({error}); send it again.");
    FlowError::fields(vec![FieldProblem::new("/attachment", FieldCode::Malformed, message)])
}
