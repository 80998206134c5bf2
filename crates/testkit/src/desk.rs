//! A real desk in a temporary folder, with a recording notifier and a keychain in memory.

use crate::{Expert, PASSWORD, World, wait_until};
use anyhow::Context;
use proffer_desk::{
    Desk, DeskConfig, HttpConnector, Ports, SystemClock, SystemEntropy,
    api::{
        ApiError,
        connection::{ConnectionState, ConnectionView},
        message::{MessageDraftSave, MessageDraftView, MessageSend},
        notice::NoticeList,
        offer::{OfferRef, OfferView},
        offer_dialog::{
            OfferDialogChooseKind, OfferDialogEdit, OfferDialogOpen, OfferDialogRef, OfferDialogView, OfferFields,
        },
        outbox::OutboxView,
        question::{ConversationView, QuestionRef},
        session::{SessionSignIn, SessionState, SessionView},
        settings::Settings,
    },
    ports::{Clock, Keychain, PlatformConnector},
    testing::{MemoryKeychain, RecordingNotifier},
};
use proffer_domain::{MessageKind, OfferId, OfferState, QuestionId, ServiceKind};
use serde::{Serialize, de::DeserializeOwned};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;

/// What a desk reaches the platform by, and tells the time by.
#[derive(Clone)]
pub struct Outside {
    /// The connection.
    pub connector: Arc<dyn PlatformConnector>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Default for Outside {
    fn default() -> Self {
        Self {
            connector: Arc::new(HttpConnector),
            clock: Arc::new(SystemClock),
        }
    }
}

/// A desk and what the system around it saw.
pub struct DeskAtWork {
    /// The desk.
    pub desk: Desk,
    /// Who works at it.
    pub expert: Expert,
    /// What was raised.
    pub notifier: Arc<RecordingNotifier>,
    /// What was kept.
    pub keychain: Arc<MemoryKeychain>,
    folder: TempDir,
    outside: Outside,
}

async fn open_in(
    folder: &Path,
    outside: &Outside,
    notifier: Arc<RecordingNotifier>,
    keychain: Arc<MemoryKeychain>,
) -> anyhow::Result<Desk> {
    let config = DeskConfig {
        data_dir: folder.join("data"),
        downloads_dir: folder.join("downloads"),
        app_version: "0.0.0-test".to_owned(),
        device_name: "test".to_owned(),
        system_language: None,
    };
    let ports = Ports {
        connector: Arc::clone(&outside.connector),
        notifier,
        keychain,
        clock: Arc::clone(&outside.clock),
        entropy: Arc::new(SystemEntropy),
    };
    Ok(Desk::open(config, ports).await?)
}

impl DeskAtWork {
    pub(crate) async fn open(expert: Expert, outside: Outside) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (notifier, keychain) = (Arc::default(), Arc::default());
        Ok(Self {
            desk: open_in(folder.path(), &outside, Arc::clone(&notifier), Arc::clone(&keychain)).await?,
            expert,
            notifier,
            keychain,
            folder,
            outside,
        })
    }

