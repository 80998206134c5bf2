//! Section 3 of the specification, played through: every state, every event, everyone who could try it.
#![expect(clippy::panic, reason = "a test fails by panicking")]

mod spec;

use proffer_domain::{
    CallSlot, FieldCode, Limits, Lock, OfferCommand, OfferError, OfferEventKind as E, OfferState as S, OfferTerms,
    Question, ServiceKind, Tell, Timestamp,
    offer::{SendContext, apply, check_send, revise, send, told},
};
use spec::{
    DAY, TABLE, TERMINAL, Who, answered_question, attempt, days_on, event_id, gbp, lock_of, morning, offer_id,
    offer_in, open_question, terms,
};
use std::time::Duration;

fn with_expiry() -> OfferTerms {
    OfferTerms {
        expires_at: Some(days_on(30)),
        ..terms()
    }
}

/// The moment at which the guards of time are met.
fn due(kind: E) -> Timestamp {
    match kind {
        E::Expired => days_on(30),
        E::Completed => days_on(10),
        _ => days_on(1),
    }
}

/// The codes of the fields that were refused, with their pointers.
fn fields<T: std::fmt::Debug>(result: Result<T, OfferError>) -> Vec<(String, FieldCode)> {
    match result {
        Err(OfferError::Fields(problems)) => problems
            .into_iter()
            .map(|problem| {
                assert!(
                    problem.message.ends_with('.') && problem.message.len() > 10,
                    "no words for a person: {problem:?}"
                );
                (problem.pointer, problem.code)
            })
            .collect(),
        other => panic!("not refused for its fields: {other:?}"),
    }
}

#[test]
fn every_state_event_and_actor_is_as_the_table_says() {
    let mut allowed = 0;
    for state in S::ALL {
        let before = offer_in(state, with_expiry());
        for row in TABLE {
            for who in Who::ALL {
                let case = format!("{:?} of {state:?} by {who:?}", row.event);
                let now = due(row.event);
                let result = attempt(&before, row.event, who, now);
                if !row.by.contains(&who) {
                    assert_eq!(result, Err(OfferError::NotYours), "{case}");
                    continue;
                }
                if !row.from.contains(&state) {
                    let event = row.event;
                    assert_eq!(result, Err(OfferError::NotAllowed { event, state }), "{case}");
                    continue;
                }
                let done = result.unwrap_or_else(|error| panic!("{case}: {error}"));
                allowed += 1;
                assert_eq!(done.offer.state, row.to.unwrap_or(state), "{case}");
                assert_eq!(done.tell, row.told, "{case}");
                assert_eq!(done.event.kind, row.event, "{case}");
                assert_eq!(done.event.actor, who.actor(), "{case}");
                assert_eq!(done.event.at, now, "{case}");
                assert_eq!(done.event.version, done.offer.version, "{case}");
                assert_eq!(done.offer.events.last(), Some(&done.event), "{case}");
                assert_eq!(&done.offer.events[..before.events.len()], &before.events[..], "{case}");
            }
        }
    }
    let in_table: usize = TABLE.iter().map(|row| row.from.len() * row.by.len()).sum();
    assert_eq!(allowed, in_table, "cases that the table allows");
}

#[test]
fn nothing_but_a_view_happens_to_an_offer_that_has_ended() {
    for state in S::ALL {
        assert_eq!(state.is_terminal(), TERMINAL.contains(&state), "{state:?}");
        assert_eq!(state.is_open(), matches!(state, S::Sent | S::Held), "{state:?}");
        assert_eq!(S::parse(state.as_str()), Some(state));
    }
    for row in TABLE.iter().filter(|row| row.event != E::Viewed) {
        assert!(row.from.iter().all(|state| !TERMINAL.contains(state)));
    }
}

#[test]
fn the_customer_is_told_by_email_and_list_of_an_offer_that_was_sent() {
    assert_eq!(told(E::Sent), [Tell::CustomerEmail, Tell::CustomerList]);
    for row in TABLE {
        assert_eq!(told(row.event), row.told, "{:?}", row.event);
    }
}

#[test]
fn only_an_acceptance_and_a_completion_raise_a_desktop_notification() {
    for row in TABLE {
        let notifies = row.told.contains(&Tell::ExpertNotification);
        assert_eq!(
            notifies,
            matches!(row.event, E::Accepted | E::Completed),
            "{:?}",
            row.event
        );
    }
}

