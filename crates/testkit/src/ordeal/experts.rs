//! An expert at a headless desk who does random things, and the ledger of what the desk acknowledged. A request whose
//! answer did not come is looked into after the next start: it was done or it was not, and what was typed is there.

use crate::{
    customers::{Questions, new_id},
    processes::{AskError, DeskProcess},
};
use anyhow::{bail, ensure};
use proffer_desk::api::{
    ApiErrorCode,
    connection::{ConnectionState, ConnectionView},
    message::{MessageDraftSave, MessageDraftView, MessageSend},
    offer_dialog::{
        OfferDialogChooseKind, OfferDialogEdit, OfferDialogOpen, OfferDialogPhase, OfferDialogRef, OfferDialogView,
        OfferFields,
    },
    question::{ConversationView, QuestionRef},
    session::{SessionSignIn, SessionState, SessionView},
    settings::Settings,
};
use proffer_domain::{MessageKind, QuestionId, ServiceKind};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the desk said is on its way.
#[derive(Clone, Debug)]
pub(crate) struct Promise {
    pub(crate) question: QuestionId,
    pub(crate) text: String,
    pub(crate) is_offer: bool,
}

/// How far something that was cut off had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    /// Keeping it was asked, not answered.
    Keeping,
    /// It is kept.
    Kept,
    /// Sending it was asked, not answered.
    Sending,
}

#[derive(Clone, Debug)]
struct Unsure {
    text: String,
    is_offer: bool,
    reached: Reached,
}

/// What the ledger says of one question.
#[derive(Default)]
struct Paper {
    /// The message's draft, as it was last acknowledged.
    draft: String,
    unsure: Option<Unsure>,
}

/// Counts for the report.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deeds {
    pub(crate) messages: u32,
    pub(crate) offers: u32,
    pub(crate) drafts: u32,
    /// Requests whose answer did not come, by what they turned out to be.
    pub(crate) done_unanswered: u32,
    pub(crate) undone_unanswered: u32,
}

/// An expert at a desk.
pub(crate) struct Expert {
    pub(crate) desk: DeskProcess,
    pub(crate) name: &'static str,
    pub(crate) promises: Vec<Promise>,
    pub(crate) deeds: Deeds,
    email: String,
    password: String,
    url: String,
    papers: BTreeMap<QuestionId, Paper>,
    locked: Vec<QuestionId>,
    answered: BTreeSet<QuestionId>,
    questions: Questions,
    generator: StdRng,
    is_ready: bool,
}

fn is_refused(error: &AskError, codes: &[ApiErrorCode]) -> bool {
    matches!(error, AskError::Refused { error, .. } if codes.contains(&error.code))
}

/// What came of one thing that was tried.
type Tried = Result<(), AskError>;

