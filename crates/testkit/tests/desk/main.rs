//! Headless desks against the real platform on loopback.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod accounts;
mod attachments;
mod cache;
mod certificates;
mod connection;
mod conversation;
mod flow;
mod help;
mod hostile_platform;
mod hostile_requests;
mod insights;
mod notice_rules;
mod notices;
mod offer_dialog;
mod offer_preview;
mod offer_template;
mod offline;
mod own_data;
mod queue;
mod recovery;
mod request_centre;
mod search;
mod secrets;
mod session;
mod slow_desk;
mod streams;
mod two_desks;
mod updates;
