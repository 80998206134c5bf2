//! What each event of the lifecycle does to an offer's money: set aside when it is accepted, divided when it is
//! completed, given back when it is cancelled.

use super::OfferEventKind;
use crate::Money;

/// Where the payment for one version of an offer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentState {
    /// The customer was asked to authorise it; whether they have is not known yet.
    Pending,
    /// The amount is set aside for this offer.
    Authorised,
    /// The amount was taken and divided.
    Captured,
    /// What was set aside, or asked for, was let go.
    Voided,
    /// What had been taken was given back.
    Refunded,
    /// It was refused: nothing is set aside.
    Failed,
}

impl PaymentState {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Authorised,
        Self::Captured,
        Self::Voided,
        Self::Refunded,
        Self::Failed,
    ];

    /// The name in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Authorised => "authorised",
            Self::Captured => "captured",
            Self::Voided => "voided",
            Self::Refunded => "refunded",
            Self::Failed => "failed",
        }
    }

    /// Reads a name made by [`PaymentState::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// One step of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentStep {
    /// Set the price aside.
    Authorise,
    /// Take what is set aside, for the expert and the platform.
    Capture,
    /// Let go what is set aside.
    Void,
    /// Give back what was taken.
    Refund,
}

impl PaymentStep {
    /// All steps.
    pub const ALL: [Self; 4] = [Self::Authorise, Self::Capture, Self::Void, Self::Refund];

    /// The name in the database and in idempotency keys.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorise => "authorise",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }

    /// Reads a name made by [`PaymentStep::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }

    /// Where a payment stands once this step is done.
    #[must_use]
    pub fn leads_to(self) -> PaymentState {
        match self {
            Self::Authorise => PaymentState::Authorised,
            Self::Capture => PaymentState::Captured,
            Self::Void => PaymentState::Voided,
            Self::Refund => PaymentState::Refunded,
        }
    }
}

/// What an event does to the money of the version it happens to, whose payment stands at `payment`; `None` if nothing.
///
/// An authorisation that is under way, or that came too late, is voided by whatever closes the offer.
#[must_use]
pub fn payment_step(event: OfferEventKind, payment: Option<PaymentState>) -> Option<PaymentStep> {
    use OfferEventKind as E;
    match event {
        E::Accepted => Some(PaymentStep::Authorise),
        E::Completed => Some(PaymentStep::Capture),
        E::Cancelled if payment == Some(PaymentState::Captured) => Some(PaymentStep::Refund),
        E::Cancelled => Some(PaymentStep::Void),
        E::Declined | E::Revised | E::Withdrawn | E::Expired => {
            let is_under_way = matches!(payment, Some(PaymentState::Pending | PaymentState::Authorised));
            is_under_way.then_some(PaymentStep::Void)
        }
        E::Sent | E::Viewed | E::Held | E::Reconsidered | E::Started | E::Delivered => None,
    }
}

/// A price divided: both parts make the whole to the minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    /// What the expert earns.
    pub expert: Money,
    /// What the platform keeps.
    pub platform: Money,
}

/// Divides a price: the platform's share by [`Money::share`], the rest for the expert. A share above the whole is the
/// whole.
#[must_use]
pub fn divide(price: Money, share_basis_points: u32) -> Division {
    let platform = price.share(share_basis_points.min(10_000));
    let expert = price.minus(platform).unwrap_or(Money::new(0, price.currency));
    Division { expert, platform }
}
