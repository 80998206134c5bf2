//! The shell: the desk's window and what it needs of the system. It holds no rule, no SQL and no HTTP.
//!
//! [`main`] reads how it was started, then builds one Tauri app around one [`Desk`]: the UI asks through
//! [`commands`], hears through [`events`]; the desk raises notifications through [`notifier`], keeps its token through
//! [`keychain`] and asks for what else it needs through [`shell`]. The engine runs with or without a window.

mod commands;
mod crash;
mod deep_link;
mod desk_slot;
mod events;
mod keychain;
mod links;
mod log_file;
#[cfg(target_os = "linux")]
mod notification_bus;
mod notifier;
mod release_key;
mod selftest;
mod shell;
mod start;
mod tray;
mod updater;
mod webkit;
mod window;

use anyhow::Context;
use deep_link::Asked;
use desk_slot::DeskSlot;
use keychain::SystemKeychain;
use notifier::{Click, SystemNotifier};
use proffer_desk::{
    Desk, DeskConfig, DeskError, HttpConnector, Ports, SystemClock, SystemEntropy,
    ports::{Keychain, Notifier, Updater},
};
use start::Start;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};
use tauri::{AppHandle, Manager, RunEvent, async_runtime};
use tauri_plugin_autostart::MacosLauncher;
use tokio::sync::mpsc;

