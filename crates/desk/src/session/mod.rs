//! Signing in and out, and what the rest of the desk may know of the session. The token lives in the keychain and in
//! memory, nowhere else.

use crate::{
    api::{
        ApiError, ApiErrorCode, DeskEvent,
        session::{SessionSignIn, SessionState, TokenKept},
    },
    desk::Desk,
    error::Result,
    journal::SavedSession,
    notices::wording,
    platform_http::normalise_url,
    ports::Platform,
};
use jiff::SignedDuration;
use proffer_domain::{AccountId, FieldCode, FieldProblem, Limits, Role, Timestamp};
use proffer_protocol::{Me, SignInRequest};
use std::{sync::Arc, time::Duration};

/// How long signing out waits for the platform.
const SIGN_OUT_TIMEOUT: Duration = Duration::from_secs(5);

/// The session as it stands; replaced as a whole when it changes.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) state: SessionState,
    pub(crate) platform_url: String,
    pub(crate) email: String,
    pub(crate) me: Option<Arc<Me>>,
    pub(crate) clock_offset_ms: i64,
    pub(crate) first_signed_in_at: Timestamp,
    pub(crate) token_kept: Option<TokenKept>,
    pub(crate) link: Option<Link>,
}

/// What a signed-in desk needs to speak to its platform.
#[derive(Clone)]
pub(crate) struct Link {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) token: Arc<str>,
    pub(crate) account: AccountId,
}

/// The expert, for handlers: present while signed in or expired.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) me: Arc<Me>,
    pub(crate) first_signed_in_at: Timestamp,
    clock_offset: SignedDuration,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            state: SessionState::SignedOut,
            platform_url: String::new(),
            email: String::new(),
            me: None,
            clock_offset_ms: 0,
            first_signed_in_at: Timestamp::UNIX_EPOCH,
            token_kept: None,
            link: None,
        }
    }
}

impl Session {
    /// Whether it is the one that a prepared sign-in would make.
    pub(crate) fn stands_for(&self, prepared: &SessionSignIn) -> bool {
        self.state == SessionState::SignedIn
            && self.email.eq_ignore_ascii_case(prepared.email.trim())
            && normalise_url(&prepared.platform_url).is_ok_and(|url| url.as_str() == self.platform_url)
    }

    fn saved(&self) -> SavedSession {
        SavedSession {
            state: self.state,
            platform_url: self.platform_url.clone(),
            email: self.email.clone(),
            me: self.me.as_deref().cloned(),
            clock_offset_ms: self.clock_offset_ms,
        }
    }
}

impl Account {
    /// A moment of this computer's clock by the platform's.
    pub(crate) fn platform_time(&self, local: Timestamp) -> Timestamp {
        local.saturating_add(self.clock_offset).unwrap_or(local)
    }

    /// A moment of the platform's clock by this computer's.
    pub(crate) fn local_time(&self, platform: Timestamp) -> Timestamp {
        platform.saturating_sub(self.clock_offset).unwrap_or(platform)
    }

    /// The platform's limits.
    pub(crate) fn limits(&self) -> &Limits {
        &self.me.limits
    }
}

fn keychain_name(platform_url: &str, account: AccountId) -> String {
    format!("{platform_url} {account}")
}

fn offset_ms(server_time: Timestamp, now: Timestamp) -> i64 {
    server_time.as_millisecond() - now.as_millisecond()
}

impl Desk {
    /// The session as it stands.
    pub(crate) fn session(&self) -> Arc<Session> {
        self.inner.session.borrow().clone()
    }

    /// The expert, signed in or expired.
    pub(crate) fn account(&self) -> std::result::Result<Account, ApiError> {
        let session = self.session();
        let me = session
            .me
            .clone()
            .ok_or_else(|| ApiError::new(ApiErrorCode::SignInNeeded))?;
        Ok(Account {
            id: me.account.id,
            me,
            first_signed_in_at: session.first_signed_in_at,
            clock_offset: SignedDuration::from_millis(session.clock_offset_ms),
        })
    }

