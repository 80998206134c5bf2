//! Payment through Stripe, against an independent stand-in: an offer is accepted only on what is set aside, whatever
//! happens on the line, and what is set aside for nothing is let go.

use crate::{
    databases::Home,
    on_both_databases,
    stripe_stand_in::{BAD_CARD, GOOD_CARD, Mishap, StandIn, WEBHOOK_SECRET},
    waiting::until,
    world::{World, new_key, refused},
};
use jiff::SignedDuration;
use proffer_domain::{OfferId, OfferState, offer::PaymentState};
use proffer_platform::{
    flow::{Command, PaymentStart},
    payment::{
        Secret,
        stripe::{Consent, sign},
    },
    ports::Clock,
    store::PaymentRow,
};
use proffer_protocol::{AcceptOfferRequest, CancelOfferRequest, DeclineOfferRequest, DeliverOfferRequest, ErrorCode};
use serde_json::json;

on_both_databases![
    an_offer_is_accepted_once_its_price_is_set_aside_and_completed_when_it_is_taken,
    a_payment_that_comes_after_a_withdrawal_is_let_go,
    a_withdrawal_while_the_customer_pays_has_one_winner,
];

const ACCEPT: AcceptOfferRequest = AcceptOfferRequest {
    version: 1,
    call_slot: None,
};

/// A platform whose customers pay by card, with the stand-in.
async fn begin(home: Home, consent: Consent) -> anyhow::Result<(World, StandIn)> {
    let mut world = World::begin(home).await?;
    let stripe = StandIn::begin().await?;
    world.pay_by_stripe(stripe.config(consent)).await?;
    Ok((world, stripe))
}

fn card(card: &str) -> Consent {
    Consent::PaymentMethod(card.to_owned())
}

async fn accept(world: &World, offer: OfferId) -> anyhow::Result<PaymentStart> {
    Ok(world
        .flow
        .begin_payment(&world.helen, offer, &ACCEPT, new_key())
        .await?)
}

async fn payment(world: &World, offer: OfferId) -> anyhow::Result<PaymentRow> {
    Ok(world.flow.payment_of(offer, 1).await?.unwrap())
}

/// Time passes until nothing is wanted of Stripe any more.
async fn settle(world: &World) -> anyhow::Result<()> {
    for _ in 0..20 {
        world.clock.pass(SignedDuration::from_secs(90));
        world.flow.run_payments().await?;
    }
    Ok(())
}

async fn complete(world: &World, offer: OfferId) -> anyhow::Result<()> {
    let delivery = DeliverOfferRequest {
        message: "Here it is.".to_owned(),
        is_call_outcome: false,
        attachments: vec![],
    };
    world.run(&world.daniel, Command::StartOffer(offer)).await?;
    world.run(&world.daniel, Command::DeliverOffer(offer, delivery)).await?;
    world.run(&world.helen, Command::CompleteOffer(offer)).await?;
    Ok(())
}

async fn assert_sound(world: &World) -> anyhow::Result<()> {
    let check = world.flow.check_ledger().await?;
    assert!(check.faults.is_empty(), "{:#?}", check.faults);
    Ok(())
}

fn intent(status: &str, offer: OfferId) -> (String, i64, String) {
    (status.to_owned(), 4_500, offer.to_string())
}

async fn an_offer_is_accepted_once_its_price_is_set_aside_and_completed_when_it_is_taken(
    home: Home,
) -> anyhow::Result<()> {
    let (world, stripe) = begin(home, Consent::Checkout).await?;
    let offer = world.offered().await?;
    // By the API alone it is not accepted.
    let problem = refused(world.run(&world.helen, Command::AcceptOffer(offer, ACCEPT)).await);
    assert_eq!((problem.code, problem.status), (ErrorCode::PaymentNeeded, 402));
    assert_eq!(accept(&world, offer).await?, PaymentStart::Begun);
    let pending = payment(&world, offer).await?;
    assert_eq!(
        (pending.state, world.offer(offer).await?.state),
        (PaymentState::Pending, OfferState::Sent)
    );
    assert!(
        pending
            .checkout_url
            .unwrap()
            .starts_with("https://checkout.stripe.com/")
    );
    // A second click goes to the same page.
    accept(&world, offer).await?;
    assert_eq!(stripe.keys("/checkout/sessions").len(), 1);
    assert!(stripe.pay("cs_test_1", GOOD_CARD).await?);
    settle(&world).await?;
    let accepted = payment(&world, offer).await?;
    assert_eq!(
        (accepted.state, accepted.is_accepted, world.offer(offer).await?.state),
        (PaymentState::Authorised, true, OfferState::Accepted)
    );
    assert_sound(&world).await?;
    complete(&world, offer).await?;
    assert_eq!(
        stripe.intents().await?,
        [intent("requires_capture", offer)],
        "not taken within the transaction"
    );
    assert_sound(&world).await?;
    settle(&world).await?;
    assert_eq!(stripe.intents().await?, [intent("succeeded", offer)]);
    assert_eq!(payment(&world, offer).await?.state, PaymentState::Captured);
    assert_sound(&world).await?;
    let balances = world.flow.ledger_balances().await?;
    let lines: Vec<_> = balances
        .iter()
        .map(|line| {
            format!(
                "{} {}",
                line.account.to_string().split('/').next().unwrap(),
                line.balance
            )
        })
        .collect();
    assert_eq!(
        lines,
        ["expert £-36.00", "held £0.00", "platform £-9.00", "processor £45.00"]
    );
    Ok(())
}

