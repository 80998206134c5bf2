//! The queue's questions.

use super::{Cache, blob, id_of, index::Indexed, moment};
use crate::{
    api::queue::{QueueCounts, QueueFilter, QueueGroupKind},
    error::Result,
};
use proffer_domain::{AccountId, CategoryId, MessageKind, OfferState, QuestionId, QuestionState, Timestamp};
use sqlx::{AssertSqlSafe, Row, Sqlite, query::Query, sqlite::SqliteArguments};

/// What is asked.
pub(crate) struct QueueRequest<'a> {
    pub(crate) expert: AccountId,
    /// By the platform's clock.
    pub(crate) now: Timestamp,
    pub(crate) filter: QueueFilter,
    /// The places of the questions that the typed words were found in; `None` when nothing was typed.
    pub(crate) found: Option<&'a Places>,
    pub(crate) offset: u32,
    pub(crate) limit: u32,
}

/// Places in the index, as the JSON that a statement takes.
pub(crate) struct Places(String);

/// What a row is made from.
pub(crate) struct QueueFacts {
    pub(crate) id: QuestionId,
    pub(crate) number: u64,
    pub(crate) category_id: CategoryId,
    pub(crate) customer_name: String,
    pub(crate) title: String,
    pub(crate) state: QuestionState,
    pub(crate) lock_holder: Option<(AccountId, String)>,
    pub(crate) lock_expires_at: Option<Timestamp>,
    pub(crate) is_answered_by_me: bool,
    pub(crate) is_rated: bool,
    pub(crate) asked_at: Timestamp,
    pub(crate) last_activity_at: Timestamp,
    pub(crate) last_kind: Option<MessageKind>,
    pub(crate) last_reply_at: Option<Timestamp>,
    pub(crate) offer_state: Option<OfferState>,
}

// ?1 the expert, ?2 the moment.
const HELD_BY_ME: &str = "(q.lock_holder_id IS ?1 AND q.lock_expires_at > ?2)";
const FREE: &str = "(q.lock_expires_at IS NULL OR q.lock_expires_at <= ?2)";
const WAITING: &str = "(q.state <> 'closed'
    AND (coalesce(q.last_kind, 'reply') IN ('answer', 'info_request')
         OR q.id IN (SELECT o.question_id FROM offer o INDEXED BY offer_waiting
                      WHERE o.expert_id = ?1 AND o.state IN ('sent', 'held'))))";

/// Where a group's rows are found and by which condition. The terms of the partial indices stand in the conditions.
struct Source {
    index: &'static str,
    condition: String,
}

fn source(group: QueueGroupKind) -> Source {
    match group {
        QueueGroupKind::LockedByYou => Source {
            index: "question_held",
            condition: "q.lock_holder_id = ?1 AND q.lock_expires_at > ?2".to_owned(),
        },
        QueueGroupKind::AnsweredByYou => Source {
            index: "question_answered",
            condition: format!("q.answered_by_me = 1 AND NOT {}", sure(HELD_BY_ME)),
        },
        QueueGroupKind::Open => Source {
            index: "question_open",
            condition: format!("q.state = 'open' AND q.answered_by_me = 0 AND {FREE}"),
        },
        QueueGroupKind::Others => Source {
            index: "question_by_activity",
            condition: format!(
                "q.answered_by_me = 0 AND NOT {} AND NOT (q.state = 'open' AND {FREE})",
                sure(HELD_BY_ME)
            ),
        },
    }
}

fn from(group: QueueGroupKind) -> String {
    let Source { index, condition } = source(group);
    format!("FROM question q INDEXED BY {index} WHERE {condition}")
}

/// Every question is in one group.
fn sizes(held: u32, answered: u32, open: u32, all: u32) -> [u32; 4] {
    [held, answered, open, all.saturating_sub(held + answered + open)]
}

/// NULL as no.
fn sure(condition: &str) -> String {
    format!("coalesce({condition}, 0)")
}

