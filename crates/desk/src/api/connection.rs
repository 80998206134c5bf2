//! How the desk stands to its platform.

use proffer_domain::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The connection's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Nobody is signed in.
    SignedOut,
    /// Trying.
    Connecting,
    /// The first sync runs.
    Syncing,
    /// In step with the platform, changes arrive as they happen.
    Online,
    /// The platform cannot be reached; work goes on from the cache.
    Offline,
    /// There is no room on this computer's disk for what the platform has; nothing is half written, and it goes on by
    /// itself once there is room.
    DiskFull,
    /// The platform wants another version of the desk.
    ProtocolMismatch,
}

/// The connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConnectionView {
    /// How it stands.
    pub state: ConnectionState,
    /// When the cache was last in step.
    pub synced_at: Option<Timestamp>,
    /// How many documents the running first sync has brought; `None` when none runs.
    pub first_sync_count: Option<u64>,
    /// How many outbox entries wait to be sent.
    pub waiting_count: u32,
    /// How many outbox entries were refused or cannot be sent.
    pub failed_count: u32,
}
