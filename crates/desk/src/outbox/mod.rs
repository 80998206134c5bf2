//! What the expert has done and the platform has not taken yet: commands in order per question, each with one
//! idempotency key for good. [`overlay`] lays them over what the platform told.

pub(crate) mod overlay;

use crate::{
    api::{
        ApiError, ApiErrorCode, DeskEvent,
        offer::OfferPending,
        outbox::{OutboxEntryView, OutboxKind, OutboxState},
    },
    desk::Desk,
    error::Result,
    journal::{DraftSlot, EntryState, NewEntry, StoredEntry},
};
use proffer_domain::{
    AttachmentId, CommandId, MessageId, MessageKind, OfferId, OfferTerms, QuestionId, SupportRequestId, Timestamp, text,
};
use proffer_protocol::{
    CancelOfferRequest, DeliverOfferRequest, Entity, ReviseOfferRequest, SendMessageRequest, SendOfferRequest,
    SupportRequestRequest,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Characters of an entry's line.
const SUMMARY_CHARS: usize = 80;

/// What a command does, in the form that can become a draft again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Content {
    /// Sends a message.
    Message {
        message_id: MessageId,
        message_kind: MessageKind,
        text: String,
        announces_offer: bool,
    },
    /// Sends an offer.
    Offer { offer_id: OfferId, terms: OfferTerms },
    /// Sends a new version.
    Revision {
        offer_id: OfferId,
        version: u32,
        terms: OfferTerms,
    },
    /// Takes an offer back.
    Withdrawal { offer_id: OfferId },
    /// Reminds the customer of an offer.
    Reminder { offer_id: OfferId },
    /// Starts the work.
    Start { offer_id: OfferId },
    /// Delivers.
    Delivery {
        offer_id: OfferId,
        message: String,
        is_call_outcome: bool,
    },
    /// Ends an accepted offer.
    Cancellation { offer_id: OfferId, reason: String },
    /// Asks for help.
    SupportRequest {
        id: SupportRequestId,
        question_id: Option<QuestionId>,
        subject: String,
        text: String,
    },
}

impl Content {
    /// The document that its answer carries.
    pub(crate) fn entity(&self) -> Entity {
        match self {
            Self::Message { .. } => Entity::Message,
            Self::SupportRequest { .. } => Entity::SupportRequest,
            _ => Entity::Offer,
        }
    }

    fn kind(&self) -> OutboxKind {
        match self {
            Self::Message { message_kind, .. } if *message_kind == MessageKind::InfoRequest => OutboxKind::InfoRequest,
            Self::Message { .. } => OutboxKind::Answer,
            Self::Offer { .. } => OutboxKind::Offer,
            Self::Revision { .. } => OutboxKind::Revision,
            Self::Withdrawal { .. } => OutboxKind::Withdrawal,
            Self::Reminder { .. } => OutboxKind::Reminder,
            Self::Start { .. } => OutboxKind::Start,
            Self::Delivery { .. } => OutboxKind::Delivery,
            Self::Cancellation { .. } => OutboxKind::Cancellation,
            Self::SupportRequest { .. } => OutboxKind::SupportRequest,
        }
    }

    /// Its offer, if it is about one.
    fn offer_id(&self) -> Option<OfferId> {
        match self {
            Self::Offer { offer_id, .. }
            | Self::Revision { offer_id, .. }
            | Self::Withdrawal { offer_id }
            | Self::Reminder { offer_id }
            | Self::Start { offer_id }
            | Self::Delivery { offer_id, .. }
            | Self::Cancellation { offer_id, .. } => Some(*offer_id),
            Self::Message { .. } | Self::SupportRequest { .. } => None,
        }
    }

