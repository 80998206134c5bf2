//! The suite against the platform itself, as it is and broken on purpose.
#![expect(
    clippy::unwrap_used,
    clippy::large_futures,
    reason = "a test that fails says where; how large its futures are matters to nobody"
)]

mod breaks;
mod broken_servers;
#[path = "../../../platform/tests/shared/databases.rs"]
mod databases;
mod program;
mod world;
