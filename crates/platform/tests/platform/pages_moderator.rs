//! The moderator's page.

use super::{
    databases::Home,
    pages::{Browser, hidden},
    world::{PASSWORD, World},
};
use proffer_domain::{OfferState, Role, SupportRequestId};
use proffer_platform::flow::{Command, NewAccount};
use proffer_protocol::{AcceptOfferRequest, Cursor, SupportRequestRequest};
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

#[tokio::test(flavor = "multi_thread")]
async fn a_moderator_withdraws_an_offer_on_its_page_which_says_who_decided_what_and_the_expert_is_told() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let browser = Browser::new(&world.serve().await);
    let offer = world.offered().await;
    let question = world.offer(offer).await.offer.question_id;
    browser.sign_in(NORA).await;
    let before = world
        .flow
        .changes_since(&world.daniel, &Cursor::default(), 500)
        .await
        .unwrap();
    let (_, page) = browser.get(&format!("/moderate/offers/{offer}")).await;
    assert!(
        page.contains("Letter before action") && page.contains("offer sent"),
        "{page}"
    );
    let form = [
        ("form", hidden(&page, "form")),
        ("command", hidden(&page, "command")),
        ("stay", "1"),
    ];
    let (status, at, page) = browser.post(&format!("/moderate/withdraw/{offer}"), &form).await;
    assert!(
        status.is_success() && at == format!("/moderate/offers/{offer}"),
        "{at} {page}"
    );
    assert!(
        page.contains("offer withdrawn") && page.contains("Nora Castellan, moderator"),
        "{page}"
    );
    assert_eq!(world.offer(offer).await.offer.state, OfferState::Withdrawn);
    let told = world.emails("offer_withdrawn_by_moderator").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, world.daniel.email);
    assert_eq!(world.emails("offer_withdrawn").await.len(), 1, "and the customer");
    let after = world
        .flow
        .changes_since(&world.daniel, &before.cursor.parse().unwrap(), 500)
        .await
        .unwrap();
    assert!(after.changes.iter().any(|change| change.id == offer.0), "{after:?}");
    let (_, page) = browser.get(&format!("/moderate/questions/{question}")).await;
    assert!(
        page.contains("question asked") && page.contains("Write to him"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_things_are_for_moderators_of_their_category_alone() {
    let mut world = World::begin(Home::on_sqlite().unwrap()).await;
    let url = world.serve().await;
    let offer = world.offered().await;
    let question = world.offer(offer).await.offer.question_id;
    let request = SupportRequestId(world.flow.ports().new_id());
    let help = SupportRequestRequest {
        id: request,
        subject: "May I?".to_owned(),
        text: "Tell me.".to_owned(),
        question_id: Some(question),
    };
    world.run(&world.daniel, Command::RequestSupport(help)).await.unwrap();
    let boats = world.flow.create_category("Boats").await.unwrap();
    let other = NewAccount {
        role: Role::Moderator,
        email: "otto@example.com".to_owned(),
        name: "Otto".to_owned(),
        password: PASSWORD.to_owned(),
        time_zone: "UTC".to_owned(),
        categories: vec![boats],
    };
    world.flow.create_account(other).await.unwrap();
    for (email, expected) in [
        (NORA, StatusCode::OK),
        ("otto@example.com", StatusCode::NOT_FOUND),
        ("daniel.okafor@example.com", StatusCode::FORBIDDEN),
        ("helen.marsh@example.com", StatusCode::FORBIDDEN),
    ] {
        let browser = Browser::new(&url);
        browser.sign_in(email).await;
        for path in [
            format!("/moderate/questions/{question}"),
            format!("/moderate/offers/{offer}"),
            format!("/moderate/requests/{request}"),
        ] {
            let (status, page) = browser.get(&path).await;
            assert_eq!(status, expected, "{email} {path} {page}");
        }
    }
}
