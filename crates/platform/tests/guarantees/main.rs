//! What the platform guarantees, tried hard: one effect per key, one winner per race, gapless streams, events that go on
//! where they broke off, and nobody seeing or moving what is not theirs.
//!
//! What touches the database runs on SQLite and on a PostgreSQL that the tests start themselves.
#![expect(
    clippy::unwrap_used,
    clippy::large_futures,
    reason = "a test that fails says where; how large its futures are matters to nobody"
)]

mod access;
mod audit;
mod bad_requests;
mod clockwork;
mod commands;
#[path = "../shared/databases.rs"]
mod databases;
mod erasure;
mod events;
mod hostile_files;
mod http;
mod ledger;
mod links;
mod offers;
mod password_reset;
mod program;
mod races;
mod second_factor;
mod sign_in;
mod streams;
mod stripe;
#[path = "../shared/stripe_stand_in.rs"]
mod stripe_stand_in;
mod world;