fn try_send(question: &Question, terms: OfferTerms) -> Result<(), OfferError> {
    let limits = Limits::default();
    let context = SendContext {
        question,
        limits: &limits,
        now: morning(),
    };
    let checked = check_send(&terms, Who::Expert.account(), context);
    let sent = send(offer_id(), event_id(1), Who::Expert.account(), terms, context);
    if let Ok(done) = &sent {
        assert_eq!((done.offer.state, done.offer.version), (S::Sent, 1));
        assert_eq!(done.offer.expert_id, Who::Expert.account());
        assert_eq!(done.offer.customer_id, Who::Customer.account());
        assert_eq!(done.offer.events.len(), 1);
    }
    let sent = sent.map(|_| ());
    assert_eq!(checked, sent, "the check before sending differs from sending");
    sent
}

fn held_by(who: Who) -> Option<Lock> {
    Some(lock_of(who, morning()))
}

#[test]
fn an_offer_needs_the_lock_or_an_answer_and_an_answer_unless_it_is_an_upgrade() {
    let other_answered = vec![Who::OtherExpert.account()];
    let upgrade = OfferTerms {
        kind: ServiceKind::UpgradeToPhoneCall,
        ..terms()
    };
    let ended = Lock {
        expires_at: morning(),
        ..lock_of(Who::Expert, morning() - DAY)
    };
    let question = |lock, answered_by| Question {
        lock,
        answered_by,
        ..open_question()
    };
    let mine = vec![Who::Expert.account()];
    for (what, question, normal, upgraded) in [
        (
            "nothing",
            question(None, vec![]),
            Err(OfferError::NotYourQuestion),
            Err(OfferError::NotYourQuestion),
        ),
        (
            "the lock",
            question(held_by(Who::Expert), vec![]),
            Err(OfferError::AnswerFirst),
            Ok(()),
        ),
        (
            "a lock that has ended",
            question(Some(ended), vec![]),
            Err(OfferError::NotYourQuestion),
            Err(OfferError::NotYourQuestion),
        ),
        (
            "another's lock",
            question(held_by(Who::OtherExpert), vec![]),
            Err(OfferError::NotYourQuestion),
            Err(OfferError::NotYourQuestion),
        ),
        ("an answer", question(None, mine.clone()), Ok(()), Ok(())),
        (
            "an answer and another's lock",
            question(held_by(Who::OtherExpert), mine),
            Ok(()),
            Ok(()),
        ),
        (
            "another's answer",
            question(None, other_answered.clone()),
            Err(OfferError::NotYourQuestion),
            Err(OfferError::NotYourQuestion),
        ),
        (
            "the lock and another's answer",
            question(held_by(Who::Expert), other_answered),
            Ok(()),
            Ok(()),
        ),
    ] {
        assert_eq!(try_send(&question, terms()), normal, "with {what}");
        assert_eq!(try_send(&question, upgrade.clone()), upgraded, "an upgrade with {what}");
    }
    assert_eq!(ServiceKind::ALL.iter().filter(|kind| kind.is_upgrade()).count(), 1);
}

