//! The ledger in double entry: which account gives and which receives in each step of a payment.
//!
//! A [`Transfer`] takes one amount from one account to another, so whatever is made of transfers balances to zero in
//! every currency. A debit raises what somebody owes the platform, a credit what the platform owes somebody.

use crate::{
    AccountId, Money,
    offer::{Division, PaymentStep, divide},
};
use std::{fmt, str::FromStr};

/// Who answers for the customer's side of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentMethod {
    /// The customer owes the amount until the operator settles with them.
    OnAccount,
    /// The card processor Stripe holds and pays out the amount.
    Stripe,
}

impl PaymentMethod {
    /// The name in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnAccount => "on_account",
            Self::Stripe => "stripe",
        }
    }

    /// Reads a name made by [`PaymentMethod::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::OnAccount, Self::Stripe]
            .into_iter()
            .find(|method| method.as_str() == name)
    }
}

/// An account of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LedgerAccount {
    /// What a customer owes.
    Customer(AccountId),
    /// What is set aside for a customer's orders that are under way.
    Held(AccountId),
    /// What an expert has earned.
    Expert(AccountId),
    /// What the platform has earned.
    Platform,
    /// What the card processor holds or owes.
    Processor,
}

impl LedgerAccount {
    /// Whether its usual balance is a credit: what the platform owes or has earned.
    #[must_use]
    pub fn is_credit(self) -> bool {
        matches!(self, Self::Held(_) | Self::Expert(_) | Self::Platform)
    }
}

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer(id) => write!(f, "customer/{id}"),
            Self::Held(id) => write!(f, "held/{id}"),
            Self::Expert(id) => write!(f, "expert/{id}"),
            Self::Platform => f.write_str("platform"),
            Self::Processor => f.write_str("processor"),
        }
    }
}

/// A text that names no account of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write customer/ID, held/ID, expert/ID, platform or processor")]
pub struct NoLedgerAccount;

impl FromStr for LedgerAccount {
    type Err = NoLedgerAccount;
    fn from_str(text: &str) -> Result<Self, NoLedgerAccount> {
        let id = |id: &str| id.parse().map_err(|_| NoLedgerAccount);
        match text.split_once('/') {
            Some(("customer", rest)) => Ok(Self::Customer(id(rest)?)),
            Some(("held", rest)) => Ok(Self::Held(id(rest)?)),
            Some(("expert", rest)) => Ok(Self::Expert(id(rest)?)),
            None if text == "platform" => Ok(Self::Platform),
            None if text == "processor" => Ok(Self::Processor),
            _ => Err(NoLedgerAccount),
        }
    }
}

/// One line of the ledger: an amount above zero from one account to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Raised by the amount on its debit side.
    pub debit: LedgerAccount,
    /// Raised by the amount on its credit side.
    pub credit: LedgerAccount,
    /// How much.
    pub amount: Money,
}

/// Whose money it is, and how it is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentTerms {
    /// Who answers for the customer's side.
    pub method: PaymentMethod,
    /// Who pays.
    pub customer: AccountId,
    /// Who earns.
    pub expert: AccountId,
    /// The whole price.
    pub price: Money,
    /// The platform's share as it was when the payment began.
    pub share_basis_points: u32,
}

impl PaymentTerms {
    /// The lines that a step writes. None of zero: a platform without a share has no line.
    #[must_use]
    pub fn transfers(&self, step: PaymentStep) -> Vec<Transfer> {
        let payer = match self.method {
            PaymentMethod::OnAccount => LedgerAccount::Customer(self.customer),
            PaymentMethod::Stripe => LedgerAccount::Processor,
        };
        let held = LedgerAccount::Held(self.customer);
        let Division { expert, platform } = divide(self.price, self.share_basis_points);
        let lines = match step {
            PaymentStep::Authorise => vec![(payer, held, self.price)],
            PaymentStep::Void => vec![(held, payer, self.price)],
            PaymentStep::Capture => vec![
                (held, LedgerAccount::Expert(self.expert), expert),
                (held, LedgerAccount::Platform, platform),
            ],
            PaymentStep::Refund => vec![
                (LedgerAccount::Expert(self.expert), payer, expert),
                (LedgerAccount::Platform, payer, platform),
            ],
        };
        lines
            .into_iter()
            .filter(|(_, _, amount)| amount.amount_minor != 0)
            .map(|(debit, credit, amount)| Transfer { debit, credit, amount })
            .collect()
    }
}
