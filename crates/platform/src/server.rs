//! The platform as one thing: opened with a configuration, serving until it is told to stop.

use crate::{
    api, connections,
    flow::{Flow, FlowError, StripeRoute},
    hints::{self, HintError, Hints, NatsHints, PostgresHints},
    jobs,
    mail::{FolderMailer, MailError, Mailer, SmtpMailer, SmtpRoute},
    monitoring, pages,
    payment::stripe::{StripeClient, StripeConfig},
    ports::Ports,
    store::{Store, StoreError},
};
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;
use lettre::message::Mailbox;
use metrics_exporter_prometheus::PrometheusHandle;
use proffer_domain::PaymentMethod;
use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

/// How long requests under way may take to end when the platform stops.
const GRACE: Duration = Duration::from_secs(5);

/// How email goes out.
#[derive(Clone)]
pub enum MailRoute {
    /// By SMTP.
    Smtp(SmtpRoute),
    /// As files into this folder.
    Folder(PathBuf),
    /// By a mailer brought along.
    Custom(Arc<dyn Mailer>),
}

/// How instances over one database tell each other of changes.
#[derive(Clone, Default)]
pub enum HintRoute {
    /// By the database's own means; with SQLite there is one instance, which need not be told.
    #[default]
    Database,
    /// By NATS, at this address.
    Nats(Url),
    /// By means brought along, such as those of one process.
    Custom(Arc<dyn Hints>),
}

/// What a platform is opened with.
#[derive(Clone)]
pub struct Config {
    /// The folder of its data.
    pub data: PathBuf,
    /// A PostgreSQL URL; SQLite in the data folder without one.
    pub database: Option<String>,
    /// The address customers reach it by; where it listens without one.
    pub public_url: Option<Url>,
    /// How email goes out.
    pub mail: MailRoute,
    /// How other instances over the same database are told of changes, and tell.
    pub hints: HintRoute,
    /// How long an instance has an email to itself; should it die, another sends it then.
    pub claim: Duration,
    /// How long it goes on serving, and says that it is about to end, when it is told to stop: what stands in front sends
    /// requests to others meanwhile.
    pub drain: Duration,
    /// The time and randomness.
    pub ports: Ports,
    /// The proxies in front of it that say truly whom they forward; nobody else is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How offers that are accepted are paid.
    pub pays_by: PaymentMethod,
    /// Stripe, for payments by it; those that began by it need it also where new ones do not.
    pub stripe: Option<StripeConfig>,
}

impl Config {
    /// A platform in a folder, with its email in the folder `mail` inside.
    #[must_use]
    pub fn in_folder(data: PathBuf) -> Self {
        let mail = MailRoute::Folder(data.join("mail"));
        Self {
            data,
            database: None,
            public_url: None,
            mail,
            hints: HintRoute::default(),
            claim: jobs::CLAIM,
            drain: Duration::ZERO,
            ports: Ports::default(),
            trusted_proxies: Vec::new(),
            pays_by: PaymentMethod::OnAccount,
            stripe: None,
        }
    }
}