#[test]
fn an_offer_that_may_not_be_sent_names_the_field() {
    let slot = |days| CallSlot {
        starts_at: days_on(days),
        minutes: 30,
    };
    let call = OfferTerms {
        kind: ServiceKind::FollowUpCall,
        ..terms()
    };
    let priced = |price| OfferTerms { price, ..terms() };
    let francs = proffer_domain::Money::new(14_500, "CHF".parse().expect("francs"));
    let cases: Vec<(&str, OfferTerms, &str, FieldCode)> = vec![
        ("a price of 0", priced(gbp(0)), "/price", FieldCode::TooSmall),
        ("a negative price", priced(gbp(-14_500)), "/price", FieldCode::TooSmall),
        (
            "the smallest integer",
            priced(gbp(i64::MIN)),
            "/price",
            FieldCode::TooSmall,
        ),
        (
            "a price below the limit",
            priced(gbp(499)),
            "/price",
            FieldCode::TooSmall,
        ),
        (
            "a price above the limit",
            priced(gbp(250_001)),
            "/price",
            FieldCode::TooLarge,
        ),
        (
            "the largest integer",
            priced(gbp(i64::MAX)),
            "/price",
            FieldCode::TooLarge,
        ),
        (
            "a currency without limits",
            priced(francs),
            "/price",
            FieldCode::NotOffered,
        ),
        (
            "no deliverable",
            OfferTerms {
                deliverables: vec![],
                ..terms()
            },
            "/deliverables",
            FieldCode::Missing,
        ),
        (
            "blank deliverables",
            OfferTerms {
                deliverables: vec!["  ".into(), "\n".into()],
                ..terms()
            },
            "/deliverables",
            FieldCode::Missing,
        ),
        (
            "21 deliverables",
            OfferTerms {
                deliverables: vec!["A page".into(); 21],
                ..terms()
            },
            "/deliverables",
            FieldCode::TooMany,
        ),
        (
            "a deliverable of 201 characters",
            OfferTerms {
                deliverables: vec!["A page".into(), "ß".repeat(201)],
                ..terms()
            },
            "/deliverables/1",
            FieldCode::TooLong,
        ),
        (
            "no title",
            OfferTerms {
                title: " \t".into(),
                ..terms()
            },
            "/title",
            FieldCode::Missing,
        ),
        (
            "a title of 81 characters",
            OfferTerms {
                title: "ß".repeat(81),
                ..terms()
            },
            "/title",
            FieldCode::TooLong,
        ),
        (
            "a note of 301 characters",
            OfferTerms {
                note: "ß".repeat(301),
                ..terms()
            },
            "/note",
            FieldCode::TooLong,
        ),
        (
            "an expiry in the past",
            OfferTerms {
                expires_at: Some(morning() - DAY),
                ..terms()
            },
            "/expires_at",
            FieldCode::InThePast,
        ),
        (
            "an expiry now",
            OfferTerms {
                expires_at: Some(morning()),
                ..terms()
            },
            "/expires_at",
            FieldCode::InThePast,
        ),
        (
            "four call times",
            OfferTerms {
                call_slots: vec![slot(1), slot(2), slot(3), slot(4)],
                ..call.clone()
            },
            "/call_slots",
            FieldCode::TooMany,
        ),
        (
            "a call time in the past",
            OfferTerms {
                call_slots: vec![slot(1), slot(0)],
                ..call
            },
            "/call_slots/1",
            FieldCode::InThePast,
        ),
        (
            "call times of what is no call",
            OfferTerms {
                call_slots: vec![slot(1)],
                ..terms()
            },
            "/call_slots",
            FieldCode::NotOffered,
        ),
    ];
    for (what, terms, pointer, code) in cases {
        let found = fields(try_send(&answered_question(), terms));
        assert_eq!(found, [(pointer.to_owned(), code)], "{what}");
    }
    for good in [
        priced(gbp(500)),
        priced(gbp(250_000)),
        OfferTerms {
            title: "ß".repeat(80),
            note: "ß".repeat(300),
            ..terms()
        },
        OfferTerms {
            deliverables: vec!["ß".repeat(200); 20],
            ..terms()
        },
    ] {
        assert_eq!(try_send(&answered_question(), good), Ok(()));
    }
}

#[test]
fn several_wrong_fields_are_all_named_at_once() {
    let bad = OfferTerms {
        title: String::new(),
        deliverables: vec![],
        price: gbp(0),
        ..terms()
    };
    let pointers: Vec<_> = fields(try_send(&answered_question(), bad))
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect();
    assert_eq!(pointers, ["/title", "/deliverables", "/price"]);
}

#[test]
fn a_reminder_is_optional_and_lies_ahead() {
    let offer = offer_in(S::Sent, terms());
    let hold = |remind_at| {
        let command = OfferCommand::Hold { remind_at };
        apply(
            &offer,
            command,
            event_id(2),
            Who::Customer.actor(),
            &Limits::default(),
            days_on(1),
        )
    };
    assert_eq!(hold(None).map(|done| done.offer.remind_at), Ok(None));
    assert_eq!(
        hold(Some(days_on(5))).map(|done| done.offer.remind_at),
        Ok(Some(days_on(5)))
    );
    for past in [days_on(0), days_on(1)] {
        assert_eq!(
            fields(hold(Some(past))),
            [("/remind_at".to_owned(), FieldCode::InThePast)]
        );
    }
}

#[test]
fn a_declined_offer_can_be_reconsidered_until_it_expires() {
    let offer = offer_in(S::Declined, with_expiry());
    let before = days_on(30) - Duration::from_secs(1);
    assert_eq!(
        attempt(&offer, E::Reconsidered, Who::Customer, before).map(|done| done.offer.state),
        Ok(S::Held)
    );
    let expired_at = days_on(30);
    assert_eq!(
        attempt(&offer, E::Reconsidered, Who::Customer, expired_at),
        Err(OfferError::Expired { expired_at })
    );
    let never = offer_in(S::Declined, terms());
    assert!(attempt(&never, E::Reconsidered, Who::Customer, Timestamp::MAX).is_ok());
}

