//! The Request Centre's list: pages with the outbox laid over them, selections, and many offers marked at once.

use super::insights::{answered, offered};
use proffer_desk::api::{
    connection::ConnectionState,
    offer::{OfferRef, OfferView},
    request_centre::{
        OfferGroupKind, OfferRows, OfferSelection, RequestCentreList, RequestCentreMarkRead, RequestCentreMarked,
        RequestCentrePage, RequestCentreView, RequestFilter, RequestView,
    },
};
use proffer_domain::{OfferId, OfferState, ServiceKind};
use proffer_testkit::{DeskAtWork, Expert, World, wait_until};

async fn centre(desk: &DeskAtWork, list: RequestCentreList) -> anyhow::Result<RequestCentreView> {
    Ok(desk.ask("request_centre_list", list).await?)
}

async fn page(
    desk: &DeskAtWork,
    group: OfferGroupKind,
    search: &str,
    (offset, limit): (u32, u32),
) -> anyhow::Result<Vec<OfferId>> {
    let page = RequestCentrePage {
        search: search.to_owned(),
        filter: RequestFilter::default(),
        group,
        offset,
        limit,
    };
    let OfferRows { rows } = desk.ask("request_centre_page", page).await?;
    Ok(rows.into_iter().map(|row| row.offer_id).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_give_every_offer_once_with_what_waits_in_the_outbox_at_its_place() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = answered(&helen, &desk, "My domain was taken").await?;
    let mut offers = Vec::new();
    for title in ["First", "Second", "Third", "Fourth", "Fifth", "Sixth"] {
        let title = format!("{title} LÉTTER");
        offers.push(offered(&desk, question, ServiceKind::LetterTemplates, &title, ("20.00", "GBP")).await?);
    }
    let withdraw = async |offer_id: OfferId| desk.ask::<OfferView>("offer_withdraw", OfferRef { offer_id }).await;
    for offer in [0, 2, 4] {
        withdraw(offers[offer]).await?;
        desk.until_sent().await?;
        desk.until_offer(offers[offer], OfferState::Withdrawn).await?;
    }
    world.stop_platform().await?;
    desk.until_connection(ConnectionState::Offline).await?;
    for offer in [1, 3] {
        withdraw(offers[offer]).await?;
    }

    let list = RequestCentreList {
        view: RequestView::Done,
        limit: 2,
        selected_ids: vec![offers[1], offers[2], offers[5]],
        ..RequestCentreList::default()
    };
    let view = centre(&desk, list).await?;
    let [group] = view.groups.as_slice() else {
        anyhow::bail!("{:?}", view.groups);
    };
    assert_eq!((group.kind, group.count), (OfferGroupKind::Withdrawn, 5));
    assert_eq!(group.amount_texts, ["£100.00"]);
    let first: Vec<_> = group.rows.iter().map(|row| (row.offer_id, row.is_pending)).collect();
    assert_eq!(first, [(offers[4], false), (offers[3], true)]);
    let done = view.views.iter().find(|count| count.view == RequestView::Done);
    assert_eq!(done.map(|count| count.count), Some(5));
    let mut selected = view.selected_ids;
    selected.sort_by_key(|id| offers.iter().position(|offer| offer == id));
    assert_eq!(selected, [offers[1], offers[2]], "the sixth is not done");

    let withdrawn = OfferGroupKind::Withdrawn;
    let newest_first = [offers[4], offers[3], offers[2], offers[1], offers[0]];
    for limit in 1..=6_u32 {
        let mut found = Vec::new();
        for offset in (0..8).step_by(limit as usize) {
            found.extend(page(&desk, withdrawn, "", (offset, limit)).await?);
        }
        assert_eq!(found, newest_first, "in pages of {limit}");
    }
    assert_eq!(page(&desk, OfferGroupKind::Awaiting, "", (0, 10)).await?, [offers[5]]);
    // Small and capital letters are the same, accents among them.
    assert_eq!(page(&desk, withdrawn, "létter third", (0, 10)).await?, [offers[2]]);
    assert_eq!(page(&desk, withdrawn, "FOURTH", (0, 10)).await?, [offers[3]]);
    assert!(page(&desk, withdrawn, "elsewhere", (0, 10)).await?.is_empty());
    desk.desk.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_offers_are_marked_as_read_at_once() -> anyhow::Result<()> {
    let world = World::begin().await?;
    let helen = world.helen().await?;
    let desk = world.desk_in_step(Expert::Daniel).await?;
    desk.without_undo().await?;
    let question = answered(&helen, &desk, "My domain was taken").await?;
    let mut offers = Vec::new();
    for price in ["20.00", "30.00", "40.00", "50.00", "60.00"] {
        let kind = ServiceKind::LetterTemplates;
        offers.push(offered(&desk, question, kind, "A letter", (price, "GBP")).await?);
    }
    for offer in &offers {
        helen.accept(*offer, 1).await?;
    }
    let unread =
        async || -> anyhow::Result<u32> { Ok(centre(&desk, RequestCentreList::default()).await?.unread_count) };
    wait_until("all five are unread", async || Ok((unread().await? == 5).then_some(()))).await?;
    let mark = async |offers: OfferSelection| -> anyhow::Result<u32> {
        let marked: RequestCentreMarked = desk
            .ask("request_centre_mark_read", RequestCentreMarkRead { offers })
            .await?;
        Ok(marked.marked_count)
    };
    let these = OfferSelection::These {
        offer_ids: offers[..2].to_vec(),
    };
    assert_eq!(mark(these.clone()).await?, 2);
    assert_eq!(unread().await?, 3);
    assert_eq!(mark(these).await?, 0);

    let all_but = |view, min_text: &str, offer_ids: &[OfferId]| OfferSelection::AllBut {
        view,
        search: "letter".to_owned(),
        filter: RequestFilter {
            currency: Some("GBP".to_owned()),
            min_text: min_text.to_owned(),
            ..RequestFilter::default()
        },
        offer_ids: offer_ids.to_vec(),
    };
    assert_eq!(mark(all_but(RequestView::Waiting, "", &[])).await?, 0);
    assert_eq!(mark(all_but(RequestView::NeedsYou, "50", &offers[4..])).await?, 1);
    assert_eq!(mark(all_but(RequestView::NeedsYou, "", &[])).await?, 2);
    assert_eq!(unread().await?, 0);
    desk.desk.close().await;
    Ok(())
}
