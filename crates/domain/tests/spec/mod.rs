//! The lifecycle table of the specification as data, and the people, question and terms that the tests play it with.
//!
//! Written from the specification, not from the code: a difference between the two is a defect of the code.
#![allow(dead_code, reason = "each test program uses a part of it")]

use proffer_domain::{
    AccountId, Actor, CategoryId, DeliveryTime, DeliveryUnit, EventId, Limits, Lock, Money, Offer, OfferCommand,
    OfferError, OfferEventKind, OfferId, OfferState, OfferTerms, Person, Question, QuestionId, QuestionState,
    ServiceKind, Tell, Timestamp, Transition,
    offer::{SendContext, apply, revise, send},
};
use std::time::Duration;
use uuid::Uuid;

use OfferEventKind as E;
use OfferState as S;
use Tell as T;
use Who as W;

/// Everyone who could try something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Customer,
    OtherCustomer,
    Expert,
    OtherExpert,
    Moderator,
    Clock,
}

impl Who {
    pub const ALL: [Self; 6] = [
        Self::Customer,
        Self::OtherCustomer,
        Self::Expert,
        Self::OtherExpert,
        Self::Moderator,
        Self::Clock,
    ];

    pub fn account(self) -> AccountId {
        AccountId(Uuid::from_u128(0x100 + self as u128))
    }

    pub fn actor(self) -> Actor {
        match self {
            Self::Customer | Self::OtherCustomer => Actor::Customer(self.account()),
            Self::Expert | Self::OtherExpert => Actor::Expert(self.account()),
            Self::Moderator => Actor::Moderator(self.account()),
            Self::Clock => Actor::Clock,
        }
    }

    pub fn person(self) -> Person {
        Person {
            id: self.account(),
            name: format!("{self:?}"),
        }
    }
}

/// A row of section 3: the event, the states it may come from, the state it leads to, who may cause it, who is told.
pub struct Row {
    pub event: E,
    pub from: &'static [S],
    /// `None` for a fact that leaves the state as it is.
    pub to: Option<S>,
    pub by: &'static [W],
    pub told: &'static [T],
}

/// Sent or held.
const OPEN: &[S] = &[S::Sent, S::Held];
const OPEN_OR_DECLINED: &[S] = &[S::Sent, S::Held, S::Declined];
/// A fact can be noted whenever the page can be opened; a superseded version has no page of its own.
const ANY_CURRENT: &[S] = &[
    S::Sent,
    S::Held,
    S::Declined,
    S::Accepted,
    S::InProgress,
    S::Delivered,
    S::Completed,
    S::Withdrawn,
    S::Expired,
    S::Cancelled,
];

/// Every row but *send*, which has no state to come from.
pub const TABLE: &[Row] = &[
    Row {
        event: E::Viewed,
        from: ANY_CURRENT,
        to: None,
        by: &[W::Customer],
        told: &[T::ExpertRequestCentre],
    },
    Row {
        event: E::Held,
        from: &[S::Sent],
        to: Some(S::Held),
        by: &[W::Customer],
        told: &[T::ExpertRequestCentre],
    },
    Row {
        event: E::Declined,
        from: OPEN,
        to: Some(S::Declined),
        by: &[W::Customer],
        told: &[T::ExpertEmail, T::ExpertRequestCentre],
    },
    Row {
        event: E::Reconsidered,
        from: &[S::Declined],
        to: Some(S::Held),
        by: &[W::Customer],
        told: &[T::ExpertRequestCentre],
    },
    Row {
        event: E::Revised,
        from: OPEN_OR_DECLINED,
        to: Some(S::Sent),
        by: &[W::Expert],
        told: &[T::CustomerEmail, T::CustomerList],
    },
    Row {
        event: E::Withdrawn,
        from: OPEN_OR_DECLINED,
        to: Some(S::Withdrawn),
        by: &[W::Expert, W::Moderator],
        told: &[T::CustomerEmail, T::CustomerList],
    },
    Row {
        event: E::Expired,
        from: OPEN_OR_DECLINED,
        to: Some(S::Expired),
        by: &[W::Clock],
        told: &[T::CustomerEmail, T::CustomerList, T::ExpertRequestCentre],
    },
    Row {
        event: E::Accepted,
        from: OPEN,
        to: Some(S::Accepted),
        by: &[W::Customer],
        told: &[
            T::ExpertEmail,
            T::ExpertRequestCentre,
            T::ExpertNotification,
            T::CustomerReceipt,
        ],
    },
    Row {
        event: E::Started,
        from: &[S::Accepted],
        to: Some(S::InProgress),
        by: &[W::Expert],
        told: &[T::CustomerList],
    },
    Row {
        event: E::Delivered,
        from: &[S::InProgress],
        to: Some(S::Delivered),
        by: &[W::Expert],
        told: &[T::CustomerEmail, T::CustomerList],
    },
    Row {
        event: E::Completed,
        from: &[S::Delivered],
        to: Some(S::Completed),
        by: &[W::Customer, W::Clock],
        told: &[T::ExpertRequestCentre, T::ExpertNotification],
    },
    Row {
        event: E::Cancelled,
        from: &[S::Accepted, S::InProgress],
        to: Some(S::Cancelled),
        by: &[W::Expert, W::Moderator],
        told: &[T::CustomerEmail, T::ExpertEmail],
    },
];

/// The states out of which nothing leads.
pub const TERMINAL: &[S] = &[S::Completed, S::Withdrawn, S::Expired, S::Superseded, S::Cancelled];

pub fn row(event: E) -> &'static Row {
    TABLE.iter().find(|row| row.event == event).expect("a row of the table")
}

