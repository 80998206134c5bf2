//! What the UI hears without asking.

use super::{connection::ConnectionView, update::UpdateView};
use proffer_domain::{CommandId, OfferId, QuestionId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something happened; the UI asks again for what it shows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum DeskEvent {
    /// Signed in, out, or the session ended.
    SessionChanged,
    /// The connection changed.
    ConnectionChanged {
        /// How it stands now.
        connection: ConnectionView,
    },
    /// Rows of the queue changed.
    QueueChanged,
    /// One question, its messages or its outbox entries changed.
    QuestionChanged {
        /// Which.
        question_id: QuestionId,
    },
    /// Offers changed, or what of them waits in the outbox.
    OffersChanged {
        /// Which.
        offer_ids: Vec<OfferId>,
    },
    /// The outbox changed.
    OutboxChanged,
    /// A file of a waiting command is on its way.
    UploadProgressed {
        /// The outbox entry.
        command_id: CommandId,
        /// The file's name.
        name: String,
        /// How many of its bytes have gone out; all of them once this try is over, however it ended.
        sent_bytes: u64,
        /// How many it has.
        size_bytes: u64,
    },
    /// Notices were added or read.
    NoticesChanged {
        /// How many are unread.
        unread: u32,
    },
    /// A customer accepted an offer: shown in the app as well, in case the system shows nothing.
    OfferAccepted {
        /// Which.
        offer_id: OfferId,
        /// Its title.
        title: String,
        /// Who accepted.
        customer_name: String,
        /// For how much, ready to show.
        amount_text: String,
    },
    /// Support requests changed.
    SupportRequestsChanged,
    /// The settings changed, or what the system around the app can do.
    SettingsChanged,
    /// An update of the app has come further.
    UpdateChanged {
        /// How it stands now.
        update: UpdateView,
    },
    /// The expert closed the window and was not asked yet whether the program goes on in the tray.
    CloseAsked,
    /// A notification or a link asks the window to go somewhere.
    NavigationRequested {
        /// Where.
        target: OpenTarget,
    },
}

/// Somewhere the window can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OpenTarget {
    /// An offer in the Request Centre.
    Offer {
        /// Which.
        offer_id: OfferId,
    },
    /// A question's conversation.
    Question {
        /// Which.
        question_id: QuestionId,
    },
    /// The Request Centre.
    RequestCentre,
}

/// The answer of `navigation_take`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NavigationTaken {
    /// Where to go; `None` for the desk as it is.
    pub target: Option<OpenTarget>,
}
