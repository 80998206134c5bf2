//! The invariants: what must hold after every history.

use crate::history::{History, Wanted};
use anyhow::{Context, bail, ensure};
use proffer_desk::api::{
    OpenTarget,
    notice::{NoticeKind, NoticeList},
    offer::{OfferRef, OfferView},
    outbox::{OutboxState, OutboxView},
    question::{ConversationView, QuestionRef},
};
use proffer_domain::OfferEventKind;
use proffer_protocol::{Document, Entity, StreamId};
use std::{collections::BTreeSet, sync::PoisonError};

/// Whether nothing is under way any more: outboxes empty, caches equal to the platform's view, notices raised, mail out.
pub(crate) fn in_step(history: &History) -> anyhow::Result<()> {
    let messages = history.documents(Entity::Message)?;
    let questions = history.documents(Entity::Question)?;
    let offers = history.offers()?;
    for (index, desk) in history.desks.iter().enumerate() {
        let outbox: OutboxView = desk.ask("outbox_list", ()).context("the outbox")?;
        let waiting = outbox
            .entries
            .iter()
            .filter(|entry| !matches!(entry.state, OutboxState::Refused { .. } | OutboxState::Parked { .. }));
        ensure!(waiting.count() == 0, "the outbox of desk {index} is not empty");
        for document in &questions {
            let Document::Question(document) = document else {
                continue;
            };
            let question_id = document.question.id;
            let view: ConversationView = desk
                .ask("question_show", QuestionRef { question_id })
                .with_context(|| format!("desk {index} does not know question {question_id}"))?;
            let here: BTreeSet<_> = view.messages.iter().map(|message| message.id).collect();
            let there: BTreeSet<_> = messages
                .iter()
                .filter_map(|message| match message {
                    Document::Message(message) if message.message.question_id == question_id => {
                        Some(message.message.id)
                    }
                    _ => None,
                })
                .collect();
            ensure!(
                here == there,
                "desk {index} shows other messages on {question_id} than the platform has"
            );
            ensure!(
                view.state == document.question.state,
                "desk {index} shows another state of {question_id}"
            );
        }
        for offer in offers.iter().filter(|offer| offer.expert.name == desk.expert.name()) {
            let offer_id = offer.offer.id;
            let view: OfferView = desk
                .ask("offer_show", OfferRef { offer_id })
                .with_context(|| format!("desk {index} does not know offer {offer_id}"))?;
            ensure!(
                view.state == Some(offer.offer.state),
                "desk {index} shows another state of {offer_id}"
            );
            if is_accepted(offer) {
                raised(history, index, offer)?;
            }
        }
    }
    for offer in offers.iter().filter(|offer| is_accepted(offer)) {
        mailed(history, offer)?;
    }
    Ok(())
}

fn is_accepted(offer: &proffer_protocol::OfferDocument) -> bool {
    offer
        .offer
        .events
        .iter()
        .any(|event| event.kind == OfferEventKind::Accepted)
}

/// One notice in the journal, raised under one key, and more than once only after a mishap at that very place.
fn raised(history: &History, index: usize, offer: &proffer_protocol::OfferDocument) -> anyhow::Result<()> {
    let desk = &history.desks[index];
    let offer_id = offer.offer.id;
    let list: NoticeList = desk.ask("notice_list", ()).context("the notices")?;
    let kept = list
        .notices
        .iter()
        .filter(|notice| notice.kind == NoticeKind::OfferAccepted && notice.offer_id == Some(offer_id));
    let kept = kept.count();
    ensure!(
        kept == 1,
        "desk {index} keeps {kept} notices of the acceptance of {offer_id}"
    );
    let all = desk.notifier.raised();
    let of_it: Vec<_> = all
        .iter()
        .filter(|raised| raised.target == Some(OpenTarget::Offer { offer_id }))
        .collect();
    let keys: BTreeSet<_> = of_it.iter().map(|raised| raised.id).collect();
    let has_digest = all
        .iter()
        .any(|raised| raised.target == Some(OpenTarget::RequestCentre));
    ensure!(
        keys.len() < 2,
        "desk {index} raised {offer_id} under {} keys",
        keys.len()
    );
    ensure!(
        !keys.is_empty() || has_digest,
        "desk {index} never raised the acceptance of {offer_id}"
    );
    ensure!(
        of_it.len() <= 1 + desk.mishaps,
        "desk {index} raised {offer_id} {} times in {} mishaps",
        of_it.len(),
        desk.mishaps
    );
    Ok(())
}

