//! What exactly is offered, and whether it may be offered so.

use crate::{FieldCode, FieldProblem, Limits, Money, ServiceKind, Timestamp, text};
use serde::{Deserialize, Serialize};

/// The longest title, in characters.
pub const TITLE_MAX_CHARS: usize = 80;
/// The longest deliverable, in characters.
pub const DELIVERABLE_MAX_CHARS: usize = 200;
/// The largest number of deliverables.
pub const DELIVERABLES_MAX: usize = 20;
/// The longest note, in characters.
pub const NOTE_MAX_CHARS: usize = 300;
/// The largest number of proposed call times.
pub const CALL_SLOTS_MAX: usize = 3;

/// The unit of a delivery time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeliveryUnit {
    /// Hours.
    Hours,
    /// Calendar days.
    Days,
    /// Monday to Friday.
    WorkingDays,
    /// Weeks.
    Weeks,
}

/// How long after acceptance the expert delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryTime {
    /// How many, from 1 to 365.
    pub count: u16,
    /// Of what.
    pub unit: DeliveryUnit,
}

impl std::fmt::Display for DeliveryTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (one, many) = match self.unit {
            DeliveryUnit::Hours => ("hour", "hours"),
            DeliveryUnit::Days => ("day", "days"),
            DeliveryUnit::WorkingDays => ("working day", "working days"),
            DeliveryUnit::Weeks => ("week", "weeks"),
        };
        write!(f, "{} {}", self.count, if self.count == 1 { one } else { many })
    }
}

/// A proposed time for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallSlot {
    /// When it begins.
    pub starts_at: Timestamp,
    /// How long it lasts, in minutes, from 5 to 480.
    pub minutes: u16,
}

/// The content of one version of an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferTerms {
    /// The kind of service.
    pub kind: ServiceKind,
    /// Its title.
    pub title: String,
    /// What exactly the customer will receive, one thing each.
    pub deliverables: Vec<String>,
    /// The whole price.
    pub price: Money,
    /// How long after acceptance it is delivered.
    pub delivery_time: DeliveryTime,
    /// When it can no longer be accepted; none is the default.
    pub expires_at: Option<Timestamp>,
    /// A note to the customer, may be empty.
    pub note: String,
    /// Up to three proposed times, for kinds that are calls.
    pub call_slots: Vec<CallSlot>,
}

impl OfferTerms {
    /// Checks them by the platform's limits at `now`. Empty means that they may be sent.
    #[must_use]
    pub fn problems(&self, limits: &Limits, now: Timestamp) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        problems.extend(text::check("/title", "a title", &self.title, TITLE_MAX_CHARS));
        self.check_deliverables(&mut problems);
        problems.extend(self.price_problem(limits));
        if !(1..=365).contains(&self.delivery_time.count) {
            problems.push(
                FieldProblem::new(
                    "/delivery_time",
                    FieldCode::NotOffered,
                    "Choose a delivery time from 1 to 365.",
                )
                .with_limit(365),
            );
        }
        if self.expires_at.is_some_and(|expires_at| expires_at <= now) {
            problems.push(FieldProblem::new(
                "/expires_at",
                FieldCode::InThePast,
                "This expiry has passed; choose a later time or none.",
            ));
        }
        problems.extend(text::check_optional("/note", "the note", &self.note, NOTE_MAX_CHARS));
        self.check_call_slots(&mut problems, now);
        problems
    }

    fn check_deliverables(&self, problems: &mut Vec<FieldProblem>) {
        let given = self.deliverables.iter().filter(|item| !item.trim().is_empty()).count();
        if given == 0 {
            problems.push(FieldProblem::new(
                "/deliverables",
                FieldCode::Missing,
                "List at least one thing that the customer will receive.",
            ));
        }
        if given > DELIVERABLES_MAX {
            problems.push(
                FieldProblem::new(
                    "/deliverables",
                    FieldCode::TooMany,
                    format!("List at most {DELIVERABLES_MAX} things; put some of them together."),
                )
                .with_limit(DELIVERABLES_MAX),
            );
        }
        problems.extend(self.deliverables.iter().enumerate().filter_map(|(index, item)| {
            text::check_optional(
                &format!("/deliverables/{index}"),
                "this item",
                item,
                DELIVERABLE_MAX_CHARS,
            )
        }));
    }

    fn price_problem(&self, limits: &Limits) -> Option<FieldProblem> {
        let Some(limit) = limits.price(self.price.currency) else {
            let codes: Vec<_> = limits.prices.iter().map(|limit| limit.currency.code()).collect();
            let codes = codes.join(", ");
            return Some(
                FieldProblem::new(
                    "/price",
                    FieldCode::NotOffered,
                    format!(
                        "Offers cannot be priced in {}; choose one of {codes}.",
                        self.price.currency
                    ),
                )
                .with_limit(codes),
            );
        };
        let (min, max) = (limit.min(), limit.max());
        if self.price.amount_minor < limit.min_minor.max(1) {
            let message = format!("The price must be at least {min}.");
            return Some(FieldProblem::new("/price", FieldCode::TooSmall, message).with_limit(min));
        }
        (self.price.amount_minor > limit.max_minor).then(|| {
            let message = format!("The price must be at most {max}.");
            FieldProblem::new("/price", FieldCode::TooLarge, message).with_limit(max)
        })
    }

    fn check_call_slots(&self, problems: &mut Vec<FieldProblem>, now: Timestamp) {
        if self.call_slots.is_empty() {
            return;
        }
        if !self.kind.is_call() {
            problems.push(FieldProblem::new(
                "/call_slots",
                FieldCode::NotOffered,
                "Only services by call carry proposed times; remove them or choose another kind.",
            ));
        }
        if self.call_slots.len() > CALL_SLOTS_MAX {
            problems.push(
                FieldProblem::new(
                    "/call_slots",
                    FieldCode::TooMany,
                    format!("Propose at most {CALL_SLOTS_MAX} times."),
                )
                .with_limit(CALL_SLOTS_MAX),
            );
        }
        for (index, slot) in self.call_slots.iter().enumerate() {
            if slot.starts_at <= now {
                problems.push(FieldProblem::new(
                    format!("/call_slots/{index}"),
                    FieldCode::InThePast,
                    "This time has passed; propose a later one.",
                ));
            } else if !(5..=480).contains(&slot.minutes) {
                problems.push(FieldProblem::new(
                    format!("/call_slots/{index}"),
                    FieldCode::NotOffered,
                    "A call lasts from 5 minutes to 8 hours.",
                ));
            }
        }
    }

    /// The same terms without blank deliverables and outer spaces: the form that is sent and kept.
    #[must_use]
    pub fn normalised(mut self) -> Self {
        self.title = self.title.trim().to_owned();
        self.note = self.note.trim().to_owned();
        self.deliverables = self
            .deliverables
            .iter()
            .map(|item| item.trim().to_owned())
            .filter(|item| !item.is_empty())
            .collect();
        self
    }
}
