//! From a customer's accept request to the notification daemon's receipt.
//!
//! Ours: the real platform as a process, a real desk engine, the shell's way to the bus, a daemon on its own session bus.
//! The limit in the same run, in turns: an accept over HTTP with one durable commit and an event stream, a durable
//! commit into a journal, a commit into a cache, a Notify over an open connection. The peer: the same bare server with
//! a page in Chromium that raises its notification.

use crate::{
    bare_server, browser,
    desktop::Desktop,
    note,
    notification_bus::NotificationBus,
    population::{CUSTOMER, EXPERT, PASSWORD, Population},
    programs::{Program, built, platform, wait_until},
    report::{Row, millis, quantile},
};
use anyhow::{Context, bail};
use async_trait::async_trait;
use futures_util::StreamExt;
use proffer_desk::{
    Desk, DeskConfig, HttpConnector, Ports, SystemClock, SystemEntropy,
    api::session::SessionSignIn,
    ports::{Notification, Notifier, NotifierError},
    testing::MemoryKeychain,
};
use proffer_domain::OfferId;
use proffer_protocol::{AcceptOfferRequest, SessionCreated, SignInRequest, version::IDEMPOTENCY_KEY_HEADER};
use sqlx::{SqlitePool, sqlite::SqliteSynchronous};
use std::{
    collections::HashMap,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

const WARM_UP: usize = 10;
const PATIENCE: Duration = Duration::from_secs(20);
const BUS_NAME: &str = "org.freedesktop.Notifications";
const BUS_PATH: &str = "/org/freedesktop/Notifications";

/// Runs the measurement in a desktop session of its own.
pub(crate) async fn in_own_session(samples: usize) -> anyhow::Result<Vec<Row>> {
    note("accept_to_notification_ms: a platform, a desk, a notification daemon…");
    let mut desktop = Desktop::with_bus()?;
    desktop.add_screen().await?;
    let mut command = desktop.command(std::env::current_exe()?);
    command
        .arg("acceptance")
        .arg(samples.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    if !output.status.success() {
        bail!("the measurement of acceptances failed");
    }
    serde_json::from_slice(&output.stdout).context("the measurement of acceptances gave no rows")
}

/// A daemon that takes every notification and says when.
struct Daemon {
    received: mpsc::UnboundedSender<(Instant, String)>,
    last_id: u32,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    #[expect(clippy::too_many_arguments, reason = "the form is the specification's")]
    fn notify(
        &mut self,
        _app_name: &str,
        _replaces_id: u32,
        _app_icon: &str,
        summary: &str,
        _body: &str,
        _actions: Vec<&str>,
        _hints: HashMap<&str, zbus::Variant<'_>>,
        _expire_timeout: i32,
    ) -> u32 {
        let _ = self.received.send((Instant::now(), summary.to_owned()));
        self.last_id += 1;
        self.last_id
    }

    fn get_capabilities(&self) -> Vec<&str> {
        vec!["actions", "body", "body-markup"]
    }

    fn get_server_information(&self) -> (&str, &str, &str, &str) {
        ("bench", "proffer", "1", "1.2")
    }

    fn close_notification(&self, _id: u32) {}
}

/// The system's notifications as the shell raises them, by the shell's own way to the bus: a click is waited for.
#[derive(Default)]
struct BusNotifier(NotificationBus);

#[async_trait]
impl Notifier for BusNotifier {
    async fn raise(&self, notification: &Notification) -> Result<(), NotifierError> {
        let mut form = notify_rust::Notification::new();
        form.summary(&notification.title)
            .body(&notification.body)
            .appname("Proffer")
            .action("default", "Open");
        let shown = self.0.show(&form, |_| {}).await;
        shown.map_err(|error| NotifierError(error.to_string()))
    }
}

/// The customer, over HTTP.
struct Customer {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Customer {
    async fn sign_in(client: &reqwest::Client, url: &str) -> anyhow::Result<Self> {
        let request = SignInRequest {
            email: CUSTOMER.to_owned(),
            password: PASSWORD.to_owned(),
            device: "bench".to_owned(),
            code: None,
        };
        let response = client.post(format!("{url}/v1/sessions")).json(&request).send().await?;
        let created: SessionCreated = response.error_for_status()?.json().await?;
        Ok(Self {
            client: client.clone(),
            url: url.to_owned(),
            token: created.token,
        })
    }

    async fn accept(&self, offer: OfferId) -> anyhow::Result<()> {
        let request = AcceptOfferRequest {
            version: 1,
            call_slot: None,
        };
        let sent = self
            .client
            .post(format!("{}/v1/offers/{offer}/accept", self.url))
            .bearer_auth(&self.token)
            .header(IDEMPOTENCY_KEY_HEADER, uuid::Uuid::new_v4().to_string())
            .json(&request)
            .send();
        sent.await?.error_for_status()?.bytes().await?;
        Ok(())
    }
}

type Received = mpsc::UnboundedReceiver<(Instant, String)>;

async fn receipt(received: &mut Received) -> anyhow::Result<Instant> {
    let next = tokio::time::timeout(PATIENCE, received.recv())
        .await
        .context("no notification came")?;
    next.map(|(at, _)| at).context("the daemon has ended")
}

/// What the limit is made of.
struct BareParts {
    client: reqwest::Client,
    url: String,
    events: futures_util::stream::BoxStream<'static, reqwest::Result<Vec<u8>>>,
    journal: SqlitePool,
    cache: SqlitePool,
    bus: zbus::Connection,
}

impl BareParts {
    async fn open(client: &reqwest::Client, url: &str, folder: &Path) -> anyhow::Result<Self> {
        let response = client.get(format!("{url}/events")).send().await?.error_for_status()?;
        let journal = bare_server::database(folder.join("journal.db"), SqliteSynchronous::Full).await?;
        let cache = bare_server::database(folder.join("cache.db"), SqliteSynchronous::Normal).await?;
        for pool in [&journal, &cache] {
            sqlx::query("CREATE TABLE entry (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")
                .execute(pool)
                .await?;
        }
        Ok(Self {
            client: client.clone(),
            url: url.to_owned(),
            events: response
                .bytes_stream()
                .map(|part| part.map(|bytes| bytes.to_vec()))
                .boxed(),
            journal,
            cache,
            bus: zbus::Connection::session().await?,
        })
    }

    /// All parts, one after the other.
    async fn once(&mut self, received: &mut Received) -> anyhow::Result<f64> {
        let started = Instant::now();
        let post = tokio::spawn(self.client.post(format!("{}/accept", self.url)).send());
        self.events.next().await.context("the bare server has ended")??;
        for pool in [&self.journal, &self.cache] {
            sqlx::query("INSERT INTO entry (body) VALUES (?)")
                .bind("accepted")
                .execute(pool)
                .await?;
        }
        let hints: HashMap<&str, zbus::Variant<'_>> = HashMap::new();
        let actions: Vec<&str> = vec!["default", "Open"];
        let body = ("bench", 0_u32, "", "accepted", "", actions, hints, -1_i32);
        self.bus
            .call_method(Some(BUS_NAME), BUS_PATH, Some(BUS_NAME), "Notify", &body)
            .await?;
        let taken = millis(receipt(received).await?.duration_since(started));
        post.await??.error_for_status()?;
        Ok(taken)
    }
}

async fn desk(folder: &Path, url: &str) -> anyhow::Result<Desk> {
    let config = DeskConfig {
        data_dir: folder.join("desk"),
        downloads_dir: folder.join("downloads"),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        device_name: "bench".to_owned(),
        system_language: None,
    };
    let ports = Ports {
        connector: Arc::new(HttpConnector),
        notifier: Arc::new(BusNotifier::default()),
        keychain: Arc::new(MemoryKeychain::default()),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    let desk = Desk::open(config, ports).await?;
    let sign_in = SessionSignIn {
        platform_url: url.to_owned(),
        email: EXPERT.to_owned(),
        password: PASSWORD.to_owned(),
        code: None,
    };
    desk.sign_in_with(sign_in)
        .await
        .map_err(|error| anyhow::anyhow!("the desk cannot sign in: {error}"))?;
    crate::headless::until_online(&desk).await?;
    Ok(desk)
}

/// Nothing is left to be mailed, so that old work does not disturb the first samples.
async fn until_mailed(folder: &Path, least: usize) -> anyhow::Result<()> {
    let count = || std::fs::read_dir(folder).map_or(0, Iterator::count);
    wait_until("the population's emails are written", async || {
        Ok((count() >= least).then_some(()))
    })
    .await
}

/// Measures; runs inside the session's bus and screen.
pub(crate) async fn measure(samples: usize) -> anyhow::Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("platform");
    let mut population = Population::settle(&data).await?;
    let offers = population.offers(samples + WARM_UP).await?;
    population.leave().await;

    let (tell, mut received) = mpsc::unbounded_channel();
    let daemon = Daemon {
        received: tell,
        last_id: 0,
    };
    let _bus = zbus::connection::Builder::session()
        .name(BUS_NAME)
        .serve_at(BUS_PATH, daemon)
        .build()
        .await
        .context("the notification daemon cannot be on the bus")?;

    let (_platform, url) = platform(&data)?;
    proffer_desk::use_tls_provider();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let customer = Customer::sign_in(&client, &url).await?;
    let desk = desk(folder.path(), &url).await?;
    until_mailed(&data.join("mail"), offers.len()).await?;

    let bare_folder = folder.path().join("bare");
    std::fs::create_dir_all(&bare_folder)?;
    let mut bare = Command::new(built("proffer-bench")?);
    let (_bare, bare_url) = Program::start_for_line(bare.arg("bare-server").arg(&bare_folder))?;
    let mut parts = BareParts::open(&client, &bare_url, folder.path()).await?;

    let page = match browser::notifying_page(&client, &bare_url, folder.path(), &mut received).await {
        Ok(page) => Some(page),
        Err(error) => {
            note(&format!("  no Chromium page beside it: {error:#}"));
            None
        }
    };

    let (mut ours, mut limit, mut peer) = (Vec::new(), Vec::new(), Vec::new());
    for (round, offer) in offers.into_iter().enumerate() {
        while received.try_recv().is_ok() {}
        let started = Instant::now();
        let (accepted, received_at) = tokio::join!(customer.accept(offer), receipt(&mut received));
        accepted?;
        let our_time = millis(received_at?.duration_since(started));
        let limit_time = parts.once(&mut received).await?;
        let page_time = match &page {
            Some(_) => {
                let started = Instant::now();
                client
                    .post(format!("{bare_url}/accept-page"))
                    .send()
                    .await?
                    .error_for_status()?;
                Some(millis(receipt(&mut received).await?.duration_since(started)))
            }
            None => None,
        };
        if round >= WARM_UP {
            ours.push(our_time);
            limit.push(limit_time);
            peer.extend(page_time);
        }
    }
    desk.close().await;
    Ok(rows(&ours, &limit, &peer))
}

fn rows(ours: &[f64], limit: &[f64], peer: &[f64]) -> Vec<Row> {
    let row = |name: &str, share: f64, target: &str| {
        let (ours_at, limit_at) = (quantile(ours, share), quantile(limit, share));
        let peer_at = (!peer.is_empty()).then(|| quantile(peer, share));
        let ratio = ours_at / limit_at;
        Row {
            name: format!("accept_to_notification_ms.{name}"),
            unit: "ms".to_owned(),
            ours: ours_at,
            limit: Some(limit_at),
            peer: peer_at,
            ratio: Some(ratio),
            target: target.to_owned(),
            met: peer_at.map(|peer| ratio <= 2.0 && ours_at < peer),
            samples: ours.len(),
            note:
                "limit: accept over HTTP with one durable commit, event stream, journal commit (FULL), cache commit, \
                   Notify over an open connection, in turns with ours; peer: a Notification of a Chromium page that \
                   listens to the bare server"
                    .to_owned(),
        }
    };
    let target = "≤ 2 × limit and below the Chromium page";
    vec![row("p50", 0.5, target), row("p99", 0.99, target)]
}
