//! The platform as a whole, on real databases: every test of `on_both_databases!` runs on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod access_matrix;
#[path = "../shared/announced.rs"]
mod announced;
mod command_line;
#[path = "../shared/databases.rs"]
mod databases;
mod demo;
mod lifecycle;
mod mail_letters;
mod mail_lifecycle;
mod mail_stops;
mod pages;
mod pages_account;
mod pages_forms;
mod pages_guards;
mod pages_moderator;
mod pages_payment;
mod pages_size;
mod routes;
#[path = "../shared/stripe_stand_in.rs"]
#[expect(dead_code, reason = "the pages need a part of it")]
mod stripe_stand_in;
#[path = "../shared/waiting.rs"]
mod waiting;
mod world;
