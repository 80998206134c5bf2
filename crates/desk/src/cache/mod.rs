//! What can be built anew from the platform: documents, the columns that views ask by, and the cursor.
//!
//! One writer, pooled readers. A batch of documents and the cursor that stands after it are one transaction, and a
//! document of a lower revision never takes the place of a newer one. A damaged file is moved aside and built anew.

mod batch;
mod documents;
mod index;
mod queue;
mod search;

pub(crate) use batch::Batch;
pub(crate) use index::{Indexed, offer_text};
pub(crate) use queue::{QueueFacts, QueueRequest};
pub(crate) use search::{Find, SearchRequest};

use crate::error::{DeskError, Result};
use proffer_domain::{AccountId, Timestamp};
use sqlx::{
    SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::UNIX_EPOCH,
};
use uuid::Uuid;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/cache");

/// The cache. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Cache {
    writer: SqlitePool,
    readers: SqlitePool,
    file: PathBuf,
    /// Whether damage was found while it was open.
    is_suspect: Arc<AtomicBool>,
}

/// What the cache knows of its place in the streams.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where to go on from.
    pub(crate) cursor: Option<String>,
    /// Whether the first sync came to its end.
    pub(crate) is_complete: bool,
    /// When it was last in step.
    pub(crate) synced_at: Option<Timestamp>,
}

impl Cache {
    /// Opens the cache of a data folder; a file that cannot be used is moved aside first, and where to is told.
    pub(crate) async fn open(folder: &Path, now: Timestamp) -> Result<(Self, Option<PathBuf>)> {
        let file = folder.join("cache.db");
        match Self::open_checked(&file).await {
            Ok(cache) => Ok((cache, None)),
            Err(error) if file.exists() => {
                let aside = folder.join(format!("cache.damaged-{}.db", now.as_millisecond()));
                tracing::warn!(%error, aside = %aside.display(), "the cache cannot be used and is built anew");
                std::fs::rename(&file, &aside)?;
                for ending in ["cache.db-wal", "cache.db-shm"] {
                    match std::fs::remove_file(folder.join(ending)) {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                        _ => {}
                    }
                }
                Ok((Self::open_checked(&file).await?, Some(aside)))
            }
            Err(error) => Err(error),
        }
    }

    async fn open_checked(file: &Path) -> Result<Self> {
        let is_as_left = is_as_left(file);
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(std::time::Duration::from_secs(10))
            .pragma("temp_store", "MEMORY")
            .pragma("wal_autocheckpoint", "8000");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let checked: Result<()> = async {
            MIGRATIONS.run(&writer).await?;
            // Reading a large file through takes longer than the window takes to come up, so a file that is as the
            // last run left it is checked behind the desk's back.
            if is_as_left { Ok(()) } else { check(&writer).await }
        }
        .await;
        if let Err(error) = checked {
            writer.close().await;
            return Err(error);
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_lazy_with(options.read_only(true));
        let cache = Self {
            writer,
            readers,
            file: file.to_owned(),
            is_suspect: Arc::default(),
        };
        if is_as_left {
            cache.check_behind();
        }
        Ok(cache)
    }

    /// Reads the file through; if it is damaged, the next start builds it anew.
    fn check_behind(&self) {
        let cache = self.clone();
        tokio::spawn(async move {
            match check(&cache.readers).await {
                // The desk closed meanwhile.
                Ok(()) | Err(DeskError::Storage(sqlx::Error::PoolClosed)) => {}
                Err(error) => {
                    tracing::error!(%error, "the cache is damaged; the next start builds it anew");
                    cache.is_suspect.store(true, Ordering::Relaxed);
                }
            }
        });
    }

    /// Closes the file cleanly.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        if !self.is_suspect.load(Ordering::Relaxed)
            && let Some(state) = file_state(&self.file)
            && let Err(error) = std::fs::write(mark_of(&self.file), state)
        {
            tracing::warn!(%error, "the next start will read the whole cache through");
        }
    }

    /// Empties the cache unless it belongs to `owner` already; says whether it did.
    pub(crate) async fn belong_to(&self, owner: AccountId) -> Result<bool> {
        let kept: Option<String> = self.meta("owner").await?;
        if kept.as_deref() == Some(owner.to_string().as_str()) {
            return Ok(false);
        }
        self.clear(Some(owner)).await?;
        Ok(true)
    }

    /// Empties the cache.
    pub(crate) async fn clear(&self, owner: Option<AccountId>) -> Result<()> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        for statement in [
            "DELETE FROM question",
            "DELETE FROM message",
            "DELETE FROM offer",
            "DELETE FROM document",
            "DELETE FROM customer",
            "INSERT INTO search (search) VALUES ('delete-all')",
            "INSERT INTO customer_search (customer_search) VALUES ('delete-all')",
            "DELETE FROM meta",
        ] {
            sqlx::query(statement).execute(&mut *transaction).await?;
        }
        if let Some(owner) = owner {
            sqlx::query("INSERT INTO meta (name, value) VALUES ('owner', ?)")
                .bind(owner.to_string())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn meta(&self, name: &str) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT value FROM meta WHERE name = ?")
            .bind(name)
            .fetch_optional(&self.readers)
            .await?)
    }

    /// Where the cache stands.
    pub(crate) async fn place(&self) -> Result<Place> {
        Ok(Place {
            cursor: self.meta("cursor").await?,
            is_complete: self.is_complete().await?,
            synced_at: self.meta("synced_at").await?.and_then(|text| text.parse().ok()),
        })
    }

    /// Whether the first sync has come to its end.
    pub(crate) async fn is_complete(&self) -> Result<bool> {
        Ok(self.meta("is_complete").await?.is_some())
    }

    /// Notes that the cache is in step with the platform.
    pub(crate) async fn note_in_step(&self, now: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO meta (name, value) VALUES ('is_complete', 'yes'), ('synced_at', ?)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(now.to_string())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

/// Reads the file through.
async fn check(pool: &SqlitePool) -> Result<()> {
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(pool).await?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(std::io::Error::new(std::io::ErrorKind::InvalidData, verdict).into())
    }
}

/// Where a clean end leaves its mark.
fn mark_of(file: &Path) -> PathBuf {
    file.with_extension("closed")
}

/// What changes when anything writes the file.
fn file_state(file: &Path) -> Option<String> {
    let facts = std::fs::metadata(file).ok()?;
    let written_at = facts.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}", facts.len(), written_at.as_nanos()))
}

/// Whether the last run ended cleanly and nothing touched the file since; the mark is taken away.
fn is_as_left(file: &Path) -> bool {
    let Ok(mark) = std::fs::read_to_string(mark_of(file)) else {
        return false;
    };
    // A mark that cannot be taken away must not vouch for this run.
    std::fs::remove_file(mark_of(file)).is_ok() && file_state(file).is_some_and(|state| state == mark)
}

fn blob(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

fn id_of(bytes: &[u8]) -> Uuid {
    Uuid::from_slice(bytes).unwrap_or_default()
}

fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}
