//! A platform's data for load: thousands of experts in one category, customers with their questions and offers, and a
//! session for everybody. Everything has its number in its id, so that it can be named without being looked up.

use crate::population::change_of;
use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use proffer_domain::{
    AccountId, CategoryId, CommandId, DeliveryTime, DeliveryUnit, MessageId, MessageKind, Money, OfferId, OfferTerms,
    Person, QuestionId, Role, ServiceKind, SessionId,
};
use proffer_platform::{
    Config, Platform,
    flow::{Command, Flow, NewAccount, hash},
    store::{AccountRow, NewChange},
};
use proffer_protocol::{
    AccountDocument, AskQuestionRequest, Document, Entity, OfferDocument, QuestionDocument, SendMessageRequest,
    SendOfferRequest, StreamId,
};
use std::{ops::Range, path::Path};
use uuid::Uuid;

/// Offers of a customer, and how many are on one question.
pub(crate) const OFFERS_EACH: u32 = 20;
const OFFERS_A_QUESTION: u32 = 5;
/// Customers that are written in one transaction.
const CUSTOMERS_A_CHUNK: u32 = 250;
const EXPERTS_A_CHUNK: u32 = 500;

/// What a number is of.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Offer = 1,
    Customer = 2,
    Expert = 3,
    Question = 4,
    Session = 5,
}

/// The last twelve digits of an id: its kind and its number.
pub(crate) fn digits(kind: Kind, number: u32) -> u64 {
    kind as u64 * 100_000_000_000 + u64::from(number)
}

fn id(kind: Kind, number: u32) -> Uuid {
    // Digits alone, so that SQL can make the same id from a number.
    let text = format!("01900000-0000-7000-8000-{}", digits(kind, number));
    Uuid::parse_str(&text).unwrap_or_default()
}

pub(crate) fn offer_id(number: u32) -> OfferId {
    OfferId(id(Kind::Offer, number))
}

pub(crate) fn question_id(number: u32) -> QuestionId {
    QuestionId(id(Kind::Question, number))
}

/// The question that an offer is on.
pub(crate) fn question_of(offer: u32) -> u32 {
    offer / OFFERS_A_QUESTION
}

/// Whose offer it is.
pub(crate) fn customer_of(offer: u32) -> u32 {
    offer / OFFERS_EACH
}

pub(crate) fn customer_token(number: u32) -> String {
    format!("load-customer-{number}")
}

pub(crate) fn expert_token(number: u32) -> String {
    format!("load-expert-{number}")
}

/// How many of everything.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) experts: u32,
    pub(crate) offers: u32,
}

/// The crowd's platform while it is filled.
pub(crate) struct Crowd {
    pub(crate) platform: Platform,
    pub(crate) category: CategoryId,
    size: Size,
}

/// What all the others are made like.
struct Patterns {
    account: AccountRow,
    question: QuestionDocument,
    offer: OfferDocument,
}

impl Crowd {
    /// Fills a new platform.
    pub(crate) async fn settle(config: Config, size: Size) -> anyhow::Result<Self> {
        let platform = Platform::open(config).await?;
        let flow = platform.flow();
        let category = flow.create_category("Internet law").await?;
        let patterns = patterns(&flow, category).await?;
        let crowd = Self {
            platform,
            category,
            size,
        };
        for chunk in chunks(size.experts, EXPERTS_A_CHUNK) {
            crowd.experts(&patterns, chunk).await?;
        }
        for chunk in chunks(size.offers.div_ceil(OFFERS_EACH), CUSTOMERS_A_CHUNK) {
            crowd.customers(&patterns, chunk).await?;
        }
        // What was made up tells nobody.
        let mut tx = flow.store().begin().await?;
        tx.discard_pending_emails().await?;
        tx.commit().await?;
        Ok(crowd)
    }

    /// Lets go of the database.
    pub(crate) async fn leave(self) {
        self.platform.flow().store().close().await;
    }

