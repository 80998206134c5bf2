//! What an expert's own offers were accepted for.

use super::{Cache, blob};
use crate::error::Result;
use proffer_domain::{AccountId, Currency, ServiceKind};

impl Cache {
    /// The prices, in minor units, lowest first, for which this expert's offers of a kind were accepted.
    pub(crate) async fn accepted_prices(
        &self,
        expert: AccountId,
        kind: ServiceKind,
        currency: Currency,
    ) -> Result<Vec<i64>> {
        let mut prices: Vec<i64> = sqlx::query_scalar(
            "SELECT document ->> '$.offer.terms.price.amount_minor' FROM offer
              WHERE expert_id = ? AND state IN ('accepted', 'in_progress', 'delivered', 'completed')
                AND document ->> '$.offer.terms.kind' = ? AND document ->> '$.offer.terms.price.currency' = ?",
        )
        .bind(blob(expert.0))
        .bind(kind.as_str())
        .bind(currency.code())
        .fetch_all(&self.readers())
        .await?;
        prices.sort_unstable();
        Ok(prices)
    }
}
