//! What happens: each command is one transaction that writes the new state, the event, the changes for every stream
//! that must see it, and the emails to send. Nothing is told that did not happen, nothing that happened goes untold.

mod accounts;
mod administration;
mod attachments;
mod audit;
mod card_payments;
mod changes;
mod clockwork;
mod command;
mod erasure;
mod error;
mod limiting;
mod links;
mod listening;
mod mail_settings;
mod offers;
mod password_reset;
mod passwords;
mod payments;
mod questions;
mod reading;
mod serving;
mod sessions;
mod support;
mod totp;
mod work;

pub use accounts::NewAccount;
pub use attachments::{Incoming, StoredFile};
pub use card_payments::{PaymentStart, StripeRoute};
pub use changes::PageText;
pub use command::Command;
pub use error::FlowError;
pub use payments::LedgerCheck;
pub use sessions::{SignIn, SignedIn};
pub(crate) use totp::in_groups;
pub use work::Work;

use crate::{
    fault,
    hints::{Outgoing, Streams},
    ports::Ports,
    store::{AccountRow, Store, StoreError, StoredResponse, Tx},
    streams::Listeners,
};
use limiting::Limited;
use proffer_domain::{CommandId, Limits, PaymentMethod};
use proffer_protocol::{Document, Entity, ErrorCode, Problem};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use tokio::sync::watch;
use url::Url;
use uuid::Uuid;

/// How often a transaction that lost a race begins again before the command is given up as unavailable.
const ATTEMPTS: u32 = 8;

/// The platform's inside: what handlers, pages, jobs and the command line call. Cheap to clone.
#[derive(Clone)]
pub struct Flow {
    pub(crate) store: Store,
    pub(crate) ports: Ports,
    pub(crate) public_url: Arc<Url>,
    pub(crate) files: Arc<PathBuf>,
    /// What was committed here alone: work that it calls for is this instance's.
    committed: Arc<watch::Sender<u64>>,
    listeners: Arc<Listeners>,
    outgoing: Arc<Outgoing>,
    pays_by: PaymentMethod,
    stripe: Option<Arc<StripeRoute>>,
    /// Whether what an account sends is limited.
    is_limited: bool,
    #[cfg(feature = "simulation")]
    mailer: Option<Arc<dyn crate::mail::Mailer>>,
}

impl Flow {
    /// Puts the parts together. `files` is the folder for attachments.
    #[must_use]
    pub fn new(store: Store, ports: Ports, public_url: Url, files: PathBuf) -> Self {
        Self {
            store,
            ports,
            public_url: Arc::new(public_url),
            files: Arc::new(files),
            committed: Arc::new(watch::channel(0).0),
            listeners: Arc::default(),
            outgoing: Arc::default(),
            pays_by: PaymentMethod::OnAccount,
            stripe: None,
            is_limited: true,
            #[cfg(feature = "simulation")]
            mailer: None,
        }
    }

    /// The same for data that is brought along: no account sends too much, and time may run to and fro.
    #[must_use]
    pub(crate) fn unlimited(mut self) -> Self {
        self.is_limited = false;
        self
    }

    /// Sets how offers that are accepted from now on are paid, and Stripe, which payments that began by it need in any
    /// case.
    pub fn pay_by(&mut self, method: PaymentMethod, stripe: Option<StripeRoute>) {
        self.pays_by = method;
        self.stripe = stripe.map(Arc::new);
    }

    /// How offers that are accepted now are paid.
    #[must_use]
    pub fn payment_method(&self) -> PaymentMethod {
        self.pays_by
    }

    /// Stripe, where it is used.
    #[must_use]
    pub fn stripe(&self) -> Option<&StripeRoute> {
        self.stripe.as_deref()
    }

