//! Indexing for search: documents first, their words after, in small transactions that let others in between; what
//! comes as it happens is indexed with the batch that brings it. A message is indexed once, questions and offers again
//! only when their texts changed.

use super::{Cache, blob};
use crate::{error::Result, search::words::for_index};
use proffer_domain::Timestamp;
use proffer_protocol::OfferDocument;
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Row, Sqlite, Transaction};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};
use uuid::Uuid;

/// Documents a transaction while the index is made: a fraction of a second, so that changes wait no longer.
const DOCUMENTS_A_STEP: u32 = 4_000;
/// Rows a statement.
const ROWS_A_STATEMENT: usize = 200;
/// Memory that the index gathers words in before it writes them, in bytes: while it is made, and after.
const GATHER_MAKING_BYTES: i64 = 16 * 1024 * 1024;
const GATHER_USUAL_BYTES: i64 = 1024 * 1024;

/// From how many parts of about one size on, they are merged: seldom while the index is made.
const PARTS_MAKING: i64 = 8;
const PARTS_USUAL: i64 = 4;

/// What a place in the index stands for; the lowest bits of the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Indexed {
    /// A question.
    Question = 0,
    /// A message.
    Message = 1,
    /// An offer.
    Offer = 2,
}

const KIND_BITS: u32 = 2;
const SPREAD_BITS: u32 = 8;

impl Indexed {
    /// What stands at a place.
    pub(crate) fn at(place: i64) -> Option<Self> {
        [Self::Question, Self::Message, Self::Offer]
            .into_iter()
            .find(|kind| *kind as i64 == place & ((1 << KIND_BITS) - 1))
    }

    fn table(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Message => "message",
            Self::Offer => "offer",
        }
    }

    /// The rows that wait, newest first. The conditions are those of the partial indices.
    fn waiting(self) -> &'static str {
        match self {
            Self::Question => {
                "SELECT rowid, asked_at, document, place FROM question WHERE indexed_hash IS NOT text_hash
                 ORDER BY asked_at DESC LIMIT ?"
            }
            Self::Message => {
                "SELECT rowid, sent_at, document, place FROM message WHERE place IS NULL ORDER BY rowid DESC LIMIT ?"
            }
            Self::Offer => {
                "SELECT rowid, sent_at, document, place FROM offer WHERE indexed_hash IS NOT text_hash
                 ORDER BY sent_at DESC LIMIT ?"
            }
        }
    }
}

/// A place for a document of this moment; `attempt` finds others when it is taken.
fn place(kind: Indexed, at: Timestamp, id: i64, attempt: u32) -> i64 {
    let mut hasher = DefaultHasher::new();
    (id, attempt).hash(&mut hasher);
    let spread = (hasher.finish() & ((1 << SPREAD_BITS) - 1)).cast_signed();
    // Very many of one moment run over into the next ones.
    let moment = at.as_millisecond().clamp(0, 1 << 48) + i64::from(attempt / 4).pow(2);
    (moment << (SPREAD_BITS + KIND_BITS)) | (spread << KIND_BITS) | kind as i64
}

/// The hash by which a changed text is noticed.
pub(super) fn text_hash(parts: &[&str]) -> i64 {
    // FNV-1a: the same in every build, unlike the standard library's.
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
        .cast_signed()
}

/// What is indexed of an offer.
pub(crate) fn offer_text(document: &OfferDocument) -> String {
    let terms = &document.offer.terms;
    let mut text = format!("{}\n{}", terms.title, terms.deliverables.join("\n"));
    text.push('\n');
    text.push_str(&terms.note);
    text
}

#[derive(Deserialize)]
struct QuestionTexts<'a> {
    #[serde(borrow)]
    question: QuestionText<'a>,
}

#[derive(Deserialize)]
struct QuestionText<'a> {
    number: u64,
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow)]
    customer: Customer<'a>,
}

#[derive(Deserialize)]
struct Customer<'a> {
    id: Uuid,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct MessageTexts<'a> {
    #[serde(borrow)]
    message: MessageText<'a>,
}

#[derive(Deserialize)]
struct MessageText<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// A row on its way into the index.
struct Waiting {
    rowid: i64,
    at: Timestamp,
    /// Where its former text is.
    place: Option<i64>,
    text: String,
}

