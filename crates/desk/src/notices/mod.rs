//! What happened that the expert should know. A notice is keyed by its event and written to the journal before the
//! documents that told of it; it is raised on the desktop once, and marked when the system has taken it.

pub(crate) mod wording;

use crate::{
    api::{DeskEvent, OpenTarget, notice::NoticeKind},
    desk::Desk,
    error::Result,
    journal::{NewNotice, StoredNotice},
    ports::Notification,
};
use proffer_domain::AccountId;
use std::time::Duration;

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

impl Desk {
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
        if !self.inner.cache.is_complete().await? {
            // What a first sync brings is old news until it has been put into a digest.
            return Ok(());
        }
        let _one_at_a_time = self.inner.raising.lock().await;
        let waiting = self.inner.journal.notices_to_raise(account.id).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let is_wanted = self.inner.journal.settings().await?.notifications;
        let mut is_changed = false;
        for StoredNotice {
            notice,
            read_at,
            raise_error,
        } in waiting
        {
            let journal = &self.inner.journal;
            // What was refused and has been read in the app since is no news; what is raised for the first time is.
            let is_over = read_at.is_some() && raise_error.is_some();
            if !is_wanted || is_over {
                journal.note_raised(account.id, notice.id, Ok(self.now())).await?;
                continue;
            }
            let notification = Notification {
                id: notice.id,
                title: notice.title.clone(),
                body: notice.body.clone(),
                target: Some(target(&notice)),
            };
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
        let ids: Vec<_> = of.iter().map(|stored| stored.notice.id).collect();
        let digest = wording::digest(self.mint(), of, self.now());
        self.inner.journal.add_digest(account.id, &digest, &ids).await?;
        self.tell_notices(account.id).await
    }
}
