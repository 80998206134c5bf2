//! The system's notifications.

use async_trait::async_trait;
use notify_rust::NotificationResponse;
use proffer_desk::ports::{Notification, Notifier, NotifierError};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

/// The picture beside a notification, for systems where the app is not installed and has no icon of its own.
const ICON: &[u8] = include_bytes!("../../icons/128x128.png");

/// Raises notifications and tells which of them was clicked.
pub(crate) struct SystemNotifier {
    icon: Option<PathBuf>,
    clicks: UnboundedSender<Uuid>,
    #[cfg(target_os = "linux")]
    body_is_markup: tokio::sync::OnceCell<bool>,
}

impl SystemNotifier {
    /// A notifier that sends the id of every notification that is clicked.
    pub(crate) fn new(data_dir: &Path, clicks: UnboundedSender<Uuid>) -> Self {
        let icon = data_dir.join("icon.png");
        let written = std::fs::create_dir_all(data_dir).and_then(|()| std::fs::write(&icon, ICON));
        Self {
            icon: written.is_ok().then_some(icon),
            clicks,
            #[cfg(target_os = "linux")]
            body_is_markup: tokio::sync::OnceCell::new(),
        }
    }

    fn form(&self, notification: &Notification, body: &str) -> notify_rust::Notification {
        let mut form = notify_rust::Notification::new();
        form.summary(&notification.title).body(body);
        #[cfg(target_os = "linux")]
        {
            // Some desktops show the default action as a button, so it has a label.
            form.appname("Proffer")
                .action("default", "Open")
                .urgency(notify_rust::Urgency::Normal)
                .hint(notify_rust::Hint::DesktopEntry("Proffer".to_owned()));
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

fn refused(error: &dyn std::fmt::Display) -> NotifierError {
    NotifierError(error.to_string())
}

#[async_trait]
impl Notifier for SystemNotifier {
    async fn raise(&self, notification: &Notification) -> Result<(), NotifierError> {
        let body = self.body(&notification.body).await;
        let form = self.form(notification, &body);
        let (id, clicks) = (notification.id, self.clicks.clone());
        let report = move |response: &NotificationResponse| {
            if matches!(response, NotificationResponse::Default) {
                let _ = clicks.send(id);
            }
        };
        #[cfg(target_os = "linux")]
        {
            let shown = form.show_async().await.map_err(|error| refused(&error))?;
            tokio::spawn(async move {
                shown.wait_for_action_async(report).await;
                // Not every service takes a clicked notification off the screen by itself.
                shown.close_async().await;
            });
        }
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
    fn what_a_customer_wrote_is_never_markup() {
        assert_eq!(escape("<b>Helen</b> & co"), "&lt;b&gt;Helen&lt;/b&gt; &amp; co");
    }
}
