//! Payment as a port: accepting an offer authorises its price, completing captures it, cancelling voids or refunds it.
//!
//! A step is taken within the transaction of the transition that calls for it, so that a crash leaves neither without
//! the other. What that comes to is up to the port: *on account* writes the ledger and is done; a processor outside is
//! asked after the commit, again and again with the same key, until it is known what became of it.

mod on_account;
mod secret;
pub mod stripe;

pub use on_account::OnAccount;
pub use secret::Secret;

use crate::{
    flow::FlowError,
    store::{PaymentRow, Tx},
};
use async_trait::async_trait;
use jiff::Timestamp;
use proffer_domain::{OfferId, PaymentMethod, offer::PaymentStep};
use std::fmt;

/// Names one step of one payment, for good: asked for twice under the same key, it is done once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StepKey {
    /// For which offer.
    pub offer_id: OfferId,
    /// For which of its versions.
    pub version: u32,
    /// The how manieth time the customer is asked.
    pub attempt: u32,
    /// What is asked for.
    pub step: PaymentStep,
}

impl StepKey {
    /// The key of a payment's step.
    #[must_use]
    pub fn of(payment: &PaymentRow, step: PaymentStep) -> Self {
        Self {
            offer_id: payment.offer_id,
            version: payment.version,
            attempt: payment.attempt,
            step,
        }
    }
}

impl fmt::Display for StepKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = self.step.as_str();
        write!(f, "proffer/{}/{}/{}/{step}", self.offer_id, self.version, self.attempt)
    }
}

/// What moves an offer's money. Each call is part of the transaction `tx`: it changes the payment, which the caller
/// saves, and writes what else must become true with it.
#[async_trait]
pub trait Payments: Send + Sync + 'static {
    /// Sets the price aside for an offer that is being accepted.
    async fn authorise(&self, tx: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError>;

    /// Takes what is set aside, for the expert and the platform.
    async fn capture(&self, tx: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError>;

    /// Lets go what is set aside, or what the customer was asked for.
    async fn void(&self, tx: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError>;

    /// Gives back what was taken.
    async fn refund(&self, tx: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError>;
}

/// The port that a payment goes by.
#[must_use]
pub fn port(method: PaymentMethod) -> &'static dyn Payments {
    match method {
        PaymentMethod::OnAccount => &OnAccount,
        PaymentMethod::Stripe => &stripe::Stripe,
    }
}

/// Notes in the ledger, and on the payment, that a step is done.
pub(crate) async fn settle(
    tx: &mut Tx,
    payment: &mut PaymentRow,
    step: PaymentStep,
    now: Timestamp,
) -> Result<(), FlowError> {
    // What no offer was accepted on has never been in the ledger.
    if payment.is_accepted {
        tx.post(payment, step, now).await?;
    }
    payment.state = step.leads_to();
    payment.wanted = None;
    payment.due_at = None;
    payment.tries = 0;
    payment.last_error = None;
    payment.changed_at = now;
    Ok(())
}
