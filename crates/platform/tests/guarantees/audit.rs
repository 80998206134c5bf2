//! The audit trail: one row for each decision, with it or not at all, and never another.

use crate::{
    databases::Home,
    world::{World, message},
};
use proffer_domain::MessageKind;
use proffer_platform::flow::Command;
use proffer_protocol::{AcceptOfferRequest, CancelOfferRequest, DeclineOfferRequest};
use sqlx::Connection;
use uuid::Uuid;

/// What was decided about a thing, oldest first: who, by which role, what, and why.
async fn trail(world: &World, object: Uuid) -> anyhow::Result<Vec<String>> {
    let mut rows = world.flow.audit(Some(object), None, None, 100).await?;
    rows.reverse();
    let words = rows.into_iter().map(|row| {
        let name = row.actor_name.unwrap_or_default();
        format!("{} {name} {} {}", row.actor, row.action, row.reason.unwrap_or_default())
    });
    Ok(words.map(|words| words.trim_end().replace("  ", " ")).collect())
}

crate::on_both_databases!(
    each_decision_is_written_once_with_who_what_and_why,
    a_refused_or_repeated_command_writes_no_further_decision,
    the_database_refuses_to_change_or_delete_a_decision,
);

async fn each_decision_is_written_once_with_who_what_and_why(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    let question = world.offer(offer).await?.question_id;
    let tick = || world.clock.pass(jiff::SignedDuration::from_secs(1));
    tick();
    world.run(&world.helen, Command::ViewOffer(offer)).await?;
    let decline = DeclineOfferRequest {
        reason: Some("Too dear".to_owned()),
    };
    world.run(&world.helen, Command::DeclineOffer(offer, decline)).await?;
    tick();
    world.run(&world.helen, Command::ReconsiderOffer(offer)).await?;
    tick();
    let accept = AcceptOfferRequest {
        version: 1,
        call_slot: None,
    };
    world.run(&world.helen, Command::AcceptOffer(offer, accept)).await?;
    tick();
    let cancel = CancelOfferRequest {
        reason: "Both asked for it".to_owned(),
    };
    world.run(&world.moderator, Command::CancelOffer(offer, cancel)).await?;
    assert_eq!(
        trail(&world, offer.0).await?,
        [
            "expert Daniel offer_sent",
            "customer Helen offer_declined Too dear",
            "customer Helen offer_reconsidered",
            "customer Helen offer_accepted",
            "moderator Morag offer_cancelled Both asked for it",
        ]
    );
    let mut about_question = trail(&world, question.0).await?;
    about_question.sort();
    assert_eq!(
        about_question,
        [
            "customer Helen question_asked",
            "expert Daniel lock_taken",
            "expert Daniel message_sent",
        ]
    );
    world.clock.pass(jiff::SignedDuration::from_hours(2));
    world.flow.run_due().await?;
    assert_eq!(trail(&world, question.0).await?.last().unwrap(), "clock lock_lapsed");
    assert_eq!(
        trail(&world, world.daniel.id.0).await?,
        ["operator account_made expert"]
    );
    let since = world.flow.audit(None, Some(world.moderator.id), None, 100).await?;
    assert_eq!(since.len(), 1, "by actor");
    Ok(())
}

async fn a_refused_or_repeated_command_writes_no_further_decision(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let question = world.asked().await?;
    let key = crate::world::new_key();
    for _ in 0..3 {
        world.flow.execute(&world.daniel, key, &Command::Lock(question)).await?;
    }
    world.code(&world.mira, Command::Lock(question)).await;
    let answer = message(MessageKind::Answer);
    let body = answer.text.clone();
    world
        .code(&world.mira, Command::SendMessage(question, answer.clone()))
        .await;
    world.run(&world.daniel, Command::SendMessage(question, answer)).await?;
    let rows = trail(&world, question.0).await?;
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows.iter().all(|row| !row.contains(&body)), "no message bodies");
    Ok(())
}

async fn the_database_refuses_to_change_or_delete_a_decision(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let before = trail(&world, world.daniel.id.0).await?;
    let file = format!("sqlite://{}", world.home.folder().join("platform.db").display());
    let url = world.home.config().database.unwrap_or(file);
    let mut connection = sqlx::AnyConnection::connect(&url).await?;
    for statement in [
        "DELETE FROM audit",
        "UPDATE audit SET action = 'nothing'",
        "UPDATE audit SET actor_id = NULL",
        "UPDATE audit SET reason = 'another'",
        "UPDATE audit SET at = 0",
    ] {
        let refused = sqlx::query(statement).execute(&mut connection).await;
        let error = refused.expect_err(statement).to_string();
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
    assert_eq!(trail(&world, world.daniel.id.0).await?, before);
    Ok(())
}
