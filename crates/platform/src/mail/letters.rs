//! What each letter says, in the recipient's language. Text of customers and experts is hostile: it is escaped in the
//! HTML and kept on one line in subjects.

use crate::{
    language::{Language, fill},
    store::AccountRow,
};
use askama::Template;
use jiff::tz::TimeZone;
pub(super) use proffer_domain::text::one_line;
use proffer_domain::{Message, MessageKind, OfferEventKind, Question, message::OFFER_ANNOUNCEMENT, text};
use proffer_protocol::{OfferDocument, SupportRequestDocument};
use uuid::Uuid;

/// Longer titles are cut.
const TITLE_MAX_CHARS: usize = 80;
/// How much of a letter mail programs show beside its subject.
const PREHEADER_MAX_CHARS: usize = 110;

/// The reminder of a held offer that its customer asked for.
pub const REMINDER: &str = "offer_reminder";
/// The reminder of an open offer that its expert sent.
pub const REMINDER_OF_EXPERT: &str = "offer_reminder_of_expert";
/// The kinds of letter that a recipient may stop: they tell of nothing that happened.
pub const OPTIONAL_KINDS: [&str; 2] = [REMINDER, REMINDER_OF_EXPERT];

/// Whoever a letter is written to.
#[derive(Clone)]
pub struct Reader {
    /// Whose letter it is.
    pub account: AccountRow,
}

impl Reader {
    fn language(&self) -> Language {
        self.account.language
    }

    fn moment(&self, at: jiff::Timestamp) -> String {
        let zone = TimeZone::get(&self.account.time_zone).unwrap_or(TimeZone::UTC);
        self.language().moment(at, &zone)
    }
}

/// A letter before it is addressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What it is about, for the operator.
    pub kind: &'static str,
    /// The language it is written in.
    pub language: Language,
    /// The subject, on one line.
    pub subject: String,
    /// What is so, and what can be done; plain text.
    pub paragraphs: Vec<String>,
    /// Points of a list.
    pub points: Vec<String>,
    /// What somebody wrote, Markdown.
    pub quote: Option<String>,
    /// A button: its words and where it leads.
    pub button: Option<(String, String)>,
    /// The last lines.
    pub closing: String,
    /// Where no more letters of this kind are asked for, if they are optional.
    pub stop_url: Option<String>,
    /// The question that it belongs to: mail programs show its letters as one conversation.
    pub thread: Option<Uuid>,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct LetterHtml<'a> {
    letter: &'a Letter,
    greeting: String,
    preheader: String,
    link_instead: &'a str,
    stop: &'a str,
    quote_html: Option<String>,
}

impl Letter {
    pub(super) fn new(kind: &'static str, to: &Reader, facts: &[(&str, &str)]) -> Self {
        Self::worded(kind, kind, to, facts)
    }

    /// A letter of one kind in the words of another.
    fn worded(kind: &'static str, words: &str, to: &Reader, facts: &[(&str, &str)]) -> Self {
        let language = to.language();
        let words = language.letter(words);
        Self {
            kind,
            language,
            subject: one_line(&words.map_or_else(String::new, |words| fill(&words.subject, facts))),
            paragraphs: words.map_or_else(Vec::new, |words| {
                let filled = words.paragraphs.iter().map(|text| fill(text, facts));
                filled.filter(|text| !text.is_empty()).collect()
            }),
            points: Vec::new(),
            quote: None,
            button: None,
            closing: String::new(),
            stop_url: None,
            thread: None,
        }
    }

    /// With the button of its words, and under it what to know of the link.
    pub(super) fn with_link(mut self, words: &str, link: String) -> Self {
        let button = self.language.letter(words).map(|letter| letter.button.clone());
        self.button = button.map(|button| (button, link));
        self.closing = self.language.words().link_closing.clone();
        self
    }

