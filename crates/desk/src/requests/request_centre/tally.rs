//! Counts and sums of groups.

use super::placed::Placed;
use crate::{api::request_centre::OfferGroupKind, cache::OfferSum, spoken::Spoken};
use proffer_domain::Money;
use std::collections::BTreeMap;

/// How many offers there are, and what they sum up to in each currency.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) count: u32,
    sums: BTreeMap<&'static str, Money>,
}

impl Tally {
    fn add(&mut self, count: u32, amount: Money) {
        self.count = self.count.saturating_add(count);
        self.sums
            .entry(amount.currency.code())
            .and_modify(|sum| sum.amount_minor = sum.amount_minor.saturating_add(amount.amount_minor))
            .or_insert(amount);
    }

    /// The sums, ready to show.
    pub(super) fn amount_texts(&self, spoken: Spoken) -> Vec<String> {
        self.sums.values().map(|sum| spoken.money(*sum)).collect()
    }

    /// Several together.
    pub(super) fn total<'a>(tallies: impl Iterator<Item = &'a Self>) -> Self {
        let mut total = Self::default();
        for tally in tallies {
            total.count = total.count.saturating_add(tally.count);
            for sum in tally.sums.values() {
                total.add(0, *sum);
            }
        }
        total
    }
}

/// The tally of each group that has offers, in the groups' order.
pub(super) fn tallies<'a>(
    in_cache: Vec<(OfferGroupKind, OfferSum)>,
    laid_over: impl Iterator<Item = &'a Placed>,
) -> BTreeMap<OfferGroupKind, Tally> {
    let mut tallies: BTreeMap<OfferGroupKind, Tally> = BTreeMap::new();
    for (group, sum) in in_cache {
        tallies.entry(group).or_default().add(sum.count, sum.amount);
    }
    for placed in laid_over {
        tallies.entry(placed.group).or_default().add(1, placed.price);
    }
    tallies
}
