//! The first sync of 10,000 questions with 100,000 messages, documents a second.

use crate::{
    bare_server, loopback_host, note,
    population::Population,
    pouchdb::PouchDb,
    programs::platform,
    report::{Row, median},
};
use proffer_protocol::Document;
use sqlx::sqlite::SqliteSynchronous;
use std::{path::Path, time::Instant};

const QUESTIONS: u32 = 10_000;
const MESSAGES_EACH: u32 = 10;
const ROUNDS: usize = 3;
const ROWS_A_STATEMENT: usize = 250;
const ROWS_A_COMMIT: usize = 2_000;

/// Measures a sync, a bare insert and a replication by PouchDB in turns.
pub(crate) async fn measure() -> anyhow::Result<Vec<Row>> {
    note("first_sync_10k: making 110,000 documents…");
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("platform");
    let mut population = Population::settle(&data).await?;
    let documents = population.questions(QUESTIONS, MESSAGES_EACH).await?;
    population.leave().await;
    let (_platform, url) = platform(&data)?;
    let pouchdb = match PouchDb::serve(&folder.path().join("pouchdb"), &documents) {
        Ok(pouchdb) => Some(pouchdb),
        Err(error) => {
            note(&format!("  no PouchDB beside it: {error:#}"));
            None
        }
    };
    let (mut ours, mut limit, mut peer) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        note(&format!("first_sync_10k: round {} of {ROUNDS}…", round + 1));
        let place = tempfile::tempdir()?;
        ours.push(per_second(documents.len(), sync(place.path(), &url).await?));
        let place = tempfile::tempdir()?;
        limit.push(per_second(documents.len(), insert(place.path(), &documents).await?));
        if let Some(pouchdb) = &pouchdb {
            let place = tempfile::tempdir()?;
            peer.push(per_second(
                documents.len(),
                pouchdb.replicate(place.path(), documents.len())?,
            ));
        }
    }
    let (ours_at, limit_at) = (median(&ours), median(&limit));
    let peer_at = (!peer.is_empty()).then(|| median(&peer));
    let ratio = peer_at.map(|peer| ours_at / peer);
    Ok(vec![Row {
        name: "first_sync_10k".to_owned(),
        unit: "documents/s".to_owned(),
        ours: ours_at,
        limit: Some(limit_at),
        peer: peer_at,
        ratio,
        target: "≥ 10 × PouchDB".to_owned(),
        met: ratio.map(|ratio| ratio >= 10.0),
        samples: ROUNDS,
        note: format!(
            "{QUESTIONS} questions with {} messages of about 1 KB from a platform process into a new desk until all can \
             be read, the sign-in not counted; limit: the same documents inserted into SQLite many rows a statement \
             ({:.2} of it reached); peer: PouchDB replicating the same documents from its own server",
            QUESTIONS * MESSAGES_EACH,
            ours_at / limit_at,
        ),
    }])
}

fn per_second(documents: usize, seconds: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some 100,000")]
    let documents = documents as f64;
    documents / seconds
}

/// Seconds from a signed-in desk's first request until it is in step.
async fn sync(folder: &Path, url: &str) -> anyhow::Result<f64> {
    let desk = loopback_host::open_desk(folder).await?;
    loopback_host::sign_in(&desk, url).await?;
    let started = Instant::now();
    loopback_host::until_online(&desk).await?;
    let seconds = started.elapsed().as_secs_f64();
    desk.close().await;
    Ok(seconds)
}

/// Seconds to put the documents' text and their keys into a table.
async fn insert(folder: &Path, documents: &[Document]) -> anyhow::Result<f64> {
    let rows: Vec<(Vec<u8>, String)> = documents
        .iter()
        .map(|document| Ok((document.id().as_bytes().to_vec(), serde_json::to_string(document)?)))
        .collect::<anyhow::Result<_>>()?;
    let pool = bare_server::database(folder.join("bare.db"), SqliteSynchronous::Normal).await?;
    sqlx::query("CREATE TABLE document (id BLOB NOT NULL PRIMARY KEY, body TEXT NOT NULL) STRICT")
        .execute(&pool)
        .await?;
    let started = Instant::now();
    for commit in rows.chunks(ROWS_A_COMMIT) {
        let mut transaction = pool.begin().await?;
        for statement in commit.chunks(ROWS_A_STATEMENT) {
            let places = vec!["(?, ?)"; statement.len()].join(", ");
            let text = format!("INSERT INTO document (id, body) VALUES {places}");
            let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
            for (id, body) in statement {
                query = query.bind(id).bind(body);
            }
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
    }
    let seconds = started.elapsed().as_secs_f64();
    pool.close().await;
    Ok(seconds)
}