/// One email to either side.
fn mailed(history: &History, offer: &proffer_protocol::OfferDocument) -> anyhow::Result<()> {
    let letters = history
        .platform
        .letterbox
        .letters
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let (title, price) = (&offer.offer.terms.title, offer.offer.terms.price);
    for words in ["Receipt: ", " accepted your offer: "] {
        let wanted = format!("{words}{title}, {price}");
        let copies: BTreeSet<_> = letters
            .iter()
            .filter(|letter| letter.subject.ends_with(&wanted))
            .map(|letter| letter.id)
            .collect();
        ensure!(copies.len() == 1, "{} emails say {wanted:?}", copies.len());
    }
    Ok(())
}

/// All invariants, once everybody is in step.
pub(crate) fn all(history: &History) -> anyhow::Result<()> {
    let messages = history.documents(Entity::Message)?;
    let questions = history.documents(Entity::Question)?;
    let offers = history.offers()?;
    for wish in history.wishes.iter().filter(|wish| wish.is_acknowledged) {
        let effects = match wish.what {
            Wanted::Question(id) => questions.iter().filter(|document| document.id() == id.0).count(),
            Wanted::Message(id) => messages.iter().filter(|document| document.id() == id).count(),
            Wanted::Acceptance(id) => offers
                .iter()
                .filter(|offer| offer.offer.id == id)
                .flat_map(|offer| &offer.offer.events)
                .filter(|event| event.kind == OfferEventKind::Accepted)
                .count(),
        };
        ensure!(
            effects == 1,
            "{:?} was acknowledged and has {effects} effects",
            wish.what
        );
    }
    for (index, desk) in history.desks.iter().enumerate() {
        let outbox: OutboxView = desk.ask("outbox_list", ()).context("the outbox")?;
        if let Some(entry) = outbox.entries.first() {
            bail!("desk {index}: what may be sent came back: {entry:?}");
        }
    }
    let mut last = std::collections::BTreeMap::new();
    for promise in &history.promises {
        if promise.is_offer {
            let count = offers
                .iter()
                .filter(|offer| offer.offer.terms.title == promise.text)
                .count();
            ensure!(
                count == 1,
                "offer {:?} of desk {} arrived {count} times",
                promise.text,
                promise.desk
            );
            continue;
        }
        let arrived: Vec<_> = messages
            .iter()
            .filter_map(|document| match document {
                Document::Message(document) if document.message.text == promise.text => Some(document),
                _ => None,
            })
            .collect();
        let [one] = arrived.as_slice() else {
            bail!(
                "{:?} of desk {} arrived {} times",
                promise.text,
                promise.desk,
                arrived.len()
            );
        };
        let before = last.insert((promise.desk, promise.question), one.message.sent_at);
        ensure!(
            before <= Some(one.message.sent_at),
            "{:?} overtook what was written before",
            promise.text
        );
    }
    streams(history)
}

/// The numbers of every stream are 1, 2, 3 and so on.
fn streams(history: &History) -> anyhow::Result<()> {
    let category = StreamId::Category(history.category);
    let streams = history.platform.ask(async move |flow| {
        let mut tx = flow.store().read().await?;
        let mut streams = vec![category];
        streams.extend(tx.account_ids().await?.into_iter().map(StreamId::Account));
        let mut numbers = Vec::new();
        for stream in streams {
            numbers.push((stream, tx.stream_numbers(stream).await?));
        }
        Ok(numbers)
    })?;
    for (stream, numbers) in streams {
        ensure!(
            numbers.iter().zip(1..).all(|(number, wanted)| *number == wanted),
            "stream {stream} has gaps: {numbers:?}"
        );
    }
    Ok(())
}
