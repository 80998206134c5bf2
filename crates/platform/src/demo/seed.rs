//! Makes the data set through the same flow as everything else, with a clock that runs through the last days.

use super::{
    dataset::{CATEGORIES, CUSTOMERS, DEMO_CUSTOMER, DEMO_EXPERT, DemoOffer, EXPERTS, Fate, Story},
    earlier_stories::EARLIER_STORIES,
    stories::STORIES,
};
use crate::{
    Platform,
    cli::{Place, say},
    flow::{Command, Flow, Incoming, NewAccount},
    ports::{Clock, Entropy, Ports},
    store::AccountRow,
};
use anyhow::{Context, bail};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use proffer_domain::{
    AttachmentId, CallSlot, CategoryId, CommandId, DeliveryTime, DeliveryUnit, MessageId, MessageKind, Money, OfferId,
    OfferTerms, QuestionId, Role,
};
use proffer_protocol::{
    AcceptOfferRequest, AskQuestionRequest, DeclineOfferRequest, DeliverOfferRequest, Document, HoldOfferRequest,
    RateQuestionRequest, ReviseOfferRequest, SendMessageRequest, SendOfferRequest,
};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// How long before now the data set begins.
const SPAN: SignedDuration = SignedDuration::from_hours(5 * 24);

/// How long ago an answered question was asked, at least: its whole story has to fit in.
const STORY_SPAN: SignedDuration = SignedDuration::from_hours(4);
/// How long ago the newest open question was asked.
const NEWEST: SignedDuration = SignedDuration::from_mins(6);

/// A clock that stands where it was put, and never after the real moment.
struct StoryClock {
    at: Mutex<Timestamp>,
    latest: Timestamp,
}

impl StoryClock {
    fn put(&self, at: Timestamp) {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = at.min(self.latest);
    }
    fn pass(&self, minutes: i64) {
        let at = self.now();
        self.put(at.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(at));
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct SeededEntropy(Mutex<ChaCha20Rng>);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

struct Teller {
    flow: Flow,
    clock: Arc<StoryClock>,
    experts: BTreeMap<&'static str, AccountRow>,
    customers: Vec<AccountRow>,
    categories: BTreeMap<&'static str, CategoryId>,
}

/// Fills an empty platform.
pub(super) async fn run(place: Place, seed: u64) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let clock = Arc::new(StoryClock {
        at: Mutex::new(now - SPAN),
        latest: now,
    });
    let entropy = Arc::new(SeededEntropy(Mutex::new(ChaCha20Rng::seed_from_u64(seed))));
    let mut config = place.config();
    config.ports = Ports {
        clock: clock.clone(),
        entropy: entropy.clone(),
    };
    let data = config.data.clone();
    let flow = Platform::open(config).await?.flow().unlimited();
    if !flow.categories().await?.is_empty() {
        bail!("there is data in {} already; choose an empty folder", data.display());
    }
    let mut random = ChaCha20Rng::seed_from_u64(seed ^ 0x00C0_FFEE);
    let password = format!("demo-{:08x}", random.next_u32());
    let teller = people(flow, clock, &password).await?;
    let stories: Vec<_> = EARLIER_STORIES.iter().chain(&STORIES).collect();
    let step = SPAN.as_mins() / i64::try_from(stories.len())?;
    for (index, story) in (0_i64..).zip(stories) {
        let latest = now - if story.answer.is_some() { STORY_SPAN } else { NEWEST };
        let at = match story.held_by {
            Some(_) => now - SignedDuration::from_mins(25),
            None => now - SPAN + SignedDuration::from_mins(step * (index + 1)),
        };
        teller.clock.put(at.min(latest));
        // Helen, the first, asks only what is told of her: it is her list that newcomers see.
        let someone = 1 + usize::try_from(random.next_u32())? % (teller.customers.len() - 1);
        let customer = &teller.customers[story.customer.unwrap_or(someone)];
        teller
            .tell(story, customer)
            .await
            .with_context(|| format!("the story “{}”", story.title))?;
    }
    let mut tx = teller.flow.store().begin().await?;
    tx.discard_pending_emails().await?;
    tx.commit().await?;
    write_accounts(&data, &password)?;
    say(format!("expert:   {DEMO_EXPERT}  password: {password}"))?;
    say(format!("customer: {DEMO_CUSTOMER}  password: {password}"))?;
    say("all other accounts of the demo have the same password")
}

async fn people(flow: Flow, clock: Arc<StoryClock>, password: &str) -> anyhow::Result<Teller> {
    let mut categories = BTreeMap::new();
    for name in CATEGORIES {
        categories.insert(name, flow.create_category(name).await?);
    }
    let account = |role, name: &str, email: String, categories| NewAccount {
        role,
        email,
        name: name.to_owned(),
        password: password.to_owned(),
        time_zone: "Europe/London".to_owned(),
        categories,
    };
    let mut experts = BTreeMap::new();
    for expert in &EXPERTS {
        let serves: Vec<_> = expert
            .categories
            .iter()
            .filter_map(|name| categories.get(name).copied())
            .collect();
        let row = flow
            .create_account(account(Role::Expert, expert.name, expert.email.to_owned(), serves))
            .await?;
        experts.insert(expert.email, row);
    }
    let everything = categories.values().copied().collect();
    let moderator = account(
        Role::Moderator,
        "Nora Castellan",
        "nora@proffer.example".to_owned(),
        everything,
    );
    flow.create_account(moderator).await?;
    let mut customers = Vec::new();
    for name in CUSTOMERS {
        let first = name.split(' ').next().unwrap_or(name).to_lowercase();
        let email = format!("{first}@customer.example");
        customers.push(
            flow.create_account(account(Role::Customer, name, email, Vec::new()))
                .await?,
        );
    }
    Ok(Teller {
        flow,
        clock,
        experts,
        customers,
        categories,
    })
}

impl Teller {
    fn key(&self) -> CommandId {
        CommandId(self.flow.ports().new_id())
    }