    /// Wakes whenever something was committed here.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.committed.subscribe()
    }

    /// What other instances are to be told.
    pub(crate) fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }

    /// Has those who listen here told what another instance committed.
    pub(crate) fn heard(&self, streams: &Streams, sessions_ended: bool) {
        if sessions_ended {
            self.listeners.doubt_sessions();
        }
        match streams {
            Streams::These(streams) => self.listeners.stir(streams),
            Streams::Any => self.listeners.doubt_streams(),
        }
    }

    /// Notes that a session has ended, and has those who listen by it told.
    pub(crate) fn session_ended(&self) {
        self.listeners.doubt_sessions();
        self.outgoing.session_ended();
    }

    /// The database.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The ports.
    #[must_use]
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// Carries out a command once, however often it is sent with the same key, and gives the resulting document.
    ///
    /// # Errors
    /// [`FlowError::Refused`] if the rules say no; the same key gives the same refusal. Any other error means that the
    /// outcome is unknown: send the same key again.
    pub async fn execute(&self, actor: &AccountRow, key: CommandId, command: &Command) -> Result<Document, FlowError> {
        let request_hash = fingerprint(command)?;
        let mut attempt = 1;
        loop {
            match self.execute_once(actor, key, &request_hash, command).await {
                Err(FlowError::Store(StoreError::Contended)) if attempt < ATTEMPTS => attempt += 1,
                other => return other,
            }
        }
    }

    async fn execute_once(
        &self,
        actor: &AccountRow,
        key: CommandId,
        request_hash: &str,
        command: &Command,
    ) -> Result<Document, FlowError> {
        #[cfg(feature = "simulation")]
        let seen = self.seen_before(command).await?;
        let mut work = self.work(self.store.begin_shared().await?, actor.clone()).await?;
        #[cfg(feature = "simulation")]
        {
            work.seen = seen;
            if proffer_failpoints::is_broken("lock_trusted_to_the_clients_clock") {
                let told = proffer_failpoints::client_time_ms();
                let told = told.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
                work.now = told.unwrap_or(work.now);
            }
        }
        if let Some(stored) = work.tx.response(actor.id, key).await? {
            // It may have been given just now, beside this, and not be on the disk yet.
            work.tx.rollback().await?;
            return recall(&stored, request_hash);
        }
        at("platform.execute.before_run").await?;
        match self.run_within_limits(&mut work, command).await {
            Ok(document) => {
                work.audit_command(command, &document).await?;
                let response = StoredResponse {
                    request_hash: request_hash.to_owned(),
                    status: 200,
                    body: serde_json::to_string(&StoredDocument {
                        entity: document.entity(),
                        document: &document,
                    })
                    .map_err(StoreError::from)?,
                };
                let now = work.now;
                at("platform.execute.before_response").await?;
                #[cfg(feature = "simulation")]
                if proffer_failpoints::is_broken("response_not_kept") {
                    self.commit(work).await?;
                    return Ok(document);
                }
                #[cfg(feature = "simulation")]
                if proffer_failpoints::is_broken("response_kept_after_commit") {
                    self.commit(work).await?;
                    let mut tx = self.store.begin().await?;
                    tx.insert_response(actor.id, key, &response, now).await?;
                    tx.commit().await?;
                    return Ok(document);
                }
                work.tx.insert_response(actor.id, key, &response, now).await?;
                self.commit(work).await?;
                Ok(document)
            }
            Err(FlowError::Refused(problem)) => {
                // What was written before the refusal must not stay, and what it was refused for must have happened.
                work.tx.rollback().await?;
                self.keep_refusal(actor, key, request_hash, &problem).await?;
                Err(FlowError::Refused(problem))
            }
            Err(other) => Err(other),
        }
    }

    /// Carries a command out if its account may send another. One that is refused uses nothing up.
    async fn run_within_limits(&self, work: &mut Work, command: &Command) -> Result<Document, FlowError> {
        if self.is_limited {
            let limited = Limited::command(work.actor.id, command);
            limiting::spend(&mut work.tx, &limited, work.now).await?;
        }
        command::run(work, command).await
    }

    /// Begins a piece of work in the name of an account.
    pub(crate) async fn begin(&self, actor: AccountRow) -> Result<Work, FlowError> {
        self.work(self.store.begin().await?, actor).await
    }

    async fn work(&self, mut tx: Tx, actor: AccountRow) -> Result<Work, FlowError> {
        let limits = match tx.document(Entity::Limits, Uuid::nil()).await? {
            Some(Document::Limits(document)) => document.limits,
            _ => Limits::default(),
        };
        Ok(Work {
            #[cfg(feature = "simulation")]
            seen: None,
            #[cfg(feature = "simulation")]
            mailer: self.mailer.clone(),
            tx,
            actor,
            limits,
            now: self.ports.clock.now(),
            ports: self.ports.clone(),
            pays_by: self.pays_by,
            public_url: self.public_url.clone(),
            changes: BTreeMap::new(),
        })
    }

    /// A broken variant's: the offer as it is before the transaction begins.
    #[cfg(feature = "simulation")]
    async fn seen_before(&self, command: &Command) -> Result<Option<Document>, FlowError> {
        match command {
            Command::AcceptOffer(id, _) if proffer_failpoints::is_broken("check_then_act_on_accept") => {
                let seen = self.store.read().await?.document(Entity::Offer, id.0).await?;
                // What decides takes its time.
                tokio::time::sleep(std::time::Duration::from_millis(40)).await;
                Ok(seen)
            }
            _ => Ok(None),
        }
    }

    /// A broken variant's: a mailer that commands send by themselves.
    #[cfg(feature = "simulation")]
    pub fn mail_at_once_by(&mut self, mailer: Arc<dyn crate::mail::Mailer>) {
        self.mailer = Some(mailer);
    }

    /// Numbers the changes, commits a piece of work and wakes who waits for changes.
    pub(crate) async fn commit(&self, mut work: Work) -> Result<(), FlowError> {
        at("platform.commit.before").await?;
        #[cfg(feature = "simulation")]
        if proffer_failpoints::is_broken("changes_after_commit") {
            work.tx.commit().await?;
            at("platform.commit.after").await?;
            work.tx = self.store.begin().await?;
        }
        let changes = std::mem::take(&mut work.changes);
        work.tx.insert_all_changes(&changes).await?;
        work.tx.commit().await?;
        at("platform.commit.after").await?;
        self.listeners.stir(changes.keys());
        self.committed.send_modify(|count| *count += 1);
        self.outgoing.advanced(changes.into_keys());
        Ok(())
    }

    /// Tells who waits for changes here to look again, whatever it is that changed.
    pub fn wake(&self) {
        self.listeners.doubt_streams();
        self.committed.send_modify(|count| *count += 1);
    }

    /// Keeps a refusal under its key; [`StoreError::Contended`] if the same key got a response meanwhile.
    async fn keep_refusal(
        &self,
        actor: &AccountRow,
        key: CommandId,
        request_hash: &str,
        problem: &Problem,
    ) -> Result<(), FlowError> {
        if matches!(problem.status, 401 | 402 | 429 | 500..) {
            return Ok(());
        }
        let mut tx = self.store.begin_shared().await?;
        let response = StoredResponse {
            request_hash: request_hash.to_owned(),
            status: problem.status,
            body: serde_json::to_string(problem).map_err(StoreError::from)?,
        };
        tx.insert_response(actor.id, key, &response, self.ports.clock.now())
            .await?;
        Ok(tx.commit().await?)
    }
}

