//! `notice_*`

use super::Answer;
use crate::{
    api::{
        Nothing, OpenTarget,
        notice::{NoticeList, NoticeMarkRead, NoticeTest, NoticeView},
    },
    desk::Desk,
    ports::Notification,
};

const NOTICES_SHOWN: u32 = 200;

impl Desk {
    pub(crate) async fn notice_list(&self, _: Nothing) -> Answer<NoticeList> {
        let account = self.account()?;
        let stored = self.inner.journal.notices(account.id, NOTICES_SHOWN).await?;
        Ok(NoticeList {
            notices: stored
                .into_iter()
                .map(|stored| NoticeView {
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
        })
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
                title: "Proffer can notify you".to_owned(),
                body: "You will see a notification like this when a customer accepts an offer.".to_owned(),
                target: Some(OpenTarget::RequestCentre),
            })
            .await;
        if outcome.is_ok() && self.account().is_ok() {
            // What was refused before may be taken now.
            self.raise_notices().await?;
        }
        Ok(NoticeTest {
            was_taken: outcome.is_ok(),
            problem: outcome.err().map(|words| {
                format!(
                    "The system's notification service did not take it ({words}). Check that notifications are \
                     allowed for Proffer in the system's settings and that a notification service runs. Until then \
                     notices are shown in the app."
                )
            }),
        })
    }
}
