//! The desktop's notification service over one connection that stays open: to connect anew for each notification takes
//! longer than everything else about raising it. What is sent is what notify-rust has put together.

use futures_util::StreamExt;
use notify_rust::{Hint, Notification, NotificationResponse};
use std::{collections::HashMap, sync::Arc};
use tokio::{sync::Mutex, task::JoinHandle};
use zbus::{Connection, MatchRule, MessageStream, Variant, message};

const SERVICE: &str = "org.freedesktop.Notifications";
const OBJECT: &str = "/org/freedesktop/Notifications";

/// Called once when a notification is clicked.
type Report = Box<dyn FnOnce(&NotificationResponse) + Send>;
/// Who waits for a click, by the service's number of the notification.
type Waiting = Arc<Mutex<HashMap<u32, Report>>>;

/// The way to the service.
#[derive(Default)]
pub(crate) struct NotificationBus {
    open: Mutex<Option<Open>>,
}

struct Open {
    connection: Connection,
    waiting: Waiting,
    /// Ends with the connection.
    listening: JoinHandle<()>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl NotificationBus {
    /// Has a notification shown; `report` is called when it is clicked.
    ///
    /// # Errors
    /// If there is no session bus or no service, or it refuses.
    pub(crate) async fn show(
        &self,
        form: &Notification,
        report: impl FnOnce(&NotificationResponse) + Send + 'static,
    ) -> zbus::Result<()> {
        let mut open = self.open.lock().await;
        let way = match open.take() {
            Some(way) if !way.listening.is_finished() => open.insert(way),
            _ => open.insert(Open::new().await?),
        };
        // Held until the number is known: the click may come with the answer.
        let mut waiting = way.waiting.lock().await;
        let hints: HashMap<&str, Variant<'_>> = form.hints.iter().filter_map(hint).collect();
        let body = (
            &form.appname,
            0_u32,
            &form.icon,
            &form.summary,
            &form.body,
            &form.actions,
            hints,
            i32::from(form.timeout),
        );
        let answer = way
            .connection
            .call_method(Some(SERVICE), OBJECT, Some(SERVICE), "Notify", &body)
            .await?;
        waiting.insert(answer.body().deserialize()?, Box::new(report));
        Ok(())
    }
}

impl Open {
    async fn new() -> zbus::Result<Self> {
        let connection = Connection::session().await?;
        let signals = MatchRule::builder()
            .msg_type(message::Type::Signal)
            .sender(SERVICE)
            .path(OBJECT)
            .interface(SERVICE)
            .build()?;
        let signals = MessageStream::for_match_rule(signals, &connection, None).await?;
        let waiting = Waiting::default();
        let listening = tokio::spawn(listen(signals, connection.clone(), waiting.clone()));
        Ok(Self {
            connection,
            waiting,
            listening,
        })
    }
}

/// Tells of clicks, as long as the connection lasts.
async fn listen(mut signals: MessageStream, connection: Connection, waiting: Waiting) {
    while let Some(Ok(signal)) = signals.next().await {
        let header = signal.header();
        match header.member().map(|member| member.as_str()) {
            Some("ActionInvoked") => {
                let Ok((id, action)) = signal.body().deserialize::<(u32, String)>() else {
                    continue;
                };
                let Some(report) = waiting.lock().await.remove(&id) else {
                    continue;
                };
                report(&match action.as_str() {
                    "default" => NotificationResponse::Default,
                    _ => NotificationResponse::Action(action),
                });
                // Not every service takes a clicked notification off the screen by itself. One that did refuses.
                let connection = connection.clone();
                tokio::spawn(async move {
                    let _closed = connection
                        .call_method(Some(SERVICE), OBJECT, Some(SERVICE), "CloseNotification", &(id,))
                        .await;
                });
            }
            Some("NotificationClosed") => {
                if let Ok((id, _reason)) = signal.body().deserialize::<(u32, u32)>() {
                    waiting.lock().await.remove(&id);
                }
            }
            _ => {}
        }
    }
}

/// A hint as the bus has it, of those that this program gives.
fn hint(hint: &Hint) -> Option<(&'static str, Variant<'_>)> {
    Some(match hint {
        Hint::Category(category) => ("category", category.as_str().into()),
        Hint::DesktopEntry(entry) => ("desktop-entry", entry.as_str().into()),
        Hint::SoundName(name) => ("sound-name", name.as_str().into()),
        Hint::SuppressSound(is_silent) => ("suppress-sound", (*is_silent).into()),
        Hint::Urgency(urgency) => ("urgency", (*urgency as u8).into()),
        _ => return None,
    })
}
