//! What the lifecycle does to money, as section 3 of the specification and the payment port have it.

mod spec;

use proffer_domain::{
    Money, OfferEventKind as E,
    offer::{PaymentState as P, PaymentStep, divide, payment_step},
};
use proptest::prelude::*;
use spec::{TABLE, TERMINAL};

/// Written from the specification: the events that move money, whatever the payment's state.
fn wanted(event: E, payment: Option<P>) -> Option<PaymentStep> {
    let is_under_way = payment == Some(P::Pending) || payment == Some(P::Authorised);
    match event {
        E::Accepted => Some(PaymentStep::Authorise),
        E::Completed => Some(PaymentStep::Capture),
        E::Cancelled if payment == Some(P::Captured) => Some(PaymentStep::Refund),
        E::Cancelled => Some(PaymentStep::Void),
        E::Declined | E::Revised | E::Withdrawn | E::Expired if is_under_way => Some(PaymentStep::Void),
        _ => None,
    }
}

#[test]
fn every_row_of_the_lifecycle_does_to_money_what_the_table_says() {
    let payments: Vec<Option<P>> = [None].into_iter().chain(P::ALL.map(Some)).collect();
    for row in TABLE {
        for payment in &payments {
            let case = format!("{:?} with {payment:?}", row.event);
            assert_eq!(payment_step(row.event, *payment), wanted(row.event, *payment), "{case}");
        }
        assert_eq!(payment_step(E::Sent, None), None, "an offer that is sent costs nothing");
    }
}

#[test]
fn no_state_that_ends_an_offer_leaves_money_set_aside() {
    for row in TABLE
        .iter()
        .filter(|row| row.to.is_some_and(|to| TERMINAL.contains(&to)))
    {
        let step = payment_step(row.event, Some(P::Authorised));
        let after = step.map(PaymentStep::leads_to);
        assert!(
            after.is_some_and(|state| state != P::Authorised),
            "{:?} leaves the amount authorised",
            row.event
        );
    }
}

#[test]
fn names_are_read_back() {
    for state in P::ALL {
        assert_eq!(P::parse(state.as_str()), Some(state));
    }
    for step in PaymentStep::ALL {
        assert_eq!(PaymentStep::parse(step.as_str()), Some(step));
    }
    assert_eq!((P::parse("paid"), PaymentStep::parse("")), (None, None));
}

proptest! {
    #[test]
    fn both_parts_of_a_price_make_the_whole(minor in 1..=i64::MAX, basis_points in 0..20_000_u32) {
        let price = Money::new(minor, "GBP".parse().expect("GBP"));
        let parts = divide(price, basis_points);
        prop_assert_eq!(i128::from(parts.expert.amount_minor) + i128::from(parts.platform.amount_minor), i128::from(minor));
        prop_assert!(parts.expert.amount_minor >= 0 && parts.platform.amount_minor >= 0);
        prop_assert_eq!(parts.platform, price.share(basis_points.min(10_000)));
    }
}
