//! One expert at two machines.

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
