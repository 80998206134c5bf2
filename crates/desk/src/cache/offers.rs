//! The Request Centre's offers.

use super::{
    Cache, blob, id_of,
    rows::{Script, Value},
};
use crate::error::{DeskError, Result};
use proffer_domain::{AccountId, CategoryId, Currency, Money, OfferId, OfferState, ServiceKind, Timestamp};
use proffer_protocol::OfferDocument;
use sqlx::{AssertSqlSafe, Row, Sqlite, SqlitePool, query::Query, sqlite::SqliteArguments};

/// Rows of an earlier version that are filled in one transaction.
const FILLED_AT_ONCE: u32 = 500;

/// Which offers.
pub(crate) struct OfferQuery {
    pub(crate) expert: AccountId,
    pub(crate) kind: Option<ServiceKind>,
    pub(crate) state: Option<OfferState>,
    pub(crate) category: Option<CategoryId>,
    pub(crate) currency: Option<Currency>,
    pub(crate) min_minor: i64,
    pub(crate) max_minor: i64,
    /// When the first version was sent, by the platform's clock.
    pub(crate) sent_from: Timestamp,
    pub(crate) sent_until: Timestamp,
    /// Words in small letters that all must occur.
    pub(crate) words: Vec<String>,
    /// Offers that are left out.
    pub(crate) without: Vec<OfferId>,
}

/// The offers of one state in one currency.
pub(crate) struct OfferSum {
    pub(crate) state: OfferState,
    pub(crate) count: u32,
    pub(crate) amount: Money,
}

/// What occurs together on some offer.
pub(crate) struct OfferTraits {
    pub(crate) kind: ServiceKind,
    pub(crate) state: OfferState,
    pub(crate) category: CategoryId,
    pub(crate) currency: Currency,
}

/// What the list is searched by, in small letters.
pub(crate) fn offer_words(document: &OfferDocument) -> String {
    let OfferDocument {
        offer,
        customer,
        question_title,
        number,
        ..
    } = document;
    format!("{} {} {question_title} R-{number}", offer.terms.title, customer.name).to_lowercase()
}

/// When its first version was sent.
pub(crate) fn first_sent_at(document: &OfferDocument) -> Timestamp {
    let offer = &document.offer;
    offer.events.first().map_or(offer.sent_at, |event| event.at)
}

/// What of a document stands in the list's columns, in the order of [`super::rows::OFFER`].
pub(super) fn list_columns(document: &OfferDocument) -> [Value; 6] {
    let offer = &document.offer;
    let price = offer.terms.price;
    [
        Value::Text(offer.terms.kind.as_str().to_owned()),
        Value::Id(offer.category_id.0),
        Value::Text(price.currency.code().to_owned()),
        Value::Number(price.amount_minor),
        Value::Number(first_sent_at(document).as_millisecond()),
        Value::Text(offer_words(document)),
    ]
}

/// Fills the list's columns of rows that an earlier version wrote.
pub(super) async fn fill(writer: &SqlitePool) -> Result<()> {
    loop {
        let texts: Vec<String> =
            sqlx::query_scalar("SELECT document FROM offer INDEXED BY offer_to_fill WHERE words IS NULL LIMIT ?")
                .bind(FILLED_AT_ONCE)
                .fetch_all(writer)
                .await?;
        if texts.is_empty() {
            return Ok(());
        }
        let mut script = Script::default();
        for text in &texts {
            let document: OfferDocument = serde_json::from_str(text)
                .map_err(|error| DeskError::Damaged(format!("an offer cannot be read: {error}")))?;
            script.push(
                "UPDATE offer SET kind = ?, category_id = ?, currency = ?, amount_minor = ?, first_sent_at = ?, words = ?
                  WHERE id = ?",
            );
            for value in list_columns(&document) {
                script.bind_value(&value)?;
            }
            script.bind(blob(document.offer.id.0))?;
        }
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        script.run(&mut transaction).await?;
        transaction.commit().await?;
    }
}

// ?1 to ?11 as `OfferQuery::statement` binds them.
const MATCHING: &str = "FROM offer o INDEXED BY offer_of_expert
    WHERE o.expert_id = ?1
      AND (?2 IS NULL OR o.kind = ?2)
      AND (?3 IS NULL OR o.state = ?3)
      AND (?4 IS NULL OR o.category_id = ?4)
      AND (?5 IS NULL OR o.currency = ?5)
      AND o.amount_minor BETWEEN ?6 AND ?7
      AND o.first_sent_at BETWEEN ?8 AND ?9
      AND o.id NOT IN (SELECT unhex(value) FROM json_each(?10))
      AND (?11 = '[]' OR NOT EXISTS (SELECT 1 FROM json_each(?11) w WHERE instr(o.words, w.value) = 0))";

impl OfferQuery {
    /// Every offer of an expert but these.
    pub(crate) fn all_of(expert: AccountId, without: Vec<OfferId>) -> Self {
        Self {
            expert,
            kind: None,
            state: None,
            category: None,
            currency: None,
            min_minor: i64::MIN,
            max_minor: i64::MAX,
            sent_from: Timestamp::MIN,
            sent_until: Timestamp::MAX,
            words: Vec::new(),
            without,
        }
    }

