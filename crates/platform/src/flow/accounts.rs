//! Accounts, categories, limits.

use super::{Flow, FlowError, passwords};
use crate::store::{AccountRow, StoreError};
use proffer_domain::{AccountId, CategoryId, FieldCode, FieldProblem, Limits, Role, text};
use proffer_protocol::{AccountDocument, CategoryDocument, Document, Entity, ErrorCode, LimitsDocument, Me, StreamId};
use uuid::Uuid;

/// An account to be made.
#[derive(Clone)]
pub struct NewAccount {
    /// Its role.
    pub role: Role,
    /// Its address.
    pub email: String,
    /// Its name.
    pub name: String,
    /// Its password.
    pub password: String,
    /// Its time zone, an IANA name.
    pub time_zone: String,
    /// The categories it serves or looks after.
    pub categories: Vec<CategoryId>,
}

impl Flow {
    /// Makes an account.
    ///
    /// # Errors
    /// The fields that are wrong, or a taken address.
    pub async fn create_account(&self, new: NewAccount) -> Result<AccountRow, FlowError> {
        let email = new.email.trim().to_lowercase();
        let problems = account_problems(&new, &email);
        if !problems.is_empty() {
            return Err(FlowError::fields(problems));
        }
        let password_hash = self.hash_password(new.password.clone()).await?;
        let row = AccountRow {
            id: AccountId(self.ports.new_id()),
            role: new.role,
            email,
            name: new.name.trim().to_owned(),
            password_hash,
            time_zone: new.time_zone.clone(),
            created_at: self.ports.clock.now(),
            disabled_at: None,
            language: crate::language::Language::default(),
        };
        let mut work = self.begin(row.clone()).await?;
        if work.tx.account_by_email(&row.email).await?.is_some() {
            return Err(taken_address());
        }
        work.tx.insert_account(&row).await.map_err(|error| match error {
            StoreError::Contended => taken_address(),
            other => other.into(),
        })?;
        for category in &new.categories {
            let Some(Document::Category(_)) = work.tx.document(Entity::Category, category.0).await? else {
                let problem = FieldProblem::new("/category", FieldCode::NotOffered, "There is no such category.");
                return Err(FlowError::fields(vec![problem]));
            };
            work.tx.insert_account_category(row.id, *category).await?;
        }
        let document = AccountDocument {
            revision: 1,
            id: row.id,
            role: row.role,
            name: row.name.clone(),
            email: row.email.clone(),
            category_ids: new.categories.clone(),
        };
        work.publish_new(&Document::Account(document)).await?;
        work.tell([StreamId::Account(row.id)], Entity::Limits, Uuid::nil());
        // Customers sign up by themselves; others are made by the operator.
        if row.role == Role::Customer {
            work.audit("account_made", Entity::Account, row.id.0, None).await?;
        } else {
            work.audit_of_operator("account_made", row.id, Some(row.role.as_str()))
                .await?;
        }
        self.commit(work).await?;
        Ok(row)
    }

    /// Makes a category, or gives the one of that name.
    ///
    /// # Errors
    /// A missing or too long name.
    pub async fn create_category(&self, name: &str) -> Result<CategoryId, FlowError> {
        if let Some(problem) = text::check("/name", "a name", name, text::NAME_MAX_CHARS) {
            return Err(FlowError::fields(vec![problem]));
        }
        if let Some(present) = self
            .categories()
            .await?
            .into_iter()
            .find(|category| category.name == name.trim())
        {
            return Ok(present.id);
        }
        let id = CategoryId(self.ports.new_id());
        let mut work = self.begin(self.operator()).await?;
        let document = CategoryDocument {
            revision: 1,
            id,
            name: name.trim().to_owned(),
        };
        work.publish_new(&Document::Category(document)).await?;
        work.audit("category_made", Entity::Category, id.0, None).await?;
        self.commit(work).await?;
        Ok(id)
    }

