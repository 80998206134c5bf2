//! What is raised, when, and with which words and buttons.

use crate::notices::offered;
use jiff::{ToSpan, tz::TimeZone};
use proffer_desk::{
    api::{
        OpenTarget,
        notice::{AttentionNote, NoticeKind, NoticeList, NoticePause, NoticeTest, NoticeView},
        question::LockState,
        settings::{NoticeChoice, NoticeDetail, QuietHours, Settings, SettingsView},
    },
    ports::NoticeAction,
};
use proffer_domain::{Limits, OfferState, Timestamp};
use proffer_testkit::{DeskAtWork, Expert, World, wait_until};

async fn set(desk: &DeskAtWork, change: impl FnOnce(&mut Settings)) -> anyhow::Result<()> {
    let mut settings = Settings {
        undo_seconds: 0,
        ..Settings::default()
    };
    change(&mut settings);
    desk.ask::<SettingsView>("settings_save", settings).await?;
    Ok(())
}

/// Waits for a notice of a kind that is as wanted.
async fn until_notice(
    desk: &DeskAtWork,
    kind: NoticeKind,
    is_wanted: impl Fn(&NoticeView) -> bool,
) -> anyhow::Result<NoticeView> {
    wait_until(&format!("a notice of {kind:?} is as wanted"), async || {
        let mut notices = desk.notices().await?.notices.into_iter();
        Ok(notices.find(|notice| notice.kind == kind && is_wanted(notice)))
    })
    .await
}

