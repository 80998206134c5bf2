//! People's names as the views show them.

/// `Helen M.`: the first name and the last one's initial, for lists.
pub(crate) fn short_name(name: &str) -> String {
    let mut parts = name.split_whitespace();
    let first = parts.next().unwrap_or_default();
    match parts.next_back().and_then(|last| last.chars().next()) {
        Some(initial) => format!("{first} {initial}."),
        None => first.to_owned(),
    }
}

/// The first name, for sentences.
pub(crate) fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or_default().to_owned()
}

/// One or two letters, for the avatar.
pub(crate) fn initials(name: &str) -> String {
    let mut parts = name.split_whitespace();
    let letters = [parts.next(), parts.next_back()];
    letters
        .into_iter()
        .flatten()
        .filter_map(|part| part.chars().next())
        .flat_map(char::to_uppercase)
        .collect()
}

/// What stands for the customer's first name in a text that is used again.
pub(crate) const CUSTOMER: &str = "{customer}";

/// Puts the placeholder where a customer's first name stands as a word of its own.
pub(crate) fn name_to_placeholder(text: &str, name: &str) -> String {
    if name.is_empty() {
        return text.to_owned();
    }
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(name) {
        let (head, tail) = (&rest[..at], &rest[at + name.len()..]);
        let is_word = !head.chars().next_back().is_some_and(char::is_alphanumeric)
            && !tail.chars().next().is_some_and(char::is_alphanumeric);
        out.push_str(head);
        out.push_str(if is_word { CUSTOMER } else { name });
        rest = tail;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_length_are_shown() {
        for (name, short, first, letters) in [
            ("Helen Marsh", "Helen M.", "Helen", "HM"),
            ("Ana Luísa de Souza", "Ana S.", "Ana", "AS"),
            ("Plato", "Plato", "Plato", "P"),
            ("", "", "", ""),
        ] {
            let made = (short_name(name), first_name(name), initials(name));
            assert_eq!(made, (short.to_owned(), first.to_owned(), letters.to_owned()), "{name}");
        }
    }

    #[test]
    fn a_text_to_be_used_again_forgets_its_first_customer() {
        assert_eq!(
            name_to_placeholder("Helen, this is for Helen. Helena is another.", "Helen"),
            "{customer}, this is for {customer}. Helena is another."
        );
    }
}
