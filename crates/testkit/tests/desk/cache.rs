//! A damaged cache is built anew, and nothing that exists only here is lost.

use proffer_desk::api::{DeskEvent, connection::ConnectionState};
use proffer_domain::MessageKind;
use proffer_testkit::{Expert, World, wait_until};
use std::io::{Seek as _, SeekFrom, Write as _};
use tokio::sync::broadcast::error::RecvError;

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_cache_is_moved_aside_and_built_anew() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let mut desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    desk.draft(question, MessageKind::Answer, "Half a thought").await?;
    let damages: [fn(&std::path::Path) -> anyhow::Result<()>; 3] = [
        |file| Ok(std::fs::write(file, b"this is no database")?),
        |file| {
            let length = std::fs::metadata(file)?.len();
            let mut file = std::fs::OpenOptions::new().write(true).open(file)?;
            file.seek(SeekFrom::Start(4096))?;
            Ok(file.write_all(&vec![0xa5; usize::try_from(length)? - 4096])?)
        },
        |file| {
            let file = std::fs::OpenOptions::new().write(true).open(file)?;
            Ok(file.set_len(5000)?)
        },
    ];
    for (round, damage) in damages.into_iter().enumerate() {
        desk = desk.restart_after(|folder| damage(&folder.join("cache.db"))).await?;
        let shown = desk.until_known(question).await?;
        assert_eq!(shown.draft.text, "Half a thought");
        desk.until_online().await?;
        let aside = std::fs::read_dir(desk.data_dir())?
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("cache.damaged-"))
            .count();
        assert_eq!(aside, round + 1);
    }
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_closed_well_opens_its_cache_as_it_was() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.until_known(question).await?;
    world.stop_platform().await?;
    let desk = desk
        .restart_after(|folder| {
            anyhow::ensure!(folder.join("cache.closed").exists());
            Ok(())
        })
        .await?;
    // With nobody to ask, what is shown can only come from the file.
    assert_eq!(desk.conversation(question).await?.title, "My domain was taken");
    assert!(
        !desk.data_dir().join("cache.closed").exists(),
        "the mark vouches for one start only"
    );
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_cache_is_told_of_and_drafts_and_outbox_are_whole() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    let other = helen.ask("And my email", "It was taken too.").await?;
    desk.lock(question).await?;
    desk.lock(other).await?;
    world.stop_platform().await?;
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    desk.draft(other, MessageKind::Answer, "Half a thought").await?;
    let desk = desk
        .restart_after(|folder| Ok(std::fs::write(folder.join("cache.db"), b"this is no database")?))
        .await?;
    let told = desk.notices().await?;
    let notice = told.notices.first().expect("the expert is told");
    assert_eq!(notice.kind, proffer_desk::api::notice::NoticeKind::CacheRebuilt);
    assert!(notice.body.contains("cache.damaged-"), "{}", notice.body);
    assert_eq!(desk.notifier.raised().len(), 0, "in the app only");
    world.start_platform().await?;
    desk.ask::<serde_json::Value>("connection_retry", ()).await?;
    desk.until_online().await?;
    desk.until_sent().await?;
    assert_eq!(desk.until_known(other).await?.draft.text, "Half a thought");
    wait_until("the answer is there", async || {
        Ok((desk.conversation(question).await?.messages.len() == 1).then_some(()))
    })
    .await?;
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_shown_as_such_and_passes_by_itself() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    // What is told, not what stands: it passes by itself, and the asking may take longer than that.
    let mut told = desk.desk.events();
    desk.desk.limit_cache_growth(Some(0)).await?;
    let mut asked = Vec::new();
    for number in 0..10 {
        asked.push(
            helen
                .ask(&format!("Question {number}"), &"Who owns it? ".repeat(300))
                .await?,
        );
    }
    let is_told = async {
        loop {
            match told.recv().await {
                Ok(DeskEvent::ConnectionChanged { connection }) if connection.state == ConnectionState::DiskFull => {
                    return Ok(());
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => anyhow::bail!("the desk has ended"),
            }
        }
    };
    tokio::time::timeout(proffer_testkit::DEADLINE, is_told).await??;
    desk.desk.limit_cache_growth(None).await?;
    desk.ask::<serde_json::Value>("connection_retry", ()).await?;
    desk.until_online().await?;
    for question in asked {
        desk.until_known(question).await?;
    }
    desk.desk.close().await;
    Ok(())
}
