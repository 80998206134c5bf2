//! Notices in words.

use crate::{
    api::notice::NoticeKind,
    cache::QuestionWords,
    journal::{NewNotice, StoredNotice},
    spoken::{Phrase, Spoken},
};
use proffer_domain::{OfferEvent, Question, Timestamp, text};
use proffer_protocol::{OfferDocument, SupportRequestDocument};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use uuid::Uuid;

const TITLE_CHARS: usize = 80;
/// Lines of a digest's list.
const DIGEST_LINES: usize = 4;

/// `Letter before action and domain transfer pack · £145.00 · Q-48213`
fn offer_line(document: &OfferDocument, spoken: Spoken) -> String {
    format!(
        "{} · {} · Q-{}",
        text::excerpt(&document.offer.terms.title, TITLE_CHARS),
        spoken.money(document.offer.terms.price),
        document.question_number
    )
}

/// A key that is the same whenever the same thing is told.
fn key_of(parts: &[&[u8]]) -> Uuid {
    let hash = parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part));
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_custom_bytes(key).into_uuid()
}

/// The local copy was damaged. Its key is the damaged file's name.
pub(crate) fn rebuilt_notice(spoken: Spoken, aside: &Path, now: Timestamp) -> NewNotice {
    let file = aside.file_name().unwrap_or_default().to_string_lossy();
    NewNotice {
        id: key_of(&[file.as_bytes()]),
        kind: NoticeKind::CacheRebuilt,
        title: spoken.say(Phrase::CacheRebuilt, &[]),
        body: spoken.say(Phrase::CacheRebuiltBody, &[("file", &file)]),
        at: now,
        offer_id: None,
        question_id: None,
        is_old: false,
    }
}

/// A part of the desk failed or hung. Its key is the part and the hour: what fails again and again is told once an hour.
pub(crate) fn restarted_notice(spoken: Spoken, part: &str, now: Timestamp) -> NewNotice {
    let hour = (now.as_second() / 3600).to_be_bytes();
    NewNotice {
        id: key_of(&[b"part restarted", part.as_bytes(), &hour]),
        kind: NoticeKind::PartRestarted,
        title: spoken.say(Phrase::PartRestarted, &[]),
        body: spoken.say(Phrase::PartRestartedBody, &[]),
        at: now,
        offer_id: None,
        question_id: None,
        is_old: false,
    }
}

/// What happened to an offer.
pub(crate) fn offer_notice(
    spoken: Spoken,
    kind: NoticeKind,
    document: &OfferDocument,
    event: &OfferEvent,
    is_old: bool,
) -> NewNotice {
    let customer = text::excerpt(&document.customer.name, TITLE_CHARS);
    let phrase = match kind {
        NoticeKind::OfferAccepted => Phrase::OfferAccepted,
        NoticeKind::OfferCompleted => Phrase::OfferCompleted,
        _ => Phrase::OfferDeclined,
    };
    let title = spoken.say(phrase, &[("customer", &customer)]);
    let mut body = offer_line(document, spoken);
    if let (NoticeKind::OfferDeclined, Some(reason)) = (kind, &document.offer.decline_reason) {
        body = format!("{body}\n“{}”", text::excerpt(reason, 200));
    }
    NewNotice {
        id: event.id.0,
        kind,
        title,
        body,
        at: event.at,
        offer_id: Some(document.offer.id),
        question_id: Some(document.offer.question_id),
        is_old,
    }
}

/// A customer's reply.
pub(crate) fn reply_notice(spoken: Spoken, message: Uuid, question: &QuestionWords, sent_at: Timestamp) -> NewNotice {
    let customer = text::excerpt(&question.customer_name, TITLE_CHARS);
    NewNotice {
        id: message,
        kind: NoticeKind::CustomerReplied,
        title: spoken.say(Phrase::CustomerReplied, &[("customer", &customer)]),
        body: format!(
            "{} · Q-{}",
            text::excerpt(&question.title, TITLE_CHARS),
            question.number
        ),
        at: sent_at,
        offer_id: None,
        question_id: Some(question.id),
        is_old: false,
    }
}

/// A moderator's reply to a request for help.
pub(crate) fn support_notice(spoken: Spoken, document: &SupportRequestDocument) -> NewNotice {
    NewNotice {
        id: document.id.0,
        kind: NoticeKind::SupportReplied,
        title: spoken.say(Phrase::SupportReplied, &[]),
        body: text::excerpt(&document.subject, TITLE_CHARS),
        at: document.replied_at.unwrap_or(document.requested_at),
        offer_id: None,
        question_id: document.question_id,
        is_old: false,
    }
}

/// What happened, with nobody's name in it.
pub(crate) fn event(kind: NoticeKind) -> Phrase {
    match kind {
        NoticeKind::OfferAccepted => Phrase::EventOfferAccepted,
        NoticeKind::OfferCompleted => Phrase::EventOfferCompleted,
        NoticeKind::OfferDeclined => Phrase::EventOfferDeclined,
        NoticeKind::CustomerReplied => Phrase::EventCustomerReplied,
        NoticeKind::SupportReplied => Phrase::EventSupportReplied,
        NoticeKind::LockEndsSoon => Phrase::EventLockEndsSoon,
        NoticeKind::Digest => Phrase::EventDigest,
        NoticeKind::CacheRebuilt => Phrase::EventCacheRebuilt,
        NoticeKind::PartRestarted => Phrase::PartRestarted,
    }
}

