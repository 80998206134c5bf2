//! One fake of each port, for tests: a recording notifier, a keychain in memory, a driven clock, seeded randomness, an
//! updater that does what it is told.

mod updater;

pub use updater::ScriptedUpdater;

use crate::ports::{Clock, Entropy, Keychain, KeychainError, Notification, Notifier, NotifierError};
use async_trait::async_trait;
use proffer_domain::Timestamp;
use rand::{RngCore, SeedableRng, rngs::StdRng};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Records what is raised; refuses or hesitates on demand.
#[derive(Debug, Default)]
pub struct RecordingNotifier {
    raised: Mutex<Vec<Notification>>,
    refusal: Mutex<Option<String>>,
    hesitates: watch::Sender<bool>,
}

impl RecordingNotifier {
    /// What was raised so far, oldest first.
    pub fn raised(&self) -> Vec<Notification> {
        lock(&self.raised).clone()
    }

    /// Refuses with these words from now on; `None` takes everything again.
    pub fn refuse(&self, words: Option<&str>) {
        *lock(&self.refusal) = words.map(str::to_owned);
    }

    /// Takes a notification, but does not answer until this is taken back.
    pub fn hesitate(&self, hesitates: bool) {
        self.hesitates.send_replace(hesitates);
    }
}

#[async_trait]
impl Notifier for RecordingNotifier {
    async fn raise(&self, notification: &Notification) -> Result<(), NotifierError> {
        if let Some(words) = lock(&self.refusal).clone() {
            return Err(NotifierError(words));
        }
        lock(&self.raised).push(notification.clone());
        let mut hesitates = self.hesitates.subscribe();
        // The sender lives in here, so it cannot be gone.
        let _ = hesitates.wait_for(|hesitates| !hesitates).await;
        Ok(())
    }
}

/// A keychain in memory; fails on demand.
#[derive(Debug, Default)]
pub struct MemoryKeychain {
    secrets: Mutex<HashMap<String, String>>,
    failure: Mutex<Option<String>>,
}

impl MemoryKeychain {
    /// Fails with these words from now on; `None` works again.
    pub fn fail(&self, words: Option<&str>) {
        *lock(&self.failure) = words.map(str::to_owned);
    }

    /// The names it keeps secrets under.
    pub fn names(&self) -> Vec<String> {
        lock(&self.secrets).keys().cloned().collect()
    }

    /// How many secrets it keeps.
    pub fn len(&self) -> usize {
        lock(&self.secrets).len()
    }

    /// Whether it keeps none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn check(&self) -> Result<(), KeychainError> {
        lock(&self.failure)
            .clone()
            .map_or(Ok(()), |words| Err(KeychainError(words)))
    }
}

#[async_trait]
impl Keychain for MemoryKeychain {
    async fn get(&self, name: &str) -> Result<Option<String>, KeychainError> {
        self.check()?;
        Ok(lock(&self.secrets).get(name).cloned())
    }
    async fn set(&self, name: &str, secret: &str) -> Result<(), KeychainError> {
        self.check()?;
        lock(&self.secrets).insert(name.to_owned(), secret.to_owned());
        Ok(())
    }
    async fn delete(&self, name: &str) -> Result<(), KeychainError> {
        self.check()?;
        lock(&self.secrets).remove(name);
        Ok(())
    }
}

/// A clock that stands until it is driven; sleepers wake when it has passed their time.
#[derive(Debug)]
pub struct DrivenClock {
    now: watch::Sender<Timestamp>,
}

impl DrivenClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self {
            now: watch::Sender::new(now),
        }
    }

    /// Drives it on.
    pub fn advance(&self, by: Duration) {
        self.now.send_modify(|now| {
            let by = jiff::SignedDuration::try_from(by).unwrap_or(jiff::SignedDuration::MAX);
            *now = now.saturating_add(by).unwrap_or(Timestamp::MAX);
        });
    }
}

#[async_trait]
impl Clock for DrivenClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }
    async fn sleep(&self, duration: Duration) {
        let by = jiff::SignedDuration::try_from(duration).unwrap_or(jiff::SignedDuration::MAX);
        let until = self.now().saturating_add(by).unwrap_or(Timestamp::MAX);
        let mut now = self.now.subscribe();
        if now.wait_for(|now| *now >= until).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Randomness from a seed: the same in every run.
#[derive(Debug)]
pub struct SeededEntropy {
    generator: Mutex<StdRng>,
}

impl SeededEntropy {
    /// Randomness from this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            generator: Mutex::new(StdRng::seed_from_u64(seed)),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        lock(&self.generator).fill_bytes(bytes);
    }
}
