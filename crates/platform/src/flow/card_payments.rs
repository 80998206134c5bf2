//! Payments through Stripe: the customer is sent to pay, Stripe is asked what became of it, and what is wanted of it is
//! done, as often as it takes. Nothing is asked of Stripe within a transaction.

use super::{Flow, FlowError, Work, payments};
use crate::{
    payment::{
        self, StepKey,
        stripe::{
            Checkout, CheckoutStatus, Consent, Intent, IntentStatus, StripeClient, StripeConfig, StripeError,
            StripeEvent,
        },
    },
    store::{AccountRow, PaymentRow, StoreError},
};
use jiff::SignedDuration;
use proffer_domain::{
    Actor, CommandId, EventId, OfferCommand, OfferId, PaymentMethod,
    offer::{self, PaymentState, PaymentStep},
};
use proffer_protocol::{AcceptOfferRequest, Document, Entity, ErrorCode, OfferDocument};

/// How many payments are taken at once.
const BATCH: u32 = 20;
/// How long one of several instances has a payment to itself.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How often a page to pay on is asked for under one key.
const TRIES_WITH_ONE_KEY: u32 = 5;

/// Stripe as this platform uses it.
#[derive(Clone, Debug)]
pub struct StripeRoute {
    /// Asks it.
    pub client: StripeClient,
    /// What it is used with.
    pub config: StripeConfig,
}

/// Where a customer who accepts goes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentStart {
    /// Nowhere: the offer can be accepted at once.
    NotNeeded,
    /// Their payment has begun: it is told on the offer's payment page how it stands.
    Begun,
}

/// What asking Stripe has shown.
enum Shown {
    /// This step is done.
    Done(PaymentStep),
    /// The amount is set aside; the offer can be accepted.
    SetAside,
    /// The customer's payment failed for good, for this reason.
    Failed(String),
    /// Nothing new: look again later.
    Later,
    /// It cannot be done, for this reason; only the operator can help.
    Stuck(String),
}

impl Flow {
    /// Begins the payment for an offer that a customer accepts, where one must come first.
    ///
    /// # Errors
    /// [`FlowError::Refused`] if the offer could not be accepted anyway.
    pub async fn begin_payment(
        &self,
        account: &AccountRow,
        id: OfferId,
        request: &AcceptOfferRequest,
        key: CommandId,
    ) -> Result<PaymentStart, FlowError> {
        if self.payment_method() == PaymentMethod::OnAccount {
            return Ok(PaymentStart::NotNeeded);
        }
        let mut work = self.begin(account.clone()).await?;
        if work.tx.response(account.id, key).await?.is_some() {
            // It was accepted, or refused, with this key before.
            return Ok(PaymentStart::NotNeeded);
        }
        let document = work.offer(id).await?;
        check_acceptable(&work, &document, request)?;
        let now = work.now;
        let mut payment = match work.tx.payment(id, document.offer.version).await? {
            Some(payment) if payment.wanted == Some(PaymentStep::Void) => {
                let detail = "An earlier payment for this offer is being let go; try again in a minute.";
                let problem = proffer_protocol::Problem::new(ErrorCode::Unavailable).with_detail(detail);
                return Err(FlowError::refused(problem));
            }
            Some(payment) if payment.state == PaymentState::Authorised => return Ok(PaymentStart::NotNeeded),
            Some(payment) if payment.state == PaymentState::Pending => payment,
            Some(earlier) => PaymentRow {
                revision: earlier.revision,
                attempt: earlier.attempt + 1,
                ..payments::begin(&work, &document)
            },
            None => payments::begin(&work, &document),
        };
        payment.accept_key = Some(key);
        payment.call_slot = request.call_slot.and_then(|slot| u32::try_from(slot).ok());
        payment.wanted = Some(PaymentStep::Authorise);
        payment.due_at = now.checked_add(LEASE).ok();
        payment.changed_at = now;
        work.tx.save_payment(&mut payment).await?;
        self.commit(work).await?;
        // At once, so that the customer is sent on without waiting; if it fails, it goes on in the background.
        self.settle_payment(payment).await?;
        Ok(PaymentStart::Begun)
    }

    /// Asks Stripe about every payment that is due, and does what is wanted of it; says how many there were.
    ///
    /// # Errors
    /// If the database fails; what was done stays done.
    pub async fn run_payments(&self) -> Result<usize, FlowError> {
        if self.stripe().is_none() {
            return Ok(0);
        }
        let now = self.ports().clock.now();
        let due = self.store().read().await?.due_payments(now, BATCH).await?;
        let mut count = 0;
        for mut payment in due {
            // One instance takes it; should that die, another does after a while.
            payment.due_at = now.checked_add(LEASE).ok();
            let mut tx = self.store().begin().await?;
            let taken = tx.save_payment(&mut payment).await;
            match taken {
                Ok(()) => tx.commit().await?,
                Err(StoreError::Contended) => continue,
                Err(error) => return Err(error.into()),
            }
            count += 1;
            self.settle_payment(payment).await?;
        }
        Ok(count)
    }