/// Why the platform could not be opened or serve.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// The data folder cannot be used.
    #[error("the data folder {folder} cannot be used: {error}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something could not be done.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// Email cannot go out by this route.
    #[error("email cannot go out: {0}")]
    Mail(#[from] MailError),
    /// Other instances cannot be told by this route.
    #[error("other instances cannot be told of changes: {0}")]
    Hints(#[from] HintError),
    /// Payments cannot go by this route.
    #[error("payments cannot go by Stripe: {0}")]
    Payment(String),
    /// The address cannot be listened on.
    #[error("cannot serve: {0}")]
    Serve(#[from] std::io::Error),
}

/// What handlers share.
#[derive(Clone)]
pub struct App {
    /// What happens.
    pub flow: Flow,
    /// Cancelled when the platform is told to stop, and should be sent nothing more.
    pub draining: CancellationToken,
    /// Cancelled when the platform stops.
    pub stop: CancellationToken,
    /// Counters and gauges.
    pub metrics: PrometheusHandle,
    /// The proxies that say truly whom they forward.
    pub trusted_proxies: Arc<[IpNet]>,
}

/// A platform that was opened.
pub struct Platform {
    config: Config,
    store: Store,
    mailer: Arc<dyn Mailer>,
    hints: Option<Arc<dyn Hints>>,
    /// Every flow is one of this: what one commits wakes who listens by another.
    flow: Flow,
}

impl Platform {
    /// Opens the database, bringing its schema up to date.
    ///
    /// # Errors
    /// If the folder, the database or the mail route cannot be used.
    pub async fn open(config: Config) -> Result<Self, PlatformError> {
        std::fs::create_dir_all(&config.data).map_err(|error| PlatformError::Folder {
            folder: config.data.clone(),
            error,
        })?;
        let store = Store::open(&config.data, config.database.as_deref()).await?;
        let host = config
            .public_url
            .as_ref()
            .and_then(Url::host_str)
            .filter(|host| host.contains('.'));
        let host = host
            .filter(|host| host.parse::<std::net::IpAddr>().is_err())
            .unwrap_or("proffer.example");
        let from: Mailbox = format!("Proffer <no-reply@{host}>")
            .parse()
            .map_err(|error: lettre::address::AddressError| MailError::Permanent(error.to_string()))?;
        let mailer: Arc<dyn Mailer> = match &config.mail {
            MailRoute::Smtp(route) => Arc::new(SmtpMailer::new(route, from)?),
            MailRoute::Folder(folder) => Arc::new(FolderMailer::new(folder.clone(), from)),
            MailRoute::Custom(mailer) => mailer.clone(),
        };
        let fallback = || Url::parse("http://127.0.0.1/").unwrap_or_else(|_| unreachable!("a constant URL parses"));
        let public_url = config.public_url.clone().unwrap_or_else(fallback);
        let files = config.data.join("attachments");
        let mut flow = Flow::new(store.clone(), config.ports.clone(), public_url, files);
        #[cfg(feature = "simulation")]
        flow.mail_at_once_by(mailer.clone());
        flow.pay_by(config.pays_by, stripe_route(&config)?);
        let hints = hints_of(&config, &store)?;
        flow.ensure_limits().await?;
        let platform = Self {
            config,
            store,
            mailer,
            hints,
            flow,
        };
        Ok(platform)
    }

    /// What happens, for callers without a server: the command line and demo data.
    #[must_use]
    pub fn flow(&self) -> Flow {
        self.flow.clone()
    }

    fn flow_at(&self, address: SocketAddr) -> Flow {
        let mut flow = self.flow.clone();
        let listening = Url::parse(&format!("http://{address}")).ok();
        if let Some(url) = self.config.public_url.clone().or(listening) {
            flow.public_url = Arc::new(url);
        }
        flow
    }

    /// What a platform that is reached at `address` consists of: its routes, and the background work, which goes on until
    /// `stop` is cancelled.
    pub fn parts(
        &self,
        address: SocketAddr,
        stop: &CancellationToken,
    ) -> (Router, impl Future<Output = ()> + Send + 'static) {
        let (router, jobs) = self.parts_with(address, stop, stop);
        let relay = self.relay(stop);
        let background = async move {
            tokio::join!(jobs, relay);
        };
        (router, background)
    }

    /// The same, where serving goes on for a while after background work has been told to stop.
    fn parts_with(
        &self,
        address: SocketAddr,
        draining: &CancellationToken,
        stop: &CancellationToken,
    ) -> (Router, impl Future<Output = ()> + Send + 'static) {
        let flow = self.flow_at(address);
        let app = App {
            flow: flow.clone(),
            draining: draining.clone(),
            stop: stop.clone(),
            metrics: monitoring::handle(),
            trusted_proxies: self.config.trusted_proxies.clone().into(),
        };
        let jobs = jobs::run(
            flow,
            self.mailer.clone(),
            self.config.claim,
            draining.clone(),
            stop.clone(),
        );
        (router(app), jobs)
    }

    /// Tells other instances, and is told.
    fn relay(&self, stop: &CancellationToken) -> impl Future<Output = ()> + Send + 'static {
        let (hints, flow, stop) = (self.hints.clone(), self.flow.clone(), stop.clone());
        async move {
            if let Some(hints) = hints {
                hints::relay(hints, flow, stop).await;
            }
        }
    }

    /// Serves until `stop` is cancelled: then background work ends, `/healthz` says that no more is to be sent here, and
    /// after the time for draining, event streams are sent elsewhere, requests under way end, and the database is closed.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) -> Result<(), PlatformError> {
        let ending = CancellationToken::new();
        let told = CancellationToken::new();
        let (router, jobs) = self.parts_with(listener.local_addr()?, &stop, &ending);
        let jobs = tokio::spawn(jobs);
        let relay = tokio::spawn(self.relay(&told));
        let upkeep = tokio::spawn(monitoring::upkeep());
        tokio::spawn(drain(stop.clone(), self.config.drain, ending.clone()));
        let clock = self.config.ports.clock.clone();
        let serving = connections::serve(listener, router, clock, ending.clone());
        let ended = async {
            ending.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            () = serving => {}
            () = ended => {}
        }
        stop.cancel();
        ending.cancel();
        // What the last requests wrote is told to the others.
        told.cancel();
        // An email under way may take its time-out; it is sent again by the next run, with the same Message-ID.
        let abort = jobs.abort_handle();
        match tokio::time::timeout(GRACE, jobs).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "background work ended badly"),
            Err(_) => abort.abort(),
        }
        let abort = relay.abort_handle();
        if tokio::time::timeout(GRACE, relay).await.is_err() {
            abort.abort();
        }
        upkeep.abort();
        self.store.close().await;
        Ok(())
    }
}