    /// What is needed to ask the platform now.
    pub(crate) fn link(&self) -> std::result::Result<Link, ApiError> {
        let session = self.session();
        match (&session.link, session.state) {
            (Some(link), SessionState::SignedIn) => Ok(link.clone()),
            _ => Err(ApiError::new(ApiErrorCode::SignInNeeded)),
        }
    }

    async fn set_session(&self, session: Session) -> Result<()> {
        let saved = session.saved();
        self.inner.journal.save_session(&saved).await?;
        self.inner.journal.save_account(&saved, self.now()).await?;
        self.inner.session.send_replace(Arc::new(session));
        self.tell(DeskEvent::SessionChanged);
        Ok(())
    }

    /// Takes the session up where the last run left it.
    pub(crate) async fn resume_session(&self) -> Result<()> {
        let Some(saved) = self.inner.journal.session().await? else {
            return Ok(());
        };
        if let Some(me) = &saved.me {
            // A desk that ended between moving a file aside and telling of it tells at its next start.
            for aside in crate::cache::damaged_files(&self.inner.config.data_dir)? {
                self.tell_rebuilt(me.account.id, &aside).await?;
            }
        }
        self.take_up(saved).await
    }

    /// Goes on with another saved account, which then syncs; the present one stays saved, with its token.
    pub(crate) async fn switch_account(&self, id: AccountId) -> std::result::Result<(), ApiError> {
        let _one_at_a_time = self.inner.signing.lock().await;
        let saved = self.inner.journal.saved_account(id).await?;
        let saved = saved.ok_or_else(|| ApiError::new(ApiErrorCode::NotFound))?;
        let session = self.session();
        if session.state == SessionState::SignedIn && session.me.as_ref().is_some_and(|me| me.account.id == id) {
            return Ok(());
        }
        self.stop_engine().await;
        self.take_up(saved).await?;
        if self.session().link.is_none() {
            self.set_signed_out().await?;
        }
        self.tell(DeskEvent::QueueChanged);
        self.tell_notices(id).await?;
        Ok(())
    }

    /// Takes an account off the list and ends its session; the present one is signed out instead.
    pub(crate) async fn forget_account(&self, id: AccountId) -> std::result::Result<(), ApiError> {
        if self.session().me.as_ref().is_some_and(|me| me.account.id == id) {
            return self.sign_out().await;
        }
        let _one_at_a_time = self.inner.signing.lock().await;
        let saved = self.inner.journal.saved_account(id).await?;
        let saved = saved.ok_or_else(|| ApiError::new(ApiErrorCode::NotFound))?;
        let name = keychain_name(&saved.platform_url, id);
        match (
            self.inner.ports.keychain.get(&name).await,
            self.inner.ports.connector.connect(&saved.platform_url),
        ) {
            (Ok(Some(token)), Ok(platform)) => self.end_on_platform(&*platform, &token).await,
            (Ok(None), _) => {}
            _ => tracing::warn!("the platform was not told of the sign-out"),
        }
        self.delete_token(&name).await;
        self.inner.journal.forget_account(id).await?;
        self.tell(DeskEvent::SessionChanged);
        Ok(())
    }

    async fn end_on_platform(&self, platform: &dyn Platform, token: &str) {
        match tokio::time::timeout(SIGN_OUT_TIMEOUT, platform.sign_out(token)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the platform was not told of the sign-out"),
            Err(_) => tracing::warn!("the platform was not told of the sign-out in time"),
        }
    }

    async fn delete_token(&self, name: &str) {
        if let Err(error) = self.inner.ports.keychain.delete(name).await {
            tracing::warn!(%error, "the keychain still holds the token");
        }
    }

