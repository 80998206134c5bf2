//! Streams: gapless numbers, taken inside the writing transaction so that commit order is number order.

use super::{StoreError, Tx, contended};
use proffer_protocol::{Entity, StreamId};
use sqlx::{AssertSqlSafe, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// Ids a statement, when many things are asked for.
pub(super) const IDS_A_STATEMENT: usize = 500;
/// Changes a statement at most.
const ROWS_A_STATEMENT: usize = 200;

/// Whether statements for so many rows come again and again, so that they are worth being remembered.
fn is_usual(rows: usize) -> bool {
    rows <= 4 || rows == ROWS_A_STATEMENT
}

/// `$1, $2, …`
pub(super) fn places(count: usize) -> String {
    let places: Vec<_> = (1..=count).map(|place| format!("${place}")).collect();
    places.join(", ")
}

/// A change about to be numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewChange {
    /// What kind of document it is.
    pub entity: Entity,
    /// The entity's id.
    pub id: Uuid,
}

/// Changes of one stream, as the wire has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredChanges {
    /// How many.
    pub count: u32,
    /// The number of the last; without changes, the one that was asked from.
    pub last: u64,
    /// Whether more is waiting.
    pub more: bool,
    /// Where the stream stands.
    pub head: u64,
    /// The elements of the list [`proffer_protocol::SyncPage::changes`], as JSON.
    pub text: String,
}

