//! Where in a text something was found.

use super::{
    query::{Needle, Phrase},
    words::{fold, words},
};
use crate::api::search::{SearchText, TextRange};

/// Characters before the first find.
const LEAD_CHARS: usize = 40;

/// A piece of a text of at most `width` characters around the first find, in one line, with all finds in it.
pub(crate) fn around(text: &str, phrases: &[Phrase], width: usize) -> SearchText {
    let line = in_one_line(text);
    let finds = finds(&line, phrases);
    let begin = finds.first().map_or(0, |find| begin_before(&line, find.0));
    let end = line[begin..]
        .char_indices()
        .nth(width)
        .map_or(line.len(), |(index, _)| begin + index);
    let mut piece = String::new();
    if begin > 0 {
        piece.push('…');
    }
    let lead = piece.encode_utf16().count();
    piece.push_str(&line[begin..end]);
    if end < line.len() {
        piece.push('…');
    }
    let units = |place: usize| lead + line[begin..place].encode_utf16().count();
    let highlights = finds
        .iter()
        .filter(|(from, to)| *from >= begin && *to <= end)
        .map(|(from, to)| TextRange {
            start: u32::try_from(units(*from)).unwrap_or(u32::MAX),
            end: u32::try_from(units(*to)).unwrap_or(u32::MAX),
        })
        .collect();
    SearchText {
        text: piece,
        highlights,
    }
}

/// White space and control characters as one space.
fn in_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for char in text.chars() {
        if !char.is_whitespace() && !char.is_control() {
            line.push(char);
        } else if !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// What of a line is looked for, as byte ranges.
fn finds(line: &str, phrases: &[Phrase]) -> Vec<(usize, usize)> {
    let words: Vec<_> = words(line).collect();
    let mut finds = Vec::new();
    let mut next = 0;
    while let Some(first) = words.get(next) {
        let length_at = |phrase: &Phrase| {
            let here = words.get(next..next + phrase.needles.len())?;
            let mut pairs = here.iter().zip(&phrase.needles);
            pairs
                .all(|(word, needle)| is_found(&line[word.clone()], needle))
                .then_some(here.len())
        };
        match phrases.iter().filter_map(length_at).max() {
            Some(length) => {
                next += length.max(1);
                finds.push((first.start, words[next - 1].end));
            }
            None => next += 1,
        }
    }
    finds
}

/// Whether a word is what is looked for.
fn is_found(word: &str, needle: &Needle) -> bool {
    let wanted = needle.word.as_str();
    if word.is_ascii() {
        // Most words are plain, and comparing them needs no copy.
        return word
            .get(..wanted.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(wanted))
            && (needle.is_prefix || word.len() == wanted.len());
    }
    let word = fold(word);
    word == wanted || (needle.is_prefix && word.starts_with(wanted))
}

/// Whether a text has all phrases.
pub(crate) fn has_all(text: &str, phrases: &[Phrase]) -> bool {
    phrases
        .iter()
        .all(|phrase| !finds(text, std::slice::from_ref(phrase)).is_empty())
}

/// Some characters before a find, at the beginning of a word.
fn begin_before(line: &str, find: usize) -> usize {
    let Some((earliest, _)) = line[..find].char_indices().rev().nth(LEAD_CHARS - 1) else {
        return 0;
    };
    if earliest == 0 {
        return 0;
    }
    line[earliest..find]
        .find(' ')
        .map_or(find, |space| earliest + space + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::query::Query;

    fn found(text: &str, typed: &str, width: usize) -> (String, Vec<String>) {
        let shown = around(text, Query::read(typed).phrases(), width);
        let units: Vec<u16> = shown.text.encode_utf16().collect();
        let words = shown
            .highlights
            .iter()
            .map(|range| String::from_utf16_lossy(&units[range.start as usize..range.end as usize]))
            .collect();
        (shown.text, words)
    }

    #[test]
    fn finds_are_marked_whatever_their_accents_and_case() {
        let (_, words) = found(
            "Der Zürcher ÄRZTE-Verein\nand the cafe\u{301}",
            "zurcher arzte café",
            100,
        );
        assert_eq!(words, ["Zürcher", "ÄRZTE", "cafe\u{301}"]);
        let (_, words) = found("domains, a domain, subdomain", "domain", 100);
        assert_eq!(words, ["domains", "domain"]);
        let (_, words) = found("domains, a domain", "domain ", 100);
        assert_eq!(words, ["domain"]);
        let (_, words) = found("A formal, formal complaint; a complaint", "\"formal complaint\"", 100);
        assert_eq!(words, ["formal complaint"]);
        let (_, words) = found("約束と契約書", "契約", 100);
        assert_eq!(words, ["契約"]);
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_find() {
        let text = format!("{} the 🦀 needle {}", "hay ".repeat(100), "hay ".repeat(100));
        let (shown, words) = found(&text, "needle", 60);
        assert_eq!(words, ["needle"]);
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.chars().count() <= 62, "{shown}");
        let (shown, words) = found("  short\n\n text ", "nothing", 60);
        assert_eq!((shown.as_str(), words.len()), ("short text", 0));
    }

    #[test]
    fn hostile_texts_are_shown_as_text() {
        for text in [
            "",
            "\u{0}\u{1}",
            "<b>needle</b>",
            "\u{301}needle",
            "👩‍👩‍👧 needle",
            &"é".repeat(5_000),
        ] {
            let (shown, _) = found(text, "needle", 20);
            assert!(shown.chars().count() <= 22, "{shown}");
        }
    }
}
