//! One piece of work: a transaction with the account in whose name it runs, and the moment.

use super::{FlowError, hash};
use crate::{
    mail::{Letter, Reader},
    ports::Ports,
    store::{AccountRow, LinkRow, NewChange, NewEmail, Tx},
};
use jiff::{SignedDuration, Timestamp};
use proffer_domain::{
    AccountId, Attachment, AttachmentId, CategoryId, FieldCode, FieldProblem, Limits, OfferId, PaymentMethod, Person,
    QuestionId, Role,
};
use proffer_protocol::{Document, Entity, ErrorCode, OfferDocument, QuestionDocument, StreamId};
use std::{collections::BTreeMap, sync::Arc};
use url::Url;
use uuid::Uuid;

/// How long an emailed link opens what it is for.
const LINK_DAYS: i64 = 90;

/// One piece of work.
pub struct Work {
    /// A broken variant's: an offer as it was before the transaction began.
    #[cfg(feature = "simulation")]
    pub(crate) seen: Option<Document>,
    /// A broken variant's: what sends email before the commit.
    #[cfg(feature = "simulation")]
    pub(crate) mailer: Option<std::sync::Arc<dyn crate::mail::Mailer>>,
    pub(crate) tx: Tx,
    pub(crate) actor: AccountRow,
    pub(crate) limits: Limits,
    pub(crate) now: Timestamp,
    pub(crate) ports: Ports,
    /// How an offer that is accepted is paid.
    pub(crate) pays_by: PaymentMethod,
    pub(crate) public_url: Arc<Url>,
    /// What every stream will be told, written last: see [`Tx::insert_all_changes`].
    pub(crate) changes: BTreeMap<StreamId, Vec<NewChange>>,
}

impl Work {
    /// The one who acts, as others see them.
    pub(crate) fn me(&self) -> Person {
        Person {
            id: self.actor.id,
            name: self.actor.name.clone(),
        }
    }

    /// A question that the actor may see.
    pub(crate) async fn question(&mut self, id: QuestionId) -> Result<QuestionDocument, FlowError> {
        let Some(Document::Question(document)) = self.tx.document(Entity::Question, id.0).await? else {
            return Err(FlowError::code(ErrorCode::NotFound));
        };
        let may_see = match self.actor.role {
            Role::Customer => document.question.customer.id == self.actor.id,
            Role::Expert | Role::Moderator => self.serves(document.question.category_id).await?,
        };
        if may_see {
            Ok(document)
        } else {
            Err(FlowError::code(ErrorCode::NotFound))
        }
    }

    /// An offer that the actor may see: their own, or of a category they moderate.
    pub(crate) async fn offer(&mut self, id: OfferId) -> Result<OfferDocument, FlowError> {
        let Some(Document::Offer(document)) = self.tx.document(Entity::Offer, id.0).await? else {
            return Err(FlowError::code(ErrorCode::NotFound));
        };
        #[cfg(feature = "simulation")]
        let document = match self.seen.take() {
            Some(Document::Offer(seen)) => OfferDocument {
                revision: document.revision,
                ..seen
            },
            _ => document,
        };
        let may_see = match self.actor.role {
            Role::Customer => document.offer.customer_id == self.actor.id,
            Role::Expert => document.offer.expert_id == self.actor.id,
            Role::Moderator => self.serves(document.offer.category_id).await?,
        };
        if may_see {
            Ok(document)
        } else {
            Err(FlowError::code(ErrorCode::NotFound))
        }
    }

    /// Whether the actor serves or looks after a category.
    pub(crate) async fn serves(&mut self, category: CategoryId) -> Result<bool, FlowError> {
        Ok(self.tx.account_categories(self.actor.id).await?.contains(&category))
    }

    /// Writes a new document and tells its streams.
    ///
    /// Its id was made by the client, who may have used it before for something else.
    pub(crate) async fn publish_new(&mut self, document: &Document) -> Result<(), FlowError> {
        self.insert(document).await?;
        self.announce(document).await
    }

    async fn insert(&mut self, document: &Document) -> Result<(), FlowError> {
        if self.tx.insert_document(document).await? {
            return Ok(());
        }
        let message = "This id is taken; make a new one.";
        Err(FlowError::fields(vec![FieldProblem::new(
            "/id",
            FieldCode::Taken,
            message,
        )]))
    }

    /// Tells streams of a document when the work is done.
    pub(crate) fn tell(&mut self, streams: impl IntoIterator<Item = StreamId>, entity: Entity, id: Uuid) {
        let change = NewChange { entity, id };
        for stream in streams {
            let changes = self.changes.entry(stream).or_default();
            // Changed twice in one transaction is changed once.
            changes.retain(|present| *present != change);
            changes.push(change);
        }
    }

    /// Writes a changed document and tells its streams.
    pub(crate) async fn publish(&mut self, document: &Document) -> Result<(), FlowError> {
        self.tx.update_document(document).await?;
        self.announce(document).await
    }

