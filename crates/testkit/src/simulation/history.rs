//! One random history: a seed decides who does what, what the network does and who is killed where.

use crate::{
    checks,
    processes::{DeskProcess, PlatformProcess},
};
use anyhow::Context;
use proffer_desk::{
    api::{
        message::{MessageDraftSave, MessageSend},
        offer_dialog::{
            OfferDialogChooseKind, OfferDialogEdit, OfferDialogOpen, OfferDialogRef, OfferDialogView, OfferFields,
        },
        question::QuestionRef,
    },
    testing::DrivenClock,
};
use proffer_domain::{CategoryId, MessageKind, OfferId, OfferState, QuestionId, ServiceKind};
use proffer_failpoints::{ALL, Mode, locked};
use proffer_protocol::{Document, Entity, version::IDEMPOTENCY_KEY_HEADER};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::json;
use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};
use uuid::Uuid;

/// Things done in one history.
const STEPS: u32 = 26;
const MOMENT: Duration = Duration::from_millis(2);

/// What every history of a worker begins with.
pub(crate) struct Beginning {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) address: std::net::SocketAddr,
    pub(crate) customers: Vec<String>,
    pub(crate) secrets: Vec<Vec<(String, String)>>,
    pub(crate) category: CategoryId,
}

/// A command of a customer.
pub(crate) struct Wish {
    key: Uuid,
    customer: usize,
    path: String,
    body: serde_json::Value,
    pub(crate) what: Wanted,
    pub(crate) is_acknowledged: bool,
    is_refused: bool,
}

/// What a customer's command must have come to.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Question(QuestionId),
    Message(Uuid),
    Acceptance(OfferId),
}

/// What a desk's expert was told is on its way.
pub(crate) struct Promise {
    pub(crate) desk: usize,
    pub(crate) question: QuestionId,
    pub(crate) text: String,
    pub(crate) is_offer: bool,
}

/// A history under way.
pub(crate) struct History {
    pub(crate) platform: PlatformProcess,
    pub(crate) desks: Vec<DeskProcess>,
    pub(crate) wishes: Vec<Wish>,
    pub(crate) promises: Vec<Promise>,
    pub(crate) category: CategoryId,
    pub(crate) trace: Vec<String>,
    clock: Arc<DrivenClock>,
    customers: Vec<String>,
    people: tokio::runtime::Runtime,
    client: reqwest::Client,
    generator: StdRng,
    locked: Vec<(usize, QuestionId)>,
    questions: Vec<(usize, QuestionId)>,
    _folder: tempfile::TempDir,
}

