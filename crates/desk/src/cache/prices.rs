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
        Ok(sqlx::query_scalar(
            "SELECT document ->> '$.offer.terms.price.amount_minor' AS price FROM offer
              WHERE expert_id = ? AND state IN ('accepted', 'in_progress', 'delivered', 'completed')
                AND document ->> '$.offer.terms.kind' = ? AND document ->> '$.offer.terms.price.currency' = ?
              ORDER BY price",
        )
        .bind(blob(expert.0))
        .bind(kind.as_str())
        .bind(currency.code())
        .fetch_all(&self.readers())
        .await?)
    }
}
