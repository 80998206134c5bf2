//! Random histories of an offer: whoever tries whatever and whenever, the rules of the lifecycle hold.

mod spec;

use proffer_domain::{
    CallSlot, DeliveryTime, DeliveryUnit, EventId, Limits, Offer, OfferCommand, OfferError, OfferEventKind as E,
    OfferState as S, OfferTerms, Question, ServiceKind, Timestamp, Transition,
    offer::{SendContext, apply, revise, send},
    uuid_v7,
};
use proptest::{prelude::*, sample::select};
use spec::{TERMINAL, Who, answered_question, event_id, gbp, morning, offer_id, row, terms};
use std::time::Duration;
use uuid::Uuid;

/// Something that somebody tries.
#[derive(Clone, Debug)]
enum Attempt {
    Command(OfferCommand),
    Revise { shown: u32, terms: Box<OfferTerms> },
}

impl Attempt {
    fn kind(&self) -> E {
        match self {
            Self::Command(command) => command.event_kind(),
            Self::Revise { .. } => E::Revised,
        }
    }

    fn make(
        &self,
        offer: &Offer,
        question: &Question,
        id: EventId,
        who: Who,
        now: Timestamp,
    ) -> Result<Transition, OfferError> {
        let limits = Limits::default();
        match self {
            Self::Command(command) => apply(offer, command.clone(), id, who.actor(), &limits, now),
            Self::Revise { shown, terms } => {
                let context = SendContext {
                    question,
                    limits: &limits,
                    now,
                };
                revise(offer, *shown, id, who.account(), (**terms).clone(), context)
            }
        }
    }
}

/// Times before, within and after everything that happens, and the ends of time itself.
fn any_time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        8 => (0..40 * 24 * 3_600_u64).prop_map(|seconds| morning() + Duration::from_secs(seconds)),
        1 => select(vec![Timestamp::MIN, Timestamp::UNIX_EPOCH, morning(), Timestamp::MAX]),
    ]
}

fn any_terms() -> impl Strategy<Value = OfferTerms> {
    let kind = select(ServiceKind::ALL.to_vec());
    let slots = prop::collection::vec((any_time(), 0..600_u16), 0..3);
    (
        kind,
        0..300_000_i64,
        prop::option::weighted(0.4, any_time()),
        slots,
        0..3_usize,
    )
        .prop_map(|(kind, amount, expires_at, slots, deliverables)| OfferTerms {
            kind,
            price: gbp(amount),
            expires_at,
            deliverables: vec!["A letter".into(); deliverables],
            call_slots: slots
                .into_iter()
                .map(|(starts_at, minutes)| CallSlot { starts_at, minutes })
                .collect(),
            ..terms()
        })
}

/// Terms that may always be sent, with an expiry that may come.
fn good_terms() -> impl Strategy<Value = OfferTerms> {
    (500..250_000_i64, prop::option::weighted(0.4, 1..40_u32)).prop_map(|(amount, days)| OfferTerms {
        price: gbp(amount),
        expires_at: days.map(spec::days_on),
        ..terms()
    })
}

fn any_attempt() -> impl Strategy<Value = Attempt> {
    let words = || select(vec!["", " ", "Because.", "Here it is."]).prop_map(str::to_owned);
    let version = || prop_oneof![3 => 1..4_u32, 1 => any::<u32>()];
    let command = prop_oneof![
        Just(OfferCommand::View),
        prop::option::of(any_time()).prop_map(|remind_at| OfferCommand::Hold { remind_at }),
        prop::option::of(words()).prop_map(|reason| OfferCommand::Decline { reason }),
        Just(OfferCommand::Reconsider),
        (version(), prop::option::weighted(0.2, 0..4_usize))
            .prop_map(|(version, call_slot)| OfferCommand::Accept { version, call_slot }),
        Just(OfferCommand::Withdraw),
        Just(OfferCommand::Expire),
        Just(OfferCommand::Start),
        (words(), any::<bool>()).prop_map(|(message, is_call_outcome)| OfferCommand::Deliver {
            message,
            is_call_outcome,
            attachments: Vec::new()
        }),
        Just(OfferCommand::Complete),
        words().prop_map(|reason| OfferCommand::Cancel { reason }),
    ];
    let revision = (version(), prop_oneof![good_terms(), any_terms()]);
    prop_oneof![
        11 => command.prop_map(Attempt::Command),
        1 => revision.prop_map(|(shown, terms)| Attempt::Revise { shown, terms: Box::new(terms) }),
    ]
}

