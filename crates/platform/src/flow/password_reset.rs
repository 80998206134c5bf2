//! A new password by a link in an email: good for an hour and once, and not spent by being looked at.

use super::{
    Flow, FlowError, hash,
    limiting::{self, Limited},
    passwords,
};
use crate::mail;
use jiff::{SignedDuration, Timestamp};
use proffer_protocol::{ErrorCode, Problem};

/// How long the link is good.
const RESET_LIFE: SignedDuration = SignedDuration::from_hours(1);

impl Flow {
    /// Emails a link to the account of this address. Does nothing for an address that is unknown, disabled, or got
    /// several already.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn request_password_reset(&self, address: &str) -> Result<(), FlowError> {
        let email = address.trim().to_lowercase();
        let found = self.store.read().await?.account_by_email(&email).await?;
        let Some(account) = found.filter(|account| account.disabled_at.is_none()) else {
            return Ok(());
        };
        let mut work = self.begin(account.clone()).await?;
        match limiting::spend(&mut work.tx, &Limited::resets(&email), work.now).await {
            Err(FlowError::Refused(_)) => return Ok(()),
            spent => spent?,
        }
        let link = work.password_reset_link(&account).await?;
        work.send_letter(account.id, None, |to| mail::password_reset(to, link))
            .await?;
        self.commit(work).await
    }

    /// Makes a link for the operator to hand over.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn make_password_reset(&self, account: &crate::store::AccountRow) -> Result<String, FlowError> {
        let mut work = self.begin(account.clone()).await?;
        let link = work.password_reset_link(account).await?;
        work.audit_of_operator("password_reset_link_made", account.id, None)
            .await?;
        self.commit(work).await?;
        Ok(link)
    }

    /// Whether a link's token still resets a password. Asking spends nothing.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_password_reset(&self, token: &str) -> Result<bool, FlowError> {
        let now = self.ports.clock.now();
        let found = self
            .store
            .read()
            .await?
            .password_reset(&hash(token.as_bytes()), now)
            .await?;
        Ok(found.is_some())
    }

    /// Sets a new password by a link's token, which is spent, and ends all sessions of the account.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if the token is spent, expired or never was; the password's field if it is too short, too
    /// long or easy to guess, which spends nothing.
    pub async fn reset_password(&self, token: &str, password: &str) -> Result<(), FlowError> {
        let mut read = self.store.read().await?;
        let account = match read
            .password_reset(&hash(token.as_bytes()), self.ports.clock.now())
            .await?
        {
            Some(id) => read.account(id).await?,
            None => None,
        };
        drop(read);
        let account = account.ok_or_else(spent)?;
        if let Some(problem) = passwords::problem(password, &[&account.name, &account.email]) {
            return Err(FlowError::fields(vec![problem]));
        }
        let password_hash = self.hash_password(password.to_owned()).await?;
        let mut work = self.begin(self.operator()).await?;
        let now = work.now;
        let Some(id) = work.tx.take_password_reset(&hash(token.as_bytes()), now).await? else {
            return Err(spent());
        };
        work.tx.set_password_hash(id, &password_hash).await?;
        work.tx.delete_password_resets(id).await?;
        work.tx.delete_sessions(id).await?;
        if let Some(account) = work.tx.account(id).await? {
            super::audit::about_account(&mut work.tx, &self.ports, &account, "password_reset").await?;
        }
        work.send_letter(id, None, mail::password_changed).await?;
        self.commit(work).await?;
        self.session_ended();
        Ok(())
    }
}

impl super::Work {
    /// A link that resets an account's password. Only its token's hash is kept.
    async fn password_reset_link(&mut self, account: &crate::store::AccountRow) -> Result<String, FlowError> {
        let token = self.ports.new_token();
        let expires_at = self.now.saturating_add(RESET_LIFE).unwrap_or(Timestamp::MAX);
        self.tx
            .insert_password_reset(&hash(token.as_bytes()), account.id, expires_at)
            .await?;
        let base = self.public_url.as_str().trim_end_matches('/');
        Ok(format!("{base}/reset-password/{token}"))
    }
}

fn spent() -> FlowError {
    let words = "This link has been used or is older than an hour. Ask for a new one.";
    FlowError::refused(Problem::new(ErrorCode::NotFound).with_detail(words))
}
