//! Several real instances over one PostgreSQL: what is written through one reaches who listens at the others at once.

use crate::{
    databases::Home,
    http::{Session, client},
    instance::Instance,
    nats_server::NatsServer,
    world::{PASSWORD, World, new_id},
};
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use proffer_protocol::SyncPage;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Clients look by themselves every two seconds; ten changes in a row that come sooner than this came by hints.
const SOONER_THAN_A_LOOK: Duration = Duration::from_millis(900);
/// How long anything that must happen may take.
const PATIENCE: Duration = Duration::from_secs(30);
const CHANGES: usize = 10;

async fn session(url: &str, email: &str) -> anyhow::Result<Session> {
    let body = json!({ "email": email, "password": PASSWORD, "device": "test" });
    let client = client();
    let response = client.post(format!("{url}/v1/sessions")).json(&body).send().await?;
    assert_eq!(response.status(), 201);
    let created: serde_json::Value = response.json().await?;
    Ok(Session::new(client, url, created["token"].as_str().unwrap()))
}

/// Every id that an event stream tells of.
async fn listen(session: &Session) -> anyhow::Result<mpsc::UnboundedReceiver<String>> {
    let response = session.get("/v1/events").send().await?;
    assert_eq!(response.status(), 200);
    let (tell, told) = mpsc::unbounded_channel();
    let mut events = response.bytes_stream().eventsource();
    tokio::spawn(async move {
        while let Some(Ok(event)) = events.next().await {
            let page: SyncPage = serde_json::from_str(&event.data).unwrap();
            for change in page.changes {
                if tell.send(change.id.to_string()).is_err() {
                    return;
                }
            }
        }
    });
    Ok(told)
}

async fn until(told: &mut mpsc::UnboundedReceiver<String>, id: &str) -> anyhow::Result<()> {
    let told = async {
        while let Some(told) = told.recv().await {
            if told == id {
                return Ok(());
            }
        }
        anyhow::bail!("the stream ended")
    };
    tokio::time::timeout(PATIENCE, told).await?
}

async fn three_instances(world: &World, arguments: &[&str]) -> anyhow::Result<Vec<Instance>> {
    let mut instances = Vec::new();
    for _ in 0..3 {
        let database = world.home.database();
        instances.push(Instance::start(world.home.folder(), database, arguments, None).await?);
    }
    Ok(instances)
}

/// Writes through each in turn, and measures when who listens at the others hears; the slowest of each change, sorted.
async fn delays(world: &World, instances: &[Instance]) -> anyhow::Result<Vec<Duration>> {
    let (mut listening, mut writing) = (Vec::new(), Vec::new());
    for instance in instances {
        let daniel = session(&instance.url, &world.daniel.email).await?;
        let mut told = listen(&daniel).await?;
        until(&mut told, &world.category.to_string()).await?;
        listening.push(told);
        writing.push(session(&instance.url, &world.helen.email).await?);
    }
    let mut delays = Vec::new();
    for round in 0..CHANGES {
        let id = new_id().to_string();
        let question = json!({ "id": id, "category_id": world.category, "title": "A title", "text": "A text" });
        writing[round % writing.len()].done("/v1/questions", &question).await?;
        let written = Instant::now();
        for told in &mut listening {
            until(told, &id).await?;
        }
        delays.push(written.elapsed());
    }
    delays.sort();
    Ok(delays)
}

async fn check(world: &World, arguments: &[&str], name: &str) -> anyhow::Result<()> {
    let instances = three_instances(world, arguments).await?;
    let delays = delays(world, &instances).await?;
    let (median, slowest) = (delays[CHANGES / 2], delays[CHANGES - 1]);
    tracing_to_output(&format!("{name}: median {median:?}, slowest {slowest:?}"));
    assert!(slowest < SOONER_THAN_A_LOOK, "{delays:?}");
    for instance in instances {
        instance.terminate().await?;
        assert_eq!(instance.log(), "");
        assert!(instance.ended().await?.success());
    }
    Ok(())
}

/// Shown with `--no-capture`.
fn tracing_to_output(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_through_one_of_three_instances_reaches_who_listens_at_the_others_by_postgres() -> anyhow::Result<()> {
    let world = World::begin(Home::on_postgres().await?).await?;
    check(&world, &[], "LISTEN/NOTIFY").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_through_one_of_three_instances_reaches_who_listens_at_the_others_by_nats() -> anyhow::Result<()> {
    let world = World::begin(Home::on_postgres().await?).await?;
    let nats = NatsServer::open()?;
    check(&world, &["--hints", nats.url().as_str()], "NATS").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_at_one_instance_ends_its_events_at_another() -> anyhow::Result<()> {
    let world = World::begin(Home::on_postgres().await?).await?;
    let instances = three_instances(&world, &[]).await?;
    let daniel = session(&instances[0].url, &world.daniel.email).await?;
    let elsewhere = Session::new(client(), &instances[1].url, daniel.token.as_deref().unwrap());
    let mut told = listen(&elsewhere).await?;
    until(&mut told, &world.category.to_string()).await?;
    let signed_out = daniel
        .request(reqwest::Method::DELETE, "/v1/sessions/current")
        .send()
        .await?;
    assert!(signed_out.status().is_success());
    let ended = async { while told.recv().await.is_some() {} };
    tokio::time::timeout(PATIENCE, ended).await?;
    Ok(())
}
