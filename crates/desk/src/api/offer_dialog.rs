//! The offer dialog, driven from here: the UI sends the fields as they stand and shows what comes back.

use super::{
    ApiError,
    offer_template::{Placeholder, TemplateChoice},
};
use proffer_domain::{DeliveryTime, FieldProblem, OfferBlocker, OfferId, QuestionId, ServiceKind, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

/// Opens the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferDialogOpen {
    /// On which question.
    pub question_id: QuestionId,
    /// The offer to revise; `None` for a new one.
    pub revises: Option<OfferId>,
}

/// Names an open dialog by its draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferDialogRef {
    /// The draft.
    pub draft_id: Uuid,
}

/// All fields as they stand in the dialog, as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferFields {
    /// The kind; `None` until one is chosen.
    pub kind: Option<ServiceKind>,
    /// The title.
    pub title: String,
    /// What the customer will receive, one a line; blank lines are left out when it is sent.
    pub deliverables: Vec<String>,
    /// The currency's code.
    pub currency: String,
    /// The price as typed.
    pub price_text: String,
    /// How long after acceptance it is delivered.
    pub delivery_time: DeliveryTime,
    /// When it can no longer be accepted; `None` is the default.
    pub expires_at: Option<Timestamp>,
    /// The note.
    pub note: String,
    /// Proposed call times, up to three.
    pub call_slots: Vec<CallSlotField>,
}

/// A proposed call time as it stands in the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallSlotField {
    /// When it begins.
    pub starts_at: Timestamp,
    /// How long it lasts, in minutes.
    pub minutes: u16,
}

/// Takes all fields as they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferDialogEdit {
    /// The draft.
    pub draft_id: Uuid,
    /// The fields.
    pub fields: OfferFields,
}

/// Chooses a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferDialogChooseKind {
    /// The draft.
    pub draft_id: Uuid,
    /// The kind.
    pub kind: ServiceKind,
}

/// Fills the fields from a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferDialogApplyTemplate {
    /// The draft.
    pub draft_id: Uuid,
    /// The template.
    pub template_id: String,
}

/// A kind to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KindChoice {
    /// The kind.
    pub kind: ServiceKind,
    /// Its name.
    pub label: String,
    /// Whether call times can be proposed.
    pub is_call: bool,
    /// What keeps this kind from being offered now.
    pub blocker: Option<OfferBlocker>,
}

/// A currency to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CurrencyChoice {
    /// Its code.
    pub code: String,
    /// The smallest price, ready to show.
    pub min_text: String,
    /// The largest price, ready to show.
    pub max_text: String,
}

/// An expiry to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExpiryChoice {
    /// In how many days.
    pub days: u32,
    /// The end of that day.
    pub expires_at: Timestamp,
}

/// The largest sizes, for counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferFieldSizes {
    /// Characters of the title.
    pub title_max_chars: u32,
    /// Characters of a deliverable.
    pub deliverable_max_chars: u32,
    /// Number of deliverables.
    pub deliverables_max: u32,
    /// Characters of the note.
    pub note_max_chars: u32,
    /// Number of call times.
    pub call_slots_max: u32,
}

/// A word in braces that stands for nothing: it would be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldNotice {
    /// Where it stands, such as `/note` or `/deliverables/2`.
    pub pointer: String,
    /// The word with its braces.
    pub word: String,
}

/// What the expert's own accepted offers of the chosen kind cost in the chosen currency; three at least.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PriceHint {
    /// How many they are.
    pub count: u32,
    /// The lowest price, ready to show.
    pub low_text: String,
    /// The one in the middle, ready to show.
    pub median_text: String,
    /// The highest, ready to show.
    pub high_text: String,
    /// Whether all cost the same.
    pub is_one_price: bool,
}

/// A field that a revision can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChangedField {
    /// The kind.
    Kind,
    /// The title.
    Title,
    /// What the customer will receive.
    Deliverables,
    /// The price.
    Price,
    /// The delivery time.
    DeliveryTime,
    /// The expiry.
    ExpiresAt,
    /// The note.
    Note,
    /// The proposed call times.
    CallSlots,
}

/// How a field changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OfferChangeKind {
    /// It has another value.
    Changed,
    /// An item was put in.
    Added,
    /// An item was taken out.
    Removed,
    /// The items that stayed stand in another order.
    Moved,
}

/// One change of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferChange {
    /// Of which field.
    pub field: ChangedField,
    /// How.
    pub kind: OfferChangeKind,
    /// What it was, ready to show, times in the customer's zone; `None` if there was nothing.
    pub old: Option<String>,
    /// What it is, likewise.
    pub new: Option<String>,
}

