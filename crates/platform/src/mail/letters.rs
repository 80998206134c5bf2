//! What each letter says. Text of customers and experts is hostile: it is escaped in the HTML and kept on one line in
//! subjects.

use askama::Template;
pub(super) use proffer_domain::text::one_line;
use proffer_domain::{
    Message, MessageKind, OfferEventKind, Question,
    message::OFFER_ANNOUNCEMENT,
    offer::wording::{self, LINK_CLOSING, OfferLetterFacts},
    text,
};
use proffer_protocol::{OfferDocument, SupportRequestDocument};

/// A letter before it is addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it is about, for the operator.
    pub kind: &'static str,
    /// The subject, on one line.
    pub subject: String,
    /// What is so, and what can be done; plain text.
    pub paragraphs: Vec<String>,
    /// Points of a list.
    pub points: Vec<String>,
    /// What somebody wrote, Markdown.
    pub quote: Option<String>,
    /// A button: its words and where it leads.
    pub button: Option<(&'static str, String)>,
    /// The last lines.
    pub closing: &'static str,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct LetterHtml<'a> {
    name: &'a str,
    letter: &'a Letter,
    quote_html: Option<String>,
}

impl Letter {
    fn new(kind: &'static str, subject: impl Into<String>) -> Self {
        Self {
            kind,
            subject: one_line(&subject.into()),
            paragraphs: Vec::new(),
            points: Vec::new(),
            quote: None,
            button: None,
            closing: "",
        }
    }

    /// The plain text, addressed to `name`.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        let mut parts = vec![format!("Hello {},", one_line(name))];
        parts.extend(self.paragraphs.iter().cloned());
        if !self.points.is_empty() {
            parts.push(
                self.points
                    .iter()
                    .map(|point| format!("- {point}"))
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
        }
        if let Some(quote) = &self.quote {
            parts.push(
                quote
                    .lines()
                    .map(|line| format!("> {line}"))
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
        }
        if let Some((words, url)) = &self.button {
            parts.push(format!("{words}:\n{url}"));
        }
        if !self.closing.is_empty() {
            parts.push(self.closing.to_owned());
        }
        parts.join("\n\n") + "\n"
    }

    /// The HTML, addressed to `name`.
    #[must_use]
    pub fn html(&self, name: &str) -> String {
        let quote_html = self.quote.as_deref().map(text::to_safe_html);
        // The template writes into a string, which cannot fail; without HTML the plain text still goes out.
        LetterHtml {
            name,
            letter: self,
            quote_html,
        }
        .render()
        .unwrap_or_default()
    }
}

/// An Answer or Information Request for the customer.
#[must_use]
pub fn message_for_customer(question: &Question, message: &Message, link: String) -> Letter {
    let expert = &message.author.name;
    let title = text::excerpt(&question.title, 80);
    let (kind, subject, first) = match message.kind {
        MessageKind::InfoRequest => (
            "info_request",
            format!("{expert} needs to know more: {title}"),
            format!("{expert} asks for information to answer your question “{title}” in full."),
        ),
        MessageKind::Answer | MessageKind::Reply => (
            "answer",
            format!("{expert} answered your question: {title}"),
            format!("{expert} answered your question “{title}”."),
        ),
    };
    let mut quote = message.text.clone();
    if message.announces_offer {
        quote.push_str("\n\n");
        quote.push_str(OFFER_ANNOUNCEMENT);
    }
    let files = message.attachments.len();
    let mut letter = Letter::new(kind, subject);
    letter.paragraphs = vec![first];
    if files > 0 {
        letter.points = message
            .attachments
            .iter()
            .map(|file| format!("File: {}", file.name))
            .collect();
    }
    letter.quote = Some(quote);
    letter.button = Some(("Read and reply", link));
    letter.closing = LINK_CLOSING;
    letter
}

/// The customer's reply, for the expert.
#[must_use]
pub fn reply_for_expert(question: &Question, message: &Message) -> Letter {
    let title = text::excerpt(&question.title, 80);
    let mut letter = Letter::new("reply", format!("{} replied: {title}", message.author.name));
    letter.paragraphs = vec![format!(
        "{} replied on Q-{} “{title}”.",
        message.author.name, question.number
    )];
    letter.quote = Some(message.text.clone());
    letter.closing = "Open Proffer to write back.";
    letter
}

/// What happened to an offer, for its customer.
#[must_use]
pub fn offer_for_customer(document: &OfferDocument, kind: OfferEventKind, link: String) -> Letter {
    let offer = &document.offer;
    let (expert, price) = (&document.expert.name, offer.terms.price);
    let title = text::excerpt(&offer.terms.title, 80);
    let mut button = wording::LOOK_AT_OFFER;
    let (name, subject, paragraphs) = match kind {
        OfferEventKind::Sent | OfferEventKind::Revised => {
            let price = price.to_string();
            let facts = OfferLetterFacts {
                expert,
                question_title: &document.question_title,
                title: &offer.terms.title,
                price: &price,
                deliverables: &offer.terms.deliverables,
            };
            let (name, letter) = if kind == OfferEventKind::Sent {
                ("offer_sent", wording::letter_of_offer(facts))
            } else {
                let old = offer.earlier.last();
                let changed = old.map(|version| wording::changes(&version.terms, &offer.terms));
                ("offer_revised", wording::letter_of_revision(facts, changed))
            };
            (name, letter.subject, letter.paragraphs)
        }
        OfferEventKind::Withdrawn => (
            "offer_withdrawn",
            format!("The offer “{title}” was withdrawn"),
            vec![format!(
                "The OPTIONAL Premium Service offer {title} was taken back. You owe nothing for it."
            )],
        ),
        OfferEventKind::Expired => (
            "offer_expired",
            format!("The offer “{title}” has expired"),
            vec![format!(
                "The OPTIONAL Premium Service offer {title} of {expert} can no longer be accepted. Reply on your \
                 question if you still want it."
            )],
        ),
        OfferEventKind::Accepted => {
            button = "Look at your order";
            (
                "offer_receipt",
                format!("Receipt: {title}, {price}"),
                vec![
                    format!("You accepted the Premium Service offer {title} of {expert} for {price} in all."),
                    format!(
                        "{expert} delivers within {} of your acceptance.",
                        offer.terms.delivery_time
                    ),
                    format!("Order R-{}, question Q-{}.", document.number, document.question_number),
                ],
            )
        }
        OfferEventKind::Delivered => {
            button = "See what was delivered";
            (
                "offer_delivered",
                format!("{expert} delivered: {title}"),
                vec![
                    format!("{expert} delivered {title}."),
                    "Look at it and confirm that you received it. Without a word from you it completes by itself."
                        .to_owned(),
                ],
            )
        }
        OfferEventKind::Cancelled => {
            button = "Look at the order";
            (
                "offer_cancelled_customer",
                format!("Cancelled: {title}"),
                vec![format!(
                    "The Premium Service {title} was cancelled. The reason given: {}",
                    offer.cancel_reason.as_deref().unwrap_or("none")
                )],
            )
        }
        _ => (
            "offer_reminder",
            format!("You asked to be reminded: {title}"),
            vec![format!(
                "You kept the OPTIONAL Premium Service offer {title} of {expert} for later. It is {price} in all, and \
                 still yours to accept or decline."
            )],
        ),
    };
    let mut letter = Letter::new(name, subject);
    letter.paragraphs = paragraphs;
    if kind == OfferEventKind::Sent || kind == OfferEventKind::Revised || kind == OfferEventKind::Accepted {
        letter.points = offer.terms.deliverables.clone();
    }
    letter.button = Some((button, link));
    letter.closing = LINK_CLOSING;
    letter
}

/// The one reminder of an open offer that its expert may send.
#[must_use]
pub fn reminder_of_expert(document: &OfferDocument, link: String) -> Letter {
    let offer = &document.offer;
    let (expert, price) = (&document.expert.name, offer.terms.price);
    let title = text::excerpt(&offer.terms.title, 80);
    let question = text::excerpt(&document.question_title, 80);
    let mut letter = Letter::new("offer_reminder_of_expert", format!("A reminder of the offer “{title}”"));
    letter.paragraphs = vec![
        format!(
            "{expert} reminds you of the OPTIONAL Premium Service offer {title} on your question “{question}”. It is \
             {price} in all, and still yours to accept, keep for later or decline."
        ),
        "Your question is answered either way, and you pay nothing unless you accept. You get no further reminder of \
         this offer unless you ask for one."
            .to_owned(),
    ];
    letter.points = offer.terms.deliverables.clone();
    letter.button = Some((wording::LOOK_AT_OFFER, link));
    letter.closing = LINK_CLOSING;
    letter
}

/// What happened to an offer, for its expert.
#[must_use]
pub fn offer_for_expert(document: &OfferDocument, kind: OfferEventKind) -> Letter {
    let offer = &document.offer;
    let (customer, price) = (&document.customer.name, offer.terms.price);
    let title = text::excerpt(&offer.terms.title, 80);
    let reference = format!("R-{}, question Q-{}.", document.number, document.question_number);
    let (name, subject, paragraphs) = match kind {
        OfferEventKind::Accepted => (
            "offer_accepted",
            format!("{customer} accepted your offer: {title}, {price}"),
            vec![
                format!("{customer} accepted your Premium Service offer {title} for {price}."),
                format!("Deliver within {}.", offer.terms.delivery_time),
            ],
        ),
        OfferEventKind::Declined => (
            "offer_declined",
            format!("{customer} declined your offer: {title}"),
            vec![
                format!("{customer} declined your Premium Service offer {title}."),
                offer.decline_reason.as_ref().map_or_else(
                    || "No reason was given.".to_owned(),
                    |reason| format!("The reason given: {reason}"),
                ),
            ],
        ),
        _ => (
            "offer_cancelled",
            format!("Cancelled: {title}"),
            vec![format!(
                "The Premium Service {title} for {customer} was cancelled. The reason given: {}",
                offer.cancel_reason.as_deref().unwrap_or("none")
            )],
        ),
    };
    let mut letter = Letter::new(name, subject);
    letter.paragraphs = paragraphs;
    letter.paragraphs.push(reference);
    letter.closing = "You find it in the Request Centre of Proffer.";
    letter
}

/// The kind of letter that brings a fresh link.
pub const NEW_LINK: &str = "new_link";

/// A fresh link to a question or offer, for its customer.
#[must_use]
pub fn new_link(title: &str, is_offer: bool, link: String) -> Letter {
    let title = text::excerpt(title, 80);
    let (what, button) = if is_offer {
        ("OPTIONAL Premium Service offer", "Look at the offer")
    } else {
        ("question", "Open my question")
    };
    let mut letter = Letter::new(NEW_LINK, format!("Your new link: {title}"));
    letter.paragraphs = vec![
        format!("Here is a fresh link to your {what} “{title}”."),
        "You get this because somebody asked for it with your address. If that was not you, there is nothing to do."
            .to_owned(),
    ];
    letter.button = Some((button, link));
    letter.closing = LINK_CLOSING;
    letter
}

/// A moderator's reply to a request for help.
#[must_use]
pub fn support_reply(document: &SupportRequestDocument) -> Letter {
    let mut letter = Letter::new(
        "support_reply",
        format!("Reply: {}", text::excerpt(&document.subject, 80)),
    );
    letter.paragraphs = vec![format!(
        "A moderator replied to your request “{}”.",
        text::excerpt(&document.subject, 80)
    )];
    letter.quote = document.reply.clone();
    letter.closing = "You find it in the Request Centre of Proffer.";
    letter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_stays_on_its_line() {
        let letter = Letter::new("answer", "Hello\r\nBcc: everyone@example.com");
        assert!(!letter.subject.contains(['\r', '\n']), "{}", letter.subject);
    }

    #[test]
    fn hostile_text_is_escaped_in_the_html() {
        let mut letter = Letter::new("answer", "Subject");
        letter.paragraphs = vec!["<script>alert(1)</script>".to_owned()];
        letter.quote = Some("<img src=x onerror=alert(1)> [x](javascript:alert(1))".to_owned());
        let html = letter.html("<b>Helen</b>");
        for bad in ["<script", "<img", "javascript:alert(1)\"", "<b>Helen"] {
            assert!(!html.contains(bad), "{html}");
        }
    }
}
