//! What was typed: words, of which the last may be unfinished, phrases in quotes, and `state:`, `category:` and
//! `customer:`. Every text is a query; what makes no sense in it is left out.

use super::words::{fold, words};
use proffer_domain::{OfferState, QuestionState};

/// Beyond these a query is cut.
const WORDS_AT_MOST: usize = 16;
const WORD_MAX_CHARS: usize = 80;
/// From so many letters on, the last word stands for all that begin so.
const PREFIX_MIN_CHARS: usize = 3;
/// Beginnings of words that the index keeps have no more letters.
const PREFIX_KEPT_CHARS: usize = 5;

/// A state that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateFilter {
    /// Of the question.
    Question(QuestionState),
    /// Of an offer: only offers are found.
    Offer(OfferState),
}

/// A word to be found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Needle {
    /// The word, folded.
    pub(super) word: String,
    /// Whether longer words that begin so are meant as well.
    pub(super) is_prefix: bool,
}

impl Needle {
    /// Whether it is a longer beginning of a word than the index keeps.
    fn is_long_beginning(&self) -> bool {
        self.is_prefix && self.word.chars().count() > PREFIX_KEPT_CHARS
    }

    /// In the index's language, with no more than so many letters of an unfinished word.
    fn expression(&self, letters: usize) -> String {
        if self.is_prefix {
            let begin: String = self.word.chars().take(letters).collect();
            format!("\"{begin}\" *")
        } else {
            format!("\"{}\"", self.word)
        }
    }
}

/// Words that stand together as they were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phrase {
    text: String,
    pub(super) needles: Vec<Needle>,
}

impl Phrase {
    fn is_prefix(&self) -> bool {
        self.needles.last().is_some_and(|needle| needle.is_prefix)
    }

    /// A longer beginning of a word than the index keeps, if it ends with one.
    fn long_beginning(&self) -> Option<&str> {
        let last = self.needles.last().filter(|needle| needle.is_long_beginning());
        last.map(|needle| needle.word.as_str())
    }

    /// Whether it ends with one.
    fn is_opened(&self) -> bool {
        self.long_beginning().is_some()
    }
}

/// A query that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    phrases: Vec<Phrase>,
    /// Words of the category's name.
    pub(crate) category: Option<String>,
    /// Words of the customer's name.
    pub(crate) customer: Option<String>,
    /// The state.
    pub(crate) state: Option<StateFilter>,
}

impl Query {
    /// Reads what was typed.
    pub(crate) fn read(typed: &str) -> Self {
        let mut query = Self::default();
        for part in parts(typed) {
            let value = &part.value;
            match part.key.as_deref() {
                Some("category") => query.category = some(value),
                Some("customer") => query.customer = some(value),
                Some("state") => {
                    let name = value.to_lowercase().replace([' ', '-'], "_");
                    let question = QuestionState::parse(&name).map(StateFilter::Question);
                    query.state = question.or_else(|| OfferState::parse(&name).map(StateFilter::Offer));
                    if query.state.is_none() {
                        query.add(value, false);
                    }
                }
                _ => query.add(value, !part.is_finished),
            }
        }
        query
    }

    fn add(&mut self, text: &str, is_unfinished: bool) {
        let text: String = text.chars().take(WORD_MAX_CHARS).collect();
        let mut needles: Vec<Needle> = words(&text)
            .map(|word| Needle {
                word: fold(&text[word]),
                is_prefix: false,
            })
            .filter(|needle| !needle.word.is_empty())
            .collect();
        let Some(last) = needles.last_mut() else { return };
        if self.phrases.len() == WORDS_AT_MOST {
            return;
        }
        last.is_prefix = is_unfinished && last.word.chars().count() >= PREFIX_MIN_CHARS;
        self.phrases.push(Phrase { text, needles });
    }

    /// Whether nothing at all is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A longer beginning of a word than the index keeps, if there is one: only what is typed last is unfinished.
    pub(crate) fn long_beginning(&self) -> Option<&str> {
        self.phrases.iter().find_map(Phrase::long_beginning)
    }

