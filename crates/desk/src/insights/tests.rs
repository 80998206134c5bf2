//! What is counted and summed, and how.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::*;
use crate::insights::csv::record;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn money(minor: i64, code: &str) -> Money {
    Money::new(minor, code.parse().unwrap())
}

fn offer(price: Money, sent_at: &str) -> Fared {
    Fared {
        kind: ServiceKind::LetterTemplates,
        category: None,
        template: None,
        state: OfferState::Sent,
        price,
        sent_at: at(sent_at),
        viewed_at: None,
        accepted_at: None,
        completed_at: None,
    }
}

fn accepted(price: Money, sent_at: &str, accepted_at: &str) -> Fared {
    Fared {
        state: OfferState::Accepted,
        accepted_at: Some(at(accepted_at)),
        ..offer(price, sent_at)
    }
}

fn four_fifths(price: Money) -> Money {
    price.minus(price.share(2_000)).unwrap()
}

#[test]
fn a_rate_is_rounded_and_none_of_nothing() {
    let now = "2026-11-01T00:00:00Z";
    let of = |sent: usize, taken: usize| {
        let offers: Vec<_> = (0..sent)
            .map(|at| match at < taken {
                true => accepted(money(500, "GBP"), now, now),
                false => offer(money(500, "GBP"), now),
            })
            .collect();
        count(&offers)
    };
    assert_eq!(of(0, 0).accepted_percent, None);
    for (sent, taken, percent) in [(1, 0, 0), (3, 1, 33), (3, 2, 67), (200, 1, 1), (7, 7, 100)] {
        let counts = of(sent, taken);
        assert_eq!(counts.accepted_percent, Some(percent), "{taken} of {sent}");
        assert_eq!(counts.viewed, counts.accepted);
    }
}

#[test]
fn times_to_accept_are_by_the_nearest_rank() {
    let taken = |hours: i64| {
        let sent = at("2026-11-01T00:00:00Z");
        Fared {
            accepted_at: Some(sent + jiff::SignedDuration::from_hours(hours)),
            ..offer(money(500, "GBP"), "2026-11-01T00:00:00Z")
        }
    };
    let mut offers = vec![offer(money(500, "GBP"), "2026-11-01T00:00:00Z")];
    assert_eq!(accept_seconds(&offers, 50), None);
    offers.push(taken(5));
    assert_eq!(accept_seconds(&offers, 50), Some(5 * 3_600));
    assert_eq!(accept_seconds(&offers, 90), Some(5 * 3_600));
    offers.extend((1..=9).rev().map(taken));
    // 1, 2, 3, 4, 5, 5, 6, 7, 8, 9
    assert_eq!(accept_seconds(&offers, 50), Some(5 * 3_600));
    assert_eq!(accept_seconds(&offers, 90), Some(8 * 3_600));
}

#[test]
fn price_bands_are_each_currencys_own_and_end_with_its_offers() {
    let sent = "2026-11-01T00:00:00Z";
    let offers = [
        offer(money(4_999, "GBP"), sent),
        offer(money(5_000, "GBP"), sent),
        offer(money(19_999, "GBP"), sent),
        accepted(money(20_000, "GBP"), sent, sent),
        offer(money(60_000, "JPY"), sent),
        offer(money(123_456, "KWD"), sent),
    ];
    let prices = prices(&offers, Spoken::English);
    let codes: Vec<_> = prices.iter().map(|price| price.currency.as_str()).collect();
    assert_eq!(codes, ["GBP", "JPY", "KWD"]);
    let pounds: Vec<_> = prices[0]
        .bands
        .iter()
        .map(|band| (band.from_text.as_str(), band.below_text.as_deref(), band.counts.sent))
        .collect();
    assert_eq!(
        pounds,
        [
            ("£0.00", Some("£50.00"), 1),
            ("£50.00", Some("£100.00"), 1),
            ("£100.00", Some("£200.00"), 1),
            ("£200.00", Some("£500.00"), 1),
        ]
    );
    assert_eq!(prices[0].bands[3].counts.accepted, 1);
    assert_eq!(prices[1].bands.len(), 1);
    assert_eq!(
        (prices[1].bands[0].from_text.as_str(), &prices[1].bands[0].below_text),
        ("¥50,000", &None)
    );
    assert_eq!(prices[2].bands[0].from_text, "KWD 100.000");
}

