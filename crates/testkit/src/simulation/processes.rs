//! The simulated processes: a platform on a runtime of its own, and desks, each on one of its own that stands still
//! unless it is let run. Dropping a runtime is what killing a process is here.

use crate::network::FaultyWay;
use anyhow::Context;
use async_trait::async_trait;
use proffer_desk::{
    Desk, DeskConfig, Ports, SystemEntropy,
    api::ApiError,
    ports::{Clock, Keychain},
    testing::{DrivenClock, MemoryKeychain, RecordingNotifier},
};
use proffer_domain::Timestamp;
use proffer_failpoints::{Plan, SharedPlan, follow, locked};
use proffer_platform::{
    Config, MailRoute, Platform,
    flow::Flow,
    mail::{MailError, Mailer, OutgoingEmail},
};
use proffer_testkit::Expert;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

/// How long anything may take before it counts as not having answered.
const PATIENCE: Duration = Duration::from_secs(3);

/// Everything that was mailed.
#[derive(Default)]
pub(crate) struct Letterbox {
    pub(crate) letters: Mutex<Vec<OutgoingEmail>>,
}

#[async_trait]
impl Mailer for Letterbox {
    async fn send(&self, email: &OutgoingEmail) -> Result<(), MailError> {
        self.letters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(email.clone());
        Ok(())
    }
}

/// The platform.
pub(crate) struct PlatformProcess {
    pub(crate) folder: PathBuf,
    pub(crate) address: SocketAddr,
    pub(crate) plan: SharedPlan,
    pub(crate) letterbox: Arc<Letterbox>,
    running: Option<(Runtime, Flow)>,
}

impl PlatformProcess {
    pub(crate) fn new(folder: PathBuf, address: SocketAddr, variant: Option<&'static str>) -> Self {
        Self {
            folder,
            address,
            plan: new_plan(variant),
            letterbox: Arc::default(),
            running: None,
        }
    }

    pub(crate) fn start(&mut self) -> anyhow::Result<()> {
        locked(&self.plan).is_crashed = false;
        locked(&self.plan).armed = None;
        let plan = Arc::clone(&self.plan);
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .on_thread_start(move || follow(Some(Arc::clone(&plan))))
            .build()?;
        let mut config = Config::in_folder(self.folder.clone());
        config.mail = MailRoute::Custom(Arc::clone(&self.letterbox) as Arc<dyn Mailer>);
        let address = self.address;
        let (give, take) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let begun = async {
                let platform = Platform::open(config).await?;
                let listener = tokio::net::TcpListener::bind(address).await?;
                let flow = platform.flow();
                tokio::spawn(platform.serve(listener, CancellationToken::new()));
                anyhow::Ok(flow)
            };
            let _ = give.send(begun.await);
        });
        let flow = take.recv().context("the platform's start")??;
        self.running = Some((runtime, flow));
        Ok(())
    }

    pub(crate) fn kill(&mut self) {
        if let Some((runtime, flow)) = self.running.take() {
            drop(flow);
            runtime.shutdown_timeout(PATIENCE);
        }
    }

    pub(crate) fn is_crashed(&self) -> bool {
        locked(&self.plan).is_crashed
    }

    /// Asks the platform's inside.
    pub(crate) fn ask<T, F>(&self, question: impl FnOnce(Flow) -> F) -> anyhow::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = anyhow::Result<T>> + Send + 'static,
    {
        let (runtime, flow) = self.running.as_ref().context("the platform is down")?;
        let answer = question(flow.clone());
        let (give, take) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let _ = give.send(answer.await);
        });
        take.recv_timeout(PATIENCE).context("the platform's answer")?
    }
}

impl Drop for PlatformProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

fn new_plan(variant: Option<&'static str>) -> SharedPlan {
    Arc::new(Mutex::new(Plan {
        variant,
        ..Plan::default()
    }))
}

/// A clock that is off by a fixed time.
struct SkewedClock {
    clock: Arc<DrivenClock>,
    skew: jiff::SignedDuration,
}

#[async_trait]
impl Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        self.clock.now().saturating_add(self.skew).unwrap_or(Timestamp::MAX)
    }
    async fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }
}