impl Cache {
    /// How many rows each group has, unfiltered, in the order of the groups asked for, and the counts on the filter's
    /// segments: in one pass over what both count.
    pub(crate) async fn queue_standing(&self, expert: AccountId, now: Timestamp) -> Result<([u32; 4], QueueCounts)> {
        let (held, answered, open) = (
            from(QueueGroupKind::LockedByYou),
            from(QueueGroupKind::AnsweredByYou),
            from(QueueGroupKind::Open),
        );
        let sql = format!(
            "SELECT held.n, answered.n, open.n, known.n, held.waiting + answered.waiting
               FROM (SELECT count(*) AS n, coalesce(sum({WAITING}), 0) AS waiting {held}) held,
                    (SELECT count(*) AS n, coalesce(sum({WAITING}), 0) AS waiting {answered}) answered,
                    (SELECT count(*) AS n {open}) open,
                    (SELECT count(*) AS n FROM question) known"
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(blob(expert.0))
            .bind(now.as_millisecond())
            .fetch_one(&self.readers())
            .await?;
        let (held, answered, open, all): (u32, u32, u32, u32) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        let counts = QueueCounts {
            all,
            mine: held + answered,
            waiting: row.try_get(4)?,
        };
        Ok((sizes(held, answered, open, all), counts))
    }

    /// How many rows each group has, unfiltered, in the order of the groups asked for.
    pub(crate) async fn queue_sizes(&self, expert: AccountId, now: Timestamp) -> Result<[u32; 4]> {
        let (held, answered, open) = (
            from(QueueGroupKind::LockedByYou),
            from(QueueGroupKind::AnsweredByYou),
            from(QueueGroupKind::Open),
        );
        let sql = format!(
            "SELECT (SELECT count(*) {held}), (SELECT count(*) {answered}), (SELECT count(*) {open}),
                    (SELECT count(*) FROM question)"
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(blob(expert.0))
            .bind(now.as_millisecond())
            .fetch_one(&self.readers())
            .await?;
        let (held, answered, open, all): (u32, u32, u32, u32) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        Ok(sizes(held, answered, open, all))
    }

    /// Where the questions stand that hold these words, in the index's language.
    pub(crate) async fn question_places(&self, expression: &str) -> Result<Places> {
        let places =
            sqlx::query_scalar("SELECT json_group_array(rowid) FROM search WHERE search MATCH ?1 AND (rowid & 3) = ?2")
                .bind(expression)
                .bind(Indexed::Question as i64)
                .fetch_one(&self.readers())
                .await?;
        Ok(Places(places))
    }

    /// One group's rows, if it has any, and how many there are.
    pub(crate) async fn queue_group(
        &self,
        group: QueueGroupKind,
        request: &QueueRequest<'_>,
        size: u32,
    ) -> Result<(u32, Vec<QueueFacts>)> {
        let is_mine = matches!(group, QueueGroupKind::LockedByYou | QueueGroupKind::AnsweredByYou);
        if size == 0 || (!is_mine && request.filter != QueueFilter::All) {
            return Ok((0, Vec::new()));
        }
        let filter = match request.filter {
            QueueFilter::All | QueueFilter::Mine => "",
            QueueFilter::Waiting => WAITING,
        };
        let found = request
            .found
            .map(|_| "q.place IN (SELECT value FROM json_each(?3))")
            .unwrap_or_default();
        let mut matching = from(group);
        for condition in [filter, found].into_iter().filter(|condition| !condition.is_empty()) {
            matching.push_str(" AND ");
            matching.push_str(condition);
        }
        let bind = |sql: String| -> Query<'_, Sqlite, SqliteArguments> {
            sqlx::query(AssertSqlSafe(sql))
                .bind(blob(request.expert.0))
                .bind(request.now.as_millisecond())
                .bind(request.found.map(|places| places.0.as_str()))
                .bind(i64::from(request.limit))
                .bind(i64::from(request.offset))
        };
        let count = if filter.is_empty() && found.is_empty() {
            size
        } else {
            bind(format!("SELECT count(*), ?3, ?4, ?5 {matching}"))
                .fetch_one(&self.readers())
                .await?
                .try_get(0)?
        };
        if count <= request.offset {
            return Ok((count, Vec::new()));
        }
        let rows = bind(format!(
            "SELECT q.id, q.number, q.category_id, q.customer_name, q.title, q.state, q.lock_holder_id,
                    q.lock_holder_name, q.lock_expires_at, q.answered_by_me, q.is_rated, q.asked_at,
                    q.last_activity_at, q.last_kind, q.last_reply_at,
                    (SELECT o.state FROM offer o INDEXED BY offer_of_question
                      WHERE o.question_id = q.id AND o.expert_id = ?1 ORDER BY o.sent_at DESC LIMIT 1), ?3
             {matching} ORDER BY q.last_activity_at DESC LIMIT ?4 OFFSET ?5"
        ))
        .fetch_all(&self.readers())
        .await?;
        let facts = rows
            .iter()
            .map(|row| {
                let holder_id: Option<Vec<u8>> = row.try_get(6)?;
                let holder_name: Option<String> = row.try_get(7)?;
                Ok(QueueFacts {
                    id: QuestionId(id_of(row.try_get(0)?)),
                    number: u64::try_from(row.try_get::<i64, _>(1)?).unwrap_or_default(),
                    category_id: CategoryId(id_of(row.try_get(2)?)),
                    customer_name: row.try_get(3)?,
                    title: row.try_get(4)?,
                    state: QuestionState::parse(row.try_get(5)?).unwrap_or(QuestionState::Open),
                    lock_holder: holder_id
                        .zip(holder_name)
                        .map(|(id, name)| (AccountId(id_of(&id)), name)),
                    lock_expires_at: row.try_get::<Option<i64>, _>(8)?.map(moment),
                    is_answered_by_me: row.try_get(9)?,
                    is_rated: row.try_get(10)?,
                    asked_at: moment(row.try_get(11)?),
                    last_activity_at: moment(row.try_get(12)?),
                    last_kind: row.try_get::<Option<&str>, _>(13)?.and_then(MessageKind::parse),
                    last_reply_at: row.try_get::<Option<i64>, _>(14)?.map(moment),
                    offer_state: row.try_get::<Option<&str>, _>(15)?.and_then(OfferState::parse),
                })
            })
            .collect::<Result<_>>()?;
        Ok((count, facts))
    }
}
