//! Updates of the app itself: when the channel is asked, which version is taken, and when the app may restart for it.
//!
//! The shell brings the means ([`Updater`]); what may happen is decided here. An update never goes back, not even to a
//! version between the one that runs and one that was announced before; it is installed and the app restarted only when
//! the expert says so, and not while something is being sent or was typed and not kept.

mod rule;

use crate::{
    api::{
        DeskEvent,
        settings::Settings,
        update::{UpdateBlocker, UpdateChannel, UpdateProblem, UpdateState, UpdateView},
    },
    desk::Desk,
    error::Result,
    journal::{EntryState, KeptUpdates},
    ports::{Announced, UpdateError, Updater},
};
use proffer_domain::text::to_safe_html;
use rule::{Verdict, judge};
use semver::Version;
use std::{
    sync::{Arc, OnceLock, atomic::AtomicU32, atomic::Ordering},
    time::Duration,
};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

/// How long after a good answer the channel is asked again.
const DAILY: Duration = Duration::from_hours(24);
/// How long after a failed one.
const AFTER_FAILURE: Duration = Duration::from_hours(1);
/// What is shown of the notes at most, in characters.
const NOTES_MAX_CHARS: usize = 20_000;

/// What the desk keeps of updates while it runs.
#[derive(Default)]
pub(crate) struct Updates {
    updater: OnceLock<Arc<dyn Updater>>,
    view: watch::Sender<UpdateView>,
    /// The channel is asked and a version is fetched and installed by one at a time.
    busy: Mutex<()>,
    /// How many commands are on their way to the platform.
    sends: Arc<AtomicU32>,
    ended: CancellationToken,
}

/// Stands for a command on its way; dropped when its outcome is known.
pub(crate) struct Sending(Arc<AtomicU32>);

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Updates {
    /// Notes that a command is on its way.
    pub(crate) fn sending(&self) -> Sending {
        self.sends.fetch_add(1, Ordering::SeqCst);
        Sending(self.sends.clone())
    }

    /// Lets the daily question end.
    pub(crate) fn end(&self) {
        self.ended.cancel();
    }

    fn change(&self, change: impl FnOnce(&mut UpdateView)) -> UpdateView {
        self.view.send_modify(change);
        self.view.borrow().clone()
    }
}

fn problem_of(error: &UpdateError) -> UpdateProblem {
    match error {
        UpdateError::Unreachable(_) => UpdateProblem::Unreachable,
        UpdateError::NotUnderstood(_) => UpdateProblem::NotUnderstood,
        UpdateError::BadSignature(_) => UpdateProblem::BadSignature,
        UpdateError::NotInstalled(_) => UpdateProblem::NotInstalled,
    }
}

impl Desk {
    /// Tells the desk by what means the app is updated; once, after it is open. From now on the channel is asked, at
    /// once and daily.
    pub fn attach_updater(&self, updater: Arc<dyn Updater>) {
        if self.inner.updates.updater.set(updater).is_err() {
            tracing::warn!("the desk has an updater already");
            return;
        }
        let desk = self.clone();
        tokio::spawn(async move {
            let ended = desk.inner.updates.ended.clone();
            ended.run_until_cancelled(Box::pin(desk.watch_for_updates())).await;
        });
    }

