//! Documents: what streams carry, written by compare-and-set on their revision.

use super::{StoreError, Tx, contended, micros};
use jiff::Timestamp;
use proffer_protocol::{Document, Entity};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

/// Documents a statement; eleven columns each stay far below every database's limit of variables.
const ROWS_A_STATEMENT: usize = 100;

/// Names a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentKey {
    /// Its kind.
    pub entity: Entity,
    /// Its entity's id.
    pub id: Uuid,
}

/// What queries ask for, taken from the document itself so that it can never differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    question_id: Option<String>,
    category_id: Option<String>,
    customer_id: Option<String>,
    expert_id: Option<String>,
    state: Option<String>,
    sort_at: i64,
    due_at: Option<i64>,
}

impl Index {
    /// Reads it off a document.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        match document {
            Document::Account(_) | Document::Limits(_) | Document::Category(_) => Self::default(),
            Document::Question(document) => {
                let question = &document.question;
                Self {
                    question_id: Some(question.id.to_string()),
                    category_id: Some(question.category_id.to_string()),
                    customer_id: Some(question.customer.id.to_string()),
                    expert_id: question.lock.as_ref().map(|lock| lock.holder.id.to_string()),
                    state: Some(question.state.as_str().to_owned()),
                    sort_at: micros(question.asked_at),
                    due_at: question.lock.as_ref().map(|lock| micros(lock.expires_at)),
                }
            }
            Document::Message(document) => Self {
                question_id: Some(document.message.question_id.to_string()),
                sort_at: micros(document.message.sent_at),
                ..Self::default()
            },
            Document::Offer(document) => {
                let offer = &document.offer;
                let open_until = offer
                    .terms
                    .expires_at
                    .filter(|_| offer.state.is_open() || offer.state == proffer_domain::OfferState::Declined);
                let due = [open_until, offer.reminder_due_at(), offer.completes_at]
                    .into_iter()
                    .flatten()
                    .min();
                Self {
                    question_id: Some(offer.question_id.to_string()),
                    category_id: Some(offer.category_id.to_string()),
                    customer_id: Some(offer.customer_id.to_string()),
                    expert_id: Some(offer.expert_id.to_string()),
                    state: Some(offer.state.as_str().to_owned()),
                    sort_at: offer.events.first().map_or(0, |event| micros(event.at)),
                    due_at: due.map(micros),
                }
            }
            Document::SupportRequest(document) => Self {
                question_id: document.question_id.map(|id| id.to_string()),
                category_id: document.category_id.map(|id| id.to_string()),
                expert_id: Some(document.requester_id.to_string()),
                sort_at: micros(document.requested_at),
                ..Self::default()
            },
        }
    }
}

impl Tx {
    /// A document, if there is one.
    ///
    /// # Errors
    /// If the database fails or what it holds cannot be read.
    pub async fn document(&mut self, entity: Entity, id: Uuid) -> Result<Option<Document>, StoreError> {
        let row = sqlx::query("SELECT body FROM document WHERE entity = $1 AND id = $2")
            .bind(entity.as_str())
            .bind(id.to_string())
            .fetch_optional(&mut *self.inner)
            .await?;
        row.map(|row| read_body(entity, &row.try_get::<String, _>(0)?))
            .transpose()
    }

    /// Writes a new document; `false` if there is one of this id already.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_document(&mut self, document: &Document) -> Result<bool, StoreError> {
        let index = Index::of(document);
        let result = sqlx::query(
            "INSERT INTO document (entity, id, revision, body, question_id, category_id, customer_id, expert_id, \
             state, sort_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        )
        .bind(document.entity().as_str())
        .bind(document.id().to_string())
        .bind(revision(document))
        .bind(serde_json::to_string(document)?)
        .bind(index.question_id)
        .bind(index.category_id)
        .bind(index.customer_id)
        .bind(index.expert_id)
        .bind(index.state)
        .bind(index.sort_at)
        .bind(index.due_at)
        .execute(&mut *self.inner)
        .await
        .map_err(contended)?;
        Ok(result.rows_affected() == 1)
    }

