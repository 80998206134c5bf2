//! What the customer will see, on the page and in the email, before it is sent.

use super::price;
use crate::api::offer_dialog::{OfferFields, OfferPreview};
use proffer_domain::text::{excerpt, to_safe_html};

/// What a preview needs beside the fields.
pub(crate) struct PreviewContext<'a> {
    pub(crate) expert_name: &'a str,
    pub(crate) customer_name: &'a str,
    pub(crate) question_title: &'a str,
    pub(crate) is_revision: bool,
}

/// Longer titles are cut in emails, as the platform cuts them.
const TITLE_CHARS: usize = 80;

/// The preview of the fields as they stand.
pub(crate) fn preview(fields: &OfferFields, context: &PreviewContext<'_>) -> OfferPreview {
    let deliverables: Vec<_> = fields
        .deliverables
        .iter()
        .map(|item| item.trim().to_owned())
        .filter(|item| !item.is_empty())
        .collect();
    let price_text = price(fields).ok().map(|price| price.to_string());
    let (subject, text) = email(fields, &deliverables, price_text.as_deref(), context);
    OfferPreview {
        kind_label: fields.kind.map(|kind| kind.label().to_owned()).unwrap_or_default(),
        title: fields.title.trim().to_owned(),
        price_text,
        expert_name: context.expert_name.to_owned(),
        deliverables,
        delivery_text: fields.delivery_time.to_string(),
        expires_at: fields.expires_at,
        note_html: to_safe_html(&fields.note),
        call_slots: fields.call_slots.clone(),
        email_subject: subject,
        email_text: text,
    }
}

/// The email in the words of the platform's letters.
fn email(
    fields: &OfferFields,
    deliverables: &[String],
    price: Option<&str>,
    context: &PreviewContext<'_>,
) -> (String, String) {
    let (expert, title) = (context.expert_name, excerpt(&fields.title, TITLE_CHARS));
    let price = price.unwrap_or("…");
    let (subject, first) = if context.is_revision {
        (
            format!("{expert} changed the offer “{title}”"),
            format!("{expert} sends a new version of the OPTIONAL Premium Service offer {title}, now {price} in all."),
        )
    } else {
        (
            format!(
                "{expert} has a message for you about “{}”",
                excerpt(context.question_title, TITLE_CHARS)
            ),
            format!("{expert} sends you an OPTIONAL Premium Service offer: {title}, for {price} in all."),
        )
    };
    let mut parts = vec![format!("Hello {},", context.customer_name), first];
    if !context.is_revision {
        parts.push(
            "You can accept it, keep it for later or decline. Your question is answered either way, and you pay \
             nothing unless you accept."
                .to_owned(),
        );
    }
    if !deliverables.is_empty() {
        let points: Vec<_> = deliverables.iter().map(|item| format!("- {item}")).collect();
        parts.push(points.join("\n"));
    }
    (subject, parts.join("\n\n"))
}
