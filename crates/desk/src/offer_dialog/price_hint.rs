//! What the expert's own accepted offers of a kind cost: a hint beside the price, never put into it.

use crate::{api::offer_dialog::PriceHint, spoken::Spoken};
use proffer_domain::{Currency, Money};

/// Fewer accepted offers than this say nothing.
const MIN_OFFERS: usize = 3;

/// The hint of these prices in minor units, lowest first.
pub(crate) fn price_hint(prices: &[i64], currency: Currency, spoken: Spoken) -> Option<PriceHint> {
    let (low, high) = (*prices.first()?, *prices.last()?);
    if prices.len() < MIN_OFFERS {
        return None;
    }
    let middle = prices.len() / 2;
    let median = if prices.len() % 2 == 1 {
        prices[middle]
    } else {
        i64::midpoint(prices[middle - 1], prices[middle])
    };
    let text = |amount_minor| spoken.money(Money { amount_minor, currency });
    Some(PriceHint {
        count: u32::try_from(prices.len()).unwrap_or(u32::MAX),
        low_text: text(low),
        median_text: text(median),
        high_text: text(high),
        is_one_price: low == high,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn a_hint_needs_three_offers_and_tells_their_middle() {
        let pounds: Currency = "GBP".parse().unwrap();
        assert_eq!(price_hint(&[], pounds, Spoken::English), None);
        assert_eq!(price_hint(&[9000, 16000], pounds, Spoken::English), None);
        for (prices, median) in [
            (&[9000, 12000, 16000][..], "£120.00"),
            (&[9000, 11000, 12001, 16000][..], "£115.00"),
        ] {
            let hint = price_hint(prices, pounds, Spoken::English).unwrap();
            let texts = (
                hint.low_text.as_str(),
                hint.median_text.as_str(),
                hint.high_text.as_str(),
            );
            assert_eq!(texts, ("£90.00", median, "£160.00"));
            assert!(!hint.is_one_price);
        }
        assert!(
            price_hint(&[9000, 9000, 9000], pounds, Spoken::English)
                .unwrap()
                .is_one_price
        );
    }
}
