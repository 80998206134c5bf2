//! What the operator does to accounts.

use super::{Flow, FlowError};
use crate::store::AccountRow;
use proffer_domain::{CategoryId, Role};
use proffer_protocol::{CategoryDocument, Document, Entity, ErrorCode};

/// How many accounts are read at once.
const PAGE: u32 = 500;

impl Flow {
    /// Begins a new part of every stream after the data was restored from a copy, so that clients who were told of what
    /// is lost begin anew, and no others. To be done while nothing serves.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin_after_restoring(&self) -> Result<(), FlowError> {
        let mut tx = self.store.begin().await?;
        // Later than any number ever given, also by what was restored before and lost again.
        tx.begin_streams_at(self.ports.clock.now().as_microsecond()).await?;
        Ok(tx.commit().await?)
    }

    /// All accounts by address, of one role or of all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn accounts(&self, role: Option<Role>) -> Result<Vec<AccountRow>, FlowError> {
        let mut tx = self.store.read().await?;
        let mut accounts: Vec<AccountRow> = Vec::new();
        loop {
            let after = accounts.last().map(|account| account.email.clone()).unwrap_or_default();
            let page = tx.accounts(role, &after, PAGE).await?;
            if page.is_empty() {
                return Ok(accounts);
            }
            accounts.extend(page);
        }
    }

    /// Gives an account another role and signs it out everywhere. A customer serves no category.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_role(&self, account: &AccountRow, role: Role) -> Result<(), FlowError> {
        let mut work = self.begin(self.operator()).await?;
        let Some(Document::Account(mut document)) = work.tx.document(Entity::Account, account.id.0).await? else {
            return Err(FlowError::code(ErrorCode::NotFound));
        };
        work.tx.set_role(account.id, role).await?;
        work.tx.delete_sessions(account.id).await?;
        if role == Role::Customer {
            work.tx.delete_account_categories(account.id).await?;
            document.category_ids.clear();
        }
        document.revision += 1;
        document.role = role;
        work.publish(&Document::Account(document)).await?;
        work.audit_of_operator("role_set", account.id, Some(role.as_str()))
            .await?;
        self.commit(work).await?;
        self.session_ended();
        Ok(())
    }

    /// Lets nobody sign in by an account any more, or again; its sessions end.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_disabled(
        &self,
        account: &AccountRow,
        is_disabled: bool,
        reason: Option<&str>,
    ) -> Result<(), FlowError> {
        let mut work = self.begin(self.operator()).await?;
        let since = is_disabled.then_some(work.now);
        work.tx.set_disabled(account.id, since).await?;
        work.tx.delete_sessions(account.id).await?;
        let action = if is_disabled {
            "account_disabled"
        } else {
            "account_enabled"
        };
        work.audit_of_operator(action, account.id, reason).await?;
        self.commit(work).await?;
        self.session_ended();
        Ok(())
    }

    /// Turns an account's second factor off, for somebody who lost the app and the recovery codes.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_second_factor(&self, account: &AccountRow) -> Result<(), FlowError> {
        let mut work = self.begin(self.operator()).await?;
        work.tx.delete_totp(account.id).await?;
        work.audit_of_operator("second_factor_removed", account.id, None)
            .await?;
        self.commit(work).await
    }

    /// Gives a category another name.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is none of this id.
    pub async fn rename_category(&self, id: CategoryId, name: &str) -> Result<(), FlowError> {
        if let Some(problem) =
            proffer_domain::text::check("/name", "a name", name, proffer_domain::text::NAME_MAX_CHARS)
        {
            return Err(FlowError::fields(vec![problem]));
        }
        let mut work = self.begin(self.operator()).await?;
        let Some(Document::Category(document)) = work.tx.document(Entity::Category, id.0).await? else {
            return Err(FlowError::code(ErrorCode::NotFound));
        };
        let renamed = CategoryDocument {
            revision: document.revision + 1,
            name: name.trim().to_owned(),
            ..document
        };
        work.publish(&Document::Category(renamed)).await?;
        work.audit("category_renamed", Entity::Category, id.0, None).await?;
        self.commit(work).await
    }
}
