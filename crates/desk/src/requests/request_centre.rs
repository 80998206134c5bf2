//! `request_centre_list`

use super::Answer;
use crate::{
    api::{
        ApiError,
        request_centre::{
            NextDate, NextDateKind, OfferGroup, OfferGroupKind, OfferRow, RequestAge, RequestCategoryChoice,
            RequestCentreList, RequestCentreMarkRead, RequestCentreMarked, RequestCentreView, RequestFilter,
            RequestFilterChoices, RequestKindChoice, RequestView, RequestViewCount,
        },
    },
    desk::Desk,
    outbox::Content,
    session::Account,
    spoken::Spoken,
};
use jiff::SignedDuration;
use proffer_domain::{
    CategoryId, Currency, FieldCode, FieldProblem, Money, Offer, OfferId, OfferState, OfferTerms, QuestionId,
    ServiceKind, Timestamp,
};
use proffer_protocol::OfferDocument;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

const VIEWS: [RequestView; 5] = [
    RequestView::AllOpen,
    RequestView::NeedsYou,
    RequestView::Waiting,
    RequestView::InProgress,
    RequestView::Done,
];

/// A row with what sorts and sums it.
struct Placed {
    group: OfferGroupKind,
    price: Money,
    row: OfferRow,
    question_title: String,
    category: Option<CategoryId>,
    /// When it was first sent, or put into the outbox.
    sent_at: Timestamp,
}

/// A filter that can be used: amounts read, the age as moments.
struct Narrowed {
    kind: Option<ServiceKind>,
    state: Option<OfferState>,
    category: Option<CategoryId>,
    currency: Option<Currency>,
    min_minor: i64,
    max_minor: i64,
    sent_from: Timestamp,
    sent_until: Timestamp,
}

impl Narrowed {
    fn read(filter: &RequestFilter, now: Timestamp) -> Answer<Self> {
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
        })
    }

    fn admits(&self, placed: &Placed) -> bool {
        self.kind.is_none_or(|kind| placed.row.kind == kind)
            && self.state.is_none_or(|state| placed.row.state == Some(state))
            && self.category.is_none_or(|category| placed.category == Some(category))
            && self.currency.is_none_or(|currency| placed.price.currency == currency)
            && (self.min_minor..=self.max_minor).contains(&placed.price.amount_minor)
            && (self.sent_from..=self.sent_until).contains(&placed.sent_at)
    }
}

/// What occurs among the offers.
fn choices(placed: &[Placed], names: &HashMap<CategoryId, String>) -> RequestFilterChoices {
    let has = |kind| placed.iter().any(|placed| placed.row.kind == kind);
    let categories: BTreeMap<&str, CategoryId> = placed
        .iter()
        .filter_map(|placed| placed.category)
        .filter_map(|id| Some((names.get(&id)?.as_str(), id)))
        .collect();
    let currencies: BTreeSet<&str> = placed.iter().map(|placed| placed.price.currency.code()).collect();
    RequestFilterChoices {
        kinds: ServiceKind::ALL
            .into_iter()
            .filter(|kind| has(*kind))
            .map(|kind| RequestKindChoice {
                kind,
                label: kind.label().to_owned(),
            })
            .collect(),
        states: OfferState::ALL
            .into_iter()
            .filter(|state| placed.iter().any(|placed| placed.row.state == Some(*state)))
            .collect(),
        categories: categories
            .into_iter()
            .map(|(name, category_id)| RequestCategoryChoice {
                category_id,
                name: name.to_owned(),
            })
            .collect(),
        currencies: currencies.into_iter().map(str::to_owned).collect(),
    }
}

