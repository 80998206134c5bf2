//! The system's notifications.

use async_trait::async_trait;
use notify_rust::NotificationResponse;
use proffer_desk::{
    Phrase, Spoken,
    ports::{NoticeAction, Notification, Notifier, NotifierError},
    private_files,
};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

#[cfg(target_os = "linux")]
use proffer_desk::api::notice::NoticeKind;

/// The picture beside a notification, for systems where the app is not installed and has no icon of its own.
const ICON: &[u8] = include_bytes!("../../icons/128x128.png");

/// A notification was clicked, or one of its buttons.
pub(crate) struct Click {
    /// The notice's key.
    pub(crate) id: Uuid,
    /// What it asks for.
    pub(crate) action: NoticeAction,
}

/// A button: its name to the system and its words.
fn button(action: NoticeAction, spoken: Spoken) -> (&'static str, String) {
    let (name, phrase) = match action {
        // Some desktops show the default action as a button, so it has a label.
        NoticeAction::Open => ("default", Phrase::Open),
        NoticeAction::Start => ("start", Phrase::Start),
        NoticeAction::Extend => ("extend", Phrase::Extend),
    };
    (name, spoken.say(phrase, &[]))
}

/// Whether a response names a button, by its name or its words in whatever language it was raised in.
fn is_named(action: NoticeAction, response: &str) -> bool {
    Spoken::ALL.into_iter().any(|spoken| {
        let (name, words) = button(action, spoken);
        name == response || words == response
    })
}

/// What a response asks for; `None` for a notification that went without one.
fn asked(response: &NotificationResponse) -> Option<NoticeAction> {
    match response {
        NotificationResponse::Default => Some(NoticeAction::Open),
        // The label comes back where the system has no names for buttons.
        NotificationResponse::Action(name) => [NoticeAction::Open, NoticeAction::Start, NoticeAction::Extend]
            .into_iter()
            .find(|action| is_named(*action, name)),
        _ => None,
    }
}

/// Of what kind it is, for what the desktop does with each kind.
#[cfg(target_os = "linux")]
fn category(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::CustomerReplied | NoticeKind::SupportReplied => "im.received",
        NoticeKind::LockEndsSoon => "x-proffer.lock",
        NoticeKind::CacheRebuilt | NoticeKind::PartRestarted => "device",
        NoticeKind::OfferAccepted | NoticeKind::OfferCompleted | NoticeKind::OfferDeclined | NoticeKind::Digest => {
            "x-proffer.offer"
        }
    }
}

/// How much it presses. Nothing is critical, which would break through the desktop's do-not-disturb.
#[cfg(target_os = "linux")]
fn urgency(kind: NoticeKind) -> notify_rust::Urgency {
    match kind {
        NoticeKind::OfferDeclined | NoticeKind::CacheRebuilt | NoticeKind::PartRestarted => notify_rust::Urgency::Low,
        _ => notify_rust::Urgency::Normal,
    }
}

/// Raises notifications and tells which of them was clicked.
pub(crate) struct SystemNotifier {
    icon: Option<PathBuf>,
    clicks: UnboundedSender<Click>,
    #[cfg(target_os = "linux")]
    bus: crate::notification_bus::NotificationBus,
    #[cfg(target_os = "linux")]
    body_is_markup: tokio::sync::OnceCell<bool>,
}

impl SystemNotifier {
    /// A notifier that tells of every notification that is clicked.
    pub(crate) fn new(data_dir: &Path, clicks: UnboundedSender<Click>) -> Self {
        let icon = data_dir.join("icon.png");
        let written = private_files::make_folder(data_dir).and_then(|()| private_files::write(&icon, ICON));
        Self {
            icon: written.is_ok().then_some(icon),
            clicks,
            #[cfg(target_os = "linux")]
            bus: crate::notification_bus::NotificationBus::default(),
            #[cfg(target_os = "linux")]
            body_is_markup: tokio::sync::OnceCell::new(),
        }
    }

    fn form(&self, notification: &Notification, body: &str) -> notify_rust::Notification {
        let mut form = notify_rust::Notification::new();
        form.summary(&notification.title).body(body);
        #[cfg(target_os = "linux")]
        {
            form.appname("Proffer")
                .urgency(urgency(notification.kind))
                .hint(notify_rust::Hint::Category(category(notification.kind).to_owned()))
                .hint(notify_rust::Hint::DesktopEntry("Proffer".to_owned()))
                .hint(if notification.has_sound {
                    notify_rust::Hint::SoundName("message-new-instant".to_owned())
                } else {
                    notify_rust::Hint::SuppressSound(true)
                });
        }
        // The name that the installer has put on the shortcut, which an app that was not installed has none of: Windows
        // shows its toasts under a name that is always there.
        #[cfg(target_os = "windows")]
        if tauri::utils::platform::bundle_type().is_some() {
            form.app_id("app.proffer.desk");
        }
        #[cfg(not(target_os = "linux"))]
        if notification.has_sound {
            form.sound_name("Default");
        }
        for action in &notification.actions {
            let (name, words) = button(*action, notification.spoken);
            // Elsewhere a click on it opens it without a button.
            if cfg!(target_os = "linux") || *action != NoticeAction::Open {
                form.action(name, &words);
            }
        }
        #[cfg(not(target_os = "macos"))]
        if let Some(icon) = &self.icon {
            form.icon(&icon.to_string_lossy());
        }
        form
    }

