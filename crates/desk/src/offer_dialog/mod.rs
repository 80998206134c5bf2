//! The offer dialog as a state machine: fields as typed in, the terms they mean, what is wrong with them, and what the
//! customer will see. Drafts are kept at every edit; a submitted draft remembers what became of it.

mod difference;
mod placeholders;
mod preview;
mod price_hint;
mod starters;

pub(crate) use difference::difference;
pub(crate) use placeholders::Names;
pub(crate) use preview::{PreviewContext, preview};
pub(crate) use price_hint::price_hint;
pub(crate) use starters::{STARTER_PREFIX, starter, starter_id};

use crate::{
    api::offer_dialog::{CallSlotField, OfferFields},
    journal::UsedTemplate,
};
use proffer_domain::{
    CallSlot, CommandId, Currency, DeliveryTime, DeliveryUnit, FieldCode, FieldProblem, Limits, Money, MoneyError,
    OfferId, OfferTerms, QuestionId, ServiceKind, Timestamp,
};
use serde::{Deserialize, Serialize};

/// What became of a draft that was submitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Submitted {
    pub(crate) command_id: CommandId,
    pub(crate) offer_id: OfferId,
}

/// An offer being written, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfferDraft {
    pub(crate) question_id: QuestionId,
    /// The offer and version being revised.
    pub(crate) revises: Option<(OfferId, u32)>,
    pub(crate) fields: OfferFields,
    /// The fields as the last template left them: what still equals it was not typed by hand.
    pub(crate) template: OfferFields,
    /// Which template that was.
    #[serde(default)]
    pub(crate) made_from: Option<UsedTemplate>,
    pub(crate) submitted: Option<Submitted>,
}

impl OfferDraft {
    /// The same, editable again.
    pub(crate) fn reopened(self) -> Self {
        Self {
            submitted: None,
            ..self
        }
    }
}

/// Empty fields.
pub(crate) fn empty_fields(limits: &Limits) -> OfferFields {
    let currency = limits.prices.first().map(|limit| limit.currency.code());
    OfferFields {
        kind: None,
        title: String::new(),
        deliverables: Vec::new(),
        currency: currency.unwrap_or_default().to_owned(),
        price_text: String::new(),
        delivery_time: DeliveryTime {
            count: 2,
            unit: DeliveryUnit::WorkingDays,
        },
        expires_at: None,
        note: String::new(),
        call_slots: Vec::new(),
    }
}

/// Terms as fields, for revising and for templates.
pub(crate) fn fields_of(terms: &OfferTerms) -> OfferFields {
    OfferFields {
        kind: Some(terms.kind),
        title: terms.title.clone(),
        deliverables: terms.deliverables.clone(),
        currency: terms.price.currency.code().to_owned(),
        price_text: terms.price.plain(),
        delivery_time: terms.delivery_time,
        expires_at: terms.expires_at,
        note: terms.note.clone(),
        call_slots: terms
            .call_slots
            .iter()
            .map(|slot| CallSlotField {
                starts_at: slot.starts_at,
                minutes: slot.minutes,
            })
            .collect(),
    }
}

/// Fills from a template what was not typed by hand. Price, currency and expiry are the expert's own each time, unless
/// the template names a price and none was typed.
pub(crate) fn fill(draft: &mut OfferDraft, template: OfferFields) {
    let (fields, before) = (&mut draft.fields, &draft.template);
    let is_blank = |text: &str| text.trim().is_empty();
    if is_blank(&fields.title) || fields.title == before.title {
        fields.title.clone_from(&template.title);
    }
    if fields.deliverables.iter().all(|item| is_blank(item)) || fields.deliverables == before.deliverables {
        fields.deliverables.clone_from(&template.deliverables);
    }
    if is_blank(&fields.note) || fields.note == before.note {
        fields.note.clone_from(&template.note);
    }
    if fields.delivery_time == before.delivery_time {
        fields.delivery_time = template.delivery_time;
    }
    if !is_blank(&template.price_text) && (is_blank(&fields.price_text) || fields.price_text == before.price_text) {
        fields.price_text.clone_from(&template.price_text);
        fields.currency.clone_from(&template.currency);
    }
    fields.kind = template.kind;
    if template.kind.is_some_and(|kind| !kind.is_call()) {
        fields.call_slots.clear();
    }
    draft.template = template;
}

/// The price as typed.
pub(crate) fn price(fields: &OfferFields) -> Result<Money, FieldProblem> {
    let problem = |code, error: MoneyError| {
        let mut words = error.to_string();
        if let Some(first) = words.get(..1).map(str::to_uppercase) {
            words.replace_range(..1, &first);
        }
        FieldProblem::new("/price", code, format!("{words}."))
    };
    let currency: Currency = fields
        .currency
        .parse()
        .map_err(|error| problem(FieldCode::NotOffered, error))?;
    Money::parse(&fields.price_text, currency).map_err(|error| match error {
        MoneyError::Empty => problem(FieldCode::Missing, error),
        MoneyError::TooLarge => problem(FieldCode::TooLarge, error),
        _ => problem(FieldCode::Malformed, error),
    })
}

