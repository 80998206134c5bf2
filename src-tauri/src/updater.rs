//! The means of updating the app: what the channel announces, the download, the system's installer, the restart. What
//! may happen, and when, is decided by the desk.
//!
//! Silent until a build names where its updates come from and the key that signs them (`plugins.updater` in
//! tauri.conf.json). An address may hold `{{channel}}`.

use crate::release_key;
use anyhow::Context;
use async_trait::async_trait;
use proffer_desk::{
    api::update::UpdateChannel,
    ports::{Announced, DownloadProgress, UpdateError, Updater},
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tauri::{AppHandle, Url};
use tauri_plugin_updater::{Error, Update, UpdaterExt};

/// How long the channel may take to answer.
const CHECK_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a download may stand still.
const STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// What the build was given.
#[derive(Clone)]
struct Source {
    endpoints: Vec<String>,
    public_key: String,
}

/// Where this build's updates come from, if it was told.
fn source(app: &AppHandle) -> Option<Source> {
    let settings = app.config().plugins.0.get("updater")?;
    let public_key = settings["pubkey"].as_str().filter(|key| !key.is_empty())?.to_owned();
    let endpoints: Vec<String> = settings["endpoints"]
        .as_array()?
        .iter()
        .filter_map(|endpoint| endpoint.as_str().map(str::to_owned))
        .collect();
    (!endpoints.is_empty()).then_some(Source { endpoints, public_key })
}

/// Sets the updater up if this build was told where its updates come from.
pub(crate) fn register(app: &AppHandle) -> anyhow::Result<Option<Arc<dyn Updater>>> {
    let Some(source) = source(app) else {
        return Ok(None);
    };
    // Only ring is built in; without a default the first connection would have no provider of TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    app.plugin(tauri_plugin_updater::Builder::new().build())
        .context("the updater cannot be set up")?;
    Ok(Some(Arc::new(SystemUpdater {
        app: app.clone(),
        source,
        announced: Mutex::new(None),
        package: Mutex::new(None),
    })))
}

/// The updater of the installed app.
struct SystemUpdater {
    app: AppHandle,
    source: Source,
    /// The newer version that was announced last.
    announced: Mutex<Option<Update>>,
    /// What was fetched, with what it is.
    package: Mutex<Option<(Update, Vec<u8>)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn channel_name(channel: UpdateChannel) -> &'static str {
    match channel {
        UpdateChannel::Stable => "stable",
        UpdateChannel::Beta => "beta",
    }
}

/// An address with the channel filled in, also as the configuration's reader has encoded it.
fn endpoint(address: &str, channel: UpdateChannel) -> Result<Url, UpdateError> {
    let name = channel_name(channel);
    address
        .replace("{{channel}}", name)
        .replace("%7B%7Bchannel%7D%7D", name)
        .parse()
        .map_err(|error| UpdateError::NotUnderstood(format!("{address} is no address: {error}")))
}

fn told(error: Error) -> UpdateError {
    let words = error.to_string();
    match error {
        Error::Minisign(_)
        | Error::Base64(_)
        | Error::SignatureUtf8(_)
        | Error::SignedVersionMismatch { .. }
        | Error::MissingSignedVersion => UpdateError::BadSignature(words),
        Error::Reqwest(error) if !error.is_decode() => UpdateError::Unreachable(words),
        Error::Network(_) | Error::ReleaseNotFound => UpdateError::Unreachable(words),
        Error::Reqwest(_)
        | Error::Serialization(_)
        | Error::Semver(_)
        | Error::UrlParse(_)
        | Error::TargetNotFound(_)
        | Error::TargetsNotFound(_)
        | Error::InvalidUpdaterFormat
        | Error::InsecureTransportProtocol => UpdateError::NotUnderstood(words),
        _ => UpdateError::NotInstalled(words),
    }
}

#[async_trait]
impl Updater for SystemUpdater {
    async fn check(&self, channel: UpdateChannel) -> Result<Option<Announced>, UpdateError> {
        let endpoints = self.source.endpoints.iter().map(|address| endpoint(address, channel));
        let endpoints = endpoints.collect::<Result<Vec<_>, _>>()?;
        let seen = Arc::new(Mutex::new(None));
        let note = Arc::clone(&seen);
        let updater = self
            .app
            .updater_builder()
            .endpoints(endpoints)
            .map_err(told)?
            .timeout(CHECK_TIMEOUT)
            // Windows ends the program inside the installer's call.
            .on_before_exit({
                let app = self.app.clone();
                move || crate::close(&app)
            })
            .configure_client(|client| client.read_timeout(STALL_TIMEOUT))
            .version_comparator(move |running, release| {
                *lock(&note) = Some((release.version.to_string(), release.notes));
                release.version > running
            })
            .build()
            .map_err(told)?;
        let update = updater.check().await.map_err(told)?;
        *lock(&self.announced) = None;
        let Some(update) = update else {
            // What runs, or older: told, so that the desk can judge it.
            let seen = lock(&seen).take();
            return Ok(seen.map(|(version, notes)| Announced {
                version,
                notes,
                published_at: None,
            }));
        };
        if !release_key::has_signed(&self.source.public_key, &update.signature, &update.version) {
            let words = format!(
                "version {} was not signed by the key of this app's releases",
                update.version
            );
            return Err(UpdateError::BadSignature(words));
        }
        let announced = Announced {
            version: update.version.clone(),
            notes: update.body.clone(),
            published_at: update
                .raw_json
                .get("pub_date")
                .and_then(|date| date.as_str())
                .and_then(|date| date.parse().ok()),
        };
        *lock(&self.announced) = Some(update);
        Ok(Some(announced))
    }

    async fn download(&self, version: &str, progress: DownloadProgress) -> Result<(), UpdateError> {
        let update = lock(&self.announced).clone();
        let update = update
            .filter(|update| update.version == version)
            .ok_or_else(|| UpdateError::NotUnderstood(format!("version {version} is not announced any more")))?;
        let mut received = 0;
        let on_chunk = |length: usize, size: Option<u64>| {
            received += u64::try_from(length).unwrap_or_default();
            progress(received, size);
        };
        let package = update.download(on_chunk, || {}).await.map_err(|error| match error {
            // Nothing is read into what comes but its length, so all of these are a connection that failed or was cut.
            Error::Reqwest(error) => UpdateError::Unreachable(error.to_string()),
            error => told(error),
        })?;
        *lock(&self.package) = Some((update, package));
        Ok(())
    }

    async fn install(&self) -> Result<(), UpdateError> {
        let package = lock(&self.package).clone();
        let (update, package) =
            package.ok_or_else(|| UpdateError::NotInstalled("nothing was downloaded".to_owned()))?;
        // It waits for the system's question about a password.
        tokio::task::spawn_blocking(move || update.install(package))
            .await
            .map_err(|error| UpdateError::NotInstalled(error.to_string()))?
            .map_err(|error| match told(error) {
                signature @ UpdateError::BadSignature(_) => signature,
                other => UpdateError::NotInstalled(other.to_string()),
            })
    }

    fn restart(&self) {
        tracing::info!("restarting into the installed version");
        self.app.request_restart();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_channel_is_part_of_the_address() {
        let address = "https://updates.example.org/{{channel}}/{{target}}.json";
        let beta = endpoint(address, UpdateChannel::Beta).expect("an address");
        assert!(beta.as_str().starts_with("https://updates.example.org/beta/"), "{beta}");
        assert!(endpoint("no address", UpdateChannel::Stable).is_err());
    }
}
