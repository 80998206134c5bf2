//! HTTP as desks and customers speak it, with answers that can be asked for what they must be.

use crate::failure::{Failure, hold};
use bytes::Bytes;
use proffer_protocol::{
    ErrorCode, Me, PROTOCOL_VERSION, PROTOCOL_VERSION_HEADER, Problem, SessionCreated, SignInRequest,
    version::IDEMPOTENCY_KEY_HEADER,
};
use reqwest::{
    Method, RequestBuilder,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use uuid::Uuid;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// An id or key of our own making.
pub(crate) fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// An answer that came whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// What was asked, for failures.
    pub what: String,
}

impl Answer {
    /// The same, if it has this status.
    pub fn expect(self, status: u16) -> Result<Self, Failure> {
        hold!(
            self.status == status,
            "{}: {} instead of {status}: {}",
            self.what,
            self.status,
            self.words()
        );
        Ok(self)
    }

    /// The body as what it must be.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| Failure::NoAnswer {
            what: self.what.clone(),
            error: format!("{error} in {}", self.words()),
        })
    }

    /// What a command that was done answers with.
    pub fn done<T: DeserializeOwned>(self) -> Result<T, Failure> {
        self.expect(200)?.read()
    }

    /// The problem with which it was refused.
    pub fn refused(self, status: u16, code: ErrorCode) -> Result<Problem, Failure> {
        let answer = self.expect(status)?;
        let problem: Problem = answer.read()?;
        hold!(
            problem.code == code,
            "{}: the code {:?} instead of {code:?}",
            answer.what,
            problem.code
        );
        Ok(problem)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type without its parameters.
    pub fn media_type(&self) -> &str {
        let value = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim()
    }

    /// The beginning of the body.
    pub fn words(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(300).collect()
    }
}

/// A server.
#[derive(Clone)]
pub(crate) struct Server {
    client: reqwest::Client,
    base: String,
}

impl Server {
    pub fn new(url: &str) -> Result<Self, reqwest::Error> {
        // A second suite of the process finds it installed already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(PATIENCE)
            .build()?;
        Ok(Self {
            client,
            base: url.trim_end_matches('/').to_owned(),
        })
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.base))
            .header(PROTOCOL_VERSION_HEADER, PROTOCOL_VERSION)
    }

    /// A request that says nothing of itself.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn sign_in(&self, email: &str, password: &str, device: &str) -> Result<Answer, Failure> {
        let request = SignInRequest {
            email: email.to_owned(),
            password: password.to_owned(),
            device: device.to_owned(),
            code: None,
        };
        send(self.request(Method::POST, "/v1/sessions").json(&request)).await
    }

    pub async fn session(&self, email: &str, password: &str, device: &str) -> Result<Session, Failure> {
        let created: SessionCreated = self.sign_in(email, password, device).await?.expect(201)?.read()?;
        Ok(Session {
            server: self.clone(),
            token: created.token,
            me: created.me,
            read_to: Arc::default(),
        })
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Session {
    pub server: Server,
    pub token: String,
    pub me: Me,
    /// How far its streams were read.
    pub read_to: Arc<Mutex<Option<String>>>,
}

impl Session {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.server
            .request(method, path)
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
    }

    pub async fn get(&self, path: &str) -> Result<Answer, Failure> {
        send(self.request(Method::GET, path)).await
    }

    /// A command with a key of its own.
    pub async fn command(&self, path: &str, body: &impl Serialize) -> Result<Answer, Failure> {
        self.command_with(new_id(), path, body).await
    }

    pub async fn command_with(&self, key: Uuid, path: &str, body: &impl Serialize) -> Result<Answer, Failure> {
        let request = self
            .request(Method::POST, path)
            .header(IDEMPOTENCY_KEY_HEADER, key.to_string());
        send(request.json(body)).await
    }

    /// A command that must be done: the document that it answers with.
    pub async fn done<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.command(path, body).await?.done()
    }

    /// A command without a body that must be done.
    pub async fn does<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.done(path, &Value::Null).await
    }

    pub async fn upload(&self, id: Uuid, name: &str, bytes: Vec<u8>) -> Result<Answer, Failure> {
        let request = self
            .request(Method::POST, "/v1/attachments")
            .query(&[("id", id.to_string().as_str()), ("name", name)]);
        send(request.body(bytes)).await
    }
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(request: RequestBuilder) -> Result<Answer, Failure> {
    let (client, request) = request.timeout(PATIENCE).build_split();
    let request = request.map_err(|error| Failure::NoAnswer {
        what: "a request".to_owned(),
        error: error.to_string(),
    })?;
    let what = format!("{} {}", request.method(), request.url().path());
    let failed = |error: reqwest::Error| Failure::NoAnswer {
        what: what.clone(),
        error: in_full(&error),
    };
    let response = client.execute(request).await.map_err(failed)?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.map_err(failed)?;
    Ok(Answer {
        status,
        headers,
        body,
        what,
    })
}

/// An error with its causes.
pub(crate) fn in_full(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}
