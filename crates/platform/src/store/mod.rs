//! All the SQL. The same queries run on SQLite (the default) and on PostgreSQL; `docs/adr/0001-one-set-of-queries.md`
//! says how.

mod accounts;
mod attachments;
mod audit;
mod commands;
mod credentials;
mod documents;
mod emails;
mod group;
mod hints;
mod ledger;
mod listed;
mod mail_stops;
mod payments;
mod people;
mod rate_limits;
mod streams;

pub use accounts::{AccountRow, LinkRow};
pub use attachments::AttachmentRow;
pub use audit::{AuditFilter, AuditRow, ERASED, NewAudit};
pub use commands::StoredResponse;
pub use credentials::{SessionRow, TotpRow};
pub use documents::{DocumentKey, Index};
pub use emails::{EmailRow, NewEmail, OutboxState};
pub use hints::PostgresHints;
pub use ledger::{LedgerBalance, LedgerRow};
pub use listed::{ListKey, Listed, Part};
pub use payments::{PaymentCount, PaymentRow};
pub use people::{KeptEmail, KeptResponse};
pub use rate_limits::Rate;
pub use streams::{NewChange, Stamp, StoredChanges};

use crate::monitoring;
use group::{Held, Queue};
use jiff::Timestamp;
use sqlx::{AnyPool, Connection, any::AnyPoolOptions};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// Why the database could not serve.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database's schema could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// What is stored cannot be read.
    #[error("a stored document cannot be read: {0}")]
    Corrupt(String),
    /// Another transaction was faster; begin again.
    #[error("another change was faster")]
    Contended,
}

impl StoreError {
    /// Whether it comes from too much at once, so that the same request is likely to succeed soon.
    #[must_use]
    pub fn will_pass(&self) -> bool {
        matches!(self, Self::Contended | Self::Database(sqlx::Error::PoolTimedOut))
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}

/// Microseconds since 1970: how times are stored.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// Reads a stored time.
pub(crate) fn timestamp(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Reads a stored id.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Corrupt(format!("{text:?} is not an id")))
}

/// The database.
#[derive(Clone)]
pub struct Store {
    write: AnyPool,
    read: AnyPool,
    /// In front of SQLite's one writer.
    queue: Option<Queue>,
    /// See [`Tx::is_place`]; nothing, unless the data was ever restored.
    stream_bases: Arc<[i64]>,
}

