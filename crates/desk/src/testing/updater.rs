//! An updater that announces, delivers and installs what the test says.

use super::lock;
use crate::{
    api::update::UpdateChannel,
    ports::{Announced, DownloadProgress, UpdateError, Updater},
};
use async_trait::async_trait;
use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

/// Answers by what it was told, and counts what it was asked.
#[derive(Default)]
pub struct ScriptedUpdater {
    announced: Mutex<HashMap<UpdateChannel, Result<Announced, UpdateError>>>,
    delivery: Mutex<Option<UpdateError>>,
    installation: Mutex<Option<UpdateError>>,
    checks: AtomicU32,
    downloads: Mutex<Vec<String>>,
    installs: AtomicU32,
    restarts: AtomicU32,
}

impl ScriptedUpdater {
    /// A channel announces this version from now on.
    pub fn announce(&self, channel: UpdateChannel, version: &str) {
        let announced = Announced {
            version: version.to_owned(),
            notes: Some(format!("What is new in {version} <script>alert(1)</script>")),
            published_at: None,
        };
        lock(&self.announced).insert(channel, Ok(announced));
    }

    /// A channel cannot be asked from now on.
    pub fn fail(&self, channel: UpdateChannel, error: UpdateError) {
        lock(&self.announced).insert(channel, Err(error));
    }

    /// Downloads fail with this from now on; `None` lets them through again.
    pub fn fail_download(&self, error: Option<UpdateError>) {
        *lock(&self.delivery) = error;
    }

    /// The system refuses to install with this from now on; `None` lets it again.
    pub fn fail_install(&self, error: Option<UpdateError>) {
        *lock(&self.installation) = error;
    }

    /// How often a channel was asked.
    pub fn checks(&self) -> u32 {
        self.checks.load(Ordering::SeqCst)
    }

    /// What was fetched.
    pub fn downloads(&self) -> Vec<String> {
        lock(&self.downloads).clone()
    }

    /// How often something was installed, and the app restarted.
    pub fn installs_and_restarts(&self) -> (u32, u32) {
        (
            self.installs.load(Ordering::SeqCst),
            self.restarts.load(Ordering::SeqCst),
        )
    }
}

#[async_trait]
impl Updater for ScriptedUpdater {
    async fn check(&self, channel: UpdateChannel) -> Result<Option<Announced>, UpdateError> {
        self.checks.fetch_add(1, Ordering::SeqCst);
        lock(&self.announced).get(&channel).cloned().transpose()
    }

    async fn download(&self, version: &str, progress: DownloadProgress) -> Result<(), UpdateError> {
        lock(&self.downloads).push(version.to_owned());
        progress(500, Some(1_000));
        if let Some(error) = lock(&self.delivery).clone() {
            return Err(error);
        }
        progress(1_000, Some(1_000));
        Ok(())
    }

    async fn install(&self) -> Result<(), UpdateError> {
        if let Some(error) = lock(&self.installation).clone() {
            return Err(error);
        }
        self.installs.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn restart(&self) {
        self.restarts.fetch_add(1, Ordering::SeqCst);
    }
}
