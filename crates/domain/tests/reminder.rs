//! The expert's one reminder of an open offer.

mod spec;

use proffer_domain::{
    Offer, OfferState as S,
    offer::{REMINDER_AFTER, ReminderError, check_reminder, remind},
};
use spec::{DAY, Who, days_on, morning, offer_in, sent, terms};
use std::time::Duration;

fn by_expert(offer: &Offer, now: jiff::Timestamp) -> Result<Offer, ReminderError> {
    remind(offer, Who::Expert.actor(), now)
}

#[test]
fn a_reminder_is_a_fact_that_leaves_the_offer_as_it_is() {
    let offer = sent(terms(), morning());
    let reminded = by_expert(&offer, days_on(1)).expect("a day later");
    assert_eq!(reminded.reminded_at, Some(days_on(1)));
    assert_eq!(
        Offer {
            reminded_at: None,
            ..reminded
        },
        offer
    );
}

#[test]
fn a_version_is_reminded_of_once_and_not_within_a_day() {
    let offer = sent(terms(), morning());
    let allowed_at = morning() + REMINDER_AFTER;
    assert_eq!(allowed_at, days_on(1));
    let just_before = allowed_at - Duration::from_secs(1);
    assert_eq!(
        by_expert(&offer, just_before),
        Err(ReminderError::TooEarly { allowed_at })
    );
    let reminded = by_expert(&offer, allowed_at).expect("exactly a day later");
    let again = by_expert(&reminded, days_on(30));
    assert_eq!(
        again,
        Err(ReminderError::AlreadySent {
            reminded_at: allowed_at
        })
    );
}

#[test]
fn a_new_version_may_be_reminded_of_again_a_day_after_it_was_sent() {
    let reminded = by_expert(&sent(terms(), morning()), days_on(1)).expect("a day later");
    let revised = spec::attempt(
        &reminded,
        proffer_domain::OfferEventKind::Revised,
        Who::Expert,
        days_on(2),
    )
    .expect("a revision")
    .offer;
    let allowed_at = days_on(3);
    assert_eq!(
        by_expert(&revised, days_on(2) + DAY / 2),
        Err(ReminderError::TooEarly { allowed_at })
    );
    assert!(by_expert(&revised, allowed_at).is_ok());
}

#[test]
fn only_an_open_offer_is_reminded_of() {
    for state in S::ALL {
        let mut terms = terms();
        if state == S::Expired {
            terms.expires_at = Some(days_on(5));
        }
        let offer = offer_in(state, terms);
        let answer = by_expert(&offer, days_on(6));
        if state.is_open() {
            assert!(answer.is_ok(), "{state:?}");
        } else {
            assert_eq!(answer, Err(ReminderError::NotOpen { state }), "{state:?}");
        }
    }
}

#[test]
fn an_offer_whose_time_is_over_is_not_reminded_of() {
    let mut terms = terms();
    terms.expires_at = Some(days_on(3));
    let offer = sent(terms, morning());
    let expired_at = days_on(3);
    assert_eq!(
        by_expert(&offer, expired_at),
        Err(ReminderError::Expired { expired_at })
    );
    assert!(by_expert(&offer, days_on(2)).is_ok());
}

#[test]
fn nobody_but_its_expert_reminds_of_an_offer() {
    let offer = sent(terms(), morning());
    for who in Who::ALL {
        let answer = remind(&offer, who.actor(), days_on(2));
        assert_eq!(answer.is_ok(), who == Who::Expert, "{who:?}");
    }
}

#[test]
fn the_day_that_the_customer_chose_is_kept() {
    let remind_at = days_on(10);
    let held = Offer {
        state: S::Held,
        remind_at: Some(remind_at),
        ..sent(terms(), morning())
    };
    assert_eq!(
        check_reminder(&held, days_on(2)),
        Err(ReminderError::Planned { remind_at })
    );
    assert_eq!(held.reminder_due_at(), Some(remind_at));
    // An expert's reminder before the customer chose a day does not take that day's place.
    let reminded = Offer {
        reminded_at: Some(days_on(1)),
        ..held.clone()
    };
    assert_eq!(reminded.reminder_due_at(), Some(remind_at));
    let had = Offer {
        reminded_at: Some(remind_at),
        ..held
    };
    assert_eq!(had.reminder_due_at(), None);
    assert_eq!(
        check_reminder(&had, days_on(11)),
        Err(ReminderError::AlreadySent { reminded_at: remind_at })
    );
}
