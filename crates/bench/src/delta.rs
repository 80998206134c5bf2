//! A hundred changes from the platform's commit to the desk's cache, against the bare round trip and commit: the same
//! bytes over HTTP, and the same rows written in a table of as many.

use crate::{
    bare_sync::{BareDocuments, Rows},
    headless::{DeskFolder, ask, until_indexed, until_online},
    population::Corpus,
    programs::{Program, Spoken, built},
    report::millis,
    serving::{Committed, now_nanos},
};
use anyhow::Context;
use proffer_desk::api::DeskEvent;
use serde_json::{Value, value::RawValue};
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

const WARM_UP: usize = 10;
/// Before each side: what the other left behind, such as a log that is moved into its file, must not be in its way.
const REST: Duration = Duration::from_millis(100);

/// Milliseconds of each round.
#[derive(Debug, Default)]
pub(crate) struct Deltas {
    pub(crate) ours: Vec<f64>,
    pub(crate) bare: Vec<f64>,
}

#[derive(serde::Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    changes: Vec<Change<'a>>,
}

#[derive(serde::Deserialize)]
struct Change<'a> {
    id: uuid::Uuid,
    #[serde(borrow)]
    document: &'a RawValue,
}

/// Measures so many rounds of both sides in turns over a platform's folder and a desk that knows it.
pub(crate) async fn measure(
    data: &Path,
    listen: &str,
    corpus: &Corpus,
    desk: &DeskFolder,
    rounds: usize,
) -> anyhow::Result<Deltas> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("platform-with-deltas").args([
        data.as_os_str(),
        listen.as_ref(),
        corpus.messages().to_string().as_ref(),
    ]);
    let mut platform = Spoken::start(&mut command)?;
    platform.line().await?;
    let bare_folder = tempfile::tempdir()?;
    let mut bare = Command::new(built("proffer-bench")?);
    let (_bare, bare_url) = Program::start_for_line(bare.arg("bare-server").arg(bare_folder.path()))?;
    proffer_desk::use_tls_provider();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let documents_folder = tempfile::tempdir()?;
    let mut documents = BareDocuments::create(documents_folder.path()).await?;
    documents.fill(corpus, false).await?;

    let desk = desk.open().await?;
    until_online(&desk).await?;
    let mut found = Deltas::default();
    for round in 0..rounds + WARM_UP {
        tokio::time::sleep(REST).await;
        let mut events = desk.events();
        platform.say("commit")?;
        until_queue_changed(&mut events).await?;
        let readable_at = now_nanos();
        let committed: Committed = platform.hear().await?;
        let shown: Value = ask(
            &desk,
            "question_show",
            &serde_json::json!({ "question_id": committed.question }),
        )
        .await?;
        anyhow::ensure!(
            shown.to_string().contains(&committed.message.to_string()),
            "a delta was told of before it could be read"
        );
        // What follows in the background must not disturb the other side.
        until_indexed(&desk).await?;

        platform.say("page")?;
        let page = platform.line().await?;
        let read: Page<'_> = serde_json::from_str(&page)?;
        let texts = read.changes.iter();
        let rows = Rows::of_texts(
            texts
                .map(|change| (change.id.as_bytes().to_vec(), change.document.get().to_owned()))
                .collect(),
        );
        let bytes = format!("{bare_url}/bytes");
        client.put(&bytes).body(page.clone()).send().await?.error_for_status()?;
        tokio::time::sleep(REST).await;
        let started = Instant::now();
        let came = client.get(&bytes).send().await?.error_for_status()?.bytes().await?;
        documents.insert(&rows, false).await?;
        let bare_time = millis(started.elapsed());
        anyhow::ensure!(came.len() == page.len(), "not all bytes came");
        if round >= WARM_UP {
            #[expect(clippy::cast_precision_loss, reason = "some milliseconds")]
            let nanos = readable_at.saturating_sub(committed.at_nanos) as f64;
            found.ours.push(nanos / 1e6);
            found.bare.push(bare_time);
        }
    }
    desk.close().await;
    documents.close().await;
    platform.end();
    Ok(found)
}

async fn until_queue_changed(events: &mut Receiver<DeskEvent>) -> anyhow::Result<()> {
    let waiting = async {
        loop {
            match events.recv().await {
                Ok(DeskEvent::QueueChanged) => return Ok(()),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => anyhow::bail!("the desk has ended"),
            }
        }
    };
    tokio::time::timeout(crate::programs::DEADLINE, waiting)
        .await
        .context("a delta did not arrive")?
}
