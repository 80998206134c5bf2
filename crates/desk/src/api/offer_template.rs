//! The templates of the offer dialog: those that came with the app and the expert's own.

use proffer_domain::ServiceKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// Keeps the fields as an own template, after all others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferTemplateSave {
    /// The draft whose fields are kept.
    pub draft_id: Uuid,
    /// The template's name.
    pub name: String,
}

/// Names a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferTemplateRef {
    /// The draft of the dialog that is open.
    pub draft_id: Uuid,
    /// Which.
    pub template_id: String,
}

/// Gives an own template another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferTemplateRename {
    /// The draft of the dialog that is open.
    pub draft_id: Uuid,
    /// Which.
    pub template_id: String,
    /// Its name from now on.
    pub name: String,
}

/// Moves an own template to another place among the own ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferTemplateMove {
    /// The draft of the dialog that is open.
    pub draft_id: Uuid,
    /// Which.
    pub template_id: String,
    /// Its place from now on, counted from 0; past the end means last.
    pub to: u32,
}

/// A template to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TemplateChoice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: ServiceKind,
    /// Whether it came with the app; own ones can be renamed, moved, updated and deleted.
    pub is_starter: bool,
}

/// A word in braces that stands for something of the question at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Placeholder {
    /// The word with its braces, such as `{customer}`.
    pub word: String,
    /// What it stands for here.
    pub value: String,
}
