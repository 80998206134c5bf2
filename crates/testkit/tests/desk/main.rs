//! Headless desks against the real platform on loopback.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod attachments;
mod cache;
mod flow;
mod notices;
mod offer_dialog;
mod offline;
mod session;
mod two_desks;
