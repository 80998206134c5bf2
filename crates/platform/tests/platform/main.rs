//! The platform as a whole, on real databases: every test of `on_both_databases!` runs on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod command_line;
#[path = "../shared/databases.rs"]
mod databases;
mod demo;
mod lifecycle;
mod mail_letters;
mod pages;
mod pages_forms;
mod pages_guards;
mod pages_moderator;
mod roles;
mod world;
