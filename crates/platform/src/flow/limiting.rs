//! Limits on tries, by account and by where they come from, and on what one account does, in the database so that all instances count the same ones.

use super::{Command, Flow, FlowError, hash};
use crate::{peer::limited_as, store::Rate};
use jiff::{SignedDuration, Timestamp};
use proffer_domain::{AccountId, FieldCode, FieldProblem};
use proffer_protocol::{ErrorCode, Problem};
use std::net::IpAddr;

/// Wrong passwords and codes of one account.
const ACCOUNT_TRIES: Rate = Rate {
    burst: 10,
    every: SignedDuration::from_secs(60),
};
/// The same from one address, which an office shares.
const PEER_TRIES: Rate = Rate {
    burst: 50,
    every: SignedDuration::from_secs(6),
};
/// Emails that one address may ask for, to whomever.
const PEER_LETTERS: Rate = Rate {
    burst: 20,
    every: SignedDuration::from_secs(60),
};
/// Accounts that are made from one address; each costs the hash of a password.
const PEER_SIGN_UPS: Rate = Rate {
    burst: 50,
    every: SignedDuration::from_secs(60),
};
/// Emails with a reset of one account's password.
const ACCOUNT_RESETS: Rate = Rate {
    burst: 3,
    every: SignedDuration::from_mins(10),
};

/// What one account does that others are told of. A desk that was offline for a week sends what it kept at once.
const ACCOUNT_COMMANDS: Rate = Rate {
    burst: 2_000,
    every: SignedDuration::from_secs(2),
};
/// Of these, what begins something that others have to deal with: questions and requests to moderators.
const ACCOUNT_QUESTIONS: Rate = Rate {
    burst: 500,
    every: SignedDuration::from_secs(60),
};
/// Files that one account stores, up to 20 MB each.
const ACCOUNT_FILES: Rate = Rate {
    burst: 500,
    every: SignedDuration::from_secs(30),
};

/// What is limited together: one use is one use of each.
#[derive(Clone, Debug)]
pub(crate) struct Limited {
    subjects: Vec<(String, Rate)>,
    /// What there was too much of.
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Tries,
    Commands,
    Files,
}

impl Limited {
    /// Tries to sign in. An address that has no account is limited as one that has.
    pub fn tries(email: &str, peer: Option<IpAddr>) -> Self {
        let mut subjects = vec![(subject("tries", email), ACCOUNT_TRIES)];
        subjects.extend(peer.map(|peer| (subject("tries from", &limited_as(peer)), PEER_TRIES)));
        Self::of(What::Tries, subjects)
    }

    /// Requests for emails from one address.
    pub fn letters(peer: Option<IpAddr>) -> Self {
        let subjects = peer.map(|peer| (subject("letters for", &limited_as(peer)), PEER_LETTERS));
        Self::of(What::Tries, subjects)
    }

    /// Accounts made from one address.
    pub fn sign_ups(peer: Option<IpAddr>) -> Self {
        let subjects = peer.map(|peer| (subject("sign-ups from", &limited_as(peer)), PEER_SIGN_UPS));
        Self::of(What::Tries, subjects)
    }

    /// Emails with a reset of an account's password.
    pub fn resets(email: &str) -> Self {
        Self::of(What::Tries, [(subject("resets", email), ACCOUNT_RESETS)])
    }

    /// A command of an account. What happens to a thing once, and what nobody is told of, is free.
    pub fn command(account: AccountId, command: &Command) -> Self {
        let account = account.to_string();
        let mut subjects = Vec::new();
        if command.is_counted() {
            subjects.push((subject("commands", &account), ACCOUNT_COMMANDS));
        }
        if matches!(command, Command::Ask(_) | Command::RequestSupport(_)) {
            subjects.push((subject("questions", &account), ACCOUNT_QUESTIONS));
        }
        Self::of(What::Commands, subjects)
    }

    /// A file that an account stores.
    pub fn file(account: AccountId) -> Self {
        Self::of(What::Files, [(subject("files", &account.to_string()), ACCOUNT_FILES)])
    }

