//! The platform under load: many who listen, many who accept, much that is stored.
//!
//! All of it goes over loopback, from this process to platforms, a Redis and a PostgreSQL of their own, which end with it.

pub(crate) mod accepting;
pub(crate) mod bare_events;
mod connection;
mod crowd;
pub(crate) mod listening;
pub(crate) mod pages;
mod pgbench;
mod postgres;
mod redis;
mod swarm;