impl Expert {
    pub(crate) fn new(
        desk: DeskProcess,
        (name, email, password): (&'static str, &str, &str),
        url: String,
        questions: Questions,
        generator: StdRng,
    ) -> Self {
        Self {
            desk,
            name,
            promises: Vec::new(),
            deeds: Deeds::default(),
            email: email.to_owned(),
            password: password.to_owned(),
            url,
            papers: BTreeMap::new(),
            locked: Vec::new(),
            answered: BTreeSet::new(),
            questions,
            generator,
            is_ready: false,
        }
    }

    /// Signs in, if that did not come about yet, and sends without a window for undoing. Signing in needs the platform.
    pub(crate) async fn be_ready(&mut self) -> Tried {
        self.desk.ready().await?;
        if self.is_ready {
            return Ok(());
        }
        let session: SessionView = self.desk.ask("session_show", ()).await?;
        if session.state != SessionState::SignedIn {
            let request = SessionSignIn {
                platform_url: self.url.clone(),
                email: self.email.clone(),
                password: self.password.clone(),
                code: None,
            };
            match self.desk.ask::<Value>("session_sign_in", request).await {
                Ok(_) => {}
                Err(error) if is_refused(&error, &[ApiErrorCode::Offline, ApiErrorCode::PlatformTrouble]) => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        let settings = Settings {
            undo_seconds: 0,
            ..Settings::default()
        };
        self.desk.ask::<Value>("settings_save", settings).await?;
        self.is_ready = true;
        Ok(())
    }

    /// Signs in, takes some questions and answers them, while nothing goes wrong.
    pub(crate) async fn begin_in_peace(&mut self) -> Tried {
        self.be_ready().await?;
        while !self.is_online().await? {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        while self.locked.len() < 2 {
            self.lock().await?;
        }
        for question in self.locked.clone() {
            let text = format!("Answer {}", new_id(&mut self.generator));
            self.send(question, text).await?;
        }
        Ok(())
    }

    /// Does one random thing.
    pub(crate) async fn act(&mut self) -> Tried {
        if !self.is_ready {
            return self.be_ready().await;
        }
        match self.generator.random_range(0..100) {
            0..10 => self.lock().await,
            10..40 => self.write().await,
            40..50 => self.keep_draft().await,
            50..80 => self.offer().await,
            _ => self.look().await,
        }
    }

    async fn lock(&mut self) -> Tried {
        let Some(question_id) = self.questions.any(&mut self.generator) else {
            return Ok(());
        };
        if self.locked.contains(&question_id) {
            return Ok(());
        }
        match self
            .desk
            .ask::<Value>("question_lock", QuestionRef { question_id })
            .await
        {
            Ok(_) => {
                self.locked.push(question_id);
                Ok(())
            }
            Err(error) => self.pass_over(error),
        }
    }

    /// What a desk may refuse while others are quicker, the platform is away, or the cache is being built.
    fn pass_over(&self, error: AskError) -> Tried {
        use ApiErrorCode::{LockHeld, LockNotHeld, NotFound, Offline, PlatformTrouble};
        if is_refused(&error, &[Offline, PlatformTrouble, LockHeld, LockNotHeld, NotFound]) {
            Ok(())
        } else {
            Err(error)
        }
    }

    /// A locked question about which nothing is unsure.
    fn place(&mut self) -> Option<QuestionId> {
        let sure: Vec<_> = self
            .locked
            .iter()
            .filter(|question| self.papers.get(question).is_none_or(|paper| paper.unsure.is_none()))
            .collect();
        sure.choose(&mut self.generator).map(|question| **question)
    }

    fn paper(&mut self, question: QuestionId) -> &mut Paper {
        self.papers.entry(question).or_default()
    }

    fn unsure(&mut self, question: QuestionId, text: &str, is_offer: bool, reached: Reached) {
        self.paper(question).unsure = Some(Unsure {
            text: text.to_owned(),
            is_offer,
            reached,
        });
    }

    async fn keep(&mut self, question_id: QuestionId, text: &str) -> Tried {
        self.unsure(question_id, text, false, Reached::Keeping);
        let save = MessageDraftSave {
            question_id,
            kind: MessageKind::Answer,
            text: text.to_owned(),
            announces_offer: false,
        };
        let _: MessageDraftView = self.desk.ask("message_draft_save", save).await?;
        let paper = self.paper(question_id);
        paper.draft = text.to_owned();
        paper.unsure = None;
        Ok(())
    }

    async fn keep_draft(&mut self) -> Tried {
        // A draft needs no lock.
        let Some(question) = self.questions.any(&mut self.generator) else {
            return Ok(());
        };
        if self.papers.get(&question).is_some_and(|paper| paper.unsure.is_some()) {
            return Ok(());
        }
        let text = format!("Draft {}", new_id(&mut self.generator));
        self.keep(question, &text).await?;
        self.deeds.drafts += 1;
        Ok(())
    }

    /// Keeps a draft that takes some room.
    pub(crate) async fn keep_long_draft(&mut self) -> Tried {
        let sure = |paper: &&Paper| paper.unsure.is_none();
        let all = self.questions.all().clone();
        let free = all
            .iter()
            .filter(|question| self.papers.get(question).as_ref().is_none_or(sure));
        let free: Vec<_> = free.copied().collect();
        let Some(question) = free.choose(&mut self.generator).copied() else {
            return Err(AskError::Broken("no question to write on".to_owned()));
        };
        let text = format!("Draft {} {}", new_id(&mut self.generator), "and so on ".repeat(600));
        self.keep(question, text.trim()).await
    }

    async fn write(&mut self) -> Tried {
        let Some(question_id) = self.place() else {
            return self.lock().await;
        };
        let text = format!("Answer {}", new_id(&mut self.generator));
        self.send(question_id, text).await
    }

    async fn send(&mut self, question_id: QuestionId, text: String) -> Tried {
        self.keep(question_id, &text).await?;
        self.unsure(question_id, &text, false, Reached::Sending);
        match self
            .desk
            .ask::<Value>("message_send", MessageSend { question_id })
            .await
        {
            Ok(_) => {
                self.note_sent(question_id, text, false);
                Ok(())
            }
            Err(AskError::Gone) => Err(AskError::Gone),
            Err(error) => {
                // Refused: the draft stays.
                self.paper(question_id).unsure = None;
                self.pass_over(error)
            }
        }
    }

    fn note_sent(&mut self, question: QuestionId, text: String, is_offer: bool) {
        let paper = self.paper(question);
        paper.unsure = None;
        if is_offer {
            self.deeds.offers += 1;
        } else {
            paper.draft.clear();
            self.deeds.messages += 1;
            self.answered.insert(question);
        }
        self.promises.push(Promise {
            question,
            text,
            is_offer,
        });
    }

    async fn open_dialog(&self, question_id: QuestionId) -> Result<OfferDialogView, AskError> {
        let open = OfferDialogOpen {
            question_id,
            revises: None,
        };
        self.desk.ask("offer_dialog_open", open).await
    }

    async fn offer(&mut self) -> Tried {
        let Some(question) = self.place().filter(|question| self.answered.contains(question)) else {
            return self.write().await;
        };
        let opened = match self.open_dialog(question).await {
            Ok(opened) => opened,
            Err(error) => return self.pass_over(error),
        };
        if opened.phase != OfferDialogPhase::Editing {
            // The offer before it is still on its way.
            return Ok(());
        }
        let draft_id = opened.draft_id;
        let kind = ServiceKind::LetterTemplates;
        let choose = OfferDialogChooseKind { draft_id, kind };
        let chosen: OfferDialogView = self.desk.ask("offer_dialog_choose_kind", choose).await?;
        let title = format!("Letters {}", new_id(&mut self.generator));
        let fields = OfferFields {
            title: title.clone(),
            price_text: "145.00".to_owned(),
            ..chosen.fields
        };
        self.unsure(question, &title, true, Reached::Keeping);
        let edited: OfferDialogView = self
            .desk
            .ask("offer_dialog_edit", OfferDialogEdit { draft_id, fields })
            .await?;
        if edited.fields.title != title {
            return Err(AskError::Broken(format!(
                "the dialog does not keep {title:?}: {edited:?}"
            )));
        }
        self.unsure(question, &title, true, Reached::Kept);
        if self.generator.random_range(0..6) == 0 {
            // It stays a draft, and is looked for again.
            return Ok(());
        }
        self.unsure(question, &title, true, Reached::Sending);
        match self
            .desk
            .ask::<OfferDialogView>("offer_dialog_submit", OfferDialogRef { draft_id })
            .await
        {
            Ok(_) => {
                self.note_sent(question, title, true);
                Ok(())
            }
            Err(AskError::Gone) => Err(AskError::Gone),
            Err(error) => {
                self.unsure(question, &title, true, Reached::Kept);
                self.pass_over(error)
            }
        }
    }

    /// Reads what a window shows.
    async fn look(&mut self) -> Tried {
        let _: ConnectionView = self.desk.ask("connection_retry", ()).await?;
        let _: Value = self.desk.ask("notice_list", ()).await?;
        let unsure: Vec<_> = self
            .papers
            .iter()
            .filter(|(_, paper)| paper.unsure.is_some())
            .map(|(question, _)| *question)
            .collect();
        let Some(question) = unsure.choose(&mut self.generator).copied() else {
            return Ok(());
        };
        self.look_into(question)
            .await
            .map(drop)
            .map_err(|error| match error.downcast() {
                Ok(error) => error,
                Err(other) => AskError::Broken(format!("{other:#}")),
            })
    }

    /// After a start: what was kept is there, and what was cut off was done whole or not at all. What the cache does not
    /// know yet is looked into later.
    pub(crate) async fn compare_papers(&mut self) -> anyhow::Result<bool> {
        let mut is_all = true;
        for question in self.papers.keys().copied().collect::<Vec<_>>() {
            is_all &= self.look_into(question).await?;
        }
        Ok(is_all)
    }

    /// The same for one question; `false` if the desk does not know it yet.
    async fn look_into(&mut self, question_id: QuestionId) -> anyhow::Result<bool> {
        let shown: ConversationView = match self.desk.ask("question_show", QuestionRef { question_id }).await {
            Ok(shown) => shown,
            Err(error) if is_refused(&error, &[ApiErrorCode::NotFound, ApiErrorCode::SignInNeeded]) => {
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        let found = shown.draft.text;
        let paper = self.paper(question_id);
        let unsure = paper.unsure.clone();
        match unsure {
            Some(unsure) if !unsure.is_offer => match unsure.reached {
                Reached::Keeping | Reached::Kept => {
                    let is_new = found == unsure.text;
                    ensure!(
                        is_new || found == paper.draft,
                        "the draft on {question_id} was {:?}, then perhaps {:?}, and is {found:?}",
                        paper.draft,
                        unsure.text
                    );
                    paper.draft = found;
                    paper.unsure = None;
                    self.count(is_new);
                }
                Reached::Sending if found.is_empty() => {
                    self.note_sent(question_id, unsure.text, false);
                    self.count(true);
                }
                Reached::Sending => {
                    ensure!(found == unsure.text, "the draft {:?} is now {found:?}", unsure.text);
                    paper.unsure = None;
                    self.count(false);
                }
            },
            other => {
                ensure!(
                    found == paper.draft,
                    "the draft on {question_id} was {:?} and is {found:?}",
                    paper.draft
                );
                if let Some(offer) = other {
                    self.look_into_offer(question_id, offer).await?;
                }
            }
        }
        Ok(true)
    }

    async fn look_into_offer(&mut self, question: QuestionId, unsure: Unsure) -> anyhow::Result<()> {
        let opened = self.open_dialog(question).await?;
        let is_kept = opened.phase == OfferDialogPhase::Editing && opened.fields.title == unsure.text;
        match unsure.reached {
            Reached::Keeping => {
                self.paper(question).unsure = None;
                self.count(is_kept);
            }
            Reached::Kept if is_kept => self.paper(question).unsure = None,
            Reached::Kept => bail!(
                "the offer's draft {:?} is gone; the dialog shows {opened:?}",
                unsure.text
            ),
            Reached::Sending if is_kept => {
                self.paper(question).unsure = None;
                self.count(false);
            }
            Reached::Sending => {
                self.note_sent(question, unsure.text, true);
                self.count(true);
            }
        }
        Ok(())
    }

    fn count(&mut self, is_done: bool) {
        if is_done {
            self.deeds.done_unanswered += 1;
        } else {
            self.deeds.undone_unanswered += 1;
        }
    }

    /// Whether the desk is in step.
    pub(crate) async fn is_online(&self) -> Result<bool, AskError> {
        let connection: ConnectionView = self.desk.ask("connection_show", ()).await?;
        Ok(connection.state == ConnectionState::Online)
    }
}
