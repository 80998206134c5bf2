//! Payments: where each stands, and what a processor outside is still to be asked for. Written by compare-and-set.

use super::{StoreError, Tx, contended, id, micros, timestamp};
use jiff::{SignedDuration, Timestamp};
use proffer_domain::{
    CommandId, Currency, Money, OfferId, PaymentMethod, PaymentTerms,
    offer::{PaymentState, PaymentStep},
};
use sqlx::{Row, any::AnyRow};

/// The payment for one version of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRow {
    /// For which offer.
    pub offer_id: OfferId,
    /// For which of its versions.
    pub version: u32,
    /// Rises with every change; 0 before it is written first.
    pub revision: u64,
    /// Whose money it is, and how it is divided.
    pub terms: PaymentTerms,
    /// Where it stands.
    pub state: PaymentState,
    /// Whether the offer was accepted on it: only then is it in the ledger.
    pub is_accepted: bool,
    /// Counts the times that the customer was asked anew, from 1.
    pub attempt: u32,
    /// What the processor is still to be asked for.
    pub wanted: Option<PaymentStep>,
    /// When the processor is to be asked next.
    pub due_at: Option<Timestamp>,
    /// How often in a row it was asked in vain.
    pub tries: u32,
    /// The payment's id at the processor.
    pub external_id: Option<String>,
    /// The id of the page where the customer authorises it.
    pub checkout_id: Option<String>,
    /// That page's address.
    pub checkout_url: Option<String>,
    /// The key of the acceptance that waits for it.
    pub accept_key: Option<CommandId>,
    /// The call time that the customer chose, by its place in the terms.
    pub call_slot: Option<u32>,
    /// What went wrong last, without anything personal.
    pub last_error: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it changed last.
    pub changed_at: Timestamp,
}

impl PaymentRow {
    /// A payment that is about to begin.
    #[must_use]
    pub fn new(offer_id: OfferId, version: u32, terms: PaymentTerms, now: Timestamp) -> Self {
        Self {
            offer_id,
            version,
            revision: 0,
            terms,
            state: PaymentState::Pending,
            is_accepted: false,
            attempt: 1,
            wanted: None,
            due_at: None,
            tries: 0,
            external_id: None,
            checkout_id: None,
            checkout_url: None,
            accept_key: None,
            call_slot: None,
            last_error: None,
            created_at: now,
            changed_at: now,
        }
    }
}

/// How many payments stand at one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentCount {
    /// Where they stand.
    pub state: PaymentState,
    /// How many.
    pub count: u64,
    /// For how many of them the processor is still to be asked for something.
    pub waiting: u64,
}

const COLUMNS: &str = "offer_id, version, revision, method, customer_id, expert_id, amount_minor, currency, \
                       share_basis_points, state, is_accepted, attempt, wanted_step, due_at, tries, external_id, \
                       checkout_id, checkout_url, accept_key, call_slot, last_error, created_at, changed_at";

/// A whole number of a column that fits its type.
pub(super) fn whole<T: TryFrom<i64>>(row: &AnyRow, column: usize) -> Result<T, StoreError> {
    let value: i64 = row.try_get(column)?;
    T::try_from(value).map_err(|_| StoreError::Corrupt(format!("{value} does not fit its column")))
}

/// A name of a closed set.
pub(super) fn named<T>(row: &AnyRow, column: usize, parse: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
    let name: String = row.try_get(column)?;
    parse(&name).ok_or_else(|| StoreError::Corrupt(format!("{name:?} is no known name")))
}

pub(super) fn currency(row: &AnyRow, column: usize) -> Result<Currency, StoreError> {
    named(row, column, |code| code.parse().ok())
}

fn payment(row: &AnyRow) -> Result<PaymentRow, StoreError> {
    let wanted: Option<String> = row.try_get(12)?;
    let due_at: Option<i64> = row.try_get(13)?;
    let accept_key: Option<String> = row.try_get(18)?;
    let call_slot: Option<i64> = row.try_get(19)?;
    Ok(PaymentRow {
        offer_id: id(&row.try_get::<String, _>(0)?)?,
        version: whole(row, 1)?,
        revision: whole(row, 2)?,
        terms: PaymentTerms {
            method: named(row, 3, PaymentMethod::parse)?,
            customer: id(&row.try_get::<String, _>(4)?)?,
            expert: id(&row.try_get::<String, _>(5)?)?,
            price: Money::new(row.try_get(6)?, currency(row, 7)?),
            share_basis_points: whole(row, 8)?,
        },
        state: named(row, 9, PaymentState::parse)?,
        is_accepted: row.try_get::<i64, _>(10)? == 1,
        attempt: whole(row, 11)?,
        wanted: wanted.as_deref().and_then(PaymentStep::parse),
        due_at: due_at.map(timestamp).transpose()?,
        tries: whole(row, 14)?,
        external_id: row.try_get(15)?,
        checkout_id: row.try_get(16)?,
        checkout_url: row.try_get(17)?,
        accept_key: accept_key.as_deref().map(id).transpose()?,
        call_slot: call_slot.and_then(|slot| u32::try_from(slot).ok()),
        last_error: row.try_get(20)?,
        created_at: timestamp(row.try_get(21)?)?,
        changed_at: timestamp(row.try_get(22)?)?,
    })
}

