//! Searching: newest first, by the places that documents have in the index.

use super::{Cache, blob, id_of, index::Indexed};
use crate::{error::Result, search::query::StateFilter};
use proffer_domain::{AccountId, CategoryId, QuestionId, QuestionState};
use sqlx::{AssertSqlSafe, Row, Sqlite, Transaction, query::Query, sqlite::SqliteArguments};
use std::{collections::BTreeMap, fmt::Write as _};
use uuid::Uuid;

/// Finds that are held against filters for one page: a rare state among many finds must not take long.
const FINDS_LOOKED_AT: u32 = 10_000;

/// Up to so many questions, a customer's documents are each held against the words.
const QUESTIONS_LOOKED_AT: u32 = 30;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct SearchRequest {
    /// Words in the index's language; `None` for everything.
    pub(crate) expression: Option<String>,
    /// One of these categories.
    pub(crate) categories: Option<Vec<CategoryId>>,
    /// One of these customers.
    pub(crate) customers: Option<Vec<AccountId>>,
    /// The state.
    pub(crate) state: Option<StateFilter>,
    /// Only what lies below this place.
    pub(crate) before: Option<i64>,
    /// How many at most.
    pub(crate) limit: u32,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct SearchFound {
    /// From new to old.
    pub(crate) finds: Vec<Find>,
    /// Where to go on.
    pub(crate) next: Option<i64>,
}

/// One find.
#[derive(Debug)]
pub(crate) struct Find {
    pub(crate) place: i64,
    pub(crate) kind: Indexed,
    pub(crate) document: String,
    pub(crate) question_id: QuestionId,
    /// Its question, if that is known.
    pub(crate) question: Option<FoundQuestion>,
}

/// What a find says of its question.
#[derive(Debug)]
pub(crate) struct FoundQuestion {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) customer_name: String,
    pub(crate) category_id: CategoryId,
    pub(crate) state: QuestionState,
}

/// A customer whose name was found.
#[derive(Debug)]
pub(crate) struct FoundCustomer {
    pub(crate) id: AccountId,
    pub(crate) name: String,
    pub(crate) question_count: u32,
}

enum Bound {
    Text(String),
    Number(i64),
    Id(Uuid),
}

/// A statement that is being put together.
#[derive(Default)]
struct Statement {
    sql: String,
    bound: Vec<Bound>,
}

impl Statement {
    fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// A parameter's place in the statement.
    fn bind(&mut self, value: Bound) -> String {
        self.bound.push(value);
        format!("?{}", self.bound.len())
    }

    fn bind_ids(&mut self, ids: impl IntoIterator<Item = Uuid>) -> String {
        let places: Vec<_> = ids.into_iter().map(|id| self.bind(Bound::Id(id))).collect();
        places.join(", ")
    }

    fn query(self) -> Query<'static, Sqlite, SqliteArguments> {
        let mut query = sqlx::query(AssertSqlSafe(self.sql));
        for value in self.bound {
            query = match value {
                Bound::Text(text) => query.bind(text),
                Bound::Number(number) => query.bind(number),
                Bound::Id(id) => query.bind(blob(id)),
            };
        }
        query
    }
}

impl SearchRequest {
    fn has_filters(&self) -> bool {
        self.categories.is_some() || self.customers.is_some() || self.state.is_some()
    }

