//! Whether a server is a platform that the desk can work with, point by point.
//!
//! The suite speaks to a server as desks and customers do, by the protocol alone, and checks one rule of
//! `docs/protocol.md` after the other. Each check asks its own questions and makes its own offers, so that none
//! depends on what another left behind.

mod checks;
mod client;
mod events;
mod failure;
mod report;
mod suite;

pub use checks::{Check, all as checks};
pub use failure::{Failure, SetupError};
pub use report::{Outcome, Report, Verdict};
pub use suite::{Credentials, Operator, Settings, Suite};
