//! What the desk's cache is measured against: the same rows into SQLite by nothing but many rows a statement.

use crate::{bare_server, population::Corpus};
use proffer_protocol::Document;
use sqlx::{AssertSqlSafe, SqlitePool, sqlite::SqliteSynchronous};
use std::{path::Path, time::Instant};

const ROWS_A_STATEMENT: usize = 250;
const ROWS_A_COMMIT: usize = 2_000;

/// Documents' keys and texts, and the words they are found by.
pub(crate) struct Rows(Vec<(Vec<u8>, String, String)>);

impl Rows {
    /// From documents.
    pub(crate) fn of(documents: &[Document]) -> anyhow::Result<Self> {
        let row = |document: &Document| {
            let words = match document {
                Document::Question(document) => {
                    let question = &document.question;
                    let name = &question.customer.name;
                    format!("Q-{} {}\n{name}\n{}", question.number, question.title, question.text)
                }
                Document::Message(document) => document.message.text.clone(),
                _ => String::new(),
            };
            let id = document.id().as_bytes().to_vec();
            Ok((id, serde_json::to_string(document)?, words))
        };
        Ok(Self(documents.iter().map(row).collect::<anyhow::Result<_>>()?))
    }

    /// Keys and texts as they came by the wire.
    pub(crate) fn of_texts(texts: Vec<(Vec<u8>, String)>) -> Self {
        Self(texts.into_iter().map(|(id, text)| (id, text, String::new())).collect())
    }
}

/// A database of documents.
pub(crate) struct BareDocuments {
    pool: SqlitePool,
    next_place: i64,
}

impl BareDocuments {
    /// A new one; its index has the tokenizer, columns and prefixes of the desk's.
    pub(crate) async fn create(folder: &Path) -> anyhow::Result<Self> {
        let pool = bare_server::database(folder.join("bare.db"), SqliteSynchronous::Normal).await?;
        for statement in [
            "CREATE TABLE document (id BLOB NOT NULL PRIMARY KEY, body TEXT NOT NULL) STRICT",
            "CREATE VIRTUAL TABLE search USING fts5 (text, content = '', contentless_delete = 1, detail = none,
               prefix = '3 4 5', tokenize = 'ascii')",
        ] {
            sqlx::query(statement).execute(&pool).await?;
        }
        Ok(Self { pool, next_place: 1 })
    }

    /// Puts rows in; gives the seconds it took.
    pub(crate) async fn insert(&mut self, rows: &Rows, is_indexed: bool) -> anyhow::Result<f64> {
        let started = Instant::now();
        for commit in rows.0.chunks(ROWS_A_COMMIT) {
            let mut transaction = self.pool.begin().await?;
            for statement in commit.chunks(ROWS_A_STATEMENT) {
                let places = vec!["(?, ?)"; statement.len()].join(", ");
                let text = format!(
                    "INSERT INTO document (id, body) VALUES {places} ON CONFLICT (id) DO UPDATE SET body = excluded.body"
                );
                let mut query = sqlx::query(AssertSqlSafe(text));
                for (id, body, _) in statement {
                    query = query.bind(id).bind(body);
                }
                query.execute(&mut *transaction).await?;
                if is_indexed {
                    let text = format!("INSERT INTO search (rowid, text) VALUES {places}");
                    let mut query = sqlx::query(AssertSqlSafe(text));
                    for (_, _, words) in statement {
                        query = query.bind(self.next_place).bind(words);
                        self.next_place += 1;
                    }
                    query.execute(&mut *transaction).await?;
                }
            }
            transaction.commit().await?;
        }
        Ok(started.elapsed().as_secs_f64())
    }

    /// Closes it.
    pub(crate) async fn close(self) {
        self.pool.close().await;
    }
}

impl BareDocuments {
    /// Puts a corpus in; gives the seconds it took, without the making of its texts.
    pub(crate) async fn fill(&mut self, corpus: &Corpus, is_indexed: bool) -> anyhow::Result<f64> {
        let mut seconds = 0.0;
        for chunk in corpus.chunks() {
            let rows = Rows::of(&corpus.documents(chunk))?;
            seconds += self.insert(&rows, is_indexed).await?;
        }
        Ok(seconds)
    }
}

/// Seconds to put a corpus into a new database.
pub(crate) async fn fill(folder: &Path, corpus: &Corpus, is_indexed: bool) -> anyhow::Result<f64> {
    let mut bare = BareDocuments::create(folder).await?;
    let seconds = bare.fill(corpus, is_indexed).await?;
    bare.close().await;
    Ok(seconds)
}
