//! Work that the clock and the outbox call for, done by several real instances over one database: each piece once,
//! though one of the instances is killed in the middle.

use crate::{
    databases::Home,
    instance::Instance,
    smtp_server::SmtpServer,
    waiting::until,
    world::{World, message, new_id, terms},
};
use jiff::{SignedDuration, Timestamp};
use proffer_domain::{MessageKind, OfferId, OfferState};
use proffer_platform::flow::Command;
use proffer_platform::ports::Clock;
use proffer_protocol::SendOfferRequest;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Questions with an answer and an offer each: two emails now, and one when the offer expires.
const QUESTIONS: usize = 70;
/// How many emails the one that is killed has sent before.
const BEFORE: usize = 15;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_instances_send_every_email_and_expire_every_offer_once_though_one_is_killed() -> anyhow::Result<()> {
    let home = Home::on_postgres().await?;
    let database = home.database().unwrap().to_owned();
    let world = World::begin(home).await?;
    // Everything was written two hours ago, and the offers have expired an hour ago.
    let then = Timestamp::now() - SignedDuration::from_hours(2);
    world.clock.pass(then.duration_since(world.clock.now()));
    let mut terms = terms();
    terms.expires_at = Some(then + SignedDuration::from_hours(1));
    let mut offers = Vec::new();
    for _ in 0..QUESTIONS {
        let question = world.locked().await?;
        let answer = Command::SendMessage(question, message(MessageKind::Answer));
        world.run(&world.daniel, answer).await?;
        let id = OfferId(new_id());
        let send = SendOfferRequest {
            id,
            terms: terms.clone(),
        };
        world.run(&world.daniel, Command::SendOffer(question, send)).await?;
        offers.push(id);
    }

    let server = SmtpServer::like(json!({
        "tls": "none",
        "users": { "anna": "a", "berta": "b", "clara": "c" },
        "hold": { "user": "berta", "after": BEFORE },
    }))
    .await?;
    let mut instances = BTreeMap::new();
    for (name, password) in [("anna", "a"), ("berta", "b"), ("clara", "c")] {
        let smtp = format!("smtp://{name}:{password}@127.0.0.1:{}", server.port);
        let arguments = ["--smtp", &smtp, "--claim-seconds", "4"];
        let started = Instance::start(world.home.folder(), Some(&database), &arguments, None);
        instances.insert(name, started.await?);
    }
    // She has begun the next email, and others are hers that she has not begun.
    server.until_held().await?;
    instances.remove("berta").unwrap().kill().await?;

    let received = server.until_received(QUESTIONS * 3).await?;
    let by_user = |user: &str| {
        received
            .iter()
            .filter(|email| email.user.as_deref() == Some(user))
            .count()
    };
    assert_eq!(by_user("berta"), BEFORE);
    assert!(by_user("anna") > 0 && by_user("clara") > 0, "both others work");
    for offer in &offers {
        // Expired once: whoever was slower was refused by the database.
        let document = world.offer_document(*offer).await?;
        assert_eq!((document.offer.state, document.revision), (OfferState::Expired, 2));
    }
    // Nothing is left, and nothing comes after it.
    let state = until("no email waits", async || {
        let state = world.flow.store().read().await?.outbox_state().await?;
        Ok((state.pending == 0).then_some(state))
    })
    .await?;
    assert_eq!((state.failed, state.bounced), (0, 0));
    for (_, instance) in instances {
        instance.terminate().await?;
        assert_eq!(instance.log(), "");
        assert!(instance.ended().await?.success());
    }
    let received = server.received();
    let ids: BTreeSet<String> = received.iter().map(|email| email.message_id()).collect();
    assert_eq!((received.len(), ids.len()), (QUESTIONS * 3, QUESTIONS * 3));
    let expired = received.iter().filter(|email| email.subject().contains("has expired"));
    assert_eq!(expired.count(), QUESTIONS);
    Ok(())
}
