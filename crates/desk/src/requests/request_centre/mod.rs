//! `request_centre_*`
//!
//! Offers of which something waits in the outbox are read whole and laid over; there are few. All others are narrowed,
//! counted and paged by the cache, and only the rows that are shown are read.

mod group;
mod narrowed;
mod placed;
mod tally;

use self::{
    group::{VIEWS, group_of, shows, states_where},
    narrowed::Narrowed,
    placed::{Making, Placed},
    tally::{Tally, tallies},
};
use super::{Answer, rows_of_a_page};
use crate::{
    api::request_centre::{
        OfferGroup, OfferGroupKind, OfferRow, OfferRows, OfferSelection, RequestCategoryChoice, RequestCentreList,
        RequestCentreMarkRead, RequestCentreMarked, RequestCentrePage, RequestCentreView, RequestFilter,
        RequestFilterChoices, RequestKindChoice, RequestView, RequestViewCount,
    },
    cache::{OfferQuery, OfferTraits},
    desk::Desk,
    outbox::Content,
};
use proffer_domain::{CategoryId, OfferId, OfferState, ServiceKind};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What one answer is made from.
struct Centre {
    making: Making,
    query: OfferQuery,
    /// The offers of which something waits or was refused, newest first.
    laid_over: Vec<Placed>,
    /// Those of them that the filter admits, as places in `laid_over`.
    admitted: Vec<usize>,
}

impl Centre {
    fn admitted(&self) -> impl Iterator<Item = &Placed> {
        self.admitted.iter().filter_map(|place| self.laid_over.get(*place))
    }
}

