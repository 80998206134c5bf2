//! What the lifecycle does to money, in the transaction of each transition; and the ledger, read and checked.

use super::{Flow, FlowError, Work};
use crate::{
    payment,
    store::{LedgerBalance, LedgerRow, PaymentCount, PaymentRow, Tx},
};
use proffer_domain::{
    LedgerAccount, Money, OfferEventKind, OfferId, OfferState, PaymentMethod, PaymentTerms, Transfer,
    offer::{PaymentState, PaymentStep, payment_step},
};
use proffer_protocol::{Document, Entity, OfferDocument};
use std::collections::BTreeMap;

/// How many payments are checked at once.
const PAGE: u32 = 500;
/// How many faults are told at most.
const FAULTS_MAX: usize = 100;

/// Does to the money of a version what an event of it calls for.
///
/// `document` is the offer as it was before; a revision closes the version that it replaces.
pub(super) async fn move_money(
    work: &mut Work,
    document: &OfferDocument,
    event: OfferEventKind,
) -> Result<(), FlowError> {
    if PaymentState::ALL
        .map(Some)
        .iter()
        .all(|state| payment_step(event, *state).is_none())
    {
        return Ok(());
    }
    let offer = &document.offer;
    let found = work.tx.payment(offer.id, offer.version).await?;
    let Some(step) = payment_step(event, found.as_ref().map(|payment| payment.state)) else {
        return Ok(());
    };
    // A broken variant's second acceptance, which the ledger would not take.
    #[cfg(feature = "simulation")]
    if proffer_failpoints::is_broken("check_then_act_on_accept") && found.as_ref().is_some_and(|it| it.is_accepted) {
        return Ok(());
    }
    let now = work.now;
    let mut payment = match (found, step) {
        // What was let go or refused begins anew, under keys of its own.
        (Some(earlier), PaymentStep::Authorise)
            if matches!(earlier.state, PaymentState::Voided | PaymentState::Failed) =>
        {
            PaymentRow {
                revision: earlier.revision,
                attempt: earlier.attempt + 1,
                ..begin(work, document)
            }
        }
        (Some(payment), _) => payment,
        (None, PaymentStep::Authorise) => begin(work, document),
        // An order without a payment is one that was brought along; its money is entered when it is earned.
        (None, PaymentStep::Capture) => {
            let mut payment = begin(work, document);
            payment.terms.method = PaymentMethod::OnAccount;
            let port = payment::port(payment.terms.method);
            port.authorise(&mut work.tx, &mut payment, now).await?;
            payment
        }
        (None, PaymentStep::Void | PaymentStep::Refund) => return Ok(()),
    };
    let (port, tx) = (payment::port(payment.terms.method), &mut work.tx);
    match step {
        PaymentStep::Authorise => port.authorise(tx, &mut payment, now).await?,
        PaymentStep::Capture => port.capture(tx, &mut payment, now).await?,
        PaymentStep::Void => port.void(tx, &mut payment, now).await?,
        PaymentStep::Refund => port.refund(tx, &mut payment, now).await?,
    }
    Ok(work.tx.save_payment(&mut payment).await?)
}

/// A payment that is about to begin, as payments do now.
pub(super) fn begin(work: &Work, document: &OfferDocument) -> PaymentRow {
    let offer = &document.offer;
    let terms = PaymentTerms {
        method: work.pays_by,
        customer: offer.customer_id,
        expert: offer.expert_id,
        price: offer.terms.price,
        share_basis_points: work.limits.platform_share_basis_points.min(10_000),
    };
    PaymentRow::new(offer.id, offer.version, terms, work.now)
}

/// What is wrong with the ledger, in words for the operator, and what was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerCheck {
    /// How many payments were looked at.
    pub payments: u64,
    /// What is wrong; empty if nothing is.
    pub faults: Vec<String>,
}

impl LedgerCheck {
    fn fault(&mut self, words: String) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(words);
        }
    }
}

