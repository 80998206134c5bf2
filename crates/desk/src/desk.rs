//! The desk as a whole: what it is made of, how it starts and ends, and how requests reach their handlers.

use crate::{
    api::{
        self, ApiError, ApiErrorCode, DeskEvent, OpenTarget, attachment, connection, diagnostics, event, guide,
        insights, message, notice, offer, offer_dialog, offer_template, outbox, phrase, question, queue,
        request_centre, search, session, settings, support, update,
    },
    cache::{Cache, CacheKey},
    error::DeskError,
    journal::Journal,
    ports::{Clock, Entropy, Keychain, NoticeAction, Notifier, PlatformConnector, Shell},
    private_files,
    session::Session,
    spoken::Spoken,
    sync::{Engine, Pulse, Standing},
    updates::Updates,
};
use futures_util::FutureExt;
use proffer_domain::{Timestamp, uuid_v7};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    panic::AssertUnwindSafe,
    path::PathBuf,
    sync::{Arc, OnceLock},
};
use tokio::sync::{Mutex, Notify, broadcast, watch};
use uuid::Uuid;

/// Where the desk lives and what it calls itself.
#[derive(Clone, Debug)]
pub struct DeskConfig {
    /// The folder for the cache, the journal and the files of drafts.
    pub data_dir: PathBuf,
    /// Where attachments are saved.
    pub downloads_dir: PathBuf,
    /// The app's version.
    pub app_version: String,
    /// What the platform's list of sessions calls this computer.
    pub device_name: String,
    /// The system's language, a tag such as `de-AT`, if that is known.
    pub system_language: Option<String>,
}

/// What the desk needs from outside.
#[derive(Clone)]
pub struct Ports {
    /// Makes platforms.
    pub connector: Arc<dyn PlatformConnector>,
    /// The system's notifications.
    pub notifier: Arc<dyn Notifier>,
    /// The system's keychain.
    pub keychain: Arc<dyn Keychain>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// The engine of the app. Cheap to clone; all clones are one desk.
///
/// It keeps working with no window: connection, outbox and notices run on their own until [`Desk::close`].
#[derive(Clone)]
pub struct Desk {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) config: DeskConfig,
    pub(crate) ports: Ports,
    pub(crate) cache: Cache,
    pub(crate) journal: Journal,
    pub(crate) events: broadcast::Sender<DeskEvent>,
    pub(crate) session: watch::Sender<Arc<Session>>,
    pub(crate) standing: watch::Sender<Standing>,
    pub(crate) target: watch::Sender<Option<OpenTarget>>,
    /// Woken when something was put into the outbox.
    pub(crate) push_wake: Notify,
    /// Woken when documents may wait to be indexed.
    pub(crate) index_wake: Notify,
    /// Woken when the expert asks to connect now.
    pub(crate) retry_wake: Notify,
    /// Notices are raised by one at a time, so that none is raised twice.
    pub(crate) raising: Mutex<()>,
    /// Signing in and out happen one at a time.
    pub(crate) signing: Mutex<()>,
    pub(crate) engine: Mutex<Option<Engine>>,
    /// The stream's signs of life.
    pub(crate) pulse: Pulse,
    /// Where a damaged cache was moved to at this start.
    pub(crate) cache_moved_to: Option<PathBuf>,
    /// The settings as the journal keeps them.
    pub(crate) settings: watch::Sender<Arc<settings::Settings>>,
    /// What the expert is looking at.
    pub(crate) attention: watch::Sender<notice::AttentionNote>,
    /// The program around the desk, where there is one.
    pub(crate) shell: OnceLock<Arc<dyn Shell>>,
    /// Updates of the app.
    pub(crate) updates: Updates,
}

