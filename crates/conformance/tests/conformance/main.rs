//! The suite against the platform itself, as it is and broken on purpose.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../platform/tests/shared/announced.rs"]
mod announced;
mod breaks;
mod broken_servers;
#[path = "../../../platform/tests/shared/databases.rs"]
mod databases;
mod program;
mod world;
