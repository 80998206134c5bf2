//! How instances over one database tell each other that streams have advanced, so that who listens at another instance
//! hears at once.
//!
//! A hint is only that: what it tells of stands in the stream tables, and whoever takes a hint looks there. One that is
//! lost is made up for when the connection is there again, and by the slow look that every event stream takes in any
//! case. So a transport may drop, repeat and reorder hints, as long as it says when its connection broke.

mod in_process;
mod nats;
mod relay;
#[cfg(test)]
mod relay_tests;

pub use crate::store::PostgresHints;
pub use in_process::InProcessHints;
pub use nats::NatsHints;
pub use relay::{Outgoing, relay};

use async_trait::async_trait;
use jiff::Timestamp;
use proffer_protocol::StreamId;
use std::{collections::BTreeSet, fmt::Write};
use uuid::Uuid;

/// The form of a hint as text; another one belongs to another version, and is taken as [`Streams::Any`].
const FORM: &str = "1";
/// A longer hint is sent as [`Streams::Any`]: PostgreSQL takes 8,000 bytes, and who is told of so many streams looks at
/// all of them anyway.
pub const HINT_MAX_BYTES: usize = 7_900;

/// Which streams a hint is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Streams {
    /// These; none in a mere sign of life.
    These(BTreeSet<StreamId>),
    /// Any may have advanced.
    Any,
}

impl Streams {
    /// Whether it is about none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::These(streams) if streams.is_empty())
    }
}

/// What one instance tells the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The instance, so that it knows its own again.
    pub origin: Uuid,
    /// When it was sent, by that instance's clock.
    pub sent_at: Timestamp,
    /// What advanced.
    pub streams: Streams,
    /// Whether a session ended, so that who listens by it is to be asked again.
    pub sessions_ended: bool,
}

impl Hint {
    /// As text, of printable ASCII alone, at most [`HINT_MAX_BYTES`] long.
    #[must_use]
    pub fn to_text(&self) -> String {
        let micros = self.sent_at.as_microsecond();
        let sessions = if self.sessions_ended { 's' } else { '-' };
        let head = format!("{FORM} {} {micros} {sessions}", self.origin);
        let Streams::These(streams) = &self.streams else {
            return head + " *";
        };
        let mut text = head.clone();
        for stream in streams {
            // Writing to a string cannot fail.
            let _ = write!(text, " {stream}");
            if text.len() > HINT_MAX_BYTES {
                return head + " *";
            }
        }
        text
    }

    /// From its text. What cannot be read tells that something happened, and no more.
    #[must_use]
    pub fn from_text(text: &str, now: Timestamp) -> Self {
        Self::read(text).unwrap_or(Self {
            origin: Uuid::nil(),
            sent_at: now,
            streams: Streams::Any,
            sessions_ended: true,
        })
    }

    fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        if words.next() != Some(FORM) {
            return None;
        }
        let origin = words.next()?.parse().ok()?;
        let sent_at = Timestamp::from_microsecond(words.next()?.parse().ok()?).ok()?;
        let sessions_ended = match words.next()? {
            "s" => true,
            "-" => false,
            _ => return None,
        };
        let mut streams = BTreeSet::new();
        for word in words {
            if word == "*" {
                return Some(Self {
                    origin,
                    sent_at,
                    streams: Streams::Any,
                    sessions_ended,
                });
            }
            streams.insert(word.parse().ok()?);
        }
        Some(Self {
            origin,
            sent_at,
            streams: Streams::These(streams),
            sessions_ended,
        })
    }
}

/// Why a hint could not be sent or no more can be heard.
#[derive(Debug, thiserror::Error)]
pub enum HintError {
    /// The address is none.
    #[error("this is no address for hints: {0}")]
    Address(String),
    /// There is no connection, or it broke: hints may have been missed.
    #[error("the connection for hints is not there: {0}")]
    Broken(String),
}

/// Takes hints from each instance to all others. Every implementation passes the suite in `tests/guarantees/hints.rs`.
#[async_trait]
pub trait Hints: Send + Sync + 'static {
    /// Sends a hint to all who listen, the sender among them.
    ///
    /// # Errors
    /// [`HintError::Broken`] if it may not have gone out. The next try makes a new connection if it must.
    async fn publish(&self, hint: &Hint) -> Result<(), HintError>;

    /// Listens: all that is published after this returns will be heard.
    ///
    /// # Errors
    /// [`HintError::Broken`] if there is nobody to listen to now.
    async fn subscribe(&self) -> Result<Box<dyn Heard>, HintError>;
}

/// What is heard.
#[async_trait]
pub trait Heard: Send {
    /// Waits for the next hint.
    ///
    /// # Errors
    /// [`HintError::Broken`] as soon as hints may have been missed; then this hears no more, and it is time to
    /// subscribe again and to look at everything.
    async fn next(&mut self) -> Result<Hint, HintError>;
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use proffer_domain::{AccountId, CategoryId};

    fn hint(streams: Streams) -> Hint {
        Hint {
            origin: Uuid::from_u128(7),
            sent_at: "2026-11-29T10:00:00.000123Z".parse().unwrap(),
            streams,
            sessions_ended: true,
        }
    }

    fn accounts(count: u128) -> Streams {
        Streams::These(
            (0..count)
                .map(|id| StreamId::Account(AccountId(Uuid::from_u128(id))))
                .collect(),
        )
    }

    #[test]
    fn a_hint_is_read_as_it_was_written() {
        let mixed = Streams::These(
            [
                StreamId::Account(AccountId(Uuid::from_u128(1))),
                StreamId::Category(CategoryId(Uuid::from_u128(2))),
            ]
            .into(),
        );
        for hint in [hint(mixed), hint(accounts(0)), hint(Streams::Any), hint(accounts(100))] {
            assert_eq!(Hint::from_text(&hint.to_text(), Timestamp::UNIX_EPOCH), hint);
        }
    }

    #[test]
    fn a_hint_too_long_to_be_sent_is_about_everything() {
        let text = hint(accounts(1_000)).to_text();
        assert!(text.len() < HINT_MAX_BYTES, "{}", text.len());
        assert_eq!(Hint::from_text(&text, Timestamp::UNIX_EPOCH), hint(Streams::Any));
    }

    #[test]
    fn what_cannot_be_read_is_about_everything() {
        for text in [
            "",
            "2 x",
            "1",
            "1 nobody 5 -",
            "1 00000000-0000-0000-0000-000000000001 5 - what",
        ] {
            let hint = Hint::from_text(text, Timestamp::UNIX_EPOCH);
            assert_eq!((hint.streams, hint.sessions_ended), (Streams::Any, true), "{text}");
        }
    }
}