    /// Writes new documents, many a statement: data brought along, of which none is known yet.
    ///
    /// # Errors
    /// [`StoreError::Contended`] if one of them is known.
    pub async fn insert_documents(&mut self, documents: &[Document]) -> Result<(), StoreError> {
        for rows in documents.chunks(ROWS_A_STATEMENT) {
            let places: Vec<_> = (0..rows.len())
                .map(|row| {
                    let places: Vec<_> = (1..=11).map(|column| format!("${}", row * 11 + column)).collect();
                    format!("({})", places.join(", "))
                })
                .collect();
            let sql = format!(
                "INSERT INTO document (entity, id, revision, body, question_id, category_id, customer_id, expert_id, \
                 state, sort_at, due_at) VALUES {}",
                places.join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS_A_STATEMENT);
            for document in rows {
                let index = Index::of(document);
                query = query
                    .bind(document.entity().as_str())
                    .bind(document.id().to_string())
                    .bind(revision(document))
                    .bind(serde_json::to_string(document)?)
                    .bind(index.question_id)
                    .bind(index.category_id)
                    .bind(index.customer_id)
                    .bind(index.expert_id)
                    .bind(index.state)
                    .bind(index.sort_at)
                    .bind(index.due_at);
            }
            query.execute(&mut *self.inner).await.map_err(contended)?;
        }
        Ok(())
    }

    /// Writes a changed document, whose revision is one more than the stored one's.
    ///
    /// # Errors
    /// [`StoreError::Contended`] if another change was faster.
    pub async fn update_document(&mut self, document: &Document) -> Result<(), StoreError> {
        let index = Index::of(document);
        let result = sqlx::query(
            "UPDATE document SET revision = $1, body = $2, expert_id = $3, state = $4, due_at = $5 \
             WHERE entity = $6 AND id = $7 AND revision = $8",
        )
        .bind(revision(document))
        .bind(serde_json::to_string(document)?)
        .bind(index.expert_id)
        .bind(index.state)
        .bind(index.due_at)
        .bind(document.entity().as_str())
        .bind(document.id().to_string())
        .bind(revision(document) - 1)
        .execute(&mut *self.inner)
        .await
        .map_err(contended)?;
        if result.rows_affected() == 1 {
            Ok(())
        } else {
            Err(StoreError::Contended)
        }
    }

    /// The documents of one kind on a question, oldest first.
    ///
    /// # Errors
    /// If the database fails or what it holds cannot be read.
    pub async fn documents_on_question(&mut self, entity: Entity, question: Uuid) -> Result<Vec<Document>, StoreError> {
        let rows = sqlx::query("SELECT body FROM document WHERE question_id = $1 AND entity = $2 ORDER BY sort_at, id")
            .bind(question.to_string())
            .bind(entity.as_str())
            .fetch_all(&mut *self.inner)
            .await?;
        read_bodies(entity, &rows)
    }

    /// A customer's documents of one kind, newest first.
    ///
    /// # Errors
    /// If the database fails or what it holds cannot be read.
    pub async fn documents_of_customer(
        &mut self,
        entity: Entity,
        customer: Uuid,
        limit: u32,
    ) -> Result<Vec<Document>, StoreError> {
        let rows = sqlx::query(
            "SELECT body FROM document WHERE customer_id = $1 AND entity = $2 ORDER BY sort_at DESC, id DESC LIMIT $3",
        )
        .bind(customer.to_string())
        .bind(entity.as_str())
        .bind(i64::from(limit))
        .fetch_all(&mut *self.inner)
        .await?;
        read_bodies(entity, &rows)
    }

    /// A category's documents of one kind, newest first.
    ///
    /// # Errors
    /// If the database fails or what it holds cannot be read.
    pub async fn documents_of_category(
        &mut self,
        entity: Entity,
        category: Uuid,
        limit: u32,
    ) -> Result<Vec<Document>, StoreError> {
        let rows = sqlx::query(
            "SELECT body FROM document WHERE category_id = $1 AND entity = $2 ORDER BY sort_at DESC, id DESC LIMIT $3",
        )
        .bind(category.to_string())
        .bind(entity.as_str())
        .bind(i64::from(limit))
        .fetch_all(&mut *self.inner)
        .await?;
        read_bodies(entity, &rows)
    }

    /// The documents of one kind that belong to no category, newest first.
    ///
    /// # Errors
    /// If the database fails or what it holds cannot be read.
    pub async fn documents_of_no_category(&mut self, entity: Entity, limit: u32) -> Result<Vec<Document>, StoreError> {
        let rows = sqlx::query(
            "SELECT body FROM document WHERE category_id IS NULL AND entity = $1 ORDER BY sort_at DESC, id DESC LIMIT $2",
        )
        .bind(entity.as_str())
        .bind(i64::from(limit))
        .fetch_all(&mut *self.inner)
        .await?;
        read_bodies(entity, &rows)
    }

