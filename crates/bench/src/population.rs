//! A platform's data, made before it serves: people by its flow, offers by its commands, bulk by its store.

use crate::texts::{Draws, Vocabulary};
use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use proffer_domain::{
    AccountId, CategoryId, CommandId, DeliveryTime, DeliveryUnit, Message, MessageId, MessageKind, Money, OfferId,
    OfferTerms, Person, Question, QuestionId, QuestionState, Role, ServiceKind, uuid_v7,
};
use proffer_platform::{
    Config, Platform,
    flow::{Command, Flow, NewAccount},
    store::{AccountRow, NewChange},
};
use proffer_protocol::{
    AskQuestionRequest, Document, Entity, MessageDocument, QuestionDocument, SendMessageRequest, SendOfferRequest,
    StreamId,
};
use std::{ops::Range, path::Path, sync::Arc};
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "a long and boring password";
pub(crate) const EXPERT: &str = "daniel@experts.example";
pub(crate) const CUSTOMER: &str = "helen@customers.example";

/// Makes the same ids in every run.
struct Ids(u64);

impl Ids {
    fn next(&mut self, at: Timestamp) -> Uuid {
        self.0 += 1;
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
        uuid_v7(at, random)
    }
}

/// The people of a platform.
pub(crate) struct Population {
    platform: Platform,
    category: CategoryId,
    expert: AccountRow,
    customer: AccountRow,
    ids: Ids,
}

impl Population {
    /// A category, an expert who serves it, and a customer, in a new data folder.
    pub(crate) async fn settle(data: &Path) -> anyhow::Result<Self> {
        let platform = Platform::open(Config::in_folder(data.to_owned())).await?;
        let flow = platform.flow();
        let category = flow.create_category("Internet law").await?;
        let account = |role, email: &str, name: &str, categories| NewAccount {
            role,
            email: email.to_owned(),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            time_zone: "Europe/London".to_owned(),
            categories,
        };
        let expert = flow
            .create_account(account(Role::Expert, EXPERT, "Daniel Okafor", vec![category]))
            .await?;
        let customer = flow
            .create_account(account(Role::Customer, CUSTOMER, "Helen Marsh", vec![]))
            .await?;
        Ok(Self {
            platform,
            category,
            expert,
            customer,
            ids: Ids(0),
        })
    }

    /// The people of a folder that was settled before.
    pub(crate) async fn back_in(data: &Path) -> anyhow::Result<Self> {
        let platform = Platform::open(Config::in_folder(data.to_owned())).await?;
        let flow = platform.flow();
        let category = flow.categories().await?.first().context("no category")?.id;
        let (expert, customer) = (
            flow.account_by_email(EXPERT).await?,
            flow.account_by_email(CUSTOMER).await?,
        );
        Ok(Self {
            platform,
            category,
            expert,
            customer,
            ids: Ids(1 << 32),
        })
    }

    /// How many messages there are on these questions.
    pub(crate) async fn messages_on(&self, questions: &[QuestionId]) -> anyhow::Result<usize> {
        let mut tx = self.flow().store().read().await?;
        let mut count = 0;
        for question in questions {
            count += tx.documents_on_question(Entity::Message, question.0).await?.len();
        }
        Ok(count)
    }

    /// The platform, its expert, and the category.
    pub(crate) fn into_parts(self) -> (Platform, AccountRow, CategoryId) {
        (self.platform, self.expert, self.category)
    }

    fn flow(&self) -> Flow {
        self.platform.flow()
    }

    async fn execute(&mut self, is_expert: bool, command: Command) -> anyhow::Result<()> {
        let key = CommandId(self.ids.next(Timestamp::now()));
        let actor = if is_expert { &self.expert } else { &self.customer };
        self.flow()
            .execute(actor, key, &command)
            .await
            .context("a command of the population")?;
        Ok(())
    }

    /// So many offers that await the customer, each on an answered question of its own.
    pub(crate) async fn offers(&mut self, count: usize) -> anyhow::Result<Vec<OfferId>> {
        let mut offers = Vec::with_capacity(count);
        for number in 0..count {
            let now = Timestamp::now();
            let (question, offer) = (QuestionId(self.ids.next(now)), OfferId(self.ids.next(now)));
            let ask = AskQuestionRequest {
                id: question,
                category_id: self.category,
                title: format!("Former web designer won’t hand over domain {number}"),
                text: "He registered it in his own name and wants a fee to move it. Can he do that?".to_owned(),
                attachments: vec![],
            };
            let answer = SendMessageRequest {
                id: MessageId(self.ids.next(now)),
                kind: MessageKind::Answer,
                text: "No. Every invoice is paid and no contract mentions a fee.".to_owned(),
                announces_offer: true,
                attachments: vec![],
            };
            let terms = OfferTerms {
                kind: ServiceKind::DocumentPreparation,
                title: "Letter before action and domain transfer pack".to_owned(),
                deliverables: vec!["Letter before action, Word and PDF".to_owned()],
                price: Money::new(14_500, "GBP".parse()?),
                delivery_time: DeliveryTime {
                    count: 2,
                    unit: DeliveryUnit::WorkingDays,
                },
                expires_at: None,
                note: String::new(),
                call_slots: vec![],
            };
            self.execute(false, Command::Ask(ask)).await?;
            self.execute(true, Command::Lock(question)).await?;
            self.execute(true, Command::SendMessage(question, answer)).await?;
            self.execute(
                true,
                Command::SendOffer(question, SendOfferRequest { id: offer, terms }),
            )
            .await?;
            offers.push(offer);
        }
        Ok(offers)
    }

