//! The real platform in a process of its own, which commits many changes at once whenever it is told to: no command
//! does so much in one transaction.

use crate::population::{Corpus, Population, change_of};
use anyhow::Context;
use jiff::Timestamp;
use proffer_domain::{MessageId, QuestionId};
use proffer_platform::{flow::Flow, store::AccountRow};
use proffer_protocol::{Cursor, Document, StreamId};
use serde::{Deserialize, Serialize};
use std::{
    io::{BufRead, Write},
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Questions that get a reply in one delta: with each the question changes too, so these are a hundred changes.
pub(crate) const REPLIES: u32 = 50;
/// From one question to the next, so that a delta is spread over all of them.
const STRIDE: u64 = 7_919;

/// What is said of a delta.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Committed {
    /// When the transaction was committed: nanoseconds since 1970, for the clock is what two processes share.
    pub(crate) at_nanos: u128,
    /// The last question of it.
    pub(crate) question: QuestionId,
    /// The last message of it.
    pub(crate) message: MessageId,
}

/// Nanoseconds since 1970.
pub(crate) fn now_nanos() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos())
}

struct Deltas {
    flow: Flow,
    expert: AccountRow,
    stream: StreamId,
    corpus: Corpus,
    made: u64,
    /// Where the expert's streams stood before the last delta.
    before: Cursor,
}

impl Deltas {
    /// Commits the next hundred changes.
    async fn commit(&mut self) -> anyhow::Result<Committed> {
        let questions = u64::from(self.corpus.messages() / crate::population::MESSAGES_EACH);
        let now = Timestamp::now();
        let mut documents = Vec::new();
        for _ in 0..REPLIES {
            let (number, turn) = (self.made * STRIDE % questions, self.made / questions);
            self.made += 1;
            let (question, message) = self.corpus.reply(u32::try_from(number)?, u32::try_from(turn)?, now);
            documents.push((Document::Question(question), Document::Message(message)));
        }
        let mut tx = self.flow.store().begin().await?;
        self.before
            .positions
            .insert(self.stream, tx.stream_head(self.stream).await?);
        let (mut messages, mut changes) = (Vec::new(), Vec::new());
        let mut last = None;
        for (question, message) in documents {
            tx.update_document(&question).await?;
            changes.extend([change_of(&message), change_of(&question)]);
            last = Some((QuestionId(question.id()), MessageId(message.id())));
            messages.push(message);
        }
        tx.insert_documents(&messages).await?;
        tx.insert_changes(self.stream, &changes).await?;
        tx.commit().await?;
        let at_nanos = now_nanos();
        self.flow.wake();
        let (question, message) = last.context("an empty delta")?;
        Ok(Committed {
            at_nanos,
            question,
            message,
        })
    }

    /// The last delta as the wire has it.
    async fn page(&self) -> anyhow::Result<String> {
        Ok(self.flow.page_since(&self.expert, &self.before, 500).await?.json)
    }
}

/// Serves until its input ends; its first line says where, and each line in it calls for an answer.
pub(crate) async fn serve(data: PathBuf, listen: String, messages: u32) -> anyhow::Result<()> {
    let population = Population::back_in(&data).await?;
    let corpus = population.corpus(messages);
    let (platform, expert, category) = population.into_parts();
    let flow = platform.flow();
    let account = StreamId::Account(expert.id);
    let mut before = Cursor::default();
    let head = flow.store().read().await?.stream_head(account).await?;
    before.positions.insert(account, head);
    let mut deltas = Deltas {
        flow,
        expert,
        stream: StreamId::Category(category),
        corpus,
        made: 0,
        before,
    };
    let listener = TcpListener::bind(&listen).await?;
    let address = listener.local_addr()?;
    let stop = CancellationToken::new();
    let serving = tokio::spawn(platform.serve(listener, stop.clone()));
    tell(&format!("http://{address}"))?;
    let (said, mut lines) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if said.send(line).is_err() {
                return;
            }
        }
    });
    while let Some(line) = lines.recv().await {
        match line.as_str() {
            "commit" => tell(&serde_json::to_string(&deltas.commit().await?)?)?,
            _ => tell(&deltas.page().await?)?,
        }
    }
    stop.cancel();
    Ok(serving.await??)
}

fn tell(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
