//! Every command that can be sent, by the API or by a page's form.

use super::{FlowError, Work, offers, questions, support};
use proffer_domain::{OfferCommand, OfferId, QuestionId, Role, SupportRequestId};
use proffer_protocol::{
    AcceptOfferRequest, AskQuestionRequest, CancelOfferRequest, DeclineOfferRequest, DeliverOfferRequest, Document,
    ErrorCode, HoldOfferRequest, RateQuestionRequest, ReviseOfferRequest, SendMessageRequest, SendOfferRequest,
    SupportRequestRequest,
};
use serde::Serialize;

/// A command. Its serialised form is what an idempotency key stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "command", content = "content", rename_all = "snake_case")]
pub enum Command {
    /// A customer asks.
    Ask(AskQuestionRequest),
    /// An expert takes the lock.
    Lock(QuestionId),
    /// An expert extends their lock.
    Extend(QuestionId),
    /// An expert, or a moderator for them, gives the lock back.
    Release(QuestionId),
    /// Either side writes.
    SendMessage(QuestionId, SendMessageRequest),
    /// The customer rates.
    Rate(QuestionId, RateQuestionRequest),
    /// The customer looked at the question's page.
    ViewQuestion(QuestionId),
    /// An expert sends an offer.
    SendOffer(QuestionId, SendOfferRequest),
    /// An expert sends a new version.
    ReviseOffer(OfferId, ReviseOfferRequest),
    /// An expert or moderator takes it back.
    WithdrawOffer(OfferId),
    /// The expert reminds the customer of it.
    RemindOfOffer(OfferId),
    /// The expert starts.
    StartOffer(OfferId),
    /// The expert delivers.
    DeliverOffer(OfferId, DeliverOfferRequest),
    /// An expert or moderator ends it.
    CancelOffer(OfferId, CancelOfferRequest),
    /// The customer opened its page.
    ViewOffer(OfferId),
    /// The customer accepts.
    AcceptOffer(OfferId, AcceptOfferRequest),
    /// The customer keeps it for later.
    HoldOffer(OfferId, HoldOfferRequest),
    /// The customer declines.
    DeclineOffer(OfferId, DeclineOfferRequest),
    /// The customer takes a decline back.
    ReconsiderOffer(OfferId),
    /// The customer confirms.
    CompleteOffer(OfferId),
    /// Someone asks a moderator for help.
    RequestSupport(SupportRequestRequest),
    /// A moderator replies.
    ReplyToSupport(SupportRequestId, String),
}

impl Command {
    /// The roles that may send it at all; whose thing it is is checked with the thing itself.
    #[must_use]
    pub fn roles(&self) -> &'static [Role] {
        match self {
            Self::Ask(_)
            | Self::Rate(..)
            | Self::ViewQuestion(_)
            | Self::ViewOffer(_)
            | Self::AcceptOffer(..)
            | Self::HoldOffer(..)
            | Self::DeclineOffer(..)
            | Self::ReconsiderOffer(_)
            | Self::CompleteOffer(_) => &[Role::Customer],
            Self::Lock(_)
            | Self::Extend(_)
            | Self::SendOffer(..)
            | Self::ReviseOffer(..)
            | Self::RemindOfOffer(_)
            | Self::StartOffer(_)
            | Self::DeliverOffer(..) => &[Role::Expert],
            Self::Release(_) | Self::WithdrawOffer(_) | Self::CancelOffer(..) => &[Role::Expert, Role::Moderator],
            Self::SendMessage(..) | Self::RequestSupport(_) => &[Role::Customer, Role::Expert],
            Self::ReplyToSupport(..) => &[Role::Moderator],
        }
    }

    /// Whether it counts against what one account may do in a while: whatever others are told of each time it is sent.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        match self {
            // They change nothing, or something once.
            Self::ViewQuestion(_)
            | Self::ViewOffer(_)
            | Self::AcceptOffer(..)
            | Self::StartOffer(_)
            | Self::CompleteOffer(_) => false,
            Self::Ask(_)
            | Self::Lock(_)
            | Self::Extend(_)
            | Self::Release(_)
            | Self::SendMessage(..)
            | Self::Rate(..)
            | Self::SendOffer(..)
            | Self::ReviseOffer(..)
            | Self::WithdrawOffer(_)
            | Self::RemindOfOffer(_)
            | Self::DeliverOffer(..)
            | Self::CancelOffer(..)
            | Self::HoldOffer(..)
            | Self::DeclineOffer(..)
            | Self::ReconsiderOffer(_)
            | Self::RequestSupport(_)
            | Self::ReplyToSupport(..) => true,
        }
    }
}

/// Carries a command out within a piece of work.
pub(super) async fn run(work: &mut Work, command: &Command) -> Result<Document, FlowError> {
    if !command.roles().contains(&work.actor.role) {
        return Err(FlowError::code(ErrorCode::Forbidden));
    }
    match command {
        Command::Ask(request) => questions::ask(work, request).await,
        Command::Lock(id) => questions::lock(work, *id).await,
        Command::Extend(id) => questions::extend(work, *id).await,
        Command::Release(id) => questions::release(work, *id).await,
        Command::SendMessage(id, request) => questions::send_message(work, *id, request).await,
        Command::Rate(id, request) => questions::rate(work, *id, request).await,
        Command::ViewQuestion(id) => questions::view(work, *id).await,
        Command::SendOffer(id, request) => offers::send(work, *id, request).await,
        Command::ReviseOffer(id, request) => offers::revise(work, *id, request).await,
        Command::WithdrawOffer(id) => offers::apply(work, *id, OfferCommand::Withdraw).await,
        Command::RemindOfOffer(id) => offers::remind(work, *id).await,
        Command::StartOffer(id) => offers::apply(work, *id, OfferCommand::Start).await,
        Command::DeliverOffer(id, request) => offers::deliver(work, *id, request).await,
        Command::CancelOffer(id, request) => {
            offers::apply(
                work,
                *id,
                OfferCommand::Cancel {
                    reason: request.reason.clone(),
                },
            )
            .await
        }
        Command::ViewOffer(id) => offers::apply(work, *id, OfferCommand::View).await,
        Command::AcceptOffer(id, request) => {
            let command = OfferCommand::Accept {
                version: request.version,
                call_slot: request.call_slot,
            };
            offers::apply(work, *id, command).await
        }
        Command::HoldOffer(id, request) => {
            offers::apply(
                work,
                *id,
                OfferCommand::Hold {
                    remind_at: request.remind_at,
                },
            )
            .await
        }
        Command::DeclineOffer(id, request) => {
            offers::apply(
                work,
                *id,
                OfferCommand::Decline {
                    reason: request.reason.clone(),
                },
            )
            .await
        }
        Command::ReconsiderOffer(id) => offers::apply(work, *id, OfferCommand::Reconsider).await,
        Command::CompleteOffer(id) => offers::apply(work, *id, OfferCommand::Complete).await,
        Command::RequestSupport(request) => support::request(work, request).await,
        Command::ReplyToSupport(id, reply) => support::reply(work, *id, reply).await,
    }
}