/// How long the program waits at its end for the desk to close; nothing is lost if it is cut.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Runs the program; the command line and environment are described by `--help`.
#[must_use]
pub fn main() -> ExitCode {
    let result = Start::read().and_then(|mut start| {
        if start.selftest {
            return selftest::run(start);
        }
        if start.after_defect {
            crash::wait_for_end_of_former();
        }
        webkit::prepare();
        start.take_sign_in()?;
        run(start)
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the program ends");
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(start: Start) -> anyhow::Result<()> {
    start.needs_display()?;
    let background = start.background;
    let mut single_instance =
        tauri_plugin_single_instance::Builder::new().callback(|app, arguments, _| match deep_link::asked(&arguments) {
            Asked::Nothing if arguments.iter().any(|argument| argument == "--background") => {}
            asked => deep_link::follow(app, asked),
        });
    if let Some(id) = start.instance_id() {
        single_instance = single_instance.dbus_id(id);
    }
    tauri::Builder::default()
        // First of all plugins: a second start must end before it touches anything.
        .plugin(single_instance.build())
        .plugin(tauri_plugin_autostart::init(
            MacosLauncher::LaunchAgent,
            Some(vec!["--background"]),
        ))
        .manage(DeskSlot::default())
        .manage(window::Closing::new(background))
        .invoke_handler(tauri::generate_handler![commands::desk_request])
        .on_window_event(window::on_event)
        .setup(move |app| set_up(app.handle(), start).map_err(Into::into))
        .build(tauri::generate_context!())
        .context("the window system cannot be used")?
        .run(move |app, event| match event {
            // Closing the last window ends the program, save when it goes on without one.
            RunEvent::ExitRequested { code: None, api, .. } if window::goes_on_without(app) => api.prevent_exit(),
            RunEvent::Exit => close(app),
            #[cfg(target_os = "macos")]
            RunEvent::Opened { urls } => deep_link::follow(app, deep_link::asked(&urls)),
            _ => {}
        });
    Ok(())
}

fn set_up(app: &AppHandle, start: Start) -> anyhow::Result<()> {
    let data_dir = match &start.data_dir {
        Some(folder) => folder.clone(),
        None => app
            .path()
            .app_local_data_dir()
            .context("this system names no folder for data")?,
    };
    log_file::open(&data_dir);
    crash::watch(start.background, start.after_defect);
    tracing::info!(
        version = %app.package_info().version,
        background = start.background,
        after_defect = start.after_defect,
        "starting"
    );
    app.manage(window::SizeFile(data_dir.join("window.json")));
    app.manage(tray::Tray::open(app));
    let updater = updater::register(app)?;
    end_on_signal(app.clone());
    async_runtime::spawn(open_desk(
        app.clone(),
        data_dir,
        start.sign_in,
        updater,
        start.after_defect,
    ));
    if !start.background {
        deep_link::follow(app, start.link);
    }
    if start.link == Asked::Refused {
        window::show(app);
    }
    Ok(())
}

/// Opens the desk while the window comes up; requests wait for it.
async fn open_desk(
    app: AppHandle,
    data_dir: PathBuf,
    sign_in: Option<start::PreparedSignIn>,
    updater: Option<Arc<dyn Updater>>,
    after_defect: bool,
) {
    let slot = app.state::<DeskSlot>();
    let downloads_dir = app.path().download_dir().unwrap_or_else(|_| data_dir.join("downloads"));
    let (clicks, clicked) = mpsc::unbounded_channel();
    let notifier = Arc::new(SystemNotifier::new(&data_dir, clicks));
    let keychain = Arc::new(SystemKeychain::default());
    let version = app.package_info().version.to_string();
    match desk(&data_dir, downloads_dir, notifier, keychain, version).await {
        Ok(desk) => {
            match desk.take_note_of_update().await {
                // Who restarts from the window wants it back, also where the program was started without one.
                Ok(true) => window::show(&app),
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "it is not known whether the app was just updated"),
            }
            desk.attach_shell(Arc::new(shell::TauriShell(app.clone())));
            async_runtime::spawn(events::forward(app.clone(), desk.events()));
            async_runtime::spawn(tray::follow(app.clone(), desk.clone(), desk.events()));
            async_runtime::spawn(window::follow_zoom(app.clone(), desk.clone(), desk.events()));
            async_runtime::spawn(follow_clicks(app.clone(), desk.clone(), clicked));
            if let Some(sign_in) = sign_in
                && let Err(error) = sign_in.apply(&desk).await
            {
                tracing::warn!(code = ?error.code, "the prepared sign-in was refused");
            }
            if after_defect {
                desk.tell_restarted("window").await;
            }
            if let Some(updater) = updater {
                desk.attach_updater(updater);
            }
            let watched = desk.clone();
            async_runtime::spawn(async move { watched.keep_watch().await });
            slot.opened(desk);
        }
        Err(error) => {
            tracing::error!(%error, "the desk cannot be opened");
            slot.failed(error.into());
        }
    }
}

async fn desk(
    data_dir: &Path,
    downloads_dir: PathBuf,
    notifier: Arc<dyn Notifier>,
    keychain: Arc<dyn Keychain>,
    app_version: String,
) -> Result<Desk, DeskError> {
    let config = DeskConfig {
        data_dir: data_dir.to_owned(),
        downloads_dir,
        app_version,
        device_name: start::device_name(),
        system_language: sys_locale::get_locale(),
    };
    let ports = Ports {
        connector: Arc::new(HttpConnector),
        notifier,
        keychain,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    Desk::open(config, ports).await
}

/// A clicked notification brings the window up, where the notification leads; its other buttons are carried out
/// without.
async fn follow_clicks(app: AppHandle, desk: Desk, mut clicked: mpsc::UnboundedReceiver<Click>) {
    while let Some(Click { id, action }) = clicked.recv().await {
        let (app, desk) = (app.clone(), desk.clone());
        // What takes its time holds up no other click.
        async_runtime::spawn(async move {
            match desk.notice_acted(id, action).await {
                Ok(true) => window::show(&app),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "the clicked notice cannot be read");
                    window::show(&app);
                }
            }
        });
    }
}

/// Ends as by closing the window when the system asks the program to.
fn end_on_signal(app: AppHandle) {
    #[cfg(unix)]
    async_runtime::spawn(async move {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        app.exit(0);
    });
    #[cfg(not(unix))]
    drop(app);
}

fn close(app: &AppHandle) {
    let Some(desk) = app.state::<DeskSlot>().now() else {
        return;
    };
    let closed = async_runtime::block_on(async { tokio::time::timeout(CLOSE_TIMEOUT, desk.close()).await });
    tracing::info!(in_time = closed.is_ok(), "ended");
}
