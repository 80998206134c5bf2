//! A desk as a simulated process: the real engine over real files, with the wire for a network.

use crate::{process::Process, time::ProcessClock, wire::WireConnector};
use anyhow::Context;
use async_trait::async_trait;
use jiff::SignedDuration;
use proffer_desk::{
    Desk, DeskConfig, Ports,
    api::ApiError,
    ports::{Keychain, Notification, Notifier, NotifierError, PlatformConnector},
    testing::{MemoryKeychain, SeededEntropy},
};
use proffer_failpoints::{Plan, SharedPlan, locked};
use proffer_testkit::Expert;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::task::AbortHandle;

/// The screen on which a desk's notifications appear; it outlives the desk.
#[derive(Default)]
pub(crate) struct Screen {
    raised: Mutex<Vec<Notification>>,
}

impl Screen {
    pub(crate) fn raised(&self) -> Vec<Notification> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Notifier for Screen {
    async fn raise(&self, notification: &Notification) -> Result<(), NotifierError> {
        // A notification service takes its time.
        tokio::time::sleep(Duration::from_millis(3)).await;
        if !proffer_failpoints::is_crashed() {
            let mut raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
            raised.push(notification.clone());
        }
        Ok(())
    }
}

/// A desk, running or not.
pub(crate) struct DeskProcess {
    pub(crate) expert: Expert,
    pub(crate) plan: SharedPlan,
    pub(crate) screen: Arc<Screen>,
    pub(crate) keychain: Arc<MemoryKeychain>,
    folder: PathBuf,
    seed: u64,
    skew: SignedDuration,
    connector: Arc<WireConnector>,
    running: Option<Process<Desk>>,
}

/// Asks a desk as its window does; `None` when it refused.
pub(crate) async fn ask<T: DeserializeOwned>(desk: &Desk, name: &str, request: impl Serialize + Send) -> Option<T> {
    let payload = serde_json::to_vec(&request).ok()?;
    let answer: Result<Vec<u8>, ApiError> = desk.request(name, &payload).await;
    if proffer_failpoints::is_crashed() {
        // Nobody sees what a crashed desk would have shown.
        std::future::pending::<()>().await;
    }
    serde_json::from_slice(&answer.ok()?).ok()
}

impl DeskProcess {
    pub(crate) fn new(
        expert: Expert,
        folder: &Path,
        seed: u64,
        variant: Option<&'static str>,
        skew: SignedDuration,
        connector: WireConnector,
    ) -> anyhow::Result<Self> {
        let data = folder.join("data");
        std::fs::create_dir_all(&data)?;
        let plan = Plan {
            variant,
            folder: data,
            ..Plan::default()
        };
        Ok(Self {
            expert,
            plan: Arc::new(Mutex::new(plan)),
            screen: Arc::default(),
            keychain: Arc::default(),
            folder: folder.to_owned(),
            seed,
            skew,
            connector: Arc::new(connector),
            running: None,
        })
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
        let config = DeskConfig {
            data_dir: self.folder.join("data"),
            downloads_dir: self.folder.join("downloads"),
            app_version: "0.0.0-simulation".to_owned(),
            device_name: "simulation".to_owned(),
            system_language: None,
        };
        let connector = Arc::clone(&self.connector) as Arc<dyn PlatformConnector>;
        let (notifier, keychain, skew) = (Arc::clone(&self.screen), Arc::clone(&self.keychain), self.skew);
        let open = || async move {
            let ports = Ports {
                connector,
                notifier,
                keychain,
                clock: Arc::new(ProcessClock::new(passed, skew)),
                entropy: Arc::new(SeededEntropy::new(seed)),
            };
            Ok(Desk::open(config, ports).await?)
        };
        self.running = Some(Process::start(seed, &self.plan, open)?);
        Ok(())
    }

    pub(crate) fn run(&mut self) {
        if let Some(running) = &mut self.running {
            running.run();
        }
    }

    /// Lets its expert do something, in the turns that follow.
    pub(crate) fn begin<F>(&self, work: impl FnOnce(Desk) -> F) -> Option<AbortHandle>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let running = self.running.as_ref()?;
        Some(running.begin(work(running.parts().clone())))
    }

    /// Asks it as its window does.
    pub(crate) fn ask<T>(&self, name: &'static str, request: impl Serialize + Send + 'static) -> anyhow::Result<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let running = self.running.as_ref().context("the desk is closed")?;
        let desk = running.parts().clone();
        let asked = running.ask(async move { ask(&desk, name, request).await })?;
        asked.with_context(|| format!("the desk refuses {name}"))
    }

    /// Asks its inside.
    pub(crate) fn look<T, F>(&self, question: impl FnOnce(Desk) -> F) -> anyhow::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let running = self.running.as_ref().context("the desk is closed")?;
        running.ask(question(running.parts().clone()))
    }

    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.running.take().map_or(Ok(()), |running| {
            self.connector.end.hang_up();
            running.kill()
        })
    }

    /// Ends it as its expert does.
    pub(crate) fn close(&mut self) -> anyhow::Result<()> {
        match self.running.take() {
            Some(running) => {
                let end = self.connector.end.clone();
                running.close(async move |desk: Desk| {
                    desk.close().await;
                    end.hang_up();
                })
            }
            None => Ok(()),
        }
    }

    pub(crate) fn is_crashed(&self) -> bool {
        locked(&self.plan).is_crashed
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The file of its cache.
    pub(crate) fn cache_file(&self) -> PathBuf {
        self.folder.join("data/cache.db")
    }

    /// The secrets it keeps.
    pub(crate) async fn secrets(&self) -> anyhow::Result<Vec<(String, String)>> {
        let mut secrets = Vec::new();
        for name in self.keychain.names() {
            let secret = self.keychain.get(&name).await?.context("a secret")?;
            secrets.push((name, secret));
        }
        Ok(secrets)
    }

    /// Puts secrets into its keychain.
    pub(crate) async fn remember(&self, secrets: &[(String, String)]) -> anyhow::Result<()> {
        for (name, secret) in secrets {
            self.keychain.set(name, secret).await?;
        }
        Ok(())
    }
}
