//! A platform with its people: a customer Helen, experts Daniel and Mira, a moderator Nora, and a clock that stands.

use crate::databases::Home;
use jiff::{SignedDuration, Timestamp};
use proffer_domain::{
    CategoryId, CommandId, DeliveryTime, DeliveryUnit, MessageId, MessageKind, Money, OfferId, OfferTerms, QuestionId,
    Role, ServiceKind,
};
use proffer_platform::{
    Config, Platform,
    flow::{Command, Flow, FlowError, NewAccount},
    ports::{Clock, Ports, SystemEntropy},
    store::AccountRow,
};
use proffer_protocol::{
    AskQuestionRequest, Document, OfferDocument, Problem, QuestionDocument, SendMessageRequest, SendOfferRequest,
};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// A clock that stands until it is put forward.
pub struct StandingClock(Mutex<Timestamp>);

impl StandingClock {
    pub fn pass(&self, duration: SignedDuration) {
        let mut at = self.0.lock().unwrap();
        *at += duration;
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A platform with its people.
pub struct World {
    pub flow: Flow,
    pub clock: Arc<StandingClock>,
    pub category: CategoryId,
    pub helen: AccountRow,
    pub daniel: AccountRow,
    pub mira: AccountRow,
    pub nora: AccountRow,
    pub platform: Option<Platform>,
    pub home: Home,
}

pub const PASSWORD: &str = "correct horse battery";

impl World {
    pub async fn begin(home: Home) -> Self {
        Self::begin_with(home, |_| {}).await
    }

    /// With another configuration.
    pub async fn begin_with(home: Home, configure: impl FnOnce(&mut Config)) -> Self {
        // Clients need it before they are made, also when they only speak http; a second time changes nothing.
        drop(rustls::crypto::ring::default_provider().install_default());
        let clock = Arc::new(StandingClock(Mutex::new("2026-11-23T10:00:00Z".parse().unwrap())));
        let mut config = Config {
            ports: Ports {
                clock: clock.clone(),
                entropy: Arc::new(SystemEntropy),
            },
            ..home.config()
        };
        configure(&mut config);
        let platform = Platform::open(config).await.unwrap();
        let flow = platform.flow();
        let category = flow.create_category("Legal").await.unwrap();
        let account = |role, name: &str, categories: Vec<CategoryId>| NewAccount {
            role,
            email: format!("{}@example.com", name.to_lowercase().replace(' ', ".")),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            time_zone: "Europe/London".to_owned(),
            categories,
        };
        let helen = flow
            .create_account(account(Role::Customer, "Helen Marsh", vec![]))
            .await
            .unwrap();
        let daniel = flow
            .create_account(account(Role::Expert, "Daniel Okafor", vec![category]))
            .await
            .unwrap();
        let mira = flow
            .create_account(account(Role::Expert, "Mira Lindqvist", vec![category]))
            .await
            .unwrap();
        let nora = flow
            .create_account(account(Role::Moderator, "Nora Castellan", vec![category]))
            .await
            .unwrap();
        Self {
            flow,
            clock,
            category,
            helen,
            daniel,
            mira,
            nora,
            platform: Some(platform),
            home,
        }
    }

    pub fn key(&self) -> CommandId {
        CommandId(self.flow.ports().new_id())
    }

    pub async fn run(&self, actor: &AccountRow, command: Command) -> Result<Document, FlowError> {
        self.flow.execute(actor, self.key(), &command).await
    }

    /// Runs a command that must be refused.
    pub async fn refused(&self, actor: &AccountRow, command: Command) -> Problem {
        match self.run(actor, command).await {
            Err(FlowError::Refused(problem)) => *problem,
            other => panic!("not refused: {other:?}"),
        }
    }

    pub async fn ask(&self) -> QuestionId {
        let id = QuestionId(self.flow.ports().new_id());
        let request = AskQuestionRequest {
            id,
            category_id: self.category,
            title: "Can he keep our domain?".to_owned(),
            text: "Every invoice is paid.".to_owned(),
            attachments: vec![],
        };
        self.run(&self.helen, Command::Ask(request)).await.unwrap();
        id
    }

    pub fn message(&self, kind: MessageKind, text: &str) -> SendMessageRequest {
        let id = MessageId(self.flow.ports().new_id());
        SendMessageRequest {
            id,
            kind,
            text: text.to_owned(),
            announces_offer: false,
            attachments: vec![],
        }
    }

    /// A question that Daniel locked and answered.
    pub async fn answered(&self) -> QuestionId {
        let id = self.ask().await;
        self.run(&self.daniel, Command::Lock(id)).await.unwrap();
        let answer = self.message(MessageKind::Answer, "No. Write to him.");
        self.run(&self.daniel, Command::SendMessage(id, answer)).await.unwrap();
        id
    }

    pub fn terms(&self) -> OfferTerms {
        OfferTerms {
            kind: ServiceKind::DocumentPreparation,
            title: "Letter before action".to_owned(),
            deliverables: vec!["Letter, Word and PDF".to_owned()],
            price: Money::new(14_500, "GBP".parse().unwrap()),
            delivery_time: DeliveryTime {
                count: 2,
                unit: DeliveryUnit::WorkingDays,
            },
            expires_at: None,
            note: String::new(),
            call_slots: vec![],
        }
    }

    pub async fn send(&self, question: QuestionId, terms: OfferTerms) -> OfferId {
        let id = OfferId(self.flow.ports().new_id());
        self.run(
            &self.daniel,
            Command::SendOffer(question, SendOfferRequest { id, terms }),
        )
        .await
        .unwrap();
        id
    }

    /// An offer that Daniel sent to Helen.
    pub async fn offered(&self) -> OfferId {
        let question = self.answered().await;
        self.send(question, self.terms()).await
    }

    pub async fn offer(&self, id: OfferId) -> OfferDocument {
        self.flow.offer_of_customer(&self.helen, id).await.unwrap()
    }

    pub async fn question(&self, id: QuestionId) -> QuestionDocument {
        self.flow.question_of_customer(&self.helen, id).await.unwrap()
    }

    pub async fn emails(&self, kind: &str) -> Vec<(String, String)> {
        self.flow
            .store()
            .read()
            .await
            .unwrap()
            .emails_of_kind(kind)
            .await
            .unwrap()
    }

    /// Serves over HTTP on a free port; gives the address. It ends with the test.
    pub async fn serve(&mut self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let platform = self.platform.take().unwrap();
        tokio::spawn(platform.serve(listener, tokio_util::sync::CancellationToken::new()));
        format!("http://{address}")
    }
}

/// The UUID of something that is not there.
pub fn nothing() -> Uuid {
    Uuid::from_u128(42)
}
