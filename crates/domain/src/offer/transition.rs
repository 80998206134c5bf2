//! The offer lifecycle as a pure function: state and command in, new state, event and who is told out.

use super::{CallSlot, Delivery, Offer, OfferEvent, OfferEventKind, OfferState, OfferTerms, OfferVersion};
use crate::{
    AccountId, Actor, Attachment, CategoryId, EventId, FieldCode, FieldProblem, Limits, OfferId, Question, QuestionId,
    Timestamp, text,
};
use jiff::SignedDuration;

/// What may be asked of an offer that exists. Sending makes one: see [`send`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferCommand {
    /// The customer opened its page.
    View,
    /// The customer keeps it for later.
    Hold {
        /// When they want to be reminded.
        remind_at: Option<Timestamp>,
    },
    /// The customer says no.
    Decline {
        /// Why, if they say so.
        reason: Option<String>,
    },
    /// The customer takes a decline back.
    Reconsider,
    /// The customer says yes to the version they were shown.
    Accept {
        /// The version whose total the customer saw.
        version: u32,
        /// The proposed time they chose, by its place in the terms.
        call_slot: Option<usize>,
    },
    /// It is taken back.
    Withdraw,
    /// Its expiry has come.
    Expire,
    /// The expert starts.
    Start,
    /// The expert delivers.
    Deliver {
        /// The message, or what came of the call.
        message: String,
        /// Whether it reports a call's outcome.
        is_call_outcome: bool,
        /// Files.
        attachments: Vec<Attachment>,
    },
    /// It is done: the customer confirms, or the set days have passed.
    Complete,
    /// It is ended after acceptance.
    Cancel {
        /// Why; shown to both.
        reason: String,
    },
}

impl OfferCommand {
    /// The event that it makes.
    #[must_use]
    pub fn event_kind(&self) -> OfferEventKind {
        match self {
            Self::View => OfferEventKind::Viewed,
            Self::Hold { .. } => OfferEventKind::Held,
            Self::Decline { .. } => OfferEventKind::Declined,
            Self::Reconsider => OfferEventKind::Reconsidered,
            Self::Accept { .. } => OfferEventKind::Accepted,
            Self::Withdraw => OfferEventKind::Withdrawn,
            Self::Expire => OfferEventKind::Expired,
            Self::Start => OfferEventKind::Started,
            Self::Deliver { .. } => OfferEventKind::Delivered,
            Self::Complete => OfferEventKind::Completed,
            Self::Cancel { .. } => OfferEventKind::Cancelled,
        }
    }
}

/// Who is told of an event, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tell {
    /// An email to the customer.
    CustomerEmail,
    /// A receipt to the customer by email.
    CustomerReceipt,
    /// The customer's question list.
    CustomerList,
    /// An email to the expert.
    ExpertEmail,
    /// The expert's Request Centre.
    ExpertRequestCentre,
    /// A native notification on the expert's desktop.
    ExpertNotification,
}

/// Who is told of an event, as the table of the specification has it.
#[must_use]
pub fn told(kind: OfferEventKind) -> &'static [Tell] {
    use OfferEventKind as E;
    use Tell as T;
    match kind {
        E::Sent | E::Revised | E::Withdrawn | E::Delivered => &[T::CustomerEmail, T::CustomerList],
        E::Viewed | E::Held | E::Reconsidered => &[T::ExpertRequestCentre],
        E::Declined => &[T::ExpertEmail, T::ExpertRequestCentre],
        E::Expired => &[T::CustomerEmail, T::CustomerList, T::ExpertRequestCentre],
        E::Accepted => &[
            T::ExpertEmail,
            T::ExpertRequestCentre,
            T::ExpertNotification,
            T::CustomerReceipt,
        ],
        E::Started => &[T::CustomerList],
        E::Completed => &[T::ExpertRequestCentre, T::ExpertNotification],
        E::Cancelled => &[T::CustomerEmail, T::ExpertEmail],
    }
}

/// Who is told besides, when a moderator acted in the expert's place: the expert.
#[must_use]
pub fn told_besides(event: &OfferEvent) -> &'static [Tell] {
    match (event.kind, event.actor) {
        (OfferEventKind::Withdrawn, Actor::Moderator(_)) => &[Tell::ExpertEmail, Tell::ExpertRequestCentre],
        _ => &[],
    }
}

