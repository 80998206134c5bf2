//! Notices in words.

use crate::{
    api::notice::NoticeKind,
    journal::{NewNotice, StoredNotice},
};
use proffer_domain::{OfferEvent, Question, Timestamp, text};
use proffer_protocol::{OfferDocument, SupportRequestDocument};
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

/// One notice for several.
pub(crate) fn digest(id: Uuid, of: &[StoredNotice], now: Timestamp) -> NewNotice {
    let accepted = of
        .iter()
        .filter(|stored| stored.notice.kind == NoticeKind::OfferAccepted)
        .count();
    let title = match (accepted, of.len() - accepted) {
        (1, 0) => "An offer was accepted".to_owned(),
        (accepted, 0) => format!("{accepted} offers were accepted"),
        (0, 1) => "A service was completed".to_owned(),
        (0, completed) => format!("{completed} services were completed"),
        (1, completed) => format!("An offer was accepted, {completed} completed"),
        (accepted, completed) => format!("{accepted} offers were accepted, {completed} completed"),
    };
    let mut lines: Vec<_> = of
        .iter()
        .take(DIGEST_LINES)
        .map(|stored| stored.notice.body.clone())
        .collect();
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
