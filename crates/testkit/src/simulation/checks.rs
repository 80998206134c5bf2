//! The invariants: what must hold after every history.

use crate::{
    facts::{Answered, Wanted},
    history::History,
};
use anyhow::{Context, bail, ensure};
use proffer_desk::api::{
    OpenTarget,
    notice::{NoticeKind, NoticeList},
    offer::{OfferRef, OfferView},
    outbox::{OutboxEntryView, OutboxKind, OutboxState, OutboxView},
    question::{ConversationView, QuestionRef},
    request_centre::{RequestCentreList, RequestCentreView, RequestView},
};
use proffer_domain::{MessageKind, Money, OfferEventKind, OfferState, QuestionId, Timestamp};
use proffer_failpoints::locked;
use proffer_protocol::{Cursor, Document, Entity, MessageDocument, OfferDocument, StreamId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

type Documents = BTreeMap<(String, Uuid), serde_json::Value>;

/// Whether nothing is under way any more: outboxes empty, caches equal to the platform's view, notices raised, mail out,
/// customers answered.
pub(crate) fn in_step(history: &History) -> anyhow::Result<()> {
    for wish in &history.notes.open().wishes {
        ensure!(wish.answered != Answered::NotYet, "{:?} is not answered", wish.wanted);
    }
    for index in 0..history.desks.len() {
        let outbox: OutboxView = history.desks[index].ask("outbox_list", ())?;
        let blocked = blocked(&outbox);
        let waiting = outbox
            .entries
            .iter()
            .find(|entry| !has_failed(&entry.state) && !blocked.contains(&entry.question_id));
        ensure!(waiting.is_none(), "the outbox of desk {index} still holds {waiting:?}");
        same_documents(history, index)?;
    }
    let offers = history.offers()?;
    for offer in offers.iter().filter(|offer| is_accepted(offer)) {
        for (index, desk) in history.desks.iter().enumerate() {
            if desk.expert.name() == offer.expert.name {
                raised(history, index, offer)?;
            }
        }
        mailed(history, offer)?;
    }
    messages_mailed(history)
}

/// All invariants, once everybody is in step.
pub(crate) fn all(history: &History) -> anyhow::Result<()> {
    let offers = history.offers()?;
    wishes(history, &offers)?;
    promises(history, &offers)?;
    drafts(history)?;
    raised_once(history)?;
    views(history, &offers)?;
    money(history, &offers)?;
    ledger(history, &offers)?;
    letters(history, &offers)?;
    moments(history, &offers)?;
    streams(history)
}

/// What can never be sent blocks its own question, until its expert has dealt with it.
fn blocked(outbox: &OutboxView) -> BTreeSet<Option<QuestionId>> {
    let is_parked = |entry: &&OutboxEntryView| matches!(entry.state, OutboxState::Parked { .. });
    outbox
        .entries
        .iter()
        .filter(is_parked)
        .map(|entry| entry.question_id)
        .collect()
}

fn has_failed(state: &OutboxState) -> bool {
    matches!(state, OutboxState::Refused { .. } | OutboxState::Parked { .. })
}

fn events(offer: &OfferDocument, kind: OfferEventKind) -> usize {
    offer.offer.events.iter().filter(|event| event.kind == kind).count()
}

fn is_accepted(offer: &OfferDocument) -> bool {
    events(offer, OfferEventKind::Accepted) > 0
}

/// The desk's cache holds what a first sync would bring, and nothing else.
fn same_documents(history: &History, index: usize) -> anyhow::Result<()> {
    let email = history.desks[index].expert.email();
    let there = history.platform.ask(async move |flow| {
        let account = flow.account_by_email(email).await?;
        let page = flow.changes_since(&account, &Cursor::default(), 5_000).await?;
        let mut documents = Documents::new();
        for change in page.changes {
            if let Some(document) = change.document {
                documents.insert((change.entity.as_str().to_owned(), change.id), document);
            }
        }
        Ok(documents)
    })?;
    let kept = history.desks[index].look(async |desk| desk.cached_documents().await)??;
    let mut here = Documents::new();
    for (entity, id, text) in kept {
        here.insert((entity, id), serde_json::from_str(&text)?);
    }
    for (key, document) in &there {
        match here.get(key) {
            None => bail!("desk {index} lacks {} {}", key.0, key.1),
            Some(kept) if kept != document => bail!("desk {index} has another {} {}", key.0, key.1),
            Some(_) => {}
        }
    }
    let extra = here.keys().find(|key| !there.contains_key(key));
    ensure!(extra.is_none(), "desk {index} keeps {extra:?}, which it may not see");
    Ok(())
}

/// One notice in the journal, raised under one key.
fn raised(history: &History, index: usize, offer: &OfferDocument) -> anyhow::Result<()> {
    let desk = &history.desks[index];
    let offer_id = offer.offer.id;
    let list: NoticeList = desk.ask("notice_list", ())?;
    let kept = list
        .notices
        .iter()
        .filter(|notice| notice.kind == NoticeKind::OfferAccepted && notice.offer_id == Some(offer_id));
    let kept = kept.count();
    ensure!(
        kept == 1,
        "desk {index} keeps {kept} notices of the acceptance of {offer_id}"
    );
    let all = desk.screen.raised();
    let target = Some(OpenTarget::Offer { offer_id });
    let of_it: Vec<_> = all
        .iter()
        .filter(|raised| raised.target == target && raised.title.contains("accepted"))
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
    let is_known = events(offer, OfferEventKind::Started) + events(offer, OfferEventKind::Cancelled) > 0;
    ensure!(
        !keys.is_empty() || has_digest || is_known,
        "desk {index} never raised the acceptance of {offer_id}"
    );
    Ok(())
}

/// No notification is raised again, unless the desk stopped between raising and marking it.
fn raised_once(history: &History) -> anyhow::Result<()> {
    for (index, desk) in history.desks.iter().enumerate() {
        let reached = |point: &str| locked(&desk.plan).reached.get(point).copied().unwrap_or(0);
        let unmarked = reached("desk.raise.before_mark") - reached("desk.raise.after_mark");
        let all = desk.screen.raised();
        let keys: BTreeSet<_> = all.iter().map(|raised| raised.id).collect();
        let again = u64::try_from(all.len() - keys.len())?;
        ensure!(
            again <= unmarked,
            "desk {index} raised {again} notifications again, of which {unmarked} could not be marked"
        );
    }
    Ok(())
}

/// One email to either side.
fn mailed(history: &History, offer: &OfferDocument) -> anyhow::Result<()> {
    let letters = history.platform.letterbox.letters();
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

/// One email to the customer for each message of an expert.
fn messages_mailed(history: &History) -> anyhow::Result<()> {
    let mut titles = BTreeMap::new();
    for document in history.documents(Entity::Question)? {
        if let Document::Question(document) = document {
            titles.insert(document.question.id, document.question.title);
        }
    }
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for document in history.documents(Entity::Message)? {
        let Document::Message(MessageDocument { message, .. }) = document else {
            continue;
        };
        let words = match message.kind {
            MessageKind::Answer => "answered your question",
            MessageKind::InfoRequest => "needs to know more",
            MessageKind::Reply => continue,
        };
        let title = titles.get(&message.question_id).context("a message's question")?;
        *wanted
            .entry(format!("{} {words}: {title}", message.author.name))
            .or_default() += 1;
    }
    let letters = history.platform.letterbox.letters();
    for (subject, count) in wanted {
        let of_it = letters.iter().filter(|letter| letter.subject == subject);
        let mailed = of_it.map(|letter| letter.id).collect::<BTreeSet<_>>().len();
        ensure!(mailed == count, "{mailed} emails say {subject:?} of {count} messages");
    }
    Ok(())
}

/// Every command of a customer that was answered has exactly one effect, every refused one none.
fn wishes(history: &History, offers: &[OfferDocument]) -> anyhow::Result<()> {
    let questions = history.documents(Entity::Question)?;
    let messages = history.documents(Entity::Message)?;
    let facts = history.notes.open();
    for wish in &facts.wishes {
        let of_kind = |done: Answered| {
            let same = facts.wishes.iter().filter(|other| other.wanted == wish.wanted);
            same.filter(|other| other.answered == done).count()
        };
        let effects = match wish.wanted {
            Wanted::Question(id) => questions.iter().filter(|document| document.id() == id.0).count(),
            Wanted::Message(id) => messages.iter().filter(|document| document.id() == id).count(),
            // The last rating stands.
            Wanted::Rating(id) => {
                let rated = questions.iter().any(|document| match document {
                    Document::Question(document) => document.question.id == id && document.question.rating.is_some(),
                    _ => false,
                });
                ensure!(rated || of_kind(Answered::Done) == 0, "a rating of {id} is gone");
                continue;
            }
            Wanted::Offer(id, kind) => offers
                .iter()
                .filter(|offer| offer.offer.id == id)
                .map(|offer| events(offer, kind))
                .sum(),
        };
        let wanted = of_kind(Answered::Done);
        ensure!(
            effects == wanted,
            "{:?} was acknowledged {wanted} times and has {effects} effects",
            wish.wanted
        );
    }
    let only_once = [
        OfferEventKind::Accepted,
        OfferEventKind::Started,
        OfferEventKind::Delivered,
        OfferEventKind::Completed,
        OfferEventKind::Cancelled,
    ];
    for (offer, kind) in offers.iter().flat_map(|offer| only_once.map(|kind| (offer, kind))) {
        let count = events(offer, kind);
        ensure!(count <= 1, "{} was {kind:?} {count} times", offer.offer.id);
    }
    Ok(())
}

/// What an expert was told is on its way has arrived once and in order, or was refused and can be edited.
fn promises(history: &History, offers: &[OfferDocument]) -> anyhow::Result<()> {
    let messages = history.documents(Entity::Message)?;
    let mut refused: Vec<BTreeSet<String>> = Vec::new();
    for desk in &history.desks {
        let outbox: OutboxView = desk.ask("outbox_list", ())?;
        let new = outbox.entries.into_iter().filter(|entry| {
            matches!(
                entry.kind,
                OutboxKind::Answer | OutboxKind::InfoRequest | OutboxKind::Offer
            )
        });
        refused.push(new.map(|entry| entry.summary).collect());
    }
    let mut last = BTreeMap::new();
    for promise in &history.notes.open().promises {
        let (text, desk) = (&promise.text, promise.desk);
        let sent_at: Vec<Timestamp> = if promise.is_offer {
            let of_it = offers.iter().filter(|offer| History::title_of(offer).0 == text);
            of_it.map(|offer| offer.offer.sent_at).collect()
        } else {
            let of_it = messages.iter().filter_map(|document| match document {
                Document::Message(document) if document.message.text == *text => Some(document.message.sent_at),
                _ => None,
            });
            of_it.collect()
        };
        let is_refused = refused[desk].contains(text);
        match (sent_at.as_slice(), is_refused) {
            ([], true) => {}
            ([], false) => bail!("{text:?} of desk {desk} is lost"),
            ([_], true) => bail!("{text:?} of desk {desk} arrived and came back all the same"),
            ([at], false) if !promise.is_offer => {
                let before = last.insert((desk, promise.question), *at);
                ensure!(before <= Some(*at), "{text:?} overtook what was written before");
            }
            ([_], false) => {}
            (several, _) => bail!("{text:?} of desk {desk} arrived {} times", several.len()),
        }
    }
    Ok(())
}

/// What was kept as a draft is there, and what was sent is none any more.
fn drafts(history: &History) -> anyhow::Result<()> {
    for kept in &history.notes.open().drafts {
        let question = QuestionRef {
            question_id: kept.question,
        };
        let view: ConversationView = history.desks[kept.desk].ask("question_show", question)?;
        let wanted = kept.text.as_deref().unwrap_or_default();
        ensure!(
            view.draft.text == wanted,
            "the draft of desk {} on {} is {:?} and should be {wanted:?}",
            kept.desk,
            kept.question,
            view.draft.text
        );
    }
    Ok(())
}

/// What the window shows is what the platform has.
fn views(history: &History, offers: &[OfferDocument]) -> anyhow::Result<()> {
    for (index, desk) in history.desks.iter().enumerate() {
        let blocked = blocked(&desk.ask("outbox_list", ())?);
        for offer in offers.iter().filter(|offer| offer.expert.name == desk.expert.name()) {
            // What waits behind it is shown as it will be.
            if blocked.contains(&Some(offer.offer.question_id)) {
                continue;
            }
            let offer_id = offer.offer.id;
            let view: OfferView = desk.ask("offer_show", OfferRef { offer_id })?;
            ensure!(
                view.state == Some(offer.offer.state),
                "desk {index} shows another state of {offer_id}"
            );
        }
        let mut entries = Vec::new();
        for view in [RequestView::AllOpen, RequestView::Done] {
            let list = RequestCentreList {
                view,
                limit: 1_000,
                ..RequestCentreList::default()
            };
            let centre: RequestCentreView = desk.ask("request_centre_list", list)?;
            entries.extend(
                centre
                    .groups
                    .into_iter()
                    .flat_map(|group| group.rows)
                    .map(|row| row.offer_id),
            );
        }
        for offer in offers
            .iter()
            .filter(|offer| is_accepted(offer) && offer.expert.name == desk.expert.name())
        {
            let count = entries.iter().filter(|id| **id == offer.offer.id).count();
            ensure!(
                count == 1,
                "{} has {count} entries in the Request Centre of desk {index}",
                offer.offer.id
            );
        }
    }
    Ok(())
}

/// What is under way sums up to the same on the platform and in each expert's Request Centre.
fn money(history: &History, offers: &[OfferDocument]) -> anyhow::Result<()> {
    for (index, desk) in history.desks.iter().enumerate() {
        let outbox: OutboxView = desk.ask("outbox_list", ())?;
        if !outbox.entries.is_empty() {
            // What was refused stands there as well.
            continue;
        }
        let is_theirs = |offer: &&OfferDocument| {
            let state = offer.offer.state;
            let is_under_way = matches!(
                state,
                OfferState::Accepted | OfferState::InProgress | OfferState::Delivered
            );
            offer.expert.name == desk.expert.name() && (state.is_open() || is_under_way)
        };
        let mut sums: BTreeMap<String, Money> = BTreeMap::new();
        for price in offers.iter().filter(is_theirs).map(|offer| offer.offer.terms.price) {
            let sum = sums
                .entry(price.currency.to_string())
                .or_insert_with(|| Money::new(0, price.currency));
            sum.amount_minor += price.amount_minor;
        }
        let wanted: BTreeSet<_> = sums.into_values().map(|sum| sum.to_string()).collect();
        let centre: RequestCentreView = desk.ask("request_centre_list", RequestCentreList::default())?;
        let shown = centre
            .views
            .into_iter()
            .find(|count| count.view == RequestView::AllOpen);
        let shown: BTreeSet<_> = shown.context("a view")?.amount_texts.into_iter().collect();
        ensure!(
            shown == wanted,
            "desk {index} sums up to {shown:?} instead of {wanted:?}"
        );
    }
    Ok(())
}

/// The ledger balances, every order's money stands where its state calls for, and none is without.
fn ledger(history: &History, offers: &[OfferDocument]) -> anyhow::Result<()> {
    let check = history.platform.ask(async move |flow| Ok(flow.check_ledger().await?))?;
    ensure!(check.faults.is_empty(), "the ledger: {:?}", check.faults);
    let accepted = u64::try_from(offers.iter().filter(|offer| is_accepted(offer)).count())?;
    ensure!(
        check.payments == accepted,
        "{} payments for {accepted} accepted offers",
        check.payments
    );
    Ok(())
}

/// No email tells what did not happen, and none tells it under two ids.
fn letters(history: &History, offers: &[OfferDocument]) -> anyhow::Result<()> {
    let letters = history.platform.letterbox.letters();
    let mut by_subject: BTreeMap<(&str, &str), BTreeSet<Uuid>> = BTreeMap::new();
    for letter in &letters {
        by_subject
            .entry((&letter.recipient, &letter.subject))
            .or_default()
            .insert(letter.id);
    }
    for ((recipient, subject), ids) in &by_subject {
        if !subject.starts_with("Receipt: ") {
            continue;
        }
        let is_true = offers.iter().any(|offer| {
            is_accepted(offer)
                && subject.ends_with(&format!("{}, {}", offer.offer.terms.title, offer.offer.terms.price))
        });
        ensure!(is_true, "{recipient} was told {subject:?}, which did not happen");
        ensure!(ids.len() == 1, "{recipient} was told {subject:?} {} times", ids.len());
    }
    Ok(())
}

/// Nothing on the platform is later than the platform's own clock, whatever the clocks of others say.
fn moments(history: &History, offers: &[OfferDocument]) -> anyhow::Result<()> {
    let now = crate::time::moment(history.passed);
    let not_later = |at: Timestamp, what: &str| -> anyhow::Result<()> {
        ensure!(at <= now, "{what} is of {at}, which is later than {now}");
        Ok(())
    };
    for document in history.documents(Entity::Question)? {
        let Document::Question(document) = document else {
            continue;
        };
        not_later(document.question.last_activity_at, "a question's last activity")?;
        if let Some(lock) = &document.question.lock {
            not_later(lock.taken_at, "a lock")?;
        }
    }
    for document in history.documents(Entity::Message)? {
        if let Document::Message(document) = document {
            not_later(document.message.sent_at, "a message")?;
        }
    }
    for event in offers.iter().flat_map(|offer| &offer.offer.events) {
        not_later(event.at, "an event")?;
    }
    Ok(())
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
