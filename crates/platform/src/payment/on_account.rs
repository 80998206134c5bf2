//! *On account*: the customer owes, the expert has earned, and the operator settles with both outside. The ledger is the
//! whole payment, so every step is done when its transaction is.

use super::{Payments, settle};
use crate::{
    flow::FlowError,
    store::{PaymentRow, Tx},
};
use async_trait::async_trait;
use jiff::Timestamp;
use proffer_domain::offer::PaymentStep;

/// The default.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnAccount;

#[async_trait]
impl Payments for OnAccount {
    async fn authorise(&self, tx: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError> {
        payment.is_accepted = true;
        settle(tx, payment, PaymentStep::Authorise, now).await
    }

    async fn capture(&self, tx: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError> {
        settle(tx, payment, PaymentStep::Capture, now).await
    }

    async fn void(&self, tx: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError> {
        settle(tx, payment, PaymentStep::Void, now).await
    }

    async fn refund(&self, tx: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError> {
        settle(tx, payment, PaymentStep::Refund, now).await
    }
}
