//! The moderator's page.

use super::{
    databases::Home,
    pages::{Browser, hidden},
    world::World,
};
use proffer_domain::{OfferState, SupportRequestId};
use proffer_platform::flow::Command;
use proffer_protocol::{AcceptOfferRequest, SupportRequestRequest};
use reqwest::StatusCode;

const NORA: &str = "nora.castellan@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_releases_a_lock_cancels_an_order_and_replies() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let offer = world.offered().await;
    let accept = AcceptOfferRequest {
        version: 1,
        call_slot: None,
    };
    world
        .run(&world.helen, Command::AcceptOffer(offer, accept))
        .await
        .unwrap();
    let locked = world.ask().await;
    world.run(&world.mira, Command::Lock(locked)).await.unwrap();
    let id = SupportRequestId(world.flow.ports().new_id());
    let request = SupportRequestRequest {
        id,
        subject: "May I offer a call?".to_owned(),
        text: "It is **urgent**.".to_owned(),
        question_id: None,
    };
    world
        .run(&world.daniel, Command::RequestSupport(request))
        .await
        .unwrap();
    browser.sign_in(NORA).await;
    let send = async |path: &str, text: &str| {
        let (_, page) = browser.get("/moderate").await;
        let command = uuid::Uuid::now_v7().to_string();
        let form = [
            ("form", hidden(&page, "form")),
            ("command", command.as_str()),
            ("text", text),
        ];
        browser.post(path, &form).await
    };
    let (_, page) = browser.get("/moderate").await;
    assert!(
        page.contains("locked by Mira Lindqvist") && page.contains("May I offer a call?"),
        "{page}"
    );
    send(&format!("/moderate/release/{locked}"), "").await;
    assert_eq!(world.question(locked).await.question.lock, None);
    let too_long = "because ".repeat(1_000);
    let (status, _, page) = send(&format!("/moderate/cancel/{offer}"), &too_long).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains(too_long.trim_end()), "what was typed is still there");
    send(&format!("/moderate/cancel/{offer}"), "The customer asked for it").await;
    assert_eq!(world.offer(offer).await.offer.state, OfferState::Cancelled);
    let (status, _, page) = send(&format!("/moderate/cancel/{offer}"), "Once more").await;
    assert!(
        status == StatusCode::CONFLICT && page.contains("role=\"alert\""),
        "{page}"
    );
    let (_, _, page) = send(&format!("/moderate/reply/{id}"), "Yes, you may.").await;
    assert!(page.contains("Your reply") && page.contains("Yes, you may."), "{page}");
    assert_eq!(world.emails("support_reply").await.len(), 1);
}
