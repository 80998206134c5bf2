//! The audit trail: every decision is written in the transaction that makes it so. No secrets, no message bodies: what
//! was decided, about what, and the reason where one is given.

use super::{Command, Flow, FlowError, Work};
use crate::store::{AccountRow, AuditFilter, AuditRow, NewAudit};
use proffer_domain::{AccountId, Timestamp};
use proffer_protocol::{Document, Entity};
use uuid::Uuid;

/// How many decisions are shown at once.
const LIMIT_MAX: u32 = 10_000;

/// The operator's name where an actor is named.
pub(super) const OPERATOR: &str = "Operator";

impl Command {
    /// What it decides, and why where it says so; `None` if it only notes that somebody looked.
    fn decision(&self) -> Option<(&'static str, Option<&str>)> {
        let action = match self {
            Self::ViewQuestion(_) | Self::ViewOffer(_) => return None,
            Self::Ask(_) => "question_asked",
            Self::Lock(_) => "lock_taken",
            Self::Extend(_) => "lock_extended",
            Self::Release(_) => "lock_released",
            Self::SendMessage(..) => "message_sent",
            Self::Rate(..) => "question_rated",
            Self::SendOffer(..) => "offer_sent",
            Self::ReviseOffer(..) => "offer_revised",
            Self::WithdrawOffer(_) => "offer_withdrawn",
            Self::RemindOfOffer(_) => "offer_reminded",
            Self::StartOffer(_) => "offer_started",
            Self::DeliverOffer(..) => "offer_delivered",
            Self::CancelOffer(_, request) => return Some(("offer_cancelled", Some(&request.reason))),
            Self::AcceptOffer(..) => "offer_accepted",
            Self::HoldOffer(..) => "offer_held",
            Self::DeclineOffer(_, request) => return Some(("offer_declined", request.reason.as_deref())),
            Self::ReconsiderOffer(_) => "offer_reconsidered",
            Self::CompleteOffer(_) => "offer_completed",
            Self::RequestSupport(_) => "support_requested",
            Self::ReplyToSupport(..) => "support_answered",
        };
        Some((action, None))
    }
}

impl Work {
    /// Writes a decision of the one who acts.
    pub(super) async fn audit(
        &mut self,
        action: &'static str,
        entity: Entity,
        object_id: Uuid,
        reason: Option<&str>,
    ) -> Result<(), FlowError> {
        let has_account = !self.actor.id.0.is_nil();
        let actor = match (has_account, self.actor.name.as_str()) {
            (true, _) => self.actor.role.as_str(),
            (false, OPERATOR) => "operator",
            (false, _) => "clock",
        };
        let audit = NewAudit {
            id: self.ports.new_id(),
            at: self.now,
            actor,
            actor_id: has_account.then_some(self.actor.id),
            action,
            entity: entity.as_str(),
            object_id,
            reason: reason.map(str::trim).filter(|reason| !reason.is_empty()),
        };
        Ok(self.tx.insert_audit(&audit).await?)
    }

    /// Writes a decision of the operator about an account.
    pub(super) async fn audit_of_operator(
        &mut self,
        action: &'static str,
        account: AccountId,
        reason: Option<&str>,
    ) -> Result<(), FlowError> {
        let audit = NewAudit {
            id: self.ports.new_id(),
            at: self.now,
            actor: "operator",
            actor_id: None,
            action,
            entity: Entity::Account.as_str(),
            object_id: account.0,
            reason,
        };
        Ok(self.tx.insert_audit(&audit).await?)
    }

    /// Writes what a command decided, about the thing that people know: of a message, its question.
    pub(super) async fn audit_command(&mut self, command: &Command, document: &Document) -> Result<(), FlowError> {
        let Some((action, reason)) = command.decision() else {
            return Ok(());
        };
        let (entity, id) = match document {
            Document::Message(document) => (Entity::Question, document.message.question_id.0),
            other => (other.entity(), other.id()),
        };
        self.audit(action, entity, id, reason).await
    }
}

/// Writes a decision about an account within a transaction of its own kind.
pub(super) async fn about_account(
    tx: &mut crate::store::Tx,
    ports: &crate::ports::Ports,
    account: &AccountRow,
    action: &'static str,
) -> Result<(), FlowError> {
    let audit = NewAudit {
        id: ports.new_id(),
        at: ports.clock.now(),
        actor: account.role.as_str(),
        actor_id: Some(account.id),
        action,
        entity: Entity::Account.as_str(),
        object_id: account.id.0,
        reason: None,
    };
    Ok(tx.insert_audit(&audit).await?)
}

impl Flow {
    /// The newest decisions, newest first: about a thing, by an account, from a moment on, or all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit(
        &self,
        object: Option<Uuid>,
        actor: Option<AccountId>,
        since: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, FlowError> {
        let filter = AuditFilter { object, actor, since };
        Ok(self.store.read().await?.audit(filter, limit.min(LIMIT_MAX)).await?)
    }
}
