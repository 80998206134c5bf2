//! The expert's own data: how much room it takes, its export, and the first steps of a newcomer.

use crate::notices::offered;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use proffer_desk::api::{
    attachment::{AttachmentAdd, DraftAttachment, DraftOwner},
    guide::{GuideOpen, GuideView},
    settings::{DataExported, DataView, Settings, SettingsStartAtLogin, SettingsView},
};
use proffer_domain::{MessageKind, StepKind};
use proffer_testkit::{Expert, PASSWORD, World, wait_until};
use std::path::Path;

fn json(folder: &Path, name: &str) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn own_data_is_exported_whole_and_without_a_token() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (_, offer) = offered(&helen, &desk).await?;
    helen.accept(offer, 1).await?;
    desk.until_raised(1).await?;
    let question = helen.ask("Another thing", "What now?").await?;
    desk.lock(question).await?;
    desk.draft(question, MessageKind::Answer, "Half a thought").await?;
    let add = AttachmentAdd {
        owner: DraftOwner::Message { question_id: question },
        name: "notes.txt".to_owned(),
        content_base64: STANDARD.encode("a thought in a file"),
    };
    desk.ask::<DraftAttachment>("attachment_add", add).await?;

    let exported: DataExported = desk.ask("data_export", ()).await?;
    let again: DataExported = desk.ask("data_export", ()).await?;
    assert_ne!(exported.folder, again.folder, "an export takes the place of none");
    let folder = Path::new(&exported.folder);
    assert_eq!(exported.file_count, 8);
    assert_eq!(json(folder, "account.json")["account"]["name"], "Daniel Okafor");
    let drafts = json(folder, "drafts.json");
    let written = drafts
        .as_array()
        .unwrap()
        .iter()
        .find(|draft| draft["kind"] == "message");
    assert!(written.unwrap()["body"].to_string().contains("Half a thought"));
    assert_eq!(json(folder, "offers.json")[0]["offer"]["id"], offer.to_string());
    assert_eq!(json(folder, "notices.json")[0]["kind"], "offer_accepted");
    let files: Vec<_> = std::fs::read_dir(folder.join("files"))?.collect::<Result<_, _>>()?;
    assert_eq!(files.len(), 1);
    assert_eq!(std::fs::read_to_string(files[0].path())?, "a thought in a file");

    let token = desk.token().await?;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            let text = std::fs::read_to_string(&path)?;
            assert!(!text.contains(&token) && !text.contains(PASSWORD), "{}", path.display());
        }
    }
    let data: DataView = desk.ask("data_show", ()).await?;
    assert!(data.cache_bytes > 0 && data.journal_bytes > 0, "{data:?}");
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_out_of_their_bounds_are_refused_by_name_and_older_ones_are_still_read() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let desk = world.desk(Expert::Daniel).await?;
    for (change, pointer) in [
        (serde_json::json!({"zoom_percent": 79}), "/zoom_percent"),
        (serde_json::json!({"zoom_percent": 201}), "/zoom_percent"),
        (
            serde_json::json!({"quiet_hours": {"is_on": true, "from_minute": 1440, "to_minute": 3}}),
            "/quiet_hours/from_minute",
        ),
        (
            serde_json::json!({"quiet_hours": {"is_on": true, "from_minute": 60, "to_minute": 60}}),
            "/quiet_hours/to_minute",
        ),
    ] {
        let refused = desk.ask::<SettingsView>("settings_save", &change).await.unwrap_err();
        assert_eq!(refused.fields[0].pointer, pointer, "{change}");
    }
    // What an older version kept knows nothing of what came later.
    let older = serde_json::json!({"appearance": "dark", "notifications": false, "undo_seconds": 7});
    let shown: SettingsView = desk.ask("settings_save", older).await?;
    assert_eq!(shown.settings.zoom_percent, Settings::default().zoom_percent);
    assert_eq!(shown.settings.undo_seconds, 7);
    assert_eq!(shown.system.starts_at_login, None);
    let refused = desk
        .ask::<SettingsView>("settings_start_at_login", SettingsStartAtLogin { starts: true })
        .await
        .unwrap_err();
    assert_eq!(refused.code, proffer_desk::api::ApiErrorCode::SystemRefused);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_steps_are_ticked_from_facts_and_put_away_for_good() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let done = async |desk: &proffer_testkit::DeskAtWork| -> anyhow::Result<Vec<StepKind>> {
        let guide: GuideView = desk.ask("guide_show", ()).await?;
        assert!(guide.is_open);
        Ok(guide
            .steps
            .iter()
            .filter(|step| step.is_done)
            .map(|step| step.kind)
            .collect())
    };
    assert!(done(&desk).await?.is_empty());
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    assert_eq!(done(&desk).await?, [StepKind::Locked]);
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    wait_until("the answer counts", async || {
        Ok(done(&desk).await?.contains(&StepKind::Answered).then_some(()))
    })
    .await?;
    desk.offer(question).await?;
    assert_eq!(done(&desk).await?.len(), 5);
    let guide: GuideView = desk.ask("guide_open", GuideOpen { is_open: false }).await?;
    assert!(!guide.is_open);
    let desk = desk.restart().await?;
    let guide: GuideView = desk.ask("guide_show", ()).await?;
    assert!(!guide.is_open);
    desk.desk.close().await;

    // Who has offered before is no newcomer, also not at a new machine.
    let fresh = world.desk_in_step(Expert::Daniel).await?;
    let guide: GuideView = fresh.ask("guide_show", ()).await?;
    assert!(!guide.is_open);
    let guide: GuideView = fresh.ask("guide_open", GuideOpen { is_open: true }).await?;
    assert!(guide.is_open);
    fresh.desk.close().await;
    Ok(())
}