/// A platform whose locks end soon after they were taken.
async fn with_short_locks(lock_seconds: u32, lock_warning_seconds: u32) -> anyhow::Result<World> {
    let world = World::begin().await?;
    let limits = Limits {
        lock_seconds,
        lock_warning_seconds,
        ..Limits::default()
    };
    world.flow().await?.set_limits(limits).await?;
    Ok(world)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_is_chosen_is_raised_with_its_sound_and_one_that_is_not_stays_in_the_app() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (question, offer) = offered(&helen, &desk).await?;
    set(&desk, |settings| {
        settings.notice_choices.offer_accepted.is_raised = false;
        settings.notice_choices.customer_replied = NoticeChoice {
            is_raised: true,
            has_sound: false,
        };
    })
    .await?;
    helen.accept(offer, 1).await?;
    until_notice(&desk, NoticeKind::OfferAccepted, |_| true).await?;
    helen.reply(question, "Thank you!").await?;
    desk.until_raised(1).await?;
    let raised = desk.notifier.raised();
    assert_eq!(raised.len(), 1);
    assert_eq!(raised[0].title, "Helen Marsh replied");
    assert!(!raised[0].has_sound);
    assert_eq!(raised[0].actions, [NoticeAction::Open]);

    // What was not chosen when it came is not raised by a later choice.
    set(&desk, |_| {}).await?;
    let desk = desk.restart().await?;
    desk.until_online().await?;
    let (_, second) = offered(&helen, &desk).await?;
    helen.accept(second, 1).await?;
    desk.until_raised(2).await?;
    let raised = desk.notifier.raised();
    assert_eq!(raised[1].target, Some(OpenTarget::Offer { offer_id: second }));
    assert!(raised[1].has_sound);
    assert_eq!(raised[1].actions, [NoticeAction::Start, NoticeAction::Open]);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_pause_held_back_is_told_in_one_when_it_ends_also_after_a_restart() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (_, first) = offered(&helen, &desk).await?;
    let (_, second) = offered(&helen, &desk).await?;
    let paused: NoticeList = desk.ask("notice_pause", NoticePause { minutes: 60 }).await?;
    assert!(paused.paused_until.is_some());
    for offer in [first, second] {
        helen.accept(offer, 1).await?;
        until_notice(&desk, NoticeKind::OfferAccepted, |notice| {
            notice.is_held && notice.offer_id == Some(offer)
        })
        .await?;
    }
    let test: NoticeTest = desk.ask("notice_send_test", ()).await?;
    assert!(test.was_taken && test.problem.unwrap().contains("paused"));
    let desk = desk.restart().await?;
    desk.until_online().await?;
    assert_eq!(desk.notifier.raised().len(), 1, "only the test");

    desk.ask::<NoticeList>("notice_pause", NoticePause { minutes: 0 })
        .await?;
    desk.until_raised(2).await?;
    let desk = desk.restart().await?;
    desk.until_online().await?;
    let raised = desk.notifier.raised();
    assert_eq!(raised.len(), 2);
    assert_eq!(raised[1].title, "2 offers were accepted");
    assert_eq!(raised[1].kind, NoticeKind::Digest);
    assert!(desk.notices().await?.notices.iter().all(|notice| !notice.is_held));
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_hold_back_and_what_was_read_meanwhile_is_not_told_again() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (_, read) = offered(&helen, &desk).await?;
    let (_, unread) = offered(&helen, &desk).await?;
    let here = Timestamp::now().to_zoned(TimeZone::system());
    let minute = |hours: i64| -> u16 {
        let at = &here + hours.hours();
        u16::try_from(at.hour()).unwrap() * 60 + u16::try_from(at.minute()).unwrap()
    };
    set(&desk, |settings| {
        settings.quiet_hours = QuietHours {
            is_on: true,
            from_minute: minute(-2),
            to_minute: minute(2),
        };
    })
    .await?;
    for offer in [read, unread] {
        helen.accept(offer, 1).await?;
        until_notice(&desk, NoticeKind::OfferAccepted, |notice| {
            notice.is_held && notice.offer_id == Some(offer)
        })
        .await?;
    }
    desk.offer_view(read).await?;
    assert!(desk.notifier.raised().is_empty());
    set(&desk, |_| {}).await?;
    desk.until_raised(1).await?;
    until_notice(&desk, NoticeKind::OfferAccepted, |notice| {
        !notice.is_held && notice.offer_id == Some(read)
    })
    .await?;
    let raised = desk.notifier.raised();
    assert_eq!(raised.len(), 1);
    assert_eq!(raised[0].target, Some(OpenTarget::Offer { offer_id: unread }));
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_says_no_more_than_its_owner_wants_on_a_locked_screen() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    for (detail, title) in [
        (NoticeDetail::Event, "An offer was accepted"),
        (NoticeDetail::Nothing, "Something new in Proffer"),
    ] {
        let (_, offer) = offered(&helen, &desk).await?;
        set(&desk, |settings| settings.notice_detail = detail).await?;
        let before = desk.notifier.raised().len();
        helen.accept(offer, 1).await?;
        desk.until_raised(before + 1).await?;
        let raised = desk.notifier.raised();
        let last = raised.last().unwrap();
        assert_eq!((last.title.as_str(), last.body.as_str()), (title, ""), "{detail:?}");
        let kept = until_notice(&desk, NoticeKind::OfferAccepted, |notice| notice.id == last.id).await?;
        assert_eq!(kept.title, "Helen Marsh accepted your offer");
    }
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_raised_about_what_the_expert_is_looking_at() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (_, seen) = offered(&helen, &desk).await?;
    let (_, unseen) = offered(&helen, &desk).await?;
    let look = AttentionNote {
        is_focused: true,
        target: Some(OpenTarget::Offer { offer_id: seen }),
    };
    desk.ask::<()>("attention_note", look).await?;
    helen.accept(seen, 1).await?;
    until_notice(&desk, NoticeKind::OfferAccepted, |notice| {
        notice.is_read && notice.offer_id == Some(seen)
    })
    .await?;
    // Another one is raised, and so is this one once the window lies behind others.
    helen.accept(unseen, 1).await?;
    desk.until_raised(1).await?;
    let raised = desk.notifier.raised();
    assert_eq!(raised.len(), 1);
    assert_eq!(raised[0].target, Some(OpenTarget::Offer { offer_id: unseen }));
    desk.ask::<()>(
        "attention_note",
        AttentionNote {
            is_focused: false,
            ..look
        },
    )
    .await?;
    desk.ask::<serde_json::Value>("offer_start", proffer_desk::api::offer::OfferRef { offer_id: seen })
        .await?;
    desk.until_offer(seen, OfferState::InProgress).await?;
    desk.ask::<serde_json::Value>(
        "offer_delivery_save",
        proffer_desk::api::offer::OfferDeliverySave {
            offer_id: seen,
            message: "Here it is.".to_owned(),
            is_call_outcome: false,
        },
    )
    .await?;
    desk.ask::<serde_json::Value>("offer_deliver", proffer_desk::api::offer::OfferRef { offer_id: seen })
        .await?;
    desk.until_offer(seen, OfferState::Delivered).await?;
    helen.complete(seen).await?;
    desk.until_raised(2).await?;
    assert_eq!(desk.notifier.raised()[1].kind, NoticeKind::OfferCompleted);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_warned_of_once_before_each_end_and_extended_from_the_notification() -> anyhow::Result<()> {
    let world = with_short_locks(6, 4).await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    let ends_at = desk.lock(question).await?.lock.expires_at.unwrap();
    desk.until_raised(1).await?;
    let raised = desk.notifier.raised();
    assert!(raised[0].title.ends_with("ends soon"), "{}", raised[0].title);
    assert_eq!(raised[0].target, Some(OpenTarget::Question { question_id: question }));
    assert_eq!(raised[0].actions, [NoticeAction::Extend, NoticeAction::Open]);
    let needs_window = desk.desk.notice_acted(raised[0].id, NoticeAction::Extend).await?;
    assert!(!needs_window);
    let view = desk.conversation(question).await?;
    assert_eq!(view.lock.state, LockState::Mine);
    assert!(view.lock.expires_at.unwrap() > ends_at);
    assert_eq!(desk.notices().await?.unread_count, 0);

    // A restart warns of nothing again, and the next end is warned of by another notice.
    let desk = desk.restart().await?;
    desk.until_raised(2).await?;
    let raised = desk.notifier.raised();
    assert_eq!(raised.len(), 2);
    assert_ne!(raised[0].id, raised[1].id);
    wait_until("the lock has ended", async || {
        let view = desk.conversation(question).await?;
        Ok((view.lock.state == LockState::Free).then_some(()))
    })
    .await?;
    desk.desk.notice_acted(raised[1].id, NoticeAction::Extend).await?;
    let raised = desk.notifier.raised();
    assert_eq!(raised.len(), 3);
    assert_eq!(raised[2].title, "The lock could not be extended");
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_on_an_accepted_offer_is_started_from_the_notification_without_a_window() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (_, offer) = offered(&helen, &desk).await?;
    helen.accept(offer, 1).await?;
    desk.until_raised(1).await?;
    let id = desk.notifier.raised()[0].id;
    assert!(!desk.desk.notice_acted(id, NoticeAction::Start).await?);
    desk.until_offer(offer, OfferState::InProgress).await?;
    // Pressed twice, it says why nothing happens.
    desk.desk.notice_acted(id, NoticeAction::Start).await?;
    let raised = desk.notifier.raised();
    assert_eq!(raised.len(), 2);
    assert_eq!(raised[1].title, "The work could not be started");
    desk.desk.close().await;
    Ok(())
}
