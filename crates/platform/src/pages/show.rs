//! What pages show: everything ready to print, in the reader's own time zone.

use super::Visitor;
use crate::store::AccountRow;
use jiff::{Timestamp, tz::TimeZone};
use proffer_domain::{
    Attachment, CallSlot, FieldProblem, Message, MessageKind, OfferState, OfferTerms, Question,
    message::OFFER_ANNOUNCEMENT, offer::wording, text,
};
use proffer_protocol::OfferDocument;
use uuid::Uuid;

/// What every page has around its content.
pub struct Shell {
    /// The title.
    pub title: String,
    /// The signed-in account's name.
    pub account_name: Option<String>,
    /// Whether they moderate.
    pub is_moderator: bool,
    /// The token that forms carry.
    pub form: String,
    /// The zone of the times on the page, where there are some.
    pub zone: Option<String>,
}

impl Shell {
    /// Says in which zone the times are.
    pub fn with_times(mut self, times: &Times) -> Self {
        self.zone = Some(times.zone_name.clone());
        self
    }

    /// Around a page for this visitor.
    pub fn new(title: impl Into<String>, visitor: &Visitor) -> Self {
        let account = visitor.account();
        Self {
            title: title.into(),
            account_name: account.map(|account| account.name.clone()),
            is_moderator: account.is_some_and(|account| account.role == proffer_domain::Role::Moderator),
            form: visitor.form_token(),
            zone: None,
        }
    }

    /// Around a page for nobody in particular.
    pub fn bare(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            account_name: None,
            is_moderator: false,
            form: String::new(),
            zone: None,
        }
    }
}

/// Times in a reader's zone.
pub struct Times {
    zone: TimeZone,
    /// The zone's name, said beside times that matter.
    pub zone_name: String,
}

impl Times {
    /// In the account's zone; UTC if it is unknown here.
    pub fn of(account: &AccountRow) -> Self {
        match TimeZone::get(&account.time_zone) {
            Ok(zone) => Self {
                zone,
                zone_name: account.time_zone.clone(),
            },
            Err(_) => Self {
                zone: TimeZone::UTC,
                zone_name: "UTC".to_owned(),
            },
        }
    }

    /// Day and time, such as `Tue 2 Dec 2025, 23:59`.
    pub fn full(&self, at: Timestamp) -> String {
        wording::moment(at, &self.zone)
    }

    /// A time for a call and how long it is.
    pub fn call(&self, slot: CallSlot) -> String {
        wording::call_slot(slot, &self.zone)
    }

    /// The first moment of a day as a date field has it, `2026-12-01`.
    pub fn start_of_day(&self, date: &str) -> Option<Timestamp> {
        let date: jiff::civil::Date = date.parse().ok()?;
        Some(date.at(9, 0, 0, 0).to_zoned(self.zone.clone()).ok()?.timestamp())
    }
}

/// What is wrong with one field, or an empty text.
pub fn problem(problems: &[FieldProblem], field: &str) -> String {
    problems
        .iter()
        .filter(|problem| anchor(&problem.pointer) == field)
        .map(|problem| problem.message.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The id that a field has on its page.
pub fn anchor(pointer: &str) -> &str {
    let name = pointer.trim_start_matches('/');
    let name = name.split('/').next().unwrap_or_default();
    match name {
        "category_id" => "category",
        "attachment" => "attachments",
        "remind_at" => "remind_on",
        _ => name,
    }
}

/// What marks a field that is wrong, for people who hear the page: attributes without anything that people typed.
pub fn marks(problems: &[FieldProblem], field: &'static str) -> String {
    if problems.iter().any(|problem| anchor(&problem.pointer) == field) {
        format!(" aria-invalid=\"true\" aria-describedby=\"{field}-problem\"")
    } else {
        String::new()
    }
}

/// A file on a page.
pub struct FileLine {
    /// Where it is fetched.
    pub href: String,
    /// Its name.
    pub name: String,
    /// Its size, ready to show.
    pub size: String,
}

/// Files under a page's address.
pub fn files(base: &str, attachments: &[Attachment]) -> Vec<FileLine> {
    attachments
        .iter()
        .map(|file| FileLine {
            href: format!("{base}/files/{}", file.id),
            name: file.name.clone(),
            size: size(file.size_bytes),
        })
        .collect()
}

/// A size in words.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..=1023 => format!("{bytes} bytes"),
        1024..=1_048_575 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{} MB", bytes.div_ceil(1024 * 1024)),
    }
}

