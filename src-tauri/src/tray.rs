//! The icon in the tray, with the number of unread notices and a menu; and the number on the app's own icon.

use crate::{desk_slot::DeskSlot, window};
use proffer_desk::{
    Desk, NoticeStanding, Phrase, Spoken,
    api::{DeskEvent, OpenTarget, settings::Language},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
};
use tauri::{
    AppHandle, Manager, Wry, async_runtime,
    menu::{Menu, MenuItem, PredefinedMenuItem},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

const PAUSE_MINUTES: u16 = 60;

/// The tray as far as there is one.
pub(crate) struct Tray {
    parts: Option<Parts>,
    /// Why nobody sees the icon; `None` if it is there.
    problem: Mutex<Option<String>>,
}

/// What changes with what happens.
struct Parts {
    icon: TrayIcon,
    open: MenuItem<Wry>,
    requests: MenuItem<Wry>,
    unread: MenuItem<Wry>,
    pause: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

impl Tray {
    /// Puts the icon into the tray. Called on the main thread; without what the system needs for it there is none.
    pub(crate) fn open(app: &AppHandle) -> Self {
        // The binding to the tray's library panics where that is not installed, and says so on the standard error.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let made = catch_unwind(AssertUnwindSafe(|| make(app)));
        std::panic::set_hook(hook);
        let (parts, problem) = match made {
            Ok(Ok(parts)) => (Some(parts), None),
            Ok(Err(error)) => (None, Some(error.to_string())),
            Err(_) => (None, Some(system_language().say(Phrase::NoTrayLibrary, &[]))),
        };
        if let Some(problem) = &problem {
            tracing::warn!(problem, "there is no tray");
        }
        Self {
            parts,
            problem: Mutex::new(problem),
        }
    }

    /// Why nobody sees the icon.
    pub(crate) fn problem(&self) -> Option<String> {
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, standing: &NoticeStanding, spoken: Spoken) -> tauri::Result<()> {
        let Some(parts) = &self.parts else { return Ok(()) };
        let count = standing.unread;
        parts.open.set_text(spoken.say(Phrase::TrayOpen, &[]))?;
        parts.requests.set_text(spoken.say(Phrase::TrayRequestCentre, &[]))?;
        parts.unread.set_text(unread_line(count, spoken))?;
        parts
            .pause
            .set_text(pause_line(standing.paused_until.is_some(), spoken))?;
        parts.quit.set_text(spoken.say(Phrase::TrayQuit, &[]))?;
        // Some systems show the one, some the other.
        parts.icon.set_tooltip(Some(tooltip(count, spoken)))?;
        #[cfg(not(target_os = "windows"))]
        parts.icon.set_title((count > 0).then(|| count.to_string()))?;
        Ok(())
    }

    /// Finds out whether anybody shows the icon; says whether that is news.
    async fn look_for_host(&self, spoken: Spoken) -> bool {
        if self.parts.is_none() {
            return false;
        }
        let problem = host_problem(spoken).await;
        let mut kept = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = *kept != problem;
        *kept = problem;
        is_news
    }
}

fn system_language() -> Spoken {
    Spoken::of(Language::System, sys_locale::get_locale().as_deref())
}

fn unread_line(count: u32, spoken: Spoken) -> String {
    match count {
        0 => spoken.say(Phrase::TrayNoneUnread, &[]),
        1 => spoken.say(Phrase::TrayOneUnread, &[]),
        count => spoken.say(Phrase::TraySeveralUnread, &[("count", &count)]),
    }
}

fn pause_line(is_paused: bool, spoken: Spoken) -> String {
    let phrase = if is_paused {
        Phrase::TrayResume
    } else {
        Phrase::TrayPause
    };
    spoken.say(phrase, &[])
}

fn tooltip(count: u32, spoken: Spoken) -> String {
    match count {
        0 => "Proffer".to_owned(),
        count => spoken.say(Phrase::TrayTooltip, &[("count", &count)]),
    }
}

fn make(app: &AppHandle) -> tauri::Result<Parts> {
    // Until the desk is open and its settings are known.
    let spoken = system_language();
    let item = |id: &str, text: &str, is_enabled| MenuItem::with_id(app, id, text, is_enabled, None::<&str>);
    let open = item("open", &spoken.say(Phrase::TrayOpen, &[]), true)?;
    let requests = item("requests", &spoken.say(Phrase::TrayRequestCentre, &[]), true)?;
    let unread = item("unread", &unread_line(0, spoken), false)?;
    let pause = item("pause", &pause_line(false, spoken), true)?;
    let quit = item("quit", &spoken.say(Phrase::TrayQuit, &[]), true)?;
    let menu = Menu::with_items(
        app,
        &[
            &open,
            &requests,
            &unread,
            &PredefinedMenuItem::separator(app)?,
            &pause,
            &PredefinedMenuItem::separator(app)?,
            &quit,
        ],
    )?;
    let mut builder = TrayIconBuilder::with_id("main")
        .menu(&menu)
        .tooltip("Proffer")
        // Where a click on the icon can be told from one for the menu, it opens the window.
        .show_menu_on_left_click(!cfg!(target_os = "windows"))
        .on_menu_event(|app, event| choose(app, event.id().as_ref()))
        .on_tray_icon_event(|icon, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
                && cfg!(target_os = "windows")
            {
                window::show(icon.app_handle());
            }
        });
    if let Some(icon) = app.default_window_icon() {
        builder = builder.icon(icon.clone());
    }
    Ok(Parts {
        icon: builder.build(app)?,
        open,
        requests,
        unread,
        pause,
        quit,
    })
}

/// Does what a line of the menu says.
fn choose(app: &AppHandle, id: &str) {
    match id {
        "open" => window::show(app),
        "requests" => {
            if let Some(desk) = app.state::<DeskSlot>().now() {
                desk.navigate(OpenTarget::RequestCentre);
            }
            window::show(app);
        }
        "pause" => {
            if let Some(desk) = app.state::<DeskSlot>().now() {
                async_runtime::spawn(async move {
                    if let Err(error) = pause_or_resume(&desk).await {
                        tracing::warn!(%error, "notifications could not be paused");
                    }
                });
            }
        }
        "quit" => app.exit(0),
        _ => {}
    }
}

async fn pause_or_resume(desk: &Desk) -> Result<(), proffer_desk::DeskError> {
    let is_paused = desk.notice_standing().await?.paused_until.is_some();
    desk.pause_notices(if is_paused { 0 } else { PAUSE_MINUTES }).await
}

/// Keeps counts and words as they are on the desk, until it is closed.
pub(crate) async fn follow(app: AppHandle, desk: Desk, mut events: Receiver<DeskEvent>) {
    loop {
        let tray = app.state::<Tray>();
        if tray.look_for_host(desk.spoken()).await {
            desk.tell_system_changed();
        }
        match desk.notice_standing().await {
            Ok(standing) => show(&app, &tray, &standing, desk.spoken()),
            Err(error) => tracing::warn!(%error, "the notices cannot be counted"),
        }
        loop {
            match events.recv().await {
                Ok(DeskEvent::NoticesChanged { .. } | DeskEvent::SessionChanged | DeskEvent::SettingsChanged)
                | Err(RecvError::Lagged(_)) => break,
                Ok(_) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }
}

fn show(app: &AppHandle, tray: &Tray, standing: &NoticeStanding, spoken: Spoken) {
    if let Err(error) = tray.show(standing, spoken) {
        tracing::warn!(%error, "the tray cannot be changed");
    }
    if let Some(window) = window::get(app)
        && let Err(error) = show_count(&window, standing.unread)
    {
        tracing::debug!(%error, "this system shows no number on the app's icon");
    }
}

/// The number on the app's icon in the dock or launcher.
#[cfg(not(target_os = "windows"))]
fn show_count(window: &tauri::WebviewWindow, count: u32) -> tauri::Result<()> {
    window.set_badge_count((count > 0).then_some(i64::from(count)))
}

/// Windows has no number there, but a small picture over the icon.
#[cfg(target_os = "windows")]
fn show_count(window: &tauri::WebviewWindow, count: u32) -> tauri::Result<()> {
    const SIDE: u32 = 16;
    let dot = || {
        let middle = i64::from(SIDE) - 1;
        let pixels = (0..SIDE * SIDE).flat_map(move |place| {
            let (x, y) = (
                i64::from(place % SIDE) * 2 - middle,
                i64::from(place / SIDE) * 2 - middle,
            );
            let alpha = if x * x + y * y <= middle * middle { 255 } else { 0 };
            [201, 60, 40, alpha]
        });
        tauri::image::Image::new_owned(pixels.collect(), SIDE, SIDE)
    };
    window.set_overlay_icon((count > 0).then(dot))
}

/// Why the icon is shown nowhere, though it could be made.
#[cfg(target_os = "linux")]
async fn host_problem(spoken: Spoken) -> Option<String> {
    const BUS: &str = "org.freedesktop.DBus";
    let ask = async {
        let bus = zbus::Connection::session().await?;
        let host = ("org.kde.StatusNotifierWatcher",);
        let answer = bus
            .call_method(Some(BUS), "/org/freedesktop/DBus", Some(BUS), "NameHasOwner", &host)
            .await?;
        answer.body().deserialize::<bool>()
    };
    match ask.await {
        Ok(true) => None,
        Ok(false) => Some(spoken.say(Phrase::NoTrayShown, &[])),
        Err(error) => Some(format!("The session bus cannot be asked ({error}).")),
    }
}

#[cfg(not(target_os = "linux"))]
async fn host_problem(_: Spoken) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menu_says_how_many_are_unread() {
        assert_eq!(unread_line(0, Spoken::English), "No unread notices");
        assert_eq!(unread_line(1, Spoken::English), "1 unread notice");
        assert_eq!(unread_line(12, Spoken::German), "12 ungelesene Mitteilungen");
        assert_eq!(tooltip(0, Spoken::Japanese), "Proffer");
        assert_eq!(tooltip(3, Spoken::English), "Proffer, 3 unread");
    }
}