async fn a_payment_that_comes_after_a_withdrawal_is_let_go(home: Home) -> anyhow::Result<()> {
    let (world, stripe) = begin(home, Consent::Checkout).await?;
    let paid = world.offered().await?;
    let unpaid = world.offered().await?;
    for offer in [paid, unpaid] {
        accept(&world, offer).await?;
    }
    assert!(stripe.pay("cs_test_1", GOOD_CARD).await?);
    world.run(&world.daniel, Command::WithdrawOffer(paid)).await?;
    let decline = DeclineOfferRequest { reason: None };
    world.run(&world.helen, Command::DeclineOffer(unpaid, decline)).await?;
    settle(&world).await?;
    for (offer, state) in [(paid, OfferState::Withdrawn), (unpaid, OfferState::Declined)] {
        assert_eq!(world.offer(offer).await?.state, state);
        assert_eq!(payment(&world, offer).await?.state, PaymentState::Voided);
    }
    assert_eq!(stripe.intents().await?, [intent("canceled", paid)]);
    assert!(
        stripe.pay("cs_test_2", GOOD_CARD).await.is_err(),
        "nobody can pay for it any more"
    );
    assert_sound(&world).await?;
    // Taken back, it is accepted by a payment of its own.
    world.run(&world.helen, Command::ReconsiderOffer(unpaid)).await?;
    accept(&world, unpaid).await?;
    assert!(stripe.pay("cs_test_3", GOOD_CARD).await?);
    settle(&world).await?;
    assert_eq!(world.offer(unpaid).await?.state, OfferState::Accepted);
    assert_eq!(payment(&world, unpaid).await?.attempt, 2);
    assert_sound(&world).await
}