/// The terms that the fields mean; else everything that is wrong with them.
pub(crate) fn terms(fields: &OfferFields, limits: &Limits, now: Timestamp) -> Result<OfferTerms, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    if fields.kind.is_none() {
        let words = "Choose what kind of service it is.";
        problems.push(FieldProblem::new("/kind", FieldCode::Missing, words));
    }
    let price = price(fields);
    let Some(placeholder) = limits.prices.first().map(proffer_domain::PriceLimit::min) else {
        let words = "This platform takes no offers: it names no currency to price them in.";
        return Err(vec![FieldProblem::new("/price", FieldCode::NotOffered, words)]);
    };
    let terms = OfferTerms {
        // Until a kind is chosen, one that takes every field stands for it.
        kind: fields.kind.unwrap_or(ServiceKind::FollowUpCall),
        title: fields.title.clone(),
        deliverables: fields.deliverables.clone(),
        price: price.as_ref().map_or(placeholder, |price| *price),
        delivery_time: fields.delivery_time,
        expires_at: fields.expires_at,
        note: fields.note.clone(),
        call_slots: fields
            .call_slots
            .iter()
            .map(|slot| CallSlot {
                starts_at: slot.starts_at,
                minutes: slot.minutes,
            })
            .collect(),
    };
    let found = terms.problems(limits, now);
    match price {
        Ok(_) => problems.extend(found),
        Err(problem) => {
            problems.extend(found.into_iter().filter(|found| found.pointer != "/price"));
            problems.push(problem);
        }
    }
    if problems.is_empty() {
        Ok(terms.normalised())
    } else {
        Err(problems)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T03:00:00Z".parse().unwrap()
    }

    fn good() -> OfferFields {
        let mut fields = starter(ServiceKind::LetterTemplates, "Helen", &Limits::default());
        fields.price_text = "145".to_owned();
        fields
    }

    #[test]
    fn every_starter_becomes_an_offer_once_a_price_is_typed() {
        for kind in ServiceKind::ALL {
            let mut fields = starter(kind, "Helen", &Limits::default());
            fields.price_text = "145.00".to_owned();
            let terms = terms(&fields, &Limits::default(), now()).unwrap();
            assert_eq!((terms.kind, terms.price.to_string()), (kind, "£145.00".to_owned()));
            let all = format!("{} {} {}", terms.title, terms.deliverables.join(" "), terms.note);
            assert!(!all.contains('{'), "{all}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        let past: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        type Change = fn(&mut OfferFields);
        let cases: [(&str, FieldCode, Change); 9] = [
            ("/kind", FieldCode::Missing, |fields| fields.kind = None),
            ("/title", FieldCode::Missing, |fields| fields.title = " ".to_owned()),
            ("/deliverables", FieldCode::Missing, |fields| {
                fields.deliverables = vec![String::new()]
            }),
            ("/price", FieldCode::Missing, |fields| fields.price_text.clear()),
            ("/price", FieldCode::Malformed, |fields| {
                fields.price_text = "12,3x".to_owned()
            }),
            ("/price", FieldCode::TooSmall, |fields| {
                fields.price_text = "0".to_owned()
            }),
            ("/price", FieldCode::TooLarge, |fields| {
                fields.price_text = "2500.01".to_owned()
            }),
            ("/price", FieldCode::NotOffered, |fields| {
                fields.currency = "XXQ".to_owned()
            }),
            ("/note", FieldCode::TooLong, |fields| fields.note = "x".repeat(100_000)),
        ];
        for (pointer, code, change) in cases {
            let mut fields = good();
            change(&mut fields);
            let problems = terms(&fields, &Limits::default(), now()).unwrap_err();
            let found: Vec<_> = problems
                .iter()
                .map(|problem| (problem.pointer.as_str(), problem.code))
                .collect();
            assert_eq!(found, [(pointer, code)], "{problems:?}");
        }
        let mut fields = good();
        fields.expires_at = Some(past);
        let problems = terms(&fields, &Limits::default(), now()).unwrap_err();
        assert_eq!(
            (problems[0].pointer.as_str(), problems[0].code),
            ("/expires_at", FieldCode::InThePast)
        );
    }

    #[test]
    fn another_template_leaves_alone_what_was_typed_by_hand() {
        let limits = Limits::default();
        let mut draft = OfferDraft {
            question_id: QuestionId(uuid::Uuid::nil()),
            revises: None,
            fields: empty_fields(&limits),
            template: empty_fields(&limits),
            made_from: None,
            submitted: None,
        };
        fill(&mut draft, starter(ServiceKind::LetterTemplates, "Helen", &limits));
        draft.fields.title = "My own title".to_owned();
        draft.fields.price_text = "90".to_owned();
        let other = starter(ServiceKind::FollowUpCall, "Helen", &limits);
        fill(&mut draft, other.clone());
        assert_eq!(draft.fields.title, "My own title");
        assert_eq!(draft.fields.price_text, "90");
        assert_eq!(draft.fields.deliverables, other.deliverables);
        assert_eq!(draft.fields.kind, Some(ServiceKind::FollowUpCall));
    }
}
