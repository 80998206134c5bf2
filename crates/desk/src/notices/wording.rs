//! Notices in words.

use crate::{
    api::notice::NoticeKind,
    journal::{NewNotice, StoredNotice},
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
fn offer_line(document: &OfferDocument) -> String {
    format!(
        "{} · {} · Q-{}",
        text::excerpt(&document.offer.terms.title, TITLE_CHARS),
        document.offer.terms.price,
        document.question_number
    )
}

/// The local copy was damaged.
pub(crate) fn rebuilt_notice(id: Uuid, aside: &Path, now: Timestamp) -> NewNotice {
    let file = aside.file_name().unwrap_or_default().to_string_lossy();
    NewNotice {
        id,
        kind: NoticeKind::CacheRebuilt,
        title: "The local copy of your questions was damaged".to_owned(),
        body: format!(
            "It is fetched from the platform again. Drafts and what waits to be sent are kept apart from it and are \
             whole. The damaged file is kept as {file}."
        ),
        at: now,
        offer_id: None,
        question_id: None,
        is_old: false,
    }
}

/// What happened to an offer.
pub(crate) fn offer_notice(kind: NoticeKind, document: &OfferDocument, event: &OfferEvent, is_old: bool) -> NewNotice {
    let customer = text::excerpt(&document.customer.name, TITLE_CHARS);
    let title = match kind {
        NoticeKind::OfferAccepted => format!("{customer} accepted your offer"),
        NoticeKind::OfferCompleted => format!("Your service for {customer} is completed"),
        _ => format!("{customer} declined your offer"),
    };
    let mut body = offer_line(document);
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
pub(crate) fn reply_notice(message: Uuid, question: &Question, sent_at: Timestamp) -> NewNotice {
    NewNotice {
        id: message,
        kind: NoticeKind::CustomerReplied,
        title: format!("{} replied", text::excerpt(&question.customer.name, TITLE_CHARS)),
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
pub(crate) fn support_notice(document: &SupportRequestDocument) -> NewNotice {
    NewNotice {
        id: document.id.0,
        kind: NoticeKind::SupportReplied,
        title: "Reply to your request for help".to_owned(),
        body: text::excerpt(&document.subject, TITLE_CHARS),
        at: document.replied_at.unwrap_or(document.requested_at),
        offer_id: None,
        question_id: document.question_id,
        is_old: false,
    }
}

/// What happened, with nobody's name in it.
pub(crate) fn event(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::OfferAccepted => "An offer was accepted",
        NoticeKind::OfferCompleted => "A service was completed",
        NoticeKind::OfferDeclined => "An offer was declined",
        NoticeKind::CustomerReplied => "A customer replied",
        NoticeKind::SupportReplied => "A moderator replied",
        NoticeKind::LockEndsSoon => "A lock ends soon",
        NoticeKind::Digest => "News on your offers",
        NoticeKind::CacheRebuilt => "The local copy of your questions is built anew",
    }
}

/// Not even what happened.
pub(crate) const SOMETHING_NEW: &str = "Something new in Proffer";

/// A lock ends soon. Its key is the question and the end: once for each time the lock was to end.
pub(crate) fn lock_notice(question: &Question, now: Timestamp) -> Option<NewNotice> {
    let lock = question.lock.as_ref()?;
    let hash = Sha256::new()
        .chain_update(question.id.0.as_bytes())
        .chain_update(lock.expires_at.as_millisecond().to_be_bytes())
        .finalize();
    let mut key = [0; 16];
    key.copy_from_slice(&hash[..16]);
    Some(NewNotice {
        id: uuid::Builder::from_custom_bytes(key).into_uuid(),
        kind: NoticeKind::LockEndsSoon,
        title: format!("Your lock on Q-{} ends soon", question.number),
        body: format!(
            "{}\nExtend it to go on. Your draft is kept either way.",
            text::excerpt(&question.title, TITLE_CHARS)
        ),
        at: now,
        offer_id: None,
        question_id: Some(question.id),
        is_old: false,
    })
}

/// What a digest is called: the most important first.
fn digest_title(of: &[StoredNotice]) -> String {
    let count = |kind| of.iter().filter(|stored| stored.notice.kind == kind).count();
    let mut parts: Vec<String> = Vec::new();
    for (kind, one, several, more) in [
        (
            NoticeKind::OfferAccepted,
            "An offer was accepted",
            "offers were accepted",
            "accepted",
        ),
        (
            NoticeKind::OfferCompleted,
            "A service was completed",
            "services were completed",
            "completed",
        ),
        (
            NoticeKind::OfferDeclined,
            "An offer was declined",
            "offers were declined",
            "declined",
        ),
        (
            NoticeKind::CustomerReplied,
            "A customer replied",
            "customers’ replies",
            "replied",
        ),
        (
            NoticeKind::SupportReplied,
            "A moderator replied",
            "moderators’ replies",
            "from moderators",
        ),
    ] {
        match (count(kind), parts.is_empty()) {
            (0, _) => {}
            (1, true) => parts.push(one.to_owned()),
            (several_of_it, true) => parts.push(format!("{several_of_it} {several}")),
            (more_of_it, false) => parts.push(format!("{more_of_it} {more}")),
        }
    }
    if parts.is_empty() || count(NoticeKind::Digest) > 0 {
        return "News while you were away".to_owned();
    }
    parts.join(", ")
}

/// One notice for several.
pub(crate) fn digest(id: Uuid, of: &[StoredNotice], now: Timestamp) -> NewNotice {
    let title = digest_title(of);
    let line = |StoredNotice { notice, .. }: &StoredNotice| match notice.kind {
        // One that was not raised before the desk ended stands in the next with all that it told of.
        NoticeKind::OfferAccepted | NoticeKind::OfferCompleted | NoticeKind::Digest => notice.body.clone(),
        _ => notice.title.clone(),
    };
    let mut lines: Vec<_> = of.iter().take(DIGEST_LINES).map(line).collect();
    if of.len() > DIGEST_LINES {
        lines.push(format!("and {} more in the Request Centre", of.len() - DIGEST_LINES));
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
        let first = digest(Uuid::nil(), &[accepted], Timestamp::UNIX_EPOCH);
        assert_eq!(first.body, "Letters · £145.00 · Q-1");
        let first = stored(NoticeKind::Digest, &first.title, &first.body);
        let replied = stored(NoticeKind::CustomerReplied, "Helen replied", "Thank you.");
        let second = digest(Uuid::nil(), &[first, replied], Timestamp::UNIX_EPOCH);
        assert_eq!(second.body, "Letters · £145.00 · Q-1\nHelen replied");
    }
}