    /// The body as this system's service takes it: where it reads markup, what a customer wrote must not be any.
    #[cfg(target_os = "linux")]
    async fn body(&self, text: &str) -> String {
        let is_markup = self
            .body_is_markup
            .get_or_try_init(|| async {
                let asked = tokio::task::spawn_blocking(notify_rust::get_capabilities).await;
                match asked {
                    Ok(Ok(found)) => Ok(found.iter().any(|capability| capability == "body-markup")),
                    _ => Err(()),
                }
            })
            .await;
        // A service that does not say is taken for one that reads markup.
        if is_markup.copied().unwrap_or(true) {
            escape(text)
        } else {
            text.to_owned()
        }
    }

    #[cfg(not(target_os = "linux"))]
    async fn body(&self, text: &str) -> String {
        text.to_owned()
    }
}

#[cfg(any(target_os = "linux", test))]
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What is wrong, in words where it is known.
fn refused(error: &dyn std::fmt::Display) -> NotifierError {
    let said = error.to_string();
    let known = [
        ("ServiceUnknown", "no notification service runs in this session"),
        (
            "was not provided by any .service files",
            "no notification service runs in this session",
        ),
        (
            "ExcessNotificationGeneration",
            "the notification service has had too many at once",
        ),
        (
            "AccessDenied",
            "the system does not let Proffer reach the notification service",
        ),
    ];
    let words = known.iter().find(|(sign, _)| said.contains(sign));
    NotifierError(words.map_or(said.clone(), |(_, words)| (*words).to_owned()))
}

#[async_trait]
impl Notifier for SystemNotifier {
    async fn raise(&self, notification: &Notification) -> Result<(), NotifierError> {
        let body = self.body(&notification.body).await;
        let form = self.form(notification, &body);
        let (id, clicks) = (notification.id, self.clicks.clone());
        let report = move |response: &NotificationResponse| {
            if let Some(action) = asked(response) {
                let _ = clicks.send(Click { id, action });
            }
        };
        #[cfg(target_os = "linux")]
        self.bus.show(&form, report).await.map_err(|error| refused(&error))?;
        #[cfg(not(target_os = "linux"))]
        {
            let shown = tokio::task::spawn_blocking(move || form.show())
                .await
                .map_err(|error| refused(&error))?
                .map_err(|error| refused(&error))?;
            // Waiting blocks on these systems: a thread of its own, not one of the runtime's.
            std::thread::spawn(move || shown.wait_for_response(report));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_is_known_by_its_name_and_by_its_words() {
        let action = |name: &str| asked(&NotificationResponse::Action(name.to_owned()));
        assert_eq!(asked(&NotificationResponse::Default), Some(NoticeAction::Open));
        assert_eq!(action("extend"), Some(NoticeAction::Extend));
        assert_eq!(action("Start"), Some(NoticeAction::Start));
        assert_eq!(action("something else"), None);
    }

    #[test]
    fn a_missing_service_is_told_in_words() {
        let NotifierError(words) = refused(&"org.freedesktop.DBus.Error.ServiceUnknown: The name is not activatable");
        assert_eq!(words, "no notification service runs in this session");
        assert_eq!(refused(&"something else").0, "something else");
    }

    #[test]
    fn no_payload_is_markup_in_a_notification() {
        let families = include_str!("../../crates/domain/tests/hostile/xss.json");
        let families: Vec<serde_json::Value> = serde_json::from_str(families).expect("the corpus");
        let payloads = families
            .iter()
            .flat_map(|family| family["payloads"].as_array().expect("payloads"));
        let payloads: Vec<&str> = payloads.filter_map(serde_json::Value::as_str).collect();
        assert!(payloads.len() >= 200);
        for payload in payloads {
            let escaped = escape(payload);
            assert!(
                !escaped.contains('<') && !escaped.contains('>'),
                "{payload} gave {escaped}"
            );
            // An ampersand begins one of our own entities, nothing that the text brought along.
            let mut entities = escaped.split('&').skip(1);
            assert!(
                entities.all(|rest| ["amp;", "lt;", "gt;"].iter().any(|entity| rest.starts_with(entity))),
                "{payload} gave {escaped}"
            );
        }
    }

    #[test]
    fn what_a_customer_wrote_is_never_markup() {
        assert_eq!(escape("<b>Helen</b> & co"), "&lt;b&gt;Helen&lt;/b&gt; &amp; co");
    }
}