impl Tx {
    /// The payment for a version of an offer, if it has begun.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn payment(&mut self, offer: OfferId, version: u32) -> Result<Option<PaymentRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM payment WHERE offer_id = $1 AND version = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(offer.to_string())
            .bind(i64::from(version))
            .fetch_optional(&mut *self.inner)
            .await?;
        row.as_ref().map(payment).transpose()
    }

    /// The payment that a processor knows by this id, of the payment or of the page where it is authorised.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn payment_by_external_id(&mut self, external_id: &str) -> Result<Option<PaymentRow>, StoreError> {
        for column in ["external_id", "checkout_id"] {
            let sql = format!("SELECT {COLUMNS} FROM payment WHERE {column} = $1");
            let row = sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(external_id)
                .fetch_optional(&mut *self.inner)
                .await?;
            if let Some(row) = row {
                return payment(&row).map(Some);
            }
        }
        Ok(None)
    }

    /// Payments whose processor is to be asked, longest due first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn due_payments(&mut self, now: Timestamp, limit: u32) -> Result<Vec<PaymentRow>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM payment WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(micros(now))
            .bind(i64::from(limit))
            .fetch_all(&mut *self.inner)
            .await?;
        rows.iter().map(payment).collect()
    }

    /// All payments in the order of their offers, a page from after one on.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn payments(&mut self, after: (&str, u32), limit: u32) -> Result<Vec<PaymentRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM payment WHERE offer_id > $1 OR (offer_id = $1 AND version > $2) \
             ORDER BY offer_id, version LIMIT $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after.0)
            .bind(i64::from(after.1))
            .bind(i64::from(limit))
            .fetch_all(&mut *self.inner)
            .await?;
        rows.iter().map(payment).collect()
    }

    /// How many payments stand where.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn payment_counts(&mut self) -> Result<Vec<PaymentCount>, StoreError> {
        let rows = sqlx::query("SELECT state, COUNT(*), COUNT(wanted_step) FROM payment GROUP BY state ORDER BY state")
            .fetch_all(&mut *self.inner)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(PaymentCount {
                    state: named(row, 0, PaymentState::parse)?,
                    count: whole(row, 1)?,
                    waiting: whole(row, 2)?,
                })
            })
            .collect()
    }

    /// Notes that a processor told of an event; `false` if it had told of it before. It is forgotten after 30 days, when
    /// no processor tells of it any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn insert_payment_event(&mut self, event_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let forget_at = now
            .saturating_add(SignedDuration::from_hours(24 * 30))
            .unwrap_or(Timestamp::MAX);
        let result = sqlx::query("INSERT INTO payment_event (id, forget_at) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(event_id)
            .bind(micros(forget_at))
            .execute(&mut *self.inner)
            .await
            .map_err(contended)?;
        Ok(result.rows_affected() == 1)
    }

    /// Writes a payment, new or changed, and moves its revision on.
    ///
    /// # Errors
    /// [`StoreError::Contended`] if another change was faster.
    pub async fn save_payment(&mut self, payment: &mut PaymentRow) -> Result<(), StoreError> {
        let is_new = payment.revision == 0;
        let sql = if is_new {
            format!(
                "INSERT INTO payment ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
                 $15, $16, $17, $18, $19, $20, $21, $22, $23)"
            )
        } else {
            "UPDATE payment SET revision = $3, state = $10, is_accepted = $11, attempt = $12, wanted_step = $13, \
             due_at = $14, tries = $15, external_id = $16, checkout_id = $17, checkout_url = $18, accept_key = $19, \
             call_slot = $20, last_error = $21, changed_at = $23, method = $4, customer_id = $5, expert_id = $6, \
             amount_minor = $7, currency = $8, share_basis_points = $9, created_at = $22 \
             WHERE offer_id = $1 AND version = $2 AND revision = $3 - 1"
                .to_owned()
        };
        let terms = &payment.terms;
        let result = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(payment.offer_id.to_string())
            .bind(i64::from(payment.version))
            .bind(i64::try_from(payment.revision + 1).unwrap_or(i64::MAX))
            .bind(terms.method.as_str())
            .bind(terms.customer.to_string())
            .bind(terms.expert.to_string())
            .bind(terms.price.amount_minor)
            .bind(terms.price.currency.code())
            .bind(i64::from(terms.share_basis_points))
            .bind(payment.state.as_str())
            .bind(i64::from(payment.is_accepted))
            .bind(i64::from(payment.attempt))
            .bind(payment.wanted.map(PaymentStep::as_str))
            .bind(payment.due_at.map(micros))
            .bind(i64::from(payment.tries))
            .bind(payment.external_id.as_deref())
            .bind(payment.checkout_id.as_deref())
            .bind(payment.checkout_url.as_deref())
            .bind(payment.accept_key.map(|key| key.to_string()))
            .bind(payment.call_slot.map(i64::from))
            .bind(payment.last_error.as_deref())
            .bind(micros(payment.created_at))
            .bind(micros(payment.changed_at))
            .execute(&mut *self.inner)
            .await
            .map_err(contended)?;
        if result.rows_affected() != 1 {
            return Err(StoreError::Contended);
        }
        payment.revision += 1;
        Ok(())
    }
}
