//! One expert at two machines.

use crate::notices::offered;
use proffer_desk::api::{
    OpenTarget,
    notice::{NoticeKind, NoticeList},
    offer::OfferRef,
};
use proffer_domain::{MessageKind, OfferState};
use proffer_testkit::{Expert, World, wait_until};

#[tokio::test(flavor = "multi_thread")]
async fn two_desks_of_one_expert_show_the_same() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let office = world.desk_in_step(Expert::Daniel).await?;
    let home = world.desk_in_step(Expert::Daniel).await?;
    office.without_undo().await?;
    home.without_undo().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    office.lock(question).await?;
    home.until_known(question).await?;
    wait_until("home holds the lock too", async || {
        Ok(home.conversation(question).await?.may_write.then_some(()))
    })
    .await?;
    office
        .write(question, MessageKind::Answer, "Ask the registrar.")
        .await?;
    home.write(question, MessageKind::Answer, "And write to your designer.")
        .await?;
    for desk in [&office, &home] {
        wait_until("both answers are here", async || {
            let shown = desk.conversation(question).await?;
            Ok((shown.messages.len() == 2).then_some(()))
        })
        .await?;
    }
    let offer = home.offer(question).await?;
    wait_until("the office knows the offer", async || {
        Ok(office.offer_view(offer).await.ok())
    })
    .await?;
    helen.accept(offer, 1).await?;
    for desk in [&office, &home] {
        desk.until_offer(offer, OfferState::Accepted).await?;
        desk.until_raised(1).await?;
        assert_eq!(desk.notifier.raised().len(), 1);
    }
    office.desk.close().await;
    home.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_started_at_one_desk_is_no_news_at_the_other() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let office = world.desk_in_step(Expert::Daniel).await?;
    let home = world.desk_in_step(Expert::Daniel).await?;
    let (_, started) = offered(&helen, &office).await?;
    let (_, waiting) = offered(&helen, &office).await?;
    home.until_offer(waiting, OfferState::Sent).await?;
    home.desk.close().await;
    helen.accept(started, 1).await?;
    office.until_offer(started, OfferState::Accepted).await?;
    office
        .ask::<serde_json::Value>("offer_start", OfferRef { offer_id: started })
        .await?;
    office.until_offer(started, OfferState::InProgress).await?;
    office.until_sent().await?;
    helen.accept(waiting, 1).await?;

    let home = home.restart().await?;
    home.until_raised(1).await?;
    home.until_offer(started, OfferState::InProgress).await?;
    let target = Some(OpenTarget::Offer { offer_id: waiting });
    assert_eq!(home.notifier.raised().len(), 1);
    assert_eq!(home.notifier.raised()[0].target, target);
    let list: NoticeList = home.ask("notice_list", ()).await?;
    let listed = |offer| {
        list.notices
            .iter()
            .filter(|notice| notice.offer_id == Some(offer))
            .count()
    };
    assert_eq!((listed(started), listed(waiting)), (1, 1));
    office.desk.close().await;
    home.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_told_at_a_desk_that_learns_of_its_question_with_it() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let office = world.desk_in_step(Expert::Daniel).await?;
    let home = world.desk_in_step(Expert::Daniel).await?;
    home.desk.close().await;
    let (question, _) = offered(&helen, &office).await?;
    helen.reply(question, "Thank you!").await?;

    let home = home.restart().await?;
    let told = wait_until("the reply is told", async || {
        let list = home.notices().await?;
        Ok(list
            .notices
            .into_iter()
            .find(|notice| notice.kind == NoticeKind::CustomerReplied))
    })
    .await?;
    assert_eq!(told.question_id, Some(question));
    assert!(told.body.starts_with("My domain was taken · Q-"), "{}", told.body);
    office.desk.close().await;
    home.desk.close().await;
    Ok(())
}