    /// All documents of one kind: categories, limits.
    ///
    /// # Errors
    /// If the database fails or what it holds cannot be read.
    pub async fn documents(&mut self, entity: Entity) -> Result<Vec<Document>, StoreError> {
        let rows = sqlx::query("SELECT body FROM document WHERE entity = $1 ORDER BY id")
            .bind(entity.as_str())
            .fetch_all(&mut *self.inner)
            .await?;
        read_bodies(entity, &rows)
    }

    /// Whether something is still due, and no other instance is at it: until this transaction ends, none will be.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn claim_due(&mut self, key: DocumentKey, now: Timestamp) -> Result<bool, StoreError> {
        let skip = self.skip_locked();
        let sql = format!("SELECT id FROM document WHERE entity = $1 AND id = $2 AND due_at <= $3{skip}");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(key.entity.as_str())
            .bind(key.id.to_string())
            .bind(micros(now))
            .fetch_optional(&mut *self.inner)
            .await
            .map_err(contended)?;
        Ok(row.is_some())
    }

    /// How much the clock has work for, counted up to `limit`, and since when the oldest of it is due.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn due_state(&mut self, now: Timestamp, limit: u32) -> Result<(u64, Option<Timestamp>), StoreError> {
        let (count, oldest): (i64, Option<i64>) = sqlx::query_as(
            "SELECT count(*), min(due.due_at) FROM (SELECT due_at FROM document \
             WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2) due",
        )
        .bind(micros(now))
        .bind(i64::from(limit))
        .fetch_one(&mut *self.inner)
        .await?;
        Ok((
            u64::try_from(count).unwrap_or(0),
            oldest.map(super::timestamp).transpose()?,
        ))
    }

    /// What the clock has work for: locks that lapsed, offers to expire, remind of or complete.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn due_documents(&mut self, now: Timestamp, limit: u32) -> Result<Vec<DocumentKey>, StoreError> {
        let rows = sqlx::query(
            "SELECT entity, id FROM document WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2",
        )
        .bind(micros(now))
        .bind(i64::from(limit))
        .fetch_all(&mut *self.inner)
        .await?;
        rows.iter()
            .map(|row| {
                let entity: String = row.try_get(0)?;
                let entity =
                    Entity::parse(&entity).ok_or_else(|| StoreError::Corrupt(format!("{entity} is no entity")))?;
                Ok(DocumentKey {
                    entity,
                    id: super::id(&row.try_get::<String, _>(1)?)?,
                })
            })
            .collect()
    }

    /// Writes an offer's event into its history.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_offer_event(
        &mut self,
        offer: proffer_domain::OfferId,
        event: &proffer_domain::OfferEvent,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO offer_event (id, offer_id, version, kind, actor, at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(event.id.to_string())
            .bind(offer.to_string())
            .bind(i64::from(event.version))
            .bind(event.kind.as_str())
            .bind(serde_json::to_string(&event.actor)?)
            .bind(micros(event.at))
            .execute(&mut *self.inner)
            .await
            .map_err(contended)?;
        Ok(())
    }
}

impl Tx {
    /// What SQLite finds wrong with its own file, read through; empty if nothing is. Another database says nothing.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn integrity_problems(&mut self) -> Result<Vec<String>, StoreError> {
        if self.inner.backend_name() != "SQLite" {
            return Ok(Vec::new());
        }
        let rows = sqlx::query("PRAGMA integrity_check")
            .fetch_all(&mut *self.inner)
            .await?;
        let mut found = Vec::new();
        for row in &rows {
            let words: String = row.try_get(0)?;
            if words != "ok" {
                found.push(words);
            }
        }
        Ok(found)
    }
}

fn revision(document: &Document) -> i64 {
    i64::try_from(document.revision()).unwrap_or(i64::MAX)
}

pub(super) fn read_body(entity: Entity, body: &str) -> Result<Document, StoreError> {
    Ok(Document::read(entity, serde_json::from_str(body)?)?)
}

fn read_bodies(entity: Entity, rows: &[sqlx::any::AnyRow]) -> Result<Vec<Document>, StoreError> {
    rows.iter()
        .map(|row| read_body(entity, &row.try_get::<String, _>(0)?))
        .collect()
}
