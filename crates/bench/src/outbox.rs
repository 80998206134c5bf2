//! A thousand messages written while the platform was away, sent when it is back.

use crate::{
    headless::{ask, desk_in, sign_in, until_online},
    note,
    population::Population,
    programs::{Program, built, platform, platform_at, wait_until},
    report::{Row, median},
};
use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use proffer_desk::{
    Desk,
    api::{
        DeskEvent,
        connection::{ConnectionState, ConnectionView},
        message::{MessageDraftSave, MessageSend},
        settings::Settings,
    },
};
use proffer_domain::{MessageKind, QuestionId};
use std::{
    process::Command,
    time::{Duration, Instant},
};
use tokio::sync::broadcast::error::RecvError;

const QUESTIONS: usize = 50;
const COMMANDS: usize = 1_000;
const ROUNDS: usize = 3;
/// As many as a desk has on their way at once.
const FLYING: usize = 4;
const PATIENCE: Duration = Duration::from_secs(240);

/// Measures a drained outbox and as many bare commands in turns.
pub(crate) async fn measure() -> anyhow::Result<Vec<Row>> {
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        note(&format!("outbox_drain_per_s: round {} of {ROUNDS}…", round + 1));
        ours.push(drained().await?);
        limit.push(bare().await?);
    }
    let (ours_at, limit_at) = (median(&ours), median(&limit));
    Ok(vec![Row {
        name: "outbox_drain_per_s".to_owned(),
        unit: "commands/s".to_owned(),
        ours: ours_at,
        limit: Some(limit_at),
        peer: None,
        ratio: Some(ours_at / limit_at),
        target: "none set".to_owned(),
        met: None,
        samples: ROUNDS,
        note: format!(
            "{COMMANDS} messages on {QUESTIONS} locked questions, written while the platform was away, from being in step \
             again until the outbox is empty and the platform has each once; limit: as many requests with one durable \
             commit each, {FLYING} at a time as the desk sends them"
        ),
    }])
}

/// Commands a second of a desk.
async fn drained() -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("platform");
    let mut population = Population::settle(&data).await?;
    let questions = population.locked_questions(QUESTIONS).await?;
    population.leave().await;
    let (serving, url) = platform(&data)?;
    let desk = desk_in(folder.path()).open().await?;
    sign_in(&desk, &url).await?;
    until_online(&desk).await?;
    let settings = Settings {
        undo_seconds: 0,
        ..Settings::default()
    };
    let _: serde_json::Value = ask(&desk, "settings_save", &settings).await?;
    drop(serving);
    wait_until("the desk is offline", async || {
        let view: ConnectionView = ask(&desk, "connection_show", &()).await?;
        Ok((view.state != ConnectionState::Online).then_some(()))
    })
    .await?;
    for number in 0..COMMANDS {
        write(&desk, questions[number % QUESTIONS], number).await?;
    }
    let mut events = desk.events();
    let listen = url.trim_start_matches("http://");
    let (serving, _) = platform_at(&data, listen)?;
    let _: serde_json::Value = ask(&desk, "connection_retry", &()).await?;
    let mut started = None;
    let waiting = async {
        loop {
            match events.recv().await {
                Ok(DeskEvent::ConnectionChanged { connection }) if connection.state == ConnectionState::Online => {
                    started.get_or_insert_with(Instant::now);
                    if connection.waiting_count == 0 {
                        return Ok(());
                    }
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => anyhow::bail!("the desk has ended"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .context("the outbox did not drain")??;
    let seconds = started.context("the desk was never in step")?.elapsed().as_secs_f64();
    desk.close().await;
    drop(serving);
    let population = Population::back_in(&data).await?;
    let arrived = population.messages_on(&questions).await?;
    population.leave().await;
    anyhow::ensure!(arrived == COMMANDS, "{arrived} of {COMMANDS} messages arrived");
    Ok(per_second(seconds))
}

async fn write(desk: &Desk, question_id: QuestionId, number: usize) -> anyhow::Result<()> {
    let draft = MessageDraftSave {
        question_id,
        kind: MessageKind::InfoRequest,
        text: format!("Which registrar is it, and do you have the invoice? Please answer in one message. ({number})"),
        announces_offer: false,
    };
    let _: serde_json::Value = ask(desk, "message_draft_save", &draft).await?;
    let _: serde_json::Value = ask(desk, "message_send", &MessageSend { question_id }).await?;
    Ok(())
}

/// Requests a second of the bare server.
async fn bare() -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(built("proffer-bench")?);
    let (_server, url) = Program::start_for_line(command.arg("bare-server").arg(folder.path()))?;
    proffer_desk::use_tls_provider();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let started = Instant::now();
    stream::iter(0..COMMANDS)
        .map(|_| async {
            let sent = client
                .post(format!("{url}/accept"))
                .body("a message of usual length")
                .send();
            sent.await?.error_for_status()?.bytes().await?;
            anyhow::Ok(())
        })
        .buffer_unordered(FLYING)
        .try_collect::<()>()
        .await?;
    Ok(per_second(started.elapsed().as_secs_f64()))
}

fn per_second(seconds: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let commands = COMMANDS as f64;
    commands / seconds
}