    /// A statement about the matching offers: `select`, where they are found, and `rest`, whose values begin at ?12.
    fn statement(&self, select: &str, rest: &str) -> Result<Query<'static, Sqlite, SqliteArguments>> {
        Ok(sqlx::query(AssertSqlSafe(format!("{select} {MATCHING} {rest}")))
            .bind(blob(self.expert.0))
            .bind(self.kind.map(ServiceKind::as_str))
            .bind(self.state.map(OfferState::as_str))
            .bind(self.category.map(|id| blob(id.0)))
            .bind(self.currency.map(Currency::code))
            .bind(self.min_minor)
            .bind(self.max_minor)
            .bind(self.sent_from.as_millisecond())
            .bind(self.sent_until.as_millisecond())
            .bind(hex_list(self.without.iter().copied())?)
            .bind(serde_json::to_string(&self.words)?))
    }
}

/// Ids as the JSON that a statement takes.
fn hex_list(ids: impl Iterator<Item = OfferId>) -> Result<String> {
    let ids: Vec<_> = ids.map(|id| id.0.simple().to_string()).collect();
    Ok(serde_json::to_string(&ids)?)
}

fn state_list(states: &[OfferState]) -> String {
    let names: Vec<_> = states.iter().map(|state| format!("'{}'", state.as_str())).collect();
    names.join(", ")
}

/// Something that a column must hold does not read as what it is.
fn unreadable(column: &str) -> DeskError {
    DeskError::Damaged(format!("an offer's {column}"))
}

fn read_documents(rows: &[sqlx::sqlite::SqliteRow]) -> Result<Vec<OfferDocument>> {
    rows.iter()
        .map(|row| Ok(serde_json::from_str(row.try_get(0)?)?))
        .collect()
}

impl Cache {
    /// How many offers match, and what they sum up to, by state and currency.
    pub(crate) async fn offer_sums(&self, query: &OfferQuery) -> Result<Vec<OfferSum>> {
        let rows = query
            .statement(
                "SELECT o.state, o.currency, count(*), sum(o.amount_minor)",
                "GROUP BY o.state, o.currency",
            )?
            .fetch_all(&self.readers())
            .await?;
        rows.iter()
            .map(|row| {
                let currency: &str = row.try_get(1)?;
                let currency = currency.parse().map_err(|_| unreadable("currency"))?;
                Ok(OfferSum {
                    state: OfferState::parse(row.try_get(0)?).ok_or_else(|| unreadable("state"))?,
                    count: row.try_get(2)?,
                    amount: Money::new(row.try_get(3)?, currency),
                })
            })
            .collect()
    }

    /// Which traits occur together on an expert's offers.
    pub(crate) async fn offer_traits(&self, expert: AccountId, without: &[OfferId]) -> Result<Vec<OfferTraits>> {
        let rows = OfferQuery::all_of(expert, without.to_vec())
            .statement("SELECT DISTINCT o.kind, o.state, o.category_id, o.currency", "")?
            .fetch_all(&self.readers())
            .await?;
        rows.iter()
            .map(|row| {
                let (kind, currency): (&str, &str) = (row.try_get(0)?, row.try_get(3)?);
                let kind = ServiceKind::ALL.into_iter().find(|known| known.as_str() == kind);
                Ok(OfferTraits {
                    kind: kind.ok_or_else(|| unreadable("kind"))?,
                    state: OfferState::parse(row.try_get(1)?).ok_or_else(|| unreadable("state"))?,
                    category: CategoryId(id_of(row.try_get(2)?)),
                    currency: currency.parse().map_err(|_| unreadable("currency"))?,
                })
            })
            .collect()
    }

    /// Matching offers in one of these states, newest first.
    pub(crate) async fn offer_page(
        &self,
        query: &OfferQuery,
        states: &[OfferState],
        offset: u32,
        limit: u32,
    ) -> Result<Vec<OfferDocument>> {
        // Sorted by the index alone; only the documents of the page are read.
        let rest = format!(
            "AND o.state IN ({}) ORDER BY o.sent_at DESC, o.id DESC LIMIT ?12 OFFSET ?13)
             ORDER BY sent_at DESC, id DESC",
            state_list(states)
        );
        let rows = query
            .statement("SELECT document FROM offer WHERE id IN (SELECT o.id", &rest)?
            .bind(limit)
            .bind(offset)
            .fetch_all(&self.readers())
            .await?;
        read_documents(&rows)
    }

    /// Those of these offers that match and are in one of these states.
    pub(crate) async fn offers_among(
        &self,
        query: &OfferQuery,
        states: &[OfferState],
        ids: impl Iterator<Item = OfferId>,
    ) -> Result<Vec<OfferId>> {
        let rest = format!(
            "AND o.state IN ({}) AND o.id IN (SELECT unhex(value) FROM json_each(?12))",
            state_list(states)
        );
        let rows = query
            .statement("SELECT o.id", &rest)?
            .bind(hex_list(ids)?)
            .fetch_all(&self.readers())
            .await?;
        rows.iter().map(|row| Ok(OfferId(id_of(row.try_get(0)?)))).collect()
    }

    /// Those of these offers that are the expert's, newest first.
    pub(crate) async fn offers_named(
        &self,
        expert: AccountId,
        ids: impl Iterator<Item = OfferId>,
    ) -> Result<Vec<OfferDocument>> {
        let rows = sqlx::query(
            "SELECT document FROM offer
              WHERE id IN (SELECT unhex(value) FROM json_each(?)) AND expert_id = ?
              ORDER BY sent_at DESC, id DESC",
        )
        .bind(hex_list(ids)?)
        .bind(blob(expert.0))
        .fetch_all(&self.readers())
        .await?;
        read_documents(&rows)
    }
}