    /// Whether its recipient may stop its kind.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        OPTIONAL_KINDS.contains(&self.kind)
    }

    fn greeting(&self, name: &str) -> String {
        fill(&self.language.words().greeting, &[("name", &one_line(name))])
    }

    /// The plain text, addressed to `name`.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        let mut parts = vec![self.greeting(name)];
        parts.extend(self.paragraphs.iter().cloned());
        if !self.points.is_empty() {
            let points: Vec<_> = self.points.iter().map(|point| format!("- {point}")).collect();
            parts.push(points.join("\n"));
        }
        if let Some(quote) = &self.quote {
            let lines: Vec<_> = quote.lines().map(|line| format!("> {line}")).collect();
            parts.push(lines.join("\n"));
        }
        if let Some((words, url)) = &self.button {
            parts.push(format!("{words}:\n{url}"));
        }
        if !self.closing.is_empty() {
            parts.push(self.closing.clone());
        }
        if let Some(url) = &self.stop_url {
            parts.push(format!("{}\n{url}", self.language.words().stop));
        }
        parts.join("\n\n") + "\n"
    }

    /// The HTML, addressed to `name`.
    #[must_use]
    pub fn html(&self, name: &str) -> String {
        let words = self.language.words();
        let first = self.paragraphs.first().map_or("", String::as_str);
        let html = LetterHtml {
            letter: self,
            greeting: self.greeting(name),
            preheader: text::excerpt(first, PREHEADER_MAX_CHARS),
            link_instead: &words.link_instead,
            stop: &words.stop,
            quote_html: self.quote.as_deref().map(text::to_safe_html),
        };
        // The template writes into a string, which cannot fail; without HTML the plain text still goes out.
        html.render().unwrap_or_default()
    }
}

fn title(text: &str) -> String {
    text::excerpt(text, TITLE_MAX_CHARS)
}

/// An Answer or Information Request for the customer.
#[must_use]
pub fn message_for_customer(to: &Reader, question: &Question, message: &Message, link: String) -> Letter {
    let kind = match message.kind {
        MessageKind::InfoRequest => "info_request",
        MessageKind::Answer | MessageKind::Reply => "answer",
    };
    let facts = [
        ("expert", message.author.name.as_str()),
        ("question", &title(&question.title)),
    ];
    let mut letter = Letter::new(kind, to, &facts).with_link(kind, link);
    let file = &to.language().words().file;
    letter.points = message
        .attachments
        .iter()
        .map(|attached| fill(file, &[("name", &attached.name)]))
        .collect();
    let mut quote = message.text.clone();
    if message.announces_offer {
        quote.push_str("\n\n");
        quote.push_str(OFFER_ANNOUNCEMENT);
    }
    letter.quote = Some(quote);
    letter.thread = Some(question.id.0);
    letter
}

/// The customer's reply, for the expert.
#[must_use]
pub fn reply_for_expert(to: &Reader, question: &Question, message: &Message) -> Letter {
    let facts = [
        ("customer", message.author.name.as_str()),
        ("question", &title(&question.title)),
        ("question_number", &question.number.to_string()),
    ];
    let mut letter = Letter::new("reply", to, &facts);
    letter.quote = Some(message.text.clone());
    letter.closing = to.language().words().write_back.clone();
    letter.thread = Some(question.id.0);
    letter
}

/// A letter about an offer.
fn of_offer(kind: &'static str, to: &Reader, document: &OfferDocument) -> Letter {
    let offer = &document.offer;
    let language = to.language();
    let none = language.words().no_reason.as_str();
    let reason = offer.cancel_reason.as_deref().or(offer.decline_reason.as_deref());
    let changes = offer.earlier.last();
    let changes = changes.map_or_else(String::new, |old| language.changes(&old.terms, &offer.terms));
    let facts = [
        ("expert", document.expert.name.as_str()),
        ("customer", &document.customer.name),
        ("title", &title(&offer.terms.title)),
        ("question", &title(&document.question_title)),
        ("price", &language.price(offer.terms.price)),
        ("delivery", &language.delivery_time(offer.terms.delivery_time)),
        ("at", &to.moment(offer.accepted_at.unwrap_or(offer.sent_at))),
        ("number", &document.number.to_string()),
        ("question_number", &document.question_number.to_string()),
        ("reason", reason.unwrap_or(none)),
        ("changes", &changes),
    ];
    let mut letter = Letter::new(kind, to, &facts);
    letter.thread = Some(offer.question_id.0);
    letter
}

/// What happened to an offer, for its customer.
#[must_use]
pub fn offer_for_customer(to: &Reader, document: &OfferDocument, kind: OfferEventKind, link: String) -> Letter {
    let name = match kind {
        OfferEventKind::Sent => "offer_sent",
        OfferEventKind::Revised => "offer_revised",
        OfferEventKind::Withdrawn => "offer_withdrawn",
        OfferEventKind::Expired => "offer_expired",
        OfferEventKind::Accepted => "offer_receipt",
        OfferEventKind::Delivered => "offer_delivered",
        OfferEventKind::Cancelled => "offer_cancelled_customer",
        _ => REMINDER,
    };
    let mut letter = of_offer(name, to, document).with_link(name, link);
    if matches!(
        kind,
        OfferEventKind::Sent | OfferEventKind::Revised | OfferEventKind::Accepted
    ) {
        letter.points = document.offer.terms.deliverables.clone();
    }
    letter
}