    async fn run(&self, actor: &AccountRow, command: Command) -> anyhow::Result<Document> {
        Ok(self.flow.execute(actor, self.key(), &command).await?)
    }

    async fn write(
        &self,
        actor: &AccountRow,
        question: QuestionId,
        kind: MessageKind,
        text: &str,
        announces_offer: bool,
    ) -> anyhow::Result<()> {
        let id = MessageId(self.flow.ports().new_id());
        let request = SendMessageRequest {
            id,
            kind,
            text: text.to_owned(),
            announces_offer,
            attachments: Vec::new(),
        };
        self.run(actor, Command::SendMessage(question, request)).await?;
        Ok(())
    }

    async fn tell(&self, story: &Story, customer: &AccountRow) -> anyhow::Result<()> {
        let category_id = *self.categories.get(story.category).context("its category")?;
        let id = QuestionId(self.flow.ports().new_id());
        let ask = AskQuestionRequest {
            id,
            category_id,
            title: story.title.to_owned(),
            text: story.text.to_owned(),
            attachments: Vec::new(),
        };
        self.run(customer, Command::Ask(ask)).await?;
        if let Some(holder) = story.held_by.and_then(|email| self.experts.get(email)) {
            self.clock.pass(12);
            self.run(holder, Command::Lock(id)).await?;
        }
        let Some(answer) = story.answer else {
            return Ok(());
        };
        let expert = EXPERTS
            .iter()
            .find(|expert| expert.categories.contains(&story.category))
            .and_then(|expert| self.experts.get(expert.email))
            .context("its expert")?;
        self.clock.pass(9);
        self.run(expert, Command::Lock(id)).await?;
        if let Some((request, reply)) = story.request {
            self.clock.pass(6);
            self.write(expert, id, MessageKind::InfoRequest, request, false).await?;
            self.clock.pass(17);
            self.write(customer, id, MessageKind::Reply, reply, false).await?;
        }
        self.clock.pass(24);
        self.write(expert, id, MessageKind::Answer, answer, story.offer.is_some())
            .await?;
        if let Some(thanks) = story.thanks {
            self.clock.pass(12);
            self.write(customer, id, MessageKind::Reply, thanks, false).await?;
        }
        if let Some((stars, comment)) = story.rating {
            let comment = comment.to_owned();
            let rating = RateQuestionRequest { stars, comment };
            self.run(customer, Command::Rate(id, rating)).await?;
        }
        let Some(offer) = &story.offer else {
            self.run(expert, Command::Release(id)).await?;
            return Ok(());
        };
        self.clock.pass(4);
        let request = SendOfferRequest {
            id: OfferId(self.flow.ports().new_id()),
            terms: self.terms(offer)?,
        };
        self.run(expert, Command::SendOffer(id, request.clone())).await?;
        self.run(expert, Command::Release(id)).await?;
        self.decide(expert, customer, request, offer).await
    }