    fn expert_of(&self, customer: u32) -> Person {
        let number = customer % self.size.experts.max(1);
        Person {
            id: AccountId(id(Kind::Expert, number)),
            name: format!("Expert {number}"),
        }
    }

    async fn experts(&self, patterns: &Patterns, numbers: Range<u32>) -> anyhow::Result<()> {
        let mut tx = self.platform.flow().store().begin().await?;
        for number in numbers {
            let row = account(patterns, Role::Expert, number);
            tx.insert_account(&row).await?;
            tx.insert_account_category(row.id, self.category).await?;
            let document = Document::Account(AccountDocument {
                revision: 1,
                id: row.id,
                role: row.role,
                name: row.name.clone(),
                email: row.email.clone(),
                category_ids: vec![self.category],
            });
            tx.insert_document(&document).await?;
            tx.insert_changes(StreamId::Account(row.id), &[change_of(&document)])
                .await?;
            session(&mut tx, &row, &expert_token(number), number * 2).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn customers(&self, patterns: &Patterns, numbers: Range<u32>) -> anyhow::Result<()> {
        let mut documents = Vec::new();
        let mut told: Vec<(StreamId, Vec<NewChange>)> = Vec::new();
        let mut of_category = Vec::new();
        let mut rows = Vec::new();
        for number in numbers {
            let row = account(patterns, Role::Customer, number);
            let (customer, expert) = (
                Person {
                    id: row.id,
                    name: row.name.clone(),
                },
                self.expert_of(number),
            );
            let (mut of_customer, mut of_expert) = (Vec::new(), Vec::new());
            let offers = number * OFFERS_EACH..((number + 1) * OFFERS_EACH).min(self.size.offers);
            for offer in offers {
                if offer % OFFERS_A_QUESTION == 0 {
                    let mut document = patterns.question.clone();
                    document.question.id = question_id(question_of(offer));
                    document.question.number = 100_000 + u64::from(question_of(offer));
                    document.question.customer = customer.clone();
                    document.question.answered_by = vec![expert.id];
                    document.question.asked_at = at(offer);
                    document.question.last_activity_at = at(offer);
                    let document = Document::Question(document);
                    of_customer.push(change_of(&document));
                    of_category.push(change_of(&document));
                    documents.push(document);
                }
                let mut document = patterns.offer.clone();
                document.number = 100_000 + u64::from(offer);
                document.customer = customer.clone();
                document.expert = expert.clone();
                document.question_number = 100_000 + u64::from(question_of(offer));
                document.offer.id = offer_id(offer);
                document.offer.question_id = question_id(question_of(offer));
                document.offer.customer_id = customer.id;
                document.offer.expert_id = expert.id;
                document.offer.sent_at = at(offer);
                for event in &mut document.offer.events {
                    event.at = at(offer);
                }
                let document = Document::Offer(document);
                of_customer.push(change_of(&document));
                of_expert.push(change_of(&document));
                documents.push(document);
            }
            told.push((StreamId::Account(row.id), of_customer));
            told.push((StreamId::Account(expert.id), of_expert));
            rows.push((row, number));
        }
        let mut tx = self.platform.flow().store().begin().await?;
        for (row, number) in &rows {
            tx.insert_account(row).await?;
            session(&mut tx, row, &customer_token(*number), number * 2 + 1).await?;
        }
        tx.insert_documents(&documents).await?;
        for (stream, changes) in &told {
            tx.insert_changes(*stream, changes).await?;
        }
        tx.insert_changes(StreamId::Category(self.category), &of_category)
            .await?;
        Ok(tx.commit().await?)
    }
}

/// So many numbers, so many at a time.
fn chunks(count: u32, each: u32) -> impl Iterator<Item = Range<u32>> {
    let begins = (0..count).step_by(each as usize);
    begins.map(move |begin| begin..(begin + each).min(count))
}

/// One after another, the newest an hour ago.
fn at(offer: u32) -> Timestamp {
    let begin = Timestamp::from_second(1_735_689_600).unwrap_or_default();
    begin + SignedDuration::from_secs(i64::from(offer))
}

fn account(patterns: &Patterns, role: Role, number: u32) -> AccountRow {
    let (kind, place, name) = match role {
        Role::Customer => (Kind::Customer, "customers", "Customer"),
        _ => (Kind::Expert, "experts", "Expert"),
    };
    AccountRow {
        id: AccountId(id(kind, number)),
        role,
        email: format!("{number}@{place}.example"),
        name: format!("{name} {number}"),
        ..patterns.account.clone()
    }
}

async fn session(
    tx: &mut proffer_platform::store::Tx,
    row: &AccountRow,
    token: &str,
    number: u32,
) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let until = now + SignedDuration::from_hours(24);
    let session = SessionId(id(Kind::Session, number));
    tx.insert_session(&hash(token.as_bytes()), session, row.id, "load", (now, until))
        .await?;
    Ok(())
}

/// One question with one offer, made by the flow itself.
async fn patterns(flow: &Flow, category: CategoryId) -> anyhow::Result<Patterns> {
    let new_account = |role, email: &str, categories| NewAccount {
        role,
        email: email.to_owned(),
        name: "A pattern".to_owned(),
        password: crate::population::PASSWORD.to_owned(),
        time_zone: "Europe/London".to_owned(),
        categories,
    };
    let expert = flow
        .create_account(new_account(Role::Expert, "pattern@experts.example", vec![category]))
        .await?;
    let customer = flow
        .create_account(new_account(Role::Customer, "pattern@customers.example", vec![]))
        .await?;
    let ids: Vec<Uuid> = (0..8).map(|_| Uuid::now_v7()).collect();
    let (question, offer) = (QuestionId(ids[0]), OfferId(ids[1]));
    let ask = AskQuestionRequest {
        id: question,
        category_id: category,
        title: "Former web designer won’t hand over my domain".to_owned(),
        text: "He registered it in his own name and wants a fee to move it. Can he do that?".to_owned(),
        attachments: vec![],
    };
    let answer = SendMessageRequest {
        id: MessageId(ids[2]),
        kind: MessageKind::Answer,
        text: "No. Every invoice is paid and no contract mentions a fee.".to_owned(),
        announces_offer: true,
        attachments: vec![],
    };
    let terms = OfferTerms {
        kind: ServiceKind::DocumentPreparation,
        title: "Letter before action and domain transfer pack".to_owned(),
        deliverables: vec![
            "Letter before action, Word and PDF".to_owned(),
            "Transfer form for the registrar, filled in".to_owned(),
        ],
        price: Money::new(14_500, "GBP".parse()?),
        delivery_time: DeliveryTime {
            count: 2,
            unit: DeliveryUnit::WorkingDays,
        },
        expires_at: None,
        note: "Optional: nothing of the answer depends on it.".to_owned(),
        call_slots: vec![],
    };
    let commands = [
        (&customer, Command::Ask(ask)),
        (&expert, Command::Lock(question)),
        (&expert, Command::SendMessage(question, answer)),
        (
            &expert,
            Command::SendOffer(question, SendOfferRequest { id: offer, terms }),
        ),
        (&expert, Command::Release(question)),
    ];
    for ((actor, command), key) in commands.iter().zip(&ids[3..]) {
        flow.execute(actor, CommandId(*key), command).await?;
    }
    let mut tx = flow.store().read().await?;
    let question = tx.document(Entity::Question, question.0).await?;
    let offer = tx.document(Entity::Offer, offer.0).await?;
    match (question, offer) {
        (Some(Document::Question(question)), Some(Document::Offer(offer))) => Ok(Patterns {
            account: customer,
            question,
            offer,
        }),
        _ => None.context("the pattern is not there"),
    }
}

/// A platform in a folder, over another database if there is one.
pub(crate) fn config(data: &Path, database: Option<&str>) -> Config {
    Config {
        database: database.map(str::to_owned),
        ..Config::in_folder(data.to_owned())
    }
}
