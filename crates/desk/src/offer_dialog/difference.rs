//! What a revision changes, field by field, against the version that the customer has.

use super::price;
use crate::{
    api::offer_dialog::{ChangedField, OfferChange, OfferChangeKind, OfferFields},
    spoken::Spoken,
};
use proffer_domain::{DeliveryTime, DeliveryUnit, OfferTerms, Timestamp};

/// What the fields, with their placeholders filled in, change; nothing if they would send the same again. Kinds, times
/// and durations are told as data: the window has words for them.
pub(crate) fn difference(old: &OfferTerms, fields: &OfferFields, spoken: Spoken) -> Vec<OfferChange> {
    let moment = |at: Timestamp| at.to_string();
    let price = match price(fields) {
        Ok(price) => spoken.money(price),
        Err(_) => format!("{} {}", fields.currency, fields.price_text.trim()),
    };
    let delivery_time = (duration(old.delivery_time), duration(fields.delivery_time));
    let one = [
        (
            ChangedField::Kind,
            Some(old.kind.as_str().to_owned()),
            fields.kind.map(|kind| kind.as_str().to_owned()),
        ),
        (ChangedField::Title, words(&old.title), words(&fields.title)),
        (ChangedField::Price, Some(spoken.money(old.price)), Some(price)),
        (ChangedField::DeliveryTime, Some(delivery_time.0), Some(delivery_time.1)),
        (
            ChangedField::ExpiresAt,
            old.expires_at.map(moment),
            fields.expires_at.map(moment),
        ),
        (ChangedField::Note, words(&old.note), words(&fields.note)),
    ];
    let changed = one.into_iter().filter(|(field, before, now)| match field {
        // Two moments of one minute read alike.
        ChangedField::ExpiresAt => old.expires_at != fields.expires_at,
        _ => before != now,
    });
    let changed = changed.map(|(field, old, new)| change(field, OfferChangeKind::Changed, old, new));
    let lines = |lines: &[String]| lines.iter().filter_map(|line| words(line)).collect::<Vec<_>>();
    let slot = |starts_at: Timestamp, minutes| format!("{starts_at} {minutes}");
    let slots: Vec<_> = old
        .call_slots
        .iter()
        .map(|old| slot(old.starts_at, old.minutes))
        .collect();
    let typed = fields
        .call_slots
        .iter()
        .map(|field| slot(field.starts_at, field.minutes));
    changed
        .chain(items(
            ChangedField::Deliverables,
            &lines(&old.deliverables),
            &lines(&fields.deliverables),
        ))
        .chain(items(ChangedField::CallSlots, &slots, &typed.collect::<Vec<_>>()))
        .collect()
}

/// `2 working_days`.
fn duration(time: DeliveryTime) -> String {
    let unit = match time.unit {
        DeliveryUnit::Hours => "hours",
        DeliveryUnit::Days => "days",
        DeliveryUnit::WorkingDays => "working_days",
        DeliveryUnit::Weeks => "weeks",
    };
    format!("{} {unit}", time.count)
}

fn words(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn change(field: ChangedField, kind: OfferChangeKind, old: Option<String>, new: Option<String>) -> OfferChange {
    OfferChange { field, kind, old, new }
}

/// What was taken out, what was put in, and whether what stayed stands in another order.
fn items(field: ChangedField, old: &[String], new: &[String]) -> Vec<OfferChange> {
    let without = |all: &[String], others: &[String]| {
        let mut left: Vec<_> = all.to_vec();
        for other in others {
            if let Some(place) = left.iter().position(|item| item == other) {
                left.remove(place);
            }
        }
        left
    };
    let (removed, added) = (without(old, new), without(new, old));
    let is_moved = without(old, &removed) != without(new, &added);
    removed
        .into_iter()
        .map(|item| change(field, OfferChangeKind::Removed, Some(item), None))
        .chain(
            added
                .into_iter()
                .map(|item| change(field, OfferChangeKind::Added, None, Some(item))),
        )
        .chain(is_moved.then(|| change(field, OfferChangeKind::Moved, None, None)))
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use crate::offer_dialog::{fields_of, starter, terms};
    use OfferChangeKind::{Added, Changed, Moved, Removed};
    use proffer_domain::{Limits, ServiceKind};

    fn sent() -> OfferTerms {
        let mut fields = starter(ServiceKind::FollowUpCall, "Helen", &Limits::default());
        fields.price_text = "145".to_owned();
        terms(&fields, &Limits::default(), Timestamp::UNIX_EPOCH).unwrap()
    }

    fn kinds(fields: &OfferFields) -> Vec<(ChangedField, OfferChangeKind)> {
        difference(&sent(), fields, Spoken::English)
            .into_iter()
            .map(|change| (change.field, change.kind))
            .collect()
    }

    #[test]
    fn nothing_changed_is_nothing_also_with_blank_lines_and_another_way_to_write_the_price() {
        let mut fields = fields_of(&sent());
        fields.deliverables.push("  ".to_owned());
        fields.price_text = "145".to_owned();
        fields.note.push(' ');
        assert_eq!(kinds(&fields), []);
    }

    #[test]
    fn each_field_is_named_with_what_it_was_and_is() {
        let mut fields = fields_of(&sent());
        fields.price_text = "120".to_owned();
        fields.expires_at = "2026-12-01T23:30:00Z".parse().ok();
        let changes = difference(&sent(), &fields, Spoken::English);
        let told: Vec<_> = changes
            .iter()
            .map(|change| (change.field, change.old.as_deref(), change.new.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                (ChangedField::Price, Some("£145.00"), Some("£120.00")),
                (ChangedField::ExpiresAt, None, Some("2026-12-01T23:30:00Z")),
            ]
        );
        fields.price_text = "12x".to_owned();
        let changes = difference(&sent(), &fields, Spoken::English);
        assert_eq!(changes[0].new.as_deref(), Some("GBP 12x"));
    }

    #[test]
    fn items_put_in_taken_out_and_moved_are_told_apart() {
        let mut fields = fields_of(&sent());
        fields.deliverables.swap(0, 1);
        assert_eq!(kinds(&fields), [(ChangedField::Deliverables, Moved)]);
        fields.deliverables.swap(0, 1);
        fields.deliverables[1] = "A second call".to_owned();
        let expected = [
            (ChangedField::Deliverables, Removed),
            (ChangedField::Deliverables, Added),
        ];
        assert_eq!(kinds(&fields), expected);
        fields.kind = Some(ServiceKind::ConfidentialChannel);
        assert_eq!(kinds(&fields)[0], (ChangedField::Kind, Changed));
    }
}