async fn a_withdrawal_while_the_customer_pays_has_one_winner(home: Home) -> anyhow::Result<()> {
    let (world, stripe) = begin(home, card(GOOD_CARD)).await?;
    for _ in 0..5 {
        let offer = world.offered().await?;
        let (begun, withdrawn) = tokio::join!(
            accept(&world, offer),
            world.run(&world.daniel, Command::WithdrawOffer(offer)),
        );
        settle(&world).await?;
        let state = world.offer(offer).await?.state;
        let known = world.flow.payment_of(offer, 1).await?;
        if withdrawn.is_ok() {
            assert_eq!(state, OfferState::Withdrawn, "{begun:?}");
            assert!(known.is_none_or(|payment| !payment.is_accepted && payment.state == PaymentState::Voided));
        } else {
            assert_eq!(state, OfferState::Accepted, "{begun:?}");
            assert!(known.is_some_and(|payment| payment.is_accepted && payment.state == PaymentState::Authorised));
        }
        let of_it: Vec<_> = stripe.intents().await?;
        let of_it: Vec<_> = of_it
            .into_iter()
            .filter(|(_, _, of)| *of == offer.to_string())
            .collect();
        assert!(of_it.len() < 2, "{of_it:?}");
        let wanted = if state == OfferState::Accepted {
            "requires_capture"
        } else {
            "canceled"
        };
        assert!(of_it.iter().all(|(status, ..)| status == wanted), "{of_it:?}");
        assert_sound(&world).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refused_card_accepts_nothing_and_another_one_can_be_tried() -> anyhow::Result<()> {
    let (mut world, stripe) = begin(Home::on_sqlite()?, card(BAD_CARD)).await?;
    let offer = world.offered().await?;
    accept(&world, offer).await?;
    let failed = payment(&world, offer).await?;
    assert_eq!((failed.state, failed.is_accepted), (PaymentState::Failed, false));
    assert_eq!(failed.last_error.as_deref(), Some("card_declined"));
    assert_eq!(world.offer(offer).await?.state, OfferState::Sent);
    settle(&world).await?;
    assert_eq!(stripe.asked("/payment_intents"), 1, "a refusal is not asked for again");
    world.pay_by_stripe(stripe.config(card(GOOD_CARD))).await?;
    accept(&world, offer).await?;
    assert_eq!(
        world.offer(offer).await?.state,
        OfferState::Accepted,
        "at once, where no page is needed"
    );
    assert_eq!(
        stripe.keys("/payment_intents").len(),
        2,
        "each try has a key of its own"
    );
    // On a page of Checkout the customer sees the refusal there, and tries another card.
    world.pay_by_stripe(stripe.config(Consent::Checkout)).await?;
    let second = world.offered().await?;
    accept(&world, second).await?;
    assert!(!stripe.pay("cs_test_1", BAD_CARD).await?);
    settle(&world).await?;
    assert_eq!(payment(&world, second).await?.state, PaymentState::Pending);
    assert!(stripe.pay("cs_test_1", GOOD_CARD).await?);
    settle(&world).await?;
    assert_eq!(world.offer(second).await?.state, OfferState::Accepted);
    assert_sound(&world).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_that_is_lost_is_not_a_failure_and_the_same_key_finds_out() -> anyhow::Result<()> {
    let (world, stripe) = begin(Home::on_sqlite()?, card(GOOD_CARD)).await?;
    let offer = world.offered().await?;
    for mishap in [Mishap::AnswerLost, Mishap::Fails, Mishap::Busy] {
        stripe.will("/payment_intents", mishap);
    }
    accept(&world, offer).await?;
    let unknown = payment(&world, offer).await?;
    assert_eq!((unknown.state, unknown.tries), (PaymentState::Pending, 1));
    assert_eq!(
        world.offer(offer).await?.state,
        OfferState::Sent,
        "not accepted on what is not known"
    );
    settle(&world).await?;
    assert_eq!(world.offer(offer).await?.state, OfferState::Accepted);
    assert_eq!(stripe.intents().await?.len(), 1, "set aside once");
    assert_eq!(
        (stripe.asked("/payment_intents"), stripe.keys("/payment_intents").len()),
        (4, 1)
    );
    // Capture and cancellation likewise.
    for mishap in [Mishap::Busy, Mishap::Fails, Mishap::AnswerLost] {
        stripe.will("/capture", mishap);
        stripe.will("/cancel", mishap);
    }
    complete(&world, offer).await?;
    let cancelled = world.offered().await?;
    accept(&world, cancelled).await?;
    let cancel = CancelOfferRequest {
        reason: "Both asked for it".to_owned(),
    };
    world
        .run(&world.daniel, Command::CancelOffer(cancelled, cancel))
        .await?;
    settle(&world).await?;
    assert_eq!(
        stripe.intents().await?,
        [intent("canceled", cancelled), intent("succeeded", offer)]
    );
    assert_eq!((stripe.keys("/capture").len(), stripe.keys("/cancel").len()), (1, 1));
    assert_eq!(payment(&world, offer).await?.state, PaymentState::Captured);
    assert_eq!(payment(&world, cancelled).await?.state, PaymentState::Voided);
    assert_sound(&world).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_page_that_nobody_pays_on_ends_and_a_lost_page_is_found_again() -> anyhow::Result<()> {
    let (world, stripe) = begin(Home::on_sqlite()?, Consent::Checkout).await?;
    let offer = world.offered().await?;
    stripe.will("/checkout/sessions", Mishap::AnswerLost);
    accept(&world, offer).await?;
    assert_eq!(payment(&world, offer).await?.checkout_url, None);
    settle(&world).await?;
    assert!(payment(&world, offer).await?.checkout_url.is_some());
    assert_eq!(stripe.keys("/checkout/sessions").len(), 1);
    let other = world.offered().await?;
    stripe.will("/checkout/sessions", Mishap::FailsForGood);
    accept(&world, other).await?;
    settle(&world).await?;
    let found = payment(&world, other).await?;
    assert_eq!((found.attempt, found.checkout_id.as_deref()), (2, Some("cs_test_2")));
    stripe.expire("cs_test_1");
    settle(&world).await?;
    let ended = payment(&world, offer).await?;
    assert_eq!((ended.state, ended.checkout_url), (PaymentState::Failed, None));
    accept(&world, offer).await?;
    assert!(stripe.pay("cs_test_3", GOOD_CARD).await?);
    settle(&world).await?;
    assert_eq!(world.offer(offer).await?.state, OfferState::Accepted);
    assert_sound(&world).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crash_between_payment_and_acceptance_is_made_good() -> anyhow::Result<()> {
    let (world, stripe) = begin(Home::on_sqlite()?, Consent::Checkout).await?;
    let offer = world.offered().await?;
    accept(&world, offer).await?;
    assert!(stripe.pay("cs_test_1", GOOD_CARD).await?);
    // As it stands when the process died right after writing that the amount is set aside.
    let mut tx = world.flow.store().begin().await?;
    let mut row = tx.payment(offer, 1).await?.unwrap();
    (row.state, row.wanted, row.due_at) = (PaymentState::Authorised, None, Some(world.clock.now()));
    tx.save_payment(&mut row).await?;
    tx.commit().await?;
    let again = world.open_again().await?;
    again.run_payments().await?;
    assert_eq!(world.offer(offer).await?.state, OfferState::Accepted);
    assert_sound(&world).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_taken_already_is_given_back() -> anyhow::Result<()> {
    let (world, stripe) = begin(Home::on_sqlite()?, card(GOOD_CARD)).await?;
    let offer = world.offered().await?;
    accept(&world, offer).await?;
    // Somebody takes it in Stripe's own dashboard.
    let id = payment(&world, offer).await?.external_id.unwrap();
    let mut row = payment(&world, offer).await?;
    row.attempt = 99;
    let key = proffer_platform::payment::StepKey::of(&row, proffer_domain::offer::PaymentStep::Capture);
    world.flow.stripe().unwrap().client.capture(&id, &key).await?;
    let cancel = CancelOfferRequest {
        reason: "Both asked for it".to_owned(),
    };
    world.run(&world.daniel, Command::CancelOffer(offer, cancel)).await?;
    stripe.will("/refunds", Mishap::AnswerLost);
    settle(&world).await?;
    assert_eq!(stripe.refunds().await?, 1);
    assert_eq!(payment(&world, offer).await?.state, PaymentState::Voided);
    assert_sound(&world).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn webhooks_settle_what_is_unknown_and_repeated_late_or_forged_ones_do_nothing() -> anyhow::Result<()> {
    let (world, stripe) = begin(Home::on_sqlite()?, card(GOOD_CARD)).await?;
    // The stand-in signs by the time of day.
    world
        .clock
        .pass(jiff::Timestamp::now().duration_since(world.clock.now()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks/stripe", listener.local_addr()?);
    let stop = tokio_util::sync::CancellationToken::new();
    let serving = tokio::spawn(world.platform().await?.serve(listener, stop.clone()));
    stripe.send_webhooks_to(&url).await?;
    let offer = world.offered().await?;
    accept(&world, offer).await?;
    stripe.will("/capture", Mishap::AnswerLost);
    complete(&world, offer).await?;
    // The clock stands, so nothing is asked again for its own sake: the webhook alone settles it.
    let taken = until("the price is taken", async || {
        let payment = payment(&world, offer).await?;
        Ok((payment.state == PaymentState::Captured).then_some(payment))
    })
    .await?;
    assert_eq!(stripe.asked("/capture"), 1);
    let http = reqwest::Client::new();
    let body = json!({
        "id": "evt_late", "type": "payment_intent.canceled",
        "data": { "object": { "id": taken.external_id, "object": "payment_intent", "status": "canceled" } },
    });
    let body = body.to_string();
    let send = async |signature: String| -> anyhow::Result<u16> {
        let request = http.post(&url).header("Stripe-Signature", signature).body(body.clone());
        Ok(request.send().await?.status().as_u16())
    };
    let (secret, now) = (Secret::new(WEBHOOK_SECRET), world.clock.now());
    for _ in 0..3 {
        assert_eq!(send(sign(&secret, body.as_bytes(), now)).await?, 200);
    }
    let old = now - SignedDuration::from_mins(6);
    for forged in [
        sign(&Secret::new("whsec_of_another"), body.as_bytes(), now),
        sign(&secret, b"{}", now),
        sign(&secret, body.as_bytes(), old),
        String::new(),
    ] {
        assert_eq!(send(forged.clone()).await?, 400, "{forged}");
    }
    assert_eq!(payment(&world, offer).await?, taken, "nothing has changed");
    assert_sound(&world).await?;
    stop.cancel();
    serving.await??;
    Ok(())
}

#[test]
fn keys_show_themselves_nowhere() {
    let config = proffer_platform::payment::stripe::StripeConfig {
        key: Secret::new("sk_live_1"),
        webhook_secret: Secret::new("whsec_1"),
        url: "https://api.stripe.com/".parse().unwrap(),
        consent: Consent::Checkout,
    };
    let client = proffer_platform::payment::stripe::StripeClient::new(&config).unwrap();
    let shown = format!("{config:?} {client:?}");
    assert!(!shown.contains("sk_live") && !shown.contains("whsec_"), "{shown}");
}
