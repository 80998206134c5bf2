//! Writing rows: many a statement, and of known ones only what changes.

use super::{blob, id_of};
use crate::error::Result;
use sqlx::{AssertSqlSafe, Row, Sqlite, Transaction};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows a statement: few sizes, so that each statement is written and read by SQLite once and then remembered. The
/// largest, with seventeen columns each, stays far below SQLite's limit of variables.
const ROWS_A_STATEMENT: [usize; 4] = [250, 50, 10, 1];

/// Questions of a batch that are looked up before they are written.
const LOOKED_UP_AT_MOST: usize = 250;

/// The sizes of the statements that so many rows take.
pub(crate) fn statements(rows: usize) -> impl Iterator<Item = usize> {
    let mut left = rows;
    std::iter::from_fn(move || {
        let size = ROWS_A_STATEMENT.into_iter().find(|size| *size <= left)?;
        left -= size;
        Some(size)
    })
}

/// A value of a row.
pub(super) enum Value {
    Id(Uuid),
    Number(i64),
    Text(String),
    Null,
}

impl Value {
    fn id(&self) -> Option<Uuid> {
        match self {
            Self::Id(id) => Some(*id),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// A table and how its rows are written.
pub(super) struct Table {
    name: &'static str,
    columns: &'static [&'static str],
    key: &'static [&'static str],
    /// Columns that a known row's change leaves as they are, or nearly always does. A column that is written, even with
    /// the value it has, costs a page for each index it stands in.
    fixed: &'static [&'static str],
}

pub(super) const QUESTION: Table = Table {
    name: "question",
    columns: &[
        "id",
        "revision",
        "number",
        "category_id",
        "customer_id",
        "customer_name",
        "title",
        "state",
        "lock_holder_id",
        "lock_holder_name",
        "lock_expires_at",
        "answered_by_me",
        "is_rated",
        "asked_at",
        "last_activity_at",
        "text_hash",
        "document",
    ],
    key: &["id"],
    fixed: &[
        "number",
        "category_id",
        "customer_id",
        "customer_name",
        "title",
        "asked_at",
        "text_hash",
    ],
};
pub(super) const MESSAGE: Table = Table {
    name: "message",
    columns: &[
        "id",
        "revision",
        "question_id",
        "kind",
        "author_id",
        "sent_at",
        "document",
    ],
    key: &["id"],
    fixed: &["question_id", "kind", "author_id", "sent_at"],
};
pub(super) const OFFER: Table = Table {
    name: "offer",
    columns: &[
        "id",
        "revision",
        "question_id",
        "expert_id",
        "state",
        "sent_at",
        "text_hash",
        "document",
    ],
    key: &["id"],
    fixed: &["question_id", "expert_id"],
};
pub(super) const DOCUMENT: Table = Table {
    name: "document",
    columns: &["entity", "id", "revision", "document"],
    key: &["entity", "id"],
    fixed: &[],
};

impl Table {
    /// The statement that writes so many rows; of known ones the fixed columns only if `all` are to be written.
    fn upsert(&self, rows: usize, all: bool) -> String {
        let (name, columns) = (self.name, self.columns.join(", "));
        let row = format!("({})", vec!["?"; self.columns.len()].join(", "));
        let sets: Vec<_> = self
            .columns
            .iter()
            .filter(|column| !self.key.contains(column) && (all || !self.fixed.contains(column)))
            .map(|column| format!("{column} = excluded.{column}"))
            .collect();
        format!(
            "INSERT INTO {name} ({columns}) VALUES {} ON CONFLICT ({}) DO UPDATE SET {} WHERE excluded.revision > {name}.revision",
            vec![row; rows].join(", "),
            self.key.join(", "),
            sets.join(", "),
        )
    }
}

/// Questions of which only what is not fixed changes, and all others. Of very many, as in a first sync, most are new, and
/// looking each up would take longer than it saves.
pub(super) async fn split_questions(
    transaction: &mut Transaction<'static, Sqlite>,
    questions: Vec<Value>,
) -> Result<(Vec<Value>, Vec<Value>)> {
    let columns = QUESTION.columns.len();
    let count = questions.len() / columns;
    if count > LOOKED_UP_AT_MOST {
        return Ok((Vec::new(), questions));
    }
    let ids: Vec<Uuid> = questions.iter().step_by(columns).filter_map(Value::id).collect();
    let mut known = HashMap::new();
    let mut left = ids.into_iter();
    for size in statements(count) {
        let places = vec!["?"; size].join(", ");
        let sql = format!("SELECT id, category_id, customer_id, text_hash FROM question WHERE id IN ({places})");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in left.by_ref().take(size) {
            query = query.bind(blob(id));
        }
        for row in query.fetch_all(&mut **transaction).await? {
            let (id, category, customer): (&[u8], &[u8], &[u8]) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let text_hash: i64 = row.try_get(3)?;
            known.insert(id_of(id), (id_of(category), id_of(customer), text_hash));
        }
    }
    let (mut same, mut other) = (Vec::new(), Vec::new());
    let mut questions = questions.into_iter();
    loop {
        let row: Vec<Value> = questions.by_ref().take(columns).collect();
        let Some(id) = row.first().and_then(Value::id) else {
            return Ok((same, other));
        };
        // Title, text and the customer's name are in the hash; number and time never change.
        let facts = (
            row.get(3).and_then(Value::id).unwrap_or_default(),
            row.get(4).and_then(Value::id).unwrap_or_default(),
            row.get(15).and_then(Value::number).unwrap_or_default(),
        );
        if known.get(&id) == Some(&facts) {
            same.extend(row);
        } else {
            other.extend(row);
        }
    }
}

/// Writes rows.
pub(super) async fn upsert(
    transaction: &mut Transaction<'static, Sqlite>,
    table: &Table,
    values: Vec<Value>,
    all: bool,
) -> Result<()> {
    let columns = table.columns.len();
    let rows = values.len() / columns;
    let mut values = values.into_iter();
    for rows in statements(rows) {
        let mut query = sqlx::query(AssertSqlSafe(table.upsert(rows, all)));
        for value in values.by_ref().take(rows * columns) {
            query = match value {
                Value::Id(id) => query.bind(blob(id)),
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Null => query.bind(None::<i64>),
            };
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn statements_come_in_few_sizes_and_take_every_row() {
        for (rows, sizes) in [
            (0, vec![]),
            (1, vec![1]),
            (50, vec![50]),
            (312, vec![250, 50, 10, 1, 1]),
            (500, vec![250, 250]),
        ] {
            assert_eq!(super::statements(rows).collect::<Vec<_>>(), sizes);
        }
    }
}
