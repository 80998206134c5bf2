//! Customers who speak the protocol over HTTP, and the ledger of what they sent. A command whose answer did not come is
//! sent again with the same key until it comes.

use anyhow::{Context, bail, ensure};
use proffer_domain::{CategoryId, OfferId, OfferState, QuestionId, uuid_v7};
use proffer_protocol::{Entity, OfferDocument, Problem, SyncPage, version::IDEMPOTENCY_KEY_HEADER};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// How long an answer may take before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a customer's command must have come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Question(QuestionId),
    Message(Uuid),
    Acceptance(OfferId),
}

/// A command of a customer.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) key: Uuid,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) what: Wanted,
    /// The answer, once it came.
    pub(crate) answer: Option<Value>,
}

/// Documents by kind and id.
pub(crate) type Documents = BTreeMap<(Entity, Uuid), Value>;

/// What one side has seen by following the streams.
#[derive(Default)]
pub(crate) struct Followed {
    cursor: Option<String>,
    pub(crate) documents: Documents,
}

/// How a command failed while the platform was up.
pub(crate) struct Failing {
    pub(crate) status: u16,
    pub(crate) problem: Option<Box<Problem>>,
}

/// Somebody who talks to the platform over HTTP.
#[derive(Clone)]
pub(crate) struct Caller {
    client: reqwest::Client,
    url: String,
    token: String,
}

/// What came of sending.
pub(crate) enum Sent {
    Done(Value),
    /// Nothing came, or the platform said that it cannot now: what happened is unknown.
    Unknown(Option<Failing>, String),
    Refused(String),
}

impl Caller {
    pub(crate) fn new(url: String, token: String) -> anyhow::Result<Self> {
        proffer_desk::use_tls_provider();
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        Ok(Self { client, url, token })
    }

    pub(crate) async fn send(&self, key: Uuid, path: &str, body: &Value) -> Sent {
        let request = self
            .client
            .post(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .header(IDEMPOTENCY_KEY_HEADER, key.to_string())
            .json(body);
        let answered = async {
            let response = request.send().await?;
            let status = response.status().as_u16();
            Ok::<_, reqwest::Error>((status, response.text().await?))
        };
        match answered.await {
            Err(error) => Sent::Unknown(None, error.to_string()),
            Ok((200..300, text)) => match serde_json::from_str(&text) {
                Ok(value) => Sent::Done(value),
                Err(error) => Sent::Refused(format!("{path} was answered with {text:?}: {error}")),
            },
            Ok((status @ (429 | 500..), text)) => {
                let problem = serde_json::from_str(&text).ok();
                Sent::Unknown(Some(Failing { status, problem }), format!("{status} {text}"))
            }
            Ok((status, text)) => Sent::Refused(format!("{path}: {status} {text}")),
        }
    }

    /// Follows the streams to their end.
    pub(crate) async fn follow(&self, followed: &mut Followed) -> anyhow::Result<()> {
        loop {
            let mut request = self
                .client
                .get(format!("{}/v1/sync", self.url))
                .query(&[("limit", "100")])
                .bearer_auth(&self.token);
            if let Some(cursor) = &followed.cursor {
                request = request.query(&[("cursor", cursor)]);
            }
            let page: SyncPage = request.send().await?.error_for_status()?.json().await?;
            for change in page.changes {
                match change.document {
                    Some(document) => followed.documents.insert((change.entity, change.id), document),
                    None => followed.documents.remove(&(change.entity, change.id)),
                };
            }
            followed.cursor = Some(page.cursor);
            if !page.more {
                return Ok(());
            }
        }
    }

    /// All that this one may see, from the beginning.
    pub(crate) async fn everything(&self) -> anyhow::Result<Documents> {
        let mut followed = Followed::default();
        self.follow(&mut followed).await?;
        Ok(followed.documents)
    }
}

/// The questions that customers asked and know to have arrived.
#[derive(Clone, Default)]
pub(crate) struct Questions(Arc<Mutex<Vec<QuestionId>>>);

impl Questions {
    pub(crate) fn all(&self) -> MutexGuard<'_, Vec<QuestionId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn any(&self, generator: &mut StdRng) -> Option<QuestionId> {
        self.all().choose(generator).copied()
    }
}

/// A customer and everything they ever sent.
pub(crate) struct Customer {
    pub(crate) caller: Caller,
    pub(crate) followed: Followed,
    pub(crate) wishes: Vec<Wish>,
    /// How often a command was sent again, and how often one that was acknowledged.
    pub(crate) repeats: (u32, u32),
    category: CategoryId,
    questions: Questions,
    own: Vec<QuestionId>,
    generator: StdRng,
    /// How the last command that failed did so.
    failing: Option<Failing>,
}

pub(crate) fn new_id(generator: &mut StdRng) -> Uuid {
    let mut random = [0; 10];
    generator.fill(&mut random);
    uuid_v7(jiff::Timestamp::now(), random)
}

pub(crate) fn offers(documents: &Documents) -> anyhow::Result<Vec<OfferDocument>> {
    let offers = documents.iter().filter(|((entity, _), _)| *entity == Entity::Offer);
    offers
        .map(|(_, document)| Ok(serde_json::from_value(document.clone())?))
        .collect()
}

impl Customer {
    pub(crate) fn new(caller: Caller, category: CategoryId, questions: Questions, generator: StdRng) -> Self {
        Self {
            caller,
            followed: Followed::default(),
            wishes: Vec::new(),
            repeats: (0, 0),
            category,
            questions,
            own: Vec::new(),
            generator,
            failing: None,
        }
    }

