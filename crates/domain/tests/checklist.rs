//! The five steps beside the conversation are ticked from facts, and the offer button says what is missing.

mod spec;

use proffer_domain::{
    Checklist, Message, MessageId, MessageKind, OfferBlocker, Question, QuestionFacts, Rating, StepKind, Timestamp,
};
use spec::{DAY, Who, answered_question, days_on, lock_of, morning, open_question};
use std::time::Duration;
use uuid::Uuid;

fn minutes_on(minutes: u64) -> Timestamp {
    morning() + Duration::from_secs(60 * minutes)
}

/// Messages of these kinds, a minute apart, from the expert and the customer.
fn conversation(kinds: &[MessageKind]) -> Vec<Message> {
    (1..)
        .zip(kinds)
        .map(|(minute, kind)| Message {
            id: MessageId(Uuid::from_u128(u128::from(minute))),
            question_id: open_question().id,
            kind: *kind,
            author: match kind {
                MessageKind::Reply => Who::Customer.person(),
                _ => Who::Expert.person(),
            },
            text: "…".into(),
            announces_offer: false,
            attachments: Vec::new(),
            sent_at: minutes_on(minute),
        })
        .collect()
}

fn checklist(question: &Question, kinds: &[MessageKind], offered_at: Option<Timestamp>) -> Checklist {
    Checklist::from_facts(QuestionFacts {
        question,
        messages: &conversation(kinds),
        offered_at,
        expert: Who::Expert.account(),
        now: minutes_on(30),
    })
}

/// The steps that are done, as one letter each.
fn done(checklist: &Checklist) -> String {
    assert_eq!(
        checklist.steps.iter().map(|step| step.kind).collect::<Vec<_>>(),
        [
            StepKind::Locked,
            StepKind::ScopeClear,
            StepKind::Answered,
            StepKind::Confirmed,
            StepKind::Offered
        ],
        "the steps have one order"
    );
    let letters = checklist.steps.iter().zip("LSACO".chars());
    letters
        .map(|(step, letter)| if step.is_done { letter } else { '-' })
        .collect()
}

#[test]
fn the_steps_follow_the_conversation() {
    use MessageKind::{Answer as A, InfoRequest as I, Reply as R};
    let locked = Question {
        lock: Some(lock_of(Who::Expert, morning())),
        ..open_question()
    };
    let answered = Question {
        lock: locked.lock.clone(),
        ..answered_question()
    };
    for (question, kinds, expected) in [
        (&open_question(), &[][..], "-----"),
        (&locked, &[], "L----"),
        (&locked, &[I], "L----"),
        (&locked, &[I, R], "LS---"),
        (&locked, &[I, R, I], "L----"),
        (&answered, &[A], "LSA--"),
        (&answered, &[I, R, A], "LSA--"),
        (&answered, &[I, A], "LSA--"),
        (&answered, &[A, R], "LSAC-"),
        (&answered, &[I, R, A, R], "LSAC-"),
    ] {
        assert_eq!(done(&checklist(question, kinds, None)), expected, "{kinds:?}");
    }
    assert_eq!(done(&checklist(&answered, &[A, R], Some(minutes_on(5)))), "LSACO");
}

#[test]
fn a_rating_confirms_as_a_reply_does() {
    let rating = Rating::new(5, "", minutes_on(9)).expect("five stars");
    let rated = Question {
        rating: Some(rating),
        ..answered_question()
    };
    let list = checklist(&rated, &[MessageKind::Answer], None);
    assert_eq!(done(&list), "LSAC-");
    assert_eq!(list.steps[3].done_at, Some(minutes_on(9)));
}

#[test]
fn another_experts_answer_ticks_nothing() {
    let mut messages = conversation(&[MessageKind::Answer]);
    messages[0].author = Who::OtherExpert.person();
    let question = Question {
        answered_by: vec![Who::OtherExpert.account()],
        ..open_question()
    };
    let list = Checklist::from_facts(QuestionFacts {
        question: &question,
        messages: &messages,
        offered_at: None,
        expert: Who::Expert.account(),
        now: minutes_on(30),
    });
    assert_eq!(done(&list), "-----");
    assert_eq!(list.blocker, Some(OfferBlocker::LockFirst));
}

#[test]
fn the_offer_button_says_what_is_missing() {
    let with = |lock, answered_by| Question {
        lock,
        answered_by,
        ..open_question()
    };
    let mine = || Some(lock_of(Who::Expert, morning()));
    let theirs = || Some(lock_of(Who::OtherExpert, morning()));
    let ended = || Some(lock_of(Who::Expert, morning() - DAY));
    let answered = vec![Who::Expert.account()];
    for (question, blocker) in [
        (with(None, vec![]), Some(OfferBlocker::LockFirst)),
        (with(theirs(), vec![]), Some(OfferBlocker::LockFirst)),
        (with(ended(), vec![]), Some(OfferBlocker::LockFirst)),
        (with(mine(), vec![]), Some(OfferBlocker::AnswerFirst)),
        (with(mine(), answered.clone()), None),
        (with(theirs(), answered.clone()), None),
        (with(None, answered), None),
    ] {
        assert_eq!(
            checklist(&question, &[], None).blocker,
            blocker,
            "{:?} {:?}",
            question.lock,
            question.answered_by
        );
    }
}

#[test]
fn the_lock_step_stays_done_after_the_lock_has_ended_if_it_led_to_an_answer() {
    let later = days_on(3);
    for (question, is_done) in [
        (
            Question {
                lock: Some(lock_of(Who::Expert, morning())),
                ..open_question()
            },
            false,
        ),
        (
            Question {
                lock: Some(lock_of(Who::Expert, morning())),
                ..answered_question()
            },
            true,
        ),
    ] {
        let facts = QuestionFacts {
            question: &question,
            messages: &[],
            offered_at: None,
            expert: Who::Expert.account(),
            now: later,
        };
        assert_eq!(Checklist::from_facts(facts).steps[0].is_done, is_done);
    }
}
