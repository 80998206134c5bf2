//! The key that the cache's file is encrypted by, in builds with SQLCipher (feature `encrypted-cache`, ADR 0011). Other
//! builds have none, and the file is as the system keeps it.

use super::{PAGE_BYTES, remove_log};
use crate::{desk::Ports, error::Result};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
use std::{io::Read, path::Path, sync::Arc};

/// Every SQLite file that is not encrypted begins so.
const PLAIN: &[u8; 16] = b"SQLite format 3\0";

const KEY_BYTES: usize = 32;

/// What the cache's file is opened with.
#[derive(Clone, Default)]
pub(crate) struct CacheKey {
    /// 64 hexadecimal digits.
    digits: Option<Arc<str>>,
}

impl CacheKey {
    /// The key of a data folder, from the keychain, made at the first start.
    ///
    /// Where the keychain cannot be used the key is of this run alone: the cache of before opens by it no more and is
    /// built anew, as a damaged one is. What must not be lost lies in the journal.
    pub(crate) async fn of(folder: &Path, ports: &Ports) -> Self {
        if !cfg!(feature = "encrypted-cache") {
            return Self::default();
        }
        let name = format!("cache-key {}", folder.display());
        let kept = ports.keychain.get(&name).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the keychain cannot be read; the cache is built anew");
            None
        });
        if let Some(key) = kept.and_then(|digits| Self::read(&digits)) {
            return key;
        }
        let mut bytes = [0; KEY_BYTES];
        ports.entropy.fill(&mut bytes);
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        if let Err(error) = ports.keychain.set(&name, &digits).await {
            tracing::warn!(%error, "the keychain refuses; the cache lasts for this run only");
        }
        Self {
            digits: Some(digits.into()),
        }
    }

    /// A key as the keychain holds it; something else there is none.
    fn read(digits: &str) -> Option<Self> {
        let is_key = digits.len() == 2 * KEY_BYTES && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_key.then(|| Self {
            digits: Some(digits.into()),
        })
    }

    /// Has a file opened by this key.
    pub(super) fn unlock(&self, options: SqliteConnectOptions) -> SqliteConnectOptions {
        match &self.digits {
            None => options,
            Some(digits) => options
                // The key is part of a statement.
                .disable_statement_logging()
                .pragma("key", format!("\"x'{digits}'\""))
                .pragma("cipher_page_size", PAGE_BYTES.to_string()),
        }
    }

    /// Deletes a file that a build without encryption left: moved aside it would lie there to be read.
    pub(super) fn delete_plain(&self, file: &Path) -> Result<()> {
        if self.digits.is_none() {
            return Ok(());
        }
        let mut head = [0; PLAIN.len()];
        let is_plain = std::fs::File::open(file)
            .and_then(|mut file| file.read_exact(&mut head))
            .is_ok()
            && &head == PLAIN;
        if is_plain {
            std::fs::remove_file(file)?;
            remove_log(file)?;
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "encrypted-cache"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    use super::*;
    use crate::cache::Cache;
    use jiff::Timestamp;

    const SECRET: &str = "what nobody else may read";

    fn key(digit: &str) -> CacheKey {
        CacheKey::read(&digit.repeat(2 * KEY_BYTES)).unwrap()
    }

    async fn note(cache: &Cache) {
        sqlx::query("INSERT INTO meta (name, value) VALUES ('note', ?)")
            .bind(SECRET)
            .execute(&cache.writer())
            .await
            .unwrap();
    }

    async fn open(folder: &Path, key: CacheKey) -> (Cache, Option<std::path::PathBuf>) {
        Cache::open(folder, Timestamp::UNIX_EPOCH, key).await.unwrap()
    }

    fn lies_in_a_file(folder: &Path) -> bool {
        std::fs::read_dir(folder).unwrap().any(|entry| {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
        })
    }

    #[tokio::test]
    async fn an_encrypted_cache_is_read_by_its_key_and_by_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, _) = open(folder.path(), key("a")).await;
        note(&cache).await;
        // In the log and, once closed, in the file.
        assert!(!lies_in_a_file(folder.path()));
        cache.close().await;
        assert!(!lies_in_a_file(folder.path()));

        let (cache, aside) = open(folder.path(), key("a")).await;
        assert_eq!(aside, None);
        assert_eq!(cache.meta("note").await.unwrap().as_deref(), Some(SECRET));
        cache.close().await;

        let (cache, aside) = open(folder.path(), key("b")).await;
        assert!(aside.is_some(), "what the key does not open is moved aside");
        assert_eq!(cache.meta("note").await.unwrap(), None);
        cache.close().await;
    }

    #[tokio::test]
    async fn what_a_build_without_encryption_left_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, _) = open(folder.path(), CacheKey::default()).await;
        note(&cache).await;
        cache.close().await;
        assert!(lies_in_a_file(folder.path()));

        let (cache, aside) = open(folder.path(), key("a")).await;
        assert_eq!(aside, None);
        assert!(!lies_in_a_file(folder.path()));
        cache.close().await;
    }
}
