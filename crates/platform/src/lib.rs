//! The platform: the customers' side of Proffer and what the desk syncs with.
//!
//! `api` and `pages` read requests, `flow` decides by the rules of `proffer-domain` and writes in one transaction
//! through `store`; streams carry what was written to the desks, `mail` and `jobs` tell people.

pub mod api;
pub mod cli;
mod connections;
pub mod demo;
mod fault;
pub mod flow;
pub mod hints;
pub mod jobs;
pub mod language;
pub mod mail;
mod monitoring;
pub mod open_files;
pub mod pages;
pub mod payment;
pub mod peer;
pub mod ports;
mod route_table;
pub mod server;
pub mod store;
mod streams;

/// The allocator of the platform's programs: it gives back to the system what connections needed while they were let in.
pub use mimalloc::MiMalloc as Allocator;
pub use server::{App, Config, HintRoute, MailRoute, Platform, PlatformError};