/// A message on a page.
pub struct MessageCard {
    /// What it is, in words; empty for the customer's own.
    pub label: &'static str,
    /// How it is marked in the stylesheet.
    pub class: &'static str,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: String,
    /// Its text, safe.
    pub html: String,
    /// Its files.
    pub files: Vec<FileLine>,
}

/// A message of a question.
pub fn message(message: &Message, times: &Times) -> MessageCard {
    let (label, class) = match message.kind {
        MessageKind::Answer => ("Answer", "message--answer"),
        MessageKind::InfoRequest => ("Information request", "message--request"),
        MessageKind::Reply => ("", "message--mine"),
    };
    let mut source = message.text.clone();
    if message.announces_offer {
        source.push_str("\n\n");
        source.push_str(OFFER_ANNOUNCEMENT);
    }
    MessageCard {
        label,
        class,
        author: message.author.name.clone(),
        at: times.full(message.sent_at),
        html: text::to_safe_html(&source),
        files: files(&format!("/questions/{}", message.question_id), &message.attachments),
    }
}

/// The question's own text as the first message.
pub fn question(question: &Question, times: &Times) -> MessageCard {
    MessageCard {
        label: "Question",
        class: "message--mine",
        author: question.customer.name.clone(),
        at: times.full(question.asked_at),
        html: text::to_safe_html(&question.text),
        files: files(&format!("/questions/{}", question.id), &question.attachments),
    }
}

/// An offer on a page.
pub struct OfferCard {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: u64,
    /// Its version.
    pub version: u32,
    /// The kind's name.
    pub kind: &'static str,
    /// Its title.
    pub title: String,
    /// Who offers.
    pub expert: String,
    /// The whole price.
    pub price: String,
    /// What the customer receives.
    pub deliverables: Vec<String>,
    /// When it is delivered.
    pub delivery: String,
    /// Until when it can be accepted.
    pub expires: Option<String>,
    /// The note, safe.
    pub note_html: String,
    /// Proposed call times.
    pub slots: Vec<SlotLine>,
    /// The name of the time zone.
    pub zone: String,
    /// Where it stands, in words.
    pub state: &'static str,
    /// The same as a name for the stylesheet.
    pub state_class: &'static str,
    /// What that means.
    pub state_text: String,
    /// Whether it can be accepted.
    pub is_open: bool,
    /// Whether it can be held.
    pub may_hold: bool,
    /// Whether a decline can be taken back.
    pub may_reconsider: bool,
    /// Whether a delivery can be confirmed.
    pub may_complete: bool,
    /// What was delivered, safe.
    pub delivery_html: Option<String>,
    /// The files of the delivery.
    pub files: Vec<FileLine>,
    /// What the current version changed, if there was one before.
    pub changed: Option<String>,
    /// Earlier versions, the latest first.
    pub earlier: Vec<EarlierVersion>,
    /// Whether there is a receipt.
    pub has_receipt: bool,
}

/// A proposed time for a call.
pub struct SlotLine {
    /// When, in the customer's time zone, and for how long.
    pub words: String,
    /// Whether it has passed and cannot be chosen any more.
    pub is_past: bool,
}

/// A version of an offer that a later one took the place of.
pub struct EarlierVersion {
    /// Its number, price and time.
    pub heading: String,
    /// Its title.
    pub title: String,
    /// What the customer would have received.
    pub deliverables: Vec<String>,
    /// When it would have been delivered.
    pub delivery: String,
    /// What it changed from the one before.
    pub changed: Option<String>,
}