impl Desk {
    /// Opens the data folder and, if someone is signed in, begins to sync. Needs a running Tokio runtime.
    ///
    /// A damaged cache is moved aside and built anew; the journal is never thrown away.
    ///
    /// # Errors
    /// If the folder cannot be used, or its journal was written by a newer version.
    pub async fn open(config: DeskConfig, ports: Ports) -> std::result::Result<Self, DeskError> {
        private_files::make_folder(&config.data_dir)?;
        let journal = Journal::open(&config.data_dir).await?;
        let key = CacheKey::of(&config.data_dir, &ports).await;
        let (cache, cache_moved_to) = Cache::open(&config.data_dir, ports.clock.now(), key).await?;
        #[cfg(feature = "simulation")]
        if proffer_failpoints::is_broken("outbox_lost_with_bad_cache") && cache_moved_to.is_some() {
            journal.lose_outbox().await?;
        }
        journal.sweep_files().await?;
        let standing = Standing {
            synced_at: cache.place().await?.synced_at,
            ..Standing::default()
        };
        let settings = journal.settings().await?;
        let desk = Self {
            inner: Arc::new(Inner {
                config,
                ports,
                cache,
                journal,
                events: broadcast::Sender::new(1024),
                session: watch::Sender::new(Arc::new(Session::default())),
                standing: watch::Sender::new(standing),
                target: watch::Sender::new(None),
                push_wake: Notify::new(),
                index_wake: Notify::new(),
                retry_wake: Notify::new(),
                raising: Mutex::new(()),
                signing: Mutex::new(()),
                engine: Mutex::new(None),
                pulse: Pulse::default(),
                cache_moved_to,
                settings: watch::Sender::new(Arc::new(settings)),
                attention: watch::Sender::default(),
                shell: OnceLock::new(),
                updates: Updates::default(),
            }),
        };
        desk.resume_session().await?;
        Ok(desk)
    }

    /// Answers a request of the UI: its name as in [`for_each_request!`](crate::for_each_request), its payload and the
    /// response as JSON.
    ///
    /// # Errors
    /// The typed refusal for the UI.
    pub async fn request(&self, name: &str, payload: &[u8]) -> std::result::Result<Vec<u8>, ApiError> {
        let dispatched = AssertUnwindSafe(Box::pin(self.dispatch(name, payload))).catch_unwind();
        // What a panic left half done is undone: every change is one transaction.
        let answer = dispatched.await.unwrap_or_else(|_| {
            tracing::error!(name = known_name(name), "a request failed by a defect");
            Err(ApiError::new(ApiErrorCode::Internal).with_detail("a defect of the desk; nothing was lost"))
        });
        if let Err(error) = &answer
            && matches!(error.code, ApiErrorCode::StorageFailed | ApiErrorCode::Internal)
        {
            self.inner.cache.look_for_damage(self.now());
        }
        answer
    }

