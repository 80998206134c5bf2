//! Taking documents in: many rows a statement, each document's text as it came.

use super::{
    Cache, blob, id_of,
    index::{Indexed, index_waiting, offer_text, text_hash},
    offers::list_columns,
    rows::{DOCUMENT, MESSAGE, OFFER, QUESTION, Script, Value, places, split_questions, statements, upsert},
};
use crate::{error::Result, ports::ChangeText};
use proffer_domain::{AccountId, MessageKind, OfferId, QuestionId, QuestionState, Timestamp};
use proffer_protocol::{Document, Entity, OfferDocument, SupportRequestDocument};
use serde::Deserialize;
use sqlx::{Sqlite, Transaction};
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};
use uuid::Uuid;

/// What comes as it happens can be found at once; of more than so many documents the words are indexed right after,
/// for indexing takes many times as long as writing and would keep them from being read.
const INDEXED_AT_ONCE: u32 = 8;

#[derive(Deserialize)]
struct PersonHead<'a> {
    id: Uuid,
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct IdHead {
    id: Uuid,
}

#[derive(Deserialize)]
struct LockHead<'a> {
    #[serde(borrow)]
    holder: PersonHead<'a>,
    expires_at: Timestamp,
}

#[derive(Deserialize)]
struct QuestionHead<'a> {
    number: u64,
    category_id: Uuid,
    #[serde(borrow)]
    customer: PersonHead<'a>,
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    state: QuestionState,
    lock: Option<LockHead<'a>>,
    answered_by: Vec<AccountId>,
    rating: Option<serde::de::IgnoredAny>,
    asked_at: Timestamp,
    last_activity_at: Timestamp,
}

#[derive(Deserialize)]
struct QuestionDocumentHead<'a> {
    revision: u64,
    #[serde(borrow)]
    question: QuestionHead<'a>,
}

#[derive(Deserialize)]
struct MessageHead {
    question_id: QuestionId,
    kind: MessageKind,
    author: IdHead,
    sent_at: Timestamp,
}

#[derive(Deserialize)]
struct MessageDocumentHead {
    revision: u64,
    message: MessageHead,
}

#[derive(Deserialize)]
struct RevisionHead {
    revision: u64,
}

/// A customer's reply that came with a batch: a notice may be due for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReplyHead {
    /// The message's id.
    pub(crate) id: Uuid,
    /// The question.
    pub(crate) question_id: QuestionId,
    /// When it was sent.
    pub(crate) sent_at: Timestamp,
}

/// What a notice says of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuestionWords {
    /// The question.
    pub(crate) id: QuestionId,
    /// Its number.
    pub(crate) number: u64,
    /// Its title.
    pub(crate) title: String,
    /// Who asked.
    pub(crate) customer_name: String,
}

#[derive(Clone, Copy)]
struct Own {
    is_answered: bool,
    held_until: Option<Timestamp>,
    /// Where its row begins among those of questions.
    row: usize,
}

/// Documents ready to be taken in, and what of them concerns more than the cache.
#[derive(Default)]
pub(crate) struct Batch {
    questions: Vec<Value>,
    messages: Vec<Value>,
    offers: Vec<Value>,
    documents: Vec<Value>,
    gone: Vec<(Entity, Uuid)>,
    /// How many documents it holds.
    pub(crate) count: u64,
    /// The offers, read whole: notices come from their events.
    pub(crate) offer_documents: Vec<OfferDocument>,
    /// Support requests with a reply.
    pub(crate) support_replies: Vec<SupportRequestDocument>,
    /// Customers' replies.
    pub(crate) replies: Vec<ReplyHead>,
    /// Whether the questions are the expert's own by what came: answered by them, or held until then.
    own: HashMap<QuestionId, Own>,
    /// The questions whose views change.
    pub(crate) question_ids: BTreeSet<QuestionId>,
    /// The offers whose views change.
    pub(crate) offer_ids: BTreeSet<OfferId>,
    /// Whether support requests changed.
    pub(crate) has_support_requests: bool,
    /// Whether account, limits or categories changed.
    pub(crate) has_account_facts: bool,
}

impl Batch {
    /// Reads a page's changes for `me`.
    pub(crate) fn read(changes: Vec<ChangeText>, me: AccountId) -> serde_json::Result<Self> {
        let mut batch = Self::default();
        for change in changes {
            batch.add(change, me)?;
        }
        Ok(batch)
    }