/// A desk.
pub(crate) struct DeskProcess {
    pub(crate) expert: Expert,
    pub(crate) folder: PathBuf,
    pub(crate) plan: SharedPlan,
    pub(crate) way: FaultyWay,
    pub(crate) notifier: Arc<RecordingNotifier>,
    pub(crate) keychain: Arc<MemoryKeychain>,
    /// How often it was killed or made to fail.
    pub(crate) mishaps: usize,
    clock: Arc<SkewedClock>,
    running: Option<(Runtime, Desk)>,
}

impl DeskProcess {
    pub(crate) fn new(
        expert: Expert,
        folder: &Path,
        seed: u64,
        variant: Option<&'static str>,
        clock: &Arc<DrivenClock>,
        skew_seconds: i64,
    ) -> Self {
        Self {
            expert,
            folder: folder.to_owned(),
            plan: new_plan(variant),
            way: FaultyWay::new(seed),
            notifier: Arc::default(),
            keychain: Arc::default(),
            mishaps: 0,
            clock: Arc::new(SkewedClock {
                clock: Arc::clone(clock),
                skew: jiff::SignedDuration::from_secs(skew_seconds),
            }),
            running: None,
        }
    }

    pub(crate) fn start(&mut self) -> anyhow::Result<()> {
        {
            let mut plan = locked(&self.plan);
            plan.is_crashed = false;
            plan.armed = None;
            plan.start += 1;
        }
        follow(Some(Arc::clone(&self.plan)));
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let config = DeskConfig {
            data_dir: self.folder.join("data"),
            downloads_dir: self.folder.join("downloads"),
            app_version: "0.0.0-simulation".to_owned(),
            device_name: "simulation".to_owned(),
        };
        let ports = Ports {
            connector: Arc::new(self.way.clone()),
            notifier: Arc::clone(&self.notifier) as Arc<_>,
            keychain: Arc::clone(&self.keychain) as Arc<_>,
            clock: Arc::clone(&self.clock) as Arc<_>,
            entropy: Arc::new(SystemEntropy),
        };
        let desk = runtime.block_on(Desk::open(config, ports))?;
        self.running = Some((runtime, desk));
        Ok(())
    }

    pub(crate) fn kill(&mut self) {
        if let Some((runtime, desk)) = self.running.take() {
            drop(desk);
            runtime.shutdown_background();
        }
    }

    /// Ends it cleanly.
    pub(crate) fn close(&mut self) {
        if let Some((runtime, desk)) = self.running.take() {
            runtime.block_on(desk.close());
            runtime.shutdown_background();
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    pub(crate) fn is_crashed(&self) -> bool {
        locked(&self.plan).is_crashed
    }

    /// Lets it run for a moment.
    pub(crate) fn pump(&self, time: Duration) {
        if let Some((runtime, _)) = &self.running {
            follow(Some(Arc::clone(&self.plan)));
            runtime.block_on(async { tokio::time::sleep(time).await });
        }
    }

    /// Asks it as its window does; `None` when it crashed, refused or did not answer.
    pub(crate) fn ask<T: DeserializeOwned>(&self, name: &str, request: impl Serialize) -> Option<T> {
        let (runtime, desk) = self.running.as_ref()?;
        follow(Some(Arc::clone(&self.plan)));
        let payload = serde_json::to_vec(&request).ok()?;
        let answer: Result<Vec<u8>, ApiError> = runtime.block_on(async {
            tokio::select! {
                answer = desk.request(name, &payload) => Some(answer),
                () = tokio::time::sleep(PATIENCE) => None,
                () = crashed(&self.plan) => None,
            }
        })?;
        serde_json::from_slice(&answer.ok()?).ok()
    }

    /// Signs in.
    pub(crate) fn secrets(&self) -> anyhow::Result<Vec<(String, String)>> {
        let runtime = Builder::new_current_thread().build()?;
        let mut secrets = Vec::new();
        for name in self.keychain.names() {
            let secret = runtime.block_on(self.keychain.get(&name))?.context("a secret")?;
            secrets.push((name, secret));
        }
        Ok(secrets)
    }

    pub(crate) fn remember(&self, secrets: &[(String, String)]) -> anyhow::Result<()> {
        let runtime = Builder::new_current_thread().build()?;
        for (name, secret) in secrets {
            runtime.block_on(self.keychain.set(name, secret))?;
        }
        Ok(())
    }
}

impl Drop for DeskProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn crashed(plan: &SharedPlan) {
    while !locked(plan).is_crashed {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
