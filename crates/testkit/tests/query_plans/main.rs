//! How SQLite goes about each statement of the desk: by an index, not by reading through a table that grows with the
//! expert's work, nor by sorting what an index has in order.
//!
//! Checked are the statements that run while an expert works and asks for every view, and those that stand whole in the
//! sources. One that is put together and did not run fails the test: `work.rs` must ask for it.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod plans;
mod statements;
mod work;

use proffer_testkit::World;
use statements::{Recorder, in_sources, normalised};
use std::collections::BTreeSet;

/// What only a page calls for that ends between a reply and its question.
const BY_HAND: [&str; 2] = [
    "SELECT id, number, title, customer_name FROM question WHERE id IN (?, ?)",
    "SELECT id FROM question WHERE id IN (?3, ?4) AND (answered_by_me = 1 OR (lock_holder_id = ?1 AND lock_expires_at > ?2))",
];

/// A process of its own: the recorder hears all of it.
#[tokio::test(flavor = "multi_thread")]
async fn every_statement_goes_by_an_index() -> anyhow::Result<()> {
    let recorder = Recorder::install()?;
    let world = World::begin().await?;
    let desk = work::done(&world).await?;
    let mut ran = recorder.statements();
    ran.extend(BY_HAND.map(str::to_owned));
    let mut checked = BTreeSet::new();
    let mut complaints = Vec::new();
    let mut rules = plans::Rules::default();
    let mut unseen = Vec::new();
    for statement in ran.iter().cloned().chain(in_sources()?) {
        if !checked.insert(statement.clone()) {
            continue;
        }
        let is_piece = !ran.contains(&statement) && ran.iter().any(|whole| whole.contains(&statement));
        if is_piece {
            continue;
        }
        let plans = desk.desk.explain(&statement).await;
        if plans.is_empty() {
            // The platform's, which runs in this process too, or a piece of one that is put together.
            if !ran.contains(&statement) {
                unseen.push(statement);
            }
            continue;
        }
        for plan in plans {
            complaints.extend(rules.broken_by(&normalised(&statement), &plan));
        }
    }
    assert!(checked.len() > 100, "{} statements", checked.len());
    complaints.extend(
        unseen
            .iter()
            .map(|piece| format!("it did not run, so nobody knows how it goes: {piece}")),
    );
    let idle = rules.exceptions_without_use();
    complaints.extend(
        idle.iter()
            .map(|statement| format!("this exception is needed no more: {statement}")),
    );
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    desk.desk.close().await;
    Ok(())
}
