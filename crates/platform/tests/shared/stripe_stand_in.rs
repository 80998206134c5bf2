//! An independent stand-in for Stripe (PyPI `localstripe`), on loopback, and in front of it what it lacks: answers
//! remembered by idempotency key, pages of Checkout, and mishaps on the line.

use anyhow::{Context, bail};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Response, StatusCode, Uri},
};
use proffer_platform::payment::{
    Secret,
    stripe::{Consent, StripeConfig},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};
use tokio_util::task::AbortOnDropHandle;

/// Ends when what started it is gone; keeps its data in memory alone, on loopback and a port of the system's choice.
const PROGRAM: &str = "
import os, sys, threading
from aiohttp import web
import localstripe.resources as resources
resources.Store.dump_to_disk = lambda self: None
from localstripe.server import app
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
web.run_app(app, host='127.0.0.1', port=0)
";

pub const KEY: &str = "sk_test_of_nobody";
pub const WEBHOOK_SECRET: &str = "whsec_of_nobody";
/// A card that pays.
pub const GOOD_CARD: &str = "pm_card_visa";
/// A card that is refused when it is charged.
pub const BAD_CARD: &str = "pm_card_chargeCustomerFail";

/// What happens to a request on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// It is done, and the connection is cut before the answer has come.
    AnswerLost,
    /// It is not done: the server fails.
    Fails,
    /// The same, and the failure is what its key stands for from now on.
    FailsForGood,
    /// It is not done: too many requests.
    Busy,
}

