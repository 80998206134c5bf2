//! What can be built anew from the platform: documents, the columns that views ask by, and the cursor.
//!
//! One writer, pooled readers. A batch of documents and the cursor that stands after it are one transaction, and a
//! document of a lower revision never takes the place of a newer one. A damaged file is moved aside and built anew,
//! whether the damage shows at start or later; a newer version's file is refused.

mod batch;
#[cfg(test)]
mod damage_tests;
mod documents;
mod files;
mod index;
pub(crate) mod insights;
#[cfg(any(test, feature = "testing"))]
mod inspect;
mod key;
mod offers;
mod own;
mod prices;
mod queue;
mod rows;
mod search;
#[cfg(test)]
mod tests;
mod write_ahead;

pub(crate) use batch::{Batch, QuestionWords};
pub(crate) use files::FileHash;
pub(crate) use index::{Indexed, indexed_text, offer_text};
#[cfg(any(test, feature = "testing"))]
pub(crate) use inspect::explain;
pub(crate) use key::CacheKey;
pub(crate) use offers::{OfferQuery, OfferSum, OfferTraits, first_sent_at, offer_words};
pub(crate) use queue::{Places, QueueFacts, QueueRequest};
pub(crate) use rows::statements;
pub(crate) use search::{Find, SearchFound, SearchRequest};

use crate::{
    error::{DeskError, Result},
    private_files,
};
use futures_util::TryStreamExt;
use proffer_domain::{AccountId, Timestamp};
use proffer_protocol::{Document, Entity};
use sqlx::{
    Connection, SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::UNIX_EPOCH,
};
use tokio::sync::Notify;
use uuid::Uuid;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/cache");

/// A file up to this size is read through before it is used; a larger one behind the desk's back.
const CHECKED_FIRST_BYTES: u64 = 64 * 1024 * 1024;

/// How long a look for damage holds good.
const LOOKS_APART_MS: i64 = 60_000;

/// Pages twice SQLite's usual size take half the calls into the system when much is written. For new files.
const PAGE_BYTES: u32 = 8_192;
/// What each connection that reads keeps of the file by itself; the system keeps the rest for all of them at once.
const READERS_CACHE_KIB: u32 = 512;
/// Steps of SQLite's machine between two looks whether the file is being closed.
const STEPS_BETWEEN_LOOKS: i32 = 1_000;

/// The cache. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Cache {
    file: PathBuf,
    key: CacheKey,
    pools: Arc<RwLock<Pools>>,
    damage: Arc<Damage>,
    /// Documents written and indexed since the log was last moved into the file.
    in_log: Arc<AtomicU64>,
}

/// One writer, several readers, and one that moves the log into the file beside them.
#[derive(Clone)]
struct Pools {
    writer: SqlitePool,
    readers: SqlitePool,
    mover: SqlitePool,
}

impl Pools {
    async fn close(&self) {
        self.readers.close().await;
        self.mover.close().await;
        self.writer.close().await;
    }
}

/// Damage that was found while the file was open.
#[derive(Default)]
struct Damage {
    is_known: AtomicBool,
    found: Notify,
    /// When documents were last read through because one could not be read.
    looked_at: AtomicI64,
    /// Whether the whole file was found sound since it was opened, or was so when it was last closed.
    is_sound: AtomicBool,
    /// Whether the file is being closed: reading it through may take long and is given up.
    is_closing: AtomicBool,
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
    /// Opens the cache of a data folder; a damaged file is moved aside first, and where to is told.
    pub(crate) async fn open(folder: &Path, now: Timestamp, key: CacheKey) -> Result<(Self, Option<PathBuf>)> {
        let file = folder.join("cache.db");
        key.delete_plain(&file)?;
        let is_as_left = is_as_left(&file);
        let (pools, aside) = match open_checked(&file, &key, is_as_left).await {
            Ok(pools) => (pools, None),
            Err(error) if file.exists() && is_damage_at_start(&error) => {
                tracing::warn!(%error, "the cache is damaged and is built anew");
                let aside = move_aside(&file, now)?;
                (open_checked(&file, &key, false).await?, Some(aside))
            }
            Err(error) => return Err(error),
        };
        let cache = Self {
            file,
            key,
            pools: Arc::new(RwLock::new(pools)),
            damage: Arc::default(),
            in_log: Arc::default(),
        };
        let is_sound = is_as_left || aside.is_some() || is_checked_first(&cache.file, is_as_left);
        cache.damage.is_sound.store(is_sound, Ordering::Relaxed);
        if !is_sound {
            cache.check_behind();
        }
        Ok((cache, aside))
    }

