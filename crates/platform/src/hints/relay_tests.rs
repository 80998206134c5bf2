//! Relaying over a real NATS server that goes away, and one that falls silent.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use super::{
    Heard, Hint, HintError, Hints, NatsHints,
    relay::{Pace, relay, relay_at},
};
use crate::{flow::Flow, ports::Ports, store::Store};
use async_trait::async_trait;
use proffer_domain::CategoryId;
use proffer_protocol::StreamId;
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

#[path = "../../tests/shared/announced.rs"]
mod announced;
#[path = "../../tests/shared/nats_server.rs"]
mod nats_server;

use nats_server::NatsServer;

/// How long anything that must happen may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Two instances over one database, and a category whose stream the second has somebody listening to.
struct Pair {
    first: Flow,
    second: Flow,
    category: CategoryId,
    stop: CancellationToken,
    relays: Vec<JoinHandle<()>>,
    _folder: TempDir,
}

impl Pair {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), None).await.unwrap();
        let flow = || {
            let url = "http://127.0.0.1/".parse().unwrap();
            Flow::new(store.clone(), Ports::default(), url, folder.path().to_owned())
        };
        let (first, second) = (flow(), flow());
        first.ensure_limits().await.unwrap();
        let category = first.create_category("Boats").await.unwrap();
        let seat = second.listeners().sit_down("somebody".to_owned());
        let stream = StreamId::Category(category);
        second.listeners().listen_to(&seat, &[], &[(stream, 0)], 0);
        Self {
            first,
            second,
            category,
            stop: CancellationToken::new(),
            relays: Vec::new(),
            _folder: folder,
        }
    }

    fn relay(&mut self, relaying: impl Future<Output = ()> + Send + 'static) {
        self.relays.push(tokio::spawn(relaying));
    }

    /// Waits until the second instance has its listeners look at all streams.
    async fn until_second_looks_at_all(&self) {
        let listeners = self.second.listeners();
        let looks = async {
            while !listeners.take_doubted().streams {
                listeners.doubted().await;
            }
        };
        timeout(PATIENCE, looks).await.expect("it looks");
    }

    /// Waits until it has them look at the category's stream, be it with all others.
    async fn until_second_is_told(&self) {
        let listeners = self.second.listeners();
        let stream = StreamId::Category(self.category);
        let told = async {
            while !listeners.take_stirred().contains(&stream) && !listeners.take_doubted().streams {
                tokio::select! {
                    () = listeners.stirred() => {}
                    () = listeners.doubted() => {}
                }
            }
        };
        timeout(PATIENCE, told).await.expect("it is told");
    }

    async fn end(self) {
        self.stop.cancel();
        for relay in self.relays {
            timeout(PATIENCE, relay).await.expect("it ends").unwrap();
        }
    }
}

fn hints(nats: &NatsServer) -> Arc<dyn Hints> {
    Arc::new(NatsHints::new(&nats.url()).unwrap())
}

/// While NATS is away nobody is told; when it is back, everybody looks again, though nothing is committed any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_committed_while_the_connection_was_broken_is_told_when_it_is_back() {
    let mut nats = NatsServer::open().unwrap();
    let mut pair = Pair::begin().await;
    pair.relay(relay(hints(&nats), pair.first.clone(), pair.stop.clone()));
    pair.relay(relay(hints(&nats), pair.second.clone(), pair.stop.clone()));
    pair.until_second_looks_at_all().await;
    nats.stop().unwrap();
    pair.first.rename_category(pair.category, "Ships").await.unwrap();
    nats.restart().unwrap();
    pair.until_second_looks_at_all().await;
    pair.end().await;
}

/// Hints that tell how often somebody began to listen.
struct Counted {
    inner: NatsHints,
    tries: watch::Sender<u32>,
}

#[async_trait]
impl Hints for Counted {
    async fn publish(&self, hint: &Hint) -> Result<(), HintError> {
        self.inner.publish(hint).await
    }

    async fn subscribe(&self) -> Result<Box<dyn Heard>, HintError> {
        self.tries.send_modify(|tries| *tries += 1);
        self.inner.subscribe().await
    }
}

/// A connection that stays and brings nothing is as good as none: not even what this instance sends comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_silent_is_noticed_and_listened_to_anew() {
    let nats = NatsServer::open().unwrap();
    let mut pair = Pair::begin().await;
    let pace = Pace {
        beat: Duration::from_millis(30),
        silence: Duration::from_millis(300),
        patience: Duration::from_millis(300),
        pauses: (Duration::from_millis(10), Duration::from_millis(100)),
        ..Pace::default()
    };
    let (count, mut tries) = watch::channel(0);
    let counted = Arc::new(Counted {
        inner: NatsHints::new(&nats.url()).unwrap(),
        tries: count,
    });
    pair.relay(relay(hints(&nats), pair.first.clone(), pair.stop.clone()));
    pair.relay(relay_at(pace, counted, pair.second.clone(), pair.stop.clone()));
    pair.until_second_looks_at_all().await;
    let before = *tries.borrow_and_update();
    nats.fall_silent().unwrap();
    timeout(PATIENCE, tries.wait_for(|tries| *tries > before))
        .await
        .expect("it is noticed")
        .unwrap();
    pair.first.rename_category(pair.category, "Ships").await.unwrap();
    nats.go_on().unwrap();
    pair.until_second_is_told().await;
    pair.end().await;
}
