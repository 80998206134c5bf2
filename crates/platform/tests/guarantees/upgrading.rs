//! Instances that start at the same moment, and one after the other put in another's place while customers go on.

use crate::{
    databases::Home,
    http::{Session, client},
    instance::{Instance, program},
    world::{PASSWORD, World, new_id},
};
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use proffer_protocol::SyncPage;
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::MissedTickBehavior,
};

/// How long anything that must happen may take.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_that_start_at_once_on_an_empty_database_all_serve() -> anyhow::Result<()> {
    let home = Home::on_postgres().await?;
    let start = || Instance::start(home.folder(), home.database(), &[], None);
    let (one, two, three) = tokio::try_join!(start(), start(), start())?;
    for instance in [one, two, three] {
        let health = client().get(format!("{}/healthz", instance.url)).send().await?;
        assert_eq!(health.status(), 200);
        assert_eq!(instance.log(), "");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_that_start_at_once_on_an_empty_folder_all_do_their_work() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().to_str().unwrap();
    let names = ["Boats", "Law", "Cars", "Cats"];
    let run = |name| program(&["category", "create", "--data", data, "--name", name]).output();
    let outputs = futures_util::future::try_join_all(names.map(run)).await?;
    for output in outputs {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// How often what stands in front asks an instance whether it is well, and who was turned away comes again.
const ASKED_EVERY: Duration = Duration::from_millis(20);

/// An instance's address, and whether it is well.
type Backend = (String, watch::Receiver<bool>);

/// What stands in front: asks each instance whether it is well, and sends new connections to those that are.
struct Balancer {
    url: String,
    backends: Arc<Mutex<Vec<Backend>>>,
}

impl Balancer {
    async fn open() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let backends: Arc<Mutex<Vec<Backend>>> = Arc::default();
        let known = backends.clone();
        tokio::spawn(async move {
            let turn = AtomicUsize::new(0);
            while let Ok((mut incoming, _)) = listener.accept().await {
                let turn = turn.fetch_add(1, Ordering::Relaxed);
                let well: Vec<String> = {
                    let known = known.lock().unwrap();
                    let well = known.iter().filter(|(_, is_well)| *is_well.borrow());
                    well.map(|(address, _)| address.clone()).collect()
                };
                tokio::spawn(async move {
                    // With nobody who is well, it hangs up.
                    let Some(address) = well.get(turn % well.len().max(1)) else {
                        return;
                    };
                    if let Ok(mut outgoing) = TcpStream::connect(address).await {
                        // A side that hangs up ends it.
                        let _ = tokio::io::copy_bidirectional(&mut incoming, &mut outgoing).await;
                    }
                });
            }
        });
        Ok(Self { url, backends })
    }

    /// Takes an instance in, and asks it how it is from now on.
    fn add(&self, instance: &Instance) -> watch::Receiver<bool> {
        let (well, is_well) = watch::channel(true);
        let address = instance.url.trim_start_matches("http://").to_owned();
        let url = instance.url.clone();
        self.backends.lock().unwrap().push((address, is_well.clone()));
        tokio::spawn(async move {
            let client = client();
            let mut turns = tokio::time::interval(ASKED_EVERY);
            turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while *well.borrow() {
                turns.tick().await;
                let health = client.get(format!("{url}/healthz")).send().await;
                well.send_replace(health.is_ok_and(|health| health.status().is_success()));
            }
        });
        is_well
    }
}

async fn start(world: &World) -> anyhow::Result<Instance> {
    let arguments = ["--drain-seconds", "1"];
    Instance::start(world.home.folder(), world.home.database(), &arguments, None).await
}

/// Listens as a desk does, over and over from where it was; keeps every question that it is told of.
async fn follow(session: Session, seen: watch::Sender<BTreeSet<String>>, streams: Arc<AtomicUsize>) {
    let mut last: Option<String> = None;
    let mut turns = tokio::time::interval(ASKED_EVERY);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        let mut request = session.get("/v1/events");
        if let Some(last) = &last {
            request = request.header("last-event-id", last);
        }
        // With nobody there, it comes again.
        let Ok(response) = request.send().await else {
            continue;
        };
        streams.fetch_add(1, Ordering::Relaxed);
        let mut events = response.bytes_stream().eventsource();
        while let Some(Ok(event)) = events.next().await {
            let page: SyncPage = serde_json::from_str(&event.data).unwrap();
            let ids = page.changes.iter().map(|change| change.id.to_string());
            seen.send_modify(|seen| seen.extend(ids));
            last = Some(event.id);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_are_replaced_one_by_one_without_a_lost_request_or_change() -> anyhow::Result<()> {
    let world = World::begin(Home::on_postgres().await?).await?;
    let balancer = Balancer::open().await?;
    let mut instances = Vec::new();
    for _ in 0..2 {
        let instance = start(&world).await?;
        let is_well = balancer.add(&instance);
        instances.push((instance, is_well));
    }
    // Each request is a connection of its own: none is kept to an instance that ends.
    let client = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
        .build()?;
    let token = async |email: &str| -> anyhow::Result<Session> {
        let body = json!({ "email": email, "password": PASSWORD, "device": "test" });
        let url = format!("{}/v1/sessions", balancer.url);
        let created: serde_json::Value = client.post(url).json(&body).send().await?.json().await?;
        Ok(Session::new(
            client.clone(),
            &balancer.url,
            created["token"].as_str().unwrap(),
        ))
    };
    let (helen, daniel) = (token(&world.helen.email).await?, token(&world.daniel.email).await?);
    let (see, mut seen) = watch::channel(BTreeSet::new());
    let streams = Arc::new(AtomicUsize::new(0));
    tokio::spawn(follow(daniel, see, streams.clone()));

    let is_over = Arc::new(AtomicBool::new(false));
    let (category, over) = (world.category, is_over.clone());
    let (counted, mut count) = watch::channel(0);
    let mut more = async || {
        let before = *count.borrow();
        // If the customer has failed, the end of the test says how.
        let _ = count.wait_for(|count| *count >= before + 3).await;
    };
    let customer = tokio::spawn(async move {
        let mut asked = Vec::new();
        while !over.load(Ordering::Relaxed) {
            let id = new_id().to_string();
            let question = json!({ "id": id, "category_id": category, "title": "A title", "text": "A text" });
            // Any answer but a good one fails the test.
            helen.done("/v1/questions", &question).await?;
            asked.push(id);
            counted.send_modify(|count| *count += 1);
        }
        anyhow::Ok(asked)
    });
    for _ in 0..2 {
        tokio::time::timeout(PATIENCE, more()).await?;
        let fresh = start(&world).await?;
        let is_well = balancer.add(&fresh);
        let (old, mut old_is_well) = instances.remove(0);
        old.terminate().await?;
        // It says so while it still serves, and then ends by itself.
        tokio::time::timeout(PATIENCE, old_is_well.wait_for(|is_well| !is_well)).await??;
        assert!(old.ended().await?.success());
        instances.push((fresh, is_well));
        tokio::time::timeout(PATIENCE, more()).await?;
    }
    is_over.store(true, Ordering::Relaxed);
    let asked = customer.await??;
    let all = seen.wait_for(|seen| asked.iter().all(|id| seen.contains(id)));
    tokio::time::timeout(PATIENCE, all).await??;
    assert!(streams.load(Ordering::Relaxed) > 1, "the listener was sent elsewhere");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_is_told_to_end_says_so_and_serves_until_then() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let instance = Instance::start(folder.path(), None, &["--drain-seconds", "2"], None).await?;
    let health = async || -> anyhow::Result<u16> {
        let response = client().get(format!("{}/healthz", instance.url)).send().await?;
        Ok(response.status().as_u16())
    };
    assert_eq!(health().await?, 200);
    instance.terminate().await?;
    let unready = async {
        while health().await? != 503 {}
        anyhow::Ok(())
    };
    tokio::time::timeout(PATIENCE, unready).await??;
    let page = client().get(format!("{}/openapi.json", instance.url)).send().await?;
    assert_eq!(page.status(), 200);
    // Who asks twice does not wait.
    instance.terminate().await?;
    assert_eq!(instance.ended().await?.code(), Some(1));
    Ok(())
}