    /// Asks Stripe about one payment and writes what came of it.
    async fn settle_payment(&self, payment: PaymentRow) -> Result<(), FlowError> {
        let Some(route) = self.stripe() else { return Ok(()) };
        let mut payment = payment;
        let is_to_accept = payment.wanted.is_none() && payment.state == PaymentState::Authorised;
        if !is_to_accept {
            let shown = self.ask_stripe(route, &mut payment).await;
            let is_set_aside = matches!(shown, Ok(Shown::SetAside));
            if !self.write_shown(&mut payment, shown).await? || !is_set_aside {
                return Ok(());
            }
        }
        self.accept_on(payment).await
    }

    /// Accepts an offer on the payment that is set aside for it; if it can be accepted no more, lets the payment go.
    async fn accept_on(&self, payment: PaymentRow) -> Result<(), FlowError> {
        if payment.is_accepted {
            return Ok(());
        }
        let mut tx = self.store().read().await?;
        let account = tx.account(payment.terms.customer).await?;
        drop(tx);
        let request = AcceptOfferRequest {
            version: payment.version,
            call_slot: payment.call_slot.and_then(|slot| usize::try_from(slot).ok()),
        };
        let accepted = match (account, payment.accept_key) {
            (Some(account), Some(key)) => {
                let command = super::Command::AcceptOffer(payment.offer_id, request);
                // A box: the command's future is large, and this is part of a page's.
                Box::pin(self.execute(&account, key, &command)).await
            }
            _ => Err(FlowError::code(ErrorCode::NotFound)),
        };
        match accepted {
            Ok(_) => Ok(()),
            Err(FlowError::Refused(problem)) => {
                tracing::info!(offer = %payment.offer_id, code = ?problem.code, "a payment came for what is open no more");
                self.let_go(payment.offer_id, payment.version).await
            }
            Err(error) => Err(error),
        }
    }