    /// Takes up a session that was kept, with the token from the keychain.
    async fn take_up(&self, saved: SavedSession) -> Result<()> {
        let mut session = Session {
            state: saved.state,
            platform_url: saved.platform_url,
            email: saved.email,
            me: saved.me.map(Arc::new),
            clock_offset_ms: saved.clock_offset_ms,
            ..Session::default()
        };
        if let Some(me) = session.me.clone() {
            let account = me.account.id;
            session.first_signed_in_at = self.inner.journal.first_signed_in_at(account, self.now()).await?;
            self.give_cache_to(account).await?;
            if session.state == SessionState::SignedIn {
                let name = keychain_name(&session.platform_url, account);
                let token = self.inner.ports.keychain.get(&name).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "the keychain cannot be read");
                    None
                });
                // What no platform gives out is not sent: the keychain holds something else.
                let token =
                    token.filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
                let platform = self.inner.ports.connector.connect(&session.platform_url);
                match (token, platform) {
                    (Some(token), Ok(platform)) => {
                        session.token_kept = Some(TokenKept::Keychain);
                        session.link = Some(Link {
                            platform,
                            token: token.into(),
                            account,
                        });
                    }
                    // The token was kept for that run only, or the keychain lost it.
                    _ => session.state = SessionState::Expired,
                }
            }
        }
        let link = session.link.clone();
        self.set_session(session).await?;
        if let Some(link) = link {
            self.start_engine(link).await;
            // What the system refused in the last run, or the last run did not live to raise.
            self.begin_raising();
        }
        Ok(())
    }

    /// Empties the cache and its files, unless they are this expert's.
    async fn give_cache_to(&self, account: AccountId) -> Result<()> {
        if self.inner.cache.belong_to(account).await? {
            self.delete_fetched_files().await?;
        }
        Ok(())
    }

    /// Builds the damaged cache anew from the platform, and says so; whoever syncs begins from the beginning.
    pub(crate) async fn rebuild_cache(&self, account: AccountId) -> Result<()> {
        let aside = self.inner.cache.rebuild(account, self.now()).await?;
        // Nothing says any more which is which.
        self.delete_fetched_files().await?;
        self.tell_rebuilt(account, &aside).await?;
        self.tell(DeskEvent::QueueChanged);
        Ok(())
    }

    /// Tells the expert that the cache was damaged and is built anew.
    async fn tell_rebuilt(&self, account: AccountId, aside: &std::path::Path) -> Result<()> {
        let notice = wording::rebuilt_notice(self.spoken(), aside, self.now());
        let choices = self.settings().notice_choices;
        self.inner
            .journal
            .add_notices(account, vec![notice], &choices, self.now())
            .await?;
        self.tell_notices(account).await
    }

    /// Signs in and begins to sync.
    pub(crate) async fn sign_in(&self, request: SessionSignIn) -> std::result::Result<(), ApiError> {
        let _one_at_a_time = self.inner.signing.lock().await;
        check_fields(&request)?;
        let url = normalise_url(&request.platform_url)?.to_string();
        let platform = self.inner.ports.connector.connect(&url)?;
        let email = request.email.trim().to_owned();
        let created = platform
            .sign_in(&SignInRequest {
                email: email.clone(),
                password: request.password,
                device: self.inner.config.device_name.clone(),
                code: request
                    .code
                    .map(|code| code.trim().to_owned())
                    .filter(|code| !code.is_empty()),
            })
            .await?;
        if created.me.account.role != Role::Expert {
            if let Err(error) = platform.sign_out(&created.token).await {
                tracing::warn!(%error, "a session that is of no use here could not be ended");
            }
            return Err(ApiError::new(ApiErrorCode::NotAnExpert));
        }
        self.stop_engine().await;
        let account = created.me.account.id;
        let kept = self
            .inner
            .ports
            .keychain
            .set(&keychain_name(&url, account), &created.token)
            .await;
        let token_kept = match kept {
            Ok(()) => TokenKept::Keychain,
            Err(error) => {
                tracing::warn!(%error, "the keychain refuses; the session lasts for this run only");
                TokenKept::ThisRun
            }
        };
        let now = self.now();
        self.give_cache_to(account).await?;
        let link = Link {
            platform,
            token: created.token.into(),
            account,
        };
        self.set_session(Session {
            state: SessionState::SignedIn,
            platform_url: url,
            email,
            clock_offset_ms: offset_ms(created.me.server_time, now),
            me: Some(Arc::new(created.me)),
            first_signed_in_at: self.inner.journal.first_signed_in_at(account, now).await?,
            token_kept: Some(token_kept),
            link: Some(link.clone()),
        })
        .await?;
        self.start_engine(link).await;
        Ok(())
    }

    /// Signs out here; drafts and outbox stay, the cache goes.
    pub(crate) async fn sign_out(&self) -> std::result::Result<(), ApiError> {
        let _one_at_a_time = self.inner.signing.lock().await;
        let session = self.session();
        self.stop_engine().await;
        if let Some(link) = &session.link {
            self.end_on_platform(&*link.platform, &link.token).await;
        }
        if let Some(me) = &session.me {
            self.delete_token(&keychain_name(&session.platform_url, me.account.id))
                .await;
            self.inner.journal.forget_account(me.account.id).await?;
        }
        self.inner.cache.clear(None).await?;
        self.delete_fetched_files().await?;
        self.set_session(Session {
            platform_url: session.platform_url.clone(),
            email: session.email.clone(),
            ..Session::default()
        })
        .await?;
        self.set_signed_out().await?;
        self.tell(DeskEvent::QueueChanged);
        Ok(())
    }

    /// The platform no longer knows the token: asks to sign in; drafts, outbox and cache stay.
    pub(crate) async fn expire_session(&self, token: &str) -> Result<()> {
        let session = self.session();
        if session.link.as_ref().is_none_or(|link| &*link.token != token) {
            return Ok(());
        }
        if let Some(me) = &session.me {
            self.delete_token(&keychain_name(&session.platform_url, me.account.id))
                .await;
        }
        self.set_session(Session {
            state: SessionState::Expired,
            token_kept: None,
            link: None,
            ..(*session).clone()
        })
        .await?;
        self.set_signed_out().await?;
        self.cancel_engine().await;
        Ok(())
    }

    /// Takes in what the platform says of the expert, and how its clock stands.
    pub(crate) async fn note_me(&self, me: Me) -> Result<()> {
        let session = self.session();
        let offset = offset_ms(me.server_time, self.now());
        let is_same = session.me.as_deref().is_some_and(|known| {
            known.account == me.account && known.categories == me.categories && known.limits == me.limits
        });
        // A few milliseconds are the way there and back, not another clock.
        if is_same && (offset - session.clock_offset_ms).abs() < 500 {
            return Ok(());
        }
        self.set_session(Session {
            me: Some(Arc::new(me)),
            clock_offset_ms: offset,
            ..(*session).clone()
        })
        .await
    }

    /// Takes in account, limits and categories as the streams brought them.
    pub(crate) async fn refresh_me(&self) -> Result<()> {
        let session = self.session();
        let Some(me) = session.me.as_deref() else { return Ok(()) };
        let mut fresh = me.clone();
        if let Some(account) = self.inner.cache.account(me.account.id).await? {
            fresh.account = account;
        }
        if let Some(limits) = self.inner.cache.limits().await? {
            fresh.limits = limits.limits;
        }
        let mut categories = self.inner.cache.categories().await?;
        categories.retain(|category| fresh.account.category_ids.contains(&category.id));
        if !categories.is_empty() {
            categories.sort_by(|a, b| a.name.cmp(&b.name));
            fresh.categories = categories;
        }
        if fresh.account == me.account && fresh.limits == me.limits && fresh.categories == me.categories {
            return Ok(());
        }
        self.set_session(Session {
            me: Some(Arc::new(fresh)),
            ..(*session).clone()
        })
        .await
    }
}

fn check_fields(request: &SessionSignIn) -> std::result::Result<(), ApiError> {
    let mut problems = Vec::new();
    if request.platform_url.trim().is_empty() {
        let words = "Enter the platform's address, such as https://answers.example.";
        problems.push(FieldProblem::new("/platform_url", FieldCode::Missing, words));
    }
    if request.email.trim().is_empty() {
        problems.push(FieldProblem::new(
            "/email",
            FieldCode::Missing,
            "Enter your email address.",
        ));
    }
    if request.password.is_empty() {
        problems.push(FieldProblem::new(
            "/password",
            FieldCode::Missing,
            "Enter your password.",
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ApiError::fields(problems))
    }
}