    fn pools(&self) -> Pools {
        self.pools.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn writer(&self) -> SqlitePool {
        self.pools().writer
    }

    fn readers(&self) -> SqlitePool {
        self.pools().readers
    }

    /// Reads the file through; damage is told to who waits for [`Cache::damaged`].
    fn check_behind(&self) {
        let (readers, damage) = (self.readers(), Arc::clone(&self.damage));
        self.look_behind(async move {
            check_until_closing(&readers, "PRAGMA quick_check(1)", &damage).await?;
            damage.is_sound.store(true, Ordering::Relaxed);
            Ok(())
        });
    }

    /// Something could not be read: compares indices and tables too, and reads every document through, of whose text the
    /// file itself knows nothing.
    /// Not again within a minute: what failed may be want of room, and a large file takes its time.
    pub(crate) fn look_for_damage(&self, now: Timestamp) {
        let (now, before) = (now.as_millisecond(), self.damage.looked_at.load(Ordering::Relaxed));
        if (before..before + LOOKS_APART_MS).contains(&now) {
            return;
        }
        self.damage.looked_at.store(now, Ordering::Relaxed);
        let (readers, damage) = (self.readers(), Arc::clone(&self.damage));
        self.look_behind(async move {
            check_until_closing(&readers, "PRAGMA integrity_check(1)", &damage).await?;
            inspect_documents(&readers, &damage).await
        });
    }

    fn look_behind(&self, look: impl Future<Output = Result<()>> + Send + 'static) {
        let cache = self.clone();
        tokio::spawn(async move {
            match look.await {
                Ok(()) => {}
                Err(error) if is_damage(&error) => {
                    tracing::error!(%error, "the cache is damaged");
                    cache.damage.is_known.store(true, Ordering::Relaxed);
                    cache.damage.found.notify_one();
                }
                // The desk closed meanwhile, or the check could not be made.
                Err(error) => tracing::debug!(%error, "the cache was not read through"),
            }
        });
    }

    /// Waits until damage is found.
    pub(crate) async fn damaged(&self) {
        self.damage.found.notified().await;
    }

    /// Whether an error comes from a damaged file; then the next start, at the latest, builds it anew.
    pub(crate) fn is_damaged_by(&self, error: &DeskError) -> bool {
        let is_damaged = is_damage(error);
        if is_damaged {
            self.damage.is_known.store(true, Ordering::Relaxed);
        }
        is_damaged
    }

    /// Moves the file aside and begins an empty one for `owner`; gives where the damaged one is.
    pub(crate) async fn rebuild(&self, owner: AccountId, now: Timestamp) -> Result<PathBuf> {
        let pools = self.pools();
        self.damage.is_closing.store(true, Ordering::Relaxed);
        pools.close().await;
        self.damage.is_closing.store(false, Ordering::Relaxed);
        let aside = move_aside(&self.file, now)?;
        let fresh = open_checked(&self.file, &self.key, false).await?;
        *self.pools.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        self.damage.is_known.store(false, Ordering::Relaxed);
        self.damage.is_sound.store(true, Ordering::Relaxed);
        self.damage.looked_at.store(0, Ordering::Relaxed);
        self.clear(Some(owner)).await?;
        Ok(aside)
    }

    /// Closes the file cleanly.
    pub(crate) async fn close(&self) {
        let pools = self.pools();
        self.damage.is_closing.store(true, Ordering::Relaxed);
        pools.close().await;
        if self.damage.is_sound.load(Ordering::Relaxed)
            && !self.damage.is_known.load(Ordering::Relaxed)
            && let Some(state) = file_state(&self.file)
            && let Err(error) = private_files::write(&mark_of(&self.file), state.as_bytes())
        {
            tracing::warn!(%error, "the next start will read the whole cache through");
        }
    }

    /// Lets the file grow no further than this, as a full disk does; `None` lets it grow again.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) async fn limit_growth(&self, more_pages: Option<i64>) -> Result<()> {
        let writer = self.writer();
        let limit = match more_pages {
            Some(more) => {
                let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&writer).await?;
                pages + more
            }
            None => i64::from(u32::MAX - 1),
        };
        sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {limit}")))
            .execute(&writer)
            .await?;
        Ok(())
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
        let mut transaction = self.writer().begin_with("BEGIN IMMEDIATE").await?;
        for statement in [
            "DELETE FROM question",
            "DELETE FROM message",
            "DELETE FROM offer",
            "DELETE FROM document",
            "DELETE FROM customer",
            "DELETE FROM fetched_file",
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
            .fetch_optional(&self.readers())
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
        .execute(&self.writer())
        .await?;
        Ok(())
    }
}

