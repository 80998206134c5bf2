//! How the expert's offers fared. All versions of an offer are one offer; amounts of different currencies are never
//! added.

use proffer_domain::ServiceKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The offers that are looked at: those first sent within it. Earnings are those of its months.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum InsightsPeriod {
    /// The last 30 days.
    Days30,
    /// The last 90 days.
    #[default]
    Days90,
    /// The last 12 months.
    Months12,
    /// From the first offer on.
    All,
}

/// Asks for a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsShow {
    /// Which.
    pub period: InsightsPeriod,
}

/// How far offers came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsCounts {
    /// Sent.
    pub sent: u32,
    /// Of those, seen by the customer.
    pub viewed: u32,
    /// Of those sent, accepted.
    pub accepted: u32,
    /// Accepted of a hundred sent, rounded; `None` if none was sent.
    pub accepted_percent: Option<u32>,
}

/// The offers of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsKind {
    /// The kind.
    pub kind: ServiceKind,
    /// How far they came.
    pub counts: InsightsCounts,
}

/// The offers that share a template or a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsNamed {
    /// Its name; `None` for offers of which no template is recorded, or whose category is gone.
    pub name: Option<String>,
    /// How far they came.
    pub counts: InsightsCounts,
}

/// The offers within a price band.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsBand {
    /// From this price on, ready to show.
    pub from_text: String,
    /// Up to but without this price; `None` for the highest band.
    pub below_text: Option<String>,
    /// How far they came.
    pub counts: InsightsCounts,
}

/// A currency's price bands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsPrices {
    /// The currency's code.
    pub currency: String,
    /// From the lowest to the highest that any offer falls into.
    pub bands: Vec<InsightsBand>,
}

/// An amount, ready to show and to draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsAmount {
    /// In minor units.
    pub minor: i64,
    /// Ready to show.
    pub text: String,
    /// What the expert nets of it, in minor units.
    pub net_minor: i64,
    /// The same, ready to show.
    pub net_text: String,
}

/// A month's earnings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsMonth {
    /// The month where the expert is, such as `2026-11`.
    pub month: String,
    /// What was accepted in it and not cancelled since.
    pub accepted: InsightsAmount,
    /// What was completed in it.
    pub completed: InsightsAmount,
}

/// A currency's earnings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsEarnings {
    /// The currency's code.
    pub currency: String,
    /// All that was accepted in these months and not cancelled since.
    pub accepted: InsightsAmount,
    /// All that was completed in these months.
    pub completed: InsightsAmount,
    /// Every month of the period, oldest first.
    pub months: Vec<InsightsMonth>,
}

/// How the expert's offers fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsView {
    /// The period.
    pub period: InsightsPeriod,
    /// Whether the expert ever sent an offer.
    pub has_offers: bool,
    /// All offers of the period.
    pub counts: InsightsCounts,
    /// Half of the accepted ones were accepted within this time of being sent.
    pub accept_median_seconds: Option<i64>,
    /// Nine of ten were.
    pub accept_p90_seconds: Option<i64>,
    /// By kind, the most often sent first.
    pub kinds: Vec<InsightsKind>,
    /// By template, the most often sent first.
    pub templates: Vec<InsightsNamed>,
    /// By category, the most often sent first.
    pub categories: Vec<InsightsNamed>,
    /// By price, for each currency.
    pub prices: Vec<InsightsPrices>,
    /// By month, for each currency.
    pub earnings: Vec<InsightsEarnings>,
}

/// Where the offers were saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InsightsExported {
    /// The file.
    pub path: String,
    /// How many offers are in it.
    pub offer_count: u32,
}