/// What a revision starts from and changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferRevision {
    /// The version that the customer has.
    pub version: u32,
    /// What is different from it; while nothing is, the revision cannot be submitted.
    pub changes: Vec<OfferChange>,
}

/// A proposed call time on the customer's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PreviewSlot {
    /// When, in the customer's zone, and for how long.
    pub text: String,
    /// Whether it has passed and could not be chosen.
    pub is_past: bool,
}

/// The words of the customer's page, in its own language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PreviewWords {
    /// Where the offer stands.
    pub state: String,
    /// What that means.
    pub state_text: String,
    /// Above what they will receive.
    pub receive: String,
    /// Beside the price.
    pub whole_price: String,
    /// Beside the delivery time.
    pub delivery: String,
    /// Beside the expiry.
    pub open_until: String,
    /// Above the proposed call times.
    pub choose_call_slot: String,
    /// On the button that accepts.
    pub accept: String,
    /// Under that button.
    pub nothing_chosen: String,
    /// On the button that keeps it for later.
    pub not_now: String,
    /// On the button that declines.
    pub decline: String,
}

/// Exactly what the customer will see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferPreview {
    /// The kind's name, empty until one is chosen.
    pub kind_label: String,
    /// The title.
    pub title: String,
    /// The whole price, `None` until it can be read.
    pub price_text: Option<String>,
    /// Who offers.
    pub expert_name: String,
    /// What the customer will receive.
    pub deliverables: Vec<String>,
    /// When it is delivered.
    pub delivery_text: String,
    /// When it expires, in the customer's zone; `None` for never.
    pub expires_text: Option<String>,
    /// The name of that zone.
    pub zone_name: String,
    /// The note, safe; may be empty.
    pub note_html: String,
    /// The proposed call times.
    pub call_slots: Vec<PreviewSlot>,
    /// The words around them.
    pub words: PreviewWords,
    /// The email's subject.
    pub email_subject: String,
    /// The email's text.
    pub email_text: String,
}

/// How far the dialog has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OfferDialogPhase {
    /// Being written.
    Editing,
    /// In the outbox: it goes out when the undo window has passed and the platform can be reached.
    Queued {
        /// The offer's id.
        offer_id: OfferId,
    },
    /// The platform has it.
    Sent {
        /// The offer's id.
        offer_id: OfferId,
    },
    /// The platform refused it; it is a draft again.
    Refused {
        /// Why.
        error: ApiError,
    },
}

/// The dialog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OfferDialogView {
    /// The draft.
    pub draft_id: Uuid,
    /// The question.
    pub question_id: QuestionId,
    /// Its short number.
    pub question_number: u64,
    /// Its title.
    pub question_title: String,
    /// The customer's name.
    pub customer_name: String,
    /// The customer's first name, for sentences.
    pub customer_first_name: String,
    /// The offer being revised.
    pub revises: Option<OfferId>,
    /// What a revision changes; `None` for a new offer.
    pub revision: Option<OfferRevision>,
    /// The customer's time zone, if the platform told it: the expiry is chosen in it.
    pub customer_zone: Option<String>,
    /// The fields as they stand.
    pub fields: OfferFields,
    /// What is wrong with them; empty when it can be submitted. Pointers as in `OfferTerms`; `/kind` when none is
    /// chosen.
    pub problems: Vec<FieldProblem>,
    /// What looks like a placeholder and is none.
    pub notices: Vec<FieldNotice>,
    /// What keeps any offer from being sent.
    pub blocker: Option<OfferBlocker>,
    /// What the customer will see.
    pub preview: OfferPreview,
    /// What the expert nets after the platform's share; `None` until the price can be read.
    pub net_text: Option<String>,
    /// What the expert's own accepted offers of this kind cost.
    pub price_hint: Option<PriceHint>,
    /// The kinds, in order.
    pub kinds: Vec<KindChoice>,
    /// The templates, own ones first.
    pub templates: Vec<TemplateChoice>,
    /// What can stand in braces in a template.
    pub placeholders: Vec<Placeholder>,
    /// The currencies, the preselected one first.
    pub currencies: Vec<CurrencyChoice>,
    /// Expiries to choose from beside none and a date.
    pub expiries: Vec<ExpiryChoice>,
    /// The largest sizes.
    pub sizes: OfferFieldSizes,
    /// When the draft was last kept.
    pub saved_at: Timestamp,
    /// How far it has come.
    pub phase: OfferDialogPhase,
}
