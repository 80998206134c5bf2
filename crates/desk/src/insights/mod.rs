//! How offers fared, as pure functions over their facts: counts, times, sums. Every sum is of integer minor units of one
//! currency.

pub(crate) mod csv;
#[cfg(test)]
mod tests;

use crate::{
    api::insights::{
        InsightsAmount, InsightsBand, InsightsCounts, InsightsEarnings, InsightsMonth, InsightsPeriod, InsightsPrices,
    },
    spoken::Spoken,
};
use jiff::{Span, civil::Date, tz::TimeZone};
use proffer_domain::{Currency, Money, OfferState, ServiceKind, Timestamp};
use std::collections::BTreeMap;

/// Where price bands begin, in minor units of a currency with up to two decimals: 0, 50, 100, 200, 500 pounds, or 0 to
/// 50,000 yen.
const BANDS_MINOR: [i64; 5] = [0, 5_000, 10_000, 20_000, 50_000];

/// What is counted of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fared {
    pub(crate) kind: ServiceKind,
    pub(crate) category: Option<String>,
    pub(crate) template: Option<String>,
    pub(crate) state: OfferState,
    pub(crate) price: Money,
    pub(crate) sent_at: Timestamp,
    pub(crate) viewed_at: Option<Timestamp>,
    pub(crate) accepted_at: Option<Timestamp>,
    pub(crate) completed_at: Option<Timestamp>,
}

/// When a period begins for somebody in this zone; `None` for the one without a beginning.
pub(crate) fn begins(period: InsightsPeriod, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let span = match period {
        InsightsPeriod::Days30 => Span::new().days(30),
        InsightsPeriod::Days90 => Span::new().days(90),
        InsightsPeriod::Months12 => Span::new().months(12),
        InsightsPeriod::All => return None,
    };
    let here = now.to_zoned(zone.clone());
    Some(here.checked_sub(span).map_or(Timestamp::MIN, |then| then.timestamp()))
}

/// Whether a moment lies in a period that begins at `begin`.
pub(crate) fn is_within(at: Timestamp, begin: Option<Timestamp>) -> bool {
    begin.is_none_or(|begin| begin <= at)
}

/// How far these offers came. An acceptance counts although the order was cancelled later.
pub(crate) fn count<'a>(offers: impl IntoIterator<Item = &'a Fared>) -> InsightsCounts {
    let mut counts = InsightsCounts::default();
    for offer in offers {
        counts.sent += 1;
        // Who accepted has seen it, even if the page's opening was not told.
        counts.viewed += u32::from(offer.viewed_at.is_some() || offer.accepted_at.is_some());
        counts.accepted += u32::from(offer.accepted_at.is_some());
    }
    let (accepted, sent) = (u64::from(counts.accepted), u64::from(counts.sent));
    counts.accepted_percent = (accepted * 200 + sent)
        .checked_div(sent * 2)
        .and_then(|percent| u32::try_from(percent).ok());
    counts
}

/// Groups offers by what `key` says of them, the largest group first.
pub(crate) fn group<K: Ord>(offers: &[Fared], key: impl Fn(&Fared) -> K) -> Vec<(K, InsightsCounts)> {
    let mut groups: BTreeMap<K, Vec<&Fared>> = BTreeMap::new();
    for offer in offers {
        groups.entry(key(offer)).or_default().push(offer);
    }
    let mut counted: Vec<_> = groups.into_iter().map(|(key, offers)| (key, count(offers))).collect();
    counted.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.sent));
    counted
}

/// The seconds within which this share of the accepted offers was accepted: the nearest rank.
pub(crate) fn accept_seconds(offers: &[Fared], percent: usize) -> Option<i64> {
    let mut seconds: Vec<i64> = offers
        .iter()
        .filter_map(|offer| Some(offer.accepted_at?.duration_since(offer.sent_at).as_secs().max(0)))
        .collect();
    seconds.sort_unstable();
    let rank = (seconds.len() * percent).div_ceil(100).max(1);
    seconds.get(rank - 1).copied()
}

/// The price bands of each currency, from the lowest to the highest that an offer falls into.
pub(crate) fn prices(offers: &[Fared], spoken: Spoken) -> Vec<InsightsPrices> {
    by_currency(offers, |offer| offer.price.currency)
        .into_iter()
        .map(|(currency, offers)| {
            let bounds: Vec<i64> = BANDS_MINOR.iter().map(|bound| bound * scale(currency)).collect();
            let bands = bounds.iter().enumerate().map(|(at, from)| {
                let below = bounds.get(at + 1).copied();
                let inside = offers.iter().copied().filter(|offer| {
                    let minor = offer.price.amount_minor;
                    minor >= *from && below.is_none_or(|below| minor < below)
                });
                InsightsBand {
                    from_text: spoken.money(Money::new(*from, currency)),
                    below_text: below.map(|below| spoken.money(Money::new(below, currency))),
                    counts: count(inside),
                }
            });
            let mut bands: Vec<_> = bands.skip_while(|band| band.counts.sent == 0).collect();
            while bands.last().is_some_and(|band| band.counts.sent == 0) {
                bands.pop();
            }
            InsightsPrices {
                currency: currency.code().to_owned(),
                bands,
            }
        })
        .collect()
}