    /// All categories by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn categories(&self) -> Result<Vec<CategoryDocument>, FlowError> {
        let documents = self.store.read().await?.documents(Entity::Category).await?;
        let mut categories: Vec<_> = documents
            .into_iter()
            .filter_map(|document| match document {
                Document::Category(category) => Some(category),
                _ => None,
            })
            .collect();
        categories.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(categories)
    }

    /// The limits in force.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn limits(&self) -> Result<Limits, FlowError> {
        Ok(
            match self.store.read().await?.document(Entity::Limits, Uuid::nil()).await? {
                Some(Document::Limits(document)) => document.limits,
                _ => Limits::default(),
            },
        )
    }

    /// Writes the limits there are to begin with, if there are none yet.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ensure_limits(&self) -> Result<(), FlowError> {
        if self.has_limits().await? {
            return Ok(());
        }
        match self.set_limits(Limits::default()).await {
            // Another instance that started at the same moment was faster.
            Err(_) if self.has_limits().await? => Ok(()),
            set => set,
        }
    }

    async fn has_limits(&self) -> Result<bool, FlowError> {
        let mut tx = self.store.read().await?;
        Ok(tx.document(Entity::Limits, Uuid::nil()).await?.is_some())
    }

    /// Sets the limits.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_limits(&self, limits: Limits) -> Result<(), FlowError> {
        let mut work = self.begin(self.operator()).await?;
        let present = work.tx.document(Entity::Limits, Uuid::nil()).await?;
        let revision = present.as_ref().map_or(0, Document::revision) + 1;
        let settings = serde_json::to_string(&limits).map_err(StoreError::from)?;
        let document = Document::Limits(LimitsDocument { revision, limits });
        if present.is_some() {
            work.publish(&document).await?;
        } else {
            work.publish_new(&document).await?;
        }
        work.audit("limits_set", Entity::Limits, Uuid::nil(), Some(&settings))
            .await?;
        self.commit(work).await
    }

    /// The account, what it serves, and the limits.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn me(&self, account: &AccountRow) -> Result<Me, FlowError> {
        let mut tx = self.store.read().await?;
        let Some(Document::Account(document)) = tx.document(Entity::Account, account.id.0).await? else {
            return Err(FlowError::code(ErrorCode::SignInNeeded));
        };
        let mut categories = Vec::new();
        for id in &document.category_ids {
            if let Some(Document::Category(category)) = tx.document(Entity::Category, id.0).await? {
                categories.push(category);
            }
        }
        drop(tx);
        let limits = self.limits().await?;
        Ok(Me {
            account: document,
            categories,
            limits,
            server_time: self.ports.clock.now(),
        })
    }

    /// The operator at the command line.
    pub(super) fn operator(&self) -> AccountRow {
        AccountRow {
            id: AccountId(Uuid::nil()),
            role: Role::Moderator,
            email: String::new(),
            name: super::audit::OPERATOR.to_owned(),
            password_hash: String::new(),
            time_zone: "UTC".to_owned(),
            created_at: self.ports.clock.now(),
            disabled_at: None,
            language: crate::language::Language::default(),
        }
    }
}

fn taken_address() -> FlowError {
    let problem = FieldProblem::new(
        "/email",
        FieldCode::Taken,
        "There is an account with this address; sign in.",
    );
    FlowError::fields(vec![problem])
}

fn account_problems(new: &NewAccount, email: &str) -> Vec<FieldProblem> {
    let mut problems: Vec<_> = text::check("/name", "a name", &new.name, text::NAME_MAX_CHARS)
        .into_iter()
        .collect();
    if new.name.chars().any(char::is_control) {
        problems.push(FieldProblem::new(
            "/name",
            FieldCode::Malformed,
            "Write the name without control characters.",
        ));
    }
    let is_address = email.len() <= 254 && email.parse::<lettre::Address>().is_ok() && email.contains('@');
    if !is_address {
        let message = "Write an email address, such as name@example.com.";
        problems.push(FieldProblem::new("/email", FieldCode::Malformed, message));
    }
    problems.extend(passwords::problem(&new.password, &[&new.name, email]));
    if jiff::tz::TimeZone::get(&new.time_zone).is_err() {
        let message = "Choose a time zone from the list, such as Europe/London.";
        problems.push(FieldProblem::new("/time_zone", FieldCode::NotOffered, message));
    }
    problems
}
