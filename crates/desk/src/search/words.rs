//! Words: what the index keeps of a text, what of a query is looked for and what is shown as found are cut alike.

use std::{borrow::Cow, iter, ops::Range};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Whether a character belongs to a word.
fn is_of_word(char: char) -> bool {
    if char.is_ascii() {
        return char.is_ascii_alphanumeric();
    }
    char.is_alphanumeric() || is_combining_mark(char)
}

/// Whether a character is a word of its own: Chinese and Japanese are written without spaces, and what is one word
/// there is looked for as a phrase.
fn stands_alone(char: char) -> bool {
    matches!(char,
        '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

/// The words of a text, as ranges of its bytes.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut chars = text.char_indices().peekable();
    iter::from_fn(move || {
        let (start, first) = chars.find(|(_, char)| is_of_word(*char))?;
        let goes_on = |char: char| match stands_alone(first) {
            true => is_combining_mark(char),
            false => is_of_word(char) && !stands_alone(char),
        };
        while chars.next_if(|(_, char)| goes_on(*char)).is_some() {}
        let end = chars.peek().map_or(text.len(), |(index, _)| *index);
        Some(start..end)
    })
}

/// A word as it is compared: without accents, in small letters.
pub(crate) fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    if word.chars().next().is_some_and(stands_alone) {
        // The marks of a syllable make it another one.
        return word.nfc().collect();
    }
    word.nfd()
        .filter(|char| !is_combining_mark(*char))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A text for the index, which takes everything that is no ASCII for a letter, and letters for what they are: it knows no
/// writing of its own, so that what it keeps is what is looked for.
pub(crate) fn for_index(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    for word in words(text) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&fold(&text[word]));
    }
    Cow::Owned(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_and_folded_in_every_writing() {
        for (text, folded) in [
            ("", ""),
            ("Q-48213, don't", "Q-48213, don't"),
            ("ÄRZTE-Verein (Zürich)", "arzte verein zurich"),
            ("cafe\u{301}!", "cafe"),
            ("契約書のコピー2部", "契 約 書 の コ ピ ー 2 部"),
            ("か\u{3099}き・가격표", "が き 가격표"),
            ("Привет, ΚΌΣΜΕ", "привет κοσμε"),
            ("\u{301} 👩‍👩‍👧 é", "e"),
        ] {
            let for_index: String = for_index(text).nfc().collect();
            assert_eq!(for_index, folded, "{text}");
        }
    }

    #[test]
    fn the_ranges_of_words_are_their_places() {
        let text = "The 契約 (Zürich)";
        let found: Vec<_> = words(text).map(|word| &text[word]).collect();
        assert_eq!(found, ["The", "契", "約", "Zürich"]);
    }
}
