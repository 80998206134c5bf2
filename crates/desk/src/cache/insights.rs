//! What the insights ask of each of an expert's offers.

use super::{Cache, blob};
use crate::error::Result;
use proffer_domain::{
    AccountId, CategoryId, Money, OfferEventKind, OfferId, OfferState, Person, ServiceKind, Timestamp,
};
use serde::Deserialize;

/// One offer, all its versions together. Read from its document; what is not asked for is skipped.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OfferFacts {
    offer: Kept,
    pub(crate) number: u64,
    pub(crate) customer: Person,
    pub(crate) question_number: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct Kept {
    id: OfferId,
    category_id: CategoryId,
    version: u32,
    state: OfferState,
    terms: Terms,
    sent_at: Timestamp,
    viewed_at: Option<Timestamp>,
    accepted_at: Option<Timestamp>,
    events: Vec<Event>,
}

#[derive(Clone, Debug, Deserialize)]
struct Terms {
    kind: ServiceKind,
    title: String,
    price: Money,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Event {
    kind: OfferEventKind,
    at: Timestamp,
}

impl OfferFacts {
    pub(crate) fn id(&self) -> OfferId {
        self.offer.id
    }

    pub(crate) fn category(&self) -> CategoryId {
        self.offer.category_id
    }

    pub(crate) fn version(&self) -> u32 {
        self.offer.version
    }

    pub(crate) fn state(&self) -> OfferState {
        self.offer.state
    }

    pub(crate) fn kind(&self) -> ServiceKind {
        self.offer.terms.kind
    }

    pub(crate) fn title(&self) -> &str {
        &self.offer.terms.title
    }

    /// The current version's price; an accepted version never changes.
    pub(crate) fn price(&self) -> Money {
        self.offer.terms.price
    }

    /// When its first version was sent.
    pub(crate) fn sent_at(&self) -> Timestamp {
        self.first(OfferEventKind::Sent).unwrap_or(self.offer.sent_at)
    }

    /// When the customer first looked at any version.
    pub(crate) fn viewed_at(&self) -> Option<Timestamp> {
        self.first(OfferEventKind::Viewed).or(self.offer.viewed_at)
    }

    /// When the customer accepted.
    pub(crate) fn accepted_at(&self) -> Option<Timestamp> {
        self.offer.accepted_at
    }

    /// When it was completed.
    pub(crate) fn completed_at(&self) -> Option<Timestamp> {
        self.first(OfferEventKind::Completed)
    }

    fn first(&self, kind: OfferEventKind) -> Option<Timestamp> {
        self.offer
            .events
            .iter()
            .find(|event| event.kind == kind)
            .map(|event| event.at)
    }
}

impl Cache {
    /// The facts of all of an expert's offers, the latest first.
    pub(crate) async fn offer_facts(&self, expert: AccountId) -> Result<Vec<OfferFacts>> {
        let texts: Vec<String> =
            sqlx::query_scalar("SELECT document FROM offer WHERE expert_id = ? ORDER BY sent_at DESC, id DESC")
                .bind(blob(expert.0))
                .fetch_all(&self.readers())
                .await?;
        Ok(texts
            .iter()
            .map(|text| serde_json::from_str(text))
            .collect::<serde_json::Result<_>>()?)
    }
}