impl Cache {
    /// Indexes some of what waits; says whether more does.
    pub(crate) async fn index_some(&self) -> Result<bool> {
        let mut transaction = self.writer().begin_with("BEGIN IMMEDIATE").await?;
        configure(&mut transaction, GATHER_MAKING_BYTES, PARTS_MAKING).await?;
        let kinds = [Indexed::Question, Indexed::Offer, Indexed::Message];
        let count = index_waiting(&mut transaction, &kinds, DOCUMENTS_A_STEP).await?;
        let more = count >= DOCUMENTS_A_STEP;
        if !more {
            configure(&mut transaction, GATHER_USUAL_BYTES, PARTS_USUAL).await?;
        }
        transaction.commit().await?;
        self.note_in_log(u64::from(count));
        Ok(more)
    }

    /// Whether everything known can be found.
    pub(crate) async fn is_indexed(&self) -> Result<bool> {
        Ok(sqlx::query_scalar(
            "SELECT NOT EXISTS (SELECT 1 FROM message WHERE place IS NULL)
                AND NOT EXISTS (SELECT 1 FROM question WHERE indexed_hash IS NOT text_hash)
                AND NOT EXISTS (SELECT 1 FROM offer WHERE indexed_hash IS NOT text_hash)",
        )
        .fetch_one(&self.readers())
        .await?)
    }
}

/// How the index gathers and merges.
async fn configure(transaction: &mut Transaction<'static, Sqlite>, gather_bytes: i64, parts: i64) -> Result<()> {
    for (name, value) in [("hashsize", gather_bytes), ("automerge", parts)] {
        sqlx::query("INSERT INTO search (search, rank) VALUES (?, ?)")
            .bind(name)
            .bind(value)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// Indexes at most so many rows of these kinds that wait; gives how many it did.
pub(super) async fn index_waiting(
    transaction: &mut Transaction<'static, Sqlite>,
    kinds: &[Indexed],
    limit: u32,
) -> Result<u32> {
    let mut done = 0;
    for kind in kinds {
        if done < limit {
            done += index_kind(transaction, *kind, limit - done).await?;
        }
    }
    Ok(done)
}

async fn index_kind(transaction: &mut Transaction<'static, Sqlite>, kind: Indexed, limit: u32) -> Result<u32> {
    let rows = sqlx::query(kind.waiting())
        .bind(limit)
        .fetch_all(&mut **transaction)
        .await?;
    let mut customers = BTreeMap::new();
    let mut waiting = Vec::with_capacity(rows.len());
    for row in rows {
        let document: &str = row.try_get(2)?;
        waiting.push(Waiting {
            rowid: row.try_get(0)?,
            at: super::moment(row.try_get(1)?),
            place: row.try_get(3)?,
            text: for_index(&indexed_text(kind, document, &mut customers)?).into_owned(),
        });
    }
    let count = u32::try_from(waiting.len()).unwrap_or(limit);
    let former: Vec<_> = waiting.iter().filter_map(|row| row.place).collect();
    forget_places(transaction, &former).await?;
    let mut attempt = 0;
    while !waiting.is_empty() {
        waiting = index_rows(transaction, kind, waiting, attempt).await?;
        attempt += 1;
    }
    index_customers(transaction, customers).await?;
    Ok(count)
}

/// The words that a document is found by; a question's customer is added to `customers`.
pub(crate) fn indexed_text(
    kind: Indexed,
    document: &str,
    customers: &mut BTreeMap<Uuid, String>,
) -> serde_json::Result<String> {
    Ok(match kind {
        Indexed::Question => {
            let QuestionTexts { question } = serde_json::from_str(document)?;
            let text = format!(
                "Q-{} {}\n{}\n{}",
                question.number, question.title, question.customer.name, question.text
            );
            customers.insert(question.customer.id, question.customer.name.into_owned());
            text
        }
        Indexed::Message => {
            let read: MessageTexts<'_> = serde_json::from_str(document)?;
            read.message.text.into_owned()
        }
        Indexed::Offer => {
            let read: OfferDocument = serde_json::from_str(document)?;
            format!("O-{} {}", read.number, offer_text(&read))
        }
    })
}

/// Takes what stands at these places out of the index.
async fn forget_places(transaction: &mut Transaction<'static, Sqlite>, places: &[i64]) -> Result<()> {
    for place in places {
        sqlx::query("DELETE FROM search WHERE rowid = ?")
            .bind(place)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// Gives rows their places and indexes them; gives back those whose place was taken.
async fn index_rows(
    transaction: &mut Transaction<'static, Sqlite>,
    kind: Indexed,
    waiting: Vec<Waiting>,
    attempt: u32,
) -> Result<Vec<Waiting>> {
    let mut by_place = BTreeMap::new();
    let mut left = Vec::new();
    for row in waiting {
        match by_place.entry(place(kind, row.at, row.rowid, attempt)) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(row);
            }
            std::collections::btree_map::Entry::Occupied(_) => left.push(row),
        }
    }
    let hashes = match kind {
        Indexed::Message => "",
        Indexed::Question | Indexed::Offer => ", indexed_hash = text_hash",
    };
    // In rising order: the index writes out what it gathered whenever a place is below the last one.
    let mut rows: Vec<(i64, Waiting)> = by_place.into_iter().collect();
    while !rows.is_empty() {
        let later = rows.split_off(rows.len().min(ROWS_A_STATEMENT));
        let is_full = rows.len() == ROWS_A_STATEMENT;
        let places = vec!["(?, ?)"; rows.len()].join(", ");
        let table = kind.table();
        let sql = format!(
            "UPDATE OR IGNORE {table} SET place = given.column2{hashes} FROM (VALUES {places}) given
             WHERE {table}.rowid = given.column1 RETURNING {table}.place"
        );
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql)).persistent(is_full);
        for (place, row) in &rows {
            query = query.bind(row.rowid).bind(*place);
        }
        let taken: Vec<i64> = query.fetch_all(&mut **transaction).await?;
        let taken: std::collections::HashSet<i64> = taken.into_iter().collect();
        let (indexed, refused): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(place, _)| taken.contains(place));
        left.extend(refused.into_iter().map(|(_, row)| row));
        if !indexed.is_empty() {
            let sql = format!(
                "INSERT INTO search (rowid, text) VALUES {}",
                vec!["(?, ?)"; indexed.len()].join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(indexed.len() == ROWS_A_STATEMENT);
            for (place, row) in indexed {
                query = query.bind(place).bind(row.text);
            }
            query.execute(&mut **transaction).await?;
        }
        rows = later;
    }
    Ok(left)
}