    /// So many questions that the expert has locked.
    pub(crate) async fn locked_questions(&mut self, count: usize) -> anyhow::Result<Vec<QuestionId>> {
        let mut questions = Vec::with_capacity(count);
        for number in 0..count {
            let question = QuestionId(self.ids.next(Timestamp::now()));
            let ask = AskQuestionRequest {
                id: question,
                category_id: self.category,
                title: format!("Who owns the domain that my designer registered, case {number}?"),
                text: "He registered it in his own name and wants a fee to move it. Can he do that?".to_owned(),
                attachments: vec![],
            };
            self.execute(false, Command::Ask(ask)).await?;
            self.execute(true, Command::Lock(question)).await?;
            questions.push(question);
        }
        Ok(questions)
    }

    /// What the platform is to be filled with; the same in every run but for the people's ids.
    pub(crate) fn corpus(&self, messages: u32) -> Corpus {
        Corpus {
            expert: person(&self.expert),
            category: self.category,
            questions: messages / MESSAGES_EACH,
            words: Arc::new(Vocabulary::new()),
        }
    }

    /// Writes a corpus past the commands, many documents a statement.
    pub(crate) async fn fill(&self, corpus: &Corpus) -> anyhow::Result<()> {
        let flow = self.flow();
        let (chunks, mut made) = tokio::sync::mpsc::channel(2);
        let source = corpus.clone();
        // Texts are made while others are written.
        let making = tokio::task::spawn_blocking(move || {
            for chunk in source.chunks() {
                if chunks.blocking_send(source.documents(chunk)).is_err() {
                    return;
                }
            }
        });
        while let Some(documents) = made.recv().await {
            let changes: Vec<NewChange> = documents.iter().map(change_of).collect();
            let mut tx = flow.store().begin().await?;
            tx.insert_documents(&documents).await?;
            tx.insert_changes(StreamId::Category(self.category), &changes).await?;
            tx.commit().await?;
        }
        Ok(making.await?)
    }

    /// Lets go of the database, so that a platform of its own process can serve it.
    pub(crate) async fn leave(self) {
        self.flow().store().close().await;
    }
}

fn person(account: &AccountRow) -> Person {
    Person {
        id: account.id,
        name: account.name.clone(),
    }
}

/// The change that tells of a new document.
pub(crate) fn change_of(document: &Document) -> NewChange {
    NewChange {
        entity: document.entity(),
        id: document.id(),
    }
}

/// Messages of a question.
pub(crate) const MESSAGES_EACH: u32 = 10;
/// Characters of a message and of a question.
const MESSAGE_CHARS: usize = 1_000;
const QUESTION_CHARS: usize = 400;
/// Questions that are made and written at a time.
const QUESTIONS_A_CHUNK: u32 = 200;
/// Questions of a customer.
const QUESTIONS_EACH: u32 = 20;

const FIRST_NAMES: [&str; 32] = [
    "Helen", "Amir", "Bea", "Carlos", "Dora", "Emil", "Fatima", "George", "Hana", "Ivan", "Jola", "Karim", "Lena",
    "Mateo", "Nora", "Otto", "Priya", "Quinn", "Rosa", "Sven", "Tara", "Umar", "Vera", "Wim", "Xenia", "Yusuf", "Zoe",
    "Anna", "Boris", "Clara", "David", "Elif",
];
const LAST_NAMES: [&str; 32] = [
    "Marsh", "Abbas", "Baker", "Costa", "Diaz", "Eriksen", "Fuchs", "Grant", "Haddad", "Ito", "Jensen", "Kowalski",
    "Lopez", "Moreau", "Novak", "Okoye", "Patel", "Quist", "Rossi", "Schmidt", "Tanaka", "Usman", "Varga", "Weber",
    "Xu", "Yilmaz", "Zhang", "Adler", "Brandt", "Cohen", "Duarte", "Evans",
];

/// Questions with their messages, a pure function of a number: made again wherever they are needed.
#[derive(Clone)]
pub(crate) struct Corpus {
    expert: Person,
    category: CategoryId,
    questions: u32,
    words: Arc<Vocabulary>,
}

/// When the first question was asked: 2025-01-01.
const BEGIN_SECONDS: i64 = 1_735_689_600;

impl Corpus {
    /// How many messages it has.
    pub(crate) fn messages(&self) -> u32 {
        self.questions * MESSAGES_EACH
    }

    /// How many documents it has.
    pub(crate) fn len(&self) -> usize {
        (self.questions * (MESSAGES_EACH + 1)) as usize
    }

    /// The words of its texts.
    pub(crate) fn words(&self) -> &Vocabulary {
        &self.words
    }