    /// Its data folder.
    #[must_use]
    pub fn data_dir(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Closes the desk and opens it again over the same folder; the system around it remembers.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub async fn restart(self) -> anyhow::Result<Self> {
        self.restart_after(|_| Ok(())).await
    }

    /// The same, doing something to the closed desk's folder in between.
    ///
    /// # Errors
    /// If that fails, or the desk cannot be opened.
    pub async fn restart_after(self, meanwhile: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<Self> {
        self.desk.close().await;
        meanwhile(&self.data_dir())?;
        let desk = open_in(
            self.folder.path(),
            &self.outside,
            Arc::clone(&self.notifier),
            Arc::clone(&self.keychain),
        )
        .await?;
        Ok(Self { desk, ..self })
    }

    /// Asks the desk as the UI does: by name and JSON.
    ///
    /// # Errors
    /// The desk's refusal; an answer of another form is a failed test.
    pub async fn ask<T: DeserializeOwned>(&self, name: &str, request: impl Serialize) -> Result<T, ApiError> {
        let payload = serde_json::to_vec(&request).expect("a request is JSON");
        let answer = self.desk.request(name, &payload).await?;
        Ok(serde_json::from_slice(&answer).expect("an answer is of the declared form"))
    }

    /// Signs the expert in.
    ///
    /// # Errors
    /// If the platform refuses.
    pub async fn sign_in(&self, world: &World) -> Result<SessionView, ApiError> {
        self.sign_in_at(&world.url(), self.expert.email(), PASSWORD).await
    }

    /// Signs in with other facts.
    ///
    /// # Errors
    /// If that is refused.
    pub async fn sign_in_at(&self, url: &str, email: &str, password: &str) -> Result<SessionView, ApiError> {
        let request = SessionSignIn {
            platform_url: url.to_owned(),
            email: email.to_owned(),
            password: password.to_owned(),
            code: None,
        };
        self.ask("session_sign_in", request).await
    }

    /// The session's token, out of the keychain.
    ///
    /// # Errors
    /// If there is none.
    pub async fn token(&self) -> anyhow::Result<String> {
        let names = self.keychain.names();
        let name = names.first().context("the keychain is empty")?;
        self.keychain.get(name).await?.context("the keychain forgot")
    }

    /// Ends the session on the platform, as signing out elsewhere does; the desk is not told.
    ///
    /// # Errors
    /// If the platform refuses.
    pub async fn end_session_elsewhere(&self, world: &World) -> anyhow::Result<()> {
        let platform = HttpConnector.connect(&world.url())?;
        Ok(platform.sign_out(&self.token().await?).await?)
    }

    /// The connection.
    ///
    /// # Errors
    /// If the desk refuses; so for all below.
    pub async fn connection(&self) -> Result<ConnectionView, ApiError> {
        self.ask("connection_show", ()).await
    }

    /// Waits until the desk is in step.
    ///
    /// # Errors
    /// If it does not come about.
    pub async fn until_online(&self) -> anyhow::Result<()> {
        self.until_connection(ConnectionState::Online).await
    }

    /// Waits for a state of the connection.
    ///
    /// # Errors
    /// If it does not come about.
    pub async fn until_connection(&self, state: ConnectionState) -> anyhow::Result<()> {
        wait_until(&format!("the desk is {state:?}"), async || {
            Ok((self.connection().await?.state == state).then_some(()))
        })
        .await
    }

    /// Waits for a state of the session.
    ///
    /// # Errors
    /// If it does not come about.
    pub async fn until_session(&self, state: SessionState) -> anyhow::Result<()> {
        wait_until(&format!("the session is {state:?}"), async || {
            let view: SessionView = self.ask("session_show", ()).await?;
            Ok((view.state == state).then_some(()))
        })
        .await
    }

    /// Waits until the outbox is empty.
    ///
    /// # Errors
    /// If it does not come about.
    pub async fn until_sent(&self) -> anyhow::Result<()> {
        wait_until("the outbox is empty", async || {
            let outbox: OutboxView = self.ask("outbox_list", ()).await?;
            Ok(outbox.entries.is_empty().then_some(()))
        })
        .await
    }

    /// A question with its conversation.
    ///
    /// # Errors
    /// If the desk refuses.
    pub async fn conversation(&self, question: QuestionId) -> Result<ConversationView, ApiError> {
        self.ask("question_show", QuestionRef { question_id: question }).await
    }

    /// Waits until the desk knows a question.
    ///
    /// # Errors
    /// If it does not come about.
    pub async fn until_known(&self, question: QuestionId) -> anyhow::Result<ConversationView> {
        wait_until("the desk knows the question", async || {
            Ok(self.conversation(question).await.ok())
        })
        .await
    }

    /// Takes a question's lock, once the desk knows it.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn lock(&self, question: QuestionId) -> anyhow::Result<ConversationView> {
        self.until_known(question).await?;
        Ok(self.ask("question_lock", QuestionRef { question_id: question }).await?)
    }

    /// Sends messages at once: no undo window.
    ///
    /// # Errors
    /// If the desk refuses.
    pub async fn without_undo(&self) -> Result<(), ApiError> {
        let settings = Settings {
            undo_seconds: 0,
            ..Settings::default()
        };
        self.ask::<serde_json::Value>("settings_save", settings).await?;
        Ok(())
    }

    /// Keeps a message's draft.
    ///
    /// # Errors
    /// If the desk refuses.
    pub async fn draft(
        &self,
        question_id: QuestionId,
        kind: MessageKind,
        text: &str,
    ) -> Result<MessageDraftView, ApiError> {
        let save = MessageDraftSave {
            question_id,
            kind,
            text: text.to_owned(),
            announces_offer: false,
        };
        self.ask("message_draft_save", save).await
    }

    /// Writes a message and sends it.
    ///
    /// # Errors
    /// If the desk refuses.
    pub async fn write(
        &self,
        question_id: QuestionId,
        kind: MessageKind,
        text: &str,
    ) -> Result<ConversationView, ApiError> {
        self.draft(question_id, kind, text).await?;
        self.ask("message_send", MessageSend { question_id }).await
    }

    /// Opens the offer dialog.
    ///
    /// # Errors
    /// If the desk refuses.
    pub async fn open_dialog(&self, question_id: QuestionId) -> Result<OfferDialogView, ApiError> {
        let open = OfferDialogOpen {
            question_id,
            revises: None,
        };
        self.ask("offer_dialog_open", open).await
    }

    /// Gives the dialog's fields as they stand.
    ///
    /// # Errors
    /// If the desk refuses.
    pub async fn edit_dialog(&self, draft_id: uuid::Uuid, fields: OfferFields) -> Result<OfferDialogView, ApiError> {
        self.ask("offer_dialog_edit", OfferDialogEdit { draft_id, fields })
            .await
    }

    /// Fills the dialog with the letter of this whole kit: £145.00.
    ///
    /// # Errors
    /// If the desk refuses.
    pub async fn fill_dialog(&self, question_id: QuestionId) -> Result<OfferDialogView, ApiError> {
        let opened = self.open_dialog(question_id).await?;
        let choose = OfferDialogChooseKind {
            draft_id: opened.draft_id,
            kind: ServiceKind::LetterTemplates,
        };
        let chosen: OfferDialogView = self.ask("offer_dialog_choose_kind", choose).await?;
        let fields = OfferFields {
            title: "Letter before action and domain transfer pack".to_owned(),
            price_text: "145.00".to_owned(),
            ..chosen.fields
        };
        self.edit_dialog(opened.draft_id, fields).await
    }

    /// Submits the dialog.
    ///
    /// # Errors
    /// If the desk refuses.
    pub async fn submit_dialog(&self, draft_id: uuid::Uuid) -> Result<OfferDialogView, ApiError> {
        self.ask("offer_dialog_submit", OfferDialogRef { draft_id }).await
    }

    /// Offers, and waits until the platform has it.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn offer(&self, question: QuestionId) -> anyhow::Result<OfferId> {
        let filled = self.fill_dialog(question).await?;
        let submitted = self.submit_dialog(filled.draft_id).await?;
        let offer = match submitted.phase {
            proffer_desk::api::offer_dialog::OfferDialogPhase::Queued { offer_id }
            | proffer_desk::api::offer_dialog::OfferDialogPhase::Sent { offer_id } => offer_id,
            other => anyhow::bail!("the offer is {other:?}"),
        };
        self.until_offer(offer, OfferState::Sent).await?;
        Ok(offer)
    }

