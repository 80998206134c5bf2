//! Streams are gapless; pages are folded and resumable; nobody sees what is not theirs.

use crate::{
    databases::Home,
    on_both_databases,
    world::{World, message, new_id, terms},
};
use proffer_domain::{MessageKind, OfferId, Role};
use proffer_platform::{
    flow::{Command, NewAccount},
    store::AccountRow,
};
use proffer_protocol::{
    AcceptOfferRequest, Change, Cursor, Document, Entity, RateQuestionRequest, SendOfferRequest, StreamId,
};
use std::collections::BTreeMap;

on_both_databases![
    many_writers_at_once_leave_no_gap_and_no_failure,
    pages_of_any_size_lead_to_the_same_documents,
    several_changes_of_one_thing_are_folded_into_the_last,
    a_reader_beside_writers_misses_nothing,
    offers_are_seen_by_their_two_people_alone,
    a_category_that_was_lost_leaves_the_client_once,
    a_new_account_gets_its_whole_world,
];

async fn many_writers_at_once_leave_no_gap_and_no_failure(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    futures_util::future::try_join_all((0..12).map(|_| work_through(&world))).await?;
    let mut tx = world.flow.store().read().await?;
    for stream in [
        StreamId::Category(world.category),
        StreamId::Account(world.helen.id),
        StreamId::Account(world.daniel.id),
    ] {
        let numbers = tx.stream_numbers(stream).await?;
        assert!(numbers.len() > 12, "{stream}: {}", numbers.len());
        let gapless: Vec<u64> = (1..=numbers.len() as u64).collect();
        assert_eq!(numbers, gapless, "{stream}");
        assert_eq!(tx.stream_head(stream).await?, numbers.len() as u64);
    }
    Ok(())
}

/// One question from asking to acceptance, with a rating: writes to all the streams there are.
async fn work_through(world: &World) -> anyhow::Result<()> {
    let question = world.answered().await?;
    let reply = Command::SendMessage(question, message(MessageKind::Reply));
    let rating = RateQuestionRequest {
        stars: 5,
        comment: String::new(),
    };
    let id = OfferId(new_id());
    let offer = Command::SendOffer(question, SendOfferRequest { id, terms: terms() });
    // On one question at once: they race for its document, and all get through.
    tokio::try_join!(
        world.run(&world.helen, reply),
        world.run(&world.helen, Command::Rate(question, rating)),
        world.run(&world.daniel, Command::Extend(question)),
        world.run(&world.daniel, offer),
    )?;
    let accept = AcceptOfferRequest {
        version: 1,
        call_slot: None,
    };
    world.run(&world.helen, Command::AcceptOffer(id, accept)).await?;
    Ok(())
}

/// Reads all pages of `limit` from a cursor on: the changes and the last cursor.
async fn read(world: &World, account: &AccountRow, from: &Cursor, limit: u32) -> anyhow::Result<(Vec<Change>, Cursor)> {
    let (mut changes, mut cursor) = (Vec::new(), from.clone());
    loop {
        let page = world.flow.changes_since(account, &cursor, limit).await?;
        assert!(
            page.changes.len() <= limit as usize || limit == 0,
            "{}",
            page.changes.len()
        );
        changes.extend(page.changes);
        cursor = page.cursor.parse()?;
        if !page.more {
            return Ok((changes, cursor));
        }
    }
}

/// What a client that took in these changes holds.
fn documents(changes: &[Change]) -> BTreeMap<(Entity, uuid::Uuid), serde_json::Value> {
    let mut held = BTreeMap::new();
    for change in changes {
        match &change.document {
            Some(document) => held.insert((change.entity, change.id), document.clone()),
            None => held.remove(&(change.entity, change.id)),
        };
    }
    held
}

async fn pages_of_any_size_lead_to_the_same_documents(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    for _ in 0..4 {
        work_through(&world).await?;
    }
    for account in [&world.helen, &world.daniel, &world.mira, &world.moderator] {
        let (whole, end) = read(&world, account, &Cursor::default(), 1_000).await?;
        for limit in [1, 2, 3, 7] {
            let (paged, last) = read(&world, account, &Cursor::default(), limit).await?;
            assert_eq!(paged, whole, "{} by {limit}", account.name);
            assert_eq!(last, end);
        }
        for stream in end.positions.keys() {
            let numbers: Vec<_> = whole.iter().filter(|c| c.stream == *stream).map(|c| c.seq).collect();
            assert!(numbers.is_sorted(), "{stream}: {numbers:?}");
        }
        let (nothing, same) = read(&world, account, &end, 10).await?;
        assert_eq!((nothing, same), (vec![], end));
    }
    Ok(())
}