impl Flow {
    /// Every account's balance in every currency it was used in.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ledger_balances(&self) -> Result<Vec<LedgerBalance>, FlowError> {
        Ok(self.store.read().await?.ledger_balances().await?)
    }

    /// The newest lines of an account, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ledger_statement(&self, account: LedgerAccount, limit: u32) -> Result<Vec<LedgerRow>, FlowError> {
        Ok(self.store.read().await?.ledger_statement(account, limit).await?)
    }

    /// How many payments stand where.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn payment_counts(&self) -> Result<Vec<PaymentCount>, FlowError> {
        Ok(self.store.read().await?.payment_counts().await?)
    }

    /// The payment for an offer's current version, if it has begun.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn payment_of(&self, offer: OfferId, version: u32) -> Result<Option<PaymentRow>, FlowError> {
        Ok(self.store.read().await?.payment(offer, version).await?)
    }

    /// Checks the whole ledger, from one consistent state: that it balances in every currency; that every payment has
    /// the lines of its steps and no other; that every payment stands where its offer's state calls for; and that no
    /// line and no order is without its payment.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn check_ledger(&self) -> Result<LedgerCheck, FlowError> {
        let mut tx = self.store.read().await?;
        let mut check = LedgerCheck::default();
        let balances = tx.ledger_balances().await?;
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        for LedgerBalance { balance, .. } in &balances {
            *sums.entry(balance.currency.code()).or_default() += i128::from(balance.amount_minor);
        }
        for (currency, sum) in sums.into_iter().filter(|(_, sum)| *sum != 0) {
            check.fault(format!("{currency} does not balance: {sum} minor units are left"));
        }
        let mut wanted: BTreeMap<(String, &str), i128> = BTreeMap::new();
        let mut after = (String::new(), 0);
        loop {
            let page = tx.payments((&after.0, after.1), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = (last.offer_id.to_string(), last.version);
            for payment in &page {
                check.payments += 1;
                for line in check_payment(&mut tx, payment, &mut check).await? {
                    let (currency, minor) = (line.amount.currency.code(), i128::from(line.amount.amount_minor));
                    *wanted.entry((line.debit.to_string(), currency)).or_default() += minor;
                    *wanted.entry((line.credit.to_string(), currency)).or_default() -= minor;
                }
            }
        }
        for LedgerBalance { account, balance } in &balances {
            let wanted = wanted
                .remove(&(account.to_string(), balance.currency.code()))
                .unwrap_or(0);
            if wanted != i128::from(balance.amount_minor) {
                check.fault(format!(
                    "{account} stands at {balance} and should at {wanted} minor units"
                ));
            }
        }
        for ((account, currency), wanted) in wanted.into_iter().filter(|(_, wanted)| *wanted != 0) {
            check.fault(format!(
                "{account} should stand at {wanted} minor units of {currency} and has no line"
            ));
        }
        for line in tx.ledger_without_payment(PAGE).await? {
            check.fault(format!("a line of {} belongs to no payment", line.offer_id));
        }
        for offer in tx.offers_without_payment(PAGE).await? {
            check.fault(format!("offer {offer} is under way without a payment"));
        }
        Ok(check)
    }
}

/// Checks one payment; gives the lines that it should have.
async fn check_payment(tx: &mut Tx, payment: &PaymentRow, check: &mut LedgerCheck) -> Result<Vec<Transfer>, FlowError> {
    use PaymentStep as S;
    let steps: &[S] = match (payment.is_accepted, payment.state) {
        (false, _) => &[],
        (true, PaymentState::Pending | PaymentState::Authorised | PaymentState::Failed) => &[S::Authorise],
        (true, PaymentState::Captured) => &[S::Authorise, S::Capture],
        (true, PaymentState::Voided) => &[S::Authorise, S::Void],
        (true, PaymentState::Refunded) => &[S::Authorise, S::Capture, S::Refund],
    };
    let name = format!("{} version {}", payment.offer_id, payment.version);
    let wanted: Vec<Transfer> = steps.iter().flat_map(|step| payment.terms.transfers(*step)).collect();
    let lines = tx.ledger_of(payment.offer_id, payment.version).await?;
    let is_same =
        lines.len() == wanted.len() && wanted.iter().all(|line| lines.iter().any(|row| row.transfer == *line));
    if !is_same {
        check.fault(format!(
            "{name} is {} and has other lines than that",
            payment.state.as_str()
        ));
    }
    let Some(Document::Offer(document)) = tx.document(Entity::Offer, payment.offer_id.0).await? else {
        check.fault(format!("{name} has a payment and is no offer"));
        return Ok(wanted);
    };
    // A version that was replaced is closed, and its offer goes on.
    let state = if payment.version == document.offer.version {
        document.offer.state
    } else {
        OfferState::Superseded
    };
    if !fits(state, payment) {
        let (offer, payment) = (state.as_str(), payment.state.as_str());
        check.fault(format!("{name} is {offer} and its payment {payment}"));
    }
    if let (Some(step), None) = (payment.wanted, payment.due_at) {
        let why = payment.last_error.as_deref().unwrap_or_default();
        check.fault(format!("{name}: to {} it needs the operator: {why}", step.as_str()));
    }
    if payment.is_accepted && document.offer.terms.price != payment.terms.price {
        let (price, paid): (Money, Money) = (document.offer.terms.price, payment.terms.price);
        check.fault(format!("{name} costs {price} and its payment is of {paid}"));
    }
    Ok(wanted)
}

/// Whether a payment stands where its offer's state calls for, or is on its way there.
fn fits(offer: OfferState, payment: &PaymentRow) -> bool {
    use OfferState as O;
    use PaymentState as P;
    let is_or_will_be = |state: P, step: PaymentStep| payment.state == state || payment.wanted == Some(step);
    match offer {
        O::Sent | O::Held => !payment.is_accepted,
        O::Accepted | O::InProgress | O::Delivered => payment.is_accepted && payment.state == P::Authorised,
        O::Completed => payment.is_accepted && is_or_will_be(P::Captured, PaymentStep::Capture),
        O::Cancelled => is_or_will_be(P::Voided, PaymentStep::Void) || is_or_will_be(P::Refunded, PaymentStep::Refund),
        O::Declined | O::Withdrawn | O::Expired | O::Superseded => {
            let is_over = matches!(payment.state, P::Voided | P::Failed);
            !payment.is_accepted && (is_over || payment.wanted == Some(PaymentStep::Void))
        }
    }
}
