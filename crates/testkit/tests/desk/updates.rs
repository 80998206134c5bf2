//! Updates of the app: which version is taken, and when the app restarts for it.

use proffer_desk::{
    api::{
        outbox::{OutboxRef, OutboxView},
        settings::{Settings, SettingsView},
        update::{UpdateBlocker, UpdateChannel, UpdateConsent, UpdateProblem, UpdateState, UpdateView},
    },
    ports::UpdateError,
    testing::{DrivenClock, ScriptedUpdater},
};
use proffer_domain::MessageKind;
use proffer_testkit::{DeskAtWork, Expert, Outside, World, wait_until};
use std::{sync::Arc, time::Duration};

const SAVED: UpdateConsent = UpdateConsent {
    has_unsaved_draft: false,
};

async fn show(desk: &DeskAtWork) -> anyhow::Result<UpdateView> {
    Ok(desk.ask("update_show", ()).await?)
}

async fn until_state(desk: &DeskAtWork, state: UpdateState) -> anyhow::Result<UpdateView> {
    wait_until(&format!("the update is {state:?}"), async || {
        Ok(Some(show(desk).await?).filter(|view| view.state == state))
    })
    .await
}

/// A desk on which an update to this version waits to be installed.
async fn ready(world: &World, version: &str) -> anyhow::Result<(DeskAtWork, Arc<ScriptedUpdater>)> {
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let updater = Arc::new(ScriptedUpdater::default());
    updater.announce(UpdateChannel::Stable, version);
    desk.desk.attach_updater(updater.clone());
    until_state(&desk, UpdateState::Available).await?;
    desk.ask::<UpdateView>("update_download", ()).await?;
    until_state(&desk, UpdateState::Ready).await?;
    Ok((desk, updater))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_means_nothing_is_asked_for() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let desk = world.desk(Expert::Daniel).await?;
    for request in ["update_check", "update_download", "update_show"] {
        let view: UpdateView = desk.ask(request, ()).await?;
        assert_eq!(
            (view.state, view.version),
            (UpdateState::Unavailable, None),
            "{request}"
        );
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_version_is_told_with_safe_notes_fetched_installed_and_restarted_into() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let (desk, updater) = ready(&world, "0.1.0").await?;
    let view = show(&desk).await?;
    assert_eq!(view.version.as_deref(), Some("0.1.0"));
    assert!(view.notes_html.contains("What is new in 0.1.0"));
    assert!(!view.notes_html.contains("<script"), "{}", view.notes_html);
    assert_eq!((view.received_bytes, view.size_bytes), (1_000, Some(1_000)));
    assert_eq!(updater.installs_and_restarts(), (0, 0), "not before the expert says so");

    let view: UpdateView = desk.ask("update_install", SAVED).await?;
    assert_eq!(view.state, UpdateState::Installed);
    desk.ask::<UpdateView>("update_restart", SAVED).await?;
    assert_eq!(updater.installs_and_restarts(), (1, 1));
    // The next start knows that it comes from an update, once.
    let desk = desk.restart().await?;
    assert!(desk.desk.take_note_of_update().await?);
    assert!(!desk.desk.take_note_of_update().await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_installed_while_a_draft_is_unsaved_or_a_message_can_be_taken_back() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    let (desk, updater) = ready(&world, "0.1.0").await?;
    let unsaved = UpdateConsent {
        has_unsaved_draft: true,
    };
    let view: UpdateView = desk.ask("update_install", unsaved).await?;
    assert_eq!(
        (view.state, view.blocker),
        (UpdateState::Ready, Some(UpdateBlocker::UnsavedDraft))
    );

    desk.lock(question).await?;
    let settings = Settings {
        undo_seconds: 60,
        ..Settings::default()
    };
    desk.ask::<SettingsView>("settings_save", settings).await?;
    desk.write(question, MessageKind::Answer, "You may.").await?;
    let view: UpdateView = desk.ask("update_install", SAVED).await?;
    assert_eq!(
        (view.state, view.blocker),
        (UpdateState::Ready, Some(UpdateBlocker::Sending))
    );
    assert_eq!(updater.installs_and_restarts(), (0, 0));

    let outbox: OutboxView = desk.ask("outbox_list", ()).await?;
    let undo = OutboxRef {
        command_id: outbox.entries[0].command_id,
    };
    desk.ask::<OutboxView>("outbox_undo", undo).await?;
    let view: UpdateView = desk.ask("update_install", SAVED).await?;
    assert_eq!((view.state, view.blocker), (UpdateState::Installed, None));
    // What was typed while it was installed holds up the restart as well.
    let view: UpdateView = desk.ask("update_restart", unsaved).await?;
    assert_eq!(view.blocker, Some(UpdateBlocker::UnsavedDraft));
    assert_eq!(updater.installs_and_restarts(), (1, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_manifest_neither_rolls_back_nor_freezes_and_the_memory_outlives_a_restart() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let desk = world.desk(Expert::Daniel).await?;
    let updater = Arc::new(ScriptedUpdater::default());
    updater.announce(UpdateChannel::Stable, "0.1.2");
    desk.desk.attach_updater(updater);
    until_state(&desk, UpdateState::Available).await?;

    let desk = desk.restart().await?;
    let updater = Arc::new(ScriptedUpdater::default());
    for (old, problem) in [
        ("0.1.1", UpdateProblem::HeldBack),
        ("0.0.0-test", UpdateProblem::HeldBack),
        ("0.0.0-alpha", UpdateProblem::OlderVersion),
    ] {
        updater.announce(UpdateChannel::Stable, old);
        if updater.checks() == 0 {
            desk.desk.attach_updater(updater.clone());
        }
        let view = wait_until("the channel was asked", async || {
            let view: UpdateView = desk.ask("update_check", ()).await?;
            Ok(Some(view).filter(|view| view.problem == Some(problem)))
        })
        .await?;
        assert_eq!((view.state, view.version), (UpdateState::UpToDate, None), "{old}");
        desk.ask::<UpdateView>("update_download", ()).await?;
        assert!(updater.downloads().is_empty());
    }
    updater.announce(UpdateChannel::Stable, "0.1.3");
    let view: UpdateView = desk.ask("update_check", ()).await?;
    assert_eq!((view.version.as_deref(), view.problem), (Some("0.1.3"), None));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_is_told_by_its_kind_and_can_be_tried_again() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let desk = world.desk(Expert::Daniel).await?;
    let updater = Arc::new(ScriptedUpdater::default());
    updater.fail(UpdateChannel::Stable, UpdateError::Unreachable("refused".to_owned()));
    desk.desk.attach_updater(updater.clone());
    let view = until_state(&desk, UpdateState::UpToDate).await?;
    assert_eq!(
        (view.problem, view.checked_at),
        (Some(UpdateProblem::Unreachable), None)
    );

    updater.announce(UpdateChannel::Stable, "not a version");
    let view: UpdateView = desk.ask("update_check", ()).await?;
    assert_eq!(view.problem, Some(UpdateProblem::NotUnderstood));

    updater.announce(UpdateChannel::Stable, "0.1.0");
    let view: UpdateView = desk.ask("update_check", ()).await?;
    assert_eq!((view.state, view.problem), (UpdateState::Available, None));
    updater.fail_download(Some(UpdateError::BadSignature("changed".to_owned())));
    desk.ask::<UpdateView>("update_download", ()).await?;
    let view = wait_until("the download has failed", async || {
        Ok(Some(show(&desk).await?).filter(|view| view.problem.is_some()))
    })
    .await?;
    assert_eq!(
        (view.state, view.problem),
        (UpdateState::Available, Some(UpdateProblem::BadSignature))
    );
    let view: UpdateView = desk.ask("update_install", SAVED).await?;
    assert_eq!(view.state, UpdateState::Available, "there is nothing to install");

    updater.fail_download(None);
    desk.ask::<UpdateView>("update_download", ()).await?;
    until_state(&desk, UpdateState::Ready).await?;
    updater.fail_install(Some(UpdateError::NotInstalled("cancelled".to_owned())));
    let view: UpdateView = desk.ask("update_install", SAVED).await?;
    assert_eq!(
        (view.state, view.problem),
        (UpdateState::Ready, Some(UpdateProblem::NotInstalled))
    );
    let desk = desk.restart().await?;
    assert!(!desk.desk.take_note_of_update().await?, "nothing was installed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_channel_is_asked_daily_and_anew_when_another_is_chosen() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let clock = Arc::new(DrivenClock::at("2026-11-29T08:00:00Z".parse()?));
    let outside = Outside {
        clock: clock.clone(),
        ..Outside::default()
    };
    let desk = world.desk_with(Expert::Daniel, outside).await?;
    let updater = Arc::new(ScriptedUpdater::default());
    updater.announce(UpdateChannel::Beta, "0.2.0-beta.1");
    desk.desk.attach_updater(updater.clone());
    let view = until_state(&desk, UpdateState::UpToDate).await?;
    assert_eq!((updater.checks(), view.version), (1, None));
    wait_until("the next day's question", async || {
        clock.advance(Duration::from_hours(24));
        Ok((updater.checks() >= 2).then_some(()))
    })
    .await?;

    let settings = Settings {
        update_channel: UpdateChannel::Beta,
        ..Settings::default()
    };
    desk.ask::<SettingsView>("settings_save", settings).await?;
    let view = until_state(&desk, UpdateState::Available).await?;
    assert_eq!(view.version.as_deref(), Some("0.2.0-beta.1"));
    Ok(())
}