    /// Ranges of questions that are made at a time.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = Range<u32>> + use<> {
        let questions = self.questions;
        let begins = (0..questions).step_by(QUESTIONS_A_CHUNK as usize);
        begins.map(move |begin| begin..(begin + QUESTIONS_A_CHUNK).min(questions))
    }

    /// These questions, each followed by its messages.
    pub(crate) fn documents(&self, numbers: Range<u32>) -> Vec<Document> {
        let mut documents = Vec::with_capacity(numbers.len() * (MESSAGES_EACH as usize + 1));
        for number in numbers {
            documents.push(Document::Question(self.question(number)));
            documents.extend((0..MESSAGES_EACH).map(|index| Document::Message(self.message(number, index))));
        }
        documents
    }

    fn asked_at(number: u32) -> Timestamp {
        let seconds = BEGIN_SECONDS + i64::from(number) * 120;
        Timestamp::from_second(seconds).unwrap_or_default()
    }

    fn sent_at(number: u32, index: u32) -> Timestamp {
        Self::asked_at(number) + SignedDuration::from_secs(i64::from(index) * 60 + 30)
    }

    pub(crate) fn question_id(number: u32) -> QuestionId {
        QuestionId(id_of(Self::asked_at(number), number, 0))
    }

    fn customer(number: u32) -> Person {
        let customer = number / QUESTIONS_EACH;
        let begin = Timestamp::from_second(BEGIN_SECONDS).unwrap_or_default();
        let (first, last) = (customer as usize % 32, customer as usize / 32 % 32);
        Person {
            id: AccountId(id_of(begin, customer, 99)),
            name: format!("{} {}", FIRST_NAMES[first], LAST_NAMES[last]),
        }
    }

    /// One in twenty is open, one answered by the expert, eight by another; the others are closed.
    pub(crate) fn question(&self, number: u32) -> QuestionDocument {
        let begin = Timestamp::from_second(BEGIN_SECONDS).unwrap_or_default();
        let other = other_expert().id;
        let (state, answered_by) = match number % 20 {
            0 => (QuestionState::Open, vec![]),
            1 => (QuestionState::Answered, vec![self.expert.id]),
            2..=9 => (QuestionState::Answered, vec![other]),
            _ => (QuestionState::Closed, vec![other]),
        };
        let asked_at = Self::asked_at(number);
        QuestionDocument {
            revision: 1,
            question: Question {
                id: Self::question_id(number),
                number: 60_000 + u64::from(number),
                category_id: self.category,
                customer: Self::customer(number),
                title: self.words.prose(u64::from(number) << 8 | 0xfe, 60),
                text: self.words.prose(u64::from(number) << 8 | 0xff, QUESTION_CHARS),
                attachments: vec![],
                asked_at,
                state,
                lock: None,
                answered_by,
                rating: None,
                customer_viewed_at: None,
                last_activity_at: Self::sent_at(number, MESSAGES_EACH - 1),
            },
            customer_since: begin,
            customer_time_zone: None,
        }
    }

    pub(crate) fn message(&self, number: u32, index: u32) -> MessageDocument {
        let is_experts = index.is_multiple_of(2);
        let sent_at = Self::sent_at(number, index);
        MessageDocument {
            revision: 1,
            message: Message {
                id: MessageId(id_of(sent_at, number, index + 1)),
                question_id: Self::question_id(number),
                kind: if is_experts {
                    MessageKind::InfoRequest
                } else {
                    MessageKind::Reply
                },
                author: if is_experts && number % 20 == 1 {
                    self.expert.clone()
                } else if is_experts {
                    other_expert()
                } else {
                    Self::customer(number)
                },
                text: self
                    .words
                    .prose(u64::from(number) << 8 | u64::from(index), MESSAGE_CHARS),
                announces_offer: false,
                attachments: vec![],
                sent_at,
            },
        }
    }

    /// A customer's new reply, and its question as it stands then; `turn` tells apart those on one question.
    pub(crate) fn reply(&self, number: u32, turn: u32, now: Timestamp) -> (QuestionDocument, MessageDocument) {
        let mut question = self.question(number);
        question.revision = u64::from(turn) + 2;
        question.question.last_activity_at = now;
        let mut message = self.message(number, 1);
        message.message.id = MessageId(id_of(now, number, 1_000 + turn));
        message.message.text = self
            .words
            .prose(u64::from(number) << 32 | u64::from(turn), MESSAGE_CHARS);
        message.message.sent_at = now;
        (question, message)
    }
}

fn other_expert() -> Person {
    let begin = Timestamp::from_second(BEGIN_SECONDS).unwrap_or_default();
    Person {
        id: AccountId(id_of(begin, 0, 98)),
        name: "Grace Lindqvist".to_owned(),
    }
}

/// The same id for the same thing in every run.
fn id_of(at: Timestamp, number: u32, part: u32) -> Uuid {
    let mut random = [0; 10];
    let mixed = Draws::new(u64::from(number) << 32 | u64::from(part))
        .next()
        .to_be_bytes();
    random[..8].copy_from_slice(&mixed);
    uuid_v7(at, random)
}