/// What connections that write are opened by. One whose transaction could be neither committed nor undone, as happens
/// when the disk is full, would take what comes next into that transaction; it is closed instead.
pub(crate) fn writing_pool() -> SqlitePoolOptions {
    let options = lasting(SqlitePoolOptions::new());
    #[cfg(feature = "simulation")]
    let options = options.before_acquire(|connection, _| Box::pin(fit_to_disk(connection)));
    options.after_release(|connection, _| {
        Box::pin(async move {
            if connection.is_in_transaction() {
                // Undoing may still be under way.
                connection.ping().await?;
            }
            Ok(!connection.is_in_transaction())
        })
    })
}

/// Keeps connections for as long as their file is open: there is no server that would want them back or could have gone
/// away, and a desk that rests wakes up for nothing.
fn lasting(options: SqlitePoolOptions) -> SqlitePoolOptions {
    // Asking a connection's thread whether it is there takes as long as asking it what one wants to know.
    options.idle_timeout(None).max_lifetime(None).test_before_acquire(false)
}

/// Opens every connection a pool may have. Whether one that is opened in a history is there at once or a little later is
/// up to the system, and histories must replay.
#[cfg(feature = "simulation")]
pub(crate) async fn open_all(pool: &SqlitePool) -> Result<()> {
    let mut opened = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        opened.push(pool.acquire().await?);
    }
    Ok(())
}

/// Lets the file grow, or not while the simulated disk is full.
#[cfg(feature = "simulation")]
async fn fit_to_disk(connection: &mut sqlx::SqliteConnection) -> std::result::Result<bool, sqlx::Error> {
    // A limit below the file's size is its size.
    let limit = if proffer_failpoints::is_disk_full() {
        1
    } else {
        i64::from(u32::MAX - 1)
    };
    let statement = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {limit}"));
    sqlx::query(statement).execute(connection).await?;
    Ok(true)
}

/// Opens a file, brings it to this version's form and, unless that is left for later, reads it through.
async fn open_checked(file: &Path, key: &CacheKey, is_as_left: bool) -> Result<Pools> {
    let is_checked_first = is_checked_first(file, is_as_left);
    private_files::keep_private(file)?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(std::time::Duration::from_secs(10))
        .page_size(PAGE_BYTES)
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", write_ahead::PAGES_MOVED_AT_ONCE);
    let options = key.unlock(options);
    // Else rows come while they are read, at moments that the system chooses.
    #[cfg(feature = "simulation")]
    let options = options.row_buffer_size(10_000);
    let writer = writing_pool().max_connections(1).connect_with(options.clone()).await?;
    let checked: Result<()> = async {
        match MIGRATIONS.run(&writer).await {
            Ok(()) => {}
            Err(MigrateError::VersionMissing(_)) if knows_all_migrations(&writer).await? => {
                return Err(DeskError::NewerCache);
            }
            Err(MigrateError::VersionMissing(_)) => {
                return Err(DeskError::Damaged("its list of migrations has gaps".to_owned()));
            }
            Err(error) => return Err(error.into()),
        }
        if is_checked_first {
            check(&writer).await?;
        }
        offers::fill(&writer).await?;
        // Where the cache stands is asked for before anything that would have the file read through.
        let _: Vec<(String, String)> = sqlx::query_as("SELECT name, value FROM meta")
            .fetch_all(&writer)
            .await?;
        Ok(())
    }
    .await;
    if let Err(error) = checked {
        writer.close().await;
        return Err(error);
    }
    let mover = writing_pool().max_connections(1).connect_lazy_with(options.clone());
    let readers = lasting(SqlitePoolOptions::new()).max_connections(4).connect_lazy_with(
        options
            .read_only(true)
            .pragma("cache_size", format!("-{READERS_CACHE_KIB}")),
    );
    #[cfg(feature = "simulation")]
    for pool in [&readers, &mover] {
        open_all(pool).await?;
    }
    Ok(Pools { writer, readers, mover })
}

/// Whether a file went through every migration of this version: only then is one with others a newer version's; else a
/// number in their list was damaged.
async fn knows_all_migrations(pool: &SqlitePool) -> Result<bool> {
    let known: Vec<i64> = sqlx::query_scalar("SELECT version FROM _sqlx_migrations")
        .fetch_all(pool)
        .await?;
    Ok(MIGRATIONS.iter().all(|migration| known.contains(&migration.version)))
}

