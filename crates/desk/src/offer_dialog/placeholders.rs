//! Words in braces that stand for something of the question at hand, in templates and in what is typed.

use crate::{
    api::{
        offer_dialog::{FieldNotice, OfferFields},
        offer_template::Placeholder,
    },
    requests::people,
};

/// What the placeholders stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// The customer's first name.
    pub(crate) customer: String,
    /// The question's title.
    pub(crate) question: String,
    /// The expert's name.
    pub(crate) expert: String,
    /// The category's name.
    pub(crate) category: String,
}

impl Names {
    fn value(&self, word: &str) -> Option<&str> {
        match word {
            "customer" => Some(&self.customer),
            "question" => Some(&self.question),
            "expert" => Some(&self.expert),
            "category" => Some(&self.category),
            _ => None,
        }
    }

    /// All placeholders and what they stand for here.
    pub(crate) fn placeholders(&self) -> Vec<Placeholder> {
        ["customer", "question", "expert", "category"]
            .into_iter()
            .map(|word| Placeholder {
                word: format!("{{{word}}}"),
                value: self.value(word).unwrap_or_default().to_owned(),
            })
            .collect()
    }

    /// A text with its placeholders filled in; what a name brings along is not filled in again.
    pub(crate) fn fill(&self, text: &str) -> String {
        let mut out = String::new();
        for part in parts(text) {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Word(word) => match self.value(word) {
                    Some(value) => out.push_str(value),
                    None => out.extend(["{", word, "}"]),
                },
            }
        }
        out
    }

    /// The fields with their placeholders filled in.
    pub(crate) fn fill_fields(&self, fields: &OfferFields) -> OfferFields {
        OfferFields {
            title: self.fill(&fields.title),
            deliverables: fields.deliverables.iter().map(|item| self.fill(item)).collect(),
            note: self.fill(&fields.note),
            ..fields.clone()
        }
    }

    /// The fields as a template that serves other customers too: without the times, and with placeholders for the
    /// customer's name and the question's title.
    pub(crate) fn template_of(&self, fields: &OfferFields) -> OfferFields {
        let general = |text: &String| {
            let text = if self.question.is_empty() {
                text.clone()
            } else {
                text.replace(&self.question, "{question}")
            };
            people::name_to_placeholder(&text, &self.customer)
        };
        OfferFields {
            title: general(&fields.title),
            deliverables: fields.deliverables.iter().map(general).collect(),
            note: general(&fields.note),
            expires_at: None,
            call_slots: Vec::new(),
            ..fields.clone()
        }
    }

    /// Names the words in braces that stand for nothing and would be sent as they are.
    pub(crate) fn notices(&self, fields: &OfferFields) -> Vec<FieldNotice> {
        let fields = std::iter::once(("/title".to_owned(), &fields.title))
            .chain(
                (0..)
                    .zip(&fields.deliverables)
                    .map(|(index, item): (usize, _)| (format!("/deliverables/{index}"), item)),
            )
            .chain([("/note".to_owned(), &fields.note)]);
        fields
            .flat_map(|(pointer, text)| {
                let unknown = parts(text).filter_map(|part| match part {
                    Part::Word(word) if self.value(word).is_none() => Some(word),
                    _ => None,
                });
                unknown
                    .map(|word| FieldNotice {
                        pointer: pointer.clone(),
                        word: format!("{{{word}}}"),
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}

enum Part<'a> {
    Text(&'a str),
    /// A word that stood in braces.
    Word(&'a str),
}

fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut from = 0;
        while let Some(at) = rest[from..].find('{').map(|at| from + at) {
            let inside = &rest[at + 1..];
            let length = inside
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(inside.len());
            if length > 0 && inside[length..].starts_with('}') {
                if at > 0 {
                    let head = &rest[..at];
                    rest = &rest[at..];
                    return Some(Part::Text(head));
                }
                rest = &inside[length + 1..];
                return Some(Part::Word(&inside[..length]));
            }
            from = at + 1;
        }
        Some(Part::Text(std::mem::take(&mut rest)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offer_dialog::empty_fields;
    use proffer_domain::Limits;

    fn names() -> Names {
        Names {
            customer: "Helen".to_owned(),
            question: "Who owns {expert} domains".to_owned(),
            expert: "Daniel Okafor".to_owned(),
            category: "Legal".to_owned(),
        }
    }

    #[test]
    fn known_words_are_filled_in_once_and_others_stay() {
        for (text, filled) in [
            ("{customer}, about {question}", "Helen, about Who owns {expert} domains"),
            ("{expert} for {category}", "Daniel Okafor for Legal"),
            (
                "{client} {} { customer } {{customer}}",
                "{client} {} { customer } {Helen}",
            ),
            ("{customer", "{customer"),
            ("{größe}", "{größe}"),
            ("", ""),
        ] {
            assert_eq!(names().fill(text), filled);
        }
    }

    #[test]
    fn a_word_that_stands_for_nothing_is_pointed_out_at_its_field() {
        let fields = OfferFields {
            title: "Letter for {customer}".to_owned(),
            deliverables: vec!["A letter".to_owned(), "For {client} and {court}".to_owned()],
            note: "{Customer}, hello".to_owned(),
            ..empty_fields(&Limits::default())
        };
        let found: Vec<_> = names()
            .notices(&fields)
            .into_iter()
            .map(|notice| (notice.pointer, notice.word))
            .collect();
        let expected = [
            ("/deliverables/1", "{client}"),
            ("/deliverables/1", "{court}"),
            ("/note", "{Customer}"),
        ];
        assert_eq!(
            found,
            expected.map(|(pointer, word)| (pointer.to_owned(), word.to_owned()))
        );
    }

    #[test]
    fn a_template_forgets_the_customer_and_the_question_it_was_made_for() {
        let names = Names {
            question: "My domain was taken".to_owned(),
            ..names()
        };
        let fields = OfferFields {
            title: "My domain was taken: pack for Helen".to_owned(),
            note: "Helen, and {expert}".to_owned(),
            expires_at: Some(proffer_domain::Timestamp::UNIX_EPOCH),
            ..empty_fields(&Limits::default())
        };
        let template = names.template_of(&fields);
        assert_eq!(template.title, "{question}: pack for {customer}");
        assert_eq!(template.note, "{customer}, and {expert}");
        assert_eq!(template.expires_at, None);
    }
}
