//! A desk that takes what happens slowly, or not at all for a while.

use proffer_desk::{
    api::{
        connection::ConnectionState,
        queue::{QueueFilter, QueueList, QueueView},
    },
    testing::DrivenClock,
};
use proffer_domain::{MessageKind, Timestamp};
use proffer_testkit::{Customer, DeskAtWork, Expert, GatedConnector, Outside, World, wait_until};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use uuid::Uuid;

/// What happens meanwhile, in texts as long as may be: more than stands in the line of who takes nothing.
const QUESTIONS: u32 = 100;
const SENTENCE: &str = "Who owns the domain now? ";
const SENTENCES: usize = 800;
/// So many of them are answered too.
const ANSWERED: usize = 12;

async fn queue_count(desk: &DeskAtWork) -> anyhow::Result<u32> {
    let list = QueueList {
        filter: QueueFilter::All,
        ..QueueList::default()
    };
    Ok(desk.ask::<QueueView>("queue_list", list).await?.counts.all)
}

async fn documents(desk: &DeskAtWork) -> anyhow::Result<BTreeMap<(String, Uuid), serde_json::Value>> {
    let mut documents = BTreeMap::new();
    for (entity, id, text) in desk.desk.cached_documents().await? {
        documents.insert((entity, id), serde_json::from_str(&text)?);
    }
    Ok(documents)
}

/// Much happens, and a desk that listens hears all of it.
async fn let_much_happen(helen: &Customer, quick: &DeskAtWork) -> anyhow::Result<()> {
    let before = queue_count(quick).await?;
    let text = SENTENCE.repeat(SENTENCES);
    let mut asked = Vec::new();
    for number in 0..QUESTIONS {
        asked.push(helen.ask(&format!("Meanwhile {number}"), &text).await?);
    }
    for question in &asked[..ANSWERED] {
        quick.lock(*question).await?;
        quick
            .write(*question, MessageKind::Answer, "Ask the registrar.")
            .await?;
        helen.reply(*question, "I did; they say no.").await?;
    }
    quick.until_sent().await?;
    wait_until("who listens knows all of it", async || {
        Ok((queue_count(quick).await? == before + QUESTIONS).then_some(()))
    })
    .await
}

/// What a desk holds that begins anew.
async fn held_by_a_new_desk(world: &World) -> anyhow::Result<BTreeMap<(String, Uuid), serde_json::Value>> {
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let held = documents(&desk).await?;
    desk.desk.close().await;
    Ok(held)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_takes_nothing_for_a_while_holds_nobody_up_and_misses_nothing() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let gate = GatedConnector::default();
    // Its time stands too: it must not take the line for dead.
    let clock = Arc::new(DrivenClock::at(Timestamp::now()));
    let outside = Outside {
        connector: Arc::new(gate.clone()),
        clock: clock.clone(),
    };
    let slow = world.desk_with(Expert::Daniel, outside).await?;
    slow.sign_in(&world).await?;
    slow.until_online().await?;
    let quick = world.desk_in_step(Expert::Mira).await?;
    quick.without_undo().await?;

    gate.close();
    let_much_happen(&helen, &quick).await?;
    assert!(queue_count(&slow).await? < 3, "what was on its way when it stopped");
    gate.open();
    wait_until("it knows all of it", async || {
        Ok((queue_count(&slow).await? == QUESTIONS).then_some(()))
    })
    .await?;
    let whole = held_by_a_new_desk(&world).await?;
    wait_until("it holds what a new desk holds", async || {
        Ok((documents(&slow).await? == whole).then_some(()))
    })
    .await?;
    assert_eq!(slow.connection().await?.state, ConnectionState::Online);

    // The same once more, and now its line is cut while all of that stands in it.
    gate.close();
    let_much_happen(&helen, &quick).await?;
    world.stop_platform().await?;
    world.start_platform().await?;
    gate.open();
    wait_until("it is back", async || {
        clock.advance(Duration::from_secs(1));
        Ok((queue_count(&slow).await? == 2 * QUESTIONS).then_some(()))
    })
    .await?;
    let whole = held_by_a_new_desk(&world).await?;
    wait_until("it holds what a new desk holds", async || {
        clock.advance(Duration::from_secs(1));
        Ok((documents(&slow).await? == whole).then_some(()))
    })
    .await?;
    slow.desk.close().await;
    quick.desk.close().await;
    Ok(())
}
