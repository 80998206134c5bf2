//! A platform's data, made before it serves: people by its flow, offers by its commands, bulk by its store.

use anyhow::{Context, bail};
use jiff::{SignedDuration, Timestamp};
use proffer_domain::{
    CategoryId, CommandId, DeliveryTime, DeliveryUnit, Message, MessageId, MessageKind, Money, OfferId, OfferTerms,
    Person, Question, QuestionId, QuestionState, Role, ServiceKind, uuid_v7,
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
use std::path::Path;
use uuid::Uuid;

pub(crate) const PASSWORD: &str = "a long and boring password";
pub(crate) const EXPERT: &str = "daniel@experts.example";
pub(crate) const CUSTOMER: &str = "helen@customers.example";
/// Documents a transaction.
const BATCH: usize = 2_000;

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

    /// So many open questions with so many messages of about 1 KB each; gives every document as it was written.
    pub(crate) async fn questions(&mut self, count: u32, messages_each: u32) -> anyhow::Result<Vec<Document>> {
        let (expert, customer) = (person(&self.expert), person(&self.customer));
        let begin = Timestamp::now() - SignedDuration::from_hours(24 * 30);
        let mut documents = Vec::new();
        for number in 0..count {
            let asked_at = begin + SignedDuration::from_secs(i64::from(number) * 60);
            let id = QuestionId(self.ids.next(asked_at));
            let sent_at = |index: u32| asked_at + SignedDuration::from_secs(i64::from(index));
            documents.push(Document::Question(QuestionDocument {
                revision: 1,
                question: Question {
                    id,
                    number: 60_000 + u64::from(number),
                    category_id: self.category,
                    customer: customer.clone(),
                    title: format!("Question {number}: who owns the domain that my designer registered?"),
                    text: prose(u64::from(number), 400),
                    attachments: vec![],
                    asked_at,
                    state: QuestionState::Open,
                    lock: None,
                    answered_by: vec![],
                    rating: None,
                    customer_viewed_at: None,
                    last_activity_at: sent_at(messages_each),
                },
                customer_since: begin,
            }));
            for index in 0..messages_each {
                let is_request = index % 2 == 0;
                documents.push(Document::Message(MessageDocument {
                    revision: 1,
                    message: Message {
                        id: MessageId(self.ids.next(sent_at(index))),
                        question_id: id,
                        kind: if is_request {
                            MessageKind::InfoRequest
                        } else {
                            MessageKind::Reply
                        },
                        author: if is_request { expert.clone() } else { customer.clone() },
                        text: prose(u64::from(number) * 31 + u64::from(index), 1_000),
                        announces_offer: false,
                        attachments: vec![],
                        sent_at: sent_at(index),
                    },
                }));
            }
        }
        let flow = self.flow();
        for batch in documents.chunks(BATCH) {
            let mut tx = flow.store().begin().await?;
            let mut changes = Vec::with_capacity(batch.len());
            for document in batch {
                tx.insert_document(document).await?;
                changes.push(NewChange {
                    entity: document.entity(),
                    id: document.id(),
                });
            }
            tx.insert_changes(StreamId::Category(self.category), &changes).await?;
            tx.commit().await?;
        }
        if documents
            .iter()
            .filter(|document| document.entity() == Entity::Question)
            .count()
            != count as usize
        {
            bail!("not every question was made");
        }
        Ok(documents)
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

const WORDS: [&str; 48] = [
    "the",
    "designer",
    "registered",
    "domain",
    "in",
    "his",
    "own",
    "name",
    "every",
    "invoice",
    "was",
    "paid",
    "and",
    "no",
    "contract",
    "mentions",
    "a",
    "transfer",
    "fee",
    "write",
    "to",
    "him",
    "within",
    "seven",
    "days",
    "registrar",
    "asks",
    "for",
    "proof",
    "of",
    "payment",
    "dispute",
    "service",
    "mediation",
    "free",
    "lapsed",
    "renewed",
    "company",
    "letter",
    "before",
    "action",
    "evidence",
    "attached",
    "please",
    "confirm",
    "which",
    "bakery",
    "Leeds",
];

/// Words in an order that differs from text to text, as long as asked.
fn prose(seed: u64, chars: usize) -> String {
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut text = String::with_capacity(chars + 12);
    while text.len() < chars {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push_str(WORDS[usize::try_from(state % 48).unwrap_or(0)]);
        text.push(' ');
    }
    text
}
