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
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 365))]
    pub count: u16,
    /// Of what.
    pub unit: DeliveryUnit,
}

impl DeliveryTime {
    /// When a service that was accepted at `accepted_at` is due. Working days are counted in UTC.
    #[must_use]
    pub fn due_at(self, accepted_at: Timestamp) -> Timestamp {
        let hours = |count: i64| {
            accepted_at
                .saturating_add(jiff::SignedDuration::from_hours(count))
                .unwrap_or(Timestamp::MAX)
        };
        let count = i64::from(self.count);
        match self.unit {
            DeliveryUnit::Hours => hours(count),
            DeliveryUnit::Days => hours(count * 24),
            DeliveryUnit::Weeks => hours(count * 24 * 7),
            DeliveryUnit::WorkingDays => {
                let (mut due_at, mut left) = (accepted_at, self.count);
                while left > 0 {
                    due_at = due_at
                        .saturating_add(jiff::SignedDuration::from_hours(24))
                        .unwrap_or(Timestamp::MAX);
                    let day = due_at.to_zoned(jiff::tz::TimeZone::UTC).weekday();
                    if !matches!(day, jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday) {
                        left -= 1;
                    }
                }
                due_at
            }
        }
    }
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
    #[cfg_attr(feature = "openapi", schema(minimum = 5, maximum = 480))]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_due_after_its_delivery_time_and_weekends_are_no_working_days() {
        // A Friday.
        let accepted_at: Timestamp = "2026-11-20T10:00:00Z".parse().expect("a time");
        for (count, unit, due) in [
            (5, DeliveryUnit::Hours, "2026-11-20T15:00:00Z"),
            (2, DeliveryUnit::Days, "2026-11-22T10:00:00Z"),
            (1, DeliveryUnit::WorkingDays, "2026-11-23T10:00:00Z"),
            (6, DeliveryUnit::WorkingDays, "2026-11-30T10:00:00Z"),
            (1, DeliveryUnit::Weeks, "2026-11-27T10:00:00Z"),
        ] {
            let time = DeliveryTime { count, unit };
            assert_eq!(time.due_at(accepted_at).to_string(), due, "{time}");
        }
    }
}
