//! What the list is narrowed by: the same for offers in the cache and for those with something in the outbox.

use super::{Answer, placed::Placed};
use crate::{
    api::{
        ApiError,
        request_centre::{RequestAge, RequestFilter},
    },
    cache::OfferQuery,
    session::Account,
};
use jiff::SignedDuration;
use proffer_domain::{
    CategoryId, Currency, FieldCode, FieldProblem, Money, OfferId, OfferState, ServiceKind, Timestamp,
};

/// A filter and a search that can be used: amounts read, the age as moments, words in small letters.
pub(super) struct Narrowed {
    kind: Option<ServiceKind>,
    state: Option<OfferState>,
    category: Option<CategoryId>,
    currency: Option<Currency>,
    min_minor: i64,
    max_minor: i64,
    sent_from: Timestamp,
    sent_until: Timestamp,
    words: Vec<String>,
}

impl Narrowed {
    pub(super) fn read(filter: &RequestFilter, search: &str, now: Timestamp) -> Answer<Self> {
        let currency: Option<Currency> = match filter.currency.as_deref() {
            None | Some("") => None,
            Some(code) => Some(code.parse().map_err(|_| {
                let words = "Choose one of the currencies.";
                ApiError::fields(vec![FieldProblem::new(
                    "/filter/currency",
                    FieldCode::NotOffered,
                    words,
                )])
            })?),
        };
        let mut problems = Vec::new();
        let mut amount = |pointer: &str, text: &str, any: i64| match currency {
            // Amounts of different currencies are not compared.
            Some(currency) if !text.trim().is_empty() => match Money::parse(text, currency) {
                Ok(money) => money.amount_minor,
                Err(error) => {
                    problems.push(FieldProblem::new(pointer, FieldCode::Malformed, error.to_string()));
                    any
                }
            },
            _ => any,
        };
        let min_minor = amount("/filter/min_text", &filter.min_text, i64::MIN);
        let max_minor = amount("/filter/max_text", &filter.max_text, i64::MAX);
        if !problems.is_empty() {
            return Err(ApiError::fields(problems));
        }
        let days_ago = |days: i64| {
            let span = SignedDuration::from_hours(24 * days);
            now.saturating_sub(span).unwrap_or(Timestamp::MIN)
        };
        let (sent_from, sent_until) = match filter.age {
            None => (Timestamp::MIN, Timestamp::MAX),
            Some(RequestAge::Week) => (days_ago(7), Timestamp::MAX),
            Some(RequestAge::Month) => (days_ago(30), Timestamp::MAX),
            Some(RequestAge::Quarter) => (days_ago(90), Timestamp::MAX),
            Some(RequestAge::Older) => (Timestamp::MIN, days_ago(90)),
        };
        Ok(Self {
            kind: filter.kind,
            state: filter.state,
            category: filter.category_id,
            currency,
            min_minor,
            max_minor,
            sent_from,
            sent_until,
            words: search.split_whitespace().map(str::to_lowercase).collect(),
        })
    }

    pub(super) fn admits(&self, placed: &Placed) -> bool {
        self.kind.is_none_or(|kind| placed.row.kind == kind)
            && self.state.is_none_or(|state| placed.row.state == Some(state))
            && self.category.is_none_or(|category| placed.category == Some(category))
            && self.currency.is_none_or(|currency| placed.price.currency == currency)
            && (self.min_minor..=self.max_minor).contains(&placed.price.amount_minor)
            && (self.sent_from..=self.sent_until).contains(&placed.first_sent_at)
            && self.words.iter().all(|word| placed.words.contains(word.as_str()))
    }

    /// The same as it is asked of the cache.
    pub(super) fn query(self, account: &Account, without: Vec<OfferId>) -> OfferQuery {
        OfferQuery {
            expert: account.id,
            kind: self.kind,
            state: self.state,
            category: self.category,
            currency: self.currency,
            min_minor: self.min_minor,
            max_minor: self.max_minor,
            sent_from: account.platform_time(self.sent_from),
            sent_until: account.platform_time(self.sent_until),
            words: self.words,
            without,
        }
    }
}
