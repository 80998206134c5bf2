//! One acceptance, one notification.

use proffer_desk::api::{
    OpenTarget,
    event::NavigationTaken,
    notice::{NoticeKind, NoticeTest},
};
use proffer_domain::{MessageKind, OfferId, OfferState, QuestionId};
use proffer_testkit::{Customer, DeskAtWork, Expert, World, wait_until};

/// A question of Helen's, answered and offered for.
pub(crate) async fn offered(helen: &Customer, desk: &DeskAtWork) -> anyhow::Result<(QuestionId, OfferId)> {
    desk.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    Ok((question, desk.offer(question).await?))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_is_raised_once_however_often_the_desk_restarts() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let mut desk = world.desk_in_step(Expert::Daniel).await?;
    let (_, offer) = offered(&helen, &desk).await?;
    helen.accept(offer, 1).await?;
    desk.until_raised(1).await?;
    for _ in 0..2 {
        desk = desk.restart().await?;
        desk.until_online().await?;
    }
    // The same with the cache gone: what the journal knows is not news.
    desk = desk
        .restart_after(|folder| Ok(std::fs::remove_file(folder.join("cache.db"))?))
        .await?;
    desk.until_online().await?;
    assert_eq!(desk.offer_view(offer).await?.state, Some(OfferState::Accepted));
    assert_eq!(desk.notifier.raised().len(), 1);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_held_and_then_accepted_while_the_desk_was_closed_is_raised_at_its_start() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (_, offer) = offered(&helen, &desk).await?;
    helen.hold(offer).await?;
    desk.until_offer(offer, OfferState::Held).await?;
    desk.desk.close().await;
    helen.accept(offer, 1).await?;
    let desk = desk.restart().await?;
    desk.until_raised(1).await?;
    desk.until_online().await?;
    assert_eq!(desk.notifier.raised().len(), 1);
    assert_eq!(desk.notifier.raised()[0].title, "Helen Marsh accepted your offer");
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_machine_tells_old_acceptances_in_one_digest() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    for _ in 0..2 {
        let (_, offer) = offered(&helen, &desk).await?;
        helen.accept(offer, 1).await?;
    }
    desk.until_raised(2).await?;
    desk.desk.close().await;
    let fresh = world.desk_in_step(Expert::Daniel).await?;
    fresh.until_raised(1).await?;
    let raised = fresh.notifier.raised();
    assert_eq!(raised.len(), 1);
    assert_eq!(raised[0].title, "2 offers were accepted");
    assert_eq!(raised[0].target, Some(OpenTarget::RequestCentre));
    fresh.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decline_and_a_reply_are_told_in_the_app_only() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (question, offer) = offered(&helen, &desk).await?;
    helen.reply(question, "Thank you!").await?;
    helen.decline(offer, "Too dear for me").await?;
    let notices = wait_until("both notices are there", async || {
        let list = desk.notices().await?;
        Ok((list.notices.len() == 2).then_some(list))
    })
    .await?;
    let declined = notices
        .notices
        .iter()
        .find(|notice| notice.kind == NoticeKind::OfferDeclined);
    assert!(declined.unwrap().body.contains("Too dear for me"));
    assert!(
        notices
            .notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::CustomerReplied)
    );
    assert!(desk.notifier.raised().is_empty());
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_system_refuses_is_shown_with_its_reason_and_raised_later_once() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (_, offer) = offered(&helen, &desk).await?;
    desk.notifier.refuse(Some("no notification service"));
    helen.accept(offer, 1).await?;
    wait_until("the refusal is kept", async || {
        let list = desk.notices().await?;
        Ok(list
            .notices
            .into_iter()
            .find(|notice| notice.raise_error.as_deref() == Some("no notification service")))
    })
    .await?;
    let test: NoticeTest = desk.ask("notice_send_test", ()).await?;
    assert!(!test.was_taken && test.problem.unwrap().contains("no notification service"));
    desk.notifier.refuse(None);
    let desk = desk.restart().await?;
    desk.until_raised(1).await?;
    desk.until_online().await?;
    assert_eq!(desk.notifier.raised().len(), 1);
    assert_eq!(desk.notices().await?.notices[0].raise_error, None);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_a_notification_leads_to_its_offer() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (_, offer) = offered(&helen, &desk).await?;
    helen.accept(offer, 1).await?;
    desk.until_raised(1).await?;
    assert_eq!(desk.notices().await?.unread_count, 1);
    desk.desk.notice_activated(desk.notifier.raised()[0].id).await?;
    let taken: NavigationTaken = desk.ask("navigation_take", ()).await?;
    assert_eq!(taken.target, Some(OpenTarget::Offer { offer_id: offer }));
    let taken: NavigationTaken = desk.ask("navigation_take", ()).await?;
    assert_eq!(taken.target, None);
    assert_eq!(desk.notices().await?.unread_count, 0);
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_closes_while_the_system_hesitates_raises_nothing_twice() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    let (_, offer) = offered(&helen, &desk).await?;
    desk.notifier.hesitate(true);
    helen.accept(offer, 1).await?;
    desk.until_raised(1).await?;
    let notifier = std::sync::Arc::clone(&desk.notifier);
    let closing = tokio::spawn({
        let desk = desk.desk.clone();
        async move { desk.close().await }
    });
    notifier.hesitate(false);
    closing.await?;
    let desk = desk.restart().await?;
    desk.until_online().await?;
    assert_eq!(desk.notices().await?.notices[0].raise_error, None);
    assert_eq!(desk.notifier.raised().len(), 1);
    desk.desk.close().await;
    Ok(())
}