/// What a legal command leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The offer as it stands now, the event already in its history.
    pub offer: Offer,
    /// What happened.
    pub event: OfferEvent,
    /// Who is told.
    pub tell: &'static [Tell],
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// The state does not allow it.
    #[error("an offer that is {} cannot be {}", .state.as_str(), .event.as_str())]
    NotAllowed {
        /// What was asked.
        event: OfferEventKind,
        /// Where the offer stands.
        state: OfferState,
    },
    /// Not this person's to do.
    #[error("this offer is not yours to change in this way")]
    NotYours,
    /// The version shown is no longer the current one.
    #[error("this offer was revised: version {current} has replaced version {shown}")]
    VersionChanged {
        /// The version that the command names.
        shown: u32,
        /// The current version.
        current: u32,
    },
    /// Its expiry has come.
    #[error("this offer could be accepted until {expired_at}")]
    Expired {
        /// When it expired.
        expired_at: Timestamp,
    },
    /// The clock asks too early.
    #[error("it is not time for this yet")]
    NotDue,
    /// The expert neither holds the lock nor has answered.
    #[error("lock the question or answer it before you offer a service")]
    NotYourQuestion,
    /// Answer first.
    #[error("answer the question before you offer a service; only an upgrade may come first")]
    AnswerFirst,
    /// Fields that are wrong.
    #[error("some fields are not as they must be")]
    Fields(Vec<FieldProblem>),
}

impl OfferError {
    fn field(pointer: &str, code: FieldCode, message: &str) -> Self {
        Self::Fields(vec![FieldProblem::new(pointer, code, message)])
    }
}

/// What sending and revising need to know beside the terms.
#[derive(Clone, Copy, Debug)]
pub struct SendContext<'a> {
    /// The question, with its lock and who answered it.
    pub question: &'a Question,
    /// The platform's limits.
    pub limits: &'a Limits,
    /// The moment.
    pub now: Timestamp,
}

/// Checks the guards of *send* without sending: the desk asks this while the expert types.
///
/// # Errors
/// [`OfferError::NotYourQuestion`], [`OfferError::AnswerFirst`] or [`OfferError::Fields`].
pub fn check_send(terms: &OfferTerms, expert: AccountId, context: SendContext<'_>) -> Result<(), OfferError> {
    if !context.question.may_offer(expert, context.now) {
        return Err(OfferError::NotYourQuestion);
    }
    if context.question.answered_by.is_empty() && !terms.kind.is_upgrade() {
        return Err(OfferError::AnswerFirst);
    }
    let problems = terms.problems(context.limits, context.now);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(OfferError::Fields(problems))
    }
}

/// Sends a new offer: draft → sent.
///
/// # Errors
/// As [`check_send`].
pub fn send(
    id: OfferId,
    event_id: EventId,
    expert: AccountId,
    terms: OfferTerms,
    context: SendContext<'_>,
) -> Result<Transition, OfferError> {
    let terms = with_expiry(terms.normalised(), context);
    check_send(&terms, expert, context)?;
    let offer = new_offer(
        id,
        context.question.id,
        context.question.category_id,
        context.question.customer.id,
        expert,
        terms,
        context.now,
    );
    Ok(finish(
        offer,
        event_id,
        OfferEventKind::Sent,
        Actor::Expert(expert),
        context.now,
    ))
}

/// Sends version n+1 in place of an open or declined version n.
///
/// # Errors
/// As [`check_send`], and [`OfferError::NotYours`], [`OfferError::NotAllowed`], [`OfferError::VersionChanged`] if
/// `shown` is not the current version.
pub fn revise(
    offer: &Offer,
    shown: u32,
    event_id: EventId,
    expert: AccountId,
    terms: OfferTerms,
    context: SendContext<'_>,
) -> Result<Transition, OfferError> {
    if offer.expert_id != expert {
        return Err(OfferError::NotYours);
    }
    allow(
        offer,
        OfferEventKind::Revised,
        &[OfferState::Sent, OfferState::Held, OfferState::Declined],
    )?;
    if shown != offer.version {
        return Err(OfferError::VersionChanged {
            shown,
            current: offer.version,
        });
    }
    let terms = with_expiry(terms.normalised(), context);
    check_send(&terms, expert, context)?;
    let mut next = offer.clone();
    next.earlier.push(OfferVersion {
        version: offer.version,
        terms: offer.terms.clone(),
        sent_at: offer.sent_at,
    });
    next.version += 1;
    next.state = OfferState::Sent;
    next.terms = terms;
    next.sent_at = context.now;
    next.viewed_at = None;
    next.remind_at = None;
    next.reminded_at = None;
    next.email_failed = false;
    next.decline_reason = None;
    Ok(finish(
        next,
        event_id,
        OfferEventKind::Revised,
        Actor::Expert(expert),
        context.now,
    ))
}