    /// One offer in full.
    ///
    /// # Errors
    /// If the desk refuses.
    pub async fn offer_view(&self, offer_id: OfferId) -> Result<OfferView, ApiError> {
        self.ask("offer_show", OfferRef { offer_id }).await
    }

    /// Waits until an offer stands so on the platform, with nothing of it left in the outbox.
    ///
    /// # Errors
    /// If it does not come about.
    pub async fn until_offer(&self, offer: OfferId, state: OfferState) -> anyhow::Result<OfferView> {
        wait_until(&format!("the offer is {state:?}"), async || {
            let view = self.offer_view(offer).await.context("the offer")?;
            Ok((view.state == Some(state) && view.pending.is_none()).then_some(view))
        })
        .await
    }

    /// The notices.
    ///
    /// # Errors
    /// If the desk refuses.
    pub async fn notices(&self) -> Result<NoticeList, ApiError> {
        self.ask("notice_list", ()).await
    }

    /// Waits until so many notifications were raised.
    ///
    /// # Errors
    /// If it does not come about.
    pub async fn until_raised(&self, count: usize) -> anyhow::Result<()> {
        wait_until(&format!("{count} notifications were raised"), async || {
            Ok((self.notifier.raised().len() >= count).then_some(()))
        })
        .await
    }
}
