//! The queue's questions.

use super::{Cache, blob, id_of, moment};
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
    pub(crate) search: &'a str,
    pub(crate) limit: u32,
}

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
const MINE: &str = "((q.lock_holder_id IS ?1 AND q.lock_expires_at > ?2) OR q.answered_by_me = 1)";
const WAITING: &str = "(((q.lock_holder_id IS ?1 AND q.lock_expires_at > ?2) OR q.answered_by_me = 1)
    AND q.state <> 'closed'
    AND (coalesce((SELECT m.kind FROM message m WHERE m.question_id = q.id ORDER BY m.sent_at DESC LIMIT 1), 'reply')
             IN ('answer', 'info_request')
         OR EXISTS (SELECT 1 FROM offer o WHERE o.question_id = q.id AND o.expert_id = ?1
                                                AND o.state IN ('sent', 'held'))))";

fn condition(group: QueueGroupKind) -> String {
    let free = "(q.state = 'open' AND (q.lock_expires_at IS NULL OR q.lock_expires_at <= ?2))";
    match group {
        QueueGroupKind::LockedByYou => HELD_BY_ME.to_owned(),
        QueueGroupKind::AnsweredByYou => format!("(q.answered_by_me = 1 AND NOT {})", sure(HELD_BY_ME)),
        QueueGroupKind::Open => format!("(q.answered_by_me = 0 AND {free})"),
        QueueGroupKind::Others => format!("(q.answered_by_me = 0 AND NOT {} AND NOT {free})", sure(HELD_BY_ME)),
    }
}

/// NULL as no.
fn sure(condition: &str) -> String {
    format!("coalesce({condition}, 0)")
}

/// The words as conditions on ?4 and on.
fn search_condition(words: usize) -> String {
    (0..words)
        .map(|index| {
            format!(
                " AND instr(lower(q.title || ' ' || q.customer_name || ' ' || q.number || ' ' \
                 || json_extract(q.document, '$.question.text')), ?{}) > 0",
                index + 4
            )
        })
        .collect()
}

impl Cache {
    /// The counts on the filter's segments.
    pub(crate) async fn queue_counts(&self, expert: AccountId, now: Timestamp) -> Result<QueueCounts> {
        let sql = format!(
            "SELECT (SELECT count(*) FROM question q),
                    (SELECT count(*) FROM question q WHERE {MINE}),
                    (SELECT count(*) FROM question q WHERE {WAITING})"
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(blob(expert.0))
            .bind(now.as_millisecond())
            .fetch_one(&self.readers())
            .await?;
        Ok(QueueCounts {
            all: row.try_get(0)?,
            mine: row.try_get(1)?,
            waiting: row.try_get(2)?,
        })
    }

    /// One group's rows and how many there are.
    pub(crate) async fn queue_group(
        &self,
        group: QueueGroupKind,
        request: &QueueRequest<'_>,
    ) -> Result<(u32, Vec<QueueFacts>)> {
        let words: Vec<String> = request.search.split_whitespace().map(str::to_lowercase).collect();
        let filter = match request.filter {
            QueueFilter::All => String::new(),
            QueueFilter::Mine => format!(" AND {MINE}"),
            QueueFilter::Waiting => format!(" AND {WAITING}"),
        };
        let matching = format!("{}{filter}{}", condition(group), search_condition(words.len()));
        let bind = |sql: String| -> Query<'_, Sqlite, SqliteArguments> {
            let mut query = sqlx::query(AssertSqlSafe(sql))
                .bind(blob(request.expert.0))
                .bind(request.now.as_millisecond())
                .bind(i64::from(request.limit));
            for word in &words {
                query = query.bind(word.clone());
            }
            query
        };
        let count = bind(format!("SELECT count(*), ?3 FROM question q WHERE {matching}"))
            .fetch_one(&self.readers())
            .await?
            .try_get(0)?;
        if count == 0 {
            return Ok((0, Vec::new()));
        }
        let rows = bind(format!(
            "SELECT q.id, q.number, q.category_id, q.customer_name, q.title, q.state, q.lock_holder_id,
                    q.lock_holder_name, q.lock_expires_at, q.answered_by_me, q.is_rated, q.asked_at,
                    q.last_activity_at,
                    (SELECT m.kind FROM message m WHERE m.question_id = q.id ORDER BY m.sent_at DESC LIMIT 1),
                    (SELECT max(m.sent_at) FROM message m WHERE m.question_id = q.id AND m.kind = 'reply'),
                    (SELECT o.state FROM offer o WHERE o.question_id = q.id AND o.expert_id = ?1
                      ORDER BY o.sent_at DESC LIMIT 1)
             FROM question q WHERE {matching} ORDER BY q.last_activity_at DESC LIMIT ?3"
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
