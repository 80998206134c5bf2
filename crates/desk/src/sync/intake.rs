//! Taking a batch in, in the order that loses nothing: the notices it calls for into the journal, keyed by their
//! events; then documents and cursor into the cache, in one transaction; then raising.

use crate::{
    api::{ApiError, DeskEvent, notice::NoticeKind},
    cache::{Batch, QuestionWords},
    desk::Desk,
    error::{DeskError, Result},
    journal::NewNotice,
    notices::wording,
    ports::{PlatformError, SyncText},
    session::Account,
    spoken::Spoken,
};
use proffer_domain::{Actor, Offer, OfferEvent, OfferEventKind, OfferState, QuestionId, Timestamp};
use proffer_protocol::OfferDocument;
use std::collections::{BTreeMap, BTreeSet};

/// Beyond so many the UI is told once that the queue changed, not of each.
const QUESTIONS_TOLD: usize = 50;

/// How a batch came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// In the first sync: old news.
    First,
    /// While catching up.
    CatchUp,
    /// As it happened, or as the answer to a command.
    Live,
}

impl Desk {
    /// Takes a page in.
    pub(super) async fn take_page(&self, page: SyncText, mode: Mode) -> Result<()> {
        let account = self.account()?;
        let batch = Batch::read(page.changes, account.id).map_err(unreadable)?;
        self.take_in(batch, Some(&page.cursor), mode).await
    }

    /// Takes a batch in.
    pub(crate) async fn take_in(&self, batch: Batch, cursor: Option<&str>, mode: Mode) -> Result<()> {
        let account = self.account()?;
        #[cfg_attr(
            not(feature = "simulation"),
            expect(unused_mut, reason = "a broken variant changes it")
        )]
        let mut due = self.notices_due(&batch, mode).await?;
        #[cfg(feature = "simulation")]
        if proffer_failpoints::is_broken("notice_without_stable_key") {
            due.iter_mut().for_each(|notice| notice.id = self.mint());
        }
        #[cfg(feature = "simulation")]
        if proffer_failpoints::is_broken("cursor_before_notice") {
            self.inner.cache.apply(Batch::default(), cursor).await?;
        }
        crate::fault::at("desk.intake.before_notices").await?;
        let choices = self.settings().notice_choices;
        let (questions, offers) = (batch.question_ids.clone(), batch.offer_ids.clone());
        let of_offers = if due.is_empty() {
            Vec::new()
        } else {
            batch.offer_documents.clone()
        };
        let (has_support, has_facts, count) = (batch.has_support_requests, batch.has_account_facts, batch.count);
        let is_indexed = batch.is_indexed_at_once();
        // The journal's disk is waited for while the cache's transaction is written; it is committed after the journal's.
        let (news, written) = tokio::join!(
            self.inner.journal.add_notices(account.id, due, &choices, self.now()),
            self.inner.cache.write(batch, cursor)
        );
        let news = news?;
        crate::fault::at("desk.intake.before_cache").await?;
        written?.commit().await?;
        // Before the window is told: the expert may be looking elsewhere.
        if mode == Mode::Live {
            self.begin_raising();
        }
        if !is_indexed && mode != Mode::First {
            self.inner.index_wake.notify_one();
        }

        if has_facts {
            self.refresh_me().await?;
        }
        if count > 0 || !questions.is_empty() || !offers.is_empty() {
            self.tell(DeskEvent::QueueChanged);
        }
        if mode != Mode::First && questions.len() <= QUESTIONS_TOLD {
            for question_id in questions {
                self.tell(DeskEvent::QuestionChanged { question_id });
            }
        }
        if !offers.is_empty() {
            self.tell(DeskEvent::OffersChanged {
                offer_ids: offers.into_iter().collect(),
            });
        }
        if has_support {
            self.tell(DeskEvent::SupportRequestsChanged);
        }
        if !news.is_empty() {
            self.tell_notices(account.id).await?;
        }
        if mode != Mode::First {
            let accepted = accepted_events(&of_offers, &news, self.spoken());
            accepted.into_iter().for_each(|event| self.tell(event));
        }
        Ok(())
    }

    async fn notices_due(&self, batch: &Batch, mode: Mode) -> std::result::Result<Vec<NewNotice>, DeskError> {
        let account = self.account()?;
        let mut due = Vec::new();
        for document in &batch.offer_documents {
            let offer = &document.offer;
            if offer.expert_id != account.id {
                continue;
            }
            for event in &offer.events {
                let kind = match (event.kind, event.actor) {
                    (_, Actor::Expert(_)) => continue,
                    (OfferEventKind::Accepted, _) => NoticeKind::OfferAccepted,
                    (OfferEventKind::Completed, _) => NoticeKind::OfferCompleted,
                    (OfferEventKind::Declined, _) => NoticeKind::OfferDeclined,
                    _ => continue,
                };
                // What the expert has dealt with, at another desk, they know.
                let is_known = kind == NoticeKind::OfferAccepted && is_dealt_with(offer, event);
                // On a new machine only what is still to be fulfilled is worth a word.
                let still_matters = kind == NoticeKind::OfferAccepted
                    && matches!(
                        offer.state,
                        OfferState::Accepted | OfferState::InProgress | OfferState::Delivered
                    );
                let is_old = if mode == Mode::First { !still_matters } else { is_known };
                due.push(wording::offer_notice(self.spoken(), kind, document, event, is_old));
            }
        }
        if mode == Mode::First {
            return Ok(due);
        }
        let now = account.platform_time(self.now());
        let own = self.own_questions(batch, &account, now).await?;
        let words = self.words_of(batch, &own).await?;
        due.extend(batch.replies.iter().filter_map(|reply| {
            let question = words.get(&reply.question_id)?;
            Some(wording::reply_notice(self.spoken(), reply.id, question, reply.sent_at))
        }));
        due.extend(
            batch
                .support_replies
                .iter()
                .map(|reply| wording::support_notice(self.spoken(), reply)),
        );
        Ok(due)
    }

    /// What notices say of these questions: as the batch has them, or else the cache.
    async fn words_of(
        &self,
        batch: &Batch,
        questions: &BTreeSet<QuestionId>,
    ) -> Result<BTreeMap<QuestionId, QuestionWords>> {
        let mut words = BTreeMap::new();
        let mut others = BTreeSet::new();
        for id in questions {
            match batch.words(*id) {
                Some(found) => drop(words.insert(*id, found)),
                None => drop(others.insert(*id)),
            }
        }
        let found = self.inner.cache.question_words(&others).await?;
        words.extend(found.into_iter().map(|found| (found.id, found)));
        Ok(words)
    }

    /// The questions that a batch brings replies on and that are this expert's: held, answered or written on by them.
    async fn own_questions(&self, batch: &Batch, account: &Account, now: Timestamp) -> Result<BTreeSet<QuestionId>> {
        let cache = &self.inner.cache;
        let (mut own, mut rest, mut unknown) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for id in batch.replies.iter().map(|reply| reply.question_id) {
            match batch.is_held(id, now) {
                Some(true) => own.insert(id),
                Some(false) => rest.insert(id),
                None => unknown.insert(id),
            };
        }
        let held = cache.those_held(&unknown, account.id, now).await?;
        rest.extend(unknown.difference(&held));
        own.extend(held);
        own.extend(cache.those_written_on(&rest, account.id).await?);
        Ok(own)
    }
}