async fn index_customers(
    transaction: &mut Transaction<'static, Sqlite>,
    customers: BTreeMap<Uuid, String>,
) -> Result<()> {
    for (id, name) in customers {
        let changed: Option<i64> = sqlx::query_scalar(
            "INSERT INTO customer (id, name) VALUES (?, ?)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE name <> excluded.name RETURNING place",
        )
        .bind(blob(id))
        .bind(&name)
        .fetch_optional(&mut **transaction)
        .await?;
        let Some(place) = changed else { continue };
        sqlx::query("DELETE FROM customer_search WHERE rowid = ?")
            .bind(place)
            .execute(&mut **transaction)
            .await?;
        sqlx::query("INSERT INTO customer_search (rowid, name) VALUES (?, ?)")
            .bind(place)
            .bind(name)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_rise_with_time_and_say_what_stands_there() {
        let at = |moment| Timestamp::from_millisecond(moment).unwrap_or_default();
        for kind in [Indexed::Question, Indexed::Message, Indexed::Offer] {
            let (early, late) = (
                place(kind, at(1_700_000_000_000), 1, 0),
                place(kind, at(1_700_000_000_001), 1, 0),
            );
            assert!(early < late);
            assert_eq!(Indexed::at(early), Some(kind));
            assert_ne!(early, place(kind, at(1_700_000_000_000), 1, 1));
            assert!(place(kind, Timestamp::MIN, 1, 0) >= 0);
            assert!(place(kind, Timestamp::MAX, 1, 0) > late);
        }
        assert_eq!(Indexed::at(3), None);
    }

    #[test]
    fn parts_of_a_text_do_not_run_together_in_its_hash() {
        assert_ne!(text_hash(&["ab", "c"]), text_hash(&["a", "bc"]));
        assert_eq!(text_hash(&["ab", "c"]), text_hash(&["ab", "c"]));
    }
}
