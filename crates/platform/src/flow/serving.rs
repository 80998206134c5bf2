//! Which categories an account serves or looks after: with each it gains or loses a stream.

use super::{Flow, FlowError};
use crate::store::AccountRow;
use proffer_domain::{CategoryId, FieldCode, FieldProblem};
use proffer_protocol::{Document, Entity, ErrorCode};

impl Flow {
    /// The account of an address.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there is none.
    pub async fn account_by_email(&self, email: &str) -> Result<AccountRow, FlowError> {
        let email = email.trim().to_lowercase();
        let found = self.store.read().await?.account_by_email(&email).await?;
        found.ok_or_else(|| FlowError::code(ErrorCode::NotFound))
    }

    /// Says anew which categories an account serves. What it sees by the others leaves its sight, what the new ones hold
    /// comes into it, from their beginning.
    ///
    /// # Errors
    /// A category that does not exist.
    pub async fn set_account_categories(
        &self,
        account: &AccountRow,
        categories: &[CategoryId],
    ) -> Result<(), FlowError> {
        let mut work = self.begin(account.clone()).await?;
        let Some(Document::Account(mut document)) = work.tx.document(Entity::Account, account.id.0).await? else {
            return Err(FlowError::code(ErrorCode::NotFound));
        };
        let mut served = Vec::new();
        for category in categories {
            let Some(Document::Category(_)) = work.tx.document(Entity::Category, category.0).await? else {
                let problem = FieldProblem::new("/category", FieldCode::NotOffered, "There is no such category.");
                return Err(FlowError::fields(vec![problem]));
            };
            if !served.contains(category) {
                served.push(*category);
            }
        }
        work.tx.delete_account_categories(account.id).await?;
        for category in &served {
            work.tx.insert_account_category(account.id, *category).await?;
        }
        document.revision += 1;
        document.category_ids = served;
        let names: Vec<_> = document.category_ids.iter().map(ToString::to_string).collect();
        work.audit_of_operator("categories_set", account.id, Some(&names.join(" ")))
            .await?;
        work.publish(&Document::Account(document)).await?;
        self.commit(work).await
    }
}
