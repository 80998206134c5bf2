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
}
