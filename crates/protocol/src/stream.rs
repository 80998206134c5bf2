//! Streams: gapless sequences of changes, one per account and one per category that an expert serves.

use crate::{Cursor, Document, Entity};
use proffer_domain::{AccountId, CategoryId};
use serde::{Deserialize, Serialize, de};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Which stream: `account:<id>` or `category:<id>` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StreamId {
    /// What one account alone may see.
    Account(AccountId),
    /// What every expert of a category may see.
    Category(CategoryId),
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => write!(f, "account:{id}"),
            Self::Category(id) => write!(f, "category:{id}"),
        }
    }
}

impl FromStr for StreamId {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, id) = text
            .split_once(':')
            .ok_or_else(|| format!("{text:?} is not a stream"))?;
        let id: Uuid = id.parse().map_err(|_| format!("{id:?} is not an id"))?;
        match kind {
            "account" => Ok(Self::Account(AccountId(id))),
            "category" => Ok(Self::Category(CategoryId(id))),
            _ => Err(format!("{kind:?} is not a kind of stream")),
        }
    }
}

impl Serialize for StreamId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StreamId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// One change of one entity on one stream: the whole document as it is now, or `None` when it left the client's sight.
///
/// Several changes of one entity are folded into the last, so numbers that were folded away do not appear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// The stream.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "category:0192f1d0-0000-7000-8000-000000000000"))]
    pub stream: StreamId,
    /// Its number on that stream.
    pub seq: u64,
    /// What kind of document it is.
    pub entity: Entity,
    /// The entity's id.
    pub id: Uuid,
    /// The document, of the type that `entity` names.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Document>))]
    pub document: Option<serde_json::Value>,
}

impl Change {
    /// Reads the document as the type that its entity names.
    ///
    /// # Errors
    /// If it is not of that type; the platform then speaks another protocol.
    pub fn read(&self) -> Result<Option<Document>, serde_json::Error> {
        self.document
            .clone()
            .map(|value| Document::read(self.entity, value))
            .transpose()
    }
}

/// An answer of `GET /v1/sync`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncPage {
    /// The changes, each stream's in the order of their numbers.
    pub changes: Vec<Change>,
    /// Where to go on from; keep it only together with the changes.
    pub cursor: String,
    /// Whether more is waiting.
    pub more: bool,
}

impl SyncPage {
    /// Reads the cursor.
    ///
    /// # Errors
    /// If the platform sent something else.
    pub fn cursor(&self) -> Result<Cursor, crate::CursorError> {
        self.cursor.parse()
    }
}
