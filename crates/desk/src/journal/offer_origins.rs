//! The template that each offer was made from.

use super::{Journal, blob, id_of};
use crate::error::Result;
use proffer_domain::{AccountId, OfferId};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use std::collections::HashMap;

/// A template that fields were filled from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UsedTemplate {
    /// As the dialog names it: an own one's id, or a starter's.
    pub(crate) id: String,
    /// Its name at that time.
    pub(crate) name: String,
}

impl Journal {
    /// Notes what an offer was made from.
    pub(crate) async fn note_template_of_offer(
        &self,
        account: AccountId,
        offer: OfferId,
        template: &UsedTemplate,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO offer_made_from (account_id, offer_id, template_id, template_name) VALUES (?, ?, ?, ?)
             ON CONFLICT (account_id, offer_id) DO NOTHING",
        )
        .bind(blob(account.0))
        .bind(blob(offer.0))
        .bind(&template.id)
        .bind(&template.name)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The name of the template that each offer was made from: the one it has now, else the one it had.
    pub(crate) async fn templates_of_offers(&self, account: AccountId) -> Result<HashMap<OfferId, String>> {
        let own: HashMap<String, String> = self
            .templates(account)
            .await?
            .into_iter()
            .map(|template| (template.id.to_string(), template.name))
            .collect();
        sqlx::query("SELECT offer_id, template_id, template_name FROM offer_made_from WHERE account_id = ?")
            .bind(blob(account.0))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                let id: &str = row.try_get(1)?;
                let name = match own.get(id) {
                    Some(name) => name.clone(),
                    None => row.try_get(2)?,
                };
                Ok((OfferId(id_of(row.try_get(0)?)), name))
            })
            .collect()
    }
}