#[test]
fn a_reason_for_declining_is_optional_and_kept() {
    let offer = offer_in(S::Held, terms());
    let decline = |reason: Option<&str>| {
        let command = OfferCommand::Decline {
            reason: reason.map(str::to_owned),
        };
        apply(
            &offer,
            command,
            event_id(2),
            Who::Customer.actor(),
            &Limits::default(),
            days_on(1),
        )
        .map(|done| done.offer.decline_reason)
    };
    assert_eq!(decline(None), Ok(None));
    assert_eq!(decline(Some("  ")), Ok(None));
    assert_eq!(decline(Some(" Too dear ")), Ok(Some("Too dear".into())));
    assert_eq!(
        fields(decline(Some(&"x".repeat(1_001)))),
        [("/reason".to_owned(), FieldCode::TooLong)]
    );
}

#[test]
fn only_the_version_that_was_shown_is_accepted_and_only_before_it_expires() {
    for state in [S::Sent, S::Held] {
        let offer = offer_in(state, with_expiry());
        let accept = |version, now| {
            let command = OfferCommand::Accept {
                version,
                call_slot: None,
            };
            apply(
                &offer,
                command,
                event_id(2),
                Who::Customer.actor(),
                &Limits::default(),
                now,
            )
        };
        for shown in [0, 2, u32::MAX] {
            assert_eq!(
                accept(shown, days_on(1)),
                Err(OfferError::VersionChanged { shown, current: 1 })
            );
        }
        let expired_at = days_on(30);
        assert_eq!(accept(1, expired_at), Err(OfferError::Expired { expired_at }));
        assert_eq!(accept(1, Timestamp::MAX), Err(OfferError::Expired { expired_at }));
        let at = expired_at - Duration::from_nanos(1);
        assert_eq!(accept(1, at).map(|done| done.offer.accepted_at), Ok(Some(at)));
    }
}

#[test]
fn a_call_time_is_chosen_among_those_proposed_that_have_not_passed() {
    let slots: Vec<_> = (1..=3)
        .map(|days| CallSlot {
            starts_at: days_on(days),
            minutes: 30,
        })
        .collect();
    let terms = OfferTerms {
        kind: ServiceKind::FollowUpCall,
        call_slots: slots.clone(),
        ..terms()
    };
    let offer = offer_in(S::Sent, terms);
    let accept = |call_slot, now| {
        let command = OfferCommand::Accept { version: 1, call_slot };
        let (customer, limits) = (Who::Customer.actor(), Limits::default());
        apply(&offer, command, event_id(2), customer, &limits, now).map(|done| done.offer.chosen_call_slot)
    };
    assert_eq!(accept(None, morning()), Ok(None));
    assert_eq!(accept(Some(2), morning()), Ok(Some(slots[2])));
    let refused = |code| vec![("/call_slot".to_owned(), code)];
    assert_eq!(fields(accept(Some(3), morning())), refused(FieldCode::NotOffered));
    assert_eq!(fields(accept(Some(1), days_on(2))), refused(FieldCode::InThePast));
    assert_eq!(accept(Some(2), days_on(2)), Ok(Some(slots[2])));
    assert_eq!(accept(None, days_on(9)), Ok(None));
}

#[test]
fn nothing_expires_that_was_given_no_expiry_and_nothing_before_its_time() {
    for state in [S::Sent, S::Held, S::Declined] {
        let forever = offer_in(state, terms());
        assert_eq!(
            attempt(&forever, E::Expired, Who::Clock, Timestamp::MAX),
            Err(OfferError::NotDue)
        );
        let limited = offer_in(state, with_expiry());
        let early = days_on(30) - Duration::from_nanos(1);
        assert_eq!(
            attempt(&limited, E::Expired, Who::Clock, early),
            Err(OfferError::NotDue)
        );
        assert!(attempt(&limited, E::Expired, Who::Clock, days_on(30)).is_ok());
    }
}

