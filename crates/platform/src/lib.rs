//! The platform: the customers' side of Proffer and what the desk syncs with.
//!
//! `api` and `pages` read requests, `flow` decides by the rules of `proffer-domain` and writes in one transaction
//! through `store`; `streams` carries what was written to the desks, `mail` and `jobs` tell people.

pub mod flow;
pub mod jobs;
pub mod mail;
pub mod ports;
pub mod store;
