//! The languages that the platform writes in, and how each tells times, prices and durations. The words are one file a
//! language under `words/`.

use jiff::{Timestamp, tz::TimeZone};
use proffer_domain::{DeliveryTime, DeliveryUnit, Money, MoneyStyle, OfferTerms};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::OnceLock};

/// A language that letters are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// Japanese.
    Japanese,
}

/// The words of a language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Monday first.
    weekdays: Vec<String>,
    /// January first.
    months: Vec<String>,
    moment: String,
    hours: [String; 2],
    days: [String; 2],
    working_days: [String; 2],
    weeks: [String; 2],
    changes: ChangeWords,
    /// Above a letter.
    pub greeting: String,
    /// Before the name of a file.
    pub file: String,
    /// Above the link under a button.
    pub link_instead: String,
    /// Under a letter with a link.
    pub link_closing: String,
    /// Under a letter to an expert.
    pub desk_closing: String,
    /// Under a reply to an expert.
    pub write_back: String,
    /// Under an optional letter, before the link that stops its kind.
    pub stop: String,
    /// In place of a reason that was not given.
    pub no_reason: String,
    letters: BTreeMap<String, LetterWords>,
}

/// The words of one letter, with names in braces for what is filled in.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterWords {
    /// The subject.
    pub subject: String,
    /// What is so.
    pub paragraphs: Vec<String>,
    /// The button's words.
    #[serde(default)]
    pub button: String,
}

/// How a new version's changes are told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeWords {
    intro: String,
    separator: String,
    none: String,
    price: String,
    deliverables: String,
    delivery: String,
    title: String,
    expiry: String,
    slots: String,
    note: String,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::Spanish, Self::Japanese];

    /// Its code, such as `de`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::Japanese => "ja",
        }
    }

    /// Its name in itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Spanish => "Español",
            Self::Japanese => "日本語",
        }
    }

    /// The language of a tag such as `de` or `de-AT`; `None` for one that is not spoken here.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        Self::ALL
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// The spoken language that an `Accept-Language` header likes best; English if it likes none.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        let mut best = (Self::English, 0.0);
        for range in header.split(',') {
            let mut parts = range.split(';');
            let language = parts.next().and_then(Self::parse);
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok())
                .unwrap_or(0.0);
            if let (Some(language), true) = (language, weight > best.1) {
                best = (language, weight);
            }
        }
        best.0
    }

    /// Its words.
    #[must_use]
    pub fn words(self) -> &'static Words {
        static WORDS: [OnceLock<Words>; 4] = [const { OnceLock::new() }; 4];
        let (file, slot) = match self {
            Self::English => (include_str!("../words/en.json"), &WORDS[0]),
            Self::German => (include_str!("../words/de.json"), &WORDS[1]),
            Self::Spanish => (include_str!("../words/es.json"), &WORDS[2]),
            Self::Japanese => (include_str!("../words/ja.json"), &WORDS[3]),
        };
        slot.get_or_init(|| serde_json::from_str(file).unwrap_or_else(|error| unreachable!("{}: {error}", self.code())))
    }

    /// The words of a letter, if the language has it.
    #[must_use]
    pub fn letter(self, kind: &str) -> Option<&'static LetterWords> {
        self.words().letters.get(kind)
    }

    /// A price, such as `£1,450.00` or `1.450,00 £`.
    #[must_use]
    pub fn price(self, money: Money) -> String {
        money.written(match self {
            Self::English | Self::Japanese => MoneyStyle::SignFirst,
            Self::German | Self::Spanish => MoneyStyle::SignLast,
        })
    }

    /// A duration, such as `2 working days`.
    #[must_use]
    pub fn delivery_time(self, time: DeliveryTime) -> String {
        let words = self.words();
        let [one, many] = match time.unit {
            DeliveryUnit::Hours => &words.hours,
            DeliveryUnit::Days => &words.days,
            DeliveryUnit::WorkingDays => &words.working_days,
            DeliveryUnit::Weeks => &words.weeks,
        };
        let count = time.count.to_string();
        fill(if time.count == 1 { one } else { many }, &[("count", &count)])
    }

    /// A moment in the reader's zone.
    #[must_use]
    pub fn moment(self, at: Timestamp, zone: &TimeZone) -> String {
        let words = self.words();
        let at = at.to_zoned(zone.clone());
        let name = |names: &[String], index: i8| {
            let index = usize::try_from(index).unwrap_or_default();
            names.get(index).cloned().unwrap_or_default()
        };
        fill(
            &words.moment,
            &[
                ("weekday", &name(&words.weekdays, at.weekday().to_monday_zero_offset())),
                ("day", &at.day().to_string()),
                ("month", &name(&words.months, at.month() - 1)),
                ("year", &at.year().to_string()),
                ("time", &at.strftime("%H:%M").to_string()),
            ],
        )
    }

    /// In words, what a new version changed.
    #[must_use]
    pub fn changes(self, old: &OfferTerms, new: &OfferTerms) -> String {
        let words = &self.words().changes;
        let mut changed = Vec::new();
        if old.price != new.price {
            let (old, new) = (self.price(old.price), self.price(new.price));
            changed.push(fill(&words.price, &[("old", &old), ("new", &new)]));
        }
        if old.deliverables != new.deliverables {
            changed.push(words.deliverables.clone());
        }
        if old.delivery_time != new.delivery_time {
            let time = self.delivery_time(new.delivery_time);
            changed.push(fill(&words.delivery, &[("delivery", &time)]));
        }
        for (is_changed, words) in [
            (old.title != new.title, &words.title),
            (old.expires_at != new.expires_at, &words.expiry),
            (old.call_slots != new.call_slots, &words.slots),
            (old.note != new.note, &words.note),
        ] {
            if is_changed {
                changed.push(words.clone());
            }
        }
        if changed.is_empty() {
            return words.none.clone();
        }
        fill(&words.intro, &[("list", &changed.join(&words.separator))])
    }
}