/// How often each fail-point fired.
pub(crate) type Fired = BTreeMap<(&'static str, Mode), u64>;

/// Runs a history; an error says which invariant does not hold.
pub(crate) fn run(
    beginning: &Beginning,
    seed: u64,
    variant: Option<&'static str>,
) -> (anyhow::Result<()>, Vec<String>, Fired) {
    let mut history = match History::begin(beginning, seed, variant) {
        Ok(history) => history,
        Err(error) => return (Err(error.context("the history cannot begin")), Vec::new(), Fired::new()),
    };
    let result = history
        .live()
        .and_then(|()| history.settle())
        .and_then(|()| checks::all(&history));
    let mut fired = locked(&history.platform.plan).fired.clone();
    for desk in &history.desks {
        for (point, count) in &locked(&desk.plan).fired {
            *fired.entry(*point).or_default() += count;
        }
    }
    (result, std::mem::take(&mut history.trace), fired)
}

pub(crate) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

impl History {
    fn begin(beginning: &Beginning, seed: u64, variant: Option<&'static str>) -> anyhow::Result<Self> {
        let mut generator = StdRng::seed_from_u64(seed);
        let folder = crate::folder()?;
        copy(beginning.folder.path(), folder.path())?;
        let clock = Arc::new(DrivenClock::at(jiff::Timestamp::now()));
        let mut platform = PlatformProcess::new(folder.path().join("platform"), beginning.address, variant);
        platform.start()?;
        let mut desks = Vec::new();
        for (index, secrets) in beginning.secrets.iter().enumerate() {
            let skew = generator.random_range(-300..300);
            let path = folder.path().join(format!("desk{index}"));
            let mut desk = DeskProcess::new(crate::EXPERTS[index], &path, generator.random(), variant, &clock, skew);
            desk.remember(secrets)?;
            desk.start()?;
            desks.push(desk);
        }
        proffer_desk::use_tls_provider();
        Ok(Self {
            platform,
            desks,
            wishes: Vec::new(),
            promises: Vec::new(),
            category: beginning.category,
            trace: Vec::new(),
            clock,
            customers: beginning.customers.clone(),
            people: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            client: reqwest::Client::builder()
                .no_proxy()
                .pool_max_idle_per_host(0)
                .build()?,
            generator,
            locked: Vec::new(),
            questions: Vec::new(),
            _folder: folder,
        })
    }

    fn live(&mut self) -> anyhow::Result<()> {
        for step in 0..STEPS {
            // The first steps make something that can go wrong.
            let choice = if step < 3 {
                step * 12
            } else {
                self.generator.random_range(0..100)
            };
            match choice {
                0..12 => self.ask_question(),
                12..24 => self.lock_question(),
                24..44 => self.write(step),
                44..56 => self.offer(step),
                56..68 => self.accept()?,
                68..72 => self.reply(step),
                72..88 => self.arm(),
                88..92 => self.change_weather(),
                92..95 => self.kill_desk()?,
                95..97 => {
                    self.trace.push("kill the platform".to_owned());
                    self.platform.kill();
                    self.platform.start()?;
                }
                _ => self.damage_cache()?,
            }
            self.clock
                .advance(Duration::from_millis(self.generator.random_range(0..4000)));
            self.pass()?;
        }
        Ok(())
    }

    /// Lets everybody run for a moment and starts who crashed.
    fn pass(&mut self) -> anyhow::Result<()> {
        for index in 0..self.desks.len() {
            self.desks[index].pump(MOMENT);
            if self.desks[index].is_crashed() || !self.desks[index].is_running() {
                self.trace.push(format!("desk {index} starts again"));
                self.desks[index].mishaps += 1;
                self.desks[index].kill();
                self.desks[index].start()?;
            }
        }
        if self.platform.is_crashed() {
            self.trace.push("the platform starts again".to_owned());
            self.platform.kill();
            self.platform.start()?;
        }
        Ok(())
    }

    fn id(&mut self) -> Uuid {
        let mut random = [0; 10];
        self.generator.fill(&mut random);
        proffer_domain::uuid_v7(jiff::Timestamp::now(), random)
    }

    fn wish(&mut self, customer: usize, path: String, body: serde_json::Value, what: Wanted) {
        self.trace.push(format!("customer {customer}: {what:?}"));
        let key = self.id();
        self.wishes.push(Wish {
            key,
            customer,
            path,
            body,
            what,
            is_acknowledged: false,
            is_refused: false,
        });
        let last = self.wishes.len() - 1;
        self.send(last);
        if self.generator.random_range(0..5) == 0 {
            self.send(last);
        }
    }

    /// Sends a customer's command, with the same key each time.
    fn send(&mut self, index: usize) {
        let wish = &self.wishes[index];
        let request = self
            .client
            .post(format!("http://{}{}", self.platform.address, wish.path))
            .bearer_auth(&self.customers[wish.customer])
            .header(IDEMPOTENCY_KEY_HEADER, wish.key.to_string())
            .json(&wish.body)
            .timeout(Duration::from_secs(3));
        let plan = Arc::clone(&self.platform.plan);
        let status = self.people.block_on(async {
            tokio::select! {
                answer = request.send() => answer.ok().map(|answer| answer.status().as_u16()),
                () = async {
                    while !locked(&plan).is_crashed {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                } => None,
            }
        });
        match status {
            Some(200..300) => self.wishes[index].is_acknowledged = true,
            Some(400..500) => self.wishes[index].is_refused = true,
            _ => {}
        }
    }

    fn ask_question(&mut self) {
        let customer = self.generator.random_range(0..self.customers.len());
        let id = self.id();
        self.questions.push((customer, QuestionId(id)));
        let body = json!({"id": id, "category_id": self.category, "title": format!("Question {}", self.questions.len()),
            "text": "What can I do?", "attachments": []});
        self.wish(
            customer,
            "/v1/questions".to_owned(),
            body,
            Wanted::Question(QuestionId(id)),
        );
    }

    fn reply(&mut self, step: u32) {
        let Some((customer, question)) = self.questions.choose(&mut self.generator).copied() else {
            return;
        };
        let id = self.id();
        let body = json!({"id": id, "kind": "reply", "text": format!("Reply {step}"), "announces_offer": false,
            "attachments": []});
        self.wish(
            customer,
            format!("/v1/questions/{question}/messages"),
            body,
            Wanted::Message(id),
        );
    }

    fn accept(&mut self) -> anyhow::Result<()> {
        let offers = self.offers()?;
        let open: Vec<_> = offers
            .iter()
            .filter(|offer| matches!(offer.offer.state, OfferState::Sent | OfferState::Held))
            .collect();
        let Some(offer) = open.choose(&mut self.generator) else {
            return Ok(());
        };
        let (id, version, question) = (offer.offer.id, offer.offer.version, offer.offer.question_id);
        let Some((customer, _)) = self.questions.iter().find(|(_, asked)| *asked == question).copied() else {
            return Ok(());
        };
        let body = json!({"version": version, "call_slot": null});
        self.wish(
            customer,
            format!("/v1/offers/{id}/accept"),
            body,
            Wanted::Acceptance(id),
        );
        Ok(())
    }

    pub(crate) fn offers(&self) -> anyhow::Result<Vec<proffer_protocol::OfferDocument>> {
        let documents = self.documents(Entity::Offer)?;
        Ok(documents
            .into_iter()
            .filter_map(|document| match document {
                Document::Offer(offer) => Some(offer),
                _ => None,
            })
            .collect())
    }

    /// All documents of a kind on the platform.
    pub(crate) fn documents(&self, entity: Entity) -> anyhow::Result<Vec<Document>> {
        self.platform
            .ask(async move |flow| Ok(flow.store().read().await?.documents(entity).await?))
    }

    fn lock_question(&mut self) {
        let desk = self.generator.random_range(0..self.desks.len());
        let Some((_, question_id)) = self.questions.choose(&mut self.generator).copied() else {
            return;
        };
        let view: Option<serde_json::Value> = self.desks[desk].ask("question_lock", QuestionRef { question_id });
        self.trace
            .push(format!("desk {desk} locks {question_id}: {}", view.is_some()));
        if view.is_some() {
            self.locked.push((desk, question_id));
        }
    }

    fn write(&mut self, step: u32) {
        let Some((desk, question_id)) = self.locked.choose(&mut self.generator).copied() else {
            return self.lock_question();
        };
        for part in 0..self.generator.random_range(1..4) {
            let text = format!("Answer {step}, part {part}");
            let save = MessageDraftSave {
                question_id,
                kind: MessageKind::Answer,
                text: text.clone(),
                announces_offer: false,
            };
            let desk_at_work = &self.desks[desk];
            let saved: Option<serde_json::Value> = desk_at_work.ask("message_draft_save", save);
            let sent: Option<serde_json::Value> =
                saved.and_then(|_| desk_at_work.ask("message_send", MessageSend { question_id }));
            self.trace
                .push(format!("desk {desk} writes {text:?}: {}", sent.is_some()));
            if sent.is_some() {
                self.promises.push(Promise {
                    desk,
                    question: question_id,
                    text,
                    is_offer: false,
                });
            }
        }
    }

    fn offer(&mut self, step: u32) {
        let Some((desk, question_id)) = self.locked.choose(&mut self.generator).copied() else {
            return self.lock_question();
        };
        let title = format!("Letter pack {step}");
        let sent = self.submit_offer(desk, question_id, &title);
        self.trace
            .push(format!("desk {desk} offers {title:?}: {}", sent.is_some()));
        if sent.is_some() {
            self.promises.push(Promise {
                desk,
                question: question_id,
                text: title,
                is_offer: true,
            });
        }
    }

    fn submit_offer(&self, desk: usize, question_id: QuestionId, title: &str) -> Option<()> {
        let desk = &self.desks[desk];
        let open = OfferDialogOpen {
            question_id,
            revises: None,
        };
        let opened: OfferDialogView = desk.ask("offer_dialog_open", open)?;
        let draft_id = opened.draft_id;
        let choose = OfferDialogChooseKind {
            draft_id,
            kind: ServiceKind::LetterTemplates,
        };
        let chosen: OfferDialogView = desk.ask("offer_dialog_choose_kind", choose)?;
        let fields = OfferFields {
            title: title.to_owned(),
            price_text: "145.00".to_owned(),
            ..chosen.fields
        };
        let edited: OfferDialogView = desk.ask("offer_dialog_edit", OfferDialogEdit { draft_id, fields })?;
        if edited.fields.title != title {
            // The offer before it is still on its way; the dialog shows that one.
            return None;
        }
        let submitted: OfferDialogView = desk.ask("offer_dialog_submit", OfferDialogRef { draft_id })?;
        use proffer_desk::api::offer_dialog::OfferDialogPhase::{Queued, Sent};
        matches!(submitted.phase, Queued { .. } | Sent { .. }).then_some(())
    }

    fn arm(&mut self) {
        let Some(point) = ALL.choose(&mut self.generator).copied() else {
            return;
        };
        let mode = if self.generator.random() {
            Mode::Crash
        } else {
            Mode::Error
        };
        let desk = self.generator.random_range(0..self.desks.len());
        self.trace.push(format!("{point} will {mode:?} (desk {desk})"));
        let plan = if point.starts_with("desk") {
            self.desks[desk].mishaps += 1;
            &self.desks[desk].plan
        } else {
            &self.platform.plan
        };
        locked(plan).armed = Some((point, mode));
    }

    fn change_weather(&mut self) {
        let desk = self.generator.random_range(0..self.desks.len());
        let bad = self.generator.random_range(0..70);
        self.trace
            .push(format!("of desk {desk}'s requests {bad} in a hundred fare badly"));
        self.desks[desk].way.set_bad(bad);
    }

    fn kill_desk(&mut self) -> anyhow::Result<()> {
        let desk = self.generator.random_range(0..self.desks.len());
        self.trace.push(format!("kill desk {desk}"));
        self.desks[desk].mishaps += 1;
        self.desks[desk].kill();
        self.desks[desk].start()
    }

    fn damage_cache(&mut self) -> anyhow::Result<()> {
        let index = self.generator.random_range(0..self.desks.len());
        self.trace.push(format!("damage the cache of desk {index}"));
        let desk = &mut self.desks[index];
        desk.mishaps += 1;
        desk.close();
        std::fs::write(
            desk.folder.join("data/cache.db"),
            b"this is no database at all, and was never one",
        )?;
        desk.start()
    }

    /// Ends all faults and waits until everybody is in step.
    fn settle(&mut self) -> anyhow::Result<()> {
        for desk in &self.desks {
            desk.way.set_bad(0);
            locked(&desk.plan).armed = None;
        }
        locked(&self.platform.plan).armed = None;
        let began = std::time::Instant::now();
        loop {
            self.pass()?;
            for index in 0..self.wishes.len() {
                if !self.wishes[index].is_acknowledged && !self.wishes[index].is_refused {
                    self.send(index);
                }
            }
            let Err(why) = checks::in_step(self) else { return Ok(()) };
            if began.elapsed() > Duration::from_secs(8) {
                return Err(why).context("does not come into step");
            }
            self.clock.advance(Duration::from_secs(3));
        }
    }
}
