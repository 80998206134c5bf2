//! What happened that the expert should know. A notice is keyed by its event and written to the journal before the
//! documents that told of it; it is raised on the desktop once, and marked when the system has taken it.
//!
//! Three things keep one from being raised: its kind is not chosen (it is marked at once); the expert is looking at what
//! it tells of (it is marked, as read too); quiet hours or a pause, which hold it back until they end and make one digest
//! of several.

mod quiet;
pub(crate) mod watch;
pub(crate) mod wording;

pub(crate) use quiet::DAY_MINUTES;

use crate::{
    api::{
        DeskEvent, OpenTarget,
        notice::NoticeKind,
        settings::{NoticeDetail, Settings},
    },
    desk::Desk,
    error::Result,
    journal::{NewNotice, StoredNotice},
    ports::{NoticeAction, Notification},
    spoken::{Phrase, Spoken},
};
use proffer_domain::{AccountId, Timestamp};
use std::time::Duration;

/// How the notices stand, for who shows it outside of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoticeStanding {
    /// How many are unread.
    pub unread: u32,
    /// Until when notifications are paused, if they are.
    pub paused_until: Option<Timestamp>,
}

/// How long the system's notification service may take.
const RAISE_TIMEOUT: Duration = Duration::from_secs(15);

/// Where a click on it leads.
pub(crate) fn target(notice: &NewNotice) -> OpenTarget {
    match (notice.kind, notice.offer_id, notice.question_id) {
        (NoticeKind::CustomerReplied, _, Some(question_id)) => OpenTarget::Question { question_id },
        (_, Some(offer_id), _) => OpenTarget::Offer { offer_id },
        (_, None, Some(question_id)) => OpenTarget::Question { question_id },
        (_, None, None) => OpenTarget::RequestCentre,
    }
}

/// What can be done from it.
fn actions(notice: &NewNotice) -> Vec<NoticeAction> {
    match notice.kind {
        NoticeKind::OfferAccepted => vec![NoticeAction::Start, NoticeAction::Open],
        NoticeKind::LockEndsSoon => vec![NoticeAction::Extend, NoticeAction::Open],
        _ => vec![NoticeAction::Open],
    }
}

/// A notice as the system is to show it.
fn notification(notice: &NewNotice, settings: &Settings, spoken: Spoken) -> Notification {
    let (title, body) = match settings.notice_detail {
        NoticeDetail::Full => (notice.title.clone(), notice.body.clone()),
        NoticeDetail::Event => (spoken.say(wording::event(notice.kind), &[]), String::new()),
        NoticeDetail::Nothing => (spoken.say(Phrase::SomethingNew, &[]), String::new()),
    };
    Notification {
        id: notice.id,
        title,
        body,
        target: Some(target(notice)),
        kind: notice.kind,
        // A button would say what the words do not.
        actions: match settings.notice_detail {
            NoticeDetail::Nothing => vec![NoticeAction::Open],
            NoticeDetail::Full | NoticeDetail::Event => actions(notice),
        },
        has_sound: settings.notice_choices.of(notice.kind).has_sound,
        spoken,
    }
}

impl Desk {
    /// Until when nothing is raised, for quiet hours or a pause; `None` if there is neither now.
    pub(crate) async fn hushed_until(&self) -> Result<Option<Timestamp>> {
        let now = self.now();
        let hours = self.settings().quiet_hours;
        let quiet = if hours.is_on {
            quiet::quiet_until(&hours, now, &jiff::tz::TimeZone::system())
        } else {
            None
        };
        Ok(quiet.max(self.paused_until().await?))
    }

