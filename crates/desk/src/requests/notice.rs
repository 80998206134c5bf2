//! `notice_*`

use super::Answer;
use crate::{
    api::{
        ApiError, ApiErrorCode, DeskEvent, Nothing, OpenTarget,
        notice::{AttentionNote, NoticeKind, NoticeList, NoticeMarkRead, NoticePause, NoticeTest, NoticeView},
        offer::OfferRef,
    },
    desk::Desk,
    error::Result,
    ports::{NoticeAction, Notification},
    spoken::{Phrase, Spoken},
};
use proffer_protocol::Entity;
use std::time::Duration;
use uuid::Uuid;

const NOTICES_SHOWN: u32 = 200;

impl Desk {
    pub(crate) async fn notice_list(&self, _: Nothing) -> Answer<NoticeList> {
        let account = self.account()?;
        let stored = self.inner.journal.notices(account.id, NOTICES_SHOWN).await?;
        Ok(NoticeList {
            notices: stored
                .into_iter()
                .map(|stored| NoticeView {
                    is_held: stored.is_held(),
                    id: stored.notice.id,
                    kind: stored.notice.kind,
                    title: stored.notice.title,
                    body: stored.notice.body,
                    at: account.local_time(stored.notice.at),
                    is_read: stored.read_at.is_some(),
                    raise_error: stored.raise_error,
                    offer_id: stored.notice.offer_id,
                    question_id: stored.notice.question_id,
                })
                .collect(),
            unread_count: self.inner.journal.unread_count(account.id).await?,
            paused_until: self.paused_until().await?,
        })
    }

    pub(crate) async fn notice_pause(&self, request: NoticePause) -> Answer<NoticeList> {
        self.pause_notices(request.minutes).await?;
        self.notice_list(Nothing).await
    }

    /// Pauses notifications for so many minutes from now; 0 ends the pause.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn pause_notices(&self, minutes: u16) -> Result<()> {
        let until = self.now() + Duration::from_secs(u64::from(minutes) * 60);
        self.inner.journal.pause_until(until).await?;
        if let Ok(account) = self.account() {
            self.tell_notices(account.id).await?;
            self.begin_raising();
        }
        // Whoever watches the time looks again.
        self.tell(DeskEvent::SettingsChanged);
        Ok(())
    }

    pub(crate) async fn attention_note(&self, request: AttentionNote) -> Answer<Nothing> {
        self.inner.attention.send_replace(request);
        Ok(Nothing)
    }

    pub(crate) async fn notice_mark_read(&self, request: NoticeMarkRead) -> Answer<NoticeList> {
        let account = self.account()?;
        self.inner
            .journal
            .mark_notices_read(account.id, &request.ids, self.now())
            .await?;
        self.tell_notices(account.id).await?;
        self.notice_list(Nothing).await
    }

    pub(crate) async fn notice_send_test(&self, _: Nothing) -> Answer<NoticeTest> {
        let outcome = self
            .raise(&Notification {
                id: self.mint(),
                title: self.spoken().say(Phrase::Test, &[]),
                body: self.spoken().say(Phrase::TestBody, &[]),
                target: Some(OpenTarget::RequestCentre),
                kind: NoticeKind::OfferAccepted,
                actions: vec![NoticeAction::Open],
                has_sound: self.settings().notice_choices.offer_accepted.has_sound,
                spoken: self.spoken(),
            })
            .await;
        if outcome.is_ok() && self.account().is_ok() {
            // What was refused before may be taken now.
            self.raise_notices().await?;
        }
        Ok(NoticeTest {
            was_taken: outcome.is_ok(),
            problem: match outcome {
                Ok(()) => self.why_hushed().await?.map(|why| self.spoken().say(why, &[])),
                Err(words) => Some(self.spoken().say(Phrase::TestRefused, &[("reason", &words)])),
            },
        })
    }

    /// Why other notifications would not be raised now, although this one was taken.
    async fn why_hushed(&self) -> Answer<Option<Phrase>> {
        let settings = self.settings();
        if !settings.notifications {
            return Ok(Some(Phrase::OthersOff));
        }
        if self.paused_until().await?.is_some() {
            return Ok(Some(Phrase::OthersPaused));
        }
        if self.hushed_until().await?.is_some() {
            return Ok(Some(Phrase::OthersQuiet));
        }
        if !settings.notice_choices.offer_accepted.is_raised {
            return Ok(Some(Phrase::AcceptedNotRaised));
        }
        Ok(None)
    }

    /// Does what a button of a notification says. When it cannot be done, that is raised in its place.
    pub(crate) async fn act_on_notice(&self, id: Uuid, action: NoticeAction) -> Result<()> {
        let account = self.account()?;
        let Some(stored) = self.inner.journal.notice(account.id, id).await? else {
            return Ok(());
        };
        let notice = stored.notice;
        let (failure, outcome) = match (action, notice.offer_id, notice.question_id) {
            (NoticeAction::Start, Some(offer_id), _) => (
                Phrase::StartFailed,
                self.offer_start(OfferRef { offer_id }).await.map(|_| ()),
            ),
            (NoticeAction::Extend, _, Some(question)) => (
                Phrase::ExtendFailed,
                // Not by `question_extend`, which would count the question as seen.
                self.command_now(format!("/v1/questions/{question}/extend"), Entity::Question)
                    .await,
            ),
            _ => return self.notice_activated(id).await,
        };
        match outcome {
            Ok(()) => {
                self.inner
                    .journal
                    .mark_notices_read(account.id, &[id], self.now())
                    .await?;
                self.tell_notices(account.id).await
            }
            Err(error) => {
                tracing::warn!(code = ?error.code, ?action, "a notification's button could not be carried out");
                let notification = Notification {
                    id,
                    title: self.spoken().say(failure, &[]),
                    body: reason(&error, self.spoken()),
                    target: Some(crate::notices::target(&notice)),
                    kind: notice.kind,
                    actions: vec![NoticeAction::Open],
                    has_sound: false,
                    spoken: self.spoken(),
                };
                if let Err(words) = self.raise(&notification).await {
                    tracing::warn!(error = %words, "nor could that be told");
                }
                Ok(())
            }
        }
    }
}

/// Why a button did nothing, in words.
fn reason(error: &ApiError, spoken: Spoken) -> String {
    match error.code {
        ApiErrorCode::Offline | ApiErrorCode::PlatformTrouble | ApiErrorCode::TooManyRequests => {
            spoken.say(Phrase::UnreachableNow, &[])
        }
        ApiErrorCode::OfferStateConflict => spoken.say(Phrase::OfferMovedOn, &[]),
        ApiErrorCode::SignInNeeded => spoken.say(Phrase::SignInAgain, &[]),
        ApiErrorCode::LockNotHeld => spoken.say(Phrase::LockEnded, &[]),
        ApiErrorCode::LockHeld => spoken.say(Phrase::QuestionHeld, &[("name", &error.detail)]),
        _ => error.detail.clone(),
    }
}
