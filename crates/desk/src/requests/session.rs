//! `session_*`

use super::{Answer, people};
use crate::{
    api::{
        Nothing,
        session::{AccountRef, ExpertView, SavedAccount, SessionSignIn, SessionView},
    },
    desk::Desk,
};

impl Desk {
    pub(crate) async fn session_show(&self, _: Nothing) -> Answer<SessionView> {
        let session = self.session();
        let current = session.me.as_ref().map(|me| me.account.id);
        let saved = self.inner.journal.saved_accounts().await?;
        let accounts = saved.into_iter().filter_map(|saved| {
            let me = saved.me?;
            Some(SavedAccount {
                account_id: me.account.id,
                initials: people::initials(&me.account.name),
                name: me.account.name,
                email: saved.email,
                platform_url: saved.platform_url.trim_end_matches('/').to_owned(),
                is_current: current == Some(me.account.id),
            })
        });
        Ok(SessionView {
            accounts: accounts.collect(),
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

    pub(crate) async fn session_switch(&self, request: AccountRef) -> Answer<SessionView> {
        self.switch_account(request.account_id).await?;
        self.session_show(Nothing).await
    }

    pub(crate) async fn session_forget(&self, request: AccountRef) -> Answer<SessionView> {
        self.forget_account(request.account_id).await?;
        self.session_show(Nothing).await
    }

    pub(crate) async fn session_sign_out(&self, _: Nothing) -> Answer<SessionView> {
        self.sign_out().await?;
        self.session_show(Nothing).await
    }
}
