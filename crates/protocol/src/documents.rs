//! The documents that streams carry. Each has a `revision` that rises with every change, so that an older copy never
//! overwrites a newer one, whichever way it came.

use proffer_domain::{
    AccountId, CategoryId, Limits, Message, Offer, Person, Question, QuestionId, Role, SupportRequestId, Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What kind of document a change carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Entity {
    /// [`AccountDocument`]: the client's own account.
    Account,
    /// [`LimitsDocument`]: the platform's limits.
    Limits,
    /// [`CategoryDocument`].
    Category,
    /// [`QuestionDocument`].
    Question,
    /// [`MessageDocument`].
    Message,
    /// [`OfferDocument`].
    Offer,
    /// [`SupportRequestDocument`].
    SupportRequest,
}

impl Entity {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Account,
        Self::Limits,
        Self::Category,
        Self::Question,
        Self::Message,
        Self::Offer,
        Self::SupportRequest,
    ];

    /// The name on the wire and in databases.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Limits => "limits",
            Self::Category => "category",
            Self::Question => "question",
            Self::Message => "message",
            Self::Offer => "offer",
            Self::SupportRequest => "support_request",
        }
    }

    /// Reads a name made by [`Entity::as_str`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entity| entity.as_str() == name)
    }
}

/// The client's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountDocument {
    /// Rises with every change.
    pub revision: u64,
    /// The account.
    pub id: AccountId,
    /// Its role.
    pub role: Role,
    /// Its name.
    pub name: String,
    /// Its address.
    pub email: String,
    /// The categories that it serves or looks after.
    pub category_ids: Vec<CategoryId>,
}

/// The platform's limits, one document for all; its id is nil.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LimitsDocument {
    /// Rises with every change.
    pub revision: u64,
    /// The limits.
    pub limits: Limits,
}

/// A category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryDocument {
    /// Rises with every change.
    pub revision: u64,
    /// Its id.
    pub id: CategoryId,
    /// Its name.
    pub name: String,
}

/// A question, for everyone of its category and for its customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuestionDocument {
    /// Rises with every change.
    pub revision: u64,
    /// The question.
    pub question: Question,
    /// When the customer's account was made.
    pub customer_since: Timestamp,
    /// The customer's time zone, as an IANA name; missing if the platform does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_time_zone: Option<String>,
}

/// A message. It never changes once it is sent, so its revision is 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageDocument {
    /// Always 1.
    pub revision: u64,
    /// The message.
    pub message: Message,
}

/// An offer, for its expert and its customer alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferDocument {
    /// Rises with every change.
    pub revision: u64,
    /// The offer with its whole history.
    pub offer: Offer,
    /// A short number that people can say, unique on its platform.
    pub number: u64,
    /// Who it is for.
    pub customer: Person,
    /// Who made it.
    pub expert: Person,
    /// The question's short number.
    pub question_number: u64,
    /// The question's title. Hostile text.
    pub question_title: String,
}

/// Where a support request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SupportRequestState {
    /// Waiting for a moderator.
    Open,
    /// A moderator replied.
    Answered,
}

/// A support request, for who made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SupportRequestDocument {
    /// Rises with every change.
    pub revision: u64,
    /// Its id.
    pub id: SupportRequestId,
    /// Who made it.
    pub requester_id: AccountId,
    /// The question it is about, if any.
    pub question_id: Option<QuestionId>,
    /// The category whose moderators see it.
    pub category_id: Option<CategoryId>,
    /// Its subject. Hostile text.
    pub subject: String,
    /// Its text. Hostile text.
    pub text: String,
    /// When it was made.
    pub requested_at: Timestamp,
    /// Where it stands.
    pub state: SupportRequestState,
    /// The moderator's reply.
    pub reply: Option<String>,
    /// When it was replied to.
    pub replied_at: Option<Timestamp>,
}

/// Any document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(
    clippy::large_enum_variant,
    reason = "documents are made one at a time and moved at once to where they stay"
)]
pub enum Document {
    /// The client's own account.
    Account(AccountDocument),
    /// The platform's limits.
    Limits(LimitsDocument),
    /// A category.
    Category(CategoryDocument),
    /// A question.
    Question(QuestionDocument),
    /// A message.
    Message(MessageDocument),
    /// An offer.
    Offer(OfferDocument),
    /// A support request.
    SupportRequest(SupportRequestDocument),
}

impl Document {
    /// Reads a document of the kind that `entity` names.
    ///
    /// # Errors
    /// If it is not of that form.
    pub fn read(entity: Entity, value: serde_json::Value) -> Result<Self, serde_json::Error> {
        use serde_json::from_value;
        Ok(match entity {
            Entity::Account => Self::Account(from_value(value)?),
            Entity::Limits => Self::Limits(from_value(value)?),
            Entity::Category => Self::Category(from_value(value)?),
            Entity::Question => Self::Question(from_value(value)?),
            Entity::Message => Self::Message(from_value(value)?),
            Entity::Offer => Self::Offer(from_value(value)?),
            Entity::SupportRequest => Self::SupportRequest(from_value(value)?),
        })
    }

    /// Its kind.
    #[must_use]
    pub fn entity(&self) -> Entity {
        match self {
            Self::Account(_) => Entity::Account,
            Self::Limits(_) => Entity::Limits,
            Self::Category(_) => Entity::Category,
            Self::Question(_) => Entity::Question,
            Self::Message(_) => Entity::Message,
            Self::Offer(_) => Entity::Offer,
            Self::SupportRequest(_) => Entity::SupportRequest,
        }
    }

    /// Its entity's id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Self::Account(document) => document.id.0,
            Self::Limits(_) => Uuid::nil(),
            Self::Category(document) => document.id.0,
            Self::Question(document) => document.question.id.0,
            Self::Message(document) => document.message.id.0,
            Self::Offer(document) => document.offer.id.0,
            Self::SupportRequest(document) => document.id.0,
        }
    }

    /// Its revision.
    #[must_use]
    pub fn revision(&self) -> u64 {
        match self {
            Self::Account(document) => document.revision,
            Self::Limits(document) => document.revision,
            Self::Category(document) => document.revision,
            Self::Question(document) => document.revision,
            Self::Message(document) => document.revision,
            Self::Offer(document) => document.revision,
            Self::SupportRequest(document) => document.revision,
        }
    }
}