    /// Voids a payment that no offer was accepted on.
    async fn let_go(&self, offer: OfferId, version: u32) -> Result<(), FlowError> {
        let now = self.ports().clock.now();
        let mut tx = self.store().begin().await?;
        let Some(mut payment) = tx.payment(offer, version).await? else {
            return Ok(());
        };
        if payment.is_accepted || payment.state != PaymentState::Authorised {
            return Ok(());
        }
        payment::port(payment.terms.method)
            .void(&mut tx, &mut payment, now)
            .await?;
        tx.save_payment(&mut payment).await?;
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// What Stripe shows of a payment, after it was asked for what is wanted.
    async fn ask_stripe(&self, route: &StripeRoute, payment: &mut PaymentRow) -> Result<Shown, StripeError> {
        let Some(wanted) = payment.wanted else {
            return Ok(Shown::Later);
        };
        let intent = match &payment.external_id {
            Some(id) => Some(route.client.intent(id).await?),
            None => self.find_intent(route, payment, wanted).await?,
        };
        let Some(intent) = intent else {
            return Ok(match wanted {
                PaymentStep::Void => Shown::Done(PaymentStep::Void),
                // Stripe closes its page after a day.
                _ if payment.checkout_id.is_none() => Shown::Failed("nobody paid in time".to_owned()),
                _ => Shown::Later,
            });
        };
        payment.external_id = Some(intent.id.clone());
        act_on(route, payment, wanted, intent).await
    }

    /// The payment's intent at Stripe, begun where it is not yet; `None` while the customer has not paid.
    async fn find_intent(
        &self,
        route: &StripeRoute,
        payment: &mut PaymentRow,
        wanted: PaymentStep,
    ) -> Result<Option<Intent>, StripeError> {
        let key = StepKey::of(payment, PaymentStep::Authorise);
        if let Consent::PaymentMethod(method) = &route.config.consent {
            return route.client.create_intent(payment, &key, method).await.map(Some);
        }
        let checkout = match &payment.checkout_id {
            Some(id) => route.client.checkout(id).await?,
            // Also where it is to be let go: what became of the first request is not known, and its key finds out.
            None => {
                let back = self.page_of(payment.offer_id);
                let title = self.title_of(payment.offer_id).await;
                route.client.create_checkout(payment, &key, &title, &back).await?
            }
        };
        let Checkout {
            id,
            url,
            status,
            payment_intent,
        } = checkout;
        payment.checkout_id = Some(id.clone());
        payment.checkout_url = url.filter(|_| status == CheckoutStatus::Open);
        match status {
            CheckoutStatus::Complete => match payment_intent {
                Some(intent) => route.client.intent(&intent).await.map(Some),
                None => Err(StripeError::Unknown(
                    "a page that is complete has no payment".to_owned(),
                )),
            },
            CheckoutStatus::Open if wanted == PaymentStep::Void => {
                let key = StepKey::of(payment, PaymentStep::Void);
                route.client.expire_checkout(&id, &key).await?;
                Ok(None)
            }
            CheckoutStatus::Open => Ok(None),
            CheckoutStatus::Expired => {
                payment.checkout_id = None;
                Ok(None)
            }
        }
    }

    /// Writes what Stripe has shown; whether nobody else was faster.
    async fn write_shown(
        &self,
        payment: &mut PaymentRow,
        shown: Result<Shown, StripeError>,
    ) -> Result<bool, FlowError> {
        let now = self.ports().clock.now();
        let mut tx = self.store().begin().await?;
        payment.changed_at = now;
        match shown {
            Ok(Shown::Done(step)) => payment::settle(&mut tx, payment, step, now).await?,
            Ok(Shown::SetAside) => {
                payment.state = PaymentState::Authorised;
                payment.wanted = None;
                payment.tries = 0;
                payment.last_error = None;
                // The acceptance is due: if this process dies here, it is made later.
                payment.due_at = Some(now);
            }
            Ok(Shown::Failed(reason)) | Err(StripeError::Declined { code: reason }) => {
                payment.state = PaymentState::Failed;
                payment.wanted = None;
                payment.due_at = None;
                payment.checkout_url = None;
                payment.last_error = Some(reason);
            }
            Ok(Shown::Later) => {
                payment.due_at = now.checked_add(patience(payment.tries)).ok();
                payment.tries += 1;
            }
            Ok(Shown::Stuck(reason)) => {
                tracing::error!(offer = %payment.offer_id, reason, "a payment needs the operator");
                payment.due_at = None;
                payment.last_error = Some(reason);
            }
            Err(StripeError::Refused { status, code }) => {
                let reason = format!("Stripe refused with status {status}: {code}");
                tracing::error!(offer = %payment.offer_id, reason, "a payment needs the operator");
                payment.last_error = Some(reason);
                if payment.wanted == Some(PaymentStep::Authorise) {
                    payment.state = PaymentState::Failed;
                    payment.wanted = None;
                }
                payment.due_at = None;
            }
            Err(error @ (StripeError::Unknown(_) | StripeError::Busy { .. })) => {
                let mut wait = patience(payment.tries);
                if let StripeError::Busy {
                    retry_after_s: Some(seconds),
                } = &error
                {
                    wait = wait.max(SignedDuration::from_secs(i64::from(*seconds)));
                }
                tracing::warn!(offer = %payment.offer_id, tries = payment.tries + 1, %error, "Stripe is asked again");
                payment.due_at = now.checked_add(wait).ok();
                payment.tries += 1;
                payment.last_error = Some(error.to_string());
                // Stripe remembers a failure of its own by the key, too. A page that nobody has seen, nobody pays on.
                let is_page = self
                    .stripe()
                    .is_some_and(|route| route.config.consent == Consent::Checkout);
                if is_page && payment.checkout_id.is_none() && payment.tries.is_multiple_of(TRIES_WITH_ONE_KEY) {
                    payment.attempt += 1;
                }
            }
        }
        match tx.save_payment(payment).await {
            Ok(()) => {
                tx.commit().await?;
                self.wake();
                Ok(true)
            }
            // What was written meanwhile, such as a void by a withdrawal, is looked at next.
            Err(StoreError::Contended) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Has Stripe asked again about a payment that needed the operator; whether there is one that waits.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn retry_payment(&self, offer: OfferId, version: u32) -> Result<bool, FlowError> {
        let mut tx = self.store().begin().await?;
        let found = tx.payment(offer, version).await?;
        let Some(mut payment) = found.filter(|payment| payment.wanted.is_some()) else {
            return Ok(false);
        };
        payment.due_at = Some(self.ports().clock.now());
        tx.save_payment(&mut payment).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Notes that Stripe tells of something, and lets Stripe be asked about it at once. The same event twice is once.
    ///
    /// # Errors
    /// If the database fails; Stripe then tells it again.
    pub async fn note_stripe_event(&self, event: &StripeEvent) -> Result<(), FlowError> {
        let now = self.ports().clock.now();
        let mut tx = self.store().begin().await?;
        if !tx.insert_payment_event(&event.id, now).await? {
            return Ok(());
        }
        let mut found = None;
        for object in &event.objects {
            if found.is_none() {
                found = tx.payment_by_external_id(object).await?;
            }
        }
        if let (None, Some((offer, version))) = (&found, event.offer) {
            found = tx.payment(offer, version).await?;
        }
        if let Some(mut payment) = found.filter(|payment| payment.wanted.is_some()) {
            payment.due_at = Some(now);
            match tx.save_payment(&mut payment).await {
                Ok(()) | Err(StoreError::Contended) => {}
                Err(error) => return Err(error.into()),
            }
        }
        tx.commit().await?;
        self.wake();
        Ok(())
    }

    /// The page of an offer, where Stripe sends the customer back to.
    fn page_of(&self, offer: OfferId) -> url::Url {
        let mut url = (*self.public_url).clone();
        let path = format!("{}/offers/{offer}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url
    }

    /// What the customer pays for, as Stripe's page and their statement name it.
    async fn title_of(&self, offer: OfferId) -> String {
        let document = match self.store().read().await {
            Ok(mut tx) => tx.document(Entity::Offer, offer.0).await,
            Err(error) => Err(error),
        };
        match document {
            Ok(Some(Document::Offer(document))) => document.offer.terms.title,
            _ => "Premium Service".to_owned(),
        }
    }
}

/// Does what is wanted of an intent, from where it stands.
async fn act_on(
    route: &StripeRoute,
    payment: &PaymentRow,
    wanted: PaymentStep,
    intent: Intent,
) -> Result<Shown, StripeError> {
    use IntentStatus as I;
    use PaymentStep as S;
    let price = payment.terms.price;
    if intent.amount != price.amount_minor || !intent.currency.eq_ignore_ascii_case(price.currency.code()) {
        return Ok(Shown::Stuck("the amount at Stripe is another".to_owned()));
    }
    let key = StepKey::of(payment, wanted);
    Ok(match (wanted, intent.status) {
        (S::Authorise, I::RequiresCapture) => Shown::SetAside,
        (S::Authorise, I::Canceled) => Shown::Failed("it was cancelled".to_owned()),
        (S::Authorise, I::RequiresPaymentMethod) if payment.checkout_id.is_none() => {
            let code = intent.last_payment_error.and_then(|error| error.code);
            Shown::Failed(code.unwrap_or_else(|| "the card was refused".to_owned()))
        }
        (S::Authorise, I::RequiresAction) if payment.checkout_id.is_none() => {
            // Without a page of Stripe's there is nobody who could act.
            Shown::Failed("authentication_required".to_owned())
        }
        (S::Authorise, I::Succeeded) => Shown::Stuck("it was taken before it was accepted".to_owned()),
        (S::Capture, I::RequiresCapture) => {
            let after = route.client.capture(&intent.id, &key).await?;
            done_if(after.status == I::Succeeded, S::Capture)
        }
        (S::Capture, I::Succeeded) => Shown::Done(S::Capture),
        (S::Capture, I::Canceled) => Shown::Stuck("the authorisation has run out before it was taken".to_owned()),
        (S::Void, I::Canceled) => Shown::Done(S::Void),
        // It cannot be let go once it is taken, so it is given back.
        (S::Void, I::Succeeded) => {
            route
                .client
                .refund(&intent.id, &StepKey::of(payment, S::Refund))
                .await?;
            Shown::Done(S::Void)
        }
        (S::Void, I::Processing) => Shown::Later,
        (S::Void, _) => {
            let after = route.client.cancel(&intent.id, &key).await?;
            done_if(after.status == I::Canceled, S::Void)
        }
        (S::Refund, I::Succeeded) => {
            route.client.refund(&intent.id, &key).await?;
            Shown::Done(S::Refund)
        }
        _ => Shown::Later,
    })
}

fn done_if(is_done: bool, step: PaymentStep) -> Shown {
    if is_done { Shown::Done(step) } else { Shown::Later }
}

/// How long to wait before asking again: 2 seconds, doubled with each time, ten minutes at most.
fn patience(tries: u32) -> SignedDuration {
    SignedDuration::from_secs((2_i64 << tries.min(9)).min(600))
}

/// Refuses what could not be accepted anyway, before anybody pays for it.
fn check_acceptable(work: &Work, document: &OfferDocument, request: &AcceptOfferRequest) -> Result<(), FlowError> {
    let command = OfferCommand::Accept {
        version: request.version,
        call_slot: request.call_slot,
    };
    let event_id = EventId(work.ports.new_id());
    let actor = Actor::Customer(work.actor.id);
    offer::apply(&document.offer, command, event_id, actor, &work.limits, work.now)
        .map(drop)
        .map_err(|error| FlowError::offer(error, document.offer.state, document.offer.version))
}