#[derive(Default)]
struct Memory {
    /// Mishaps to come, each for the next request whose path ends so.
    mishaps: Vec<(&'static str, Mishap)>,
    /// Answers by key, as Stripe keeps them.
    answers: HashMap<String, (StatusCode, Bytes)>,
    /// What was asked for: method, path, key.
    asked: Vec<(String, String, Option<String>)>,
    checkouts: BTreeMap<String, Value>,
}

struct Line {
    http: reqwest::Client,
    inner: String,
    memory: Mutex<Memory>,
}

/// The stand-in; ends when dropped.
pub struct StandIn {
    line: Arc<Line>,
    url: String,
    _serving: AbortOnDropHandle<()>,
    _program: Child,
}

impl StandIn {
    pub async fn begin() -> anyhow::Result<Self> {
        drop(rustls::crypto::ring::default_provider().install_default());
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python/localstripe/bin/python");
        if !python.exists() {
            bail!(
                "{} is not there; `npm run setup -- --for-tests` makes it",
                python.display()
            );
        }
        let mut program = Command::new(python)
            .args(["-u", "-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(program.stdout.take().context("its output")?).lines();
        let inner = loop {
            let line = lines.next_line().await?.context("localstripe ended")?;
            if let Some(at) = line.find("http://127.0.0.1:") {
                let address = line[at..].split_whitespace().next();
                break address.context("an address")?.to_owned();
            }
        };
        // It says more as it is used, which somebody must read.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let line = Arc::new(Line {
            http: reqwest::Client::new(),
            inner,
            memory: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let router = Router::new().fallback(answer).with_state(Arc::clone(&line));
        let serving = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Self {
            line,
            url,
            _serving: AbortOnDropHandle::new(serving),
            _program: program,
        })
    }

    pub fn config(&self, consent: Consent) -> StripeConfig {
        StripeConfig {
            key: Secret::new(KEY),
            webhook_secret: Secret::new(WEBHOOK_SECRET),
            url: self.url.parse().unwrap(),
            consent,
        }
    }

    /// The next request whose path ends so meets this.
    pub fn will(&self, path_end: &'static str, mishap: Mishap) {
        self.line.memory.lock().unwrap().mishaps.push((path_end, mishap));
    }

    /// How often something was asked for, by the end of its path.
    pub fn asked(&self, path_end: &str) -> usize {
        let memory = self.line.memory.lock().unwrap();
        let posts = memory.asked.iter().filter(|(method, ..)| method == "POST");
        posts.filter(|(_, path, _)| path.ends_with(path_end)).count()
    }

    /// The different keys with which something was asked for.
    pub fn keys(&self, path_end: &str) -> Vec<String> {
        let memory = self.line.memory.lock().unwrap();
        let posts = memory.asked.iter().filter(|(_, path, _)| path.ends_with(path_end));
        let mut keys: Vec<_> = posts.filter_map(|(_, _, key)| key.clone()).collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// Has localstripe send its webhooks there.
    pub async fn send_webhooks_to(&self, url: &str) -> anyhow::Result<()> {
        let form = [("url", url), ("secret", WEBHOOK_SECRET)];
        let address = format!("{}/_config/webhooks/platform", self.line.inner);
        let sent = self.line.http.post(address).form(&form).send().await?;
        anyhow::ensure!(sent.status().is_success(), "{}", sent.text().await?);
        Ok(())
    }

    /// All payment intents that localstripe holds: status, amount, offer.
    pub async fn intents(&self) -> anyhow::Result<Vec<(String, i64, String)>> {
        let list = self.line.get("/v1/payment_intents?limit=100").await?;
        let intents = list["data"].as_array().context("a list")?;
        let mut found: Vec<_> = intents
            .iter()
            .map(|intent| {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let offer = text(&intent["metadata"]["proffer_offer"]);
                (
                    text(&intent["status"]),
                    intent["amount"].as_i64().unwrap_or_default(),
                    offer,
                )
            })
            .collect();
        found.sort();
        Ok(found)
    }

    /// How many refunds localstripe holds.
    pub async fn refunds(&self) -> anyhow::Result<usize> {
        let list = self.line.get("/v1/refunds?limit=100").await?;
        Ok(list["data"].as_array().context("a list")?.len())
    }

    /// The customer pays on a page of Checkout; whether the card was good.
    pub async fn pay(&self, checkout: &str, card: &str) -> anyhow::Result<bool> {
        let page = self.line.memory.lock().unwrap().checkouts.get(checkout).cloned();
        let page = page.context("no such page")?;
        anyhow::ensure!(page["status"] == "open", "this page is {}", page["status"]);
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let form = [
            ("amount", text(&page["amount_total"])),
            ("currency", text(&page["currency"])),
            ("capture_method", "manual".to_owned()),
            ("payment_method", card.to_owned()),
            ("confirm", "true".to_owned()),
            ("metadata[proffer_offer]", text(&page["metadata"]["proffer_offer"])),
            ("metadata[proffer_version]", text(&page["metadata"]["proffer_version"])),
        ];
        let address = format!("{}/v1/payment_intents", self.line.inner);
        let paid = self.line.http.post(address).bearer_auth(KEY).form(&form).send().await?;
        if paid.status() == StatusCode::PAYMENT_REQUIRED {
            return Ok(false);
        }
        let intent: Value = paid.error_for_status()?.json().await?;
        let mut memory = self.line.memory.lock().unwrap();
        let page = memory.checkouts.get_mut(checkout).context("no such page")?;
        page["status"] = json!("complete");
        page["url"] = Value::Null;
        page["payment_intent"] = intent["id"].clone();
        Ok(true)
    }

    /// A day passes for a page of Checkout.
    pub fn expire(&self, checkout: &str) {
        let mut memory = self.line.memory.lock().unwrap();
        let page = memory.checkouts.get_mut(checkout).unwrap();
        page["status"] = json!("expired");
        page["url"] = Value::Null;
    }
}

impl Line {
    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let address = format!("{}{path}", self.inner);
        let answer = self.http.get(address).bearer_auth(KEY).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    fn checkout(&self, method: &Method, path: &str, body: &Bytes) -> Option<(StatusCode, Bytes)> {
        let rest = path.strip_prefix("/v1/checkout/sessions")?;
        let mut memory = self.memory.lock().unwrap();
        let found = match (
            method,
            rest.trim_start_matches('/').split('/').collect::<Vec<_>>().as_slice(),
        ) {
            (&Method::POST, [""]) => {
                let form: HashMap<_, _> = url::form_urlencoded::parse(body).into_owned().collect();
                let of = |name: &str| form.get(name).cloned().unwrap_or_default();
                let item = "line_items[0][price_data]";
                let is_whole = of("mode") == "payment"
                    && of("payment_intent_data[capture_method]") == "manual"
                    && of("line_items[0][quantity]") == "1"
                    && !of(&format!("{item}[product_data][name]")).is_empty()
                    && of("success_url").contains("/offers/")
                    && of("cancel_url").contains("/offers/")
                    && of("payment_intent_data[metadata][proffer_offer]") == of("metadata[proffer_offer]");
                if !is_whole {
                    let error = json!({ "error": { "type": "invalid_request_error", "code": "parameter_missing" } });
                    return Some((StatusCode::BAD_REQUEST, error.to_string().into()));
                }
                let id = format!("cs_test_{}", memory.checkouts.len() + 1);
                let page = json!({
                    "id": id, "object": "checkout.session", "status": "open", "payment_intent": null,
                    "url": format!("https://checkout.stripe.com/c/pay/{id}"),
                    "amount_total": of(&format!("{item}[unit_amount]")).parse::<i64>().unwrap_or_default(),
                    "currency": of(&format!("{item}[currency]")),
                    "metadata": {
                        "proffer_offer": of("metadata[proffer_offer]"),
                        "proffer_version": of("metadata[proffer_version]"),
                    },
                });
                memory.checkouts.insert(id, page.clone());
                Some(page)
            }
            (&Method::GET, [id]) => memory.checkouts.get(*id).cloned(),
            (&Method::POST, [id, "expire"]) => memory.checkouts.get_mut(*id).and_then(|page| {
                if page["status"] != "open" {
                    return None;
                }
                page["status"] = json!("expired");
                page["url"] = Value::Null;
                Some(page.clone())
            }),
            _ => None,
        };
        Some(match found {
            Some(page) => (StatusCode::OK, page.to_string().into()),
            None => {
                let error = json!({ "error": { "type": "invalid_request_error", "code": "resource_missing" } });
                (StatusCode::NOT_FOUND, error.to_string().into())
            }
        })
    }

    /// Has it done, here or by localstripe.
    async fn pass_on(&self, method: Method, uri: &Uri, body: Bytes) -> anyhow::Result<(StatusCode, Bytes)> {
        if let Some(answer) = self.checkout(&method, uri.path(), &body) {
            return Ok(answer);
        }
        let path = uri.path_and_query().context("a path")?;
        let request = self
            .http
            .request(method, format!("{}{path}", self.inner))
            .bearer_auth(KEY);
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let answer = request.send().await?;
        Ok((answer.status(), answer.bytes().await?))
    }
}

async fn answer(
    State(line): State<Arc<Line>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let key = text("idempotency-key");
    let is_whole = text("authorization") == Some(format!("Bearer {KEY}"))
        && text("stripe-version").is_some()
        && (method != Method::POST || key.is_some());
    if !is_whole {
        return respond(
            StatusCode::UNAUTHORIZED,
            Bytes::from_static(b"{\"error\":{\"code\":\"not_whole\"}}"),
        );
    }
    let (mishap, known) = {
        let mut memory = line.memory.lock().unwrap();
        memory
            .asked
            .push((method.to_string(), uri.path().to_owned(), key.clone()));
        let at = memory.mishaps.iter().position(|(end, _)| uri.path().ends_with(end));
        let mishap = at
            .filter(|_| method == Method::POST)
            .map(|at| memory.mishaps.remove(at).1);
        (mishap, key.as_ref().and_then(|key| memory.answers.get(key).cloned()))
    };
    match mishap {
        Some(Mishap::Fails) => return respond(StatusCode::SERVICE_UNAVAILABLE, Bytes::from_static(b"sorry")),
        Some(Mishap::Busy) => {
            let error = Bytes::from_static(b"{\"error\":{\"code\":\"rate_limit\"}}");
            return respond(StatusCode::TOO_MANY_REQUESTS, error);
        }
        Some(Mishap::FailsForGood) => {
            let failure = (StatusCode::INTERNAL_SERVER_ERROR, Bytes::from_static(b"sorry"));
            let key = key.clone().unwrap_or_default();
            line.memory.lock().unwrap().answers.insert(key, failure.clone());
            return respond(failure.0, failure.1);
        }
        Some(Mishap::AnswerLost) | None => {}
    }
    let (status, body) = match known {
        Some(answer) => answer,
        None => match line.pass_on(method, &uri, body).await {
            Ok(answer) => answer,
            Err(error) => return respond(StatusCode::BAD_GATEWAY, error.to_string().into()),
        },
    };
    if let Some(key) = key {
        let mut memory = line.memory.lock().unwrap();
        memory.answers.entry(key).or_insert_with(|| (status, body.clone()));
    }
    if mishap == Some(Mishap::AnswerLost) {
        let cut = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("the line is cut")) });
        return Response::new(Body::from_stream(cut));
    }
    respond(status, body)
}

fn respond(status: StatusCode, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
}