    async fn announce(&mut self, document: &Document) -> Result<(), FlowError> {
        let streams = match document {
            Document::Account(document) => vec![StreamId::Account(document.id)],
            Document::Limits(_) => self
                .tx
                .account_ids()
                .await?
                .into_iter()
                .map(StreamId::Account)
                .collect(),
            Document::Category(document) => vec![StreamId::Category(document.id)],
            Document::Question(document) => vec![
                StreamId::Category(document.question.category_id),
                StreamId::Account(document.question.customer.id),
            ],
            Document::Offer(document) => {
                vec![
                    StreamId::Account(document.offer.expert_id),
                    StreamId::Account(document.offer.customer_id),
                ]
            }
            Document::SupportRequest(document) => vec![StreamId::Account(document.requester_id)],
            Document::Message(_) => unreachable_message(),
        };
        self.tell(streams, document.entity(), document.id());
        Ok(())
    }

    /// Writes a new message and tells its question's streams.
    pub(crate) async fn publish_message(
        &mut self,
        document: &Document,
        question: &QuestionDocument,
    ) -> Result<(), FlowError> {
        self.insert(document).await?;
        let streams = [
            StreamId::Category(question.question.category_id),
            StreamId::Account(question.question.customer.id),
        ];
        self.tell(streams, Entity::Message, document.id());
        Ok(())
    }

    /// Ties uploaded files to what they are sent with.
    pub(crate) async fn use_attachments(
        &mut self,
        ids: &[AttachmentId],
        question: QuestionId,
        offer: Option<OfferId>,
    ) -> Result<Vec<Attachment>, FlowError> {
        let mut attachments = Vec::with_capacity(ids.len());
        for (index, id) in ids.iter().enumerate() {
            let used = self.tx.use_attachment(*id, self.actor.id, question, offer).await?;
            let row = if used { self.tx.attachment(*id).await? } else { None };
            let Some(row) = row else {
                return Err(FlowError::fields(vec![FieldProblem::new(
                    format!("/attachments/{index}"),
                    FieldCode::NotOffered,
                    "This file was not uploaded, or was sent before; attach it again.",
                )]));
            };
            attachments.push(row.attachment);
        }
        Ok(attachments)
    }

    /// A link for an email that lets the customer in to just this question or offer. Only its hash is kept.
    pub(crate) async fn link(
        &mut self,
        customer: AccountId,
        question: QuestionId,
        offer: Option<OfferId>,
    ) -> Result<String, FlowError> {
        let token = self.ports.new_token();
        let days = SignedDuration::from_hours(24 * LINK_DAYS);
        let expires_at = self.now.saturating_add(days).unwrap_or(Timestamp::MAX);
        let link = LinkRow {
            account_id: customer,
            question_id: question,
            offer_id: offer,
            expires_at,
            used_at: None,
        };
        self.tx.insert_link(&hash(token.as_bytes()), &link).await?;
        let base = self.public_url.as_str().trim_end_matches('/');
        Ok(format!("{base}/l/{token}"))
    }

    /// Puts a letter to an account into the email outbox: written when it is known to whom. One of a kind that its
    /// recipient has stopped is not sent.
    pub(crate) async fn send_letter(
        &mut self,
        to: AccountId,
        offer: Option<OfferId>,
        write: impl FnOnce(&Reader) -> Letter,
    ) -> Result<(), FlowError> {
        let Some(account) = self.tx.account(to).await? else {
            return Ok(());
        };
        let email = self.letter(account, offer, write).await?;
        self.send(email.as_slice()).await
    }

    /// The email of a letter to an account; none of a kind that it has stopped.
    pub(crate) async fn letter(
        &mut self,
        to: AccountRow,
        offer: Option<OfferId>,
        write: impl FnOnce(&Reader) -> Letter,
    ) -> Result<Option<NewEmail>, FlowError> {
        let reader = Reader { account: to };
        let mut letter = write(&reader);
        let account = reader.account;
        if letter.is_optional() {
            if self.tx.is_mail_stopped(account.id, letter.kind).await? {
                return Ok(None);
            }
            let token = self.ports.new_token();
            self.tx
                .insert_stop_link(&hash(token.as_bytes()), account.id, letter.kind)
                .await?;
            let base = self.public_url.as_str().trim_end_matches('/');
            letter.stop_url = Some(format!("{base}/stop/{token}"));
        }
        Ok(Some(NewEmail {
            id: self.ports.new_id(),
            kind: letter.kind,
            subject: letter.subject.clone(),
            text: letter.text(&account.name),
            html: letter.html(&account.name),
            recipient_name: account.name,
            recipient: account.email,
            offer_id: offer,
            thread: letter.thread,
            stop_url: letter.stop_url,
        }))
    }

    /// Puts emails into the outbox.
    pub(crate) async fn send(&mut self, emails: &[NewEmail]) -> Result<(), FlowError> {
        #[cfg(feature = "simulation")]
        if let (true, Some(mailer)) = (proffer_failpoints::is_broken("email_before_commit"), &self.mailer) {
            for email in emails.iter().cloned() {
                let outgoing = crate::mail::OutgoingEmail {
                    id: email.id,
                    recipient_name: email.recipient_name,
                    recipient: email.recipient,
                    subject: email.subject,
                    text: email.text,
                    html: email.html,
                    date: self.now,
                    thread: email.thread,
                    stop_url: email.stop_url,
                };
                let _sent = mailer.send(&outgoing).await;
            }
            return Ok(());
        }
        self.tx.insert_emails(emails, self.now).await?;
        Ok(())
    }
}

/// Messages go through [`Work::publish_message`], which knows their question.
fn unreachable_message() -> Vec<StreamId> {
    debug_assert!(false, "a message was announced without its question");
    Vec::new()
}
