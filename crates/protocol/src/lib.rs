//! The wire between desk and platform: requests, responses, changes, cursors and error codes.
//!
//! JSON over HTTPS under `/v1`; times are RFC 3339 in UTC, ids UUIDv7, errors `application/problem+json` (RFC 9457).
//! Types and their forms, nothing else: neither side's inside shows here.

pub mod cursor;
pub mod documents;
pub mod problem;
pub mod requests;
pub mod stream;
pub mod version;

pub use cursor::{Cursor, CursorError};
pub use documents::{
    AccountDocument, CategoryDocument, Document, Entity, LimitsDocument, MessageDocument, OfferDocument,
    QuestionDocument, SupportRequestDocument, SupportRequestState,
};
pub use problem::{Conflict, ErrorCode, Problem, Retry};
pub use requests::*;
pub use stream::{Change, StreamId, SyncPage};
pub use version::{PROTOCOL_VERSION, PROTOCOL_VERSION_HEADER};
