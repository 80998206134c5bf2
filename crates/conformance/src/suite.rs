//! The people of a run, what they have in common, and the steps that checks share.

use crate::{
    checks::{self, Check},
    client::{Server, Session, new_id},
    failure::{Failure, SetupError},
    report::{Outcome, Report, Verdict},
};
use futures_util::future::{BoxFuture, join_all};
use jiff::{SignedDuration, Timestamp};
use proffer_domain::{
    CategoryId, DeliveryTime, DeliveryUnit, Limits, MessageId, MessageKind, Money, OfferId, OfferTerms, QuestionId,
    Role, ServiceKind,
};
use proffer_protocol::{
    AcceptOfferRequest, AskQuestionRequest, Change, Me, MessageDocument, OfferDocument, QuestionDocument,
    SendMessageRequest, SendOfferRequest, SyncPage,
};
use reqwest::Method;
use std::{
    fmt,
    sync::{Arc, PoisonError},
};
use uuid::Uuid;

/// Who signs in.
#[derive(Clone)]
pub struct Credentials {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

/// What only the operator of a server can do: take the second expert's category away, and give it back.
pub trait Operator: Send + Sync {
    /// Lets the second expert serve none of the category, or serve it again.
    fn let_serve(&self, serves: bool) -> BoxFuture<'_, Result<(), String>>;
}

/// What a run needs.
#[derive(Clone)]
pub struct Settings {
    /// The server.
    pub url: String,
    /// An expert.
    pub expert: Credentials,
    /// Another expert of the same category.
    pub second_expert: Credentials,
    /// A customer.
    pub customer: Credentials,
    /// Another customer.
    pub second_customer: Credentials,
    /// The operator, if they take part.
    pub operator: Option<Arc<dyn Operator>>,
    /// Only checks whose numbers are, or begin with, one of these; empty for all.
    pub only: Vec<String>,
}

/// A run with its people.
pub struct Suite {
    pub(crate) settings: Settings,
    pub(crate) server: Server,
    pub(crate) expert: Session,
    pub(crate) second: Session,
    pub(crate) customer: Session,
    pub(crate) stranger: Session,
    pub(crate) category: CategoryId,
    pub(crate) limits: Limits,
}

impl Suite {
    /// Signs everybody in.
    ///
    /// # Errors
    /// If somebody cannot, or is not who the suite needs.
    pub async fn begin(settings: Settings) -> Result<Self, SetupError> {
        let server = Server::new(&settings.url)?;
        let expert = sign_in(&server, &settings.expert, Role::Expert).await?;
        let second = sign_in(&server, &settings.second_expert, Role::Expert).await?;
        let customer = sign_in(&server, &settings.customer, Role::Customer).await?;
        let stranger = sign_in(&server, &settings.second_customer, Role::Customer).await?;
        let theirs = &second.me.account.category_ids;
        let common = expert.me.account.category_ids.iter().find(|id| theirs.contains(id));
        let category = *common.ok_or(SetupError::Category)?;
        let limits = expert.me.limits.clone();
        if limits.prices.is_empty() {
            return Err(SetupError::Prices);
        }
        Ok(Self {
            settings,
            server,
            expert,
            second,
            customer,
            stranger,
            category,
            limits,
        })
    }

    /// Runs the checks that are wanted. Those that must wait for something go on beside the others.
    pub async fn run(&self) -> Report {
        let wanted = |check: &Check| {
            let only = &self.settings.only;
            only.is_empty()
                || only
                    .iter()
                    .any(|wanted| check.number == wanted || check.number.starts_with(&format!("{wanted}.")))
        };
        let (long, short): (Vec<Check>, Vec<Check>) =
            checks::all().into_iter().filter(wanted).partition(|check| check.waits);
        let long = join_all(long.iter().map(|check| self.outcome(check)));
        let short = async {
            let mut outcomes = Vec::new();
            for check in &short {
                outcomes.push(self.outcome(check).await);
            }
            outcomes
        };
        let (long, mut outcomes) = tokio::join!(long, short);
        outcomes.extend(long);
        let place = |number: &str| -> Vec<u32> { number.split('.').filter_map(|part| part.parse().ok()).collect() };
        outcomes.sort_by_key(|outcome| place(outcome.number));
        Report::new(self.settings.url.clone(), outcomes)
    }

    async fn outcome(&self, check: &Check) -> Outcome {
        let (verdict, detail) = match check.run(self).await {
            Ok(()) => (Verdict::Passed, None),
            Err(Failure::NotRun(missing)) => (Verdict::NotRun, Some(missing)),
            Err(failure) => (Verdict::Failed, Some(failure.to_string())),
        };
        Outcome {
            number: check.number,
            group: check.group,
            sentence: check.sentence,
            verdict,
            detail,
        }
    }

    /// The server's own clock.
    pub(crate) async fn now(&self) -> Result<Timestamp, Failure> {
        let me: Me = self.expert.get("/v1/me").await?.expect(200)?.read()?;
        Ok(me.server_time)
    }

    pub(crate) fn question(&self) -> AskQuestionRequest {
        AskQuestionRequest {
            id: QuestionId(new_id()),
            category_id: self.category,
            title: "A question of the conformance suite".to_owned(),
            text: "It asks nothing of anybody; it only looks whether all goes as it must.".to_owned(),
            attachments: Vec::new(),
        }
    }

