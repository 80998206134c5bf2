//! The platform as a whole, on real databases: every test of `on_both!` runs on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod bad_input;
mod command_line;
mod demo;
mod idempotency;
mod lifecycle;
mod mail_letters;
mod pages;
mod pages_forms;
mod pages_guards;
mod pages_moderator;
mod postgres;
mod races;
mod roles;
mod streams;
mod world;