/// Puts values in place of their names in braces, in one pass: what a person wrote is never read as a name.
#[must_use]
pub fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(pattern.len() + 64);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            filled.push_str(value);
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use proffer_domain::offer::wording;

    fn names(pattern: &str) -> std::collections::BTreeSet<&str> {
        pattern
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(name, _)| name))
            .collect()
    }

    #[test]
    fn every_language_has_every_letter_with_the_same_facts() {
        let english = Language::English.words();
        for language in Language::ALL {
            let words = language.words();
            assert!(words.weekdays.len() == 7 && words.months.len() == 12);
            assert!(
                words.letters.keys().eq(english.letters.keys()),
                "{language:?}: {:?}",
                words.letters.keys()
            );
            for (kind, letter) in &words.letters {
                let other = &english.letters[kind];
                let facts = |letter: &LetterWords| {
                    let paragraphs: Vec<_> = letter.paragraphs.iter().map(|text| names(text).len()).collect();
                    (names(&letter.subject).len(), paragraphs, letter.button.is_empty())
                };
                assert_eq!(facts(letter), facts(other), "{language:?} {kind}");
                let all = |letter: &LetterWords| {
                    names(&letter.paragraphs.join(" "))
                        .into_iter()
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                };
                assert_eq!(all(letter), all(other), "{language:?} {kind}");
            }
        }
    }

    #[test]
    fn each_language_tells_prices_times_and_durations_its_own_way() {
        let price = Money::new(145_050, "GBP".parse().unwrap());
        let at = "2026-12-01T23:30:00Z".parse().unwrap();
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let time = DeliveryTime {
            count: 2,
            unit: DeliveryUnit::WorkingDays,
        };
        let told = Language::ALL.map(|language| {
            [
                language.price(price),
                language.moment(at, &berlin),
                language.delivery_time(time),
            ]
        });
        assert_eq!(told[0], ["£1,450.50", "Wed 2 Dec 2026, 00:30", "2 working days"]);
        assert_eq!(
            told[1],
            ["1.450,50\u{a0}£", "Mi., 2. Dez. 2026, 00:30", "2 Arbeitstagen"]
        );
        assert_eq!(
            told[2],
            ["1.450,50\u{a0}£", "mié, 2 dic 2026, 00:30", "2 días laborables"]
        );
        assert_eq!(told[3], ["£1,450.50", "2026年12月2日(水) 00:30", "2営業日"]);
        assert_eq!(wording::moment(at, &berlin), told[0][1]);
        assert_eq!(time.to_string(), told[0][2]);
    }

    #[test]
    fn the_language_that_a_browser_likes_best_is_taken() {
        for (header, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("fr, es;q=0.5, en;q=0.4", Language::Spanish),
            ("en;q=0.3, ja;q=0.7", Language::Japanese),
            ("fr", Language::English),
            ("", Language::English),
            ("de;q=0", Language::English),
            ("de;q=abc", Language::English),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }

    #[test]
    fn what_a_person_wrote_is_never_read_as_a_name() {
        assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "x")]), "{b} and x");
        assert_eq!(fill("open { end", &[]), "open { end");
    }
}
