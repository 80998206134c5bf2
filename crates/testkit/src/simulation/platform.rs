//! The platform as a simulated process: its real routes, background work and SQLite file, and a letterbox for its email.

use crate::{
    process::Process,
    time::ProcessClock,
    wire::{CLIENT_TIME, Delivery, Wire},
};
use anyhow::Context;
use async_trait::async_trait;
use axum::Router;
use futures_util::StreamExt;
use jiff::SignedDuration;
use proffer_desk::{ports::Bytes, testing::SeededEntropy};
use proffer_failpoints::{Plan, SharedPlan, locked};
use proffer_platform::{
    Config, MailRoute, Platform,
    flow::Flow,
    mail::{MailError, Mailer, OutgoingEmail},
    ports::{Entropy, Ports},
};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Where the platform says it is; nothing listens there.
pub(crate) const URL: &str = "http://127.0.0.1:4747";

/// Everything that was mailed.
#[derive(Default)]
pub(crate) struct Letterbox {
    letters: Mutex<Vec<OutgoingEmail>>,
}

impl Letterbox {
    pub(crate) fn letters(&self) -> Vec<OutgoingEmail> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Mailer for Letterbox {
    async fn send(&self, email: &OutgoingEmail) -> Result<(), MailError> {
        // A mail server takes its time.
        tokio::time::sleep(Duration::from_millis(30)).await;
        if !proffer_failpoints::is_crashed() {
            let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
            letters.push(email.clone());
        }
        Ok(())
    }
}

/// Seeded randomness for the platform too.
struct PlatformEntropy(SeededEntropy);

impl Entropy for PlatformEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        proffer_desk::ports::Entropy::fill(&self.0, bytes);
    }
}

/// What a running platform consists of.
pub(crate) struct Parts {
    router: Router,
    flow: Flow,
}

/// The platform, running or not.
pub(crate) struct PlatformProcess {
    pub(crate) plan: SharedPlan,
    pub(crate) letterbox: Arc<Letterbox>,
    folder: PathBuf,
    seed: u64,
    running: Option<Process<Parts>>,
    /// What is being dealt with.
    tasks: BTreeMap<u64, AbortHandle>,
}

impl PlatformProcess {
    pub(crate) fn new(folder: PathBuf, seed: u64, variant: Option<&'static str>) -> Self {
        let plan = Plan {
            variant,
            folder: folder.clone(),
            ..Plan::default()
        };
        Self {
            plan: Arc::new(Mutex::new(plan)),
            letterbox: Arc::default(),
            folder,
            seed,
            running: None,
            tasks: BTreeMap::new(),
        }
    }

    pub(crate) fn start(&mut self, passed: Duration) -> anyhow::Result<()> {
        let start = {
            let mut plan = locked(&self.plan);
            plan.is_crashed = false;
            plan.kept = None;
            plan.armed = None;
            plan.start += 1;
            plan.start
        };
        let seed = self.seed.wrapping_add(u64::try_from(start)?.wrapping_mul(1_000_003));
        let mut config = Config::in_folder(self.folder.clone());
        config.mail = MailRoute::Custom(Arc::clone(&self.letterbox) as Arc<dyn Mailer>);
        let open = || async move {
            config.ports = Ports {
                clock: Arc::new(ProcessClock::new(passed, SignedDuration::ZERO)),
                entropy: Arc::new(PlatformEntropy(SeededEntropy::new(seed))),
            };
            let platform = Platform::open(config).await?;
            let address: SocketAddr = URL.trim_start_matches("http://").parse()?;
            let (router, jobs) = platform.parts(address, &CancellationToken::new());
            tokio::spawn(jobs);
            Ok(Parts {
                router,
                flow: platform.flow(),
            })
        };
        self.running = Some(Process::start(seed, &self.plan, open)?);
        Ok(())
    }

    pub(crate) fn run(&mut self) {
        if let Some(running) = &mut self.running {
            running.run();
        }
        self.tasks.retain(|_, task| !task.is_finished());
    }

    /// Takes what has arrived.
    pub(crate) fn take(&mut self, delivery: Delivery, wire: &Wire) {
        match delivery {
            Delivery::Request { connection, request } => match &self.running {
                Some(running) => {
                    let answering = answer(running.parts().router.clone(), connection, request, wire.clone());
                    self.tasks.insert(connection, running.begin(answering));
                }
                None => wire.end(connection, Some("the connection was refused")),
            },
            Delivery::HungUp { connection } => {
                if let Some(task) = self.tasks.remove(&connection) {
                    task.abort();
                }
            }
            Delivery::Head { .. } | Delivery::Piece { .. } | Delivery::End { .. } => {}
        }
    }

    pub(crate) fn kill(&mut self, wire: &Wire) -> anyhow::Result<()> {
        let Some(running) = self.running.take() else {
            return Ok(());
        };
        for connection in std::mem::take(&mut self.tasks).into_keys() {
            wire.end(connection, Some("the connection was reset"));
        }
        running.kill()
    }

    pub(crate) fn is_crashed(&self) -> bool {
        locked(&self.plan).is_crashed
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Asks the platform's inside.
    pub(crate) fn ask<T, F>(&self, question: impl FnOnce(Flow) -> F) -> anyhow::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = anyhow::Result<T>> + Send + 'static,
    {
        let running = self.running.as_ref().context("the platform is down")?;
        running.ask(question(running.parts().flow.clone()))?
    }

    /// Ends it as an operator does.
    pub(crate) fn close(&mut self) -> anyhow::Result<()> {
        match self.running.take() {
            Some(running) => running.close(async |parts: Parts| parts.flow.store().close().await),
            None => Ok(()),
        }
    }
}

/// Deals with one request and gives its response piece by piece, until who asked hangs up.
async fn answer(router: Router, connection: u64, request: axum::http::Request<Bytes>, wire: Wire) {
    let told = request.headers().get(CLIENT_TIME).and_then(|value| value.to_str().ok());
    proffer_failpoints::set_client_time_ms(told.and_then(|told| told.parse().ok()));
    let request = request.map(axum::body::Body::from);
    let response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (head, body) = response.into_parts();
    if proffer_failpoints::is_crashed() {
        return;
    }
    wire.give_head(connection, head);
    let mut body = body.into_data_stream();
    loop {
        let piece = body.next().await;
        if proffer_failpoints::is_crashed() {
            return;
        }
        match piece {
            Some(Ok(bytes)) => wire.give_piece(connection, bytes),
            Some(Err(_)) => return wire.end(connection, Some("the response broke off")),
            None => return wire.end(connection, None),
        }
    }
}
