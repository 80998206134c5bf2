//! Payment by card through Stripe: payment intents that are captured by hand.
//!
//! Within a transaction only what is wanted of Stripe is written down. After the commit Stripe is asked, after looking
//! where the payment stands there, and with a key that makes asking twice the same as asking once; so a time-out, a
//! crash or a repeated or late webhook is settled by asking again.

mod client;
mod webhook;

pub use client::{Checkout, CheckoutStatus, Intent, IntentStatus, StripeClient, StripeError};
pub use webhook::{Forged, StripeEvent, read_event, sign, verify};

use super::{Payments, Secret};
use crate::{
    flow::FlowError,
    store::{PaymentRow, Tx},
};
use async_trait::async_trait;
use jiff::Timestamp;
use proffer_domain::offer::{PaymentState, PaymentStep};
use proffer_protocol::{ErrorCode, Problem};
use url::Url;

/// Where Stripe is.
pub const STRIPE_URL: &str = "https://api.stripe.com/";

/// How a customer authorises a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// On a page of Stripe's, where the browser is sent: no card ever reaches this platform.
    Checkout,
    /// By a payment method that Stripe knows already, charged at once: for platforms that keep customers' cards there,
    /// and for stand-ins without Checkout.
    PaymentMethod(String),
}

/// What Stripe is used with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripeConfig {
    /// The secret key of the account there.
    pub key: Secret,
    /// What its webhooks are signed with.
    pub webhook_secret: Secret,
    /// Where it is.
    pub url: Url,
    /// How a customer authorises a payment.
    pub consent: Consent,
}

/// What a transaction does to a payment that is made through Stripe.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stripe;

/// Writes down what Stripe is to be asked for, from now on.
fn want(payment: &mut PaymentRow, step: PaymentStep, now: Timestamp) {
    payment.wanted = Some(step);
    payment.due_at = Some(now);
    payment.tries = 0;
    payment.last_error = None;
    payment.changed_at = now;
}

/// The customer has to pay first.
#[must_use]
pub fn payment_needed() -> FlowError {
    let detail = "This offer is accepted once its price is authorised: open its page and pay there.";
    FlowError::refused(Problem::new(ErrorCode::PaymentNeeded).with_detail(detail))
}

#[async_trait]
impl Payments for Stripe {
    /// Only what Stripe has confirmed to be set aside can be accepted on.
    async fn authorise(&self, tx: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError> {
        if payment.state != PaymentState::Authorised || payment.wanted.is_some() {
            return Err(payment_needed());
        }
        payment.is_accepted = true;
        super::settle(tx, payment, PaymentStep::Authorise, now).await
    }

    async fn capture(&self, _: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError> {
        want(payment, PaymentStep::Capture, now);
        Ok(())
    }

    async fn void(&self, _: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError> {
        want(payment, PaymentStep::Void, now);
        Ok(())
    }

    async fn refund(&self, _: &mut Tx, payment: &mut PaymentRow, now: Timestamp) -> Result<(), FlowError> {
        want(payment, PaymentStep::Refund, now);
        Ok(())
    }
}