/// An offer at a moment.
pub fn offer(document: &OfferDocument, times: &Times, now: Timestamp) -> OfferCard {
    let offer = &document.offer;
    let is_past = offer.is_past_expiry(now);
    let (state, state_class, state_text) = state(document, times);
    OfferCard {
        id: offer.id.to_string(),
        number: document.number,
        version: offer.version,
        kind: offer.terms.kind.label(),
        title: offer.terms.title.clone(),
        expert: document.expert.name.clone(),
        price: offer.terms.price.to_string(),
        deliverables: offer.terms.deliverables.clone(),
        delivery: delivery(&offer.terms),
        expires: offer.terms.expires_at.map(|at| times.full(at)),
        note_html: if offer.terms.note.is_empty() {
            String::new()
        } else {
            text::to_safe_html(&offer.terms.note)
        },
        slots: offer
            .terms
            .call_slots
            .iter()
            .map(|slot| SlotLine {
                words: times.call(*slot),
                is_past: slot.starts_at <= now,
            })
            .collect(),
        zone: times.zone_name.clone(),
        state,
        state_class,
        state_text,
        is_open: offer.state.is_open() && !is_past,
        may_hold: offer.state == OfferState::Sent && !is_past,
        may_reconsider: offer.state == OfferState::Declined && !is_past,
        may_complete: offer.state == OfferState::Delivered,
        delivery_html: offer
            .delivery
            .as_ref()
            .map(|delivery| text::to_safe_html(&delivery.message)),
        files: offer.delivery.as_ref().map_or_else(Vec::new, |delivery| {
            files(&format!("/offers/{}", offer.id), &delivery.attachments)
        }),
        changed: offer
            .earlier
            .last()
            .map(|before| wording::changes(&before.terms, &offer.terms)),
        earlier: earlier(document, times),
        has_receipt: offer.accepted_at.is_some(),
    }
}

/// The versions before the current one, the latest first, each with what it changed.
fn earlier(document: &OfferDocument, times: &Times) -> Vec<EarlierVersion> {
    let versions = &document.offer.earlier;
    let before = std::iter::once(None).chain(versions.iter().map(Some));
    let mut lines: Vec<_> = versions
        .iter()
        .zip(before)
        .map(|(version, before)| EarlierVersion {
            heading: format!(
                "Version {}, {}, sent {}",
                version.version,
                version.terms.price,
                times.full(version.sent_at)
            ),
            title: version.terms.title.clone(),
            deliverables: version.terms.deliverables.clone(),
            delivery: delivery(&version.terms),
            changed: before.map(|before| wording::changes(&before.terms, &version.terms)),
        })
        .collect();
    lines.reverse();
    lines
}

fn delivery(terms: &OfferTerms) -> String {
    wording::delivery(terms.delivery_time)
}

fn state(document: &OfferDocument, times: &Times) -> (&'static str, &'static str, String) {
    let offer = &document.offer;
    let expert = &document.expert.name;
    match offer.state {
        OfferState::Sent => (wording::AWAITING, "awaiting", wording::AWAITING_MEANS.to_owned()),
        OfferState::Held => (
            "Kept for later",
            "held",
            offer.remind_at.map_or_else(
                || "It stays on your list; accept or decline it whenever you like.".to_owned(),
                |at| format!("It stays on your list. We remind you on {}.", times.full(at)),
            ),
        ),
        OfferState::Declined => (
            "Declined",
            "declined",
            "You declined it. You can still take that back.".to_owned(),
        ),
        OfferState::Accepted => {
            let slot = offer.chosen_call_slot.map_or_else(String::new, |slot| {
                format!(" The call: {}.", times.full(slot.starts_at))
            });
            (
                "Accepted",
                "accepted",
                format!(
                    "You accepted it. {expert} has been told and delivers within {}.{slot}",
                    offer.terms.delivery_time
                ),
            )
        }
        OfferState::InProgress => ("In progress", "fulfilled", format!("{expert} is working on it.")),
        OfferState::Delivered => (
            "Delivered",
            "fulfilled",
            offer.completes_at.map_or_else(String::new, |at| {
                format!(
                    "Look at it and confirm that you received it. It completes by itself on {}.",
                    times.full(at)
                )
            }),
        ),
        OfferState::Completed => ("Completed", "fulfilled", "Done. Thank you.".to_owned()),
        OfferState::Withdrawn => (
            "Withdrawn",
            "expired",
            format!("{expert} took it back. You owe nothing for it."),
        ),
        OfferState::Expired => (
            "Expired",
            "expired",
            "It can no longer be accepted. Reply on your question if you still want it.".to_owned(),
        ),
        OfferState::Superseded => ("Replaced", "expired", "A later version has taken its place.".to_owned()),
        OfferState::Cancelled => (
            "Cancelled",
            "declined",
            format!(
                "It was cancelled. The reason: {}",
                offer.cancel_reason.as_deref().unwrap_or("none given")
            ),
        ),
    }
}

/// A new command's id for a form.
pub fn new_command(app: &crate::App) -> Uuid {
    app.flow.ports().new_id()
}