    /// A new question of the customer.
    pub(crate) async fn asked(&self) -> Result<QuestionId, Failure> {
        let request = self.question();
        let document: QuestionDocument = self.customer.done("/v1/questions", &request).await?;
        Ok(document.question.id)
    }

    /// One that the expert locked.
    pub(crate) async fn locked(&self) -> Result<QuestionId, Failure> {
        let id = self.asked().await?;
        let _: QuestionDocument = self.expert.does(&format!("/v1/questions/{id}/lock")).await?;
        Ok(id)
    }

    /// One that the expert locked and answered.
    pub(crate) async fn answered(&self) -> Result<QuestionId, Failure> {
        let id = self.locked().await?;
        let path = format!("/v1/questions/{id}/messages");
        let _: MessageDocument = self.expert.done(&path, &message(MessageKind::Answer)).await?;
        Ok(id)
    }

    pub(crate) fn terms(&self) -> OfferTerms {
        let limit = &self.limits.prices[0];
        OfferTerms {
            kind: ServiceKind::LetterTemplates,
            title: "A letter that works".to_owned(),
            deliverables: vec!["The letter as a PDF".to_owned()],
            price: Money::new(limit.min_minor.max(1), limit.currency),
            delivery_time: DeliveryTime {
                count: 2,
                unit: DeliveryUnit::WorkingDays,
            },
            expires_at: None,
            note: String::new(),
            call_slots: Vec::new(),
        }
    }

    /// An offer of the expert to the customer.
    pub(crate) async fn offered(&self) -> Result<OfferId, Failure> {
        self.offered_with(self.terms()).await
    }

    pub(crate) async fn offered_with(&self, terms: OfferTerms) -> Result<OfferId, Failure> {
        let question = self.answered().await?;
        self.offer_on(question, terms).await
    }

    pub(crate) async fn offer_on(&self, question: QuestionId, terms: OfferTerms) -> Result<OfferId, Failure> {
        let id = OfferId(new_id());
        let request = SendOfferRequest { id, terms };
        let path = format!("/v1/questions/{question}/offers");
        let _: OfferDocument = self.expert.done(&path, &request).await?;
        Ok(id)
    }

    /// One that the customer accepted.
    pub(crate) async fn accepted(&self) -> Result<OfferId, Failure> {
        let id = self.offered().await?;
        let _: OfferDocument = self.customer.done(&act(id, "accept"), &accept(1)).await?;
        Ok(id)
    }
}

async fn sign_in(server: &Server, who: &Credentials, needed: Role) -> Result<Session, SetupError> {
    let session = server.session(&who.email, &who.password, "conformance").await;
    let session = session.map_err(|failure| SetupError::SignIn {
        email: who.email.clone(),
        failure,
    })?;
    if session.me.account.role != needed {
        return Err(SetupError::Role {
            email: who.email.clone(),
            needed: needed.as_str(),
        });
    }
    Ok(session)
}

pub(crate) fn message(kind: MessageKind) -> SendMessageRequest {
    SendMessageRequest {
        id: MessageId(new_id()),
        kind,
        text: "Write to them first; here is how.".to_owned(),
        announces_offer: false,
        attachments: Vec::new(),
    }
}

pub(crate) fn accept(version: u32) -> AcceptOfferRequest {
    AcceptOfferRequest {
        version,
        call_slot: None,
    }
}

/// The address of what is done to an offer.
pub(crate) fn act(offer: OfferId, action: &str) -> String {
    format!("/v1/offers/{offer}/{action}")
}

pub(crate) fn later(from: Timestamp, seconds: i64) -> Timestamp {
    let later = from.checked_add(SignedDuration::from_secs(seconds));
    later.unwrap_or(from)
}

/// Reads pages of at most `limit` changes until nothing is left: the changes and the last cursor.
pub(crate) async fn sync(session: &Session, from: Option<&str>, limit: u32) -> Result<(Vec<Change>, String), Failure> {
    let (mut changes, mut cursor) = (Vec::new(), from.map(str::to_owned));
    loop {
        let page = sync_page(session, cursor.as_deref(), Some(limit)).await?;
        let is_stuck = page.more && page.changes.is_empty() && cursor.as_deref() == Some(&page.cursor);
        changes.extend(page.changes);
        if is_stuck {
            return Err(Failure::Differs(
                "GET /v1/sync says that more is waiting and gives none of it".to_owned(),
            ));
        }
        if !page.more {
            return Ok((changes, page.cursor));
        }
        cursor = Some(page.cursor);
    }
}

pub(crate) async fn sync_page(
    session: &Session,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Result<SyncPage, Failure> {
    let mut request = session.request(Method::GET, "/v1/sync");
    if let Some(cursor) = cursor {
        request = request.query(&[("cursor", cursor)]);
    }
    if let Some(limit) = limit {
        request = request.query(&[("limit", limit)]);
    }
    crate::client::send(request).await?.expect(200)?.read()
}

/// Where a session's streams stand now. Each time it is read on from where it was read to before.
pub(crate) async fn cursor(session: &Session) -> Result<String, Failure> {
    let known = session.read_to.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (_, cursor) = sync(session, known.as_deref(), 2_000).await?;
    *session.read_to.lock().unwrap_or_else(PoisonError::into_inner) = Some(cursor.clone());
    Ok(cursor)
}

/// The changes of one thing.
pub(crate) fn of(changes: &[Change], id: Uuid) -> Vec<&Change> {
    changes.iter().filter(|change| change.id == id).collect()
}