/// Whether a view shows a group.
fn shows(view: RequestView, group: OfferGroupKind) -> bool {
    use OfferGroupKind as G;
    let home = match group {
        G::Refused | G::ToFulfil => RequestView::NeedsYou,
        G::Queued | G::Awaiting | G::Held => RequestView::Waiting,
        G::InProgress | G::Delivered => RequestView::InProgress,
        G::Declined | G::Completed | G::Expired | G::Withdrawn | G::Cancelled => RequestView::Done,
    };
    view == home || (view == RequestView::AllOpen && home != RequestView::Done)
}

fn group_of(state: OfferState) -> OfferGroupKind {
    use OfferGroupKind as G;
    match state {
        OfferState::Sent => G::Awaiting,
        OfferState::Held => G::Held,
        OfferState::Declined => G::Declined,
        OfferState::Accepted => G::ToFulfil,
        OfferState::InProgress => G::InProgress,
        OfferState::Delivered => G::Delivered,
        OfferState::Completed => G::Completed,
        OfferState::Withdrawn | OfferState::Superseded => G::Withdrawn,
        OfferState::Expired => G::Expired,
        OfferState::Cancelled => G::Cancelled,
    }
}

/// The sums in each currency, ready to show.
fn sums<'a>(placed: impl Iterator<Item = &'a Placed>, spoken: Spoken) -> Vec<String> {
    let mut sums: BTreeMap<&str, Money> = BTreeMap::new();
    for Placed { price, .. } in placed {
        sums.entry(price.currency.code())
            .and_modify(|sum| sum.amount_minor = sum.amount_minor.saturating_add(price.amount_minor))
            .or_insert(*price);
    }
    sums.values().map(|sum| spoken.money(*sum)).collect()
}

impl Desk {
    pub(crate) async fn request_centre_list(&self, request: RequestCentreList) -> Answer<RequestCentreView> {
        let account = self.account()?;
        let narrowed = Narrowed::read(&request.filter, self.now())?;
        let unread: HashSet<OfferId> = self
            .inner
            .journal
            .unread_offers(account.id)
            .await?
            .into_iter()
            .collect();
        let mut placed = self.placed_offers(&account, &unread).await?;
        let choices = choices(&placed, &self.inner.cache.category_names().await?);
        let spoken = self.spoken();
        let words: Vec<_> = request.search.split_whitespace().map(str::to_lowercase).collect();
        placed.retain(|placed| {
            if !narrowed.admits(placed) {
                return false;
            }
            let row = &placed.row;
            let number = row.number.map(|number| format!("R-{number}")).unwrap_or_default();
            let text = format!("{} {} {} {number}", row.title, row.customer_name, placed.question_title).to_lowercase();
            words.iter().all(|word| text.contains(word))
        });
        let views = VIEWS
            .into_iter()
            .map(|view| {
                let shown = || placed.iter().filter(|placed| shows(view, placed.group));
                RequestViewCount {
                    view,
                    count: u32::try_from(shown().count()).unwrap_or(u32::MAX),
                    amount_texts: sums(shown(), spoken),
                }
            })
            .collect();
        placed.retain(|placed| shows(request.view, placed.group));
        // Within a group the newest stays first.
        placed.sort_by_key(|placed| placed.group);
        let groups = placed
            .chunk_by(|a, b| a.group == b.group)
            .map(|rows| OfferGroup {
                kind: rows[0].group,
                amount_texts: sums(rows.iter(), spoken),
                rows: rows.iter().map(|placed| placed.row.clone()).collect(),
            })
            .collect();
        Ok(RequestCentreView {
            views,
            groups,
            choices,
            support_requests: self.support_requests(&account).await?,
            unread_count: u32::try_from(unread.len()).unwrap_or(u32::MAX),
        })
    }