    /// Does one random thing.
    pub(crate) async fn act(&mut self) -> anyhow::Result<()> {
        match self.generator.random_range(0..100) {
            0..10 => self.ask().await,
            10..30 => self.reply().await,
            30..80 => self.accept().await,
            80..90 => self.send_unanswered().await,
            _ => self.repeat().await,
        }
    }

    /// Asks a question.
    pub(crate) async fn ask(&mut self) -> anyhow::Result<()> {
        let repeats = self.generator.random_range(1..40);
        self.ask_with(repeats).await
    }

    /// Asks one that takes some room, and says how that failed if it did.
    pub(crate) async fn ask_at_length(&mut self) -> anyhow::Result<Option<Failing>> {
        self.failing = None;
        self.ask_with(400).await?;
        Ok(self.failing.take())
    }

    async fn ask_with(&mut self, repeats: usize) -> anyhow::Result<()> {
        let id = new_id(&mut self.generator);
        let title = format!("Question {id}");
        let text = "What can I do? ".repeat(repeats);
        let body =
            json!({"id": id, "category_id": self.category, "title": title, "text": text.trim(), "attachments": []});
        self.wish("/v1/questions".to_owned(), body, Wanted::Question(QuestionId(id)))
            .await
    }

    async fn reply(&mut self) -> anyhow::Result<()> {
        let Some(question) = self.own.choose(&mut self.generator).copied() else {
            return self.ask().await;
        };
        let id = new_id(&mut self.generator);
        let text = format!("Reply {id}");
        let body = json!({"id": id, "kind": "reply", "text": text, "announces_offer": false, "attachments": []});
        self.wish(format!("/v1/questions/{question}/messages"), body, Wanted::Message(id))
            .await
    }

    async fn accept(&mut self) -> anyhow::Result<()> {
        if self.caller.follow(&mut self.followed).await.is_err() {
            // The platform is down; what was followed so far stands.
            return Ok(());
        }
        let offers = offers(&self.followed.documents)?;
        let open: Vec<_> = offers
            .iter()
            .filter(|offer| matches!(offer.offer.state, OfferState::Sent | OfferState::Held))
            .filter(|offer| {
                let wanted = Wanted::Acceptance(offer.offer.id);
                self.wishes.iter().all(|wish| wish.what != wanted)
            })
            .collect();
        let Some(offer) = open.choose(&mut self.generator) else {
            return Ok(());
        };
        let (id, version) = (offer.offer.id, offer.offer.version);
        let body = json!({"version": version, "call_slot": null});
        self.wish(format!("/v1/offers/{id}/accept"), body, Wanted::Acceptance(id))
            .await
    }

    /// Accepts the offer of this title.
    pub(crate) async fn accept_titled(&mut self, title: &str) -> anyhow::Result<()> {
        self.caller.follow(&mut self.followed).await?;
        let offers = offers(&self.followed.documents)?;
        let offer = offers.iter().find(|offer| offer.offer.terms.title == title);
        let offer = &offer.with_context(|| format!("{title:?} is not there"))?.offer;
        let body = json!({"version": offer.version, "call_slot": null});
        let id = offer.id;
        self.wish(format!("/v1/offers/{id}/accept"), body, Wanted::Acceptance(id))
            .await
    }

    async fn wish(&mut self, path: String, body: Value, what: Wanted) -> anyhow::Result<()> {
        let key = new_id(&mut self.generator);
        self.wishes.push(Wish {
            key,
            path,
            body,
            what,
            answer: None,
        });
        self.send(self.wishes.len() - 1).await.map(drop)
    }

    /// Sends a command, again perhaps; a second answer is the first.
    async fn send(&mut self, index: usize) -> anyhow::Result<Option<String>> {
        let wish = &self.wishes[index];
        match self.caller.send(wish.key, &wish.path, &wish.body).await {
            Sent::Done(answer) => {
                if let Some(first) = &wish.answer {
                    ensure!(*first == answer, "{} was answered anew, differently", wish.path);
                } else {
                    if let Wanted::Question(id) = wish.what {
                        self.own.push(id);
                        self.questions.all().push(id);
                    }
                    self.wishes[index].answer = Some(answer);
                }
                Ok(None)
            }
            Sent::Unknown(failing, why) => {
                self.failing = failing;
                Ok(Some(why))
            }
            Sent::Refused(why) => bail!("what may be done was refused: {why}"),
        }
    }

    async fn send_unanswered(&mut self) -> anyhow::Result<()> {
        let unanswered: Vec<_> = (0..self.wishes.len())
            .filter(|index| self.wishes[*index].answer.is_none())
            .collect();
        for index in unanswered {
            self.repeats.0 += 1;
            self.send(index).await?;
        }
        Ok(())
    }

    async fn repeat(&mut self) -> anyhow::Result<()> {
        if self.wishes.is_empty() {
            return Ok(());
        }
        let index = self.generator.random_range(0..self.wishes.len());
        if self.wishes[index].answer.is_some() {
            self.repeats.1 += 1;
        }
        self.send(index).await.map(drop)
    }

    /// Sends what has no answer yet, until all have one.
    pub(crate) async fn settle(&mut self, deadline: Duration) -> anyhow::Result<()> {
        let began = std::time::Instant::now();
        for index in 0..self.wishes.len() {
            while self.wishes[index].answer.is_none() {
                self.repeats.0 += 1;
                if let Some(why) = self.send(index).await? {
                    ensure!(
                        began.elapsed() < deadline,
                        "{} is never answered: {why}",
                        self.wishes[index].path
                    );
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        let last = self.caller.follow(&mut self.followed).await;
        last.context("the streams cannot be followed to their end")
    }
}