async fn several_changes_of_one_thing_are_folded_into_the_last(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let question = world.asked().await?;
    let (_, before) = read(&world, &world.daniel, &Cursor::default(), 100).await?;
    world.run(&world.daniel, Command::Lock(question)).await?;
    for _ in 0..3 {
        world.run(&world.daniel, Command::Extend(question)).await?;
    }
    let (changes, _) = read(&world, &world.daniel, &before, 100).await?;
    let of_question: Vec<_> = changes.iter().filter(|c| c.id == question.0).collect();
    let [change] = of_question[..] else {
        panic!("{of_question:?}")
    };
    assert_eq!(change.seq, before.position(&change.stream) + 4);
    assert!(matches!(change.read()?, Some(Document::Question(document)) if document.revision == 5));
    Ok(())
}

async fn a_reader_beside_writers_misses_nothing(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let writing = async {
        futures_util::future::try_join_all((0..6).map(|_| work_through(&world))).await?;
        anyhow::Ok(())
    };
    let reading = async {
        let (mut held, mut cursor) = (Vec::new(), Cursor::default());
        // Until everything that will be written has been seen: six offers, accepted.
        while documents(&held)
            .values()
            .filter(|document| document["offer"]["state"] == "accepted")
            .count()
            < 6
        {
            let (changes, next) = read(&world, &world.daniel, &cursor, 3).await?;
            held.extend(changes);
            cursor = next;
            tokio::task::yield_now().await;
        }
        anyhow::Ok((held, cursor))
    };
    let deadline = std::time::Duration::from_secs(60);
    let (written, read_so_far) = tokio::time::timeout(deadline, async { tokio::join!(writing, reading) }).await?;
    written?;
    let (mut held, cursor) = read_so_far?;
    held.extend(read(&world, &world.daniel, &cursor, 100).await?.0);
    let (whole, _) = read(&world, &world.daniel, &Cursor::default(), 1_000).await?;
    assert_eq!(documents(&held), documents(&whole));
    Ok(())
}

async fn offers_are_seen_by_their_two_people_alone(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    world.offered().await?;
    let sees = async |account: &AccountRow| {
        let (changes, _) = read(&world, account, &Cursor::default(), 100).await?;
        let count = |entity| changes.iter().filter(|change| change.entity == entity).count();
        anyhow::Ok((count(Entity::Question), count(Entity::Message), count(Entity::Offer)))
    };
    assert_eq!(sees(&world.helen).await?, (1, 1, 1));
    assert_eq!(sees(&world.daniel).await?, (1, 1, 1));
    assert_eq!(sees(&world.mira).await?, (1, 1, 0));
    assert_eq!(sees(&world.tom).await?, (0, 0, 0));
    assert_eq!(sees(&world.stranger).await?, (0, 0, 0));
    Ok(())
}

async fn a_category_that_was_lost_leaves_the_client_once(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    world.asked().await?;
    let (_, cursor) = read(&world, &world.daniel, &Cursor::default(), 100).await?;
    // A cursor of someone who served the category, in the hands of someone who does not.
    let page = world.flow.changes_since(&world.stranger, &cursor, 100).await?;
    let gone: Vec<_> = page.changes.iter().filter(|change| change.document.is_none()).collect();
    let [change] = gone[..] else { panic!("{gone:?}") };
    assert_eq!((change.entity, change.id), (Entity::Category, world.category.0));
    let (rest, _) = read(&world, &world.stranger, &page.cursor.parse()?, 100).await?;
    assert_eq!(rest, vec![]);
    Ok(())
}

async fn a_new_account_gets_its_whole_world(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    world.answered().await?;
    let account = NewAccount {
        role: Role::Expert,
        email: "late@example.com".to_owned(),
        name: "Late".to_owned(),
        password: crate::world::PASSWORD.to_owned(),
        time_zone: "UTC".to_owned(),
        categories: vec![world.category],
    };
    let late = world.flow.create_account(account).await?;
    let (changes, _) = read(&world, &late, &Cursor::default(), 100).await?;
    let mut entities: Vec<_> = changes.iter().map(|change| change.entity).collect();
    entities.sort();
    use Entity as E;
    assert_eq!(entities, [E::Account, E::Limits, E::Category, E::Question, E::Message]);
    Ok(())
}