/// The one reminder of an open offer that its expert may send.
#[must_use]
pub fn reminder_of_expert(to: &Reader, document: &OfferDocument, link: String) -> Letter {
    let mut letter = of_offer(REMINDER_OF_EXPERT, to, document).with_link(REMINDER_OF_EXPERT, link);
    letter.points = document.offer.terms.deliverables.clone();
    letter
}

/// What happened to an offer, for its expert.
#[must_use]
pub fn offer_for_expert(to: &Reader, document: &OfferDocument, kind: OfferEventKind) -> Letter {
    let name = match kind {
        OfferEventKind::Accepted => "offer_accepted",
        OfferEventKind::Declined => "offer_declined",
        OfferEventKind::Withdrawn => "offer_withdrawn_by_moderator",
        _ => "offer_cancelled",
    };
    let mut letter = of_offer(name, to, document);
    letter.closing = to.language().words().desk_closing.clone();
    letter
}

/// The kind of letter that brings a fresh link.
pub const NEW_LINK: &str = "new_link";

/// A fresh link to a question or offer, for its customer.
#[must_use]
pub fn new_link(to: &Reader, of: &str, is_offer: bool, link: String) -> Letter {
    let words = if is_offer { "new_link_offer" } else { NEW_LINK };
    Letter::worded(NEW_LINK, words, to, &[("title", &title(of))]).with_link(words, link)
}

/// A moderator's reply to a request for help.
#[must_use]
pub fn support_reply(to: &Reader, document: &SupportRequestDocument) -> Letter {
    let mut letter = Letter::new("support_reply", to, &[("title", &title(&document.subject))]);
    letter.quote = document.reply.clone();
    letter.closing = to.language().words().desk_closing.clone();
    letter
}

/// The link that resets a password.
#[must_use]
pub fn password_reset(to: &Reader, link: String) -> Letter {
    let mut letter = Letter::new("password_reset", to, &[]).with_link("password_reset", link);
    // Its life is told above, and is shorter than other links'.
    letter.closing = String::new();
    letter
}

/// That a password was changed.
#[must_use]
pub fn password_changed(to: &Reader) -> Letter {
    Letter::new("password_changed", to, &[])
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use proffer_domain::{AccountId, Role};

    fn reader(language: Language) -> Reader {
        let account = AccountRow {
            id: AccountId(Uuid::nil()),
            role: Role::Customer,
            email: "helen@example.com".to_owned(),
            name: "Helen".to_owned(),
            password_hash: String::new(),
            time_zone: "Europe/London".to_owned(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            disabled_at: None,
            language,
        };
        Reader { account }
    }

    #[test]
    fn a_subject_stays_on_its_line() {
        let title = "Hello\r\nBcc: everyone@example.com";
        let letter = new_link(&reader(Language::English), title, false, "https://x/l/t".to_owned());
        assert!(!letter.subject.contains(['\r', '\n']), "{}", letter.subject);
    }

    #[test]
    fn hostile_text_is_escaped_in_the_html() {
        let mut letter = password_changed(&reader(Language::German));
        letter.paragraphs = vec!["<script>alert(1)</script>".to_owned()];
        letter.quote = Some("<img src=x onerror=alert(1)> [x](javascript:alert(1))".to_owned());
        let html = letter.html("<b>Helen</b>");
        for bad in ["<script", "<img", "javascript:alert(1)\"", "<b>Helen"] {
            assert!(!html.contains(bad), "{html}");
        }
    }

    /// What mail programs are known to drop, block or misread.
    #[test]
    fn the_html_holds_up_in_mail_programs() {
        for language in Language::ALL {
            let mut letter = new_link(&reader(language), "Fence", true, "https://x.example/l/token".to_owned());
            letter.stop_url = Some("https://x.example/stop/token".to_owned());
            let html = letter.html("Helen");
            for bad in [
                "<img",
                "<script",
                "src=",
                "@import",
                "url(",
                "flex",
                "grid",
                "position:",
            ] {
                assert!(!html.contains(bad), "{bad}");
            }
            assert!(html.contains(&format!("<html lang=\"{}\">", language.code())), "{html}");
            // The button's link stands beside it to be copied, in the text too.
            assert_eq!(html.matches("https://x.example/l/token").count(), 3, "{html}");
            assert!(letter.text("Helen").contains("https://x.example/l/token"));
            assert!(html.contains("https://x.example/stop/token"));
            let preheader = html.split_once("display:none").unwrap().1;
            assert!(preheader.contains(&letter.paragraphs[0]), "{html}");
            assert!(html.contains("prefers-color-scheme: dark") && html.contains("max-width:560px"));
            // Some providers cut what is longer.
            assert!(html.len() < 100_000);
        }
    }
}
