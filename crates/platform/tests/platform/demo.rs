//! The demo: its data set, and the scripted customer on the real pages.

use crate::waiting::until;
use proffer_domain::OfferState;
use proffer_platform::{Config, Platform, flow::Flow};
use proffer_protocol::{Document, Entity, OfferDocument};
use std::{
    collections::BTreeSet,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};
use tokio_util::sync::CancellationToken;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_proffer-platform"))
}

fn seed(data: &Path) {
    let output = program()
        .args(["demo", "seed", "--seed", "7", "--data"])
        .arg(data)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

async fn offers(flow: &Flow) -> Vec<OfferDocument> {
    let mut tx = flow.store().read().await.unwrap();
    let documents = tx.documents(Entity::Offer).await.unwrap();
    documents
        .into_iter()
        .filter_map(|document| match document {
            Document::Offer(offer) => Some(offer),
            _ => None,
        })
        .collect()
}

async fn titles(flow: &Flow) -> BTreeSet<(String, String)> {
    let mut tx = flow.store().read().await.unwrap();
    let documents = tx.documents(Entity::Question).await.unwrap();
    documents
        .into_iter()
        .filter_map(|document| match document {
            Document::Question(document) => Some((document.question.customer.name, document.question.title)),
            _ => None,
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_set_is_the_same_for_a_seed_and_has_work_for_the_demo_expert() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    seed(one.path());
    seed(two.path());
    let first = Platform::open(Config::in_folder(one.path().to_owned()))
        .await
        .unwrap()
        .flow();
    let second = Platform::open(Config::in_folder(two.path().to_owned()))
        .await
        .unwrap()
        .flow();
    let asked = titles(&first).await;
    assert!(asked.len() >= 40, "{}", asked.len());
    assert_eq!(asked, titles(&second).await);
    let offers = offers(&first).await;
    let open = offers
        .iter()
        .filter(|offer| offer.expert.name == "Daniel Okafor" && offer.offer.state.is_open());
    assert!(open.count() >= 3);
    let states: BTreeSet<_> = offers.iter().map(|offer| offer.offer.state.as_str()).collect();
    for state in [
        OfferState::Sent,
        OfferState::Held,
        OfferState::Declined,
        OfferState::Accepted,
        OfferState::InProgress,
        OfferState::Delivered,
        OfferState::Completed,
        OfferState::Withdrawn,
    ] {
        assert!(states.contains(state.as_str()), "an offer is {}", state.as_str());
    }
    let now = first.ports().clock.now();
    let mut tx = first.store().read().await.unwrap();
    assert!(
        tx.due_emails(now, 10).await.unwrap().is_empty(),
        "no email goes out for it"
    );
    for document in tx.documents(Entity::Question).await.unwrap() {
        if let Document::Question(document) = document {
            assert!(
                document.question.last_activity_at <= now,
                "nothing happened in the future"
            );
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let accounts = std::fs::metadata(one.path().join("demo-accounts.json")).unwrap();
        assert_eq!(accounts.permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scripted_customer_asks_and_accepts_the_offer_that_waits() {
    let data = tempfile::tempdir().unwrap();
    seed(data.path());
    let accounts: serde_json::Value =
        serde_json::from_slice(&std::fs::read(data.path().join("demo-accounts.json")).unwrap()).unwrap();
    let platform = Platform::open(Config::in_folder(data.path().to_owned())).await.unwrap();
    let flow = platform.flow();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(platform.serve(listener, CancellationToken::new()));
    let accepted = async || {
        let offers = offers(&flow).await;
        offers
            .iter()
            .filter(|offer| offer.customer.name == "Helen Marsh" && offer.offer.state == OfferState::Accepted)
            .count()
    };
    let questions = titles(&flow).await.len();
    assert_eq!(accepted().await, 0);
    let mut customer = program()
        .args([
            "demo",
            "customer",
            "--url",
            &url,
            "--accept-after",
            "0",
            "--password-stdin",
        ])
        .args(["--email", accounts["customer"]["email"].as_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let password = accounts["customer"]["password"].as_str().unwrap();
    customer.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    until("something is accepted", async || {
        assert!(customer.try_wait().unwrap().is_none(), "the customer left");
        Ok((accepted().await > 0).then_some(()))
    })
    .await
    .unwrap();
    customer.kill().unwrap();
    customer.wait().unwrap();
    assert_eq!(accepted().await, 1);
    assert_eq!(titles(&flow).await.len(), questions + 1, "a question was asked");
}
