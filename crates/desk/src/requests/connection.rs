//! `connection_*`

use super::Answer;
use crate::{
    api::{Nothing, connection::ConnectionView},
    desk::Desk,
};

impl Desk {
    pub(crate) async fn connection_show(&self, _: Nothing) -> Answer<ConnectionView> {
        Ok(self.connection_view().await?)
    }

    pub(crate) async fn connection_retry(&self, _: Nothing) -> Answer<ConnectionView> {
        self.inner.retry_wake.notify_waiters();
        if let Ok(account) = self.account() {
            self.inner.journal.make_due(account.id, self.now()).await?;
            self.inner.push_wake.notify_one();
        }
        Ok(self.connection_view().await?)
    }
}
