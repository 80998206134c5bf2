//! `session_*`

use super::{Answer, people};
use crate::{
    api::{
        Nothing,
        session::{ExpertView, SessionSignIn, SessionView},
    },
    desk::Desk,
};

impl Desk {
    pub(crate) async fn session_show(&self, _: Nothing) -> Answer<SessionView> {
        let session = self.session();
        Ok(SessionView {
            state: session.state,
            expert: session.me.as_ref().map(|me| ExpertView {
                name: me.account.name.clone(),
                initials: people::initials(&me.account.name),
                email: me.account.email.clone(),
                categories: me.categories.iter().map(|category| category.name.clone()).collect(),
            }),
            platform_url: session.platform_url.trim_end_matches('/').to_owned(),
            email: session.email.clone(),
            token_kept: session.token_kept,
        })
    }

    pub(crate) async fn session_sign_in(&self, request: SessionSignIn) -> Answer<SessionView> {
        self.sign_in(request).await?;
        self.session_show(Nothing).await
    }

    pub(crate) async fn session_sign_out(&self, _: Nothing) -> Answer<SessionView> {
        self.sign_out().await?;
        self.session_show(Nothing).await
    }
}