/// Whether the expert has acted on an offer after an event.
fn is_dealt_with(offer: &Offer, event: &OfferEvent) -> bool {
    let later = offer.events.iter().skip_while(|earlier| earlier.id != event.id).skip(1);
    later
        .filter(|later| matches!(later.actor, Actor::Expert(_)))
        .any(|later| matches!(later.kind, OfferEventKind::Started | OfferEventKind::Cancelled))
}

/// A platform that sends what is no document is none that this desk can work with.
pub(super) fn unreadable(error: serde_json::Error) -> PlatformError {
    PlatformError::NotAPlatform(format!("a document could not be read: {error}"))
}

/// What the app itself shows of acceptances that are news.
fn accepted_events(offers: &[OfferDocument], news: &[NewNotice], spoken: Spoken) -> Vec<DeskEvent> {
    news.iter()
        .filter(|notice| notice.kind == NoticeKind::OfferAccepted && !notice.is_old)
        .filter_map(|notice| {
            let document = offers
                .iter()
                .find(|document| Some(document.offer.id) == notice.offer_id)?;
            Some(DeskEvent::OfferAccepted {
                offer_id: document.offer.id,
                title: document.offer.terms.title.clone(),
                customer_name: document.customer.name.clone(),
                amount_text: spoken.money(document.offer.terms.price),
            })
        })
        .collect()
}

impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        DeskError::from(error).into()
    }
}
