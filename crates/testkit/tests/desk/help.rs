//! Asking a moderator for help, and what the UI may not ask.

use proffer_desk::api::{
    ApiErrorCode,
    settings::{Settings, SettingsView},
    support::{SupportDraftSave, SupportDraftView, SupportRequestList, SupportRequestSend},
};
use proffer_testkit::{Expert, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_help_is_shown_at_once_and_arrives() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.until_known(question).await?;
    let send = SupportRequestSend {
        question_id: Some(question),
        subject: String::new(),
        text: "<script>alert(1)</script> Please look at this one.".to_owned(),
    };
    let refused = desk
        .ask::<SupportRequestList>("support_request_send", send.clone())
        .await
        .unwrap_err();
    assert_eq!(refused.fields[0].pointer, "/subject");
    let send = SupportRequestSend {
        subject: "Wrong category".to_owned(),
        ..send
    };
    let listed: SupportRequestList = desk.ask("support_request_send", send).await?;
    assert_eq!(listed.requests.len(), 1);
    assert!(!listed.requests[0].text_html.contains("<script"));
    desk.until_sent().await?;
    let listed: SupportRequestList = desk.ask("support_request_list", ()).await?;
    assert_eq!(listed.requests.len(), 1);
    assert!(listed.requests[0].state.is_some());
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_help_is_kept_while_it_is_written_and_gives_way_when_it_is_sent() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let written = SupportDraftSave {
        subject: String::new(),
        text: "I cannot reach".to_owned(),
    };
    let kept: SupportDraftView = desk.ask("support_draft_save", written).await?;
    assert!(kept.saved_at.is_some());
    let desk = desk.restart().await?;
    let listed: SupportRequestList = desk.ask("support_request_list", ()).await?;
    assert_eq!(listed.draft.text, "I cannot reach");
    let send = SupportRequestSend {
        question_id: None,
        subject: "A customer".to_owned(),
        text: "I cannot reach the customer.".to_owned(),
    };
    let listed: SupportRequestList = desk.ask("support_request_send", send).await?;
    assert_eq!(listed.draft, SupportDraftView::default());
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_kept_and_what_cannot_be_read_is_refused() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let desk = world.desk(Expert::Daniel).await?;
    let settings = Settings {
        undo_seconds: 20,
        notifications: false,
        ..Settings::default()
    };
    desk.ask::<SettingsView>("settings_save", &settings).await?;
    let refused = desk
        .ask::<SettingsView>("settings_save", serde_json::json!({"undo_seconds": 200}))
        .await
        .unwrap_err();
    assert_eq!(refused.fields[0].pointer, "/undo_seconds");
    for (name, payload) in [
        ("no_such_request", "null"),
        ("queue_list", "{"),
        ("queue_list", "{\"filter\":\"everything\"}"),
        ("question_show", "{\"question_id\":\"7\"}"),
        ("settings_save", "[]x"),
    ] {
        let refused = desk.desk.request(name, payload.as_bytes()).await.unwrap_err();
        assert_eq!(refused.code, ApiErrorCode::MalformedRequest, "{name} {payload}");
    }
    let desk = desk.restart().await?;
    let shown: SettingsView = desk.ask("settings_show", ()).await?;
    assert_eq!(shown.settings, settings);
    desk.desk.close().await;
    Ok(())
}
