//! A customer who speaks the protocol, as the platform's own pages do.

use crate::{PASSWORD, World};
use anyhow::{Context, bail};
use proffer_domain::{CategoryId, MessageId, MessageKind, OfferId, QuestionId, uuid_v7};
use proffer_protocol::{
    AcceptOfferRequest, AskQuestionRequest, DeclineOfferRequest, HoldOfferRequest, OfferDocument, QuestionDocument,
    RateQuestionRequest, SendMessageRequest, SessionCreated, SignInRequest, version::IDEMPOTENCY_KEY_HEADER,
};
use reqwest::Client;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// A customer, signed in.
pub struct Customer {
    client: Client,
    url: String,
    token: String,
    category: CategoryId,
}

fn new_id() -> Uuid {
    let mut random = [0; 10];
    random.copy_from_slice(&Uuid::new_v4().as_bytes()[..10]);
    uuid_v7(jiff::Timestamp::now(), random)
}

impl Customer {
    pub(crate) async fn sign_in(world: &World, email: &str) -> anyhow::Result<Self> {
        let client = proffer_desk_client()?;
        let request = SignInRequest {
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
            device: "browser".to_owned(),
            code: None,
        };
        let response = client
            .post(format!("{}/v1/sessions", world.url()))
            .json(&request)
            .send()
            .await?;
        let created: SessionCreated = response.error_for_status()?.json().await?;
        Ok(Self {
            client,
            url: world.url(),
            token: created.token,
            category: world.category(),
        })
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> anyhow::Result<T> {
        let response = self
            .client
            .post(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .header(IDEMPOTENCY_KEY_HEADER, new_id().to_string())
            .json(body)
            .send()
            .await?;
        let status = response.status();
        let text = response.text().await?;
        if !status.is_success() {
            bail!("{path}: {status}: {text}");
        }
        serde_json::from_str(&text).with_context(|| format!("{path}: {text}"))
    }

    /// Asks a question.
    ///
    /// # Errors
    /// If the platform refuses; so for all below.
    pub async fn ask(&self, title: &str, text: &str) -> anyhow::Result<QuestionId> {
        let id = QuestionId(new_id());
        let request = AskQuestionRequest {
            id,
            category_id: self.category,
            title: title.to_owned(),
            text: text.to_owned(),
            attachments: vec![],
        };
        self.post::<QuestionDocument>("/v1/questions", &request).await?;
        Ok(id)
    }

    /// Replies on a question.
    ///
    /// # Errors
    /// If the platform refuses.
    pub async fn reply(&self, question: QuestionId, text: &str) -> anyhow::Result<()> {
        let request = SendMessageRequest {
            id: MessageId(new_id()),
            kind: MessageKind::Reply,
            text: text.to_owned(),
            announces_offer: false,
            attachments: vec![],
        };
        self.post::<serde_json::Value>(&format!("/v1/questions/{question}/messages"), &request)
            .await?;
        Ok(())
    }

    /// Rates a question.
    ///
    /// # Errors
    /// If the platform refuses.
    pub async fn rate(&self, question: QuestionId, stars: u8) -> anyhow::Result<()> {
        let request = RateQuestionRequest {
            stars,
            comment: String::new(),
        };
        self.post::<serde_json::Value>(&format!("/v1/questions/{question}/rating"), &request)
            .await?;
        Ok(())
    }

    /// Accepts a version of an offer.
    ///
    /// # Errors
    /// If the platform refuses.
    pub async fn accept(&self, offer: OfferId, version: u32) -> anyhow::Result<OfferDocument> {
        let request = AcceptOfferRequest {
            version,
            call_slot: None,
        };
        self.post(&format!("/v1/offers/{offer}/accept"), &request).await
    }

    /// Keeps an offer for later.
    ///
    /// # Errors
    /// If the platform refuses.
    pub async fn hold(&self, offer: OfferId) -> anyhow::Result<OfferDocument> {
        let request = HoldOfferRequest { remind_at: None };
        self.post(&format!("/v1/offers/{offer}/hold"), &request).await
    }

    /// Declines an offer.
    ///
    /// # Errors
    /// If the platform refuses.
    pub async fn decline(&self, offer: OfferId, reason: &str) -> anyhow::Result<OfferDocument> {
        let request = DeclineOfferRequest {
            reason: Some(reason.to_owned()),
        };
        self.post(&format!("/v1/offers/{offer}/decline"), &request).await
    }

    /// Confirms a delivery.
    ///
    /// # Errors
    /// If the platform refuses.
    pub async fn complete(&self, offer: OfferId) -> anyhow::Result<OfferDocument> {
        self.post(&format!("/v1/offers/{offer}/complete"), &serde_json::json!({}))
            .await
    }

    /// All offers that this customer sees.
    ///
    /// # Errors
    /// If the platform refuses.
    pub async fn offers(&self) -> anyhow::Result<Vec<OfferDocument>> {
        let response = self
            .client
            .get(format!("{}/v1/sync?limit=5000", self.url))
            .bearer_auth(&self.token)
            .send()
            .await?;
        let page: proffer_protocol::SyncPage = response.error_for_status()?.json().await?;
        page.changes
            .into_iter()
            .filter(|change| change.entity == proffer_protocol::Entity::Offer)
            .filter_map(|change| change.document)
            .map(|document| Ok(serde_json::from_value(document)?))
            .collect()
    }
}

/// A client whose TLS is never used: everything here is on loopback.
fn proffer_desk_client() -> anyhow::Result<Client> {
    proffer_desk::use_tls_provider();
    Ok(Client::builder().no_proxy().build()?)
}