    /// What happens from now on. A receiver that falls behind gets `Lagged` and should ask for everything it shows.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<DeskEvent> {
        self.inner.events.subscribe()
    }

    /// Signs in with what was prepared from outside (the demo); nothing happens if that session stands already.
    ///
    /// # Errors
    /// As the request `session_sign_in`.
    pub async fn sign_in_with(
        &self,
        prepared: session::SessionSignIn,
    ) -> std::result::Result<session::SessionView, ApiError> {
        if self.session().stands_for(&prepared) {
            return self.session_show(api::Nothing).await;
        }
        self.session_sign_in(prepared).await
    }

    /// The settings as they stand.
    #[must_use]
    pub fn settings(&self) -> Arc<settings::Settings> {
        self.inner.settings.borrow().clone()
    }

    /// The language of notifications and of the tray.
    #[must_use]
    pub fn spoken(&self) -> Spoken {
        Spoken::of(self.settings().language, self.inner.config.system_language.as_deref())
    }

    /// Tells the desk of the program around it; once, after it is open.
    pub fn attach_shell(&self, shell: Arc<dyn Shell>) {
        if self.inner.shell.set(shell).is_err() {
            tracing::warn!("the desk has a program around it already");
        }
        self.tell(DeskEvent::SettingsChanged);
    }

    /// What the system around the app can do has changed: whoever shows it asks again.
    pub fn tell_system_changed(&self) {
        self.tell(DeskEvent::SettingsChanged);
    }

    /// The window was closed before its expert was asked about the tray: asks the window to ask.
    pub fn ask_about_tray(&self) {
        self.tell(DeskEvent::CloseAsked);
    }

    /// A button of a notification was pressed: does what it says. Says whether the window is to come up.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub async fn notice_acted(&self, id: Uuid, action: NoticeAction) -> std::result::Result<bool, DeskError> {
        match action {
            NoticeAction::Open => {
                self.notice_activated(id).await?;
                Ok(true)
            }
            NoticeAction::Start | NoticeAction::Extend => {
                self.act_on_notice(id, action).await?;
                Ok(false)
            }
        }
    }

    /// A notification was clicked: marks its notice as read and asks the window to go there.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub async fn notice_activated(&self, id: Uuid) -> std::result::Result<(), DeskError> {
        let target = match self.account() {
            Ok(account) => {
                let found = self.inner.journal.notice(account.id, id).await?;
                if found.is_some() {
                    self.inner
                        .journal
                        .mark_notices_read(account.id, &[id], self.now())
                        .await?;
                    self.tell_notices(account.id).await?;
                }
                found.map(|stored| crate::notices::target(&stored.notice))
            }
            Err(_) => None,
        };
        self.navigate(target.unwrap_or(OpenTarget::RequestCentre));
        Ok(())
    }

    /// Asks the window to go somewhere; a window that is not up yet asks by `navigation_take`.
    pub fn navigate(&self, target: OpenTarget) {
        self.inner.target.send_replace(Some(target));
        self.tell(DeskEvent::NavigationRequested { target });
    }

    /// Ends the desk cleanly: what is on its way is cut and sent again at the next start.
    pub async fn close(&self) {
        self.inner.updates.end();
        self.stop_engine().await;
        // A notification on its way to the system is written down first.
        let _raised = self.inner.raising.lock().await;
        self.inner.cache.close().await;
        self.inner.journal.close().await;
    }

    /// Lets the cache grow by no more than so many pages, as a full disk does; `None` makes room again.
    ///
    /// # Errors
    /// If the cache cannot be asked.
    #[cfg(any(test, feature = "testing"))]
    pub async fn limit_cache_growth(&self, more_pages: Option<i64>) -> std::result::Result<(), DeskError> {
        self.inner.cache.limit_growth(more_pages).await
    }

    /// Every document of the cache, with its kind and its id, as the text that came.
    ///
    /// # Errors
    /// If the cache cannot be read.
    #[cfg(any(test, feature = "testing"))]
    pub async fn cached_documents(&self) -> std::result::Result<Vec<(String, Uuid, String)>, DeskError> {
        self.inner.cache.documents_as_kept().await
    }

    /// How SQLite goes about a statement in each of the desk's two files that it is a statement of, step by step.
    #[cfg(any(test, feature = "testing"))]
    pub async fn explain(&self, statement: &str) -> Vec<Vec<String>> {
        let plans = [
            self.inner.cache.explain(statement).await,
            self.inner.journal.explain(statement).await,
        ];
        plans.into_iter().flatten().collect()
    }

    pub(crate) fn tell(&self, event: DeskEvent) {
        // Nobody listening is no failure: a window asks for everything when it comes up.
        let _ = self.inner.events.send(event);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.ports.clock.now()
    }

    /// A new id of the present moment.
    pub(crate) fn mint(&self) -> Uuid {
        let mut random = [0; 10];
        self.inner.ports.entropy.fill(&mut random);
        uuid_v7(self.now(), random)
    }

    /// A random number below `bound`.
    pub(crate) fn random_below(&self, bound: u64) -> u64 {
        let mut random = [0; 8];
        self.inner.ports.entropy.fill(&mut random);
        u64::from_le_bytes(random) % bound.max(1)
    }
}

fn read<T: DeserializeOwned>(payload: &[u8]) -> std::result::Result<T, ApiError> {
    let payload = if payload.trim_ascii().is_empty() {
        b"null"
    } else {
        payload
    };
    serde_json::from_slice(payload)
        .map_err(|error| ApiError::new(ApiErrorCode::MalformedRequest).with_detail(error.to_string()))
}

fn write<T: Serialize>(response: &T) -> std::result::Result<Vec<u8>, ApiError> {
    serde_json::to_vec(response).map_err(|error| ApiError::new(ApiErrorCode::Internal).with_detail(error.to_string()))
}

use api::Nothing;

macro_rules! dispatcher {
    ($($(#[doc = $doc:literal])* $name:ident($request:ty) -> $response:ty;)*) => {
        /// The names of all requests.
        pub const REQUEST_NAMES: &[&str] = &[$(stringify!($name),)*];

        impl Desk {
            async fn dispatch(&self, name: &str, payload: &[u8]) -> std::result::Result<Vec<u8>, ApiError> {
                match name {
                    $(stringify!($name) => {
                        let request: $request = read(payload)?;
                        // One at a time on the heap: the dispatcher would otherwise be as large as all together.
                        let response: $response = Box::pin(self.$name(request)).await?;
                        write(&response)
                    })*
                    _ => Err(ApiError::new(ApiErrorCode::MalformedRequest).with_detail("there is no such request")),
                }
            }
        }
    };
}
crate::for_each_request!(dispatcher);

/// A request's name as it may be logged: what is none came from elsewhere, and could be anything.
fn known_name(name: &str) -> &'static str {
    REQUEST_NAMES.iter().find(|known| **known == name).unwrap_or(&"unknown")
}