/// Applies a command to an offer at `now`.
///
/// A moderator's standing (that they look after this category) is the caller's to check; that a customer or expert is
/// the offer's own is checked here.
///
/// # Errors
/// [`OfferError`] says why it was refused; the offer is then as it was.
pub fn apply(
    offer: &Offer,
    command: OfferCommand,
    event_id: EventId,
    actor: Actor,
    limits: &Limits,
    now: Timestamp,
) -> Result<Transition, OfferError> {
    use OfferState as S;
    let kind = command.event_kind();
    check_actor(offer, kind, actor)?;
    let mut next = offer.clone();
    match command {
        OfferCommand::View => {
            if offer.state == S::Superseded {
                return Err(OfferError::NotAllowed {
                    event: kind,
                    state: offer.state,
                });
            }
            next.viewed_at = Some(now);
        }
        OfferCommand::Hold { remind_at } => {
            allow(offer, kind, &[S::Sent])?;
            not_expired(offer, now)?;
            if remind_at.is_some_and(|at| at <= now) {
                return Err(OfferError::field(
                    "/remind_at",
                    FieldCode::InThePast,
                    "This date has passed; choose a later one.",
                ));
            }
            next.state = S::Held;
            next.remind_at = remind_at;
        }
        OfferCommand::Decline { reason } => {
            allow(offer, kind, &[S::Sent, S::Held])?;
            if let Some(problem) = text::check_optional(
                "/reason",
                "the reason",
                reason.as_deref().unwrap_or_default(),
                text::REASON_MAX_CHARS,
            ) {
                return Err(OfferError::Fields(vec![problem]));
            }
            next.state = S::Declined;
            next.decline_reason = reason
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty());
            next.remind_at = None;
        }
        OfferCommand::Reconsider => {
            allow(offer, kind, &[S::Declined])?;
            not_expired(offer, now)?;
            next.state = S::Held;
            next.decline_reason = None;
        }
        OfferCommand::Accept { version, call_slot } => {
            allow(offer, kind, &[S::Sent, S::Held])?;
            if version != offer.version {
                return Err(OfferError::VersionChanged {
                    shown: version,
                    current: offer.version,
                });
            }
            not_expired(offer, now)?;
            next.chosen_call_slot = call_slot.map(|index| slot(offer, index, now)).transpose()?;
            next.state = S::Accepted;
            next.accepted_at = Some(now);
            next.remind_at = None;
        }
        OfferCommand::Withdraw => {
            allow(offer, kind, &[S::Sent, S::Held, S::Declined])?;
            next.state = S::Withdrawn;
            next.remind_at = None;
        }
        OfferCommand::Expire => {
            allow(offer, kind, &[S::Sent, S::Held, S::Declined])?;
            if !offer.is_past_expiry(now) {
                return Err(OfferError::NotDue);
            }
            next.state = S::Expired;
            next.remind_at = None;
        }
        OfferCommand::Start => {
            allow(offer, kind, &[S::Accepted])?;
            next.state = S::InProgress;
        }
        OfferCommand::Deliver {
            message,
            is_call_outcome,
            attachments,
        } => {
            allow(offer, kind, &[S::InProgress])?;
            let problems = delivery_problems(&message, is_call_outcome, attachments.len(), offer, limits);
            if !problems.is_empty() {
                return Err(OfferError::Fields(problems));
            }
            next.state = S::Delivered;
            next.delivery = Some(Delivery {
                message: message.trim().to_owned(),
                is_call_outcome,
                attachments,
                delivered_at: now,
            });
            let days = SignedDuration::from_hours(24 * i64::from(limits.completion_days));
            next.completes_at = Some(now.saturating_add(days).unwrap_or(Timestamp::MAX));
        }
        OfferCommand::Complete => {
            allow(offer, kind, &[S::Delivered])?;
            if actor == Actor::Clock && offer.completes_at.is_none_or(|at| now < at) {
                return Err(OfferError::NotDue);
            }
            next.state = S::Completed;
            next.completes_at = None;
        }
        OfferCommand::Cancel { reason } => {
            allow(offer, kind, &[S::Accepted, S::InProgress])?;
            if let Some(problem) = text::check("/reason", "a reason", &reason, text::REASON_MAX_CHARS) {
                return Err(OfferError::Fields(vec![problem]));
            }
            next.state = S::Cancelled;
            next.cancel_reason = Some(reason.trim().to_owned());
        }
    }
    Ok(finish(next, event_id, kind, actor, now))
}

