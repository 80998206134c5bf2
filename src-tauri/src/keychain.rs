//! The system's keychain: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.

use async_trait::async_trait;
use keyring::{Entry, Error};
use proffer_desk::ports::{Keychain, KeychainError};
use std::time::Duration;

/// What the entries of the desk are listed under.
const SERVICE: &str = "proffer";

/// What those of a self-test are listed under, which are to touch none of the desk's.
const SELFTEST: &str = "proffer self-test";

/// A keychain that asks its owner for a password may wait for it; the desk does not wait longer than this.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The keychain of the person who runs the desk.
pub(crate) struct SystemKeychain {
    service: &'static str,
}

impl Default for SystemKeychain {
    fn default() -> Self {
        Self { service: SERVICE }
    }
}

impl SystemKeychain {
    /// The same keychain, with nothing of the desk's in sight.
    pub(crate) fn for_selftest() -> Self {
        Self { service: SELFTEST }
    }

    /// Its calls block, and are made where that holds up nobody.
    async fn call<T: Send + 'static>(
        &self,
        name: &str,
        with: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<Option<T>, KeychainError> {
        let (service, name) = (self.service, name.to_owned());
        let work = tokio::task::spawn_blocking(move || Entry::new(service, &name).and_then(|entry| with(&entry)));
        match tokio::time::timeout(TIMEOUT, work).await {
            Ok(Ok(Ok(value))) => Ok(Some(value)),
            Ok(Ok(Err(Error::NoEntry))) => Ok(None),
            Ok(Ok(Err(error))) => Err(KeychainError(error.to_string())),
            Ok(Err(_)) => Err(KeychainError("the keychain failed".to_owned())),
            Err(_) => Err(KeychainError("the keychain does not answer".to_owned())),
        }
    }
}

#[async_trait]
impl Keychain for SystemKeychain {
    async fn get(&self, name: &str) -> Result<Option<String>, KeychainError> {
        self.call(name, Entry::get_password).await
    }

    async fn set(&self, name: &str, secret: &str) -> Result<(), KeychainError> {
        let secret = secret.to_owned();
        self.call(name, move |entry| entry.set_password(&secret))
            .await
            .map(|_| ())
    }

    async fn delete(&self, name: &str) -> Result<(), KeychainError> {
        self.call(name, Entry::delete_credential).await.map(|_| ())
    }
}