    /// Whether this is the first start after the app updated itself, as [`UpdateView::is_fresh`] says; such a start
    /// shows its window, however it was started.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    pub async fn take_note_of_update(&self) -> std::result::Result<bool, crate::DeskError> {
        let mut kept = self.inner.journal.updates().await?;
        let Some(version) = kept.restarting_to.take() else {
            return Ok(false);
        };
        self.inner.journal.save_updates(&kept).await?;
        let is_fresh = version == self.inner.config.app_version;
        self.inner.updates.change(|view| view.is_fresh = is_fresh);
        Ok(true)
    }

    /// The update as it stands.
    pub(crate) fn update_view(&self) -> UpdateView {
        let mut view = self.inner.updates.view.borrow().clone();
        view.current_version.clone_from(&self.inner.config.app_version);
        view
    }

    fn change_update(&self, change: impl FnOnce(&mut UpdateView)) {
        self.inner.updates.change(change);
        self.tell(DeskEvent::UpdateChanged {
            update: self.update_view(),
        });
    }

    async fn watch_for_updates(&self) {
        let mut settings = self.inner.settings.subscribe();
        loop {
            let channel = self.settings().update_channel;
            let is_well = self.check_for_update().await;
            let pause = if is_well { DAILY } else { AFTER_FAILURE };
            let is_other = |settings: &Arc<Settings>| settings.update_channel != channel;
            tokio::select! {
                () = self.inner.ports.clock.sleep(pause) => {}
                changed = settings.wait_for(is_other) => if changed.is_err() { return },
            }
        }
    }

    /// Asks the channel; says whether it answered well. What is on its way or installed already stays as it is.
    pub(crate) async fn check_for_update(&self) -> bool {
        let Some(updater) = self.inner.updates.updater.get().cloned() else {
            return true;
        };
        let Ok(_one_at_a_time) = self.inner.updates.busy.try_lock() else {
            return true;
        };
        let before = self.update_view().state;
        if matches!(before, UpdateState::Installed | UpdateState::Installing) {
            return true;
        }
        let channel = self.settings().update_channel;
        self.change_update(|view| {
            view.state = UpdateState::Checking;
            view.problem = None;
            view.problem_detail.clear();
        });
        let outcome = match updater.check(channel).await {
            Ok(announced) => self.judge_announced(channel, announced).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok((announced, problem)) => {
                let now = self.now();
                // What was downloaded already need not be again.
                let known = self.update_view().version;
                let is_here =
                    before == UpdateState::Ready && announced.as_ref().map(|new| &new.version) == known.as_ref();
                self.change_update(|view| {
                    view.checked_at = Some(now);
                    view.problem = problem;
                    match announced {
                        Some(new) => {
                            view.state = if is_here {
                                UpdateState::Ready
                            } else {
                                UpdateState::Available
                            };
                            view.version = Some(new.version);
                            view.notes_html = notes_html(new.notes.as_deref());
                            view.published_at = new.published_at;
                        }
                        None => forget_announced(view),
                    }
                });
                problem.is_none()
            }
            Err(error) => {
                tracing::warn!(%error, "the channel of updates was asked in vain");
                self.change_update(|view| {
                    let is_untrusted = matches!(error, UpdateError::BadSignature(_));
                    // A version known before can still be had; one that is not to be trusted cannot.
                    if view.version.is_none() || is_untrusted {
                        forget_announced(view);
                    } else {
                        view.state = if before == UpdateState::Ready {
                            before
                        } else {
                            UpdateState::Available
                        };
                    }
                    view.problem = Some(problem_of(&error));
                    view.problem_detail = error.to_string();
                });
                false
            }
        }
    }

    /// What is to be offered, and what is to be told of what is not.
    async fn judge_announced(
        &self,
        channel: UpdateChannel,
        announced: Option<Announced>,
    ) -> std::result::Result<(Option<Announced>, Option<UpdateProblem>), UpdateError> {
        let Some(announced) = announced else {
            return Ok((None, None));
        };
        let parse = |text: &str| Version::parse(text).map_err(|error| UpdateError::NotUnderstood(error.to_string()));
        let running = parse(&self.inner.config.app_version)?;
        let version = parse(&announced.version)?;
        let kept = self.inner.journal.updates().await.unwrap_or_else(|error| {
            tracing::error!(%error, "the highest version seen cannot be read");
            KeptUpdates::default()
        });
        let seen = kept
            .highest_seen
            .get(&channel)
            .and_then(|text| Version::parse(text).ok());
        match judge(&running, seen.as_ref(), &version) {
            Verdict::Newer => {
                self.remember_seen(channel, kept, &version, seen.as_ref()).await;
                Ok((Some(announced), None))
            }
            Verdict::Current => Ok((None, None)),
            Verdict::Older => {
                tracing::warn!(%version, "an older version is announced");
                Ok((None, Some(UpdateProblem::OlderVersion)))
            }
            Verdict::HeldBack => {
                tracing::warn!(%version, ?seen, "an older version is announced than was before");
                Ok((None, Some(UpdateProblem::HeldBack)))
            }
        }
    }

    async fn remember_seen(
        &self,
        channel: UpdateChannel,
        kept: KeptUpdates,
        version: &Version,
        seen: Option<&Version>,
    ) {
        if seen.is_some_and(|seen| seen >= version) {
            return;
        }
        let mut kept = kept;
        kept.highest_seen.insert(channel, version.to_string());
        if let Err(error) = self.inner.journal.save_updates(&kept).await {
            tracing::error!(%error, "the highest version seen cannot be kept");
        }
    }

    /// Fetches the announced version; returns at once, and events tell how far it is.
    pub(crate) fn begin_update_download(&self) {
        let Some(updater) = self.inner.updates.updater.get().cloned() else {
            return;
        };
        // Waiting for nothing would hold up the next question to the channel.
        if !matches!(self.update_view().state, UpdateState::Available | UpdateState::Checking) {
            return;
        }
        let desk = self.clone();
        tokio::spawn(async move {
            let ended = desk.inner.updates.ended.clone();
            ended
                .run_until_cancelled(Box::pin(desk.download_update(&*updater)))
                .await;
        });
    }

    async fn download_update(&self, updater: &dyn Updater) {
        // A question to the channel may be under way, also the daily one: what was asked for is done after it.
        let _one_at_a_time = self.inner.updates.busy.lock().await;
        let view = self.update_view();
        let (UpdateState::Available, Some(version)) = (view.state, view.version) else {
            return;
        };
        self.change_update(|view| {
            view.state = UpdateState::Downloading;
            view.received_bytes = 0;
            view.size_bytes = None;
            view.problem = None;
            view.problem_detail.clear();
        });
        let desk = self.clone();
        let progress = Arc::new(move |received: u64, size: Option<u64>| desk.note_update_progress(received, size));
        let outcome = updater.download(&version, progress).await;
        self.change_update(|view| match &outcome {
            Ok(()) => view.state = UpdateState::Ready,
            Err(error) => {
                tracing::warn!(%error, "the update could not be downloaded");
                view.state = UpdateState::Available;
                view.problem = Some(problem_of(error));
                view.problem_detail = error.to_string();
            }
        });
    }

    /// Tells of each hundredth.
    fn note_update_progress(&self, received: u64, size: Option<u64>) {
        let hundredth = |bytes: u64| size.map_or(bytes >> 18, |size| bytes.saturating_mul(100) / size.max(1));
        let told = self.inner.updates.view.borrow().received_bytes;
        if hundredth(received) != hundredth(told) || Some(received) == size {
            self.change_update(|view| {
                view.received_bytes = received;
                view.size_bytes = size;
            });
        }
    }

    /// Why nothing may be installed or restarted now.
    async fn update_blocker(&self, has_unsaved_draft: bool) -> Result<Option<UpdateBlocker>> {
        if has_unsaved_draft {
            return Ok(Some(UpdateBlocker::UnsavedDraft));
        }
        if self.inner.updates.sends.load(Ordering::SeqCst) > 0 {
            return Ok(Some(UpdateBlocker::Sending));
        }
        let Ok(account) = self.account() else {
            return Ok(None);
        };
        let now = self.now();
        // What waits for the platform to come back is kept, and goes out after the restart.
        let can_be_undone =
            self.inner.journal.outbox(account.id).await?.iter().any(|stored| {
                stored.state == EntryState::Waiting && stored.attempts == 0 && stored.entry.not_before > now
            });
        Ok(can_be_undone.then_some(UpdateBlocker::Sending))
    }

    /// Has the system install what was downloaded. On Windows the app ends with it and comes up anew.
    pub(crate) async fn install_update(&self, has_unsaved_draft: bool) -> Result<UpdateView> {
        let Some(updater) = self.inner.updates.updater.get().cloned() else {
            return Ok(self.update_view());
        };
        let _one_at_a_time = self.inner.updates.busy.lock().await;
        let view = self.update_view();
        let (UpdateState::Ready, Some(version)) = (view.state, view.version) else {
            return Ok(self.update_view());
        };
        let blocker = self.update_blocker(has_unsaved_draft).await?;
        if blocker.is_some() {
            self.change_update(|view| view.blocker = blocker);
            return Ok(self.update_view());
        }
        self.change_update(|view| {
            view.state = UpdateState::Installing;
            view.blocker = None;
            view.problem = None;
            view.problem_detail.clear();
        });
        // Written first: on Windows nothing comes after.
        self.note_restarting(Some(version)).await?;
        match updater.install().await {
            Ok(()) => self.change_update(|view| view.state = UpdateState::Installed),
            Err(error) => {
                tracing::warn!(%error, "the update was not installed");
                self.note_restarting(None).await?;
                self.change_update(|view| {
                    view.state = UpdateState::Ready;
                    view.problem = Some(problem_of(&error));
                    view.problem_detail = error.to_string();
                });
            }
        }
        Ok(self.update_view())
    }

    async fn note_restarting(&self, version: Option<String>) -> Result<()> {
        let mut kept = self.inner.journal.updates().await?;
        kept.restarting_to = version;
        self.inner.journal.save_updates(&kept).await
    }

    /// Restarts the app into the installed version.
    pub(crate) async fn restart_updated(&self, has_unsaved_draft: bool) -> Result<UpdateView> {
        let Some(updater) = self.inner.updates.updater.get().cloned() else {
            return Ok(self.update_view());
        };
        if self.update_view().state != UpdateState::Installed {
            return Ok(self.update_view());
        }
        let blocker = self.update_blocker(has_unsaved_draft).await?;
        self.change_update(|view| view.blocker = blocker);
        if blocker.is_none() {
            updater.restart();
        }
        Ok(self.update_view())
    }
}

fn forget_announced(view: &mut UpdateView) {
    view.state = UpdateState::UpToDate;
    view.version = None;
    view.notes_html.clear();
    view.published_at = None;
    view.received_bytes = 0;
    view.size_bytes = None;
}

/// The notes are not covered by the signature, so they are as hostile as anyone's words.
fn notes_html(notes: Option<&str>) -> String {
    let shown: String = notes.unwrap_or_default().chars().take(NOTES_MAX_CHARS).collect();
    to_safe_html(&shown)
}