/// A Monday morning.
pub fn morning() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().expect("a time")
}

pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub fn days_on(days: u32) -> Timestamp {
    morning() + DAY * days
}

pub fn event_id(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

pub fn gbp(amount_minor: i64) -> Money {
    Money::new(amount_minor, "GBP".parse().expect("pounds"))
}

/// A question that the expert has answered; nobody holds it.
pub fn answered_question() -> Question {
    Question {
        answered_by: vec![W::Expert.account()],
        state: QuestionState::Answered,
        ..open_question()
    }
}

/// A question that nobody holds and nobody has answered.
pub fn open_question() -> Question {
    Question {
        id: QuestionId(Uuid::from_u128(1)),
        number: 48_213,
        category_id: CategoryId(Uuid::from_u128(2)),
        customer: W::Customer.person(),
        title: "Who owns the domain?".into(),
        text: "My former partner registered it.".into(),
        attachments: Vec::new(),
        asked_at: morning(),
        state: QuestionState::Open,
        lock: None,
        answered_by: Vec::new(),
        rating: None,
        customer_viewed_at: None,
        last_activity_at: morning(),
    }
}

/// A lock that is held from `now` for an hour.
pub fn lock_of(who: Who, now: Timestamp) -> Lock {
    Lock {
        holder: who.person(),
        taken_at: now,
        expires_at: now + Duration::from_secs(3_600),
    }
}

/// Terms that may be sent, without an expiry: the default.
pub fn terms() -> OfferTerms {
    OfferTerms {
        kind: ServiceKind::LetterTemplates,
        title: "Letter before action".into(),
        deliverables: vec!["A letter ready to sign".into()],
        price: gbp(14_500),
        delivery_time: DeliveryTime {
            count: 2,
            unit: DeliveryUnit::WorkingDays,
        },
        expires_at: None,
        note: String::new(),
        call_slots: Vec::new(),
    }
}

pub fn offer_id() -> OfferId {
    OfferId(Uuid::from_u128(3))
}

/// Sends these terms as the expert who has answered.
pub fn sent(terms: OfferTerms, now: Timestamp) -> Offer {
    let question = answered_question();
    let limits = Limits::default();
    let context = SendContext {
        question: &question,
        limits: &limits,
        now,
    };
    send(offer_id(), event_id(1), W::Expert.account(), terms, context)
        .expect("terms that may be sent")
        .offer
}

/// A command of this kind that meets its guards; none for *revise*, which has a function of its own.
pub fn command(kind: E, offer: &Offer) -> Option<OfferCommand> {
    Some(match kind {
        E::Viewed => OfferCommand::View,
        E::Held => OfferCommand::Hold { remind_at: None },
        E::Declined => OfferCommand::Decline { reason: None },
        E::Reconsidered => OfferCommand::Reconsider,
        E::Withdrawn => OfferCommand::Withdraw,
        E::Expired => OfferCommand::Expire,
        E::Accepted => OfferCommand::Accept {
            version: offer.version,
            call_slot: None,
        },
        E::Started => OfferCommand::Start,
        E::Delivered => OfferCommand::Deliver {
            message: "Here is the letter.".into(),
            is_call_outcome: false,
            attachments: Vec::new(),
        },
        E::Completed => OfferCommand::Complete,
        E::Cancelled => OfferCommand::Cancel {
            reason: "The other side has paid.".into(),
        },
        E::Sent | E::Revised => return None,
    })
}

/// Tries an event of this kind, with its guards met.
pub fn attempt(offer: &Offer, kind: E, who: Who, now: Timestamp) -> Result<Transition, OfferError> {
    let limits = Limits::default();
    match command(kind, offer) {
        Some(command) => apply(offer, command, event_id(2), who.actor(), &limits, now),
        None => {
            let question = answered_question();
            let context = SendContext {
                question: &question,
                limits: &limits,
                now,
            };
            revise(offer, offer.version, event_id(2), who.account(), terms(), context)
        }
    }
}

/// An offer in this state, brought there by the events that lead to it.
pub fn offer_in(state: S, terms: OfferTerms) -> Offer {
    let path: &[(E, Who)] = match state {
        S::Sent | S::Superseded => &[],
        S::Held => &[(E::Held, W::Customer)],
        S::Declined => &[(E::Declined, W::Customer)],
        S::Accepted => &[(E::Accepted, W::Customer)],
        S::InProgress => &[(E::Accepted, W::Customer), (E::Started, W::Expert)],
        S::Delivered => &[
            (E::Accepted, W::Customer),
            (E::Started, W::Expert),
            (E::Delivered, W::Expert),
        ],
        S::Completed => &[
            (E::Accepted, W::Customer),
            (E::Started, W::Expert),
            (E::Delivered, W::Expert),
            (E::Completed, W::Customer),
        ],
        S::Withdrawn => &[(E::Withdrawn, W::Expert)],
        S::Expired => &[(E::Expired, W::Clock)],
        S::Cancelled => &[(E::Accepted, W::Customer), (E::Cancelled, W::Moderator)],
    };
    let mut offer = sent(terms, morning());
    for (kind, who) in path {
        let now = match kind {
            E::Expired => offer.terms.expires_at.expect("an expiry"),
            _ => morning() + Duration::from_secs(60),
        };
        offer = attempt(&offer, *kind, *who, now).expect("a legal event").offer;
    }
    if state == S::Superseded {
        // Only an earlier version is superseded; nothing leads there but a revision, whose offer is then `sent`.
        offer.state = S::Superseded;
    }
    assert_eq!(offer.state, state);
    offer
}
