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
#[path = "../shared/announced.rs"]
mod announced;
mod audit;
mod bad_requests;
mod clockwork;
mod commands;
mod database_tls;
#[path = "../shared/databases.rs"]
mod databases;
mod erasure;
mod events;
mod hints;
mod hostile_files;
mod http;
#[path = "../shared/instance.rs"]
mod instance;
mod instances;
mod ledger;
mod limits;
mod links;
mod logs;
mod metrics;
#[path = "../shared/nats_server.rs"]
#[expect(dead_code, reason = "the relay's own test needs the rest")]
mod nats_server;
mod offers;
mod outbox;
mod password_reset;
mod program;
mod race_storms;
mod races;
mod restoring;
mod schemathesis;
mod second_factor;
mod sign_in;
mod slow_readers;
mod smtp;
#[path = "../shared/smtp_server.rs"]
mod smtp_server;
mod streams;
mod stripe;
#[path = "../shared/stripe_stand_in.rs"]
mod stripe_stand_in;
mod upgrading;
#[path = "../shared/waiting.rs"]
mod waiting;
mod world;
