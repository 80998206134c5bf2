//! What to do next, as pure functions with case tables.

use crate::{
    api::ApiError,
    journal::{EntryState, StoredEntry},
    ports::PlatformError,
};
use proffer_domain::Timestamp;
use proffer_protocol::{ErrorCode, Retry};
use std::{collections::HashSet, time::Duration};
use uuid::Uuid;

/// The first wait after a failure, and the longest, in milliseconds.
const BACKOFF_FIRST_MS: u64 = 400;
const BACKOFF_LONGEST_MS: u64 = 30_000;

/// How long to wait after so many failures in a row: doubling, between half and the whole of it by `random`.
pub(super) fn backoff(failures: u32, random: u64) -> Duration {
    let whole = BACKOFF_FIRST_MS
        .saturating_mul(1 << failures.min(16))
        .min(BACKOFF_LONGEST_MS);
    let half = whole / 2;
    Duration::from_millis(half + random % (half + 1))
}

/// What a failed connection calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterLoss {
    /// Wait and connect again.
    Reconnect,
    /// The session has ended.
    Expire,
    /// The versions do not fit; try seldom.
    Mismatch,
    /// The platform does not know the cursor: sync from the beginning.
    StartOver,
}

/// What a failed connection calls for; `has_cursor` says whether a cursor was sent.
pub(super) fn after_loss(error: &PlatformError, has_cursor: bool) -> AfterLoss {
    let PlatformError::Problem(problem) = error else {
        return AfterLoss::Reconnect;
    };
    match problem.code {
        ErrorCode::SignInNeeded => AfterLoss::Expire,
        ErrorCode::ProtocolMismatch => AfterLoss::Mismatch,
        ErrorCode::MalformedRequest | ErrorCode::InvalidFields if has_cursor => AfterLoss::StartOver,
        _ => AfterLoss::Reconnect,
    }
}

/// What a command that did not succeed calls for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AfterCommand {
    /// What happened is unknown, or will pass: the same key again, later.
    Again,
    /// The session has ended: wait for a sign-in.
    AwaitSignIn,
    /// The platform said no: the expert may edit it.
    Refused(ApiError),
    /// It can never be sent as it is.
    Parked(ApiError),
}

/// What a command that did not succeed calls for.
pub(super) fn after_command(error: PlatformError) -> AfterCommand {
    #[cfg(feature = "simulation")]
    if proffer_failpoints::is_broken("timeout_taken_for_failure") && matches!(error, PlatformError::Unreachable(_)) {
        return AfterCommand::Refused(error.into());
    }
    let code = match &error {
        // A page instead of an answer comes from what stands between; the platform was not asked.
        PlatformError::Unreachable(_) | PlatformError::NotAPlatform(_) => return AfterCommand::Again,
        PlatformError::File(_) => return AfterCommand::Parked(error.into()),
        PlatformError::Problem(problem) => problem.code,
    };
    match (code.retry(), code) {
        (Retry::Later | Retry::Now, _) | (_, ErrorCode::ProtocolMismatch) => AfterCommand::Again,
        (Retry::AfterSignIn, _) => AfterCommand::AwaitSignIn,
        (
            Retry::Never,
            ErrorCode::MalformedRequest
            | ErrorCode::IdempotencyKeyReused
            | ErrorCode::NotFound
            | ErrorCode::Forbidden
            | ErrorCode::WrongCredentials
            | ErrorCode::CodeNeeded,
        ) => AfterCommand::Parked(error.into()),
        (Retry::Never, _) => AfterCommand::Refused(error.into()),
    }
}

/// Which entries go out now, and when to look again.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PushPlan {
    /// Places in the outbox, at most one of each lane.
    pub(super) send: Vec<usize>,
    /// When the next entry is due.
    pub(super) next_at: Option<Timestamp>,
}

