//! Who is signed in.

use proffer_domain::AccountId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Signs in. Its `Debug` form hides the password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionSignIn {
    /// The platform's address, such as `https://answers.example`.
    pub platform_url: String,
    /// The expert's address.
    pub email: String,
    /// The password; passed on, never kept.
    pub password: String,
    /// The code of the authenticator app or a recovery code, once the platform has asked for one.
    #[serde(default)]
    #[ts(optional)]
    pub code: Option<String>,
}

impl std::fmt::Debug for SessionSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionSignIn")
            .field("platform_url", &self.platform_url)
            .finish_non_exhaustive()
    }
}

/// Where the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Nobody is signed in.
    SignedOut,
    /// Signed in.
    SignedIn,
    /// Signed out elsewhere or expired: the cache is shown, drafts and outbox are kept, sending waits for signing in.
    Expired,
}

/// How the session's token is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TokenKept {
    /// In the system's keychain.
    Keychain,
    /// For this run only: there is no keychain, or it refuses.
    ThisRun,
}

/// The expert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExpertView {
    /// Their name.
    pub name: String,
    /// One or two letters for the avatar.
    pub initials: String,
    /// Their address.
    pub email: String,
    /// The names of the categories they serve.
    pub categories: Vec<String>,
}

/// The session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionView {
    /// Where it stands.
    pub state: SessionState,
    /// The expert, when signed in or expired.
    pub expert: Option<ExpertView>,
    /// The platform's address last used, for the sign-in form.
    pub platform_url: String,
    /// The address last used, for the sign-in form.
    pub email: String,
    /// How the token is kept; `None` when signed out.
    pub token_kept: Option<TokenKept>,
    /// The accounts saved on this computer, the one used last first.
    pub accounts: Vec<SavedAccount>,
}

/// An account saved on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SavedAccount {
    /// Whose.
    pub account_id: AccountId,
    /// The expert's name.
    pub name: String,
    /// One or two letters for the avatar.
    pub initials: String,
    /// Their address.
    pub email: String,
    /// The platform's address.
    pub platform_url: String,
    /// Whether it is the present one.
    pub is_current: bool,
}

/// Names a saved account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountRef {
    /// Whose.
    pub account_id: AccountId,
}
