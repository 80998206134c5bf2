//! Lists that pages show a part at a time. Each part begins at a key, not at a count, so that the hundredth costs what the
//! first does.

use super::{
    StoreError, Tx,
    documents::read_body,
    streams::{IDS_A_STATEMENT, places},
};
use proffer_protocol::{Document, Entity};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Where a part of a list ends: the next one begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListKey {
    sort_at: i64,
    id: Uuid,
}

impl ListKey {
    /// Before everything that is listed newest first.
    const FIRST: Self = Self {
        sort_at: i64::MAX,
        id: Uuid::max(),
    };
}

impl fmt::Display for ListKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.sort_at, self.id)
    }
}

impl FromStr for ListKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (sort_at, id) = text.split_once('.').ok_or(())?;
        Ok(Self {
            sort_at: sort_at.parse().map_err(|_| ())?,
            id: id.parse().map_err(|_| ())?,
        })
    }
}

/// Part of a list.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// The documents with their keys.
    pub rows: Vec<(ListKey, Document)>,
    /// Whether there are more after them.
    pub more: bool,
}

impl Part {
    /// The documents, and where the rest begins if there is one.
    #[must_use]
    pub fn split(self) -> (Vec<Document>, Option<ListKey>) {
        let rest = self.rows.last().map(|(key, _)| *key).filter(|_| self.more);
        (self.rows.into_iter().map(|(_, document)| document).collect(), rest)
    }
}

/// Whose documents are listed.
#[derive(Clone, Copy, Debug)]
pub enum Listed {
    /// A customer's.
    Customer(Uuid),
    /// A customer's offers that they can still accept.
    OpenOffers(Uuid),
    /// A question's.
    Question(Uuid),
}

impl Tx {
    /// A part of a list, newest first, after a key; the first part without one.
    ///
    /// # Errors
    /// If the database fails or what it holds cannot be read.
    pub async fn listed(
        &mut self,
        of: Listed,
        entity: Entity,
        after: Option<ListKey>,
        limit: u32,
    ) -> Result<Part, StoreError> {
        let (whose, owner) = match of {
            Listed::Customer(id) => ("customer_id = $1", id),
            Listed::OpenOffers(id) => ("customer_id = $1 AND state IN ('sent', 'held')", id),
            Listed::Question(id) => ("question_id = $1", id),
        };
        let sql = format!(
            "SELECT body, sort_at, id FROM document WHERE {whose} AND entity = $2 AND (sort_at, id) < ($3, $4) \
             ORDER BY sort_at DESC, id DESC LIMIT $5"
        );
        let after = after.unwrap_or(ListKey::FIRST);
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(owner.to_string())
            .bind(entity.as_str())
            .bind(after.sort_at)
            .bind(after.id.to_string())
            .bind(i64::from(limit) + 1)
            .fetch_all(&mut *self.inner)
            .await?;
        let more = rows.len() > limit as usize;
        let rows: Result<_, StoreError> = rows.iter().take(limit as usize).map(|row| keyed(entity, row)).collect();
        Ok(Part { rows: rows?, more })
    }

    /// How many offers a customer can still accept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_open_offers(&mut self, customer: Uuid) -> Result<u64, StoreError> {
        let (count,): (i64,) = sqlx::query_as(
            "SELECT count(*) FROM document WHERE customer_id = $1 AND entity = 'offer' AND state IN ('sent', 'held')",
        )
        .bind(customer.to_string())
        .fetch_one(&mut *self.inner)
        .await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// All offers on some questions, newest first.
    ///
    /// # Errors
    /// If the database fails or what it holds cannot be read.
    pub async fn offers_on_questions(&mut self, questions: &[Uuid]) -> Result<Vec<Document>, StoreError> {
        let mut offers = Vec::new();
        for some in questions.chunks(IDS_A_STATEMENT) {
            let sql = format!(
                "SELECT body FROM document WHERE question_id IN ({}) AND entity = 'offer' ORDER BY sort_at DESC, id DESC",
                places(some.len())
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for question in some {
                query = query.bind(question.to_string());
            }
            for row in query.fetch_all(&mut *self.inner).await? {
                offers.push(read_body(Entity::Offer, &row.try_get::<String, _>(0)?)?);
            }
        }
        Ok(offers)
    }
}

fn keyed(entity: Entity, row: &AnyRow) -> Result<(ListKey, Document), StoreError> {
    let key = ListKey {
        sort_at: row.try_get(1)?,
        id: super::id(&row.try_get::<String, _>(2)?)?,
    };
    Ok((key, read_body(entity, &row.try_get::<String, _>(0)?)?))
}