/// Which entries go out now: of each lane the first that waits, once it is due. A parked entry blocks its own lane, a
/// refused one went back to the expert and blocks nothing. `flying` are the lanes with an entry on its way.
pub(super) fn push_plan(entries: &[StoredEntry], flying: &HashSet<Uuid>, room: usize, now: Timestamp) -> PushPlan {
    let mut closed = flying.clone();
    let mut plan = PushPlan {
        send: Vec::new(),
        next_at: None,
    };
    for (index, entry) in entries.iter().enumerate() {
        #[cfg(feature = "simulation")]
        if proffer_failpoints::is_broken("lanes_without_order") && entry.state == EntryState::Waiting {
            closed.remove(&entry.entry.lane);
        }
        if entry.state == EntryState::Refused || !closed.insert(entry.entry.lane) {
            continue;
        }
        if entry.state == EntryState::Parked {
            continue;
        }
        let due_at = entry.entry.not_before.max(entry.next_attempt_at);
        if due_at > now {
            plan.next_at = Some(plan.next_at.map_or(due_at, |next| next.min(due_at)));
        } else if plan.send.len() < room {
            plan.send.push(index);
        }
    }
    plan
}

/// How long the desk must have been away before what it missed is told in one digest.
const ABSENCE: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

/// Whether notices waiting to be raised are told in one.
///
/// A first sync or rebuilt cache never raises old news one by one; after an absence, several become one.
pub(super) fn is_digest(is_first_sync: bool, waiting: usize, last_in_step: Option<Timestamp>, now: Timestamp) -> bool {
    if is_first_sync {
        return waiting > 0;
    }
    waiting > 1 && last_in_step.is_none_or(|at| now.duration_since(at) > ABSENCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::ApiErrorCode, journal::NewEntry, outbox::Content};
    use proffer_domain::{AccountId, CommandId, OfferId};
    use proffer_protocol::Problem;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap_or_default()
    }

    fn entry(lane: u128, state: EntryState, due: i64) -> StoredEntry {
        StoredEntry {
            entry: NewEntry {
                command_id: CommandId(Uuid::from_u128(lane)),
                account: AccountId(Uuid::nil()),
                lane: Uuid::from_u128(lane),
                question_id: None,
                offer_id: None,
                path: String::new(),
                body: serde_json::Value::Null,
                content: Content::Start {
                    offer_id: OfferId(Uuid::nil()),
                },
                queued_at: at(0),
                not_before: at(due),
            },
            attempts: 0,
            next_attempt_at: at(due),
            state,
            error: None,
        }
    }

    #[test]
    fn each_lane_sends_its_first_due_entry_and_only_parked_ones_block() {
        use EntryState::{Parked, Refused, Waiting};
        #[expect(clippy::type_complexity, reason = "a table of cases")]
        let cases: [(&str, Vec<StoredEntry>, &[u128], Vec<usize>, Option<i64>); 7] = [
            ("nothing", vec![], &[], vec![], None),
            ("due", vec![entry(1, Waiting, 5)], &[], vec![0], None),
            (
                "order in a lane",
                vec![entry(1, Waiting, 5), entry(1, Waiting, 5)],
                &[],
                vec![0],
                None,
            ),
            (
                "undo window holds its lane",
                vec![entry(1, Waiting, 20), entry(1, Waiting, 5)],
                &[],
                vec![],
                Some(20),
            ),
            (
                "a parked one blocks its own lane",
                vec![entry(1, Parked, 5), entry(1, Waiting, 5), entry(2, Waiting, 5)],
                &[],
                vec![2],
                None,
            ),
            (
                "a refused one blocks nothing",
                vec![entry(1, Refused, 5), entry(1, Waiting, 5)],
                &[],
                vec![1],
                None,
            ),
            (
                "on its way",
                vec![entry(1, Waiting, 5), entry(2, Waiting, 5)],
                &[1],
                vec![1],
                None,
            ),
        ];
        for (name, entries, flying, send, next_at) in cases {
            let flying = flying.iter().map(|lane| Uuid::from_u128(*lane)).collect();
            let plan = push_plan(&entries, &flying, 4, at(10));
            assert_eq!((plan.send, plan.next_at), (send, next_at.map(at)), "{name}");
        }
    }

    #[test]
    fn an_unknown_outcome_is_sent_again_and_a_refusal_is_not() {
        let problem = |code| PlatformError::Problem(Box::new(Problem::new(code)));
        let name = |after| match after {
            AfterCommand::Again => "again",
            AfterCommand::AwaitSignIn => "sign in",
            AfterCommand::Refused(_) => "refused",
            AfterCommand::Parked(_) => "parked",
        };
        for (error, expected) in [
            (PlatformError::Unreachable(String::new()), "again"),
            (PlatformError::NotAPlatform(String::new()), "again"),
            (PlatformError::File(String::new()), "parked"),
            (problem(ErrorCode::Internal), "again"),
            (problem(ErrorCode::Unavailable), "again"),
            (problem(ErrorCode::TooManyRequests), "again"),
            (problem(ErrorCode::ProtocolMismatch), "again"),
            (problem(ErrorCode::SignInNeeded), "sign in"),
            (problem(ErrorCode::InvalidFields), "refused"),
            (problem(ErrorCode::LockHeld), "refused"),
            (problem(ErrorCode::AnswerFirst), "refused"),
            (problem(ErrorCode::OfferStateConflict), "refused"),
            (problem(ErrorCode::TooLarge), "refused"),
            (problem(ErrorCode::NotFound), "parked"),
            (problem(ErrorCode::IdempotencyKeyReused), "parked"),
        ] {
            assert_eq!(name(after_command(error.clone())), expected, "{error:?}");
        }
    }

    #[test]
    fn a_refusal_keeps_its_code() {
        let refused = after_command(PlatformError::Problem(Box::new(Problem::new(
            ErrorCode::QuestionClosed,
        ))));
        assert!(matches!(refused, AfterCommand::Refused(error) if error.code == ApiErrorCode::QuestionClosed));
    }

    #[test]
    fn a_lost_connection_is_judged_by_its_code() {
        let problem = |code| PlatformError::Problem(Box::new(Problem::new(code)));
        for (error, has_cursor, expected) in [
            (PlatformError::Unreachable(String::new()), true, AfterLoss::Reconnect),
            (PlatformError::NotAPlatform(String::new()), true, AfterLoss::Reconnect),
            (problem(ErrorCode::SignInNeeded), true, AfterLoss::Expire),
            (problem(ErrorCode::ProtocolMismatch), true, AfterLoss::Mismatch),
            (problem(ErrorCode::MalformedRequest), true, AfterLoss::StartOver),
            (problem(ErrorCode::MalformedRequest), false, AfterLoss::Reconnect),
            (problem(ErrorCode::Internal), true, AfterLoss::Reconnect),
        ] {
            assert_eq!(after_loss(&error, has_cursor), expected, "{error:?}");
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_never_fall_below_half() {
        for (failures, shortest, longest) in [(0, 200, 400), (1, 400, 800), (3, 1600, 3200), (40, 15_000, 30_000)] {
            for random in [0, 7, u64::MAX] {
                let wait = backoff(failures, random).as_millis();
                assert!((shortest..=longest).contains(&wait), "{failures} failures: {wait} ms");
            }
        }
    }

    #[test]
    fn old_news_becomes_one_digest() {
        let now = at(100_000);
        for (first, waiting, last, expected) in [
            (true, 0, None, false),
            (true, 1, None, true),
            (true, 5, None, true),
            (false, 1, Some(at(0)), false),
            (false, 2, Some(at(0)), true),
            (false, 2, Some(at(99_000)), false),
            (false, 3, None, true),
        ] {
            assert_eq!(
                is_digest(first, waiting, last, now),
                expected,
                "{first} {waiting} {last:?}"
            );
        }
    }
}
