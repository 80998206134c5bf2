//! A damaged cache is built anew, and nothing that exists only here is lost.

use proffer_domain::MessageKind;
use proffer_testkit::{Expert, World};
use std::io::{Seek as _, SeekFrom, Write as _};

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