impl Store {
    /// Opens the database and brings its schema up to date.
    ///
    /// `url` names a PostgreSQL database; without one, SQLite in the file `platform.db` of `data`.
    ///
    /// # Errors
    /// If it cannot be reached, or its schema is newer than this program.
    pub async fn open(data: &Path, url: Option<&str>) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let mut store = match url {
            Some(url) if !url.starts_with("sqlite:") => {
                let pool = AnyPoolOptions::new()
                    .max_connections(16)
                    .acquire_timeout(Duration::from_secs(10))
                    .connect(url)
                    .await?;
                Self {
                    write: pool.clone(),
                    read: pool,
                    queue: None,
                    stream_bases: Arc::default(),
                }
            }
            url => {
                let file = format!("sqlite://{}?mode=rwc", data.join("platform.db").display());
                let url = url.unwrap_or(&file);
                // One writer: SQLite has one anyway, and a queue in front of it is fairer and faster than retrying.
                let write = sqlite_pool(url, 1).await?;
                Self {
                    read: sqlite_pool(url, 4).await?,
                    queue: Some(Queue::new(write.clone())),
                    write,
                    stream_bases: Arc::default(),
                }
            }
        };
        if store.is_of_one_process() {
            // Two programs that start at once bring the schema up to date one after the other, as PostgreSQL's migrations
            // do by a lock of the database's.
            let _lock = lock_of_migrations(data).await?;
            sqlx::migrate!("./migrations/sqlite").run(&store.write).await?;
        } else {
            sqlx::migrate!("./migrations/postgres").run(&store.write).await?;
        }
        let bases: Vec<(i64,)> = sqlx::query_as("SELECT seq FROM stream_base ORDER BY seq")
            .fetch_all(&store.read)
            .await?;
        store.stream_bases = bases.into_iter().map(|(seq,)| seq).collect();
        Ok(store)
    }

    /// Begins a transaction that writes.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let started = Instant::now();
        let inner = match &self.queue {
            Some(queue) => queue.alone().await?,
            None => self.write.begin().await?.into(),
        };
        Ok(self.began(started, inner))
    }

    /// The same for a command, which may share its commit with others that wait beside it. It sees what those before it
    /// have done while that is not yet sure, so it ends by [`Tx::commit`] or [`Tx::rollback`] before anybody is told.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn begin_shared(&self) -> Result<Tx, StoreError> {
        let started = Instant::now();
        let inner = match &self.queue {
            Some(queue) => queue.joined().await?,
            None => self.write.begin().await?.into(),
        };
        Ok(self.began(started, inner))
    }

    /// Begins a transaction that only reads, from one consistent state.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let started = Instant::now();
        let inner = if self.is_of_one_process() {
            self.read.begin().await?
        } else {
            self.read
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await?
        };
        Ok(self.began(started, inner.into()))
    }

    fn began(&self, started: Instant, inner: Held) -> Tx {
        monitoring::began(started);
        Tx {
            inner,
            is_sqlite: self.is_of_one_process(),
            stream_bases: self.stream_bases.clone(),
        }
    }

    /// Whether one process has the database to itself: SQLite's.
    #[must_use]
    pub fn is_of_one_process(&self) -> bool {
        self.queue.is_some()
    }

    /// The connections to the database: of what use, how many there are, of these unused, and how many there may be.
    #[must_use]
    pub fn connections(&self) -> Vec<(&'static str, u32, usize, u32)> {
        let of = |name, pool: &AnyPool| (name, pool.size(), pool.num_idle(), pool.options().get_max_connections());
        let mut pools = vec![of("write", &self.write)];
        // PostgreSQL's serve both.
        if self.is_of_one_process() {
            pools.push(of("read", &self.read));
        }
        pools
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Copies a SQLite database as of one moment, whoever writes to it meanwhile.
///
/// # Errors
/// If there is none, or the copy cannot be written.
pub async fn copy_sqlite(data: &Path, to: &Path) -> Result<(), StoreError> {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rw", data.join("platform.db").display());
    let mut connection = sqlx::AnyConnection::connect(&url).await?;
    sqlx::query("PRAGMA busy_timeout = 30000")
        .execute(&mut connection)
        .await?;
    sqlx::query("VACUUM INTO $1")
        .bind(to.display().to_string())
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}

/// Waits until no other program changes the schema; the lock goes with the value.
async fn lock_of_migrations(data: &Path) -> Result<std::fs::File, StoreError> {
    let failed = |error| StoreError::Database(sqlx::Error::Io(error));
    let mut options = std::fs::File::options();
    let options = options.create(true).truncate(false).write(true);
    let file = options.open(data.join("platform.lock")).map_err(failed)?;
    loop {
        // Not by waiting in the system, where whoever has the lock may be another task of this thread.
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(std::fs::TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
}

async fn sqlite_pool(url: &str, connections: u32) -> Result<AnyPool, StoreError> {
    let options = AnyPoolOptions::new();
    #[cfg(feature = "simulation")]
    let options = options.before_acquire(|connection, _| Box::pin(fit_to_disk(connection)));
    let options = options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        // It is a file; asking it whether it is there would cost as much as what is asked of it.
        .test_before_acquire(false)
        // There is no server that would want them back.
        .idle_timeout(None)
        .max_lifetime(None)
        // One whose transaction could be neither committed nor undone, as happens when the disk is full, would take what
        // comes next into that transaction.
        .after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // Undoing may still be under way.
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move {
                for pragma in [
                    "PRAGMA busy_timeout = 10000",
                    "PRAGMA journal_mode = WAL",
                    "PRAGMA synchronous = FULL",
                    "PRAGMA foreign_keys = ON",
                    "PRAGMA temp_store = MEMORY",
                    "PRAGMA cache_size = -8000",
                ] {
                    sqlx::query(pragma).execute(&mut *connection).await?;
                }
                Ok(())
            })
        });
    let pool = options.connect(url).await?;
    #[cfg(feature = "simulation")]
    open_all(&pool).await?;
    Ok(pool)
}

/// Opens every connection a pool may have. Whether one that is opened in a history is there at once or a little later is
/// up to the system, and histories must replay.
#[cfg(feature = "simulation")]
async fn open_all(pool: &AnyPool) -> Result<(), StoreError> {
    let mut opened = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        opened.push(pool.acquire().await?);
    }
    Ok(())
}

/// Lets the file grow, or not while the simulated disk is full.
#[cfg(feature = "simulation")]
async fn fit_to_disk(connection: &mut sqlx::AnyConnection) -> Result<bool, sqlx::Error> {
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

/// A transaction. Dropped without [`Tx::commit`], it never was.
pub struct Tx {
    inner: Held,
    is_sqlite: bool,
    stream_bases: Arc<[i64]>,
}

impl Tx {
    /// Makes it so.
    ///
    /// # Errors
    /// If it is unknown whether it was made so; send the command again with the same key.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.inner.commit().await
    }

    /// Undoes it, and waits until what it has read is sure to have happened.
    ///
    /// # Errors
    /// If that cannot be known; send the command again with the same key.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.inner.rollback().await
    }

    /// What a query ends with that takes rows which nobody else is at this moment taking. SQLite's writers come one after
    /// the other anyway.
    fn skip_locked(&self) -> &'static str {
        if self.is_sqlite { "" } else { " FOR UPDATE SKIP LOCKED" }
    }

    /// The next number of a counter.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn next_number(&mut self, counter: &'static str) -> Result<u64, StoreError> {
        let (value,): (i64,) = sqlx::query_as("UPDATE counter SET value = value + 1 WHERE name = $1 RETURNING value")
            .bind(counter)
            .fetch_one(&mut *self.inner)
            .await
            .map_err(contended)?;
        u64::try_from(value).map_err(|error| StoreError::Corrupt(error.to_string()))
    }
}

/// Tells a lost race from other failures: unique violations, serialisation failures and deadlocks.
fn contended(error: sqlx::Error) -> StoreError {
    let code = error
        .as_database_error()
        .and_then(|error| error.code().map(|code| code.to_string()));
    match code.as_deref() {
        Some("40001" | "40P01" | "23505" | "2067" | "1555" | "5" | "517") => StoreError::Contended,
        _ => StoreError::Database(error),
    }
}
