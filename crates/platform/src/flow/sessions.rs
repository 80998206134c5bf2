//! Where an account is signed in: signing in, the list, and ending one or all.

use super::{
    Flow, FlowError, hash,
    limiting::{Limited, give_back},
};
use crate::store::AccountRow;
use argon2::{PasswordHash, PasswordVerifier};
use jiff::SignedDuration;
use proffer_domain::{FieldCode, FieldProblem, SessionId, text};
use proffer_protocol::{ErrorCode, Problem, SessionDocument};
use std::net::IpAddr;

/// How long a session lasts.
const SESSION_DAYS: i64 = 30;
/// A hash that no password has, made with the parameters in use.
const UNKNOWN_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What somebody signs in with.
#[derive(Clone, Copy)]
pub struct SignIn<'a> {
    /// The account's address.
    pub email: &'a str,
    /// Its password.
    pub password: &'a str,
    /// The code of the authenticator app or a recovery code, if one was asked for.
    pub code: Option<&'a str>,
    /// What the session list calls this device.
    pub device: &'a str,
    /// From where it comes, if that is known.
    pub peer: Option<IpAddr>,
}

/// A session that was made.
pub struct SignedIn {
    /// The bearer token. Only its hash is kept.
    pub token: String,
    /// Whose it is.
    pub account: AccountRow,
}

impl Flow {
    /// Signs in and makes a session, for an account that asks for no code, from nowhere in particular.
    ///
    /// # Errors
    /// As [`Flow::sign_in_with`].
    pub async fn sign_in(&self, email: &str, password: &str, device: &str) -> Result<SignedIn, FlowError> {
        let sign_in = SignIn {
            email,
            password,
            code: None,
            device,
            peer: None,
        };
        self.sign_in_with(sign_in).await
    }

    /// Signs in and makes a session. A try is used up before anything is compared and given back when it succeeds, so
    /// that any number at once are no more than the limit.
    ///
    /// # Errors
    /// [`ErrorCode::WrongCredentials`], whichever of the two is wrong; [`ErrorCode::CodeNeeded`] if they are right and
    /// the code is missing or wrong; [`ErrorCode::TooManyRequests`] after too many wrong ones.
    pub async fn sign_in_with(&self, sign_in: SignIn<'_>) -> Result<SignedIn, FlowError> {
        let email = sign_in.email.trim().to_lowercase();
        let tries = Limited::tries(&email, sign_in.peer);
        self.spend(&tries).await?;
        let account = self.store.read().await?.account_by_email(&email).await?;
        let account = account.filter(|account| account.disabled_at.is_none());
        // An unknown address costs the same work as a wrong password, so that time tells nothing.
        let known = account
            .as_ref()
            .map_or_else(|| UNKNOWN_HASH.to_owned(), |account| account.password_hash.clone());
        let matches = verify(sign_in.password.to_owned(), known).await;
        let Some(account) = account.filter(|_| matches) else {
            let problem = Problem::new(ErrorCode::WrongCredentials)
                .with_detail("Check the address and the password and try again.")
                .with_errors(vec![FieldProblem::new(
                    "/password",
                    FieldCode::NoMatch,
                    "The address or the password is not right.",
                )]);
            return Err(FlowError::refused(problem));
        };
        let token = self.ports.new_token();
        let id = SessionId(self.ports.new_id());
        let now = self.ports.clock.now();
        let expires_at = now
            .saturating_add(SignedDuration::from_hours(24 * SESSION_DAYS))
            .unwrap_or(jiff::Timestamp::MAX);
        let device: String = sign_in.device.chars().take(text::NAME_MAX_CHARS).collect();
        let mut tx = self.store.begin().await?;
        let code = sign_in.code.map(str::trim).filter(|code| !code.is_empty());
        match self.check_second_factor(&mut tx, account.id, code).await {
            Err(FlowError::Refused(problem)) if code.is_none() => {
                // The password was right, and nothing has been guessed.
                give_back(&mut tx, &tries).await?;
                tx.commit().await?;
                return Err(FlowError::Refused(problem));
            }
            checked => checked?,
        }
        give_back(&mut tx, &tries).await?;
        tx.insert_session(&hash(token.as_bytes()), id, account.id, &device, (now, expires_at))
            .await?;
        tx.commit().await?;
        Ok(SignedIn { token, account })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sign_out(&self, token: &str) -> Result<(), FlowError> {
        let mut tx = self.store.begin().await?;
        tx.delete_session(&hash(token.as_bytes())).await?;
        tx.commit().await?;
        self.session_ended();
        Ok(())
    }

    /// Whose live session a token is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_of_token(&self, token: &str) -> Result<Option<AccountRow>, FlowError> {
        let now = self.ports.clock.now();
        Ok(self
            .store
            .read()
            .await?
            .account_by_session(&hash(token.as_bytes()), now)
            .await?)
    }

    /// Where an account is signed in, newest first. `token` is the session that asks.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sessions(&self, account: &AccountRow, token: &str) -> Result<Vec<SessionDocument>, FlowError> {
        let current = hash(token.as_bytes());
        let now = self.ports.clock.now();
        let rows = self.store.read().await?.sessions(account.id, now).await?;
        Ok(rows
            .into_iter()
            .map(|row| SessionDocument {
                id: row.id,
                is_current: row.token_hash == current,
                device: row.device,
                signed_in_at: row.created_at,
                expires_at: row.expires_at,
            })
            .collect())
    }

    /// Ends one of an account's sessions: its next request fails, and its events end.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if the account has no such session.
    pub async fn end_session(&self, account: &AccountRow, session: SessionId) -> Result<(), FlowError> {
        let mut tx = self.store.begin().await?;
        if !tx.delete_session_of(account.id, session).await? {
            return Err(FlowError::code(ErrorCode::NotFound));
        }
        super::audit::about_account(&mut tx, &self.ports, account, "session_ended").await?;
        tx.commit().await?;
        self.session_ended();
        Ok(())
    }
}

/// Whether a password has a hash.
async fn verify(password: String, known: String) -> bool {
    tokio::task::spawn_blocking(move || {
        password.chars().count() <= super::passwords::MAX_CHARS
            && PasswordHash::new(&known).is_ok_and(|hash| {
                super::passwords::argon2()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            })
    })
    .await
    .unwrap_or(false)
}
