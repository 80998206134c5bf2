//! Which protocol is spoken.

/// The protocol's version. It rises when an older desk could no longer work with the platform.
pub const PROTOCOL_VERSION: u32 = 1;

/// The header in which either side names its version, on every request and response.
pub const PROTOCOL_VERSION_HEADER: &str = "proffer-protocol";

/// The header that carries a command's idempotency key, a UUIDv7.
pub const IDEMPOTENCY_KEY_HEADER: &str = "idempotency-key";