    /// The words in the index's language, with these for the [long beginning](Query::long_beginning).
    pub(crate) fn expression_with(&self, words: &[String]) -> Option<String> {
        let any: Vec<_> = words.iter().map(|word| quoted(word, false)).collect();
        let any = format!("({})", any.join(" OR "));
        let needles = self.phrases.iter().flat_map(|phrase| &phrase.needles);
        let words: Vec<_> = needles
            .map(|needle| {
                if needle.is_long_beginning() {
                    any.clone()
                } else {
                    needle.expression(usize::MAX)
                }
            })
            .collect();
        (!words.is_empty()).then(|| words.join(" AND "))
    }

    fn expression_to(&self, letters: usize) -> Option<String> {
        let needles = self.phrases.iter().flat_map(|phrase| &phrase.needles);
        let words: Vec<_> = needles.map(|needle| needle.expression(letters)).collect();
        (!words.is_empty()).then(|| words.join(" AND "))
    }

    /// The words in the index's language; `None` without any. The index does not know which words stand together: see
    /// [`Query::checks`].
    pub(crate) fn expression(&self) -> Option<String> {
        self.expression_to(usize::MAX)
    }

    /// For an unfinished word of which the index does not keep all beginnings: the words with only that of it which the
    /// index keeps. Finds come from new to old without all of them being gathered first, which takes long for what
    /// occurs often.
    pub(crate) fn opening(&self) -> Option<String> {
        let is_opened = self.phrases.iter().any(Phrase::is_opened);
        is_opened.then(|| self.expression_to(PREFIX_KEPT_CHARS)).flatten()
    }

    /// What must be in a text besides what the index was asked for, [opened](Query::opening) or not.
    pub(crate) fn checks(&self, is_opened: bool) -> Vec<Phrase> {
        let is_checked = |phrase: &&Phrase| phrase.needles.len() > 1 || (is_opened && phrase.is_opened());
        self.phrases.iter().filter(is_checked).cloned().collect()
    }

    /// The words in the language of the customers' names, which has phrases; `None` without any.
    pub(crate) fn names_expression(&self) -> Option<String> {
        let phrases: Vec<_> = self
            .phrases
            .iter()
            .map(|phrase| quoted(&phrase.text, phrase.is_prefix()))
            .collect();
        (!phrases.is_empty()).then(|| phrases.join(" AND "))
    }

    /// What is to be shown as found.
    pub(crate) fn phrases(&self) -> &[Phrase] {
        &self.phrases
    }
}

/// The words of a name in the index's language, the last one unfinished.
pub(crate) fn name_expression(name: &str) -> Option<String> {
    let words: Vec<&str> = name
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .take(WORDS_AT_MOST)
        .collect();
    let last = words.len().checked_sub(1)?;
    let phrases: Vec<_> = words
        .iter()
        .enumerate()
        .map(|(index, word)| {
            let word: String = word.chars().take(WORD_MAX_CHARS).collect();
            quoted(&word, index == last)
        })
        .collect();
    Some(phrases.join(" AND "))
}

fn some(value: &str) -> Option<String> {
    let value: String = value.trim().chars().take(WORD_MAX_CHARS).collect();
    (!value.is_empty()).then_some(value)
}

/// A phrase of the index's language; nothing in quotes means anything but itself.
fn quoted(text: &str, is_prefix: bool) -> String {
    let plain: String = text
        .chars()
        .map(|char| if char == '"' || char.is_control() { ' ' } else { char })
        .collect();
    format!("\"{plain}\"{}", if is_prefix { " *" } else { "" })
}

struct Part {
    key: Option<String>,
    value: String,
    /// Whether something follows it, so that it is typed to its end.
    is_finished: bool,
}

/// Splits at white space outside of quotes.
fn parts(typed: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut chars = typed.chars().peekable();
    loop {
        while chars.next_if(|char| char.is_whitespace()).is_some() {}
        if chars.peek().is_none() {
            return parts;
        }
        let (mut key, mut value, mut is_quoted, mut is_closed) = (None, String::new(), false, false);
        while let Some(char) = chars.next_if(|char| is_quoted || !char.is_whitespace()) {
            match char {
                '"' => {
                    is_closed = is_quoted;
                    is_quoted = !is_quoted;
                }
                ':' if key.is_none() && !is_quoted && is_key(&value) => {
                    key = Some(std::mem::take(&mut value).to_lowercase());
                }
                char => value.push(char),
            }
        }
        parts.push(Part {
            key,
            value,
            is_finished: is_closed || chars.peek().is_some(),
        });
    }
}

