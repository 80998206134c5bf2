//! One letter for each row of the lifecycle's table that says email, in every language.

use jiff::Timestamp;
use proffer_domain::{AccountId, OfferEventKind, OfferState, Role, Tell, offer::wording};
use proffer_platform::{
    language::Language,
    mail::{Letter, Reader, offer_for_customer, offer_for_expert},
    store::AccountRow,
};
use proffer_protocol::OfferDocument;
use std::collections::BTreeSet;
use uuid::Uuid;

#[path = "../../../domain/tests/spec/mod.rs"]
mod spec;

use spec::{Who, attempt, days_on, offer_in, sent, terms};

fn reader(who: Who, role: Role, language: Language) -> Reader {
    let account = AccountRow {
        id: AccountId(Uuid::from_u128(9)),
        role,
        email: "somebody@example.com".to_owned(),
        name: who.person().name,
        password_hash: String::new(),
        time_zone: "Asia/Tokyo".to_owned(),
        created_at: Timestamp::UNIX_EPOCH,
        disabled_at: None,
        language,
    };
    Reader { account }
}

/// What an event of the table leaves behind.
fn after(event: OfferEventKind) -> OfferDocument {
    let mut terms = terms();
    if event == OfferEventKind::Expired {
        terms.expires_at = Some(days_on(3));
    }
    let offer = if event == OfferEventKind::Sent {
        sent(terms, spec::morning())
    } else {
        let row = spec::row(event);
        let before = offer_in(row.from[0], terms);
        let now = if event == OfferEventKind::Expired {
            days_on(4)
        } else {
            days_on(1)
        };
        attempt(&before, event, row.by[0], now).unwrap().offer
    };
    OfferDocument {
        revision: 1,
        offer,
        number: 2041,
        customer: Who::Customer.person(),
        expert: Who::Expert.person(),
        question_number: 48213,
        question_title: "Whose domain is it?".to_owned(),
    }
}

fn check(letter: &Letter, event: OfferEventKind) {
    let told = format!("{} {:?} {event:?}", letter.kind, letter.language);
    let (text, html) = (letter.text("Helen"), letter.html("Helen"));
    assert!(!letter.subject.is_empty() && !letter.paragraphs.is_empty(), "{told}");
    assert!(!text.contains(['{', '}']), "{told}: {text}");
    assert!(html.contains("Helen") && text.contains("Helen"), "{told}");
    let english = Language::English.letter(letter.kind).unwrap();
    let own = letter.language.letter(letter.kind).unwrap();
    if letter.language != Language::English {
        assert_ne!(own.paragraphs, english.paragraphs, "{told}");
    }
}

#[test]
fn every_row_of_the_table_that_says_email_has_its_letter_in_every_language() {
    let rows = spec::TABLE.iter().map(|row| (row.event, row.told));
    let first = (
        OfferEventKind::Sent,
        [Tell::CustomerEmail, Tell::CustomerList].as_slice(),
    );
    for language in Language::ALL {
        let mut kinds = BTreeSet::new();
        let mut count = 0;
        for (event, told) in rows.clone().chain([first]) {
            for tell in told {
                let letter = match tell {
                    Tell::CustomerEmail | Tell::CustomerReceipt => {
                        let to = reader(Who::Customer, Role::Customer, language);
                        offer_for_customer(&to, &after(event), event, "https://x.example/l/token".to_owned())
                    }
                    Tell::ExpertEmail => {
                        let to = reader(Who::Expert, Role::Expert, language);
                        offer_for_expert(&to, &after(event), event)
                    }
                    _ => continue,
                };
                check(&letter, event);
                assert!(!letter.is_optional(), "{event:?} has no letter of its own");
                assert!(kinds.insert(letter.kind), "{event:?} shares {}", letter.kind);
                count += 1;
            }
        }
        assert!(count >= 10, "{count}");
    }
}

#[test]
fn the_english_letters_are_the_words_that_the_desk_previews() {
    let to = reader(Who::Customer, Role::Customer, Language::English);
    for event in [OfferEventKind::Sent, OfferEventKind::Revised] {
        let document = after(event);
        let offer = &document.offer;
        let price = offer.terms.price.to_string();
        let facts = wording::OfferLetterFacts {
            expert: &document.expert.name,
            question_title: &document.question_title,
            title: &offer.terms.title,
            price: &price,
            deliverables: &offer.terms.deliverables,
        };
        let previewed = match offer.earlier.last() {
            None => wording::letter_of_offer(facts),
            Some(old) => wording::letter_of_revision(facts, Some(wording::changes(&old.terms, &offer.terms))),
        };
        let letter = offer_for_customer(&to, &document, event, "https://x.example/l/token".to_owned());
        assert_eq!(
            letter.text("Helen"),
            previewed.text("Helen", "https://x.example/l/token")
        );
        assert_eq!(letter.subject, previewed.subject);
    }
    assert_eq!(after(OfferEventKind::Revised).offer.state, OfferState::Sent);
}
