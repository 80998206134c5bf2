//! Identifiers: newtypes over UUIDv7, so that an offer's id never stands where a question's belongs.

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::{Builder, Uuid};

/// Makes a UUIDv7 from a moment and ten bytes of randomness, both given from outside.
///
/// A moment before 1970 counts as 1970.
#[must_use]
pub fn uuid_v7(at: Timestamp, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name(pub Uuid);

        impl $name {
            /// Makes a new id from a moment and ten random bytes.
            #[must_use]
            pub fn mint(at: Timestamp, random: [u8; 10]) -> Self {
                Self(uuid_v7(at, random))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// A customer, an expert, a moderator.
    AccountId;
    /// A field of expertise that experts serve and customers ask in.
    CategoryId;
    /// A customer's question.
    QuestionId;
    /// A message on a question.
    MessageId;
    /// A stored file.
    AttachmentId;
    /// A premium offer, the same through all its versions.
    OfferId;
    /// Something that happened to an offer; notices are keyed by it.
    EventId;
    /// A request for help to the category's moderator.
    SupportRequestId;
    /// A place where an account is signed in.
    SessionId;
    /// A command's idempotency key, made by the client.
    CommandId;
}
