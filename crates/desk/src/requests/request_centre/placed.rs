//! Rows with what sorts, narrows and sums them.

use super::group::group_of;
use crate::{
    api::{
        offer::OfferPending,
        request_centre::{NextDate, NextDateKind, OfferGroupKind, OfferRow},
    },
    cache::{first_sent_at, offer_words},
    journal::StoredEntry,
    session::Account,
    spoken::Spoken,
};
use proffer_domain::{CategoryId, Money, Offer, OfferId, OfferState, OfferTerms, Question, QuestionId, Timestamp};
use proffer_protocol::OfferDocument;
use std::collections::HashSet;

/// A row with what sorts, narrows and sums it.
pub(super) struct Placed {
    pub(super) group: OfferGroupKind,
    pub(super) price: Money,
    pub(super) row: OfferRow,
    pub(super) category: Option<CategoryId>,
    /// What it is searched by, in small letters.
    pub(super) words: String,
    /// When it was first sent, or put into the outbox.
    pub(super) first_sent_at: Timestamp,
    /// Where it stands among those that the platform has: the greatest is the newest.
    pub(super) key: (i64, OfferId),
}

/// What rows are made with.
pub(super) struct Making {
    pub(super) account: Account,
    pub(super) now: Timestamp,
    pub(super) spoken: Spoken,
    pub(super) unread: HashSet<OfferId>,
}

impl Making {
    /// An offer that the platform has, with what of it waits laid over it.
    pub(super) fn place(&self, document: OfferDocument, pending: Option<OfferPending>) -> Placed {
        let words = offer_words(&document);
        let first_sent_at = self.account.local_time(first_sent_at(&document));
        let offer = document.offer;
        let is_failed = pending.as_ref().is_some_and(|pending| pending.error.is_some());
        let row = OfferRow {
            number: Some(document.number),
            customer_name: document.customer.name,
            state: Some(offer.state),
            is_failed,
            is_pending: pending.is_some() && !is_failed,
            next_date: self.next_date(&offer),
            viewed_at: offer.viewed_at.map(|at| self.account.local_time(at)),
            is_unread: self.unread.contains(&offer.id),
            ..self.base_row(offer.id, offer.question_id, &offer.terms)
        };
        Placed {
            group: if is_failed {
                OfferGroupKind::Refused
            } else {
                group_of(offer.state)
            },
            price: offer.terms.price,
            row,
            category: Some(offer.category_id),
            words,
            first_sent_at,
            key: (offer.sent_at.as_millisecond(), offer.id),
        }
    }

    /// An offer that is in the outbox alone.
    pub(super) fn place_new(
        &self,
        entry: &StoredEntry,
        offer_id: OfferId,
        terms: &OfferTerms,
        (question_id, question): (QuestionId, Option<Question>),
    ) -> Placed {
        let is_failed = entry.failure().is_some();
        let mut row = self.base_row(offer_id, question_id, terms);
        row.is_failed = is_failed;
        row.is_pending = !is_failed;
        let (category, question_title) = match question {
            Some(question) => {
                row.customer_name = question.customer.name;
                (Some(question.category_id), question.title)
            }
            None => (None, String::new()),
        };
        Placed {
            group: if is_failed {
                OfferGroupKind::Refused
            } else {
                OfferGroupKind::Queued
            },
            price: terms.price,
            words: format!("{} {} {question_title}", row.title, row.customer_name).to_lowercase(),
            row,
            category,
            first_sent_at: entry.entry.queued_at,
            key: (entry.entry.queued_at.as_millisecond(), offer_id),
        }
    }

    fn base_row(&self, offer_id: OfferId, question_id: QuestionId, terms: &OfferTerms) -> OfferRow {
        OfferRow {
            offer_id,
            question_id,
            number: None,
            title: terms.title.clone(),
            kind: terms.kind,
            customer_name: String::new(),
            state: None,
            is_failed: false,
            is_pending: false,
            amount_text: self.spoken.money(terms.price),
            next_date: None,
            viewed_at: None,
            is_unread: false,
        }
    }

    fn next_date(&self, offer: &Offer) -> Option<NextDate> {
        let (kind, at) = match offer.state {
            OfferState::Accepted | OfferState::InProgress => match offer.chosen_call_slot {
                Some(slot) => (NextDateKind::Call, slot.starts_at),
                None => (NextDateKind::Due, offer.terms.delivery_time.due_at(offer.accepted_at?)),
            },
            OfferState::Sent => match offer.terms.expires_at {
                Some(at) => (NextDateKind::Expires, at),
                None => (NextDateKind::Sent, offer.sent_at),
            },
            OfferState::Held => match (offer.remind_at, offer.terms.expires_at) {
                (Some(at), _) => (NextDateKind::Reminder, at),
                (None, Some(at)) => (NextDateKind::Expires, at),
                (None, None) => (NextDateKind::Sent, offer.sent_at),
            },
            OfferState::Delivered => (NextDateKind::Completes, offer.completes_at?),
            _ => (NextDateKind::Ended, offer.events.last()?.at),
        };
        let at = self.account.local_time(at);
        let zone = jiff::tz::TimeZone::system();
        let is_today_or_past = at.to_zoned(zone.clone()).date() <= self.now.to_zoned(zone).date();
        Some(NextDate {
            kind,
            at,
            is_urgent: is_today_or_past && matches!(kind, NextDateKind::Due | NextDateKind::Call),
        })
    }
}