    fn summary(&self) -> String {
        let words = match self {
            Self::Message { text, .. } => text,
            Self::Offer { terms, .. } | Self::Revision { terms, .. } => &terms.title,
            Self::Delivery { message, .. } => message,
            Self::Cancellation { reason, .. } => reason,
            Self::SupportRequest { subject, .. } => subject,
            Self::Withdrawal { .. } | Self::Reminder { .. } | Self::Start { .. } => return String::new(),
        };
        text::excerpt(words, SUMMARY_CHARS)
    }

    /// The command's path and body, made once: a key never goes with another body.
    fn call(
        &self,
        question: Option<QuestionId>,
        attachments: Vec<AttachmentId>,
    ) -> serde_json::Result<(String, serde_json::Value)> {
        use serde_json::to_value;
        let on_question = |what: &str| format!("/v1/questions/{}/{what}", question.unwrap_or(QuestionId(Uuid::nil())));
        let on_offer = |id: &OfferId, what: &str| format!("/v1/offers/{id}/{what}");
        Ok(match self {
            Self::Message {
                message_id,
                message_kind,
                text,
                announces_offer,
            } => (
                on_question("messages"),
                to_value(SendMessageRequest {
                    id: *message_id,
                    kind: *message_kind,
                    text: text.clone(),
                    announces_offer: *announces_offer,
                    attachments,
                })?,
            ),
            Self::Offer { offer_id, terms } => (
                on_question("offers"),
                to_value(SendOfferRequest {
                    id: *offer_id,
                    terms: terms.clone(),
                })?,
            ),
            Self::Revision {
                offer_id,
                version,
                terms,
            } => (
                on_offer(offer_id, "revise"),
                to_value(ReviseOfferRequest {
                    version: *version,
                    terms: terms.clone(),
                })?,
            ),
            Self::Withdrawal { offer_id } => (on_offer(offer_id, "withdraw"), serde_json::json!({})),
            Self::Reminder { offer_id } => (on_offer(offer_id, "remind"), serde_json::json!({})),
            Self::Start { offer_id } => (on_offer(offer_id, "start"), serde_json::json!({})),
            Self::Delivery {
                offer_id,
                message,
                is_call_outcome,
            } => (
                on_offer(offer_id, "deliver"),
                to_value(DeliverOfferRequest {
                    message: message.clone(),
                    is_call_outcome: *is_call_outcome,
                    attachments,
                })?,
            ),
            Self::Cancellation { offer_id, reason } => (
                on_offer(offer_id, "cancel"),
                to_value(CancelOfferRequest { reason: reason.clone() })?,
            ),
            Self::SupportRequest {
                id,
                question_id,
                subject,
                text,
            } => (
                "/v1/support-requests".to_owned(),
                to_value(SupportRequestRequest {
                    id: *id,
                    question_id: *question_id,
                    subject: subject.clone(),
                    text: text.clone(),
                })?,
            ),
        })
    }
}

/// A command on its way into the outbox.
pub(crate) struct Submission {
    pub(crate) content: Content,
    pub(crate) question_id: Option<QuestionId>,
    /// The draft that it was made from, which gives way.
    pub(crate) from: Option<DraftSlot>,
    /// Whether it can be taken back for a few seconds.
    pub(crate) has_undo: bool,
}

impl Desk {
    /// Puts a command into the outbox.
    pub(crate) async fn submit(&self, submission: Submission) -> std::result::Result<CommandId, ApiError> {
        let command_id = CommandId(self.mint());
        self.submit_as::<()>(command_id, submission, None).await?;
        Ok(command_id)
    }