/// A lock ends soon. Its key is the question and the end: once for each time the lock was to end.
pub(crate) fn lock_notice(spoken: Spoken, question: &Question, now: Timestamp) -> Option<NewNotice> {
    let lock = question.lock.as_ref()?;
    let ends_at = lock.expires_at.as_millisecond().to_be_bytes();
    let number = format!("Q-{}", question.number);
    Some(NewNotice {
        id: key_of(&[question.id.0.as_bytes(), &ends_at]),
        kind: NoticeKind::LockEndsSoon,
        title: spoken.say(Phrase::LockEndsSoon, &[("question", &number)]),
        body: format!(
            "{}\n{}",
            text::excerpt(&question.title, TITLE_CHARS),
            spoken.say(Phrase::LockEndsSoonBody, &[])
        ),
        at: now,
        offer_id: None,
        question_id: Some(question.id),
        is_old: false,
    })
}

/// What a digest is called: the most important first.
fn digest_title(spoken: Spoken, of: &[StoredNotice]) -> String {
    let count = |kind| of.iter().filter(|stored| stored.notice.kind == kind).count();
    let mut parts: Vec<String> = Vec::new();
    for (kind, several, more) in [
        (
            NoticeKind::OfferAccepted,
            Phrase::SeveralOffersAccepted,
            Phrase::AlsoAccepted,
        ),
        (
            NoticeKind::OfferCompleted,
            Phrase::SeveralServicesCompleted,
            Phrase::AlsoCompleted,
        ),
        (
            NoticeKind::OfferDeclined,
            Phrase::SeveralOffersDeclined,
            Phrase::AlsoDeclined,
        ),
        (
            NoticeKind::CustomerReplied,
            Phrase::SeveralCustomersReplied,
            Phrase::AlsoReplied,
        ),
        (
            NoticeKind::SupportReplied,
            Phrase::SeveralModeratorsReplied,
            Phrase::AlsoFromModerators,
        ),
    ] {
        match (count(kind), parts.is_empty()) {
            (0, _) => {}
            (1, true) => parts.push(spoken.say(event(kind), &[])),
            (several_of_it, true) => parts.push(spoken.say(several, &[("count", &several_of_it)])),
            (more_of_it, false) => parts.push(spoken.say(more, &[("count", &more_of_it)])),
        }
    }
    if parts.is_empty() || count(NoticeKind::Digest) > 0 {
        return spoken.say(Phrase::WhileAway, &[]);
    }
    parts.join(", ")
}

/// One notice for several.
pub(crate) fn digest(spoken: Spoken, id: Uuid, of: &[StoredNotice], now: Timestamp) -> NewNotice {
    let title = digest_title(spoken, of);
    let line = |StoredNotice { notice, .. }: &StoredNotice| match notice.kind {
        // One that was not raised before the desk ended stands in the next with all that it told of.
        NoticeKind::OfferAccepted | NoticeKind::OfferCompleted | NoticeKind::Digest => notice.body.clone(),
        _ => notice.title.clone(),
    };
    let mut lines: Vec<_> = of.iter().take(DIGEST_LINES).map(line).collect();
    if of.len() > DIGEST_LINES {
        let more = of.len() - DIGEST_LINES;
        lines.push(spoken.say(Phrase::MoreInRequestCentre, &[("count", &more)]));
    }
    let only = (of.len() == 1).then(|| &of[0].notice);
    NewNotice {
        id,
        kind: NoticeKind::Digest,
        title,
        body: lines.join("\n"),
        at: now,
        offer_id: only.and_then(|notice| notice.offer_id),
        question_id: only.and_then(|notice| notice.question_id),
        is_old: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(kind: NoticeKind, title: &str, body: &str) -> StoredNotice {
        StoredNotice {
            notice: NewNotice {
                id: Uuid::nil(),
                kind,
                title: title.to_owned(),
                body: body.to_owned(),
                at: Timestamp::UNIX_EPOCH,
                offer_id: None,
                question_id: None,
                is_old: false,
            },
            read_at: None,
            raise_error: None,
            held_at: None,
            raised_at: None,
            digest_id: None,
        }
    }

    #[test]
    fn a_digest_of_a_digest_tells_all_that_the_first_told() {
        let accepted = stored(
            NoticeKind::OfferAccepted,
            "Helen accepted your offer",
            "Letters · £145.00 · Q-1",
        );
        let first = digest(Spoken::English, Uuid::nil(), &[accepted], Timestamp::UNIX_EPOCH);
        assert_eq!(first.body, "Letters · £145.00 · Q-1");
        let first = stored(NoticeKind::Digest, &first.title, &first.body);
        let replied = stored(NoticeKind::CustomerReplied, "Helen replied", "Thank you.");
        let second = digest(Spoken::English, Uuid::nil(), &[first, replied], Timestamp::UNIX_EPOCH);
        assert_eq!(second.body, "Letters · £145.00 · Q-1\nHelen replied");
    }
}
