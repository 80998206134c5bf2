//! A person's data: all of it as a document, and its erasure. Money and decisions stay, names, addresses and texts go.

use super::{Flow, FlowError, StoredDocument, StoredValue, Work};
use crate::store::{AccountRow, ERASED, StoreError};
use proffer_domain::{AccountId, AttachmentId, LedgerAccount, OfferTerms, OfferVersion, Person, QuestionId};
use proffer_protocol::{Document, Entity, StreamId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What an erased person is called.
const NAME: &str = "Erased person";
/// The most that one export lists of decisions, or of the ledger's lines.
const TRAIL_LIMIT: u32 = 10_000;

/// Whom is erased, and what is known of them.
struct Erasure {
    id: AccountId,
    /// Their own questions: everything on them goes.
    questions: BTreeSet<QuestionId>,
    /// What would tell who they were, wherever it stands.
    canaries: Vec<String>,
}

impl Flow {
    /// All that is kept about a person: account, sessions, documents, files, emails and decisions. No secrets.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn export_person(&self, account: &AccountRow) -> Result<Value, FlowError> {
        let now = self.ports.clock.now();
        let mut tx = self.store.read().await?;
        let documents = documents_of(&mut tx, account.id).await?;
        let sessions: Vec<_> = tx
            .sessions(account.id, now)
            .await?
            .into_iter()
            .map(|row| json!({ "device": row.device, "signed_in_at": row.created_at, "expires_at": row.expires_at }))
            .collect();
        let files: Vec<_> = tx
            .attachments_of(&account.id.to_string())
            .await?
            .into_iter()
            .map(|(id, name)| json!({ "id": id, "name": name }))
            .collect();
        let mut emails = Vec::new();
        let mut after = String::new();
        loop {
            let page = tx.kept_emails(&after).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.id);
            let own = page.iter().filter(|email| email.recipient == account.email);
            emails.extend(own.map(|email| json!({ "id": email.id, "subject": email.subject })));
        }
        let mut ledger = Vec::new();
        for own in [LedgerAccount::Customer(account.id), LedgerAccount::Expert(account.id)] {
            for line in tx.ledger_statement(own, TRAIL_LIMIT).await? {
                let (step, amount) = (line.step.as_str(), line.transfer.amount);
                ledger.push(json!({ "at": line.at, "offer_id": line.offer_id, "step": step, "amount": amount }));
            }
        }
        drop(tx);
        let decisions: Vec<_> = self
            .audit(None, Some(account.id), None, TRAIL_LIMIT)
            .await?
            .into_iter()
            .map(|row| {
                json!({
                    "at": row.at, "action": row.action, "entity": row.entity, "object_id": row.object_id,
                    "reason": row.reason,
                })
            })
            .collect();
        let mut grouped: BTreeMap<&str, Vec<&Document>> = BTreeMap::new();
        for document in &documents {
            grouped.entry(document.entity().as_str()).or_default().push(document);
        }
        let mut work = self.begin(self.operator()).await?;
        work.audit_of_operator("person_exported", account.id, None).await?;
        self.commit(work).await?;
        Ok(json!({
            "exported_at": now,
            "account": {
                "id": account.id, "role": account.role, "name": account.name, "email": account.email,
                "time_zone": account.time_zone, "language": account.language.code(), "created_at": account.created_at,
            },
            "sessions": sessions, "documents": grouped, "files": files, "emails": emails, "decisions": decisions,
            "ledger": ledger,
        }))
    }

    /// Erases a person: names, addresses, texts and files go everywhere, also from kept responses and emails. What was
    /// agreed and paid, and who decided what, stays under an id that names nobody. It cannot be undone.
    ///
    /// # Errors
    /// If the database fails; nothing was erased then, except that files may stay when the disk fails.
    pub async fn erase_person(&self, account: &AccountRow) -> Result<(), FlowError> {
        let mut work = self.begin(self.operator()).await?;
        let documents = documents_of(&mut work.tx, account.id).await?;
        let mut erasure = Erasure {
            id: account.id,
            questions: BTreeSet::new(),
            canaries: vec![account.name.clone(), account.email.clone()],
        };
        let mut objects = BTreeSet::from([account.id.0]);
        for document in &documents {
            if let Document::Question(document) = document
                && document.question.customer.id == account.id
            {
                erasure.questions.insert(document.question.id);
                erasure.canaries.push(document.question.title.clone());
            }
            if let Document::Offer(document) = document {
                erasure.canaries.push(document.offer.terms.title.clone());
            }
            if let Document::Question(_) | Document::Offer(_) | Document::SupportRequest(_) = document {
                objects.insert(document.id());
            }
        }
        let mut files = BTreeSet::new();
        for subject in objects.iter().filter(|id| {
            let is_question = erasure.questions.contains(&QuestionId(**id));
            let is_other = documents.iter().any(|document| match document {
                Document::Question(document) => document.question.id.0 == **id,
                _ => false,
            });
            is_question || !is_other
        }) {
            files.extend(work.tx.attachments_of(&subject.to_string()).await?);
        }
        let address = format!("{}@erased.invalid", account.id);
        for document in documents {
            if let Some(erased) = erasure.applied(document, &address) {
                publish(&mut work, &erased).await?;
            }
        }
        for (file, _) in &files {
            work.tx.erase_attachment(*file).await?;
        }
        erasure.erase_responses(&mut work, &address).await?;
        erasure.erase_emails(&mut work, account, &address).await?;
        let objects: Vec<Uuid> = objects.into_iter().collect();
        work.tx.erase_reasons(account.id, &objects).await?;
        work.tx.erase_account(account.id, (NAME, &address), work.now).await?;
        work.audit_of_operator("person_erased", account.id, None).await?;
        self.commit(work).await?;
        self.session_ended();
        for (file, _) in files {
            self.remove_file(file).await?;
        }
        Ok(self.store.scrub().await?)
    }

    async fn remove_file(&self, file: AttachmentId) -> Result<(), FlowError> {
        match tokio::fs::remove_file(self.files.join(file.to_string())).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// All documents that name a person, and everything on their own questions.
async fn documents_of(tx: &mut crate::store::Tx, account: AccountId) -> Result<Vec<Document>, StoreError> {
    let mut documents = tx.documents_naming(account).await?;
    let mut seen: BTreeSet<(Entity, Uuid)> = documents.iter().map(|one| (one.entity(), one.id())).collect();
    let own: Vec<Uuid> = documents
        .iter()
        .filter_map(|document| match document {
            Document::Question(document) if document.question.customer.id == account => Some(document.question.id.0),
            _ => None,
        })
        .collect();
    for question in own {
        for entity in [Entity::Message, Entity::Offer, Entity::SupportRequest] {
            for document in tx.documents_on_question(entity, question).await? {
                if seen.insert((document.entity(), document.id())) {
                    documents.push(document);
                }
            }
        }
    }
    Ok(documents)
}

/// Writes an erased document and tells its streams, so that desks forget as well.
async fn publish(work: &mut Work, document: &Document) -> Result<(), FlowError> {
    let Document::Message(message) = document else {
        return work.publish(document).await;
    };
    work.tx.update_document(document).await?;
    let question = work
        .tx
        .document(Entity::Question, message.message.question_id.0)
        .await?;
    if let Some(Document::Question(question)) = question {
        let streams = [
            StreamId::Category(question.question.category_id),
            StreamId::Account(question.question.customer.id),
        ];
        work.tell(streams, Entity::Message, document.id());
    }
    Ok(())
}

impl Erasure {
    /// The document without the person, a revision later; `None` if it says nothing of them.
    fn applied(&self, document: Document, address: &str) -> Option<Document> {
        let mut erased = document.clone();
        self.erase(&mut erased, address);
        if erased == document {
            return None;
        }
        match &mut erased {
            Document::Account(document) => document.revision += 1,
            Document::Question(document) => document.revision += 1,
            Document::Message(document) => document.revision += 1,
            Document::Offer(document) => document.revision += 1,
            Document::SupportRequest(document) => document.revision += 1,
            Document::Limits(_) | Document::Category(_) => {}
        }
        Some(erased)
    }

    fn erase(&self, document: &mut Document, address: &str) {
        match document {
            Document::Account(document) => {
                if document.id == self.id {
                    NAME.clone_into(&mut document.name);
                    address.clone_into(&mut document.email);
                }
            }
            Document::Question(document) => {
                let question = &mut document.question;
                if let Some(lock) = &mut question.lock {
                    self.rename(&mut lock.holder);
                }
                if question.customer.id == self.id {
                    self.rename(&mut question.customer);
                    blank(&mut question.title);
                    blank(&mut question.text);
                    question.attachments.clear();
                    document.customer_time_zone = None;
                    if let Some(rating) = &mut question.rating {
                        rating.comment.clear();
                    }
                }
            }
            Document::Message(document) => {
                let message = &mut document.message;
                if message.author.id == self.id || self.questions.contains(&message.question_id) {
                    self.rename(&mut message.author);
                    blank(&mut message.text);
                    message.attachments.clear();
                }
            }
            Document::Offer(document) => {
                let offer = &mut document.offer;
                if offer.customer_id != self.id && offer.expert_id != self.id {
                    return;
                }
                self.rename(&mut document.customer);
                self.rename(&mut document.expert);
                blank(&mut document.question_title);
                blank_terms(&mut offer.terms);
                for OfferVersion { terms, .. } in &mut offer.earlier {
                    blank_terms(terms);
                }
                for reason in [&mut offer.decline_reason, &mut offer.cancel_reason]
                    .into_iter()
                    .flatten()
                {
                    blank(reason);
                }
                if let Some(delivery) = &mut offer.delivery {
                    blank(&mut delivery.message);
                    delivery.attachments.clear();
                }
            }
            Document::SupportRequest(document) => {
                let is_on_own = document.question_id.is_some_and(|id| self.questions.contains(&id));
                if document.requester_id == self.id || is_on_own {
                    blank(&mut document.subject);
                    blank(&mut document.text);
                    if let Some(reply) = &mut document.reply {
                        blank(reply);
                    }
                }
            }
            Document::Limits(_) | Document::Category(_) => {}
        }
    }

    fn rename(&self, person: &mut Person) {
        if person.id == self.id {
            NAME.clone_into(&mut person.name);
        }
    }

    /// Whether a text would tell who they were.
    fn is_in(&self, text: &str) -> bool {
        let words = self.canaries.iter().filter(|word| !word.is_empty() && *word != ERASED);
        words.into_iter().any(|word| text.contains(word.as_str()))
    }

    /// Erases the person from the responses that are kept for their keys.
    async fn erase_responses(&self, work: &mut Work, address: &str) -> Result<(), FlowError> {
        let mut after = (String::new(), String::new());
        let id = self.id.to_string();
        loop {
            let page = work.tx.kept_responses((&after.0, &after.1)).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = (last.account.clone(), last.key.clone());
            for mut response in page {
                let before = response.body.clone();
                if let Ok(stored) = serde_json::from_str::<StoredValue>(&response.body) {
                    let mut document = Document::read(stored.entity, stored.document).map_err(StoreError::from)?;
                    self.erase(&mut document, address);
                    response.body = serde_json::to_string(&StoredDocument {
                        entity: document.entity(),
                        document: &document,
                    })
                    .map_err(StoreError::from)?;
                } else if response.body.contains(&id) || self.is_in(&response.body) {
                    let mut body = response.body;
                    for word in &self.canaries {
                        body = body.replace(word.as_str(), NAME);
                    }
                    response.body = body;
                }
                if response.body != before {
                    work.tx.replace_response(&response).await?;
                }
            }
        }
    }

    /// Erases the person from emails: those to them, and subjects and texts of others that name them.
    async fn erase_emails(&self, work: &mut Work, account: &AccountRow, address: &str) -> Result<(), FlowError> {
        let mut after = String::new();
        loop {
            let page = work.tx.kept_emails(&after).await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(&last.id);
            for email in page {
                if email.recipient == account.email {
                    work.tx.erase_email(&email.id, Some((NAME, address))).await?;
                } else if self.is_in(&email.subject) || self.is_in(&email.text) {
                    work.tx.erase_email(&email.id, None).await?;
                }
            }
        }
    }
}

fn blank(text: &mut String) {
    if !text.is_empty() {
        ERASED.clone_into(text);
    }
}

fn blank_terms(terms: &mut OfferTerms) {
    blank(&mut terms.title);
    blank(&mut terms.note);
    for deliverable in &mut terms.deliverables {
        blank(deliverable);
    }
}