/// Currencies with more than two decimals have smaller minor units.
fn scale(currency: Currency) -> i64 {
    10_i64.pow(currency.decimals().saturating_sub(2))
}

fn by_currency(offers: &[Fared], currency: impl Fn(&Fared) -> Currency) -> Vec<(Currency, Vec<&Fared>)> {
    let mut groups: BTreeMap<&str, (Currency, Vec<&Fared>)> = BTreeMap::new();
    for offer in offers {
        let currency = currency(offer);
        let group = groups.entry(currency.code()).or_insert_with(|| (currency, Vec::new()));
        group.1.push(offer);
    }
    groups.into_values().collect()
}

/// A sum of one currency.
#[derive(Clone, Copy)]
struct Sum {
    gross: Money,
    net: Money,
}

impl Sum {
    fn zero(currency: Currency) -> Self {
        Self {
            gross: Money::new(0, currency),
            net: Money::new(0, currency),
        }
    }

    /// The platform takes its share of each offer, so the net amounts are added, not the share of the sum taken.
    fn add(&mut self, price: Money, net: Money) {
        self.gross.amount_minor = self.gross.amount_minor.saturating_add(price.amount_minor);
        self.net.amount_minor = self.net.amount_minor.saturating_add(net.amount_minor);
    }

    fn view(self, spoken: Spoken) -> InsightsAmount {
        InsightsAmount {
            minor: self.gross.amount_minor,
            text: spoken.money(self.gross),
            net_minor: self.net.amount_minor,
            net_text: spoken.money(self.net),
        }
    }
}

/// What was accepted and completed since `begin`, by the months of this zone, for each currency.
pub(crate) fn earnings(
    offers: &[Fared],
    begin: Option<Timestamp>,
    now: Timestamp,
    zone: &TimeZone,
    spoken: Spoken,
    net: impl Fn(Money) -> Money,
) -> Vec<InsightsEarnings> {
    let month_of = |at: Timestamp| at.to_zoned(zone.clone()).date().first_of_month();
    let accepted = |offer: &Fared| {
        let stands = offer.state != OfferState::Cancelled;
        offer.accepted_at.filter(|at| stands && is_within(*at, begin))
    };
    let completed = |offer: &Fared| offer.completed_at.filter(|at| is_within(*at, begin));
    let earning: Vec<Fared> = offers
        .iter()
        .filter(|offer| accepted(offer).is_some() || completed(offer).is_some())
        .cloned()
        .collect();
    by_currency(&earning, |offer| offer.price.currency)
        .into_iter()
        .map(|(currency, offers)| {
            let mut sums: BTreeMap<Date, (Sum, Sum)> = BTreeMap::new();
            let mut all = (Sum::zero(currency), Sum::zero(currency));
            let empty = (Sum::zero(currency), Sum::zero(currency));
            for offer in offers {
                let net = net(offer.price);
                if let Some(at) = accepted(offer) {
                    sums.entry(month_of(at)).or_insert(empty).0.add(offer.price, net);
                    all.0.add(offer.price, net);
                }
                if let Some(at) = completed(offer) {
                    sums.entry(month_of(at)).or_insert(empty).1.add(offer.price, net);
                    all.1.add(offer.price, net);
                }
            }
            let first = begin.map(month_of).or_else(|| sums.keys().next().copied());
            InsightsEarnings {
                currency: currency.code().to_owned(),
                accepted: all.0.view(spoken),
                completed: all.1.view(spoken),
                months: months(first, month_of(now))
                    .map(|month| {
                        let (accepted, completed) = sums.get(&month).copied().unwrap_or(empty);
                        InsightsMonth {
                            month: month.strftime("%Y-%m").to_string(),
                            accepted: accepted.view(spoken),
                            completed: completed.view(spoken),
                        }
                    })
                    .collect(),
            }
        })
        .collect()
}

/// Every month from the first to the last.
fn months(first: Option<Date>, last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(first.map(|first| first.min(last)), |month| {
        month.checked_add(Span::new().months(1)).ok()
    })
    .take_while(move |month| *month <= last)
}
