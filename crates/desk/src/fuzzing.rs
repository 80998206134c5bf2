//! The parsers of bytes from outside, as functions of bytes alone, for `fuzz/`. They say nothing: a panic is the finding.

use crate::{
    api::offer_dialog::OfferFields, cache::Batch, event_lines::EventLines, offer_dialog, platform_http, ports::SyncText,
};
use proffer_domain::{AccountId, Limits, Timestamp};
use proffer_protocol::{Entity, Problem};
use uuid::Uuid;

/// A page of changes down to the last document, and an answer of each kind.
pub fn sync_documents(bytes: &[u8]) {
    let me = AccountId(Uuid::nil());
    if let Ok(page) = serde_json::from_slice::<SyncText>(bytes) {
        let _ = Batch::read(page.changes, me);
    }
    let _ = serde_json::from_slice::<Problem>(bytes);
    if let Ok(document) = serde_json::from_slice::<serde_json::Value>(bytes) {
        for entity in [Entity::Question, Entity::Message, Entity::Offer, Entity::SupportRequest] {
            let _ = Batch::of_answer(entity, &document, me);
        }
    }
}

/// Server-sent events; the first byte says in pieces of how many bytes they come. They are the same however they come.
pub fn event_lines(bytes: &[u8]) {
    let Some((size, body)) = bytes.split_first() else {
        return;
    };
    let whole = EventLines::default().take(body);
    let mut lines = EventLines::default();
    let pieces = body.chunks(usize::from(*size).max(1));
    let cut: Vec<_> = pieces.flat_map(|piece| lines.take(piece)).collect();
    assert_eq!(whole, cut);
    for event in whole {
        let _ = platform_http::read_event(event);
    }
}

/// The fields of an offer as they are typed and kept, to the terms they mean and back.
pub fn draft(bytes: &[u8]) {
    let _ = serde_json::from_slice::<offer_dialog::OfferDraft>(bytes);
    let Ok(fields) = serde_json::from_slice::<OfferFields>(bytes) else {
        return;
    };
    let (limits, now) = (Limits::default(), Timestamp::UNIX_EPOCH);
    let _ = offer_dialog::price(&fields);
    if let Ok(terms) = offer_dialog::terms(&fields, &limits, now) {
        // What is sent breaks no limit, and comes back into the dialog as the same terms.
        let again = offer_dialog::fields_of(&terms);
        assert_eq!(offer_dialog::terms(&again, &limits, now), Ok(terms));
    }
}
