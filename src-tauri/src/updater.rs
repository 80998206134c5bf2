//! Updates of the app. Inactive until a build names where its updates come from and the key that signs them: without
//! `plugins.updater` in tauri.conf.json nothing is registered and nothing is ever asked for.

use anyhow::Context;
use tauri::AppHandle;

/// Registers the updater if this build was given endpoints and a key.
pub(crate) fn register(app: &AppHandle) -> anyhow::Result<()> {
    let is_configured = app.config().plugins.0.get("updater").is_some_and(|settings| {
        let has_key = settings["pubkey"].as_str().is_some_and(|key| !key.is_empty());
        let has_endpoint = settings["endpoints"]
            .as_array()
            .is_some_and(|endpoints| !endpoints.is_empty());
        has_key && has_endpoint
    });
    if is_configured {
        // Only ring is built in; without a default the first connection would have no provider of TLS.
        let _ = rustls::crypto::ring::default_provider().install_default();
        app.plugin(tauri_plugin_updater::Builder::new().build())
            .context("the updater cannot be set up")?;
    }
    Ok(())
}
