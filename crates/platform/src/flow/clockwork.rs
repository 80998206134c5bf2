//! What the clock does: locks lapse, offers expire, are reminded of, complete; emails that were given up are noted.

use super::{ATTEMPTS, Flow, FlowError, Work, offers, questions};
use crate::store::{AccountRow, DocumentKey, EmailRow, StoreError};
use jiff::Timestamp;
use proffer_domain::{AccountId, Actor, OfferCommand, OfferId, OfferState, Role};
use proffer_protocol::{Document, Entity, OfferDocument};
use uuid::Uuid;

/// How many due things are taken at once.
const BATCH: u32 = 100;

impl Flow {
    /// Does all that is due now and says how much it was. Running it again at the same moment does nothing.
    ///
    /// # Errors
    /// If the database fails; what was done stays done.
    pub async fn run_due(&self) -> Result<usize, FlowError> {
        let now = self.ports.clock.now();
        let due = self.store.read().await?.due_documents(now, BATCH).await?;
        let mut count = 0;
        for key in due {
            match self.run_one(key).await {
                Ok(has_changed) => count += usize::from(has_changed),
                // Someone was faster, which is as good, or the rules say that it is not due after all.
                Err(FlowError::Store(StoreError::Contended) | FlowError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }

    /// Does what is due of one thing; whether that changed anything.
    async fn run_one(&self, key: DocumentKey) -> Result<bool, FlowError> {
        let mut work = self.begin(clock_account()).await?;
        if !work.tx.claim_due(key, work.now).await? {
            return Ok(false);
        }
        let done = match work.tx.document(key.entity, key.id).await? {
            Some(Document::Question(mut document)) => {
                let lapsed = document
                    .question
                    .lock
                    .as_ref()
                    .is_some_and(|lock| !lock.is_live(work.now));
                if !lapsed {
                    return Ok(false);
                }
                document.question.lock = None;
                questions::publish(&mut work, document).await?;
                "lock_lapsed"
            }
            Some(Document::Offer(document)) => {
                let Some(action) = run_offer(&mut work, document).await? else {
                    return Ok(false);
                };
                action
            }
            _ => return Ok(false),
        };
        work.audit(done, key.entity, key.id, None).await?;
        self.commit(work).await?;
        metrics::counter!("clock_actions_total", "action" => done).increment(1);
        Ok(true)
    }

    /// Gives a claimed email up and notes it on the offer that it is about; whether the claim still held.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn give_up_email(&self, claimed: &EmailRow, error: &str) -> Result<bool, FlowError> {
        let mut attempt = 1;
        loop {
            let mut work = self.begin(clock_account()).await?;
            if !work.tx.email_not_sent(claimed, error, None).await? {
                return Ok(false);
            }
            match self.note_email_failed(work, claimed.created_at, claimed.offer_id).await {
                Err(FlowError::Store(StoreError::Contended)) if attempt < ATTEMPTS => attempt += 1,
                done => return done.map(|()| true),
            }
        }
    }

    /// Notes that an email that a mail server had taken came back, and this on the offer that it is about; whether that
    /// was new.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn email_bounced(&self, email: Uuid, error: &str) -> Result<bool, FlowError> {
        let mut attempt = 1;
        loop {
            let mut work = self.begin(clock_account()).await?;
            let Some((created_at, offer)) = work.tx.email_bounced(email, error, work.now).await? else {
                return Ok(false);
            };
            match self.note_email_failed(work, created_at, offer).await {
                Err(FlowError::Store(StoreError::Contended)) if attempt < ATTEMPTS => attempt += 1,
                done => return done.map(|()| true),
            }
        }
    }

    /// Commits that an email did not arrive, with this told on its offer, unless that was revised since.
    async fn note_email_failed(
        &self,
        mut work: Work,
        created_at: Timestamp,
        offer: Option<OfferId>,
    ) -> Result<(), FlowError> {
        if let Some(offer) = offer
            && let Some(Document::Offer(mut document)) = work.tx.document(Entity::Offer, offer.0).await?
            && !document.offer.email_failed
            && created_at.as_microsecond() >= document.offer.sent_at.as_microsecond()
        {
            document.revision += 1;
            document.offer.email_failed = true;
            work.publish(&Document::Offer(document)).await?;
        }
        self.commit(work).await
    }
}

/// Does what is due of an offer; what it was, if anything.
async fn run_offer(work: &mut Work, document: OfferDocument) -> Result<Option<&'static str>, FlowError> {
    let offer = &document.offer;
    let may_expire = offer.state.is_open() || offer.state == OfferState::Declined;
    if may_expire && offer.is_past_expiry(work.now) {
        offers::apply_as(work, document, OfferCommand::Expire, Actor::Clock).await?;
        Ok(Some("offer_expired"))
    } else if offer.completes_at.is_some_and(|at| at <= work.now) {
        offers::apply_as(work, document, OfferCommand::Complete, Actor::Clock).await?;
        Ok(Some("offer_completed"))
    } else if offer.reminder_due_at().is_some_and(|at| at <= work.now) {
        offers::remind_as_asked(work, document).await?;
        Ok(Some("offer_reminded"))
    } else {
        Ok(None)
    }
}

/// The clock acts for nobody; its account has no rights of its own.
fn clock_account() -> AccountRow {
    AccountRow {
        id: AccountId(Uuid::nil()),
        role: Role::Moderator,
        email: String::new(),
        name: "Proffer".to_owned(),
        password_hash: String::new(),
        time_zone: "UTC".to_owned(),
        created_at: Timestamp::UNIX_EPOCH,
        disabled_at: None,
        language: crate::language::Language::default(),
    }
}