/// A fail-point.
async fn at(name: &'static str) -> Result<(), StoreError> {
    Ok(fault::at(name).await?)
}

/// The response that a key got before, if it stands for the same request.
fn recall(stored: &StoredResponse, request_hash: &str) -> Result<Document, FlowError> {
    if stored.request_hash != request_hash {
        let problem =
            Problem::new(ErrorCode::IdempotencyKeyReused).with_detail("Make a new idempotency key for a new request.");
        return Err(FlowError::refused(problem));
    }
    if stored.status == 200 {
        let stored: StoredValue = serde_json::from_str(&stored.body).map_err(StoreError::from)?;
        return Ok(Document::read(stored.entity, stored.document).map_err(StoreError::from)?);
    }
    let problem: Problem = serde_json::from_str(&stored.body).map_err(StoreError::from)?;
    Err(FlowError::refused(problem))
}

#[derive(serde::Serialize)]
struct StoredDocument<'a> {
    entity: Entity,
    document: &'a Document,
}

#[derive(serde::Deserialize)]
struct StoredValue {
    entity: Entity,
    document: serde_json::Value,
}

/// A hash of what a command asks, so that a key used for something else is noticed.
fn fingerprint(command: &Command) -> Result<String, FlowError> {
    let bytes = serde_json::to_vec(command).map_err(StoreError::from)?;
    Ok(hash(&bytes))
}

/// SHA-256 in hexadecimal: how tokens and requests are kept.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
