//! `attachment_*`

use super::{Answer, not_found};
use crate::{
    api::{
        ApiError, Nothing,
        attachment::{
            AttachmentAdd, AttachmentPreview, AttachmentRef, AttachmentRemove, AttachmentSaved, DraftAttachment,
            DraftOwner,
        },
    },
    desk::Desk,
    error::DeskError,
    journal::{DraftFile, DraftKind, DraftSlot},
    session::Account,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use proffer_domain::{
    AttachmentId, FieldCode, FieldProblem,
    message::{check_attachment, check_attachment_count, clean_file_name},
};
use std::path::{Path, PathBuf};

/// A larger picture is saved, not shown.
const PICTURE_MAX_BYTES: u64 = 10 * 1024 * 1024;

pub(super) fn view(file: DraftFile) -> DraftAttachment {
    DraftAttachment {
        id: file.id,
        name: file.name,
        media_type: file.media_type,
        size_bytes: file.size_bytes,
    }
}

fn slot(account: &Account, owner: DraftOwner) -> DraftSlot {
    let (kind, subject) = match owner {
        DraftOwner::Message { question_id } => (DraftKind::Message, question_id.0),
        DraftOwner::Delivery { offer_id } => (DraftKind::Delivery, offer_id.0),
    };
    DraftSlot {
        account: account.id,
        kind,
        subject,
    }
}

/// The media type by the name's ending: for icons and previews, nothing trusts it.
fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref().unwrap_or_default() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "txt" | "log" | "md" => "text/plain",
        "csv" => "text/csv",
        "zip" => "application/zip",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "odt" => "application/vnd.oasis.opendocument.text",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}

impl Desk {
    pub(crate) async fn attachment_add(&self, request: AttachmentAdd) -> Answer<DraftAttachment> {
        let account = self.account()?;
        let slot = slot(&account, request.owner);
        let name = clean_file_name(&request.name);
        let refuse = |problem: FieldProblem| ApiError::fields(vec![problem]);
        // Told before anything of that size is decoded.
        let about = u64::try_from(request.content_base64.len() / 4 * 3).unwrap_or(u64::MAX);
        if about > account.limits().attachment_max_bytes + 3 {
            check_attachment(&name, about, &[], account.limits()).map_err(refuse)?;
        }
        let bytes = STANDARD.decode(&request.content_base64).map_err(|_| {
            refuse(FieldProblem::new(
                "/attachment",
                FieldCode::Malformed,
                format!("{name} could not be read; choose it again."),
            ))
        })?;
        drop(request.content_base64);
        let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let head = &bytes[..bytes.len().min(64)];
        check_attachment(&name, size_bytes, head, account.limits()).map_err(refuse)?;
        let count = self.inner.journal.draft_files(slot).await?.len();
        if let Some(problem) = check_attachment_count(count + 1, account.limits()) {
            return Err(refuse(problem));
        }
        let file = DraftFile {
            id: AttachmentId(self.mint()),
            media_type: media_type(&name).to_owned(),
            name,
            size_bytes,
            is_uploaded: false,
        };
        self.inner.journal.add_file(slot, &file, bytes).await?;
        Ok(view(file))
    }

    pub(crate) async fn attachment_remove(&self, request: AttachmentRemove) -> Answer<Nothing> {
        let account = self.account()?;
        let slot = slot(&account, request.owner);
        if self.inner.journal.remove_file(slot, request.attachment_id).await? {
            Ok(Nothing)
        } else {
            Err(not_found())
        }
    }

    pub(crate) async fn attachment_save(&self, request: AttachmentRef) -> Answer<AttachmentSaved> {
        self.account()?;
        let downloads = &self.inner.config.downloads_dir;
        tokio::fs::create_dir_all(downloads).await.map_err(DeskError::from)?;
        let (source, name) = self.file_here(request).await?;
        let path = save_beside(&source, downloads, &clean_file_name(&name))
            .await
            .map_err(DeskError::from)?;
        Ok(AttachmentSaved {
            path: path.display().to_string(),
        })
    }

    pub(crate) async fn attachment_preview(&self, request: AttachmentRef) -> Answer<AttachmentPreview> {
        self.account()?;
        let (path, name) = self.file_here(request).await?;
        let problem = |code, words: String| ApiError::fields(vec![FieldProblem::new("/attachment", code, words)]);
        let size_bytes = tokio::fs::metadata(&path).await.map_err(DeskError::from)?.len();
        if size_bytes > PICTURE_MAX_BYTES {
            let words = format!("{name} is too large to be shown; save it instead.");
            return Err(problem(FieldCode::TooLarge, words));
        }
        let bytes = tokio::fs::read(&path).await.map_err(DeskError::from)?;
        let Some(media_type) = picture_type(&bytes) else {
            let words = format!("{name} is no picture that can be shown; save it instead.");
            return Err(problem(FieldCode::Malformed, words));
        };
        Ok(AttachmentPreview {
            media_type: media_type.to_owned(),
            content_base64: STANDARD.encode(&bytes),
        })
    }

    /// Where a file of a draft or of the platform lies on this computer, fetched if need be, and its name.
    async fn file_here(&self, request: AttachmentRef) -> Answer<(PathBuf, String)> {
        let id = request.attachment_id;
        if let Some(file) = self.inner.journal.file(id).await? {
            return Ok((self.inner.journal.file_path(id), file.name));
        }
        let found = self.inner.cache.attachment(request.question_id, id).await?;
        let attachment = found.ok_or_else(not_found)?;
        Ok((self.fetched(id, attachment.size_bytes).await?, attachment.name))
    }
}

/// The media type of a picture that can be shown, by its first bytes. No SVG: that can hold a script.
fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Copies a file into a folder under a name that is free there.
async fn save_beside(source: &Path, folder: &Path, name: &str) -> std::io::Result<PathBuf> {
    let name = if name.is_empty() { "attachment" } else { name };
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    for number in 1.. {
        let candidate = if number == 1 {
            folder.join(name)
        } else {
            folder.join(format!("{stem} ({number}){ending}"))
        };
        match tokio::fs::File::create_new(&candidate).await {
            Ok(mut file) => {
                let mut source = tokio::fs::File::open(source).await?;
                tokio::io::copy(&mut source, &mut file).await?;
                file.sync_all().await?;
                return Ok(candidate);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(std::io::ErrorKind::AlreadyExists.into())
}