fn is_key(text: &str) -> bool {
    ["state", "category", "customer"]
        .iter()
        .any(|key| text.eq_ignore_ascii_case(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_phrases_and_filters_are_told_apart() {
        for (typed, expression) in [
            ("", None),
            ("   ", None),
            ("domain", Some("\"domain\" *")),
            ("domain ", Some("\"domain\"")),
            ("my dom", Some("\"my\" AND \"dom\" *")),
            ("my do", Some("\"my\" AND \"do\"")),
            (
                "\"letter before action\"",
                Some("\"letter\" AND \"before\" AND \"action\""),
            ),
            ("\"letter bef", Some("\"letter\" AND \"bef\" *")),
            ("Q-48213", Some("\"q\" AND \"48213\" *")),
            ("Zürich 契約", Some("\"zurich\" AND \"契\" AND \"約\"")),
            ("a\"b\"c AND NOT *", Some("\"abc\" AND \"and\" AND \"not\"")),
            ("-- \u{0} ** ()", None),
            ("state:open", None),
            ("state:nonsense x", Some("\"nonsense\" AND \"x\"")),
            ("http://example", Some("\"http\" AND \"example\" *")),
        ] {
            assert_eq!(Query::read(typed).expression().as_deref(), expression, "{typed}");
        }
        let query = Query::read("CUSTOMER:\"Helen Marsh\" category:law state:in-progress fee ");
        assert_eq!(query.customer.as_deref(), Some("Helen Marsh"));
        assert_eq!(query.category.as_deref(), Some("law"));
        assert_eq!(query.state, Some(StateFilter::Offer(OfferState::InProgress)));
        assert_eq!(query.expression().as_deref(), Some("\"fee\""));
        assert!(Query::read("customer: \"\" ").is_empty());
    }

    #[test]
    fn a_long_beginning_is_opened_at_what_the_index_keeps() {
        for (typed, expression, checked) in [
            ("registr", Some("\"regis\" *"), 1),
            ("my registr", Some("\"my\" AND \"regis\" *"), 1),
            ("regis", None, 0),
            ("registrar ", None, 0),
            ("re-registr", Some("\"re\" AND \"regis\" *"), 1),
            (
                "\"formal complaint\" registr",
                Some("\"formal\" AND \"complaint\" AND \"regis\" *"),
                2,
            ),
        ] {
            let query = Query::read(typed);
            assert_eq!(query.opening().as_deref(), expression, "{typed}");
            assert_eq!(query.checks(true).len(), checked, "{typed}");
        }
        assert_eq!(Query::read("registr \"formal complaint\"").checks(false).len(), 1);
    }

    #[test]
    fn a_long_beginning_gives_way_to_the_words_that_begin_so() {
        let words = ["registrar", "registry"].map(str::to_owned);
        for (typed, begin, expression) in [
            (
                "my registr",
                Some("registr"),
                "\"my\" AND (\"registrar\" OR \"registry\")",
            ),
            (
                "re-Registr",
                Some("registr"),
                "\"re\" AND (\"registrar\" OR \"registry\")",
            ),
            ("registr my", None, "\"registr\" AND \"my\""),
        ] {
            let query = Query::read(typed);
            assert_eq!(query.long_beginning(), begin, "{typed}");
            assert_eq!(query.expression_with(&words).as_deref(), Some(expression), "{typed}");
        }
    }

    #[test]
    fn names_are_looked_for_as_they_were_typed() {
        let query = Query::read("Jean-Luc \"de la\" Fon");
        assert_eq!(
            query.names_expression().as_deref(),
            Some("\"Jean-Luc\" AND \"de la\" AND \"Fon\" *")
        );
    }

    #[test]
    fn a_query_without_end_is_cut() {
        let query = Query::read(&"word ".repeat(1_000));
        assert_eq!(query.phrases.len(), WORDS_AT_MOST);
        let query = Query::read(&"x".repeat(100_000));
        assert_eq!(query.phrases[0].text.len(), WORD_MAX_CHARS);
    }
}