#[test]
fn a_revision_keeps_what_it_replaces_and_asks_for_the_guards_of_sending() {
    let limits = Limits::default();
    let viewed = attempt(&offer_in(S::Declined, terms()), E::Viewed, Who::Customer, days_on(1))
        .expect("a view")
        .offer;
    let dearer = OfferTerms {
        price: gbp(20_000),
        ..terms()
    };
    let revised = |question: &Question, shown, terms| {
        let context = SendContext {
            question,
            limits: &limits,
            now: days_on(2),
        };
        revise(&viewed, shown, event_id(9), Who::Expert.account(), terms, context)
    };
    let answered = answered_question();
    let done = revised(&answered, 1, dearer.clone()).expect("a revision");
    assert_eq!(
        (done.offer.state, done.offer.version, done.event.version),
        (S::Sent, 2, 2)
    );
    assert_eq!((&done.offer.terms, done.offer.sent_at), (&dearer, days_on(2)));
    assert_eq!((done.offer.viewed_at, &done.offer.decline_reason), (None, &None));
    assert_eq!(done.offer.earlier.len(), 1);
    assert_eq!(
        (done.offer.earlier[0].version, &done.offer.earlier[0].terms),
        (1, &viewed.terms)
    );
    assert_eq!(done.offer.id, viewed.id);

    assert_eq!(
        revised(&answered, 2, dearer.clone()),
        Err(OfferError::VersionChanged { shown: 2, current: 1 })
    );
    assert_eq!(revised(&open_question(), 1, dearer), Err(OfferError::NotYourQuestion));
    let free = OfferTerms {
        price: gbp(0),
        ..terms()
    };
    assert_eq!(
        fields(revised(&answered, 1, free)),
        [("/price".to_owned(), FieldCode::TooSmall)]
    );
}

#[test]
fn a_delivery_is_a_message_or_the_outcome_of_a_call() {
    let letter = offer_in(S::InProgress, terms());
    let call = offer_in(
        S::InProgress,
        OfferTerms {
            kind: ServiceKind::FollowUpCall,
            ..terms()
        },
    );
    let deliver = |offer, message: &str, is_call_outcome| {
        let command = OfferCommand::Deliver {
            message: message.into(),
            is_call_outcome,
            attachments: vec![],
        };
        apply(
            offer,
            command,
            event_id(5),
            Who::Expert.actor(),
            &Limits::default(),
            days_on(2),
        )
    };
    assert_eq!(
        deliver(&letter, "Here it is.", false).map(|done| done.offer.completes_at),
        Ok(Some(days_on(9)))
    );
    assert!(deliver(&call, "We spoke for half an hour.", true).is_ok());
    assert_eq!(
        fields(deliver(&letter, " ", false)),
        [("/message".to_owned(), FieldCode::Missing)]
    );
    assert_eq!(
        fields(deliver(&call, "", true)),
        [("/message".to_owned(), FieldCode::Missing)]
    );
    assert_eq!(
        fields(deliver(&letter, "We spoke.", true)),
        [("/is_call_outcome".to_owned(), FieldCode::NotOffered)]
    );
    let long = "x".repeat(100 * 1024);
    assert_eq!(
        fields(deliver(&letter, &long, false)),
        [("/message".to_owned(), FieldCode::TooLong)]
    );
}

#[test]
fn a_delivery_completes_by_the_customer_at_once_and_by_the_clock_after_the_set_days() {
    let offer = offer_in(S::Delivered, terms());
    let completes_at = offer.completes_at.expect("a time");
    let delivered_at = offer.delivery.as_ref().expect("a delivery").delivered_at;
    assert_eq!(completes_at, delivered_at + DAY * Limits::default().completion_days);
    assert!(attempt(&offer, E::Completed, Who::Customer, delivered_at).is_ok());
    let early = completes_at - Duration::from_nanos(1);
    assert_eq!(
        attempt(&offer, E::Completed, Who::Clock, early),
        Err(OfferError::NotDue)
    );
    assert!(attempt(&offer, E::Completed, Who::Clock, completes_at).is_ok());
}

#[test]
fn a_cancellation_needs_a_reason() {
    for state in [S::Accepted, S::InProgress] {
        let offer = offer_in(state, terms());
        let cancel = |reason: &str| {
            let command = OfferCommand::Cancel { reason: reason.into() };
            apply(
                &offer,
                command,
                event_id(5),
                Who::Moderator.actor(),
                &Limits::default(),
                days_on(2),
            )
            .map(|done| done.offer.cancel_reason)
        };
        assert_eq!(cancel(" Paid already. "), Ok(Some("Paid already.".into())));
        assert_eq!(fields(cancel(" ")), [("/reason".to_owned(), FieldCode::Missing)]);
        assert_eq!(
            fields(cancel(&"x".repeat(1_001))),
            [("/reason".to_owned(), FieldCode::TooLong)]
        );
    }
}
