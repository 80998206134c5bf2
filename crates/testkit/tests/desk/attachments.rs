//! Files and texts that are refused, in words.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proffer_desk::api::{
    ApiErrorCode,
    attachment::{AttachmentAdd, AttachmentRef, AttachmentRemove, AttachmentSaved, DraftAttachment, DraftOwner},
};
use proffer_domain::{FieldCode, MessageKind};
use proffer_testkit::{Expert, World};

#[tokio::test(flavor = "multi_thread")]
async fn dangerous_empty_and_huge_files_and_endless_texts_are_refused_and_the_draft_stays() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    let owner = DraftOwner::Message { question_id: question };
    desk.draft(question, MessageKind::Answer, "See the file.").await?;
    for (name, bytes, code) in [
        ("setup.exe", b"MZ\x90".to_vec(), FieldCode::DangerousType),
        (
            "holiday.jpg",
            b"MZ\x90 not a picture".to_vec(),
            FieldCode::DangerousType,
        ),
        ("run.sh", b"echo".to_vec(), FieldCode::DangerousType),
        ("empty.pdf", Vec::new(), FieldCode::Missing),
    ] {
        let add = AttachmentAdd {
            owner,
            name: name.to_owned(),
            content_base64: STANDARD.encode(bytes),
        };
        let refused = desk.ask::<DraftAttachment>("attachment_add", add).await.unwrap_err();
        assert_eq!(refused.code, ApiErrorCode::InvalidFields, "{name}");
        assert_eq!(refused.fields[0].code, code, "{name}");
        assert!(
            refused.fields[0].message.contains(name),
            "{}",
            refused.fields[0].message
        );
    }
    let film = AttachmentAdd {
        owner,
        name: "film.mp4".to_owned(),
        content_base64: "AAAA".repeat(24 * 1024 * 1024 / 3),
    };
    let refused = desk.ask::<DraftAttachment>("attachment_add", film).await.unwrap_err();
    assert_eq!(refused.fields[0].code, FieldCode::TooLarge);
    assert!(
        refused.fields[0].message.contains("20 MB"),
        "{}",
        refused.fields[0].message
    );
    let add = AttachmentAdd {
        owner,
        name: "../../etc/rules.pdf".to_owned(),
        content_base64: STANDARD.encode(b"%PDF-1.4"),
    };
    let added: DraftAttachment = desk.ask("attachment_add", add).await?;
    assert_eq!(
        (added.name.as_str(), added.media_type.as_str()),
        ("rules.pdf", "application/pdf")
    );

    let long = "x".repeat(100_000);
    desk.draft(question, MessageKind::Answer, &long).await?;
    let request = proffer_desk::api::message::MessageSend { question_id: question };
    let refused = desk
        .ask::<serde_json::Value>("message_send", request)
        .await
        .unwrap_err();
    assert_eq!(
        (refused.fields[0].pointer.as_str(), refused.fields[0].code),
        ("/text", FieldCode::TooLong)
    );
    let desk = desk.restart().await?;
    let draft = desk.conversation(question).await?.draft;
    assert_eq!((draft.text.len(), draft.attachments.len()), (100_000, 1));
    let remove = AttachmentRemove {
        owner,
        attachment_id: added.id,
    };
    desk.ask::<serde_json::Value>("attachment_remove", remove).await?;
    assert!(desk.conversation(question).await?.draft.attachments.is_empty());
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetched_file_lies_under_its_hash_and_is_fetched_again_when_it_is_not_what_it_was() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    for name in ["rules.txt", "the same rules.txt"] {
        let add = AttachmentAdd {
            owner: DraftOwner::Message { question_id: question },
            name: name.to_owned(),
            content_base64: STANDARD.encode(b"the registrar's rules"),
        };
        desk.ask::<DraftAttachment>("attachment_add", add).await?;
    }
    desk.write(question, MessageKind::Answer, "See the files.").await?;
    desk.until_sent().await?;
    // On a second desk nothing lies yet.
    let home = world.desk_in_step(Expert::Daniel).await?;
    let shown = home.until_known(question).await?;
    let folder = home.data_dir().join("attachments");
    let files = || -> anyhow::Result<Vec<std::path::PathBuf>> {
        let entries = std::fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?;
        Ok(entries.into_iter().map(|entry| entry.path()).collect())
    };
    for attachment in &shown.messages[0].attachments {
        let file = AttachmentRef {
            question_id: question,
            attachment_id: attachment.id,
        };
        let saved: AttachmentSaved = home.ask("attachment_save", file).await?;
        assert_eq!(std::fs::read(&saved.path)?, b"the registrar's rules");
    }
    let [kept] = &files()?[..] else {
        panic!("the same bytes lie there once: {:?}", files()?)
    };
    std::fs::write(kept, b"something else")?;
    let file = AttachmentRef {
        question_id: question,
        attachment_id: shown.messages[0].attachments[0].id,
    };
    let saved: AttachmentSaved = home.ask("attachment_save", file).await?;
    assert_eq!(std::fs::read(&saved.path)?, b"the registrar's rules");
    // What was fetched once is here when the platform is not.
    world.stop_platform().await?;
    let home = home.restart().await?;
    let saved: AttachmentSaved = home.ask("attachment_save", file).await?;
    assert_eq!(std::fs::read(&saved.path)?, b"the registrar's rules");
    home.desk.close().await;
    desk.desk.close().await;
    Ok(())
}
