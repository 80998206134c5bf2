//! Writing rows: many a statement, many statements a way to SQLite's thread, and of known rows only what changes.

use super::{blob, id_of};
use crate::error::Result;
use sqlx::{Arguments, AssertSqlSafe, Encode, Row, Sqlite, Transaction, Type, sqlite::SqliteArguments};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows a statement: few sizes, so that each statement is written and read by SQLite once and then remembered. The
/// largest, with seventeen columns each, stays far below SQLite's limit of variables.
const ROWS_A_STATEMENT: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, ROWS_AT_MOST];
const ROWS_AT_MOST: usize = 250;

/// Questions of a batch that are looked up before they are written: writing fewer whole costs less than asking, and of
/// very many, as in a first sync, most are new.
const LOOKED_UP: std::ops::RangeInclusive<usize> = 5..=250;

/// Rows in portions of which each fills one statement. What is left after the largest takes the next size up, its last
/// row over and over: one statement, where each way to SQLite's thread takes longer than rows that change nothing.
pub(crate) fn statements<T>(rows: &[T]) -> impl Iterator<Item = Vec<&T>> {
    rows.chunks(ROWS_AT_MOST).map(|portion| {
        let size = ROWS_A_STATEMENT.into_iter().find(|size| *size >= portion.len());
        let filling = portion.last().into_iter().cycle();
        portion
            .iter()
            .chain(filling)
            .take(size.unwrap_or(ROWS_AT_MOST))
            .collect()
    })
}

/// So many places for values, for a list in parentheses.
pub(crate) fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// Statements that go to SQLite's thread together: the way there and back takes longer than most of them.
#[derive(Default)]
pub(super) struct Script(Vec<(String, SqliteArguments)>);

/// Beyond so many bytes statements are not put together: the largest are remembered each by itself.
const TOGETHER_BYTES: usize = 8 * 1024;

impl Script {
    /// Adds a statement, whose values are bound next.
    pub(super) fn push(&mut self, statement: &str) {
        match self.0.last_mut() {
            Some((sql, _)) if sql.len() + statement.len() < TOGETHER_BYTES => {
                sql.push(';');
                sql.push_str(statement);
            }
            _ => self.0.push((statement.to_owned(), SqliteArguments::default())),
        }
    }

    /// The next value, in the order of the statements' places.
    pub(super) fn bind<'v>(&mut self, value: impl Encode<'v, Sqlite> + Type<Sqlite>) -> Result<()> {
        if let Some((_, arguments)) = self.0.last_mut() {
            arguments.add(value).map_err(sqlx::Error::Encode)?;
        }
        Ok(())
    }

    pub(super) fn bind_value(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::Id(id) => self.bind(blob(*id)),
            Value::Number(number) => self.bind(*number),
            Value::Text(text) => self.bind(text.as_str()),
            Value::Null => self.bind(None::<i64>),
        }
    }

    /// Carries it out.
    pub(super) async fn run(self, transaction: &mut Transaction<'static, Sqlite>) -> Result<()> {
        for (sql, arguments) in self.0 {
            sqlx::query_with(AssertSqlSafe(sql), arguments)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }
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
        "kind",
        "category_id",
        "currency",
        "amount_minor",
        "first_sent_at",
        "words",
        "document",
    ],
    key: &["id"],
    fixed: &["question_id", "expert_id", "first_sent_at"],
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

/// Questions of which only what is not fixed changes, and all others.
pub(super) async fn split_questions(
    transaction: &mut Transaction<'static, Sqlite>,
    questions: Vec<Value>,
) -> Result<(Vec<Value>, Vec<Value>)> {
    let columns = QUESTION.columns.len();
    if !LOOKED_UP.contains(&(questions.len() / columns)) {
        return Ok((Vec::new(), questions));
    }
    let ids: Vec<Uuid> = questions.iter().step_by(columns).filter_map(Value::id).collect();
    let mut known = HashMap::new();
    for ids in statements(&ids) {
        let places = places(ids.len());
        let sql = format!("SELECT id, category_id, customer_id, text_hash FROM question WHERE id IN ({places})");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(blob(*id));
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

/// Adds the writing of rows to a script; of known ones the fixed columns only if `all` are to be written.
pub(super) fn upsert(script: &mut Script, table: &Table, values: &[Value], all: bool) -> Result<()> {
    let rows: Vec<&[Value]> = values.chunks_exact(table.columns.len()).collect();
    for rows in statements(&rows) {
        script.push(&table.upsert(rows.len(), all));
        // The same row once more has no higher revision and changes nothing.
        for value in rows.into_iter().copied().flatten() {
            script.bind_value(value)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn statements_come_in_few_sizes_and_take_every_row() {
        for (rows, sizes) in [
            (0, vec![]),
            (1, vec![1]),
            (3, vec![4]),
            (50, vec![64]),
            (129, vec![250]),
            (312, vec![250, 64]),
            (500, vec![250, 250]),
        ] {
            let rows: Vec<usize> = (0..rows).collect();
            let portions: Vec<Vec<&usize>> = statements(&rows).collect();
            assert_eq!(portions.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
            let mut taken: Vec<usize> = portions.into_iter().flatten().copied().collect();
            taken.dedup();
            assert_eq!(taken, rows, "in order, the last one of each portion over and over");
        }
    }
}
