//! Paying by card on the pages: the customer is sent to Stripe's page and back, and a GET accepts nothing.

use crate::{
    databases::Home,
    pages::{Browser, hidden},
    stripe_stand_in::{GOOD_CARD, Mishap, StandIn},
    waiting::until,
    world::World,
};
use proffer_domain::{OfferState, PaymentMethod};
use proffer_platform::payment::stripe::Consent;
use reqwest::StatusCode;

async fn begin() -> (World, StandIn, Browser) {
    let stripe = StandIn::begin().await.unwrap();
    let config = stripe.config(Consent::Checkout);
    let mut world = World::begin_with(Home::on_sqlite().unwrap(), |platform| {
        platform.pays_by = PaymentMethod::Stripe;
        platform.stripe = Some(config);
    })
    .await;
    let browser = Browser::new(&world.serve().await);
    browser.sign_in("helen.marsh@example.com").await;
    (world, stripe, browser)
}

async fn press_accept(browser: &Browser, offer: &str) -> (StatusCode, String, String) {
    let (_, page) = browser.get(offer).await;
    let form = [
        ("form", hidden(&page, "form")),
        ("command", hidden(&page, "command")),
        ("version", "1"),
    ];
    browser.post(&format!("{offer}/accept"), &form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_leads_to_the_card_page_and_is_done_once_that_is_paid() {
    let (world, stripe, browser) = begin().await;
    let id = world.offered().await;
    let offer = format!("/offers/{id}");
    let (status, at, page) = press_accept(&browser, &offer).await;
    assert_eq!((status, at), (StatusCode::OK, format!("{offer}/pay")));
    let link = "https://checkout.stripe.com/c/pay/cs_test_1";
    assert!(
        page.contains(&format!("href=\"{link}\"")) && page.contains("£145.00"),
        "{page}"
    );
    assert!(
        page.contains(&format!("http-equiv=\"refresh\" content=\"2; url={link}\"")),
        "{page}"
    );
    let (_, page) = browser.get(&offer).await;
    assert!(page.contains("Not paid yet, and not accepted"), "{page}");
    assert_eq!(world.offer(id).await.offer.state, OfferState::Sent);
    // Pressing again leads to the same page.
    let (_, _, again) = press_accept(&browser, &offer).await;
    assert!(again.contains(link), "{again}");
    assert!(stripe.pay("cs_test_1", GOOD_CARD).await.unwrap());
    // Coming back is a GET, which accepts nothing by itself.
    browser.get(&offer).await;
    assert_eq!(world.offer(id).await.offer.state, OfferState::Sent);
    until("it is accepted", async || {
        world.clock.pass(jiff::SignedDuration::from_secs(60));
        let state = world.offer(id).await.offer.state;
        Ok((state == OfferState::Accepted).then_some(()))
    })
    .await
    .unwrap();
    let (_, page) = browser.get(&format!("{offer}/pay")).await;
    assert!(page.contains("£145.00 is reserved on your card"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_service_that_does_not_answer_is_told_in_words_and_asked_again() {
    let (world, stripe, browser) = begin().await;
    let id = world.offered().await;
    let offer = format!("/offers/{id}");
    stripe.will("/checkout/sessions", Mishap::Fails);
    let (status, at, page) = press_accept(&browser, &offer).await;
    assert_eq!((status, at), (StatusCode::OK, format!("{offer}/pay")));
    assert!(page.contains("Nothing has been taken"), "{page}");
    until("it is asked again", async || {
        world.clock.pass(jiff::SignedDuration::from_secs(60));
        let (_, page) = browser.get(&format!("{offer}/pay")).await;
        Ok(page.contains("cs_test_1").then_some(()))
    })
    .await
    .unwrap();
}