    /// Candidate places from new to old, before the filters.
    fn push_candidates(&self, statement: &mut Statement, few_documents: bool, limit: u32) {
        let before = statement.bind(Bound::Number(self.before.unwrap_or(i64::MAX)));
        let table = match self.state {
            Some(StateFilter::Offer(_)) => "offer",
            _ => "question",
        };
        match &self.expression {
            Some(expression) => {
                let expression = statement.bind(Bound::Text(expression.clone()));
                let _ = write!(
                    statement.sql,
                    "SELECT rowid AS place FROM search WHERE search MATCH {expression} AND rowid < {before}"
                );
                if let (Some(customers), true) = (&self.customers, few_documents) {
                    // They are held against the words, not the words' finds against them.
                    let ids = statement.bind_ids(customers.iter().map(|id| id.0));
                    let _ = write!(
                        statement.sql,
                        " AND rowid IN (SELECT place FROM question WHERE customer_id IN ({ids})
                           UNION ALL SELECT m.place FROM question q JOIN message m ON m.question_id = q.id
                                      WHERE q.customer_id IN ({ids})
                           UNION ALL SELECT o.place FROM question q JOIN offer o ON o.question_id = q.id
                                      WHERE q.customer_id IN ({ids}))"
                    );
                }
                statement.push(" ORDER BY rowid DESC");
            }
            None => {
                let _ = write!(statement.sql, "SELECT place FROM {table} WHERE place < {before}");
                if let (Some(customers), "question") = (&self.customers, table) {
                    let ids = statement.bind_ids(customers.iter().map(|id| id.0));
                    let _ = write!(statement.sql, " AND customer_id IN ({ids})");
                }
                statement.push(" ORDER BY place DESC");
            }
        }
        let limit = statement.bind(Bound::Number(i64::from(limit)));
        let _ = write!(statement.sql, " LIMIT {limit}");
    }

    /// The statement for a page's places; `few_documents` if the customers asked for have no more.
    fn statement(&self, few_documents: bool) -> Statement {
        let mut statement = Statement::default();
        if !self.has_filters() {
            self.push_candidates(&mut statement, false, self.limit + 1);
            return statement;
        }
        statement.push("SELECT hit.place FROM (");
        self.push_candidates(&mut statement, few_documents, FINDS_LOOKED_AT);
        // The candidates come in order and lead; everything else is looked up for each of them.
        statement.push(
            ") hit
             LEFT JOIN offer o ON o.place = hit.place
             LEFT JOIN message m ON m.place = hit.place
             LEFT JOIN question own ON own.place = hit.place
             LEFT JOIN question q ON q.id = coalesce(own.id, m.question_id, o.question_id)
             WHERE TRUE",
        );
        if let Some(categories) = &self.categories {
            let ids = statement.bind_ids(categories.iter().map(|id| id.0));
            let _ = write!(statement.sql, " AND q.category_id IN ({ids})");
        }
        if let Some(customers) = &self.customers {
            let ids = statement.bind_ids(customers.iter().map(|id| id.0));
            let _ = write!(statement.sql, " AND q.customer_id IN ({ids})");
        }
        match self.state {
            Some(StateFilter::Question(state)) => {
                let state = statement.bind(Bound::Text(state.as_str().to_owned()));
                let _ = write!(statement.sql, " AND q.state = {state}");
            }
            Some(StateFilter::Offer(state)) => {
                let state = statement.bind(Bound::Text(state.as_str().to_owned()));
                let _ = write!(statement.sql, " AND o.state = {state}");
            }
            None => {}
        }
        let limit = statement.bind(Bound::Number(i64::from(self.limit) + 1));
        let _ = write!(statement.sql, " LIMIT {limit}");
        statement
    }
}

impl Cache {
    /// Searches. What the index cannot make sense of finds nothing.
    pub(crate) async fn search(&self, request: &SearchRequest) -> Result<SearchFound> {
        // One view of the file, so that what was found is there when it is read.
        let mut transaction = self.readers().begin().await?;
        let few_documents = match &request.customers {
            Some(customers) => have_few_documents(&mut transaction, customers).await?,
            None => false,
        };
        let rows = match request
            .statement(few_documents)
            .query()
            .fetch_all(&mut *transaction)
            .await
        {
            Ok(rows) => rows,
            Err(error) if is_misread(&error) => {
                tracing::warn!(%error, "the index does not understand a query");
                return Ok(SearchFound::default());
            }
            Err(error) => return Err(error.into()),
        };
        let mut places: Vec<i64> = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?;
        places.sort_unstable_by(|a, b| b.cmp(a));
        let limit = request.limit as usize;
        let mut next = None;
        if places.len() > limit {
            places.truncate(limit);
            next = places.last().copied();
        } else if request.has_filters() {
            // The page is short because the filters let nothing else through, or because looking on takes too long.
            let mut statement = Statement::default();
            statement.push("SELECT place FROM (");
            request.push_candidates(&mut statement, few_documents, FINDS_LOOKED_AT);
            let _ = write!(statement.sql, ") LIMIT 1 OFFSET {}", FINDS_LOOKED_AT - 1);
            let last = statement.query().fetch_optional(&mut *transaction).await?;
            next = last.map(|row| row.try_get(0)).transpose()?;
        }
        let mut by_place = BTreeMap::new();
        for kind in [Indexed::Question, Indexed::Message, Indexed::Offer] {
            read_finds(&mut transaction, kind, &places, &mut by_place).await?;
        }
        let finds = by_place.into_values().rev().collect();
        Ok(SearchFound { finds, next })
    }