impl Tx {
    /// Writes changes to a stream and numbers them in their order.
    ///
    /// The stream's row stays locked until the transaction ends, so a transaction takes its streams last, all of them in
    /// one order: then no two transactions can wait for each other, and none waits longer than it must.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_changes(&mut self, stream: StreamId, changes: &[NewChange]) -> Result<(), StoreError> {
        let stream = stream.to_string();
        let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
        let (head,): (i64,) = sqlx::query_as(
            "INSERT INTO stream (id, seq) VALUES ($1, $2) \
             ON CONFLICT (id) DO UPDATE SET seq = stream.seq + $2 RETURNING seq",
        )
        .bind(&stream)
        .bind(count)
        .fetch_one(&mut *self.inner)
        .await
        .map_err(contended)?;
        #[cfg(feature = "simulation")]
        let head = if proffer_failpoints::is_broken("stream_number_from_a_sequence") {
            let head = proffer_failpoints::sequence(&stream, head - count, count);
            sqlx::query("UPDATE stream SET seq = $1 WHERE id = $2")
                .bind(head)
                .bind(&stream)
                .execute(&mut *self.inner)
                .await?;
            head
        } else {
            head
        };
        let numbered: Vec<_> = (head - count + 1..).zip(changes).collect();
        for rows in numbered.chunks(ROWS_A_STATEMENT) {
            self.insert_numbered(&stream, rows).await?;
        }
        Ok(())
    }

    /// Writes changes under their numbers, in two statements: those of the same documents before are the latest no more.
    async fn insert_numbered(&mut self, stream: &str, rows: &[(i64, &NewChange)]) -> Result<(), StoreError> {
        let places = |from: usize, each: usize| (0..rows.len()).map(move |row| from + row * each);
        let documents: Vec<_> = places(2, 2).map(|at| format!("(${at}, ${})", at + 1)).collect();
        // The documents come first, each found by the index: asked for by a list, all of the stream would be gone through.
        let sql = format!(
            "WITH told (entity, entity_id) AS (VALUES {}) UPDATE stream_change SET is_latest = 0 \
             WHERE stream = $1 AND seq IN (SELECT earlier.seq FROM told CROSS JOIN stream_change earlier \
             WHERE earlier.stream = $1 AND earlier.entity = told.entity AND earlier.entity_id = told.entity_id \
             AND earlier.is_latest = 1)",
            documents.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .persistent(is_usual(rows.len()))
            .bind(stream);
        for (_, change) in rows {
            query = query.bind(change.entity.as_str()).bind(change.id.to_string());
        }
        query.execute(&mut *self.inner).await.map_err(contended)?;
        let changes: Vec<_> = places(2, 4)
            .map(|at| format!("($1, ${at}, ${}, ${}, 0, ${})", at + 1, at + 2, at + 3))
            .collect();
        let sql = format!(
            "INSERT INTO stream_change (stream, seq, entity, entity_id, is_gone, is_latest) VALUES {}",
            changes.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .persistent(is_usual(rows.len()))
            .bind(stream);
        for (index, (seq, change)) in rows.iter().enumerate() {
            // Of a document told of twice only the last one is its latest.
            let is_latest = !rows[index + 1..].iter().any(|(_, later)| later == change);
            query = query
                .bind(*seq)
                .bind(change.entity.as_str())
                .bind(change.id.to_string())
                .bind(i32::from(is_latest));
        }
        query.execute(&mut *self.inner).await.map_err(contended)?;
        Ok(())
    }

    /// The changes of one stream after `after`, folded: of each entity only the last. At most `limit`, as the wire has
    /// them: documents go out as the text that was stored, neither read nor written anew.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn changes(&mut self, stream: StreamId, after: u64, limit: u32) -> Result<StoredChanges, StoreError> {
        let stream = stream.to_string();
        // One row: what a row costs on its way is more than what a change costs. Both databases gather in the order of the
        // subquery; sorting once more would put every document through a temporary file.
        let row = sqlx::query(
            "SELECT count(*), max(page.seq), string_agg(page.change, ','), (SELECT seq FROM stream WHERE id = $1) FROM ( \
             SELECT c.seq AS seq, '{\"stream\":\"' || c.stream || '\",\"seq\":' || c.seq || ',\"entity\":\"' || c.entity || \
             '\",\"id\":\"' || c.entity_id || '\",\"document\":' || \
             coalesce(CASE WHEN c.is_gone = 1 THEN NULL ELSE d.body END, 'null') || '}' AS change \
             FROM stream_change c LEFT JOIN document d ON d.entity = c.entity AND d.id = c.entity_id \
             WHERE c.stream = $1 AND c.seq > $2 AND c.is_latest = 1 ORDER BY c.seq LIMIT $3) page",
        )
        .bind(&stream)
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_one(&mut *self.inner)
        .await?;
        let last: Option<i64> = row.try_get(1)?;
        let last = last.map_or(after, |seq| u64::try_from(seq).unwrap_or(after));
        let count = u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(limit);
        // Whether more is waiting needs asking only when the page is full.
        let more = count == limit
            && sqlx::query(
                "SELECT 1 FROM stream_change WHERE stream = $1 AND seq > $2 AND is_latest = 1 ORDER BY seq LIMIT 1",
            )
            .bind(&stream)
            .bind(i64::try_from(last).unwrap_or(i64::MAX))
            .fetch_optional(&mut *self.inner)
            .await?
            .is_some();
        Ok(StoredChanges {
            count,
            last,
            more,
            head: row
                .try_get::<Option<i64>, _>(3)?
                .map_or(0, |seq| u64::try_from(seq).unwrap_or(0)),
            text: row.try_get::<Option<String>, _>(2)?.unwrap_or_default(),
        })
    }

    /// Whether a place in a stream is one of this history. A client that was told of what was lost before the data was
    /// restored stands at a number that was never given, or that means something else now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_place(&mut self, stream: StreamId, place: u64) -> Result<bool, StoreError> {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        let next = self
            .stream_bases
            .iter()
            .copied()
            .find(|base| place > 0 && *base > place);
        let Some(next) = next else { return Ok(true) };
        let (last,): (Option<i64>,) =
            sqlx::query_as("SELECT max(seq) FROM stream_change WHERE stream = $1 AND seq < $2")
                .bind(stream.to_string())
                .bind(next)
                .fetch_one(&mut *self.inner)
                .await?;
        Ok(place <= last.unwrap_or(0))
    }

    /// Lets the numbers of all streams go on at `base`, as they must after the data was restored from a copy.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin_streams_at(&mut self, base: i64) -> Result<(), StoreError> {
        for statement in [
            "INSERT INTO stream_base (seq) VALUES ($1)",
            // Also the streams that nothing is on: what was lost may have been on them.
            "INSERT INTO stream (id, seq) SELECT 'account:' || id, $1 FROM account WHERE true \
             ON CONFLICT (id) DO UPDATE SET seq = $1",
            "INSERT INTO stream (id, seq) SELECT 'category:' || id, $1 FROM document WHERE entity = 'category' \
             ON CONFLICT (id) DO UPDATE SET seq = $1",
        ] {
            sqlx::query(statement)
                .bind(base)
                .execute(&mut *self.inner)
                .await
                .map_err(contended)?;
        }
        Ok(())
    }

    /// Where a stream stands: the number of its last change.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stream_head(&mut self, stream: StreamId) -> Result<u64, StoreError> {
        let row: Option<(i64,)> = sqlx::query_as("SELECT seq FROM stream WHERE id = $1")
            .bind(stream.to_string())
            .fetch_optional(&mut *self.inner)
            .await?;
        Ok(row.map_or(0, |(seq,)| u64::try_from(seq).unwrap_or(0)))
    }

    /// Where these streams stand; those without a change are left out.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stream_heads(&mut self, streams: &[StreamId]) -> Result<HashMap<StreamId, u64>, StoreError> {
        let mut heads = HashMap::with_capacity(streams.len());
        for some in streams.chunks(IDS_A_STATEMENT) {
            let sql = format!("SELECT id, seq FROM stream WHERE id IN ({})", places(some.len()));
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).persistent(some.len() == IDS_A_STATEMENT);
            for stream in some {
                query = query.bind(stream.to_string());
            }
            let rows: Vec<(String, i64)> = query.fetch_all(&mut *self.inner).await?;
            for (stream, seq) in rows {
                heads.insert(super::id(&stream)?, u64::try_from(seq).unwrap_or(0));
            }
        }
        Ok(heads)
    }

    /// Something that is another after a commit, by whichever process, that wrote to a stream or ended sessions.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stamp(&mut self) -> Result<String, StoreError> {
        let sql = if self.inner.backend_name() == "SQLite" {
            "SELECT coalesce((SELECT max(rowid) FROM stream_change), 0) || '/' || coalesce((SELECT max(rowid) FROM audit), 0)"
        } else {
            "SELECT CAST(pg_current_snapshot() AS TEXT)"
        };
        let (stamp,): (String,) = sqlx::query_as(sql).fetch_one(&mut *self.inner).await?;
        Ok(stamp)
    }

    /// Every number ever given on a stream, in order: what "gapless" is checked by.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stream_numbers(&mut self, stream: StreamId) -> Result<Vec<u64>, StoreError> {
        let rows: Vec<(i64,)> = sqlx::query_as("SELECT seq FROM stream_change WHERE stream = $1 ORDER BY seq")
            .bind(stream.to_string())
            .fetch_all(&mut *self.inner)
            .await?;
        Ok(rows.into_iter().map(|(seq,)| u64::try_from(seq).unwrap_or(0)).collect())
    }
}
