//! Syncing over HTTP: folded, resumable, live.

use super::world::{Database, PASSWORD, World, on_both};
use futures_util::StreamExt;
use proffer_domain::MessageKind;
use proffer_platform::flow::Command;
use proffer_protocol::{Cursor, Entity, SyncPage};
use std::{collections::BTreeMap, time::Duration};

on_both! {
    small_pages_bring_the_same_as_one_large_one
    several_changes_of_one_thing_come_as_the_last
    another_experts_offer_is_not_in_sight
    events_arrive_as_they_happen_and_go_on_from_a_cursor
}

async fn pages(world: &World, account: &proffer_platform::store::AccountRow, limit: u32) -> Vec<SyncPage> {
    let mut cursor = Cursor::default();
    let mut pages = Vec::new();
    loop {
        let page = world.flow.changes_since(account, &cursor, limit).await.unwrap();
        cursor = page.cursor().unwrap();
        let more = page.more;
        pages.push(page);
        if !more {
            return pages;
        }
    }
}

async fn small_pages_bring_the_same_as_one_large_one(database: Database) {
    let world = World::on(database).await;
    for _ in 0..3 {
        world.offered().await;
    }
    let collect = |pages: Vec<SyncPage>| -> BTreeMap<_, _> {
        pages
            .into_iter()
            .flat_map(|page| page.changes)
            .map(|change| ((change.entity, change.id), change))
            .collect()
    };
    let small = pages(&world, &world.daniel, 3).await;
    assert!(small.len() > 3 && small.iter().all(|page| page.changes.len() <= 3));
    assert_eq!(collect(small), collect(pages(&world, &world.daniel, 5_000).await));
}

async fn several_changes_of_one_thing_come_as_the_last(database: Database) {
    let world = World::on(database).await;
    let id = world.answered().await;
    for text in ["One.", "Two.", "Three."] {
        let reply = world.message(MessageKind::Reply, text);
        world.run(&world.helen, Command::SendMessage(id, reply)).await.unwrap();
    }
    let changes: Vec<_> = pages(&world, &world.daniel, 500)
        .await
        .into_iter()
        .flat_map(|page| page.changes)
        .collect();
    let questions = changes
        .iter()
        .filter(|change| change.entity == Entity::Question)
        .count();
    let messages = changes.iter().filter(|change| change.entity == Entity::Message).count();
    assert_eq!((questions, messages), (1, 4));
}

async fn another_experts_offer_is_not_in_sight(database: Database) {
    let world = World::on(database).await;
    world.offered().await;
    let sees = |pages: Vec<SyncPage>| {
        pages
            .iter()
            .flat_map(|page| &page.changes)
            .any(|change| change.entity == Entity::Offer)
    };
    assert!(sees(pages(&world, &world.daniel, 500).await));
    assert!(sees(pages(&world, &world.helen, 500).await));
    assert!(!sees(pages(&world, &world.mira, 500).await));
}

async fn events_arrive_as_they_happen_and_go_on_from_a_cursor(database: Database) {
    let mut world = World::on(database).await;
    let id = world.ask().await;
    let url = world.serve().await;
    let token = world
        .flow
        .sign_in("daniel.okafor@example.com", PASSWORD, "test")
        .await
        .unwrap()
        .token;
    let http = reqwest::Client::new();
    let page: SyncPage = http
        .get(format!("{url}/v1/sync"))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let response = http
        .get(format!("{url}/v1/events"))
        .bearer_auth(&token)
        .header("last-event-id", &page.cursor)
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.bytes_stream();
    let lock = http
        .post(format!("{url}/v1/questions/{id}/lock"))
        .bearer_auth(&token)
        .header("idempotency-key", world.key().to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(lock.status(), 200);
    let mut seen = String::new();
    let arrived = async {
        while !seen.contains("\n\n") || !seen.contains("Daniel Okafor") {
            seen.push_str(std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(10), arrived)
        .await
        .expect("the change arrives");
    assert!(seen.contains("event: sync") && seen.contains("id: "), "{seen}");
}