    /// Puts a command into the outbox under this key; its slot then holds `follow_up`.
    pub(crate) async fn submit_as<T: Serialize>(
        &self,
        command_id: CommandId,
        submission: Submission,
        follow_up: Option<(Uuid, &T)>,
    ) -> std::result::Result<(), ApiError> {
        let account = self.account()?;
        let now = self.now();
        let files = match submission.from {
            Some(slot) => self.inner.journal.draft_files(slot).await?,
            None => Vec::new(),
        };
        let attachments = files.iter().map(|file| file.id).collect();
        let (path, body) = submission.content.call(submission.question_id, attachments)?;
        let undo_seconds = if submission.has_undo {
            self.inner.journal.settings().await?.undo_seconds
        } else {
            0
        };
        let entry = NewEntry {
            command_id,
            account: account.id,
            lane: submission.question_id.map_or(command_id.0, |question| question.0),
            question_id: submission.question_id,
            offer_id: submission.content.offer_id(),
            path,
            body,
            content: submission.content,
            queued_at: now,
            not_before: now + std::time::Duration::from_secs(u64::from(undo_seconds)),
        };
        crate::fault::at("desk.outbox.before_enqueue").await?;
        #[cfg(feature = "simulation")]
        if proffer_failpoints::is_broken("acknowledged_before_written") {
            let (desk, from) = (self.clone(), submission.from);
            tokio::spawn(async move {
                crate::fault::at("desk.outbox.after_enqueue").await?;
                desk.inner.journal.enqueue::<()>(&entry, from, None).await
            });
            return Ok(());
        }
        self.inner.journal.enqueue(&entry, submission.from, follow_up).await?;
        crate::fault::at("desk.outbox.after_enqueue").await?;
        self.tell_outbox(&entry).await?;
        self.inner.push_wake.notify_one();
        Ok(())
    }

    /// Tells that an entry came, changed or went.
    pub(crate) async fn tell_outbox(&self, entry: &NewEntry) -> Result<()> {
        self.tell(DeskEvent::OutboxChanged);
        if let Some(question_id) = entry.question_id {
            self.tell(DeskEvent::QuestionChanged { question_id });
            self.tell(DeskEvent::QueueChanged);
        }
        if let Some(offer_id) = entry.offer_id {
            self.tell(DeskEvent::OffersChanged {
                offer_ids: vec![offer_id],
            });
        }
        if matches!(entry.content, Content::SupportRequest { .. }) {
            self.tell(DeskEvent::SupportRequestsChanged);
        }
        self.tell_connection().await
    }
}

impl StoredEntry {
    /// Whether it can be taken back now.
    pub(crate) fn is_undoable(&self, now: Timestamp) -> bool {
        self.state == EntryState::Waiting && self.attempts == 0 && self.entry.not_before > now
    }

    /// Whether it can be taken back to be edited: it failed, or was never tried.
    pub(crate) fn is_editable(&self) -> bool {
        self.state != EntryState::Waiting || self.attempts == 0
    }

    /// Why it failed, if it did.
    pub(crate) fn failure(&self) -> Option<ApiError> {
        (self.state != EntryState::Waiting).then(|| {
            self.error
                .clone()
                .unwrap_or_else(|| ApiError::new(ApiErrorCode::Internal))
        })
    }

    /// How the UI shows it.
    pub(crate) fn view(&self, now: Timestamp) -> OutboxEntryView {
        let state = match (self.state, self.failure()) {
            (EntryState::Refused, Some(error)) => OutboxState::Refused { error },
            (EntryState::Parked, Some(error)) => OutboxState::Parked { error },
            _ if self.is_undoable(now) => OutboxState::Undoable {
                until: self.entry.not_before,
            },
            _ if self.attempts > 0 && self.next_attempt_at <= now => OutboxState::Sending,
            _ => OutboxState::Waiting,
        };
        OutboxEntryView {
            command_id: self.entry.command_id,
            kind: self.entry.content.kind(),
            question_id: self.entry.question_id,
            offer_id: self.entry.offer_id,
            summary: self.entry.content.summary(),
            queued_at: self.entry.queued_at,
            attempts: self.attempts,
            state,
            is_editable: self.is_editable(),
        }
    }
}

impl From<&StoredEntry> for OfferPending {
    fn from(entry: &StoredEntry) -> Self {
        Self {
            command_id: entry.entry.command_id,
            kind: entry.entry.content.kind(),
            error: entry.failure(),
            is_editable: entry.is_editable(),
        }
    }
}
