//! What customers read about an open offer. The platform's page and letters and the desk's preview take it from here,
//! so that an expert sees the words that the customer will see.

use super::{CallSlot, DeliveryTime, OfferTerms};
use crate::{Timestamp, text};
use jiff::tz::TimeZone;

/// Longer titles are cut in letters.
const TITLE_MAX_CHARS: usize = 80;

/// What the state of an offer that waits for the customer is called on their page.
pub const AWAITING: &str = "Awaiting you";
/// What that state means for them.
pub const AWAITING_MEANS: &str = "You pay nothing unless you accept. Your question is answered either way.";
/// Above what they will receive.
pub const RECEIVE: &str = "You will receive";
/// Beside the price.
pub const WHOLE_PRICE: &str = "Whole price";
/// Beside the delivery time.
pub const DELIVERY: &str = "Delivery";
/// Beside the expiry.
pub const OPEN_UNTIL: &str = "Open until";
/// On the button that keeps it for later.
pub const NOT_NOW: &str = "Not now, keep it on my list";
/// On the button that declines.
pub const DECLINE: &str = "Decline";
/// Under the button that accepts.
pub const NOTHING_CHOSEN: &str =
    "That is the whole price. Nothing is chosen for you: accept, keep it for later or decline.";
/// On the button of a letter about an open offer.
pub const LOOK_AT_OFFER: &str = "Look at the offer";
/// The last lines of a letter with a link.
pub const LINK_CLOSING: &str =
    "The link opens only this, for you alone. Please do not pass it on. It works for 90 days.";

/// On the button that accepts.
#[must_use]
pub fn accept_for(price: &str) -> String {
    format!("Accept for {price}")
}

/// When it is delivered.
#[must_use]
pub fn delivery(time: DeliveryTime) -> String {
    format!("Within {time} of accepting")
}

/// A moment in the reader's zone, such as `Tue 2 Dec 2025, 23:59`.
#[must_use]
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %-d %b %Y, %H:%M").to_string()
}

/// A proposed time for a call, in the reader's zone.
#[must_use]
pub fn call_slot(slot: CallSlot, zone: &TimeZone) -> String {
    format!("{}, {} minutes", moment(slot.starts_at, zone), slot.minutes)
}

/// Above the proposed times for a call.
#[must_use]
pub fn choose_call_slot(zone_name: &str) -> String {
    format!("Choose a time for the call ({zone_name})")
}

/// A letter about an open offer, without its greeting, link and closing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferLetter {
    /// The subject; may still hold line breaks.
    pub subject: String,
    /// What is so.
    pub paragraphs: Vec<String>,
    /// What the customer will receive.
    pub points: Vec<String>,
}

impl OfferLetter {
    /// The letter as plain text.
    #[must_use]
    pub fn text(&self, name: &str, link: &str) -> String {
        let mut parts = vec![format!("Hello {},", text::one_line(name))];
        parts.extend(self.paragraphs.iter().cloned());
        if !self.points.is_empty() {
            let points: Vec<_> = self.points.iter().map(|point| format!("- {point}")).collect();
            parts.push(points.join("\n"));
        }
        parts.push(format!("{LOOK_AT_OFFER}:\n{link}"));
        parts.push(LINK_CLOSING.to_owned());
        parts.join("\n\n") + "\n"
    }
}

/// What a letter about an open offer tells of.
#[derive(Clone, Copy, Debug)]
pub struct OfferLetterFacts<'a> {
    /// Who offers.
    pub expert: &'a str,
    /// The question's title.
    pub question_title: &'a str,
    /// The offer's title.
    pub title: &'a str,
    /// The whole price, ready to show.
    pub price: &'a str,
    /// What the customer will receive.
    pub deliverables: &'a [String],
}

/// The letter about a new offer.
#[must_use]
pub fn letter_of_offer(facts: OfferLetterFacts<'_>) -> OfferLetter {
    let OfferLetterFacts { expert, price, .. } = facts;
    let title = text::excerpt(facts.title, TITLE_MAX_CHARS);
    let question = text::excerpt(facts.question_title, TITLE_MAX_CHARS);
    OfferLetter {
        subject: format!("{expert} has a message for you about “{question}”"),
        paragraphs: vec![
            format!("{expert} sends you an OPTIONAL Premium Service offer: {title}, for {price} in all."),
            "You can accept it, keep it for later or decline. Your question is answered either way, and you pay \
             nothing unless you accept."
                .to_owned(),
        ],
        points: facts.deliverables.to_vec(),
    }
}

/// The letter about a new version of an offer; `changed` says in words what is new, if that is known.
#[must_use]
pub fn letter_of_revision(facts: OfferLetterFacts<'_>, changed: Option<String>) -> OfferLetter {
    let OfferLetterFacts { expert, price, .. } = facts;
    let title = text::excerpt(facts.title, TITLE_MAX_CHARS);
    let first =
        format!("{expert} sends a new version of the OPTIONAL Premium Service offer {title}, now {price} in all.");
    OfferLetter {
        subject: format!("{expert} changed the offer “{title}”"),
        paragraphs: std::iter::once(first).chain(changed).collect(),
        points: facts.deliverables.to_vec(),
    }
}

/// In words, what a new version changed.
#[must_use]
pub fn changes(old: &OfferTerms, new: &OfferTerms) -> String {
    let mut changed = Vec::new();
    if old.price != new.price {
        changed.push(format!("the price was {}, it is now {}", old.price, new.price));
    }
    if old.deliverables != new.deliverables {
        changed.push("what you will receive".to_owned());
    }
    if old.delivery_time != new.delivery_time {
        changed.push(format!("it is delivered within {}", new.delivery_time));
    }
    if old.title != new.title {
        changed.push("the title".to_owned());
    }
    if old.expires_at != new.expires_at {
        changed.push("until when it can be accepted".to_owned());
    }
    if old.call_slots != new.call_slots {
        changed.push("the times for the call".to_owned());
    }
    if old.note != new.note {
        changed.push("the note".to_owned());
    }
    if changed.is_empty() {
        "Its content is the same.".to_owned()
    } else {
        format!("What changed: {}.", changed.join("; "))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_readers_zone() {
        let at = "2026-12-01T23:30:00Z".parse().unwrap();
        let new_york = TimeZone::get("America/New_York").unwrap();
        assert_eq!(moment(at, &TimeZone::UTC), "Tue 1 Dec 2026, 23:30");
        assert_eq!(moment(at, &new_york), "Tue 1 Dec 2026, 18:30");
        let slot = CallSlot {
            starts_at: at,
            minutes: 30,
        };
        assert_eq!(call_slot(slot, &new_york), "Tue 1 Dec 2026, 18:30, 30 minutes");
    }

    #[test]
    fn a_letter_of_an_offer_says_optional_and_the_whole_price() {
        let facts = OfferLetterFacts {
            expert: "Daniel Okafor",
            question_title: "My domain was taken",
            title: "Transfer pack",
            price: "£145.00",
            deliverables: &["A letter".to_owned()],
        };
        for letter in [letter_of_offer(facts), letter_of_revision(facts, None)] {
            assert!(letter.paragraphs[0].contains("OPTIONAL Premium Service"), "{letter:?}");
            assert!(letter.paragraphs[0].contains("£145.00 in all"), "{letter:?}");
            assert_eq!(letter.points, ["A letter"]);
        }
    }
}
