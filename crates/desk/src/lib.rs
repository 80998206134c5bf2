//! The engine of the app, with no window: cache, journal, sync, outbox, notices and the offer dialog.

pub mod api;
pub mod ports;