    /// One document, as a command gives it back.
    pub(crate) fn of_answer(entity: Entity, document: &serde_json::Value, me: AccountId) -> serde_json::Result<Self> {
        let id = Document::read(entity, document.clone())?.id();
        let mut batch = Self::default();
        batch.add(
            ChangeText {
                entity: Some(entity),
                id,
                document: Some(serde_json::value::to_raw_value(document)?),
            },
            me,
        )?;
        Ok(batch)
    }

    /// Whether its documents can be found as soon as it is applied; else the index is to be made further after.
    pub(crate) fn is_indexed_at_once(&self) -> bool {
        self.count <= u64::from(INDEXED_AT_ONCE)
    }

    /// Whether the expert holds or has answered a question, if it came with this batch.
    pub(crate) fn is_held(&self, question: QuestionId, now: Timestamp) -> Option<bool> {
        let own = self.own.get(&question)?;
        Some(own.is_answered || own.held_until.is_some_and(|until| until > now))
    }

    /// What a notice says of a question, if it came with this batch.
    pub(crate) fn words(&self, question: QuestionId) -> Option<QuestionWords> {
        let row = self.questions.get(self.own.get(&question)?.row..)?;
        Some(QuestionWords {
            id: question,
            number: row.get(2)?.number()?.unsigned_abs(),
            title: row.get(6)?.text()?.to_owned(),
            customer_name: row.get(5)?.text()?.to_owned(),
        })
    }

    /// What of it can be searched for.
    fn kinds(&self) -> Vec<Indexed> {
        [
            (Indexed::Question, &self.questions),
            (Indexed::Offer, &self.offers),
            (Indexed::Message, &self.messages),
        ]
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(kind, _)| kind)
        .collect()
    }

    fn add(&mut self, change: ChangeText, me: AccountId) -> serde_json::Result<()> {
        let Some(entity) = change.entity else { return Ok(()) };
        match entity {
            Entity::Question => {
                self.question_ids.insert(QuestionId(change.id));
            }
            Entity::Offer => {
                self.offer_ids.insert(OfferId(change.id));
            }
            Entity::SupportRequest => self.has_support_requests = true,
            Entity::Account | Entity::Limits | Entity::Category => self.has_account_facts = true,
            Entity::Message => {}
        }
        let Some(document) = change.document else {
            self.gone.push((entity, change.id));
            return Ok(());
        };
        self.count += 1;
        match entity {
            Entity::Question => self.add_question(change.id, document, me),
            Entity::Message => self.add_message(change.id, document),
            Entity::Offer => {
                let read: OfferDocument = serde_json::from_str(document.get())?;
                self.offers.extend([
                    Value::Id(change.id),
                    number(read.revision),
                    Value::Id(read.offer.question_id.0),
                    Value::Id(read.offer.expert_id.0),
                    Value::Text(read.offer.state.as_str().to_owned()),
                    Value::Number(read.offer.sent_at.as_millisecond()),
                    Value::Number(text_hash(&[&offer_text(&read)])),
                ]);
                self.offers.extend(list_columns(&read));
                self.offers.push(text(document));
                self.question_ids.insert(read.offer.question_id);
                self.offer_documents.push(read);
                Ok(())
            }
            Entity::SupportRequest | Entity::Account | Entity::Limits | Entity::Category => {
                let head: RevisionHead = serde_json::from_str(document.get())?;
                if entity == Entity::SupportRequest {
                    let read: SupportRequestDocument = serde_json::from_str(document.get())?;
                    if read.reply.is_some() {
                        self.support_replies.push(read);
                    }
                }
                self.documents.extend([
                    Value::Text(entity.as_str().to_owned()),
                    Value::Id(change.id),
                    number(head.revision),
                    text(document),
                ]);
                Ok(())
            }
        }
    }

    fn add_question(
        &mut self,
        id: Uuid,
        document: Box<serde_json::value::RawValue>,
        me: AccountId,
    ) -> serde_json::Result<()> {
        let head: QuestionDocumentHead<'_> = serde_json::from_str(document.get())?;
        let question = head.question;
        let is_answered = question.answered_by.contains(&me);
        let held = question.lock.as_ref().filter(|lock| lock.holder.id == me.0);
        let held_until = held.map(|lock| lock.expires_at);
        self.own.insert(
            QuestionId(id),
            Own {
                is_answered,
                held_until,
                row: self.questions.len(),
            },
        );
        let (holder_id, holder_name, lock_end) = match question.lock {
            Some(lock) => (
                Value::Id(lock.holder.id),
                Value::Text(lock.holder.name.into_owned()),
                Value::Number(lock.expires_at.as_millisecond()),
            ),
            None => (Value::Null, Value::Null, Value::Null),
        };
        let text_hash = text_hash(&[&question.title, &question.text, &question.customer.name]);
        self.questions.extend([
            Value::Id(id),
            number(head.revision),
            number(question.number),
            Value::Id(question.category_id),
            Value::Id(question.customer.id),
            Value::Text(question.customer.name.into_owned()),
            Value::Text(question.title.into_owned()),
            Value::Text(question.state.as_str().to_owned()),
            holder_id,
            holder_name,
            lock_end,
            Value::Number(i64::from(is_answered)),
            Value::Number(i64::from(question.rating.is_some())),
            Value::Number(question.asked_at.as_millisecond()),
            Value::Number(question.last_activity_at.as_millisecond()),
            Value::Number(text_hash),
        ]);
        self.questions.push(text(document));
        Ok(())
    }

    fn add_message(&mut self, id: Uuid, document: Box<serde_json::value::RawValue>) -> serde_json::Result<()> {
        let head: MessageDocumentHead = serde_json::from_str(document.get())?;
        let message = head.message;
        self.question_ids.insert(message.question_id);
        if message.kind == MessageKind::Reply {
            self.replies.push(ReplyHead {
                id,
                question_id: message.question_id,
                sent_at: message.sent_at,
            });
        }
        self.messages.extend([
            Value::Id(id),
            number(head.revision),
            Value::Id(message.question_id.0),
            Value::Text(message.kind.as_str().to_owned()),
            Value::Id(message.author.id),
            Value::Number(message.sent_at.as_millisecond()),
            text(document),
        ]);
        Ok(())
    }
}

