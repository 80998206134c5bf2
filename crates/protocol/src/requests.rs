//! Requests and responses of the commands. Ids of things made by a command come from the client, so that sending it
//! again makes nothing new.

use crate::{AccountDocument, CategoryDocument};
use proffer_domain::{
    Attachment, AttachmentId, CategoryId, Limits, MessageId, MessageKind, OfferId, OfferTerms, QuestionId, SessionId,
    SupportRequestId, Timestamp,
};
use serde::{Deserialize, Serialize};

macro_rules! wire {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )*};
}

wire! {
    /// `POST /v1/sessions`: sign in. Its `Debug` form hides the password.
    SignInRequest {
        /// The account's address.
        email: String,
        /// Its password.
        password: String,
        /// What the session list calls this device.
        device: String,
        /// The code of the authenticator app, or a recovery code: for accounts that ask for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    }
    /// The session that was made. Its `Debug` form hides the token.
    SessionCreated {
        /// The bearer token; shown once, stored by the platform as a hash.
        token: String,
        /// Who signed in.
        me: Me,
    }
    /// One of `GET /v1/sessions`: where the account is signed in.
    SessionDocument {
        /// By which it is ended; no token.
        id: SessionId,
        /// What the device called itself. Hostile text.
        device: String,
        /// When somebody signed in.
        signed_in_at: Timestamp,
        /// When it ends by itself.
        expires_at: Timestamp,
        /// Whether it is the one that asks.
        is_current: bool,
    }
    /// `GET /v1/me/totp`: whether signing in asks for a code.
    TotpState {
        /// Whether it does.
        is_on: bool,
        /// How many recovery codes are left.
        recovery_codes_left: u32,
    }
    /// `POST /v1/me/totp`: what an authenticator app must know. Its `Debug` form hides it.
    TotpEnrolment {
        /// The secret in base32, to be typed.
        secret: String,
        /// The same as an `otpauth:` address, to be shown as a QR code.
        uri: String,
    }
    /// `POST /v1/me/totp/confirm` and `…/disable`.
    TotpCodeRequest {
        /// The app's code; to disable, a recovery code will do.
        code: String,
    }
    /// The recovery codes, shown once and stored as hashes. Its `Debug` form hides them.
    RecoveryCodes {
        /// Each signs in once in place of the app's code.
        codes: Vec<String>,
    }
    /// `GET /v1/me`: the account, what it serves, and the limits.
    Me {
        /// The account.
        account: AccountDocument,
        /// Its categories.
        categories: Vec<CategoryDocument>,
        /// The platform's limits.
        limits: Limits,
        /// The platform's own clock, so that countdowns do not trust the client's.
        server_time: Timestamp,
    }
    /// `POST /v1/questions` (customer).
    AskQuestionRequest {
        /// Made by the client.
        id: QuestionId,
        /// Where to ask.
        category_id: CategoryId,
        /// The title.
        title: String,
        /// The text, Markdown.
        text: String,
        /// Files that were uploaded before.
        #[serde(default)]
        attachments: Vec<AttachmentId>,
    }
    /// `POST /v1/questions/{id}/messages`.
    SendMessageRequest {
        /// Made by the client.
        id: MessageId,
        /// What it is for.
        kind: MessageKind,
        /// The text, Markdown.
        text: String,
        /// Whether the sentence that an OPTIONAL offer will follow belongs to it.
        #[serde(default)]
        announces_offer: bool,
        /// Files that were uploaded before.
        #[serde(default)]
        attachments: Vec<AttachmentId>,
    }
    /// `POST /v1/questions/{id}/rating` (customer).
    RateQuestionRequest {
        /// 1 to 5.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 5))]
        stars: u8,
        /// May be empty.
        #[serde(default)]
        comment: String,
    }
    /// `POST /v1/questions/{id}/offers` (expert).
    SendOfferRequest {
        /// Made by the client.
        id: OfferId,
        /// What is offered.
        terms: OfferTerms,
    }
    /// `POST /v1/offers/{id}/revise` (expert).
    ReviseOfferRequest {
        /// The version that the expert saw.
        version: u32,
        /// What is offered now.
        terms: OfferTerms,
    }
    /// `POST /v1/offers/{id}/deliver` (expert).
    DeliverOfferRequest {
        /// The message, or what came of the call.
        message: String,
        /// Whether it reports a call's outcome.
        #[serde(default)]
        is_call_outcome: bool,
        /// Files that were uploaded before.
        #[serde(default)]
        attachments: Vec<AttachmentId>,
    }
    /// `POST /v1/offers/{id}/cancel` (expert, moderator).
    CancelOfferRequest {
        /// Shown to both.
        reason: String,
    }
    /// `POST /v1/offers/{id}/accept` (customer).
    AcceptOfferRequest {
        /// The version whose total was shown.
        version: u32,
        /// The proposed call time chosen, by its place.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(maximum = 2))]
        call_slot: Option<usize>,
    }
    /// `POST /v1/offers/{id}/hold` (customer).
    HoldOfferRequest {
        /// When to be reminded.
        #[serde(default)]
        remind_at: Option<Timestamp>,
    }
    /// `POST /v1/offers/{id}/decline` (customer).
    DeclineOfferRequest {
        /// Why.
        #[serde(default)]
        reason: Option<String>,
    }
    /// `POST /v1/support-requests`.
    SupportRequestRequest {
        /// Made by the client.
        id: SupportRequestId,
        /// The question it is about, if any.
        #[serde(default)]
        question_id: Option<QuestionId>,
        /// What it is about.
        subject: String,
        /// The request.
        text: String,
    }
}

macro_rules! debug_by_default {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    )*};
}

// Secrets and people's text never reach a log, not even by accident: only what is harmless is shown.
debug_by_default! {
    SignInRequest { device }
    SessionCreated {}
    SessionDocument { id, is_current }
    TotpState { is_on, recovery_codes_left }
    TotpEnrolment {}
    TotpCodeRequest {}
    RecoveryCodes {}
    Me {}
    AskQuestionRequest { id, category_id }
    SendMessageRequest { id, kind }
    RateQuestionRequest { stars }
    SendOfferRequest { id }
    ReviseOfferRequest { version }
    DeliverOfferRequest { is_call_outcome }
    CancelOfferRequest {}
    AcceptOfferRequest { version, call_slot }
    HoldOfferRequest { remind_at }
    DeclineOfferRequest {}
    SupportRequestRequest { id }
}

/// The answer of `POST /v1/attachments`: what was stored. The upload's body is the file; its name is in the query.
pub type AttachmentStored = Attachment;
