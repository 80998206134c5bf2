//! A platform that serves on loopback, and clients that speak to it.

use crate::{
    databases::Home,
    world::{PASSWORD, World, new_id},
};
use proffer_platform::{PlatformError, store::AccountRow};
use proffer_protocol::{Problem, SessionCreated, SignInRequest, version::IDEMPOTENCY_KEY_HEADER};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// A world whose platform serves.
pub struct Served {
    pub world: World,
    pub url: String,
    pub stop: CancellationToken,
    pub serving: JoinHandle<Result<(), PlatformError>>,
    client: reqwest::Client,
}

/// Someone's session.
pub struct Session {
    client: reqwest::Client,
    url: String,
    pub token: Option<String>,
}

/// A client that goes nowhere but where it is told.
pub fn client() -> reqwest::Client {
    // A second test of the process finds it installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

impl Served {
    pub async fn begin() -> anyhow::Result<Self> {
        Self::of(World::begin(Home::on_sqlite()?).await?).await
    }

    /// Serves a world that is there.
    pub async fn of(world: World) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let stop = CancellationToken::new();
        let platform = world.platform().await?;
        let serving = tokio::spawn(platform.serve(listener, stop.clone()));
        Ok(Self {
            world,
            url,
            stop,
            serving,
            client: client(),
        })
    }

    /// Nobody's session.
    pub fn nobody(&self) -> Session {
        Session {
            client: self.client.clone(),
            url: self.url.clone(),
            token: None,
        }
    }

    pub async fn sign_in(&self, account: &AccountRow) -> anyhow::Result<Session> {
        let request = SignInRequest {
            email: account.email.clone(),
            password: PASSWORD.to_owned(),
            device: "test".to_owned(),
            code: None,
        };
        let response = self
            .client
            .post(format!("{}/v1/sessions", self.url))
            .json(&request)
            .send()
            .await?;
        assert_eq!(response.status(), 201);
        let created: SessionCreated = response.json().await?;
        Ok(Session {
            token: Some(created.token),
            ..self.nobody()
        })
    }

    /// A question of Helen's in the form of the wire.
    pub fn question(&self) -> Value {
        json!({ "id": new_id(), "category_id": self.world.category, "title": "A title", "text": "A text" })
    }
}

impl Session {
    /// Someone's session by its token, at this address.
    pub fn new(client: reqwest::Client, url: &str, token: &str) -> Self {
        Self {
            client,
            url: url.to_owned(),
            token: Some(token.to_owned()),
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// A command with a key of its own.
    pub fn command(&self, path: &str, body: &Value) -> RequestBuilder {
        self.request(Method::POST, path)
            .header(IDEMPOTENCY_KEY_HEADER, new_id().to_string())
            .json(body)
    }

    pub async fn done(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let response = self.command(path, body).send().await?;
        let (status, text) = (response.status(), response.text().await?);
        anyhow::ensure!(status == 200, "{path}: {status} {text}");
        Ok(serde_json::from_str(&text)?)
    }

    pub async fn upload(&self, name: &str, bytes: impl Into<reqwest::Body>) -> anyhow::Result<Response> {
        let path = format!("/v1/attachments?id={}&name={name}", new_id());
        Ok(self.request(Method::POST, &path).body(bytes).send().await?)
    }
}

/// The problem that a response carries, in the form that every error must have.
pub async fn problem(response: Response) -> anyhow::Result<Problem> {
    let status = response.status().as_u16();
    let media_type = response.headers().get("content-type").cloned();
    let text = response.text().await?;
    assert_eq!(
        media_type.as_ref().and_then(|value| value.to_str().ok()),
        Some("application/problem+json"),
        "{status} {text}"
    );
    let problem: Problem = serde_json::from_str(&text)?;
    assert_eq!(problem.status, status, "{text}");
    Ok(problem)
}