    fn of(what: What, subjects: impl IntoIterator<Item = (String, Rate)>) -> Self {
        let subjects = subjects.into_iter().collect();
        Self { subjects, what }
    }

    /// Says how long to wait, rounded up.
    fn refusal(&self, wait: SignedDuration) -> FlowError {
        let seconds = u64::try_from(wait.as_millis()).unwrap_or(0).div_ceil(1000).max(1);
        let what = match self.what {
            What::Tries => "Too many tries.",
            What::Commands => "Too much was sent from this account.",
            What::Files => "Too many files were sent from this account.",
        };
        let words = match seconds {
            1..=60 => format!("{what} Wait a minute and try again."),
            _ => format!("{what} Wait {} minutes and try again.", seconds.div_ceil(60)),
        };
        let field = match self.what {
            What::Tries => Some(FieldProblem::new("/password", FieldCode::NotOffered, words.clone())),
            What::Commands | What::Files => None,
        };
        FlowError::refused(Problem {
            retry_after_seconds: Some(seconds),
            ..Problem::new(ErrorCode::TooManyRequests)
                .with_detail(words)
                .with_errors(field.into_iter().collect())
        })
    }
}

/// Nothing personal is kept: a hash names whom it is about.
fn subject(what: &str, whom: &str) -> String {
    hash(format!("{what} {whom}").as_bytes())
}

impl Flow {
    /// Uses one try up.
    ///
    /// # Errors
    /// [`ErrorCode::TooManyRequests`] if none is left.
    pub(crate) async fn spend(&self, limited: &Limited) -> Result<(), FlowError> {
        if limited.subjects.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        spend(&mut tx, limited, self.ports.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    /// Whether an address may ask for another email.
    ///
    /// # Errors
    /// [`ErrorCode::TooManyRequests`] if it may not.
    pub async fn spend_letter(&self, peer: Option<IpAddr>) -> Result<(), FlowError> {
        self.spend(&Limited::letters(peer)).await
    }

    /// Whether another account may be made from an address.
    ///
    /// # Errors
    /// [`ErrorCode::TooManyRequests`] if not now.
    pub async fn spend_sign_up(&self, peer: Option<IpAddr>) -> Result<(), FlowError> {
        self.spend(&Limited::sign_ups(peer)).await
    }

    /// Forgets what has run out: limits, sessions, resets.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sweep(&self) -> Result<(), FlowError> {
        let mut tx = self.store.begin().await?;
        tx.sweep(self.ports.clock.now()).await?;
        Ok(tx.commit().await?)
    }
}

/// Uses one try up, within a transaction.
pub(super) async fn spend(tx: &mut crate::store::Tx, limited: &Limited, now: Timestamp) -> Result<(), FlowError> {
    for (subject, rate) in &limited.subjects {
        if let Some(free_at) = tx.spend(subject, *rate, now).await? {
            return Err(limited.refusal(free_at.duration_since(now)));
        }
    }
    Ok(())
}

/// Gives a try back, within a transaction.
pub(super) async fn give_back(tx: &mut crate::store::Tx, limited: &Limited) -> Result<(), FlowError> {
    for (subject, rate) in &limited.subjects {
        tx.give_back(subject, *rate).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proffer_domain::{OfferId, QuestionId};
    use uuid::Uuid;

    #[test]
    fn what_others_are_told_of_each_time_is_counted_and_what_happens_once_is_not() {
        let account = AccountId(Uuid::nil());
        let (question, offer) = (QuestionId(Uuid::nil()), OfferId(Uuid::nil()));
        let rates = |command| {
            let limited = Limited::command(account, &command);
            limited.subjects.iter().map(|(_, rate)| *rate).collect::<Vec<_>>()
        };
        assert_eq!(rates(Command::Lock(question)), [ACCOUNT_COMMANDS]);
        assert_eq!(rates(Command::ReconsiderOffer(offer)), [ACCOUNT_COMMANDS]);
        for free in [
            Command::ViewQuestion(question),
            Command::ViewOffer(offer),
            Command::StartOffer(offer),
            Command::CompleteOffer(offer),
        ] {
            assert_eq!(rates(free), []);
        }
    }
}