/// Whether a file is read through before it is used: not if it is as the last run left it, and not if that took long.
fn is_checked_first(file: &Path, is_as_left: bool) -> bool {
    let is_small = std::fs::metadata(file).is_ok_and(|facts| facts.len() <= CHECKED_FIRST_BYTES);
    !is_as_left && is_small
}

/// Files of this folder that were found damaged and moved out of the way.
pub(crate) fn damaged_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("cache.damaged-") && name.ends_with(".db") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Moves a file out of the way, with nothing of it left behind.
fn move_aside(file: &Path, now: Timestamp) -> Result<PathBuf> {
    let aside = file.with_file_name(format!("cache.damaged-{}.db", now.as_millisecond()));
    std::fs::rename(file, &aside)?;
    remove_log(file)?;
    Ok(aside)
}

/// Removes what SQLite keeps beside a file that is gone.
fn remove_log(file: &Path) -> Result<()> {
    for ending in ["db-wal", "db-shm"] {
        match std::fs::remove_file(file.with_extension(ending)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Whether an error says that the file's content is not what it was: everything but want of room, rights or time.
fn is_damage(error: &DeskError) -> bool {
    let database = match error {
        DeskError::Damaged(_) => return true,
        DeskError::Storage(error) => error,
        DeskError::Migration(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => error,
        DeskError::Migration(_) => return true,
        _ => return false,
    };
    match result_code(database) {
        // A truncated file is read beyond its end.
        Some(522) => true,
        Some(code) => matches!(code & 0xff, 11 | 26),
        None => matches!(database, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)),
    }
}

/// The same at start, when a file whose tables are gone answers as a wrong statement does.
fn is_damage_at_start(error: &DeskError) -> bool {
    let is_wrong_statement = |error: &sqlx::Error| result_code(error).is_some_and(|code| code & 0xff == 1);
    is_damage(error)
        || matches!(error, DeskError::Storage(error)
            | DeskError::Migration(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _))
            if is_wrong_statement(error))
}

/// SQLite's extended result code.
pub(crate) fn result_code(error: &sqlx::Error) -> Option<i64> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Reads the file through.
async fn check(pool: &SqlitePool) -> Result<()> {
    check_with(pool, "PRAGMA quick_check(1)").await
}

async fn check_with(pool: &SqlitePool, pragma: &'static str) -> Result<()> {
    let verdict = sqlx::query_scalar(pragma).fetch_one(pool).await?;
    judge(verdict)
}

/// The same, given up when the file is closed.
async fn check_until_closing(pool: &SqlitePool, pragma: &'static str, damage: &Arc<Damage>) -> Result<()> {
    let mut connection = pool.acquire().await?;
    let goes_on = Arc::clone(damage);
    connection
        .lock_handle()
        .await?
        .set_progress_handler(STEPS_BETWEEN_LOOKS, move || !goes_on.is_closing.load(Ordering::Relaxed));
    let verdict = sqlx::query_scalar(pragma).fetch_one(&mut *connection).await;
    connection.lock_handle().await?.remove_progress_handler();
    judge(verdict?)
}

fn judge(verdict: String) -> Result<()> {
    if verdict == "ok" {
        Ok(())
    } else {
        Err(DeskError::Damaged(verdict))
    }
}

/// Reads every document through: a flipped bit can leave the file sound, and its text JSON, with a name in it that no
/// document has.
async fn inspect_documents(pool: &SqlitePool, damage: &Damage) -> Result<()> {
    for table in ["question", "message", "offer", "document"] {
        let entity = if table == "document" { "entity" } else { "''" };
        let statement = sqlx::AssertSqlSafe(format!("SELECT {entity}, document FROM {table}"));
        let mut rows = sqlx::query_as::<_, (String, String)>(statement).fetch(pool);
        while let Some((kept_as, text)) = rows.try_next().await? {
            if damage.is_closing.load(Ordering::Relaxed) {
                return Ok(());
            }
            let name = if table == "document" { kept_as.as_str() } else { table };
            let entity = Entity::parse(name).ok_or_else(|| DeskError::Damaged(format!("a document of kind {name}")))?;
            let read = serde_json::from_str(&text).and_then(|value| Document::read(entity, value));
            read.map_err(|error| DeskError::Damaged(format!("{table}: {error}")))?;
        }
    }
    Ok(())
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
