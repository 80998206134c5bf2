//! The checks, numbered and grouped as `docs/protocol.md` is.

mod attachments;
mod commands;
mod events;
mod offer_guards;
mod offers;
mod problems;
mod questions;
mod reading;
mod sessions;
mod support;
mod sync;
mod wire;

use crate::{Failure, Suite};
use futures_util::future::BoxFuture;

/// What a check comes to.
pub(crate) type Held = Result<(), Failure>;

/// One rule of the protocol.
pub struct Check {
    /// Its number, such as `4.2`; it never changes.
    pub number: &'static str,
    /// The heading of `docs/protocol.md` that it stands under.
    pub group: &'static str,
    /// What must hold.
    pub sentence: &'static str,
    /// Whether it has to wait for something, so that it goes on beside the others.
    pub(crate) waits: bool,
    run: for<'a> fn(&'a Suite) -> BoxFuture<'a, Held>,
}

impl Check {
    pub(crate) fn run<'a>(&self, suite: &'a Suite) -> BoxFuture<'a, Held> {
        (self.run)(suite)
    }
}

/// Lists checks of a group: number, the function that runs it, and what must hold. `waits` stands before those that have
/// to wait for something.
macro_rules! checks {
    ($group:literal; $($number:literal $function:ident: $sentence:literal;)* $(waits $late:literal $waiting:ident: $awaited:literal;)*) => {
        pub(super) fn all() -> Vec<$crate::checks::Check> {
            vec![
                $($crate::checks::Check {
                    number: $number, group: $group, sentence: $sentence, waits: false,
                    run: |suite| Box::pin($function(suite)),
                },)*
                $($crate::checks::Check {
                    number: $late, group: $group, sentence: $awaited, waits: true,
                    run: |suite| Box::pin($waiting(suite)),
                },)*
            ]
        }
    };
}
pub(crate) use checks;

/// All checks, those of a group together.
#[must_use]
pub fn all() -> Vec<Check> {
    let groups = [
        wire::all(),
        sessions::all(),
        problems::all(),
        commands::all(),
        questions::all(),
        offers::all(),
        offer_guards::all(),
        sync::all(),
        events::all(),
        attachments::all(),
        reading::all(),
        support::all(),
    ];
    groups.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_check_has_a_number_of_its_own_and_says_what_must_hold() {
        let checks = all();
        let numbers: BTreeSet<_> = checks.iter().map(|check| check.number).collect();
        assert_eq!(numbers.len(), checks.len(), "a number is used twice");
        for check in &checks {
            assert!(check.sentence.ends_with('.'), "{}", check.sentence);
            let (chapter, _) = check.number.split_once('.').unwrap_or_default();
            assert!(
                check.group.starts_with(&format!("{chapter}. ")),
                "{} is under {}",
                check.number,
                check.group
            );
        }
    }
}
