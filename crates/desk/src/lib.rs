//! The engine of the app, with no window: cache, journal, sync, outbox, notices and the offer dialog.
//!
//! [`Desk::open`] starts it over a data folder and its [`ports`]; [`Desk::request`] answers everything the UI asks
//! ([`api`]), [`Desk::events`] tells what happened. *Cache* is what can be built anew from the platform, *journal* is
//! what exists only here. What a view shows is the platform's state with the outbox laid over it.

pub mod api;
mod cache;
pub mod deep_link;
mod desk;
mod error;
mod event_lines;
mod fault;
mod fetched_files;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod insights;
mod journal;
mod notices;
mod offer_dialog;
mod outbox;
mod platform_http;
pub mod ports;
pub mod private_files;
mod requests;
mod search;
mod session;
mod spoken;
mod sync;
mod system;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod updates;

pub use desk::{Desk, DeskConfig, Ports, REQUEST_NAMES};
pub use error::DeskError;
pub use notices::NoticeStanding;
pub use platform_http::{Carrier, HttpConnector, normalise_url, platform_over, use_tls_provider};
pub use spoken::{Phrase, Spoken};
pub use system::{SystemClock, SystemEntropy};
