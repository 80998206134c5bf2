//! What the platform allows: prices per currency, its share, times and sizes.

use crate::{Currency, Money};
use serde::{Deserialize, Serialize};

/// The smallest and the largest price in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceLimit {
    /// The currency.
    pub currency: Currency,
    /// The smallest price, in minor units; at least 1.
    pub min_minor: i64,
    /// The largest price, in minor units.
    pub max_minor: i64,
}

impl PriceLimit {
    /// The smallest price.
    #[must_use]
    pub fn min(&self) -> Money {
        Money::new(self.min_minor, self.currency)
    }

    /// The largest price.
    #[must_use]
    pub fn max(&self) -> Money {
        Money::new(self.max_minor, self.currency)
    }
}

/// Everything an operator can set that a rule asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    /// The currencies that offers may be priced in; the first is preselected.
    pub prices: Vec<PriceLimit>,
    /// The platform's share of a price, in basis points (2,000 are 20 %).
    pub platform_share_basis_points: u32,
    /// How long a lock lasts, in seconds.
    pub lock_seconds: u32,
    /// How long before its end the holder is warned, in seconds.
    pub lock_warning_seconds: u32,
    /// After how many days a delivered offer completes by itself.
    pub completion_days: u32,
    /// After how many days an offer without an expiry of its own expires; `None` if it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub expiry_days: Option<u32>,
    /// The longest text of a question or message, in characters.
    pub text_max_chars: u32,
    /// The largest attachment, in bytes.
    pub attachment_max_bytes: u64,
    /// The largest number of attachments on one message.
    pub attachments_max: u32,
}

impl Limits {
    /// The price limit of a currency; `None` if offers cannot be priced in it.
    #[must_use]
    pub fn price(&self, currency: Currency) -> Option<&PriceLimit> {
        self.prices.iter().find(|limit| limit.currency == currency)
    }
}

impl Default for Limits {
    fn default() -> Self {
        let limit = |code: &str, min_minor, max_minor| {
            code.parse().ok().map(|currency| PriceLimit {
                currency,
                min_minor,
                max_minor,
            })
        };
        Self {
            prices: [
                limit("GBP", 500, 250_000),
                limit("EUR", 500, 250_000),
                limit("USD", 500, 250_000),
                limit("JPY", 500, 400_000),
            ]
            .into_iter()
            .flatten()
            .collect(),
            platform_share_basis_points: 2_000,
            lock_seconds: 60 * 60,
            lock_warning_seconds: 10 * 60,
            completion_days: 7,
            expiry_days: None,
            text_max_chars: 20_000,
            attachment_max_bytes: 20 * 1024 * 1024,
            attachments_max: 10,
        }
    }
}