/// Gives terms without an expiry of their own the one that the platform sets.
fn with_expiry(terms: OfferTerms, context: SendContext<'_>) -> OfferTerms {
    let days = context.limits.expiry_days.filter(|_| terms.expires_at.is_none());
    let hours = days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
    let expires_at = hours.and_then(|hours| context.now.checked_add(hours).ok());
    OfferTerms {
        expires_at: terms.expires_at.or(expires_at),
        ..terms
    }
}

fn allow(offer: &Offer, event: OfferEventKind, from: &[OfferState]) -> Result<(), OfferError> {
    if from.contains(&offer.state) {
        Ok(())
    } else {
        Err(OfferError::NotAllowed {
            event,
            state: offer.state,
        })
    }
}

fn not_expired(offer: &Offer, now: Timestamp) -> Result<(), OfferError> {
    match offer.terms.expires_at {
        Some(expired_at) if expired_at <= now => Err(OfferError::Expired { expired_at }),
        _ => Ok(()),
    }
}

fn check_actor(offer: &Offer, kind: OfferEventKind, actor: Actor) -> Result<(), OfferError> {
    use OfferEventKind as E;
    let customer = actor == Actor::Customer(offer.customer_id);
    let expert = actor == Actor::Expert(offer.expert_id);
    let moderator = matches!(actor, Actor::Moderator(_));
    let clock = actor == Actor::Clock;
    let may = match kind {
        E::Viewed | E::Held | E::Declined | E::Reconsidered | E::Accepted => customer,
        E::Sent | E::Revised | E::Started | E::Delivered => expert,
        E::Withdrawn | E::Cancelled => expert || moderator,
        E::Expired => clock,
        E::Completed => customer || clock,
    };
    if may { Ok(()) } else { Err(OfferError::NotYours) }
}

fn slot(offer: &Offer, index: usize, now: Timestamp) -> Result<CallSlot, OfferError> {
    let slot = offer.terms.call_slots.get(index).copied().ok_or_else(|| {
        OfferError::field(
            "/call_slot",
            FieldCode::NotOffered,
            "This time is not among those proposed; choose one of them.",
        )
    })?;
    if slot.starts_at <= now {
        return Err(OfferError::field(
            "/call_slot",
            FieldCode::InThePast,
            "This time has passed; choose a later one, or none and write to the expert.",
        ));
    }
    Ok(slot)
}

fn delivery_problems(
    message: &str,
    is_call_outcome: bool,
    attachments: usize,
    offer: &Offer,
    limits: &Limits,
) -> Vec<FieldProblem> {
    let what = if is_call_outcome {
        "what came of the call"
    } else {
        "a message to the customer"
    };
    let mut problems: Vec<_> = text::check("/message", what, message, limits.text_max_chars as usize)
        .into_iter()
        .chain(crate::message::check_attachment_count(attachments, limits))
        .collect();
    if is_call_outcome && !offer.terms.kind.is_call() {
        problems.push(FieldProblem::new(
            "/is_call_outcome",
            FieldCode::NotOffered,
            "This service is not a call; deliver it with a message.",
        ));
    }
    problems
}

fn new_offer(
    id: OfferId,
    question_id: QuestionId,
    category_id: CategoryId,
    customer_id: AccountId,
    expert_id: AccountId,
    terms: OfferTerms,
    now: Timestamp,
) -> Offer {
    Offer {
        id,
        question_id,
        category_id,
        customer_id,
        expert_id,
        version: 1,
        state: OfferState::Sent,
        terms,
        sent_at: now,
        viewed_at: None,
        remind_at: None,
        reminded_at: None,
        email_failed: false,
        decline_reason: None,
        accepted_at: None,
        chosen_call_slot: None,
        delivery: None,
        completes_at: None,
        cancel_reason: None,
        earlier: Vec::new(),
        events: Vec::new(),
    }
}

fn finish(mut offer: Offer, id: EventId, kind: OfferEventKind, actor: Actor, at: Timestamp) -> Transition {
    let event = OfferEvent {
        id,
        version: offer.version,
        kind,
        actor,
        at,
    };
    offer.events.push(event.clone());
    Transition {
        offer,
        event,
        tell: told(kind),
    }
}