/// What occurs among the offers.
fn choices(
    in_cache: &[OfferTraits],
    laid_over: &[Placed],
    names: &HashMap<CategoryId, String>,
) -> RequestFilterChoices {
    let kinds: HashSet<ServiceKind> = in_cache
        .iter()
        .map(|traits| traits.kind)
        .chain(laid_over.iter().map(|placed| placed.row.kind))
        .collect();
    let states: HashSet<OfferState> = in_cache
        .iter()
        .map(|traits| traits.state)
        .chain(laid_over.iter().filter_map(|placed| placed.row.state))
        .collect();
    let categories: BTreeMap<&str, CategoryId> = in_cache
        .iter()
        .map(|traits| traits.category)
        .chain(laid_over.iter().filter_map(|placed| placed.category))
        .filter_map(|id| Some((names.get(&id)?.as_str(), id)))
        .collect();
    let currencies: BTreeSet<&str> = in_cache
        .iter()
        .map(|traits| traits.currency)
        .chain(laid_over.iter().map(|placed| placed.price.currency))
        .map(|currency| currency.code())
        .collect();
    RequestFilterChoices {
        kinds: ServiceKind::ALL
            .into_iter()
            .filter(|kind| kinds.contains(kind))
            .map(|kind| RequestKindChoice {
                kind,
                label: kind.label().to_owned(),
            })
            .collect(),
        states: OfferState::ALL
            .into_iter()
            .filter(|state| states.contains(state))
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

impl Desk {
    pub(crate) async fn request_centre_list(&self, request: RequestCentreList) -> Answer<RequestCentreView> {
        let centre = self.read_centre(&request.filter, &request.search).await?;
        let Making { account, spoken, .. } = &centre.making;
        let without = &centre.query.without;
        let traits = self.inner.cache.offer_traits(account.id, without).await?;
        let choices = choices(&traits, &centre.laid_over, &self.inner.cache.category_names().await?);
        let sums = self.inner.cache.offer_sums(&centre.query).await?;
        let in_cache = sums.into_iter().map(|sum| (group_of(sum.state), sum)).collect();
        let tallies = tallies(in_cache, centre.admitted());
        let views = VIEWS
            .into_iter()
            .map(|view| {
                let shown = tallies.iter().filter(|(group, _)| shows(view, **group));
                let total = Tally::total(shown.map(|(_, tally)| tally));
                RequestViewCount {
                    view,
                    count: total.count,
                    amount_texts: total.amount_texts(*spoken),
                }
            })
            .collect();
        let mut groups = Vec::new();
        for (kind, tally) in tallies.iter().filter(|(group, _)| shows(request.view, **group)) {
            groups.push(OfferGroup {
                kind: *kind,
                count: tally.count,
                amount_texts: tally.amount_texts(*spoken),
                rows: self
                    .offer_rows(&centre, *kind, 0, rows_of_a_page(request.limit))
                    .await?,
            });
        }
        let selected_ids = self
            .shown_among(&centre, request.view, request.selected_ids.into_iter().collect())
            .await?;
        Ok(RequestCentreView {
            views,
            groups,
            choices,
            support_requests: self.support_requests(account).await?,
            unread_count: u32::try_from(centre.making.unread.len()).unwrap_or(u32::MAX),
            selected_ids: selected_ids.into_iter().collect(),
        })
    }

    pub(crate) async fn request_centre_page(&self, request: RequestCentrePage) -> Answer<OfferRows> {
        let centre = self.read_centre(&request.filter, &request.search).await?;
        let limit = rows_of_a_page(request.limit);
        Ok(OfferRows {
            rows: self.offer_rows(&centre, request.group, request.offset, limit).await?,
        })
    }

    pub(crate) async fn request_centre_mark_read(&self, request: RequestCentreMarkRead) -> Answer<RequestCentreMarked> {
        let account = self.account()?;
        let unread = self.inner.journal.unread_offers(account.id).await?;
        let mut ids: BTreeSet<OfferId> = unread.into_iter().collect();
        match request.offers {
            OfferSelection::These { offer_ids } => {
                let chosen: HashSet<_> = offer_ids.into_iter().collect();
                ids.retain(|id| chosen.contains(id));
            }
            OfferSelection::AllBut {
                view,
                search,
                filter,
                offer_ids,
            } => {
                let centre = self.read_centre(&filter, &search).await?;
                for id in offer_ids {
                    ids.remove(&id);
                }
                ids = self.shown_among(&centre, view, ids).await?;
            }
        }
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

    async fn read_centre(&self, filter: &RequestFilter, search: &str) -> Answer<Centre> {
        let account = self.account()?;
        let now = self.now();
        let narrowed = Narrowed::read(filter, search, now)?;
        let unread = self.inner.journal.unread_offers(account.id).await?;
        let making = Making {
            account,
            now,
            spoken: self.spoken(),
            unread: unread.into_iter().collect(),
        };
        let laid_over = self.laid_over_offers(&making).await?;
        let admitted = (0..laid_over.len())
            .filter(|place| laid_over.get(*place).is_some_and(|placed| narrowed.admits(placed)))
            .collect();
        let without = laid_over.iter().map(|placed| placed.row.offer_id).collect();
        Ok(Centre {
            query: narrowed.query(&making.account, without),
            making,
            laid_over,
            admitted,
        })
    }

    /// The offers of which something waits in the outbox or was refused, newest first; before them those that are there
    /// alone.
    async fn laid_over_offers(&self, making: &Making) -> Answer<Vec<Placed>> {
        let account = &making.account;
        let overlay = self.overlay(account.id).await?;
        let ids: BTreeSet<OfferId> = overlay
            .entries
            .iter()
            .filter_map(|entry| entry.entry.offer_id)
            .collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let documents = self.inner.cache.offers_named(account.id, ids.into_iter()).await?;
        let known: HashSet<_> = documents.iter().map(|document| document.offer.id).collect();
        let mut placed = Vec::new();
        for entry in overlay.new_offers(&known) {
            let (Content::Offer { offer_id, terms }, Some(question_id)) =
                (&entry.entry.content, entry.entry.question_id)
            else {
                continue;
            };
            let question = self.inner.cache.question(question_id).await?;
            let question = (question_id, question.map(|found| found.question));
            placed.push(making.place_new(entry, *offer_id, terms, question));
        }
        placed.reverse();
        for mut document in documents {
            let pending = overlay.lay_over_offer(&mut document.offer).pending;
            placed.push(making.place(document, pending));
        }
        Ok(placed)
    }

    /// Rows of a group, newest first: those of the cache, and among them those that the outbox lays over.
    async fn offer_rows(
        &self,
        centre: &Centre,
        group: OfferGroupKind,
        offset: u32,
        limit: u32,
    ) -> Answer<Vec<OfferRow>> {
        let laid: Vec<&Placed> = centre.admitted().filter(|placed| placed.group == group).collect();
        let (skipped, wanted) = (offset as usize, limit as usize);
        let states = states_where(|of_state| of_state == group);
        if states.is_empty() {
            let rows = laid.into_iter().skip(skipped).take(wanted);
            return Ok(rows.map(|placed| placed.row.clone()).collect());
        }
        // Each laid row may push the cache's rows down by one: so many more are read before the page and on it.
        let pushed = u32::try_from(laid.len()).unwrap_or(u32::MAX);
        let from = offset.saturating_sub(pushed);
        let cached: Vec<Placed> = self
            .inner
            .cache
            .offer_page(&centre.query, &states, from, limit.saturating_add(pushed))
            .await?
            .into_iter()
            .map(|document| centre.making.place(document, None))
            .collect();
        let before = match cached.first() {
            _ if from == 0 => 0,
            Some(first) => laid.iter().filter(|placed| placed.key > first.key).count(),
            // The page lies behind the last row.
            None => return Ok(Vec::new()),
        };
        let mut rows: Vec<&Placed> = cached.iter().chain(laid.into_iter().skip(before)).collect();
        rows.sort_by_key(|placed| std::cmp::Reverse(placed.key));
        let skipped = skipped - (from as usize + before);
        let rows = rows.into_iter().skip(skipped).take(wanted);
        Ok(rows.map(|placed| placed.row.clone()).collect())
    }

    /// Those of these offers that a view shows.
    async fn shown_among(
        &self,
        centre: &Centre,
        view: RequestView,
        ids: BTreeSet<OfferId>,
    ) -> Answer<BTreeSet<OfferId>> {
        if ids.is_empty() {
            return Ok(ids);
        }
        let states = states_where(|group| shows(view, group));
        let cached = self
            .inner
            .cache
            .offers_among(&centre.query, &states, ids.iter().copied())
            .await?;
        let laid = centre
            .admitted()
            .filter(|placed| shows(view, placed.group))
            .map(|placed| placed.row.offer_id)
            .filter(|id| ids.contains(id));
        Ok(laid.chain(cached).collect())
    }
}