    pub(crate) async fn request_centre_mark_read(&self, request: RequestCentreMarkRead) -> Answer<RequestCentreMarked> {
        let account = self.account()?;
        let unread: HashSet<OfferId> = self
            .inner
            .journal
            .unread_offers(account.id)
            .await?
            .into_iter()
            .collect();
        let ids: BTreeSet<OfferId> = request.offer_ids.into_iter().filter(|id| unread.contains(id)).collect();
        let now = self.now();
        let mut marked_count = 0;
        for id in ids {
            marked_count += u32::from(self.inner.journal.mark_subject_read(account.id, id.0, now).await?);
        }
        if marked_count > 0 {
            self.tell_notices(account.id).await?;
        }
        Ok(RequestCentreMarked { marked_count })
    }

    async fn placed_offers(&self, account: &Account, unread: &HashSet<OfferId>) -> Answer<Vec<Placed>> {
        let overlay = self.overlay(account.id).await?;
        let documents = self.inner.cache.offers_of(account.id).await?;
        let known: HashSet<_> = documents.iter().map(|document| document.offer.id).collect();
        let mut placed = Vec::new();
        for entry in overlay.new_offers(&known) {
            let (Content::Offer { offer_id, terms }, Some(question_id)) =
                (&entry.entry.content, entry.entry.question_id)
            else {
                continue;
            };
            let question = self
                .inner
                .cache
                .question(question_id)
                .await?
                .map(|found| found.question);
            let category = question.as_ref().map(|question| question.category_id);
            let is_failed = entry.failure().is_some();
            let mut row = base_row(*offer_id, question_id, terms, self.spoken());
            row.is_failed = is_failed;
            row.is_pending = !is_failed;
            if let Some(question) = &question {
                row.customer_name.clone_from(&question.customer.name);
            }
            placed.push(Placed {
                group: if is_failed {
                    OfferGroupKind::Refused
                } else {
                    OfferGroupKind::Queued
                },
                price: terms.price,
                row,
                question_title: question.map(|question| question.title).unwrap_or_default(),
                category,
                sent_at: entry.entry.queued_at,
            });
        }
        placed.reverse();
        let now = self.now();
        for mut document in documents {
            let pending = overlay.lay_over_offer(&mut document.offer).pending;
            placed.push(place(document, pending, unread, account, now, self.spoken()));
        }
        Ok(placed)
    }
}

fn place(
    document: OfferDocument,
    pending: Option<crate::api::offer::OfferPending>,
    unread: &HashSet<OfferId>,
    account: &Account,
    now: Timestamp,
    spoken: Spoken,
) -> Placed {
    let offer = document.offer;
    let is_failed = pending.as_ref().is_some_and(|pending| pending.error.is_some());
    let row = OfferRow {
        number: Some(document.number),
        customer_name: document.customer.name,
        state: Some(offer.state),
        is_failed,
        is_pending: pending.is_some() && !is_failed,
        next_date: next_date(&offer, account, now),
        viewed_at: offer.viewed_at.map(|at| account.local_time(at)),
        is_unread: unread.contains(&offer.id),
        ..base_row(offer.id, offer.question_id, &offer.terms, spoken)
    };
    Placed {
        group: if is_failed {
            OfferGroupKind::Refused
        } else {
            group_of(offer.state)
        },
        price: offer.terms.price,
        row,
        question_title: document.question_title,
        category: Some(offer.category_id),
        sent_at: account.local_time(offer.events.first().map_or(offer.sent_at, |event| event.at)),
    }
}

fn base_row(offer_id: OfferId, question_id: QuestionId, terms: &OfferTerms, spoken: Spoken) -> OfferRow {
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
        amount_text: spoken.money(terms.price),
        next_date: None,
        viewed_at: None,
        is_unread: false,
    }
}

fn next_date(offer: &Offer, account: &Account, now: Timestamp) -> Option<NextDate> {
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
    let at = account.local_time(at);
    let zone = jiff::tz::TimeZone::system();
    let is_today_or_past = at.to_zoned(zone.clone()).date() <= now.to_zoned(zone).date();
    Some(NextDate {
        kind,
        at,
        is_urgent: is_today_or_past && matches!(kind, NextDateKind::Due | NextDateKind::Call),
    })
}
