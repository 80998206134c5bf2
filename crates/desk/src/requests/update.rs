//! `update_*`

use super::Answer;
use crate::{
    api::{
        Nothing,
        update::{UpdateConsent, UpdateView},
    },
    desk::Desk,
};

impl Desk {
    pub(crate) async fn update_show(&self, _: Nothing) -> Answer<UpdateView> {
        Ok(self.update_view())
    }

    pub(crate) async fn update_check(&self, _: Nothing) -> Answer<UpdateView> {
        self.check_for_update().await;
        Ok(self.update_view())
    }

    pub(crate) async fn update_download(&self, _: Nothing) -> Answer<UpdateView> {
        self.begin_update_download();
        Ok(self.update_view())
    }

    pub(crate) async fn update_install(&self, consent: UpdateConsent) -> Answer<UpdateView> {
        Ok(self.install_update(consent.has_unsaved_draft).await?)
    }

    pub(crate) async fn update_restart(&self, consent: UpdateConsent) -> Answer<UpdateView> {
        Ok(self.restart_updated(consent.has_unsaved_draft).await?)
    }
}
