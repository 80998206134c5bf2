//! What must hold once everything that went wrong is over.

use crate::{
    customers::{Caller, Documents, Wanted, offers},
    experts::Expert,
    history::{History, Tally},
    processes::Raised,
};
use anyhow::{Context, bail, ensure};
use proffer_desk::api::{
    notice::{NoticeKind, NoticeList, NoticeView},
    outbox::OutboxView,
};
use proffer_domain::{CategoryId, OfferEventKind};
use proffer_platform::{Config, Platform};
use proffer_protocol::{Entity, OfferDocument, StreamId};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// How long coming into step may take.
const DEADLINE: Duration = Duration::from_secs(150);

/// Nothing goes wrong any more: waits until everybody is in step.
pub(crate) async fn settle(history: &mut History) -> anyhow::Result<()> {
    for customer in &mut history.customers {
        customer.settle(DEADLINE).await?;
    }
    let address = history.platform.lock().await.address;
    for expert in &mut history.experts {
        if !expert.desk.is_running() {
            expert.desk.start().await?;
        }
        let began = Instant::now();
        while let Err(why) = in_step(expert, address).await {
            ensure!(began.elapsed() < DEADLINE, "{}: {why:#}", expert.name);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    Ok(())
}

/// Whether a desk has nothing under way, shows what the platform has, and has raised what there was to raise.
async fn in_step(expert: &mut Expert, address: std::net::SocketAddr) -> anyhow::Result<()> {
    expert.be_ready().await?;
    let _: serde_json::Value = expert.desk.ask("connection_retry", ()).await?;
    ensure!(expert.compare_papers().await?, "the desk does not know a question yet");
    ensure!(expert.is_online().await?, "not online");
    let outbox: OutboxView = expert.desk.ask("outbox_list", ()).await?;
    if let Some(entry) = outbox.entries.first() {
        bail!("{} wait in the outbox, first {entry:?}", outbox.entries.len());
    }
    let there = Caller::new(format!("http://{address}"), expert.desk.token()?)?
        .everything()
        .await?;
    let here = cached(expert).await?;
    same(&here, &there)?;
    notices(expert, &offers(&there)?, &[]).await.map(drop)
}

async fn cached(expert: &Expert) -> anyhow::Result<Documents> {
    let kept: Vec<(String, Uuid, String)> = expert.desk.ask("cache_documents", ()).await?;
    read_documents(kept)
}

/// Documents as a cache gives them.
pub(crate) fn read_documents(kept: Vec<(String, Uuid, String)>) -> anyhow::Result<Documents> {
    let read = |(entity, id, text): (String, Uuid, String)| {
        let entity = Entity::parse(&entity).with_context(|| format!("{entity} is no entity"))?;
        Ok(((entity, id), serde_json::from_str(&text)?))
    };
    kept.into_iter().map(read).collect()
}

/// Whether a cache holds what the platform has: the same documents, word for word.
pub(crate) fn same(here: &Documents, there: &Documents) -> anyhow::Result<()> {
    for (key, document) in there {
        let kept = here.get(key).with_context(|| format!("the cache lacks {key:?}"))?;
        ensure!(
            kept == document,
            "the cache has {key:?} as {kept}, the platform as {document}"
        );
    }
    if let Some(key) = here.keys().find(|key| !there.contains_key(key)) {
        bail!("the cache has {key:?}, which the platform has not");
    }
    Ok(())
}

fn is_accepted(offer: &OfferDocument) -> bool {
    acceptances(offer) > 0
}

fn acceptances(offer: &OfferDocument) -> usize {
    let events = offer.offer.events.iter();
    events.filter(|event| event.kind == OfferEventKind::Accepted).count()
}

/// Each acceptance has one notice, raised once or told in a digest. `ends` says how much the desk had raised when each of
/// its lives ended: what is raised twice must be the last of an earlier life, whose mark was cut off.
async fn notices(expert: &Expert, offers: &[OfferDocument], ends: &[usize]) -> anyhow::Result<(u32, u32)> {
    let list: NoticeList = expert.desk.ask("notice_list", ()).await?;
    ensure!(list.notices.len() < 200, "more notices than the list shows");
    let raised = expert.desk.raised()?;
    let (mut twice, mut in_digests) = (0, 0);
    for offer in offers
        .iter()
        .filter(|offer| offer.expert.name == expert.name && is_accepted(offer))
    {
        let id = offer.offer.id;
        let of_it = |notice: &&NoticeView| notice.kind == NoticeKind::OfferAccepted && notice.offer_id == Some(id);
        let kept: Vec<_> = list.notices.iter().filter(of_it).collect();
        let [notice] = kept.as_slice() else {
            bail!("{} notices of the acceptance of {id}", kept.len());
        };
        let places: Vec<_> = (0..raised.len())
            .filter(|place| raised[*place].id == notice.id)
            .collect();
        if places.is_empty() {
            ensure!(
                is_in_a_digest(notice, &list, &raised),
                "the acceptance of {id} was never raised"
            );
            in_digests += 1;
        }
        if !ends.is_empty() {
            twice += all_but_the_last_were_cut_off(&places, ends)
                .with_context(|| format!("the acceptance of {id} was raised {} times", places.len()))?;
        }
    }
    Ok((twice, in_digests))
}

fn is_in_a_digest(notice: &NoticeView, list: &NoticeList, raised: &[Raised]) -> bool {
    let digests = list.notices.iter().filter(|notice| notice.kind == NoticeKind::Digest);
    let raised_ids: BTreeSet<_> = raised.iter().map(|raised| raised.id).collect();
    let mut told = digests.filter(|digest| raised_ids.contains(&digest.id));
    told.any(|digest| digest.body.contains(&notice.body) || digest.body.ends_with("in the Request Centre"))
}

/// Of what was raised several times, each but the last time must have been the last thing its life did.
fn all_but_the_last_were_cut_off(places: &[usize], ends: &[usize]) -> anyhow::Result<u32> {
    let mut twice = 0;
    for place in places.iter().rev().skip(1) {
        ensure!(
            ends.contains(&(place + 1)),
            "the desk went on to raise something else (place {place} of what was raised) after raising it"
        );
        twice += 1;
    }
    Ok(twice)
}

/// All that must hold of a history whose people are in step.
pub(crate) async fn all(history: &mut History, tally: &mut Tally) -> anyhow::Result<()> {
    let mut everything = Documents::new();
    for customer in &mut history.customers {
        let fresh = customer.caller.everything().await?;
        customer.caller.follow(&mut customer.followed).await?;
        ensure!(
            customer.followed.documents == fresh,
            "who followed the streams sees something else than who begins anew"
        );
        everything.extend(fresh);
    }
    let offers = offers(&everything)?;
    for customer in &history.customers {
        for wish in &customer.wishes {
            ensure!(wish.answer.is_some(), "{} has no answer", wish.path);
            let effects = match wish.what {
                Wanted::Question(id) => usize::from(everything.contains_key(&(Entity::Question, id.0))),
                Wanted::Message(id) => texts(&everything, &format!("Reply {id}")),
                Wanted::Acceptance(id) => offers.iter().find(|offer| offer.offer.id == id).map_or(0, acceptances),
            };
            ensure!(effects == 1, "{:?} has {effects} effects", wish.what);
        }
        tally.commands += u32::try_from(customer.wishes.len())?;
        tally.repeats += customer.repeats.0;
        tally.repeats_of_answered += customer.repeats.1;
    }
    let accepted: Vec<_> = offers.iter().filter(|offer| is_accepted(offer)).collect();
    tally.acceptances += u32::try_from(accepted.len())?;
    let mail = history.platform.lock().await.mail();
    mails(&mail, &accepted).await?;
    for (index, expert) in history.experts.iter_mut().enumerate() {
        promises(expert, &everything, &offers)?;
        let (twice, in_digests) = notices(expert, &offers, &history.raised_at_ends[index])
            .await
            .with_context(|| format!("desk {index}"))?;
        tally.raised_twice += twice;
        tally.in_digests += in_digests;
        tally.messages += expert.deeds.messages;
        tally.offers += expert.deeds.offers;
        tally.drafts += expert.deeds.drafts;
        tally.done_unanswered += expert.deeds.done_unanswered;
        tally.undone_unanswered += expert.deeds.undone_unanswered;
        expert.desk.close().await?;
    }
    let mut platform = history.platform.lock().await;
    platform.kill().await?;
    platform_file(&platform.data, history.category).await
}

/// How many messages say exactly this.
fn texts(documents: &Documents, text: &str) -> usize {
    let messages = documents.iter().filter(|((entity, _), _)| *entity == Entity::Message);
    messages
        .filter(|(_, document)| document["message"]["text"] == text)
        .count()
}

/// What the desk said is on its way arrived, once, and on each question in the order in which it was written.
fn promises(expert: &Expert, documents: &Documents, offers: &[OfferDocument]) -> anyhow::Result<()> {
    let mut last = BTreeMap::new();
    for promise in &expert.promises {
        let text = &promise.text;
        if promise.is_offer {
            let count = offers.iter().filter(|offer| offer.offer.terms.title == *text).count();
            ensure!(
                count == 1,
                "the offer {text:?} of {} arrived {count} times",
                expert.name
            );
            continue;
        }
        let count = texts(documents, text);
        ensure!(
            count == 1,
            "the message {text:?} of {} arrived {count} times",
            expert.name
        );
        let message = documents.values().find(|document| document["message"]["text"] == *text);
        let sent_at = message
            .and_then(|message| message["message"]["sent_at"].as_str())
            .context("when it was sent")?;
        let sent_at: jiff::Timestamp = sent_at.parse()?;
        let before = last.insert(promise.question, sent_at);
        ensure!(before <= Some(sent_at), "{text:?} overtook what was written before it");
    }
    Ok(())
}

/// One email of each acceptance to either side. The same email written twice has one Message-ID.
async fn mails(folder: &Path, accepted: &[&OfferDocument]) -> anyhow::Result<()> {
    let began = Instant::now();
    while let Err(why) = mailed(folder, accepted) {
        ensure!(began.elapsed() < DEADLINE, "{why:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

fn mailed(folder: &Path, accepted: &[&OfferDocument]) -> anyhow::Result<()> {
    let mut letters: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    if folder.exists() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|ending| ending != "eml") {
                continue;
            }
            let bytes = std::fs::read(&path)?;
            let letter = mail_parser::MessageParser::default().parse(&bytes);
            let letter = letter.with_context(|| format!("{} is no email", path.display()))?;
            let id = letter
                .message_id()
                .with_context(|| format!("{} has no id", path.display()))?;
            let (subject, id) = (letter.subject().unwrap_or_default().to_owned(), id.to_owned());
            letters.entry(subject).or_default().insert(id);
        }
    }
    for offer in accepted {
        let (title, price) = (&offer.offer.terms.title, offer.offer.terms.price);
        for words in ["Receipt: ", " accepted your offer: "] {
            let wanted = format!("{words}{title}, {price}");
            let ids: BTreeSet<_> = letters
                .iter()
                .filter(|(subject, _)| subject.ends_with(&wanted))
                .flat_map(|(_, ids)| ids)
                .collect();
            ensure!(ids.len() == 1, "{} emails say {wanted:?}", ids.len());
        }
    }
    Ok(())
}

/// The dead platform's file is sound, and the numbers of every stream are 1, 2, 3 and so on.
pub(crate) async fn platform_file(data: &Path, category: CategoryId) -> anyhow::Result<()> {
    let platform = Platform::open(Config::in_folder(data.to_owned())).await?;
    let flow = platform.flow();
    let mut tx = flow.store().read().await?;
    let problems = tx.integrity_problems().await?;
    ensure!(problems.is_empty(), "the platform's file is not sound: {problems:?}");
    let accounts = tx.account_ids().await?;
    let mut streams = vec![StreamId::Category(category)];
    streams.extend(accounts.into_iter().map(StreamId::Account));
    for stream in streams {
        let numbers = tx.stream_numbers(stream).await?;
        ensure!(!numbers.is_empty(), "stream {stream} has nothing in it");
        ensure!(
            numbers.iter().zip(1..).all(|(number, wanted)| *number == wanted),
            "stream {stream} has gaps: {numbers:?}"
        );
    }
    drop(tx);
    flow.store().close().await;
    Ok(())
}