#[test]
fn earnings_never_mix_currencies_and_add_each_offers_net() {
    let zone = TimeZone::UTC;
    let now = at("2026-11-23T12:00:00Z");
    let completed = Fared {
        state: OfferState::Completed,
        completed_at: Some(at("2026-11-02T10:00:00Z")),
        ..accepted(money(999, "GBP"), "2026-10-01T00:00:00Z", "2026-10-31T23:59:59Z")
    };
    let cancelled = Fared {
        state: OfferState::Cancelled,
        ..accepted(money(70_000, "GBP"), "2026-10-01T00:00:00Z", "2026-10-05T00:00:00Z")
    };
    let offers = [
        completed,
        cancelled,
        accepted(money(999, "GBP"), "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        accepted(money(15_001, "JPY"), "2026-10-01T00:00:00Z", "2026-11-10T00:00:00Z"),
        offer(money(1_000, "EUR"), "2026-10-01T00:00:00Z"),
    ];
    let earnings = earnings(&offers, None, now, &zone, Spoken::English, four_fifths);
    let codes: Vec<_> = earnings.iter().map(|one| one.currency.as_str()).collect();
    assert_eq!(codes, ["GBP", "JPY"]);
    let pounds = &earnings[0];
    assert_eq!(pounds.accepted.text, "£19.98");
    // The share of each 9.99 is 2.00, so 7.99 is left of each.
    assert_eq!(
        pounds.accepted.net_minor,
        2 * four_fifths(money(999, "GBP")).amount_minor
    );
    assert_eq!(pounds.completed.text, "£9.99");
    let months: Vec<_> = pounds
        .months
        .iter()
        .map(|month| (month.month.as_str(), month.accepted.minor, month.completed.minor))
        .collect();
    assert_eq!(months, [("2026-10", 999, 0), ("2026-11", 999, 999)]);
    let yen = &earnings[1];
    assert_eq!(
        (yen.accepted.text.as_str(), yen.completed.text.as_str()),
        ("¥15,001", "¥0")
    );
    assert_eq!(yen.months.len(), 1);
}

#[test]
fn months_are_those_where_the_expert_is_and_none_is_left_out() {
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    let now = at("2026-11-30T15:30:00Z");
    let begin = begins(InsightsPeriod::Months12, now, &tokyo);
    let offers = [accepted(
        money(5_000, "JPY"),
        "2026-05-01T00:00:00Z",
        "2026-05-31T15:00:00Z",
    )];
    let earnings = earnings(&offers, begin, now, &tokyo, Spoken::English, four_fifths);
    let months: Vec<_> = earnings[0].months.iter().map(|month| month.month.as_str()).collect();
    // It is December already in Tokyo.
    assert_eq!(months.first(), Some(&"2025-12"));
    assert_eq!(months.last(), Some(&"2026-12"));
    assert_eq!(months.len(), 13);
    let taken = earnings[0]
        .months
        .iter()
        .find(|month| month.accepted.minor > 0)
        .unwrap();
    assert_eq!(taken.month, "2026-06");
}

#[test]
fn groups_come_with_the_largest_first() {
    let sent = "2026-11-01T00:00:00Z";
    let named = |name: Option<&str>| Fared {
        template: name.map(str::to_owned),
        ..offer(money(500, "GBP"), sent)
    };
    let offers = [named(None), named(Some("B")), named(Some("A")), named(Some("B"))];
    let groups = group(&offers, |offer| offer.template.clone());
    let names: Vec<_> = groups
        .iter()
        .map(|(name, counts)| (name.as_deref(), counts.sent))
        .collect();
    assert_eq!(names, [(Some("B"), 2), (None, 1), (Some("A"), 1)]);
}

#[test]
fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
    assert_eq!(
        record(["plain", "a,b", "say \"hi\"", "two\nlines", ""]),
        "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\r\n"
    );
    for start in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1"] {
        assert_eq!(record([start]), format!("'{start}\r\n"));
    }
    assert_eq!(record(["\r=1"]), "\"'\r=1\"\r\n");
    assert_eq!(record(["=\"x\""]), "\"'=\"\"x\"\"\"\r\n");
}
