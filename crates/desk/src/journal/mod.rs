//! What exists only here: drafts and their files, the outbox, notices, settings, read marks, own templates, and who is
//! signed in (never the token). Written with `synchronous=FULL`; everything of an account is keyed by it.

mod accounts;
mod drafts;
mod export;
mod kept;
mod notices;
mod offer_origins;
mod outbox;
mod phrases;
mod preferences;
mod session;
mod templates;
mod updates;

pub(crate) use drafts::{DraftFile, DraftKind, DraftSlot, StoredDraft};
pub(crate) use notices::{NewNotice, StoredNotice};
pub(crate) use offer_origins::UsedTemplate;
pub(crate) use outbox::{EntryState, NewEntry, StoredEntry};
pub(crate) use phrases::StoredPhrase;
pub(crate) use session::SavedSession;
pub(crate) use templates::StoredTemplate;
pub(crate) use updates::KeptUpdates;

use crate::{
    cache::writing_pool,
    error::{DeskError, Result},
    private_files,
};
use sqlx::{
    SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::path::{Path, PathBuf};
use uuid::Uuid;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/journal");

/// The journal. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Journal {
    pool: SqlitePool,
    /// Where the files of drafts lie.
    drafts: PathBuf,
}

impl Journal {
    /// Opens the journal of a data folder.
    pub(crate) async fn open(folder: &Path) -> Result<Self> {
        let drafts = folder.join("drafts");
        private_files::make_own_folder(&drafts)?;
        private_files::keep_private(&folder.join("journal.db"))?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join("journal.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(10));
        // Else rows come while they are read, at moments that the system chooses.
        #[cfg(feature = "simulation")]
        let options = options.row_buffer_size(10_000);
        let pool = writing_pool().max_connections(3).connect_with(options).await?;
        match MIGRATIONS.run(&pool).await {
            Ok(()) => {}
            Err(MigrateError::VersionMissing(_)) => return Err(DeskError::NewerJournal),
            Err(error) => return Err(error.into()),
        }
        #[cfg(feature = "simulation")]
        crate::cache::open_all(&pool).await?;
        Ok(Self { pool, drafts })
    }

    /// How SQLite goes about a statement; `None` if that is none of the journal's.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) async fn explain(&self, statement: &str) -> Option<Vec<String>> {
        crate::cache::explain(&self.pool, statement).await
    }

    /// Closes the file cleanly.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

fn blob(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

fn id_of(bytes: &[u8]) -> Uuid {
    Uuid::from_slice(bytes).unwrap_or_default()
}

fn moment(millis: i64) -> proffer_domain::Timestamp {
    proffer_domain::Timestamp::from_millisecond(millis).unwrap_or_default()
}
