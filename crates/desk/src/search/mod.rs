//! What of a search needs no database: [`query`] reads what was typed, [`snippet`] shows where it was found.

pub(crate) mod query;
pub(crate) mod snippet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Whether a character belongs to a word.
fn is_of_word(char: char) -> bool {
    if char.is_ascii() {
        return char.is_ascii_alphanumeric();
    }
    char.is_alphanumeric() || is_combining_mark(char)
}

/// A word as the index compares it: without accents, in small letters.
fn fold(word: &str) -> String {
    word.nfd()
        .filter(|char| !is_combining_mark(*char))
        .flat_map(char::to_lowercase)
        .collect()
}
