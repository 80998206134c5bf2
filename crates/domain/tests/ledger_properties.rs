//! Whatever happens to offers, the ledger balances, and nothing stays set aside for what has ended.

use proffer_domain::{
    AccountId, LedgerAccount, Money, OfferEventKind as E, PaymentMethod, PaymentTerms,
    offer::{PaymentState, divide, payment_step},
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

fn account(number: u8) -> AccountId {
    AccountId(Uuid::from_u128(u128::from(number)))
}

fn any_terms() -> impl Strategy<Value = PaymentTerms> {
    let currency = prop::sample::select(vec!["GBP", "JPY", "KWD"]);
    let method = prop::sample::select(vec![PaymentMethod::OnAccount, PaymentMethod::Stripe]);
    (
        method,
        0..3_u8,
        3..6_u8,
        1..=1_000_000_000_i64,
        currency,
        0..=10_000_u32,
    )
        .prop_map(
            |(method, customer, expert, minor, currency, share_basis_points)| PaymentTerms {
                method,
                customer: account(customer),
                expert: account(expert),
                price: Money::new(minor, currency.parse().expect("a currency")),
                share_basis_points,
            },
        )
}

/// Where an accepted offer may go.
fn any_end() -> impl Strategy<Value = Vec<E>> {
    prop::sample::select(vec![
        vec![],
        vec![E::Started],
        vec![E::Cancelled],
        vec![E::Started, E::Cancelled],
        vec![E::Started, E::Delivered],
        vec![E::Started, E::Delivered, E::Completed],
    ])
}

proptest! {
    #[test]
    fn any_history_balances_in_every_currency(orders in prop::collection::vec((any_terms(), any_end()), 0..30)) {
        let mut balances: BTreeMap<(&str, LedgerAccount), i64> = BTreeMap::new();
        let mut wanted: BTreeMap<(&str, LedgerAccount), i64> = BTreeMap::new();
        for (terms, end) in &orders {
            let mut payment: Option<PaymentState> = None;
            for event in [E::Sent, E::Viewed, E::Accepted].iter().chain(end) {
                let Some(step) = payment_step(*event, payment) else { continue };
                payment = Some(step.leads_to());
                for line in terms.transfers(step) {
                    prop_assert!(line.amount.amount_minor > 0 && line.debit != line.credit);
                    let currency = line.amount.currency.code();
                    *balances.entry((currency, line.debit)).or_default() += line.amount.amount_minor;
                    *balances.entry((currency, line.credit)).or_default() -= line.amount.amount_minor;
                }
            }
            let currency = terms.price.currency.code();
            let mut add = |account, minor| *wanted.entry((currency, account)).or_default() += minor;
            match end.last() {
                Some(E::Cancelled) => {}
                Some(E::Completed) => {
                    let parts = divide(terms.price, terms.share_basis_points);
                    add(LedgerAccount::Expert(terms.expert), -parts.expert.amount_minor);
                    add(LedgerAccount::Platform, -parts.platform.amount_minor);
                    add(payer(terms), terms.price.amount_minor);
                }
                _ => {
                    add(LedgerAccount::Held(terms.customer), -terms.price.amount_minor);
                    add(payer(terms), terms.price.amount_minor);
                }
            }
        }
        for currency in ["GBP", "JPY", "KWD"] {
            let sum: i64 = balances.iter().filter(|((code, _), _)| *code == currency).map(|(_, minor)| minor).sum();
            prop_assert_eq!(sum, 0, "{}", currency);
        }
        balances.retain(|_, minor| *minor != 0);
        wanted.retain(|_, minor| *minor != 0);
        prop_assert_eq!(balances, wanted);
    }

    #[test]
    fn a_refund_undoes_a_capture_to_the_minor_unit(terms in any_terms()) {
        use proffer_domain::offer::PaymentStep as P;
        let mut balances: BTreeMap<LedgerAccount, i64> = BTreeMap::new();
        for line in [P::Authorise, P::Capture, P::Refund].into_iter().flat_map(|step| terms.transfers(step)) {
            *balances.entry(line.debit).or_default() += line.amount.amount_minor;
            *balances.entry(line.credit).or_default() -= line.amount.amount_minor;
        }
        prop_assert!(balances.values().all(|minor| *minor == 0), "{:?}", balances);
    }
}

fn payer(terms: &PaymentTerms) -> LedgerAccount {
    match terms.method {
        PaymentMethod::OnAccount => LedgerAccount::Customer(terms.customer),
        PaymentMethod::Stripe => LedgerAccount::Processor,
    }
}

#[test]
fn names_of_accounts_are_read_back() {
    for named in [
        LedgerAccount::Customer(account(1)),
        LedgerAccount::Held(account(2)),
        LedgerAccount::Expert(account(3)),
        LedgerAccount::Platform,
        LedgerAccount::Processor,
    ] {
        assert_eq!(named.to_string().parse(), Ok(named));
    }
    for none in ["", "platform/", "customer/x", "bank", "expert"] {
        assert!(none.parse::<LedgerAccount>().is_err(), "{none}");
    }
}