    /// Tells what became of an offer that was sent.
    async fn decide(
        &self,
        expert: &AccountRow,
        customer: &AccountRow,
        sent: SendOfferRequest,
        offer: &DemoOffer,
    ) -> anyhow::Result<()> {
        let id = sent.id;
        if offer.fate == Fate::Sent {
            return Ok(());
        }
        self.clock.pass(8);
        self.run(customer, Command::ViewOffer(id)).await?;
        match offer.fate {
            Fate::Sent | Fate::Viewed => {}
            Fate::Held => {
                let remind_at = None;
                self.run(customer, Command::HoldOffer(id, HoldOfferRequest { remind_at }))
                    .await?;
            }
            Fate::Declined(reason) => {
                let reason = Some(reason.to_owned());
                self.run(customer, Command::DeclineOffer(id, DeclineOfferRequest { reason }))
                    .await?;
            }
            Fate::Withdrawn => {
                self.run(expert, Command::WithdrawOffer(id)).await?;
            }
            Fate::Revised(price_minor) => {
                let mut terms = sent.terms;
                terms.price = Money::new(price_minor, terms.price.currency);
                self.run(
                    expert,
                    Command::ReviseOffer(id, ReviseOfferRequest { version: 1, terms }),
                )
                .await?;
            }
            Fate::Accepted | Fate::InProgress | Fate::Delivered(_) | Fate::Completed(_) => {
                self.fulfil(expert, customer, id, offer).await?;
            }
        }
        Ok(())
    }

    fn terms(&self, offer: &DemoOffer) -> anyhow::Result<OfferTerms> {
        // Proposed times lie on the next mornings, when everything here is told.
        let slot = |days: i64| {
            let day = self.clock.latest.to_zoned(TimeZone::UTC).date() + SignedDuration::from_hours(24 * days);
            let starts_at = day.at(10, 30, 0, 0).to_zoned(TimeZone::UTC)?.timestamp();
            anyhow::Ok(CallSlot { starts_at, minutes: 30 })
        };
        let call_slots = if offer.kind.is_call() {
            vec![slot(2)?, slot(3)?]
        } else {
            Vec::new()
        };
        Ok(OfferTerms {
            kind: offer.kind,
            title: offer.title.to_owned(),
            deliverables: offer.deliverables.iter().map(|&item| item.to_owned()).collect(),
            price: Money::new(offer.price_minor, "GBP".parse()?),
            delivery_time: DeliveryTime {
                count: 3,
                unit: DeliveryUnit::WorkingDays,
            },
            expires_at: None,
            note: offer.note.to_owned(),
            call_slots,
        })
    }

    /// A file with what was ordered, as the expert uploads it.
    async fn deliverable(&self, expert: &AccountRow, offer: &DemoOffer) -> anyhow::Result<AttachmentId> {
        let text = format!("{}\r\n\r\n{}\r\n", offer.title, offer.deliverables.join("\r\n"));
        let incoming = Incoming {
            id: AttachmentId(self.flow.ports().new_id()),
            name: format!("{}.txt", offer.title.replace(": ", " - ")),
            bytes: futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from(text))]),
        };
        Ok(self.flow.store_attachment(expert, incoming).await?.id)
    }

    /// Accepts, and goes on as far as it came.
    async fn fulfil(
        &self,
        expert: &AccountRow,
        customer: &AccountRow,
        id: OfferId,
        offer: &DemoOffer,
    ) -> anyhow::Result<()> {
        self.clock.pass(15);
        let accept = AcceptOfferRequest {
            version: 1,
            call_slot: offer.kind.is_call().then_some(0),
        };
        self.run(customer, Command::AcceptOffer(id, accept)).await?;
        if offer.fate == Fate::Accepted {
            return Ok(());
        }
        self.clock.pass(20);
        self.run(expert, Command::StartOffer(id)).await?;
        let (Fate::Delivered(message) | Fate::Completed(message)) = offer.fate else {
            return Ok(());
        };
        self.clock.pass(55);
        let delivery = DeliverOfferRequest {
            message: message.to_owned(),
            is_call_outcome: false,
            attachments: vec![self.deliverable(expert, offer).await?],
        };
        self.run(expert, Command::DeliverOffer(id, delivery)).await?;
        if matches!(offer.fate, Fate::Completed(_)) {
            self.clock.pass(30);
            self.run(customer, Command::CompleteOffer(id)).await?;
        }
        Ok(())
    }
}

/// Writes who can sign in, readable by the owner alone.
fn write_accounts(data: &std::path::Path, password: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let path = data.join("demo-accounts.json");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(&path)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let accounts = serde_json::json!({
        "expert": { "email": DEMO_EXPERT, "password": password },
        "customer": { "email": DEMO_CUSTOMER, "password": password },
    });
    writeln!(file, "{accounts:#}")?;
    Ok(())
}
