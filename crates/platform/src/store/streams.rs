//! Streams: gapless numbers, taken inside the writing transaction so that commit order is number order.

use super::{StoreError, Tx, contended};
use proffer_protocol::{Entity, StreamId};
use sqlx::{AssertSqlSafe, Row};
use std::collections::{BTreeMap, HashMap};
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

/// The statement by which so many documents' changes before are the latest no more. The lists of single columns are what
/// SQLite looks up in its index; by the rows alone it would go through all documents of a stream.
fn latest_no_more(rows: usize) -> String {
    let [streams, entities, ids] = [1, 2, 3].map(|column| {
        let places: Vec<_> = (0..rows).map(|row| format!("${}", row * 3 + column)).collect();
        places.join(", ")
    });
    let documents: Vec<_> = (0..rows)
        .map(|row| format!("(${}, ${}, ${})", row * 3 + 1, row * 3 + 2, row * 3 + 3))
        .collect();
    format!(
        "UPDATE stream_change SET is_latest = 0 WHERE is_latest = 1 AND stream IN ({streams}) \
         AND entity IN ({entities}) AND entity_id IN ({ids}) AND (stream, entity, entity_id) IN (VALUES {})",
        documents.join(", ")
    )
}

/// A change with its number.
struct Numbered {
    stream: String,
    seq: i64,
    change: NewChange,
    is_latest: bool,
}

/// A change about to be numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewChange {
    /// What kind of document it is.
    pub entity: Entity,
    /// The entity's id.
    pub id: Uuid,
}

/// What is another after a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// If it wrote to a stream.
    pub changes: String,
    /// If it wrote to the audit trail, as ending a session does.
    pub decisions: String,
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
    /// # Errors
    /// If the database fails.
    pub async fn insert_changes(&mut self, stream: StreamId, changes: &[NewChange]) -> Result<(), StoreError> {
        self.insert_all_changes(&BTreeMap::from([(stream, changes.to_vec())]))
            .await
    }

    /// Writes changes to streams and numbers those of each in their order.
    ///
    /// A stream's row stays locked until the transaction ends, so a transaction takes its streams last, all of them in
    /// one order: then no two transactions can wait for each other, and none waits longer than it must.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_all_changes(&mut self, changes: &BTreeMap<StreamId, Vec<NewChange>>) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let heads = self.take_numbers(changes).await?;
        let mut numbered = Vec::new();
        for (stream, changes) in changes {
            let name = stream.to_string();
            let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
            let head = heads.get(&name).copied().unwrap_or(count);
            #[cfg(feature = "simulation")]
            let head = if proffer_failpoints::is_broken("stream_number_from_a_sequence") {
                let head = proffer_failpoints::sequence(&name, head - count, count);
                sqlx::query("UPDATE stream SET seq = $1 WHERE id = $2")
                    .bind(head)
                    .bind(&name)
                    .execute(&mut *self.inner)
                    .await?;
                head
            } else {
                head
            };
            let rows = (head - count + 1..)
                .zip(changes)
                .enumerate()
                .map(|(place, (seq, change))| Numbered {
                    stream: name.clone(),
                    seq,
                    change: *change,
                    // Of a document told of twice only the last one is its latest.
                    is_latest: !changes[place + 1..].contains(change),
                });
            numbered.extend(rows);
        }
        for rows in numbered.chunks(ROWS_A_STATEMENT) {
            self.insert_numbered(rows).await?;
        }
        Ok(())
    }

    /// Moves streams on by their changes; gives the last number of each.
    async fn take_numbers(
        &mut self,
        changes: &BTreeMap<StreamId, Vec<NewChange>>,
    ) -> Result<BTreeMap<String, i64>, StoreError> {
        let mut heads = BTreeMap::new();
        let streams: Vec<_> = changes.iter().collect();
        for streams in streams.chunks(ROWS_A_STATEMENT) {
            let rows: Vec<_> = (0..streams.len())
                .map(|row| format!("(${}, ${})", 2 * row + 1, 2 * row + 2))
                .collect();
            // Both databases go through the rows in their order.
            let sql = format!(
                "INSERT INTO stream (id, seq) VALUES {} \
                 ON CONFLICT (id) DO UPDATE SET seq = stream.seq + excluded.seq RETURNING id, seq",
                rows.join(", ")
            );
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).persistent(is_usual(streams.len()));
            for (stream, changes) in streams {
                query = query
                    .bind(stream.to_string())
                    .bind(i64::try_from(changes.len()).unwrap_or(i64::MAX));
            }
            let taken: Vec<(String, i64)> = query.fetch_all(&mut *self.inner).await.map_err(contended)?;
            heads.extend(taken);
        }
        Ok(heads)
    }

    /// Writes changes under their numbers, in two statements: those of the same documents before are the latest no more.
    async fn insert_numbered(&mut self, rows: &[Numbered]) -> Result<(), StoreError> {
        let sql = latest_no_more(rows.len());
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(is_usual(rows.len()));
        for row in rows {
            query = query
                .bind(&row.stream)
                .bind(row.change.entity.as_str())
                .bind(row.change.id.to_string());
        }
        query.execute(&mut *self.inner).await.map_err(contended)?;
        let changes: Vec<_> = (0..rows.len())
            .map(|row| {
                let [a, b, c, d, e] = std::array::from_fn(|column| row * 5 + column + 1);
                format!("(${a}, ${b}, ${c}, ${d}, 0, ${e})")
            })
            .collect();
        let sql = format!(
            "INSERT INTO stream_change (stream, seq, entity, entity_id, is_gone, is_latest) VALUES {}",
            changes.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(is_usual(rows.len()));
        for row in rows {
            query = query
                .bind(&row.stream)
                .bind(row.seq)
                .bind(row.change.entity.as_str())
                .bind(row.change.id.to_string())
                .bind(i32::from(row.is_latest));
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

    /// What a commit changes, by whichever process.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stamp(&mut self) -> Result<Stamp, StoreError> {
        let sql = if self.inner.backend_name() == "SQLite" {
            "SELECT CAST(coalesce((SELECT max(rowid) FROM stream_change), 0) AS TEXT), \
             CAST(coalesce((SELECT max(rowid) FROM audit), 0) AS TEXT)"
        } else {
            "SELECT CAST(pg_current_snapshot() AS TEXT), CAST(pg_current_snapshot() AS TEXT)"
        };
        let (changes, decisions) = sqlx::query_as(sql).fetch_one(&mut *self.inner).await?;
        Ok(Stamp { changes, decisions })
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;
    use crate::store::Store;

    #[tokio::test]
    async fn a_change_is_written_without_going_through_its_whole_stream() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), None).await.unwrap();
        let mut tx = store.read().await.unwrap();
        for rows in [1, 2, 100] {
            let sql = format!("EXPLAIN QUERY PLAN {}", latest_no_more(rows));
            let plan = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *tx.inner).await.unwrap();
            let steps: Vec<String> = plan.iter().map(|step| step.try_get(3).unwrap()).collect();
            let looked_up = "stream_change_entity (stream=? AND entity=? AND entity_id=?)";
            assert!(steps.iter().any(|step| step.contains(looked_up)), "{rows}: {steps:?}");
        }
        drop(tx);
        store.close().await;
    }
}
