//! A platform without a server, its people, and a clock that goes when it is told.

use crate::databases::Home;
use jiff::{SignedDuration, Timestamp};
use proffer_domain::{
    CategoryId, CommandId, DeliveryTime, DeliveryUnit, MessageId, MessageKind, Money, Offer, OfferId, OfferTerms,
    PaymentMethod, QuestionId, Role, ServiceKind,
};
use proffer_platform::{
    Config, HintRoute, Platform,
    flow::{Command, Flow, FlowError, NewAccount},
    payment::stripe::StripeConfig,
    ports::{Clock, Ports},
    store::{AccountRow, EmailRow},
};
use proffer_protocol::{
    AskQuestionRequest, Document, Entity, ErrorCode, OfferDocument, Problem, QuestionDocument, SendMessageRequest,
    SendOfferRequest,
};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// Everybody's password.
pub const PASSWORD: &str = "a long and boring password";

/// A clock that goes when it is told.
pub struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub fn pass(&self, time: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(time).unwrap();
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A platform with a category, two customers, two experts, a moderator, and an expert of another category.
pub struct World {
    pub home: Home,
    pub clock: Arc<TestClock>,
    pub flow: Flow,
    pub category: CategoryId,
    pub helen: AccountRow,
    pub tom: AccountRow,
    pub daniel: AccountRow,
    pub mira: AccountRow,
    pub moderator: AccountRow,
    pub stranger: AccountRow,
    pub hints: HintRoute,
    pub trusted_proxies: Vec<ipnet::IpNet>,
    pub stripe: Option<StripeConfig>,
}

pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

pub fn new_key() -> CommandId {
    CommandId(new_id())
}

impl World {
    pub async fn begin(home: Home) -> anyhow::Result<Self> {
        Self::begin_with(home, |_| {}).await
    }

    /// With another configuration, which [`World::platform`] has too.
    pub async fn begin_with(home: Home, configure: impl FnOnce(&mut Config)) -> anyhow::Result<Self> {
        let clock = Arc::new(TestClock(Mutex::new("2026-03-02T09:00:00Z".parse()?)));
        let mut config = config(&home, &clock);
        configure(&mut config);
        let flow = Platform::open(config.clone()).await?.flow();
        let category = flow.create_category("Internet law").await?;
        let other = flow.create_category("Boats").await?;
        let account = async |role, name: &str, categories: Vec<CategoryId>| {
            flow.create_account(NewAccount {
                role,
                email: format!("{}@example.com", name.to_lowercase()),
                name: name.to_owned(),
                password: PASSWORD.to_owned(),
                time_zone: "Europe/London".to_owned(),
                categories,
            })
            .await
        };
        Ok(Self {
            category,
            helen: account(Role::Customer, "Helen", vec![]).await?,
            tom: account(Role::Customer, "Tom", vec![]).await?,
            daniel: account(Role::Expert, "Daniel", vec![category]).await?,
            mira: account(Role::Expert, "Mira", vec![category]).await?,
            moderator: account(Role::Moderator, "Morag", vec![category]).await?,
            stranger: account(Role::Expert, "Stellan", vec![other]).await?,
            home,
            clock,
            flow,
            hints: config.hints,
            trusted_proxies: vec![],
            stripe: None,
        })
    }

    /// Another platform over the same data, with another configuration.
    pub async fn begin_again(world: &Self, configure: impl FnOnce(&mut Config)) -> anyhow::Result<Platform> {
        let mut config = config(&world.home, &world.clock);
        configure(&mut config);
        Ok(Platform::open(config).await?)
    }

    /// The platform opened again on the same data, as after a restart.
    pub async fn open_again(&self) -> anyhow::Result<Flow> {
        Ok(self.platform().await?.flow())
    }

    pub async fn platform(&self) -> anyhow::Result<Platform> {
        let mut config = config(&self.home, &self.clock);
        config.trusted_proxies.clone_from(&self.trusted_proxies);
        config.hints = self.hints.clone();
        if let Some(stripe) = &self.stripe {
            config.pays_by = PaymentMethod::Stripe;
            config.stripe = Some(stripe.clone());
        }
        Ok(Platform::open(config).await?)
    }

    /// Opens the platform again as one whose customers pay by card.
    pub async fn pay_by_stripe(&mut self, stripe: StripeConfig) -> anyhow::Result<()> {
        self.stripe = Some(stripe);
        self.flow = self.open_again().await?;
        Ok(())
    }

    /// Carries out a command with a key of its own.
    pub async fn run(&self, who: &AccountRow, command: Command) -> Result<Document, FlowError> {
        self.flow.execute(who, new_key(), &command).await
    }

    /// The problem with which a command is refused.
    pub async fn refusal(&self, who: &AccountRow, command: Command) -> Problem {
        refused(self.run(who, command).await)
    }

    /// The code with which a command is refused.
    pub async fn code(&self, who: &AccountRow, command: Command) -> ErrorCode {
        self.refusal(who, command).await.code
    }

    /// A new question of Helen's.
    pub async fn asked(&self) -> anyhow::Result<QuestionId> {
        let id = QuestionId(new_id());
        self.run(&self.helen, Command::Ask(self.question(id))).await?;
        Ok(id)
    }

    pub fn question(&self, id: QuestionId) -> AskQuestionRequest {
        AskQuestionRequest {
            id,
            category_id: self.category,
            title: "A neighbour uses my photos".to_owned(),
            text: "What can I do?".to_owned(),
            attachments: vec![],
        }
    }

    /// A question that Daniel locked.
    pub async fn locked(&self) -> anyhow::Result<QuestionId> {
        let id = self.asked().await?;
        self.run(&self.daniel, Command::Lock(id)).await?;
        Ok(id)
    }

    /// A question that Daniel locked and answered.
    pub async fn answered(&self) -> anyhow::Result<QuestionId> {
        let id = self.locked().await?;
        self.run(&self.daniel, Command::SendMessage(id, message(MessageKind::Answer)))
            .await?;
        Ok(id)
    }

    /// An offer of Daniel's to Helen.
    pub async fn offered(&self) -> anyhow::Result<OfferId> {
        self.offered_with(terms()).await
    }

    pub async fn offered_with(&self, terms: OfferTerms) -> anyhow::Result<OfferId> {
        let question = self.answered().await?;
        let id = OfferId(new_id());
        self.run(
            &self.daniel,
            Command::SendOffer(question, SendOfferRequest { id, terms }),
        )
        .await?;
        Ok(id)
    }

    pub async fn question_document(&self, id: QuestionId) -> anyhow::Result<QuestionDocument> {
        match self.flow.store().read().await?.document(Entity::Question, id.0).await? {
            Some(Document::Question(document)) => Ok(document),
            other => anyhow::bail!("no question but {other:?}"),
        }
    }

    pub async fn offer_document(&self, id: OfferId) -> anyhow::Result<OfferDocument> {
        match self.flow.store().read().await?.document(Entity::Offer, id.0).await? {
            Some(Document::Offer(document)) => Ok(document),
            other => anyhow::bail!("no offer but {other:?}"),
        }
    }

    pub async fn offer(&self, id: OfferId) -> anyhow::Result<Offer> {
        Ok(self.offer_document(id).await?.offer)
    }

    /// The emails that wait to be sent.
    pub async fn emails(&self) -> anyhow::Result<Vec<EmailRow>> {
        let later = self.clock.now().checked_add(SignedDuration::from_hours(24 * 1000))?;
        Ok(self.flow.store().read().await?.due_emails(later, 10_000).await?)
    }

    /// Takes the emails that wait off: the recipients' names and the subjects, in the order of the recipients.
    pub async fn take_emails(&self) -> anyhow::Result<Vec<String>> {
        let emails = self.emails().await?;
        let mut tx = self.flow.store().begin().await?;
        tx.discard_pending_emails().await?;
        tx.commit().await?;
        let mut lines: Vec<_> = emails
            .into_iter()
            .map(|email| format!("{}: {}", email.recipient_name, email.subject))
            .collect();
        lines.sort();
        Ok(lines)
    }
}

fn config(home: &Home, clock: &Arc<TestClock>) -> Config {
    let mut config = home.config();
    config.ports = Ports {
        clock: clock.clone(),
        ..Ports::default()
    };
    config
}

/// The problem of a result that must be a refusal.
pub fn refused(result: Result<Document, FlowError>) -> Problem {
    match result {
        Err(FlowError::Refused(problem)) => *problem,
        other => panic!("this was not refused: {other:?}"),
    }
}

pub fn message(kind: MessageKind) -> SendMessageRequest {
    SendMessageRequest {
        id: MessageId(new_id()),
        kind,
        text: "Write to them first; here is how.".to_owned(),
        announces_offer: false,
        attachments: vec![],
    }
}

pub fn terms() -> OfferTerms {
    OfferTerms {
        kind: ServiceKind::LetterTemplates,
        title: "A letter that works".to_owned(),
        deliverables: vec!["A letter as a PDF".to_owned()],
        price: Money::new(4_500, "GBP".parse().unwrap()),
        delivery_time: DeliveryTime {
            count: 2,
            unit: DeliveryUnit::WorkingDays,
        },
        expires_at: None,
        note: String::new(),
        call_slots: vec![],
    }
}
