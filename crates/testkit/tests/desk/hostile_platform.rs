//! A platform that lies about files, and files that are saved where others lie.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proffer_desk::api::{
    ApiErrorCode,
    attachment::{AttachmentAdd, AttachmentRef, AttachmentSaved, DraftAttachment, DraftOwner},
};
use proffer_domain::{MessageKind, QuestionId};
use proffer_testkit::{DeskAtWork, Expert, FailingConnector, Outside, World};
use std::sync::Arc;

/// A question with a file on its answer, as a second desk of the expert finds it.
async fn with_file(
    world: &World,
    name: &str,
    connector: &FailingConnector,
) -> anyhow::Result<(DeskAtWork, AttachmentRef)> {
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question: QuestionId = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    let add = AttachmentAdd {
        owner: DraftOwner::Message { question_id: question },
        name: name.to_owned(),
        content_base64: STANDARD.encode(b"the registrar's rules"),
    };
    desk.ask::<DraftAttachment>("attachment_add", add).await?;
    desk.write(question, MessageKind::Answer, "See the file.").await?;
    desk.until_sent().await?;
    desk.desk.close().await;
    let outside = Outside {
        connector: Arc::new(connector.clone()),
        ..Outside::default()
    };
    let other = world.desk_with(Expert::Daniel, outside).await?;
    other.sign_in(world).await?;
    other.until_online().await?;
    let shown = other.until_known(question).await?;
    let file = AttachmentRef {
        question_id: question,
        attachment_id: shown.messages[0].attachments[0].id,
    };
    Ok((other, file))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_grows_on_its_way_is_given_up() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let connector = FailingConnector::default();
    let (desk, file) = with_file(&world, "rules.txt", &connector).await?;
    for more in [1, 1_000_000] {
        connector.add_bytes(more);
        let refused = desk.ask::<AttachmentSaved>("attachment_save", file).await.unwrap_err();
        assert_eq!(refused.code, ApiErrorCode::NotAPlatform, "{refused}");
    }
    let left = std::fs::read_dir(desk.data_dir().join("attachments"))?.count();
    assert_eq!(left, 0, "nothing of it is kept");
    connector.add_bytes(0);
    let saved: AttachmentSaved = desk.ask("attachment_save", file).await?;
    assert_eq!(std::fs::read(saved.path)?, b"the registrar's rules");
    desk.desk.close().await;
    Ok(())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_saved_file_takes_the_place_of_none_and_follows_no_link() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let (desk, file) = with_file(&world, "rules.txt", &FailingConnector::default()).await?;
    let downloads = desk.data_dir().parent().unwrap().join("downloads");
    std::fs::create_dir_all(&downloads)?;
    let elsewhere = desk.data_dir().parent().unwrap().join("elsewhere.txt");
    std::fs::write(&elsewhere, "mine")?;
    std::os::unix::fs::symlink(&elsewhere, downloads.join("rules.txt"))?;
    // A link to nothing is as good a trap.
    std::os::unix::fs::symlink(downloads.join("nothing"), downloads.join("rules (2).txt"))?;
    let saved: AttachmentSaved = desk.ask("attachment_save", file).await?;
    assert!(saved.path.ends_with("rules (3).txt"), "{}", saved.path);
    assert_eq!(std::fs::read_to_string(&elsewhere)?, "mine");
    assert!(!downloads.join("nothing").exists());
    desk.desk.close().await;
    Ok(())
}
