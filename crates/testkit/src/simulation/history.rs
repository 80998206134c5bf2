//! One random history: a seed decides who does what, what the network does and who is killed where.

use crate::{
    checks,
    customers::{self, Command},
    desk::DeskProcess,
    experts::ExpertAtDesk,
    facts::{Notes, Wanted},
    platform::{PlatformProcess, URL},
    process::Process,
    time::TURN,
    wire::Wire,
    world::{EXPERTS, World},
};
use anyhow::Context;
use jiff::SignedDuration;
use proffer_domain::{CategoryId, MessageKind, OfferEventKind, OfferId, OfferState, QuestionId};
use proffer_failpoints::{Mode, Plan, locked};
use proffer_protocol::{Document, Entity, OfferDocument};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::json;
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex},
    time::Duration,
};
use uuid::Uuid;

/// Things done in one history.
const STEPS: u32 = 36;
/// The longest pause between two of them, in turns.
const PAUSE_TURNS: u32 = 110;
/// How long it may take until everybody is in step once the faults have ended.
const SETTLED_WITHIN: Duration = Duration::from_secs(240);
/// How often it is looked whether they are.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How often each fail-point fired.
pub(crate) type Fired = BTreeMap<(&'static str, Mode), u64>;

/// What came of a history.
pub(crate) struct Outcome {
    pub(crate) result: anyhow::Result<()>,
    pub(crate) trace: Vec<String>,
    /// A hash of all that happened: the same in every run of the same seed.
    pub(crate) digest: u64,
    pub(crate) fired: Fired,
}

/// A history under way.
pub(crate) struct History {
    pub(crate) platform: PlatformProcess,
    pub(crate) desks: Vec<DeskProcess>,
    pub(crate) notes: Notes,
    pub(crate) category: CategoryId,
    pub(crate) passed: Duration,
    pub(crate) wire: Wire,
    pub(crate) generator: StdRng,
    /// When each desk that is closed opens again, and the platform last.
    pub(crate) opens_at: Vec<Option<Duration>>,
    /// When the disk of each desk, and of the platform last, has room again.
    pub(crate) room_at: Vec<Option<Duration>>,
    people: Process<()>,
    tokens: Vec<String>,
    working: Vec<Option<tokio::task::AbortHandle>>,
    questions: Vec<(usize, QuestionId)>,
    _folder: tempfile::TempDir,
}

/// Runs a history.
pub(crate) fn run(world: &World, seed: u64, variant: Option<&'static str>) -> Outcome {
    let mut history = match History::begin(world, seed, variant) {
        Ok(history) => history,
        Err(error) => {
            return Outcome {
                result: Err(error.context("the history cannot begin")),
                trace: Vec::new(),
                digest: 0,
                fired: Fired::new(),
            };
        }
    };
    let result = history
        .live()
        .and_then(|()| history.settle())
        .and_then(|()| checks::all(&history));
    let trace = history.trace();
    let mut hasher = DefaultHasher::new();
    trace.hash(&mut hasher);
    let mut fired = locked(&history.platform.plan).fired.clone();
    for desk in &history.desks {
        for (point, count) in &locked(&desk.plan).fired {
            *fired.entry(*point).or_default() += count;
        }
    }
    Outcome {
        result,
        trace,
        digest: hasher.finish(),
        fired,
    }
}

impl History {
    fn begin(world: &World, seed: u64, variant: Option<&'static str>) -> anyhow::Result<Self> {
        let mut generator = StdRng::seed_from_u64(seed);
        let folder = world.copy()?;
        let passed = world.passed;
        let places = EXPERTS.len() + world.tokens.len();
        let skews: Vec<_> = (0..places)
            .map(|place| {
                let skew = generator.random_range(-300..300);
                SignedDuration::from_secs(if place < EXPERTS.len() { skew } else { 0 })
            })
            .collect();
        let wire = Wire::new(generator.random(), skews.clone());
        wire.pass(passed);
        let mut platform = PlatformProcess::new(folder.path().join("platform"), generator.random(), variant);
        platform.start(passed)?;
        let mut desks = Vec::new();
        for (index, expert) in EXPERTS.into_iter().enumerate() {
            let path = folder.path().join(format!("desk{index}"));
            let connector = wire.connector(index, &world.client);
            let mut desk = DeskProcess::new(expert, &path, generator.random(), variant, skews[index], connector)?;
            futures_util::FutureExt::now_or_never(desk.remember(&world.secrets[index])).context("a keychain")??;
            desk.start(passed)?;
            desks.push(desk);
        }
        let plan = Arc::new(Mutex::new(Plan::default()));
        Ok(Self {
            people: Process::start(generator.random(), &plan, || async { Ok(()) })?,
            opens_at: vec![None; desks.len() + 1],
            room_at: vec![None; desks.len() + 1],
            working: desks.iter().map(|_| None).collect(),
            platform,
            desks,
            notes: Notes::default(),
            category: world.category,
            passed,
            wire,
            generator,
            tokens: world.tokens.clone(),
            questions: Vec::new(),
            _folder: folder,
        })
    }

    fn live(&mut self) -> anyhow::Result<()> {
        for step in 0..STEPS {
            self.act(step)?;
            for _ in 0..self.generator.random_range(0..PAUSE_TURNS) {
                self.turn()?;
            }
        }
        Ok(())
    }

    fn act(&mut self, step: u32) -> anyhow::Result<()> {
        // The first steps make something that can go wrong.
        let choice = match step {
            0 => 0,
            1 | 3 => 10,
            2 => 22,
            4 => 40,
            _ => self.generator.random_range(0..104),
        };
        match choice {
            0..7 => self.ask_question(),
            7..17 => self.lock_question(),
            17..34 => self.write(step),
            34..43 => self.offer(step)?,
            43..56 => self.decide()?,
            56..63 => self.work_on_offer()?,
            63..67 => self.reply(step),
            67..83 => self.arm(),
            83..88 => self.change_weather(),
            88..93 => self.stop_desk()?,
            93..96 => self.stop_platform()?,
            96..99 => self.damage_cache()?,
            99..102 => self.fill_disk(),
            _ => self.change_categories(step)?,
        }
        Ok(())
    }

    pub(crate) fn trace_line(&self, line: &str) {
        self.notes.trace(format!("{:.2} {line}", self.passed.as_secs_f64()));
    }

    /// Lets everybody run for a turn; who crashed or was closed starts again in time.
    pub(crate) fn turn(&mut self) -> anyhow::Result<()> {
        self.passed += TURN;
        for delivery in self.wire.pass(self.passed) {
            self.platform.take(delivery, &self.wire);
        }
        self.platform.run();
        for desk in &mut self.desks {
            desk.run();
        }
        self.people.run();
        let lines = self.wire.take_trace();
        self.notes.open().trace.extend(lines);
        self.deal_with_crashes()?;
        self.open_and_make_room()
    }

    fn trace(&self) -> Vec<String> {
        let mut trace = std::mem::take(&mut self.notes.open().trace);
        for (index, desk) in self.desks.iter().enumerate() {
            let raised = desk.screen.raised();
            trace.extend(
                raised
                    .iter()
                    .map(|raised| format!("desk {index} raised {}: {}", raised.id, raised.title)),
            );
        }
        let letters = self.platform.letterbox.letters();
        trace.extend(
            letters
                .iter()
                .map(|letter| format!("mailed {}: {}", letter.id, letter.subject)),
        );
        trace
    }

    fn id(&mut self) -> Uuid {
        let mut random = [0; 10];
        self.generator.fill(&mut random);
        proffer_domain::uuid_v7(crate::time::moment(self.passed), random)
    }

    fn wish(&mut self, customer: usize, path: String, body: serde_json::Value, wanted: Wanted) {
        let command = Command {
            customer,
            token: self.tokens[customer].clone(),
            key: self.id(),
            path,
            body,
            wanted,
            is_doubled: self.generator.random_range(0..5) == 0,
        };
        self.trace_line(&format!("customer {customer} wants {wanted:?}"));
        let end = self.wire.end_at(self.desks.len() + customer);
        self.people.begin(customers::send(command, end, self.notes.clone()));
    }

    fn ask_question(&mut self) {
        let customer = self.generator.random_range(0..self.tokens.len());
        let id = self.id();
        self.questions.push((customer, QuestionId(id)));
        let body = json!({"id": id, "category_id": self.category, "title": format!("Question {}", self.questions.len()),
            "text": "What can I do?", "attachments": []});
        let wanted = Wanted::Question(QuestionId(id));
        self.wish(customer, "/v1/questions".to_owned(), body, wanted);
    }

    fn reply(&mut self, step: u32) {
        let Some((customer, question)) = self.questions.choose(&mut self.generator).copied() else {
            return;
        };
        if self.generator.random_range(0..3) == 0 {
            let body = json!({"stars": self.generator.random_range(1..6), "comment": format!("Comment {step}")});
            let path = format!("/v1/questions/{question}/rating");
            return self.wish(customer, path, body, Wanted::Rating(question));
        }
        let id = self.id();
        let body = json!({"id": id, "kind": "reply", "text": format!("Reply {step}"), "announces_offer": false,
            "attachments": []});
        let path = format!("/v1/questions/{question}/messages");
        self.wish(customer, path, body, Wanted::Message(id));
    }

    /// A customer decides on an offer, sometimes in two windows at once.
    fn decide(&mut self) -> anyhow::Result<()> {
        let Some((offer, customer)) = self.some_offer(|state| state.is_open() || state == OfferState::Declined)? else {
            return Ok(());
        };
        let (id, version) = (offer.offer.id, offer.offer.version);
        if self.generator.random_range(0..3) == 0 {
            self.arm_on_acceptance();
        }
        let accept = json!({"version": version, "call_slot": null});
        let (kind, body) = match (self.generator.random_range(0..10), offer.offer.state) {
            (_, OfferState::Declined) => ("reconsider", json!({})),
            (0, _) => ("hold", json!({"remind_at": null})),
            (1, _) => ("decline", json!({"reason": "Not now"})),
            _ => ("accept", accept.clone()),
        };
        let event = match kind {
            "reconsider" => OfferEventKind::Reconsidered,
            "hold" => OfferEventKind::Held,
            "decline" => OfferEventKind::Declined,
            _ => OfferEventKind::Accepted,
        };
        self.wish(
            customer,
            format!("/v1/offers/{id}/{kind}"),
            body,
            Wanted::Offer(id, event),
        );
        match self.generator.random_range(0..6) {
            0 | 1 => {
                let wanted = Wanted::Offer(id, OfferEventKind::Accepted);
                self.wish(customer, format!("/v1/offers/{id}/accept"), accept, wanted);
            }
            2 => self.move_offer(&offer, "offer_withdraw"),
            _ => {}
        }
        Ok(())
    }

    /// An expert works on an offer, or a customer confirms it.
    fn work_on_offer(&mut self) -> anyhow::Result<()> {
        let is_moving = |state: OfferState| {
            state.is_open()
                || matches!(
                    state,
                    OfferState::Accepted | OfferState::InProgress | OfferState::Delivered
                )
        };
        let Some((offer, customer)) = self.some_offer(is_moving)? else {
            return Ok(());
        };
        let id = offer.offer.id;
        match offer.offer.state {
            OfferState::Accepted => self.move_offer(&offer, "offer_start"),
            OfferState::InProgress if self.generator.random_range(0..4) == 0 => {
                self.at_desk_of(&offer, async move |expert| expert.cancel(id).await);
            }
            OfferState::InProgress => self.at_desk_of(&offer, async move |expert| expert.deliver(id).await),
            OfferState::Delivered => {
                let wanted = Wanted::Offer(id, OfferEventKind::Completed);
                self.wish(customer, format!("/v1/offers/{id}/complete"), json!({}), wanted);
            }
            _ if self.generator.random() => {
                let (question, title) = (offer.offer.question_id, offer.offer.terms.title.clone());
                let price = format!("{}.00", self.generator.random_range(20..400));
                self.at_desk_of(&offer, async move |expert| {
                    expert.offer(question, Some(id), title, price).await;
                });
            }
            _ => self.move_offer(&offer, "offer_withdraw"),
        }
        Ok(())
    }

    fn move_offer(&mut self, offer: &OfferDocument, name: &'static str) {
        let id = offer.offer.id;
        self.at_desk_of(offer, async move |expert| expert.move_offer(name, id).await);
    }

    fn some_offer(&mut self, is_wanted: impl Fn(OfferState) -> bool) -> anyhow::Result<Option<(OfferDocument, usize)>> {
        if !self.platform.is_running() {
            return Ok(None);
        }
        let mut offers = self.offers()?;
        offers.retain(|offer| is_wanted(offer.offer.state));
        let Some(offer) = offers.choose(&mut self.generator).cloned() else {
            return Ok(None);
        };
        let question = offer.offer.question_id;
        let customer = self.questions.iter().find(|(_, asked)| *asked == question);
        Ok(customer.map(|(customer, _)| (offer, *customer)))
    }

    /// All offers on the platform.
    pub(crate) fn offers(&self) -> anyhow::Result<Vec<OfferDocument>> {
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

    /// Lets the expert at a desk do something, unless they are still busy.
    fn at_desk<F>(&mut self, index: usize, work: impl FnOnce(ExpertAtDesk) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let is_busy = self.working[index]
            .as_ref()
            .is_some_and(|working| !working.is_finished());
        if is_busy {
            return;
        }
        let notes = self.notes.clone();
        self.working[index] = self.desks[index].begin(|desk| work(ExpertAtDesk { desk, index, notes }));
    }

    fn at_desk_of<F>(&mut self, offer: &OfferDocument, work: impl FnOnce(ExpertAtDesk) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let theirs: Vec<_> = (0..self.desks.len())
            .filter(|index| self.desks[*index].expert.name() == offer.expert.name)
            .collect();
        if let Some(index) = theirs.choose(&mut self.generator).copied() {
            self.at_desk(index, work);
        }
    }

    fn lock_question(&mut self) {
        let index = self.generator.random_range(0..self.desks.len());
        let Some((_, question)) = self.questions.choose(&mut self.generator).copied() else {
            return;
        };
        let name = match self.generator.random_range(0..8) {
            0 => "question_release",
            1 => "question_extend",
            _ => "question_lock",
        };
        self.trace_line(&format!("desk {index}: {name} {question}"));
        self.at_desk(index, |expert| expert.lock(name, question));
    }

    fn some_locked(&mut self) -> Option<(usize, QuestionId)> {
        let locked: Vec<_> = self.notes.open().locked.clone();
        locked.choose(&mut self.generator).copied()
    }

    fn write(&mut self, step: u32) {
        let Some((index, question)) = self.some_locked() else {
            return self.lock_question();
        };
        let texts: Vec<_> = (0..self.generator.random_range(1..4))
            .map(|part| format!("Words {step}, part {part}"))
            .collect();
        let (kind, is_sent) = match self.generator.random_range(0..6) {
            0 => (MessageKind::Answer, false),
            1 => (MessageKind::InfoRequest, true),
            _ => (MessageKind::Answer, true),
        };
        self.trace_line(&format!("desk {index} writes {texts:?} on {question}"));
        self.at_desk(index, |expert| expert.write(question, kind, texts, is_sent));
    }

    fn offer(&mut self, step: u32) -> anyhow::Result<()> {
        let Some((index, question)) = self.some_locked() else {
            self.lock_question();
            return Ok(());
        };
        let (title, price) = (
            format!("Letter pack {step}"),
            format!("{}.00", self.generator.random_range(20..400)),
        );
        self.at_desk(index, |expert| expert.offer(question, None, title, price));
        Ok(())
    }

    /// Ends all faults and waits until everybody is in step.
    fn settle(&mut self) -> anyhow::Result<()> {
        self.end_faults()?;
        let until = self.passed + SETTLED_WITHIN;
        loop {
            let look_at = self.passed + LOOK_EVERY;
            while self.passed < look_at {
                self.turn()?;
            }
            match checks::in_step(self) {
                Ok(()) => return Ok(()),
                Err(why) if self.passed > until => return Err(why).context("does not come into step"),
                Err(_) => {}
            }
        }
    }

    /// An offer's id is of no use to who only wants its title.
    pub(crate) fn title_of(offer: &OfferDocument) -> (&str, OfferId) {
        (&offer.offer.terms.title, offer.offer.id)
    }
}

/// The platform's address, for desks that sign in.
pub(crate) fn url() -> String {
    URL.to_owned()
}
