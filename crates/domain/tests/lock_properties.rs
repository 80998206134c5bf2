//! Of any number of experts who take, extend and release, at most one holds a question at any time.

mod spec;

use proffer_domain::{
    AccountId, Lock, LockError, Person, Timestamp,
    lock::{extend, live, release, take},
};
use proptest::prelude::*;
use spec::morning;
use std::time::Duration;
use uuid::Uuid;

fn expert(number: u8) -> Person {
    Person {
        id: AccountId(Uuid::from_u128(u128::from(number) + 1)),
        name: format!("Expert {number}"),
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Take { expert: u8, seconds: u32 },
    Extend { expert: u8, seconds: u32 },
    Release { expert: u8 },
    Wait { seconds: u64 },
}

fn any_step() -> impl Strategy<Value = Step> {
    let seconds = prop_oneof![Just(3_600_u32), 0..7_200_u32];
    prop_oneof![
        (0..4_u8, seconds.clone()).prop_map(|(expert, seconds)| Step::Take { expert, seconds }),
        (0..4_u8, seconds).prop_map(|(expert, seconds)| Step::Extend { expert, seconds }),
        (0..4_u8).prop_map(|expert| Step::Release { expert }),
        (0..5_000_u64).prop_map(|seconds| Step::Wait { seconds }),
    ]
}

proptest! {
    #[test]
    fn at_most_one_expert_holds_a_question_at_any_time(steps in prop::collection::vec(any_step(), 0..60)) {
        let mut now = morning();
        // The lock as the platform keeps it: the last one written, whether it has ended or not.
        let mut kept: Option<Lock> = None;
        for step in steps {
            let before = live(kept.as_ref(), now).cloned();
            let holder = before.as_ref().map(|lock| lock.holder.id);
            match step {
                Step::Wait { seconds } => now += Duration::from_secs(seconds),
                Step::Take { expert: number, seconds } => {
                    let who = expert(number);
                    let taken = take(kept.as_ref(), &who, now, seconds);
                    match &before {
                        Some(held) if held.holder.id != who.id => {
                            prop_assert_eq!(taken, Err(LockError::HeldBy(held.clone())));
                        }
                        held => {
                            let lock = taken.expect("free, or theirs already");
                            prop_assert_eq!(&lock.holder, &who);
                            prop_assert_eq!(lock.taken_at, held.as_ref().map_or(now, |held| held.taken_at));
                            prop_assert!(lock.expires_at >= now + Duration::from_secs(u64::from(seconds)));
                            if let Some(held) = held {
                                prop_assert!(lock.expires_at >= held.expires_at, "taking it again shortened it");
                            }
                            kept = Some(lock);
                        }
                    }
                }
                Step::Extend { expert: number, seconds } => {
                    let who = expert(number);
                    let extended = extend(kept.as_ref(), who.id, now, seconds);
                    match &before {
                        None => prop_assert_eq!(extended, Err(LockError::NotHeld)),
                        Some(held) if held.holder.id != who.id => {
                            prop_assert_eq!(extended, Err(LockError::HeldBy(held.clone())));
                        }
                        Some(held) => {
                            let lock = extended.expect("theirs");
                            prop_assert!(lock.expires_at >= held.expires_at, "extending shortened it");
                            prop_assert!(lock.expires_at >= now + Duration::from_secs(u64::from(seconds)));
                            prop_assert_eq!((&lock.holder, lock.taken_at), (&held.holder, held.taken_at));
                            kept = Some(lock);
                        }
                    }
                }
                Step::Release { expert: number } => {
                    let who = expert(number);
                    let released = release(kept.as_ref(), who.id, now);
                    prop_assert_eq!(released.is_ok(), holder == Some(who.id));
                    if released.is_ok() {
                        kept = None;
                    }
                }
            }
            let holders = (0..4).filter(|number| {
                kept.as_ref().is_some_and(|lock| lock.is_held_by(expert(*number).id, now))
            });
            prop_assert!(holders.count() <= 1);
        }
    }

    #[test]
    fn a_lock_ends_by_itself_at_its_time(seconds in 0..100_000_u32) {
        let lock = take(None, &expert(0), morning(), seconds).expect("free");
        let end = morning() + Duration::from_secs(u64::from(seconds));
        prop_assert_eq!(lock.expires_at, end);
        prop_assert!(!lock.is_live(end));
        prop_assert!(lock.is_live(end - Duration::from_nanos(1)) || seconds == 0);
        prop_assert!(take(Some(&lock), &expert(1), end, seconds).is_ok());
        prop_assert_eq!(extend(Some(&lock), expert(0).id, end, seconds), Err(LockError::NotHeld));
    }

    #[test]
    fn no_time_makes_a_lock_panic(seconds in any::<u32>(), at in prop::sample::select(vec![Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX])) {
        let lock = take(None, &expert(0), at, seconds).expect("free");
        prop_assert!(lock.expires_at >= at);
        let _ = take(Some(&lock), &expert(1), at, seconds);
        let _ = extend(Some(&lock), expert(0).id, at, seconds);
    }
}
