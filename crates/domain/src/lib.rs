//! The rules of Proffer, as pure functions: questions, locks, messages, ratings, offers, money and limits.
//!
//! Nothing here reads a clock, a file or a socket. Time comes in as a [`Timestamp`], randomness as bytes, and every rule
//! is used by both sides: the platform decides by it, the desk asks it before sending.

pub mod checklist;
pub mod field;
pub mod ids;
pub mod ledger;
pub mod limits;
pub mod lock;
pub mod message;
pub mod money;
pub mod offer;
pub mod person;
pub mod question;
pub mod rating;
pub mod service_kind;
pub mod support;
pub mod text;

/// A moment in UTC; on the wire it is RFC 3339.
pub use jiff::Timestamp;

pub use checklist::{Checklist, OfferBlocker, QuestionFacts, Step, StepKind};
pub use field::{FieldCode, FieldProblem};
pub use ids::*;
pub use ledger::{LedgerAccount, PaymentMethod, PaymentTerms, Transfer};
pub use limits::{Limits, PriceLimit};
pub use lock::{Lock, LockError};
pub use message::{Attachment, Message, MessageDraft, MessageError, MessageKind};
pub use money::{Currency, Money, MoneyError, MoneyStyle};
pub use offer::{
    CallSlot, Delivery, DeliveryTime, DeliveryUnit, Offer, OfferCommand, OfferError, OfferEvent, OfferEventKind,
    OfferState, OfferTerms, OfferVersion, Tell, Transition,
};
pub use person::{Actor, Person, Role};
pub use question::{Question, QuestionState};
pub use rating::Rating;
pub use service_kind::ServiceKind;
