//! Money is an integer in every currency, read as it was written, and never guessed.

use proffer_domain::{Currency, Money, MoneyError};
use proptest::prelude::*;
use std::{fs, path::Path};

/// Every currency of ISO 4217 that has minor units.
fn currencies() -> Vec<Currency> {
    let letters = || 'A'..='Z';
    letters()
        .flat_map(|first| letters().flat_map(move |second| letters().map(move |third| [first, second, third])))
        .filter_map(|code| code.iter().collect::<String>().parse().ok())
        .collect()
}

fn any_currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(currencies())
}

/// Amounts of all sizes: most tests of an `i64` would see only giants.
fn any_amount() -> impl Strategy<Value = i64> {
    prop_oneof![0..2_000_i64, 0..5_000_000_i64, 0..=i64::MAX, Just(i64::MAX)]
}

/// What people, and those who mean harm, could type into the field.
fn any_typing() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9.,' £€$+-]{0,24}",
        "(GBP|EUR|£|¥)? ?[0-9]{1,4}([.,][0-9]{1,4}){0,4} ?(GBP|KWD|€)?",
        ".{0,40}",
    ]
}

#[test]
fn the_world_has_currencies_with_0_2_3_and_4_decimals() {
    let all = currencies();
    assert!(all.len() > 150, "{} currencies", all.len());
    for (decimals, code) in [(0, "JPY"), (2, "GBP"), (3, "KWD"), (4, "CLF")] {
        let currency: Currency = code.parse().expect(code);
        assert_eq!(currency.decimals(), decimals, "{code}");
    }
    for not in ["XAU", "XXX", "gbp", "GB", "GBPX", "", "£££"] {
        assert_eq!(not.parse::<Currency>(), Err(MoneyError::UnknownCurrency), "{not}");
    }
}

#[test]
fn small_amounts_of_every_currency_are_read_back_from_their_edit_field() {
    for currency in currencies() {
        for amount in (0..1_300).chain((1_300..1_300_000).step_by(997)) {
            let money = Money::new(amount, currency);
            assert_eq!(Money::parse(&money.plain(), currency), Ok(money), "{}", money.plain());
        }
    }
}

#[test]
fn a_separator_that_could_mean_either_is_asked_about() {
    for (code, text) in [("KWD", "1,234"), ("CLF", "1.234"), ("CLF", "1,234")] {
        let currency: Currency = code.parse().expect(code);
        assert_eq!(
            Money::parse(text, currency),
            Err(MoneyError::Ambiguous),
            "{code} {text}"
        );
    }
    let pounds: Currency = "GBP".parse().expect("pounds");
    // Nobody groups thousands behind a zero: these are three decimals, not hundreds of pounds.
    for text in ["0.500", "0,500", "00.500"] {
        assert_eq!(Money::parse(text, pounds), Err(MoneyError::TooManyDecimals), "{text}");
    }
}

proptest! {
    #[test]
    fn an_amount_is_read_back_from_its_plain_form(amount in any_amount(), currency in any_currency()) {
        let money = Money::new(amount, currency);
        let plain = money.plain();
        prop_assert_eq!(Money::parse(&plain, currency), Ok(money), "{}", plain);
        let decimals = plain.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        prop_assert_eq!(decimals, currency.decimals() as usize);
    }

    #[test]
    fn an_amount_is_read_back_from_how_people_see_it(amount in any_amount(), currency in any_currency()) {
        let money = Money::new(amount, currency);
        let shown = money.to_string();
        // A form that could be read in two ways may be asked about, but is never read as another amount.
        match Money::parse(&shown, currency) {
            Ok(read) => prop_assert_eq!(read, money, "{}", shown),
            Err(error) => prop_assert_eq!(error, MoneyError::Ambiguous, "{}", shown),
        }
    }

    #[test]
    fn nothing_typed_makes_the_reading_panic_or_the_amount_negative(text in any_typing(), currency in any_currency()) {
        if let Ok(money) = Money::parse(&text, currency) {
            prop_assert!(money.amount_minor >= 0, "{text:?} gave {money}");
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            let typed = digits(&text);
            let kept = digits(&money.plain());
            prop_assert!(
                kept.trim_matches('0').contains(typed.trim_matches('0')),
                "{text:?} gave {money}: digits were lost"
            );
        }
    }

    #[test]
    fn an_amount_on_the_wire_is_an_integer_and_comes_back(amount in any::<i64>(), currency in any_currency()) {
        let money = Money::new(amount, currency);
        let wire = serde_json::to_value(money).expect("a document");
        prop_assert_eq!(&wire["amount_minor"], &serde_json::json!(amount));
        prop_assert_eq!(&wire["currency"], &serde_json::json!(currency.code()));
        prop_assert_eq!(serde_json::from_value::<Money>(wire).ok(), Some(money));
    }

    #[test]
    fn a_fraction_of_a_minor_unit_is_refused_on_the_wire(amount in 0..1_000_000_i64, hundredth in 1..100_u8) {
        let wire = format!(r#"{{"amount_minor":{amount}.{hundredth:02},"currency":"GBP"}}"#);
        prop_assert!(serde_json::from_str::<Money>(&wire).is_err(), "{wire}");
    }

    #[test]
    fn the_share_and_the_rest_make_the_whole(
        amount in any_amount(),
        currency in any_currency(),
        basis_points in 0..=10_000_u32,
    ) {
        let price = Money::new(amount, currency);
        let share = price.share(basis_points);
        let rest = price.minus(share).expect("the same currency");
        prop_assert!((0..=amount).contains(&share.amount_minor), "{price} {share}");
        prop_assert!((0..=amount).contains(&rest.amount_minor), "{price} {rest}");
        prop_assert_eq!(share.amount_minor + rest.amount_minor, amount);
        // Rounded half up: no more than half a unit away from the exact share.
        let exact = i128::from(amount) * i128::from(basis_points);
        let off = i128::from(share.amount_minor) * 10_000 - exact;
        prop_assert!((-4_999..=5_000).contains(&off), "{price} {share}");
    }

    #[test]
    fn a_share_never_panics_and_keeps_its_side_of_zero(amount in any::<i64>(), basis_points in any::<u32>()) {
        let share = Money::new(amount, "EUR".parse().expect("euros")).share(basis_points);
        prop_assert!(share.amount_minor == 0 || (share.amount_minor < 0) == (amount < 0), "{amount} gave {share}");
    }

    #[test]
    fn amounts_of_two_currencies_are_never_subtracted(amount in any::<i64>(), one in any_currency(), other in any_currency()) {
        let difference = Money::new(amount, one).minus(Money::new(amount, other));
        prop_assert_eq!(difference, (one == other).then(|| Money::new(0, one)));
    }
}

#[test]
fn the_rules_know_no_float() {
    let mut files = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let text = fs::read_to_string(&path).expect("a source file");
            for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
                let is_float_literal = word.ends_with("f32") || word.ends_with("f64");
                assert!(!is_float_literal, "{} has {word}", path.display());
            }
        }
    }
    assert!(files > 10, "only {files} files were read");
}