    /// The words of the index that begin so; `None` if there are more than `limit`.
    pub(crate) async fn words_beginning(&self, begin: &str, limit: usize) -> Result<Option<Vec<String>>> {
        // Each step is a look into the index: of a word's many documents none but the first is read.
        let words: Vec<String> = sqlx::query_scalar(
            "WITH RECURSIVE found (word) AS (
               SELECT (SELECT term FROM search_word WHERE term >= ?1 AND term <= ?2 LIMIT 1)
               UNION ALL
               SELECT (SELECT term FROM search_word WHERE term >= found.word || char(1) AND term <= ?2 LIMIT 1)
                 FROM found WHERE found.word IS NOT NULL
             )
             SELECT word FROM found WHERE word IS NOT NULL LIMIT ?3",
        )
        .bind(begin)
        .bind(format!("{begin}{}", char::MAX))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1))
        .fetch_all(&self.readers())
        .await?;
        Ok((words.len() <= limit).then_some(words))
    }

    /// Customers by words of their names, the latest met first.
    pub(crate) async fn customers_named(&self, expression: &str, limit: u32) -> Result<Vec<FoundCustomer>> {
        let rows = sqlx::query(
            "SELECT c.id, c.name, (SELECT count(*) FROM question q WHERE q.customer_id = c.id)
             FROM (SELECT rowid AS place FROM customer_search WHERE customer_search MATCH ?
                   ORDER BY rowid DESC LIMIT ?) hit
             JOIN customer c ON c.place = hit.place",
        )
        .bind(expression)
        .bind(limit)
        .fetch_all(&self.readers())
        .await;
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) if is_misread(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        rows.iter()
            .map(|row| {
                Ok(FoundCustomer {
                    id: AccountId(id_of(row.try_get(0)?)),
                    name: row.try_get(1)?,
                    question_count: row.try_get(2)?,
                })
            })
            .collect()
    }
}

/// Whether customers have so few questions that each of their documents can be looked at.
async fn have_few_documents(transaction: &mut Transaction<'static, Sqlite>, customers: &[AccountId]) -> Result<bool> {
    let mut statement = Statement::default();
    let ids = statement.bind_ids(customers.iter().map(|id| id.0));
    statement.sql = format!(
        "SELECT count(*) <= {QUESTIONS_LOOKED_AT} FROM
           (SELECT 1 FROM question WHERE customer_id IN ({ids}) LIMIT {QUESTIONS_LOOKED_AT} + 1)"
    );
    Ok(statement.query().fetch_one(&mut **transaction).await?.try_get(0)?)
}

/// Reads what stands at those of the places that are of this kind.
async fn read_finds(
    transaction: &mut Transaction<'static, Sqlite>,
    kind: Indexed,
    places: &[i64],
    finds: &mut BTreeMap<i64, Find>,
) -> Result<()> {
    let places = places.iter().filter(|place| Indexed::at(**place) == Some(kind));
    let mut statement = Statement::default();
    statement.push(match kind {
        Indexed::Question => {
            "SELECT q.document, q.id, q.number, q.title, q.customer_name, q.category_id, q.state, q.place
             FROM question q WHERE q.place IN ("
        }
        Indexed::Message => {
            "SELECT m.document, m.question_id, q.number, q.title, q.customer_name, q.category_id, q.state, m.place
             FROM message m LEFT JOIN question q ON q.id = m.question_id WHERE m.place IN ("
        }
        Indexed::Offer => {
            "SELECT o.document, o.question_id, q.number, q.title, q.customer_name, q.category_id, q.state, o.place
             FROM offer o LEFT JOIN question q ON q.id = o.question_id WHERE o.place IN ("
        }
    });
    let places: Vec<_> = places.map(|place| statement.bind(Bound::Number(*place))).collect();
    if places.is_empty() {
        return Ok(());
    }
    let _ = write!(statement.sql, "{})", places.join(", "));
    for row in statement.query().fetch_all(&mut **transaction).await? {
        let number: Option<i64> = row.try_get(2)?;
        let question = match number {
            Some(number) => Some(FoundQuestion {
                number: u64::try_from(number).unwrap_or_default(),
                title: row.try_get(3)?,
                customer_name: row.try_get(4)?,
                category_id: CategoryId(id_of(row.try_get(5)?)),
                state: QuestionState::parse(row.try_get(6)?).unwrap_or(QuestionState::Open),
            }),
            None => None,
        };
        let place = row.try_get(7)?;
        let find = Find {
            place,
            kind,
            document: row.try_get(0)?,
            question_id: QuestionId(id_of(row.try_get(1)?)),
            question,
        };
        finds.insert(place, find);
    }
    Ok(())
}

/// Whether the index refused the words, not the file its reading.
fn is_misread(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.message().contains("fts5:") || error.code().as_deref() == Some("1"))
}
