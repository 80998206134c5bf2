//! The ledger: rows that are only ever added, each from one account to another. The database itself refuses to change
//! them.

use super::{
    StoreError, Tx, contended, id, micros,
    payments::{PaymentRow, currency, named, whole},
    timestamp,
};
use jiff::Timestamp;
use proffer_domain::{LedgerAccount, Money, OfferId, Transfer, offer::PaymentStep};
use sqlx::{Row, any::AnyRow};

/// A line of the ledger as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// For which offer.
    pub offer_id: OfferId,
    /// For which of its versions.
    pub version: u32,
    /// By which step of its payment.
    pub step: PaymentStep,
    /// From which account to which, and how much.
    pub transfer: Transfer,
    /// When.
    pub at: Timestamp,
}

/// An account's balance in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerBalance {
    /// Whose.
    pub account: LedgerAccount,
    /// Debits less credits.
    pub balance: Money,
}

fn account(row: &AnyRow, column: usize) -> Result<LedgerAccount, StoreError> {
    named(row, column, |text| text.parse().ok())
}

const COLUMNS: &str = "offer_id, version, step, debit_account, credit_account, amount_minor, currency, at";

fn entry(row: &AnyRow) -> Result<LedgerRow, StoreError> {
    Ok(LedgerRow {
        offer_id: id(&row.try_get::<String, _>(0)?)?,
        version: whole(row, 1)?,
        step: named(row, 2, PaymentStep::parse)?,
        transfer: Transfer {
            debit: account(row, 3)?,
            credit: account(row, 4)?,
            amount: Money::new(row.try_get(5)?, currency(row, 6)?),
        },
        at: timestamp(row.try_get(7)?)?,
    })
}

impl Tx {
    /// Writes the lines of a payment's step. A step is written once: its key is the offer, the version and the step.
    ///
    /// # Errors
    /// [`StoreError::Contended`] if it is written already.
    pub async fn post(&mut self, payment: &PaymentRow, step: PaymentStep, at: Timestamp) -> Result<(), StoreError> {
        for (transfer, line) in payment.terms.transfers(step).iter().zip(1_i64..) {
            sqlx::query(
                "INSERT INTO ledger_entry (offer_id, version, step, line, debit_account, credit_account, \
                 amount_minor, currency, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(payment.offer_id.to_string())
            .bind(i64::from(payment.version))
            .bind(step.as_str())
            .bind(line)
            .bind(transfer.debit.to_string())
            .bind(transfer.credit.to_string())
            .bind(transfer.amount.amount_minor)
            .bind(transfer.amount.currency.code())
            .bind(micros(at))
            .execute(&mut *self.inner)
            .await
            .map_err(contended)?;
        }
        Ok(())
    }

    /// Every account's balance in every currency it was used in, by account.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ledger_balances(&mut self) -> Result<Vec<LedgerBalance>, StoreError> {
        let rows = sqlx::query(
            "SELECT account, currency, CAST(SUM(amount_minor) AS BIGINT) FROM (\
             SELECT debit_account AS account, currency, amount_minor FROM ledger_entry UNION ALL \
             SELECT credit_account AS account, currency, -amount_minor AS amount_minor FROM ledger_entry) AS entries \
             GROUP BY account, currency ORDER BY account, currency",
        )
        .fetch_all(&mut *self.inner)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(LedgerBalance {
                    account: account(row, 0)?,
                    balance: Money::new(row.try_get(2)?, currency(row, 1)?),
                })
            })
            .collect()
    }

    /// The newest lines of an account, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ledger_statement(&mut self, account: LedgerAccount, limit: u32) -> Result<Vec<LedgerRow>, StoreError> {
        // One half an index: an OR over both columns would go through the whole table.
        let sql = format!(
            "SELECT * FROM (SELECT {COLUMNS} FROM ledger_entry WHERE debit_account = $1 UNION ALL \
             SELECT {COLUMNS} FROM ledger_entry WHERE credit_account = $1) AS lines \
             ORDER BY at DESC, offer_id DESC, step DESC LIMIT $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(account.to_string())
            .bind(i64::from(limit))
            .fetch_all(&mut *self.inner)
            .await?;
        rows.iter().map(entry).collect()
    }

    /// The lines of one payment, in the order they were written.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ledger_of(&mut self, offer: OfferId, version: u32) -> Result<Vec<LedgerRow>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM ledger_entry WHERE offer_id = $1 AND version = $2 ORDER BY at, step, line");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(offer.to_string())
            .bind(i64::from(version))
            .fetch_all(&mut *self.inner)
            .await?;
        rows.iter().map(entry).collect()
    }

    /// Lines that no payment accounts for.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ledger_without_payment(&mut self, limit: u32) -> Result<Vec<LedgerRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM ledger_entry WHERE NOT EXISTS (SELECT 1 FROM payment \
             WHERE payment.offer_id = ledger_entry.offer_id AND payment.version = ledger_entry.version) LIMIT $1"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(i64::from(limit))
            .fetch_all(&mut *self.inner)
            .await?;
        rows.iter().map(entry).collect()
    }

    /// Offers that are under way with no accepted payment.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn offers_without_payment(&mut self, limit: u32) -> Result<Vec<OfferId>, StoreError> {
        let rows = sqlx::query(
            "SELECT id FROM document WHERE entity = 'offer' AND state IN ('accepted', 'in_progress', 'delivered') \
             AND NOT EXISTS (SELECT 1 FROM payment WHERE payment.offer_id = document.id AND payment.is_accepted = 1) \
             ORDER BY id LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&mut *self.inner)
        .await?;
        rows.iter().map(|row| id(&row.try_get::<String, _>(0)?)).collect()
    }
}
