//! Which passwords are good enough, and how they are kept.

use super::{Flow, FlowError};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version, password_hash::SaltString};
use proffer_domain::{FieldCode, FieldProblem};
use proffer_protocol::ErrorCode;
use zxcvbn::{Score, zxcvbn};

/// The shortest password, in characters.
const MIN_CHARS: usize = 10;
/// The longest password, in characters: hashing more would only cost time.
pub(super) const MAX_CHARS: usize = 256;
/// So much must be in a password besides words that whoever guesses knows.
const OWN_CHARS: usize = 5;
/// Words that whoever guesses a password here tries first, besides its owner's name and address.
const OWN_WORDS: [&str; 5] = ["proffer", "expert", "customer", "moderator", "premium"];

/// argon2id with the parameters that OWASP names: 19 MiB, two passes.
pub(super) fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// What is wrong with a new password of somebody of whom this is known: its length, or that it is among the first to be
/// guessed, as common ones are, and those made of names, dates and patterns of keys.
pub(super) fn problem(password: &str, about: &[&str]) -> Option<FieldProblem> {
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        let message = format!("Choose a password of at least {MIN_CHARS} characters.");
        return Some(FieldProblem::new("/password", FieldCode::TooShort, message).with_limit(MIN_CHARS));
    }
    if chars > MAX_CHARS {
        let message = format!("Choose a password of at most {MAX_CHARS} characters.");
        return Some(FieldProblem::new("/password", FieldCode::TooLong, message).with_limit(MAX_CHARS));
    }
    let known = known_words(about);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if chars_besides(password, &known) < OWN_CHARS || zxcvbn(password, &known).score() < Score::Two {
        let message = "This password is easy to guess. Choose another, such as a few words that have nothing to do with each \
                       other or with you.";
        return Some(FieldProblem::new("/password", FieldCode::Malformed, message));
    }
    None
}

/// The words of what is known of somebody, and those that are known of everybody, the longest first.
fn known_words(about: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = about
        .iter()
        .flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| word.chars().count() > 2)
        .chain(OWN_WORDS)
        .map(str::to_lowercase)
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// How many characters remain of a password without these words.
fn chars_besides(password: &str, words: &[&str]) -> usize {
    let mut rest = password.to_lowercase();
    for word in words {
        rest = rest.replace(word, " ");
    }
    rest.chars().filter(|letter| !letter.is_whitespace()).count()
}

impl Flow {
    pub(super) async fn hash_password(&self, password: String) -> Result<String, FlowError> {
        let mut salt = [0; 16];
        self.ports.entropy.fill(&mut salt);
        let hashed = tokio::task::spawn_blocking(move || {
            let salt = SaltString::encode_b64(&salt).ok()?;
            argon2()
                .hash_password(password.as_bytes(), &salt)
                .ok()
                .map(|hash| hash.to_string())
        })
        .await
        .ok()
        .flatten();
        hashed.ok_or_else(|| FlowError::code(ErrorCode::Internal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<FieldCode> {
        problem(password, &["Helen Miller", "helen.miller@example.com"]).map(|problem| problem.code)
    }

    #[test]
    fn what_is_guessed_first_is_no_password() {
        for common in [
            "1234567890",
            "passwordpassword",
            "qwertyuiop",
            "iloveyou123",
            "Helen Miller",
            "helen.miller",
            "proffer expert",
            "HelenMiller26",
            "aaaaaaaaaaaaaaaa",
        ] {
            assert_eq!(code(common), Some(FieldCode::Malformed), "{common}");
        }
    }

    #[test]
    fn a_few_words_are_one_whatever_their_letters() {
        for good in [
            "three blue kettles",
            "nine calm otters",
            "どの夜も静かに雨が降る",
            "x7#Qw!rv9Z",
        ] {
            assert_eq!(code(good), None, "{good}");
        }
    }

    #[test]
    fn only_its_length_limits_what_it_is_made_of() {
        assert_eq!(code("a b c d e"), Some(FieldCode::TooShort));
        assert_eq!(code(&"three blue kettles ".repeat(14)), Some(FieldCode::TooLong));
    }
}
