//! What the customer will see, on the page and in the email, before it is sent, in the words that the platform uses.

use super::price;
use crate::api::offer_dialog::{OfferFields, OfferPreview, PreviewSlot, PreviewWords};
use jiff::tz::TimeZone;
use proffer_domain::{
    CallSlot, OfferTerms, Timestamp,
    offer::wording::{self, OfferLetterFacts},
    text::{one_line, to_safe_html},
};

/// What a preview needs beside the fields.
pub(crate) struct PreviewContext<'a> {
    pub(crate) expert_name: &'a str,
    pub(crate) customer_name: &'a str,
    /// What stands for the link that only the customer has.
    pub(crate) link: &'a str,
    pub(crate) question_title: &'a str,
    /// The zone in which the customer reads times, and its name.
    pub(crate) zone: &'a TimeZone,
    pub(crate) zone_name: &'a str,
    pub(crate) now: Timestamp,
    /// The terms that the customer has now and those that the fields mean, if it is a revision.
    pub(crate) revises: Option<(&'a OfferTerms, Option<&'a OfferTerms>)>,
}

/// The preview of the fields as they stand, their placeholders filled in.
pub(crate) fn preview(fields: &OfferFields, context: &PreviewContext<'_>) -> OfferPreview {
    let deliverables: Vec<_> = fields
        .deliverables
        .iter()
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect();
    let price_text = price(fields).ok().map(|price| price.to_string());
    let shown_price = price_text.as_deref().unwrap_or("…");
    let (email_subject, email_text) = email(fields, &deliverables, shown_price, context);
    let slots = fields.call_slots.iter().map(|slot| {
        let (starts_at, minutes) = (slot.starts_at, slot.minutes);
        PreviewSlot {
            text: wording::call_slot(CallSlot { starts_at, minutes }, context.zone),
            is_past: starts_at <= context.now,
        }
    });
    OfferPreview {
        kind_label: fields.kind.map(|kind| kind.label().to_owned()).unwrap_or_default(),
        title: fields.title.trim().to_owned(),
        expert_name: context.expert_name.to_owned(),
        deliverables,
        delivery_text: wording::delivery(fields.delivery_time),
        expires_text: fields.expires_at.map(|at| wording::moment(at, context.zone)),
        zone_name: context.zone_name.to_owned(),
        note_html: to_safe_html(&fields.note),
        call_slots: slots.collect(),
        words: words(shown_price, context.zone_name),
        price_text,
        email_subject,
        email_text,
    }
}

fn words(price: &str, zone_name: &str) -> PreviewWords {
    PreviewWords {
        state: wording::AWAITING.to_owned(),
        state_text: wording::AWAITING_MEANS.to_owned(),
        receive: wording::RECEIVE.to_owned(),
        whole_price: wording::WHOLE_PRICE.to_owned(),
        delivery: wording::DELIVERY.to_owned(),
        open_until: wording::OPEN_UNTIL.to_owned(),
        choose_call_slot: wording::choose_call_slot(zone_name),
        accept: wording::accept_for(price),
        nothing_chosen: wording::NOTHING_CHOSEN.to_owned(),
        not_now: wording::NOT_NOW.to_owned(),
        decline: wording::DECLINE.to_owned(),
    }
}

/// The subject and plain text of the platform's letter.
fn email(fields: &OfferFields, deliverables: &[String], price: &str, context: &PreviewContext<'_>) -> (String, String) {
    let facts = OfferLetterFacts {
        expert: context.expert_name,
        question_title: context.question_title,
        title: fields.title.trim(),
        price,
        deliverables,
    };
    let letter = match context.revises {
        None => wording::letter_of_offer(facts),
        Some((old, new)) => wording::letter_of_revision(facts, new.map(|new| wording::changes(old, new))),
    };
    (
        one_line(&letter.subject),
        letter.text(context.customer_name, context.link),
    )
}