    /// How the notices stand; nothing is unread while nobody is signed in.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub async fn notice_standing(&self) -> Result<NoticeStanding> {
        Ok(NoticeStanding {
            unread: match self.account() {
                Ok(account) => self.inner.journal.unread_count(account.id).await?,
                Err(_) => 0,
            },
            paused_until: self.paused_until().await?,
        })
    }

    /// Until when notifications are paused; `None` if they are not.
    pub(crate) async fn paused_until(&self) -> Result<Option<Timestamp>> {
        let until = self.inner.journal.paused_until().await?;
        Ok(until.filter(|until| *until > self.now()))
    }

    /// Whether the expert is looking at what a notice tells of.
    fn is_in_sight(&self, notice: &NewNotice) -> bool {
        let attention = *self.inner.attention.borrow();
        attention.is_focused && attention.target.is_some() && attention.target == Some(target(notice))
    }

    /// Tells how many notices are unread.
    pub(crate) async fn tell_notices(&self, account: AccountId) -> Result<()> {
        let unread = self.inner.journal.unread_count(account).await?;
        self.tell(DeskEvent::NoticesChanged { unread });
        Ok(())
    }

    /// Raises one notification; gives what the system said when it refused.
    pub(crate) async fn raise(&self, notification: &Notification) -> std::result::Result<(), String> {
        match tokio::time::timeout(RAISE_TIMEOUT, self.inner.ports.notifier.raise(notification)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the notification service did not answer".to_owned()),
        }
    }

    /// Raises what was not raised yet, in a task of its own: a slow notification service holds nothing up, and the end
    /// of a session cannot fall between the system's answer and its being written down.
    pub(crate) fn begin_raising(&self) {
        let desk = self.clone();
        tokio::spawn(async move {
            if let Err(error) = desk.raise_notices().await {
                tracing::error!(%error, "notices could not be raised; they are tried again");
            }
        });
    }

    /// Raises what was not raised yet, oldest first, and marks each once the system has taken it. What the system
    /// refuses is kept with its reason and tried again the next time.
    pub(crate) async fn raise_notices(&self) -> Result<()> {
        let account = self.account()?;
        let _one_at_a_time = self.inner.raising.lock().await;
        // Asked side by side: the expert waits for the answers.
        let (is_complete, waiting, hushed_until) = tokio::join!(
            self.inner.cache.is_complete(),
            self.inner.journal.notices_to_raise(account.id),
            self.hushed_until()
        );
        let mut waiting = waiting?;
        // What a first sync brings is old news until it has been put into a digest.
        if waiting.is_empty() || !is_complete? {
            return Ok(());
        }
        let settings = self.settings();
        if settings.notifications && hushed_until?.is_some() {
            self.inner.journal.hold_notices(account.id, self.now()).await?;
            return self.tell_notices(account.id).await;
        }
        let is_unread = |stored: &&StoredNotice| stored.held_at.is_some() && stored.read_at.is_none();
        let held: Vec<_> = waiting.iter().filter(is_unread).cloned().collect();
        if settings.notifications && held.len() > 1 {
            self.digest(&held).await?;
            waiting = self.inner.journal.notices_to_raise(account.id).await?;
        }
        let mut is_changed = false;
        for StoredNotice {
            notice,
            read_at,
            raise_error,
            held_at,
            ..
        } in waiting
        {
            let journal = &self.inner.journal;
            // What was refused or held back and has been read in the app since is no news; what is raised for the first
            // time is.
            let is_over = read_at.is_some() && (raise_error.is_some() || held_at.is_some());
            let is_wanted = settings.notifications && settings.notice_choices.of(notice.kind).is_raised;
            let is_stale = match (notice.kind, notice.question_id) {
                (NoticeKind::LockEndsSoon, Some(question)) => !self.lock_still_ends_soon(question).await?,
                _ => false,
            };
            if !is_wanted || is_over || is_stale {
                journal.note_raised(account.id, notice.id, Ok(self.now())).await?;
                continue;
            }
            if self.is_in_sight(&notice) {
                journal.note_in_sight(account.id, notice.id, self.now()).await?;
                is_changed = true;
                continue;
            }
            let notification = notification(&notice, &settings, self.spoken());
            is_changed = true;
            #[cfg(feature = "simulation")]
            if proffer_failpoints::is_broken("notice_marked_before_raised") {
                journal.note_raised(account.id, notice.id, Ok(self.now())).await?;
            }
            #[cfg(feature = "simulation")]
            if proffer_failpoints::is_broken("notice_never_marked") {
                self.raise(&notification).await.unwrap_or_default();
                continue;
            }
            crate::fault::at("desk.raise.before").await?;
            match self.raise(&notification).await {
                Ok(()) => {
                    crate::fault::at("desk.raise.before_mark").await?;
                    journal.note_raised(account.id, notice.id, Ok(self.now())).await?;
                    crate::fault::at("desk.raise.after_mark").await?;
                }
                Err(words) => {
                    tracing::warn!(error = %words, "the system did not take a notification");
                    journal.note_raised(account.id, notice.id, Err(&words)).await?;
                }
            }
        }
        if is_changed {
            self.tell_notices(account.id).await?;
        }
        Ok(())
    }

    /// Puts one digest in the place of these.
    pub(crate) async fn digest(&self, of: &[StoredNotice]) -> Result<()> {
        let account = self.account()?;
        // A lock's warning is of no use later.
        let of: Vec<_> = of
            .iter()
            .filter(|stored| stored.notice.kind != NoticeKind::LockEndsSoon)
            .cloned()
            .collect();
        if of.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = of.iter().map(|stored| stored.notice.id).collect();
        let digest = wording::digest(self.spoken(), self.mint(), &of, self.now());
        self.inner.journal.add_digest(account.id, &digest, &ids).await?;
        self.tell_notices(account.id).await
    }
}
