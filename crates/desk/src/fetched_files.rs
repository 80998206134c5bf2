//! Files fetched from the platform, in a folder under the hashes of their bytes: the same bytes lie there once, a file
//! that is not what it was is noticed, and the folder has a limit.

use crate::{cache::FileHash, desk::Desk, error::Result, ports::PlatformError, private_files, requests::Answer};
use futures_util::StreamExt;
use proffer_domain::AttachmentId;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What the folder holds at most, in bytes.
pub(crate) const LIMIT_BYTES: u64 = 500 * 1024 * 1024;

fn name_of(hash: FileHash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of a file's bytes; `None` if there is no such file.
async fn hash_of(path: &Path) -> Result<Option<FileHash>> {
    let mut file = match tokio::fs::File::open(path).await {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut piece).await?;
        if count == 0 {
            return Ok(Some(hasher.finalize().into()));
        }
        hasher.update(&piece[..count]);
    }
}

impl Desk {
    /// The folder of the files fetched from the platform.
    fn fetched_files(&self) -> PathBuf {
        self.inner.config.data_dir.join("attachments")
    }

    /// Empties the folder.
    pub(crate) async fn delete_fetched_files(&self) -> Result<()> {
        match tokio::fs::remove_dir_all(self.fetched_files()).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// A file of the platform in the folder; fetched if it is not there, or not what it was. One that is larger than it
    /// was said to be is given up as soon as that shows.
    pub(crate) async fn fetched(&self, id: AttachmentId, declared_bytes: u64) -> Answer<PathBuf> {
        let folder = self.fetched_files();
        if let Some(hash) = self.inner.cache.fetched_file(id, self.now()).await? {
            let path = folder.join(name_of(hash));
            if hash_of(&path).await? == Some(hash) {
                return Ok(path);
            }
            self.inner.cache.forget_fetched_file(id).await?;
        }
        let link = self.link()?;
        let mut pieces = link.platform.download(&link.token, id).await?;
        private_files::make_own_folder(&folder).map_err(crate::error::DeskError::from)?;
        let part = folder.join(format!("{}.part", self.mint()));
        let fetched: Result<PathBuf> = async {
            let mut file = tokio::fs::File::from_std(private_files::create(&part)?);
            let (mut hasher, mut size_bytes) = (Sha256::new(), 0_u64);
            while let Some(piece) = pieces.next().await {
                let piece = piece?;
                hasher.update(&piece);
                size_bytes += u64::try_from(piece.len()).unwrap_or_default();
                if size_bytes > declared_bytes {
                    break;
                }
                file.write_all(&piece).await?;
            }
            if size_bytes != declared_bytes {
                let words = "the file it sent is not as large as it said";
                return Err(PlatformError::NotAPlatform(words.to_owned()).into());
            }
            file.sync_all().await?;
            let hash: FileHash = hasher.finalize().into();
            let path = folder.join(name_of(hash));
            tokio::fs::rename(&part, &path).await?;
            let now = self.now();
            let forgotten = self
                .inner
                .cache
                .keep_fetched_file(id, hash, size_bytes, LIMIT_BYTES, now)
                .await?;
            for hash in forgotten {
                // One that stays behind takes room and does no other harm.
                let _ = tokio::fs::remove_file(folder.join(name_of(hash))).await;
            }
            Ok(path)
        }
        .await;
        if fetched.is_err() {
            // Half a file is worth nothing; the next try begins anew.
            let _ = tokio::fs::remove_file(&part).await;
        }
        Ok(fetched?)
    }
}