/// Ends serving some time after it was told to stop.
async fn drain(stop: CancellationToken, time: Duration, ending: CancellationToken) {
    tokio::select! {
        () = ending.cancelled() => return,
        () = stop.cancelled() => {}
    }
    if !time.is_zero() {
        tracing::info!(seconds = time.as_secs(), "draining");
        tokio::select! {
            () = ending.cancelled() => {}
            () = tokio::time::sleep(time) => {}
        }
    }
    ending.cancel();
}

/// How other instances are told, if there can be any.
fn hints_of(config: &Config, store: &Store) -> Result<Option<Arc<dyn Hints>>, HintError> {
    Ok(match (&config.hints, &config.database) {
        (HintRoute::Custom(hints), _) => Some(hints.clone()),
        (HintRoute::Nats(url), _) => Some(Arc::new(NatsHints::new(url)?)),
        (HintRoute::Database, Some(url)) if !store.is_of_one_process() => Some(Arc::new(PostgresHints::new(url)?)),
        (HintRoute::Database, _) => None,
    })
}

/// Stripe as it is configured.
fn stripe_route(config: &Config) -> Result<Option<StripeRoute>, PlatformError> {
    if config.pays_by == PaymentMethod::Stripe && config.stripe.is_none() {
        return Err(PlatformError::Payment("its keys are missing".to_owned()));
    }
    let Some(config) = config.stripe.clone() else {
        return Ok(None);
    };
    let client = StripeClient::new(&config).map_err(|error| PlatformError::Payment(error.to_string()))?;
    Ok(Some(StripeRoute { client, config }))
}

/// The paths of all routes.
#[must_use]
pub fn route_paths() -> Vec<String> {
    let pages = pages::paths().into_iter().map(str::to_owned);
    pages.chain(api::paths()).collect()
}

/// All routes: the API and the pages.
pub fn router(app: App) -> Router {
    let is_over_tls = app.flow.public_url().scheme() == "https";
    let routes = pages::router(app.clone()).merge(api::router(app));
    let routes = if is_over_tls {
        routes.layer(axum::middleware::map_response(stay_with_tls))
    } else {
        routes
    };
    routes.layer(axum::middleware::from_fn(measure))
}

/// Tells browsers never to come without TLS; said only where they reach the platform by it.
async fn stay_with_tls(mut response: Response) -> Response {
    response.headers_mut().insert(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=63072000; includeSubDomains"),
    );
    response
}

/// Counts requests and logs them without anything personal: the route's pattern, not the address asked for. The
/// response names the id that the log has.
async fn measure(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = uuid::Uuid::new_v4().to_string();
    let method: Method = request.method().clone();
    let route = request
        .extensions()
        .get::<axum::extract::MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    let (status, elapsed) = (response.status().as_u16(), started.elapsed());
    metrics::counter!("http_requests_total", "route" => route.clone(), "method" => method.to_string(), "status" => status.to_string()).increment(1);
    metrics::histogram!("http_request_duration_seconds", "route" => route.clone()).record(elapsed);
    tracing::info!(request_id, %method, route, status, elapsed_us = elapsed.as_micros(), "request");
    response
}