fn number(value: u64) -> Value {
    Value::Number(i64::try_from(value).unwrap_or(i64::MAX))
}

fn text(document: Box<serde_json::value::RawValue>) -> Value {
    Value::Text(Box::<str>::from(document).into_string())
}

/// A batch and its cursor, written and not yet committed; dropped, it never was.
pub(crate) struct Written(Transaction<'static, Sqlite>);

impl Written {
    /// Makes it so.
    pub(crate) async fn commit(self) -> Result<()> {
        crate::fault::at("desk.cache.before_commit").await?;
        Ok(self.0.commit().await?)
    }
}

impl Cache {
    /// Applies a batch, and the cursor that stands after it, in one transaction.
    #[cfg(any(test, feature = "simulation"))]
    pub(crate) async fn apply(&self, batch: Batch, cursor: Option<&str>) -> Result<()> {
        self.write(batch, cursor).await?.commit().await
    }

    /// Writes a batch, and the cursor that stands after it, into one transaction, which is left to be committed.
    pub(crate) async fn write(&self, batch: Batch, cursor: Option<&str>) -> Result<Written> {
        #[cfg(feature = "simulation")]
        if let (true, Some(cursor)) = (proffer_failpoints::is_broken("cursor_outside_transaction"), cursor) {
            sqlx::query(
                "INSERT INTO meta (name, value) VALUES ('cursor', ?) \
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )
            .bind(cursor)
            .execute(&self.writer())
            .await?;
        }
        self.note_in_log(batch.count);
        let mut transaction = self.writer().begin_with("BEGIN IMMEDIATE").await?;
        let indexes = if batch.is_indexed_at_once() {
            batch.kinds()
        } else {
            Vec::new()
        };
        let mut script = Script::default();
        let (known, other) = split_questions(&mut transaction, batch.questions).await?;
        upsert(&mut script, &QUESTION, &known, false)?;
        upsert(&mut script, &QUESTION, &other, true)?;
        upsert(&mut script, &MESSAGE, &batch.messages, false)?;
        upsert(&mut script, &OFFER, &batch.offers, false)?;
        upsert(&mut script, &DOCUMENT, &batch.documents, true)?;
        let mut changed: BTreeSet<Uuid> = batch.question_ids.iter().map(|id| id.0).collect();
        if !batch.gone.is_empty() {
            std::mem::take(&mut script).run(&mut transaction).await?;
            changed.extend(forget_all(&mut transaction, batch.gone).await?);
        }
        note_latest(&mut script, &changed)?;
        if let Some(cursor) = cursor {
            script.push(
                "INSERT INTO meta (name, value) VALUES ('cursor', ?)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            );
            script.bind(cursor)?;
        }
        script.run(&mut transaction).await?;
        index_waiting(&mut transaction, &indexes, INDEXED_AT_ONCE).await?;
        Ok(Written(transaction))
    }
}

/// Takes out what left the expert's sight; gives the questions that lost a message.
async fn forget_all(transaction: &mut Transaction<'static, Sqlite>, gone: Vec<(Entity, Uuid)>) -> Result<Vec<Uuid>> {
    let mut changed = Vec::new();
    let loses_questions = gone
        .iter()
        .any(|(entity, _)| matches!(entity, Entity::Question | Entity::Category));
    for (entity, id) in gone {
        forget(transaction, entity, id).await?;
        if entity == Entity::Message {
            changed.extend(question_of(transaction, id).await?);
        }
        let query = match entity {
            Entity::Question => sqlx::query("DELETE FROM question WHERE id = ?"),
            Entity::Message => sqlx::query("DELETE FROM message WHERE id = ?"),
            Entity::Offer => sqlx::query("DELETE FROM offer WHERE id = ?"),
            _ => sqlx::query("DELETE FROM document WHERE entity = ? AND id = ?").bind(entity.as_str()),
        };
        query.bind(blob(id)).execute(&mut **transaction).await?;
        // With a question its messages leave this expert's sight, with a category its questions.
        let below: &[&'static str] = match entity {
            Entity::Question => &["DELETE FROM message WHERE question_id = ?"],
            Entity::Category => &[
                "DELETE FROM message WHERE question_id IN (SELECT id FROM question WHERE category_id = ?)",
                "DELETE FROM question WHERE category_id = ?",
            ],
            _ => &[],
        };
        for statement in below {
            sqlx::query(*statement)
                .bind(blob(id))
                .execute(&mut **transaction)
                .await?;
        }
    }
    if loses_questions {
        forget_customers(transaction).await?;
    }
    Ok(changed)
}

async fn question_of(transaction: &mut Transaction<'static, Sqlite>, message: Uuid) -> Result<Option<Uuid>> {
    let id: Option<Vec<u8>> = sqlx::query_scalar("SELECT question_id FROM message WHERE id = ?")
        .bind(blob(message))
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(id.map(|id| id_of(&id)))
}

/// Writes down what the queue says of these questions' latest messages.
fn note_latest(script: &mut Script, questions: &BTreeSet<Uuid>) -> Result<()> {
    let questions: Vec<Uuid> = questions.iter().copied().collect();
    for questions in statements(&questions) {
        script.push(&format!(
            "UPDATE question SET
               last_kind = (SELECT m.kind FROM message m WHERE m.question_id = question.id
                             ORDER BY m.sent_at DESC LIMIT 1),
               last_reply_at = (SELECT max(m.sent_at) FROM message m
                                 WHERE m.question_id = question.id AND m.kind = 'reply')
             WHERE id IN ({})",
            places(questions.len())
        ));
        for id in questions {
            script.bind(blob(*id))?;
        }
    }
    Ok(())
}

/// Takes what is about to go out of the index.
async fn forget(transaction: &mut Transaction<'static, Sqlite>, entity: Entity, id: Uuid) -> Result<()> {
    let places: &[&'static str] = match entity {
        Entity::Question => &[
            "DELETE FROM search WHERE rowid IN (SELECT place FROM question WHERE id = ? AND place IS NOT NULL)",
            "DELETE FROM search WHERE rowid IN
                (SELECT place FROM message WHERE question_id = ? AND place IS NOT NULL)",
        ],
        Entity::Message => {
            &["DELETE FROM search WHERE rowid IN (SELECT place FROM message WHERE id = ? AND place IS NOT NULL)"]
        }
        Entity::Offer => {
            &["DELETE FROM search WHERE rowid IN (SELECT place FROM offer WHERE id = ? AND place IS NOT NULL)"]
        }
        Entity::Category => &[
            "DELETE FROM search WHERE rowid IN
                (SELECT place FROM question WHERE category_id = ? AND place IS NOT NULL)",
            "DELETE FROM search WHERE rowid IN
                (SELECT m.place FROM question q JOIN message m ON m.question_id = q.id
                  WHERE q.category_id = ? AND m.place IS NOT NULL)",
        ],
        _ => &[],
    };
    for statement in places {
        sqlx::query(*statement)
            .bind(blob(id))
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// Forgets customers of whom no question is left.
async fn forget_customers(transaction: &mut Transaction<'static, Sqlite>) -> Result<()> {
    for statement in [
        "DELETE FROM customer_search WHERE rowid IN (SELECT place FROM customer c
           WHERE NOT EXISTS (SELECT 1 FROM question q WHERE q.customer_id = c.id))",
        "DELETE FROM customer WHERE NOT EXISTS (SELECT 1 FROM question q WHERE q.customer_id = customer.id)",
    ] {
        sqlx::query(statement).execute(&mut **transaction).await?;
    }
    Ok(())
}
