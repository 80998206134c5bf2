//! What a person says about the emails they get: their language, and which optional ones they want no more.

use super::{Flow, FlowError, hash};
use crate::{language::Language, mail::OPTIONAL_KINDS, store::AccountRow};
use proffer_domain::AccountId;
use proffer_protocol::ErrorCode;

impl Flow {
    /// Whose letters of which kind an emailed link stops: the account and the kind.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is no such link.
    pub async fn stop_link(&self, token: &str) -> Result<(AccountRow, String), FlowError> {
        let mut tx = self.store.read().await?;
        let nothing = || FlowError::code(ErrorCode::NotFound);
        let (account, kind) = tx.stop_link(&hash(token.as_bytes())).await?.ok_or_else(nothing)?;
        Ok((tx.account(account).await?.ok_or_else(nothing)?, kind))
    }

    /// Stops the letters that an emailed link is for, and only those. Twice is once.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is no such link.
    pub async fn stop_mail(&self, token: &str) -> Result<(AccountRow, String), FlowError> {
        let (account, kind) = self.stop_link(token).await?;
        let mut tx = self.store.begin().await?;
        tx.stop_mail(account.id, &kind, self.ports.clock.now()).await?;
        tx.commit().await?;
        Ok((account, kind))
    }

    /// The optional kinds of letters that an account wants.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn wanted_mail(&self, account: AccountId) -> Result<Vec<&'static str>, FlowError> {
        let mut tx = self.store.read().await?;
        let mut wanted = Vec::new();
        for kind in OPTIONAL_KINDS {
            if !tx.is_mail_stopped(account, kind).await? {
                wanted.push(kind);
            }
        }
        Ok(wanted)
    }

    /// Sets the language of an account's letters, and which optional kinds it wants.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_mail(&self, account: AccountId, language: Language, wanted: &[&str]) -> Result<(), FlowError> {
        let now = self.ports.clock.now();
        let mut tx = self.store.begin().await?;
        tx.set_language(account, language.code()).await?;
        for kind in OPTIONAL_KINDS {
            if wanted.contains(&kind) {
                tx.resume_mail(account, kind).await?;
            } else {
                tx.stop_mail(account, kind, now).await?;
            }
        }
        Ok(tx.commit().await?)
    }
}
