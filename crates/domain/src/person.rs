//! Who acts.

use crate::AccountId;
use serde::{Deserialize, Serialize};

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Asks, replies, rates; accepts, holds or declines offers.
    Customer,
    /// Locks and answers questions of their categories and makes offers.
    Expert,
    /// Looks after a category: releases locks, cancels offers, answers support requests.
    Moderator,
}

impl Role {
    /// The name on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Expert => "expert",
            Self::Moderator => "moderator",
        }
    }

    /// Reads a name made by [`Role::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Customer, Self::Expert, Self::Moderator]
            .into_iter()
            .find(|role| role.as_str() == name)
    }
}

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// Their account.
    pub id: AccountId,
    /// Their name as they chose it. Hostile text: escape it.
    pub name: String,
}

/// Who causes a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "role", content = "id", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Actor {
    /// A customer.
    Customer(AccountId),
    /// An expert.
    Expert(AccountId),
    /// A moderator of the category.
    Moderator(AccountId),
    /// The platform itself, when a time has come.
    Clock,
}