/// Whoever may do it, more often than whoever may not: histories should get somewhere.
fn any_trial() -> impl Strategy<Value = (Attempt, Who, Timestamp)> {
    (
        any_attempt(),
        any::<prop::sample::Index>(),
        0..10_u8,
        select(Who::ALL.to_vec()),
        any_time(),
    )
        .prop_map(|(attempt, index, dice, anyone, at)| {
            let entitled = row(attempt.kind()).by;
            let who = if dice < 8 { *index.get(entitled) } else { anyone };
            (attempt, who, at)
        })
}

fn sent_at_morning(terms: OfferTerms) -> Option<Offer> {
    let (question, limits) = (answered_question(), Limits::default());
    let context = SendContext {
        question: &question,
        limits: &limits,
        now: morning(),
    };
    send(offer_id(), event_id(1), Who::Expert.account(), terms, context)
        .ok()
        .map(|done| done.offer)
}

fn is_expired(offer: &Offer, now: Timestamp) -> bool {
    offer.terms.expires_at.is_some_and(|at| at <= now)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_history_keeps_the_rules(
        terms in good_terms(),
        trials in prop::collection::vec(any_trial(), 1..80),
    ) {
        let question = answered_question();
        let mut offer = sent_at_morning(terms).expect("good terms");
        let mut accepted: Option<(u32, OfferTerms)> = None;
        for (number, (attempt, who, now)) in (2_u128..).zip(trials) {
            let kind = attempt.kind();
            let before = offer.clone();
            let result = attempt.make(&offer, &question, event_id(number), who, now);
            prop_assert_eq!(&offer, &before, "a trial changed the offer it was made on");
            let row = row(kind);
            let in_table = row.from.contains(&before.state) && row.by.contains(&who);
            let Ok(done) = result else {
                continue;
            };
            prop_assert!(in_table, "{:?} of {:?} by {:?} is not in the table", kind, before.state, who);
            let after = done.offer;

            prop_assert_eq!(after.state, row.to.unwrap_or(before.state));
            prop_assert!(after.state == before.state || !TERMINAL.contains(&before.state), "a terminal state was left");
            prop_assert_eq!((after.id, after.question_id, after.customer_id, after.expert_id),
                (before.id, before.question_id, before.customer_id, before.expert_id));

            prop_assert_eq!(after.version, before.version + u32::from(kind == E::Revised), "versions count up by one");
            prop_assert_eq!(after.earlier.len(), after.version as usize - 1);
            prop_assert!(after.earlier.starts_with(&before.earlier), "an earlier version was changed");
            if kind == E::Revised {
                prop_assert!(matches!(before.state, S::Sent | S::Held | S::Declined));
                let replaced = after.earlier.last().expect("the replaced version");
                prop_assert_eq!((replaced.version, &replaced.terms), (before.version, &before.terms));
            } else {
                prop_assert_eq!(&after.terms, &before.terms, "only a revision changes the terms");
            }

            prop_assert_eq!(after.events.len(), before.events.len() + 1);
            prop_assert!(after.events.starts_with(&before.events), "history was rewritten");
            let event = after.events.last().expect("an event");
            prop_assert_eq!(event, &done.event);
            prop_assert_eq!((event.id, event.kind, event.actor, event.at, event.version),
                (event_id(number), kind, who.actor(), now, after.version));
            prop_assert_eq!(done.tell, row.told);

            match kind {
                E::Accepted => {
                    let Attempt::Command(OfferCommand::Accept { version, .. }) = attempt else { unreachable!() };
                    prop_assert_eq!(version, before.version, "a version that is not the current one was accepted");
                    prop_assert!(!is_expired(&before, now), "accepted after it expired");
                    prop_assert_eq!(after.accepted_at, Some(now));
                    prop_assert!(accepted.is_none(), "accepted twice");
                    accepted = Some((after.version, after.terms.clone()));
                }
                E::Expired => prop_assert!(is_expired(&before, now), "expired before its time"),
                E::Completed if who == Who::Clock => {
                    let delivered_at = before.delivery.as_ref().expect("a delivery").delivered_at;
                    let days = Duration::from_secs(24 * 3_600) * Limits::default().completion_days;
                    let due = delivered_at.saturating_add(days).unwrap_or(Timestamp::MAX);
                    prop_assert!(now >= due, "completed by the clock before the set days had passed");
                }
                _ => {}
            }
            if let Some((version, terms)) = &accepted {
                prop_assert_eq!((after.version, &after.terms), (*version, terms), "an accepted version changed");
            }
            offer = after;
        }
    }

    #[test]
    fn what_the_table_forbids_is_refused_in_every_history(
        terms in good_terms(),
        trials in prop::collection::vec(any_trial(), 0..40),
        last in any_attempt(),
        who in select(Who::ALL.to_vec()),
        at in any_time(),
    ) {
        let question = answered_question();
        let mut offer = sent_at_morning(terms).expect("good terms");
        for (attempt, who, now) in trials {
            if let Ok(done) = attempt.make(&offer, &question, event_id(2), who, now) {
                offer = done.offer;
            }
        }
        let row = row(last.kind());
        let result = last.make(&offer, &question, event_id(3), who, at);
        if !row.by.contains(&who) {
            prop_assert_eq!(result, Err(OfferError::NotYours));
        } else if !row.from.contains(&offer.state) {
            prop_assert_eq!(result, Err(OfferError::NotAllowed { event: row.event, state: offer.state }));
        }
    }

    #[test]
    fn of_two_acceptances_only_the_first_counts(terms in good_terms(), at in any_time(), again in any_time()) {
        let offer = sent_at_morning(terms).expect("good terms");
        let accept = OfferCommand::Accept { version: 1, call_slot: None };
        let by = Who::Customer.actor();
        if let Ok(done) = apply(&offer, accept.clone(), event_id(2), by, &Limits::default(), at) {
            let second = apply(&done.offer, accept, event_id(3), by, &Limits::default(), again);
            prop_assert_eq!(second, Err(OfferError::NotAllowed { event: E::Accepted, state: S::Accepted }));
        }
    }

    #[test]
    fn terms_that_were_sent_break_no_limit(terms in any_terms()) {
        let limits = Limits::default();
        if let Some(offer) = sent_at_morning(terms) {
            prop_assert_eq!(offer.terms.problems(&limits, morning()), vec![]);
            prop_assert_eq!(offer.terms.clone().normalised(), offer.terms);
        }
    }

    #[test]
    fn no_time_makes_a_rule_panic(terms in any_terms(), now in any_time(), count in any::<u16>(),
        unit in select(vec![DeliveryUnit::Hours, DeliveryUnit::Days, DeliveryUnit::WorkingDays, DeliveryUnit::Weeks])) {
        let (question, limits) = (answered_question(), Limits { completion_days: u32::MAX, ..Limits::default() });
        let context = SendContext { question: &question, limits: &limits, now };
        let _ = send(offer_id(), event_id(1), Who::Expert.account(), terms, context);
        let time = DeliveryTime { count, unit };
        prop_assert!(time.due_at(now) >= now);
        let offer = spec::offer_in(S::InProgress, spec::terms());
        let deliver = OfferCommand::Deliver { message: "Done.".into(), is_call_outcome: false, attachments: vec![] };
        let done = apply(&offer, deliver, event_id(9), Who::Expert.actor(), &limits, now).expect("a delivery");
        prop_assert!(done.offer.completes_at.is_some_and(|at| at >= now));
    }

    #[test]
    fn ids_are_of_version_7_and_sort_by_their_time(one in any_time(), other in any_time(), random: [u8; 10]) {
        let (first, second) = (uuid_v7(one, random), uuid_v7(other, random));
        prop_assert_eq!(first.get_version_num(), 7);
        prop_assert_eq!(Uuid::parse_str(&first.to_string()).ok(), Some(first));
        let millis = |at: Timestamp| at.as_millisecond().max(0);
        if millis(one) < millis(other) {
            prop_assert!(first < second);
        }
    }
}
