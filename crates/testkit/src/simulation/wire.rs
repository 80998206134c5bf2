//! The simulated network: requests and the pieces of their responses, each on its way for a while, and what may happen
//! to them, as the seed has it. The desk's real HTTP code stands on the one end, the platform's real routes on the other.

use crate::time::{TURN, moment};
use async_trait::async_trait;
use axum::http;
use futures_util::StreamExt;
use jiff::SignedDuration;
use proffer_desk::{
    Carrier, platform_over,
    ports::{Bytes, Platform, PlatformConnector, PlatformError},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// A response whose next piece takes longer has died, as the desk's client has it.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// What the client takes the time to be, in milliseconds since the epoch; only a broken variant cares.
pub(crate) const CLIENT_TIME: &str = "x-client-time-ms";

/// What becomes of one request and its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Both arrive.
    Arrives,
    /// It never arrives, and who sent it is told so.
    Refused,
    /// It never arrives, and nobody tells.
    Lost,
    /// It arrives twice.
    Twice,
    /// The response never arrives, and nobody tells.
    AnswerLost,
    /// The response breaks off after so many bytes.
    AnswerCut(usize),
    /// The response stands still after so many bytes.
    AnswerStalls(usize),
}

/// Something on its way.
pub(crate) enum Delivery {
    /// To the platform: a request.
    Request {
        connection: u64,
        request: http::Request<Bytes>,
    },
    /// To the platform: who asked has gone.
    HungUp { connection: u64 },
    /// To who asked: the response's head.
    Head {
        connection: u64,
        head: http::response::Parts,
    },
    /// To who asked: a piece of its body.
    Piece { connection: u64, bytes: Bytes },
    /// To who asked: its end; with words, it broke off.
    End {
        connection: u64,
        broken: Option<&'static str>,
    },
}

impl Delivery {
    /// What it is, for the trace that two runs are compared by.
    fn words(&self) -> String {
        match self {
            Self::Request { .. } => "request".to_owned(),
            Self::HungUp { .. } => "hung up".to_owned(),
            Self::Head { head, .. } => format!("status {}", head.status.as_u16()),
            Self::Piece { bytes, .. } => format!("{} bytes", bytes.len()),
            Self::End { broken, .. } => format!("end {}", broken.unwrap_or_default()),
        }
    }
}

type Piece = Result<Bytes, io::Error>;

struct Connection {
    place: usize,
    fate: Fate,
    head: Option<oneshot::Sender<http::response::Parts>>,
    pieces: Option<mpsc::UnboundedSender<Piece>>,
    /// Bytes of the body so far.
    sent_bytes: usize,
    /// When the last piece arrives: those that follow do not overtake it.
    last_at: Duration,
    /// Whether nothing more arrives.
    is_over: bool,
}

impl Connection {
    /// What of a response's part arrives, and whether the connection breaks after it.
    fn let_through(&mut self, delivery: Delivery) -> Option<(Delivery, bool)> {
        let (Fate::AnswerCut(after) | Fate::AnswerStalls(after)) = self.fate else {
            return (self.fate != Fate::AnswerLost).then_some((delivery, false));
        };
        if self.is_over {
            return None;
        }
        let Delivery::Piece { connection, bytes } = delivery else {
            return Some((delivery, false));
        };
        let room = after.saturating_sub(self.sent_bytes);
        self.sent_bytes += bytes.len();
        self.is_over = bytes.len() > room;
        let bytes = bytes.slice(..bytes.len().min(room));
        let is_cut = self.is_over && matches!(self.fate, Fate::AnswerCut(_));
        Some((Delivery::Piece { connection, bytes }, is_cut))
    }
}

struct State {
    passed: Duration,
    generator: StdRng,
    /// Of a hundred requests of each place so many fare badly.
    bad_in_hundred: Vec<u32>,
    /// How far each place's clock is off.
    skews: Vec<SignedDuration>,
    on_the_way: BTreeMap<(Duration, u64), Delivery>,
    connections: BTreeMap<u64, Connection>,
    next: u64,
    trace: Vec<String>,
}

/// The network.
#[derive(Clone)]
pub(crate) struct Wire {
    state: Arc<Mutex<State>>,
}

impl Wire {
    /// A wire with so many places, whose clocks are off by so much.
    pub(crate) fn new(seed: u64, skews: Vec<SignedDuration>) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                passed: Duration::ZERO,
                generator: StdRng::seed_from_u64(seed),
                bad_in_hundred: vec![0; skews.len()],
                skews,
                on_the_way: BTreeMap::new(),
                connections: BTreeMap::new(),
                next: 0,
                trace: Vec::new(),
            })),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of a hundred requests of a place so many fare badly from now on.
    pub(crate) fn set_bad(&self, place: usize, in_hundred: u32) {
        self.state().bad_in_hundred[place] = in_hundred;
    }

    /// What happened on it since the last time.
    pub(crate) fn take_trace(&self) -> Vec<String> {
        std::mem::take(&mut self.state().trace)
    }

    /// Lets time pass, and gives what arrives at the platform; what arrives elsewhere is there.
    pub(crate) fn pass(&self, passed: Duration) -> Vec<Delivery> {
        let mut state = self.state();
        state.passed = passed;
        let mut at_platform = Vec::new();
        while let Some(entry) = state.on_the_way.first_entry() {
            if entry.key().0 > passed {
                break;
            }
            match entry.remove() {
                delivery @ (Delivery::Request { .. } | Delivery::HungUp { .. }) => at_platform.push(delivery),
                delivery => state.hand_over(delivery),
            }
        }
        at_platform
    }

    /// The platform gives the head of a response.
    pub(crate) fn give_head(&self, connection: u64, head: http::response::Parts) {
        self.state().answer(connection, Delivery::Head { connection, head });
    }

    /// The platform gives a piece of a body.
    pub(crate) fn give_piece(&self, connection: u64, bytes: Bytes) {
        self.state().answer(connection, Delivery::Piece { connection, bytes });
    }

    /// The platform's response ends, or its connection breaks.
    pub(crate) fn end(&self, connection: u64, broken: Option<&'static str>) {
        self.state().answer(connection, Delivery::End { connection, broken });
    }

    /// A connector for a place's desk; `client` only makes its requests.
    pub(crate) fn connector(&self, place: usize, client: &reqwest::Client) -> WireConnector {
        WireConnector {
            end: self.end_at(place),
            client: client.clone(),
        }
    }

    /// A place's end of it.
    pub(crate) fn end_at(&self, place: usize) -> WireEnd {
        WireEnd {
            wire: self.clone(),
            place,
        }
    }
}

impl State {
    fn next_number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Puts something on its way for at least one turn.
    fn send(&mut self, delivery: Delivery, not_before: Duration, slow: bool) -> Duration {
        let turns = if slow && self.generator.random_range(0..4) == 0 {
            self.generator.random_range(1..200)
        } else {
            self.generator.random_range(1..4)
        };
        let at = (self.passed + TURN * turns).max(not_before);
        let number = self.next_number();
        self.on_the_way.insert((at, number), delivery);
        at
    }

    fn draw_fate(&mut self, place: usize) -> Fate {
        let (bad, draw) = (self.bad_in_hundred[place], self.generator.random_range(0..100));
        if draw >= bad {
            return Fate::Arrives;
        }
        match self.generator.random_range(0..8) {
            0 => Fate::Refused,
            1 => Fate::Lost,
            2 | 3 => Fate::Twice,
            4 | 5 => Fate::AnswerLost,
            6 => Fate::AnswerCut(self.generator.random_range(0..4_000)),
            _ => Fate::AnswerStalls(self.generator.random_range(0..4_000)),
        }
    }

    /// Puts a part of a response on its way, as far as its fate lets it.
    fn answer(&mut self, number: u64, delivery: Delivery) {
        // Nobody waits for a second copy's answer, or has gone.
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let Some((delivery, is_cut)) = connection.let_through(delivery) else {
            return;
        };
        let (last_at, slow) = (connection.last_at, connection.fate != Fate::Arrives);
        self.trace.push(format!("answer {number}: {}", delivery.words()));
        let mut at = self.send(delivery, last_at, slow);
        if is_cut {
            let broken = Some("the connection was cut");
            at = self.send(
                Delivery::End {
                    connection: number,
                    broken,
                },
                at + TURN,
                false,
            );
        }
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.last_at = at;
        }
    }

    /// Who asked goes, unless its response has ended.
    fn hang_up(&mut self, connection: u64) {
        if self.connections.remove(&connection).is_some() {
            self.trace.push(format!("hang up {connection}"));
            let now = self.passed;
            self.send(Delivery::HungUp { connection }, now, false);
        }
    }

    /// Hands over what has arrived where it was asked for.
    fn hand_over(&mut self, delivery: Delivery) {
        match delivery {
            Delivery::Head { connection, head } => {
                if let Some(head_to) = self
                    .connections
                    .get_mut(&connection)
                    .and_then(|found| found.head.take())
                {
                    let _gone = head_to.send(head);
                }
            }
            Delivery::Piece { connection, bytes } => {
                if let Some(pieces) = self
                    .connections
                    .get(&connection)
                    .and_then(|found| found.pieces.as_ref())
                {
                    let _gone = pieces.send(Ok(bytes));
                }
            }
            Delivery::End { connection, broken } => {
                let pieces = self.connections.remove(&connection).and_then(|found| found.pieces);
                if let (Some(words), Some(pieces)) = (broken, pieces) {
                    let _gone = pieces.send(Err(io::Error::new(io::ErrorKind::ConnectionReset, words)));
                }
            }
            Delivery::Request { .. } | Delivery::HungUp { .. } => {}
        }
    }
}

/// One place's end of the wire.
#[derive(Clone)]
pub(crate) struct WireEnd {
    wire: Wire,
    place: usize,
}

/// Tells the platform when who asked goes before the response has ended.
struct Asked {
    wire: Wire,
    connection: u64,
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.wire.state().hang_up(self.connection);
    }
}

fn unreachable(words: &str) -> PlatformError {
    PlatformError::Unreachable(words.to_owned())
}

impl WireEnd {
    /// Sends a request and gives the response's head, with its body to follow.
    pub(crate) async fn ask(
        &self,
        mut request: http::Request<Bytes>,
    ) -> Result<http::Response<reqwest::Body>, PlatformError> {
        if proffer_failpoints::is_crashed() {
            std::future::pending::<()>().await;
        }
        let (head_to, head) = oneshot::channel();
        let (pieces_to, pieces) = mpsc::unbounded_channel();
        let asked = {
            let mut state = self.wire.state();
            let fate = state.draw_fate(self.place);
            let told = moment(state.passed).saturating_add(state.skews[self.place]);
            let told = told.unwrap_or_default().as_millisecond();
            request.headers_mut().insert(CLIENT_TIME, http::HeaderValue::from(told));
            let connection = state.next_number();
            let line = format!(
                "place {}: {} {} ({connection}) {fate:?}",
                self.place,
                request.method(),
                request.uri()
            );
            state.trace.push(line);
            let (passed, slow) = (state.passed, fate != Fate::Arrives);
            state.connections.insert(
                connection,
                Connection {
                    place: self.place,
                    fate,
                    head: Some(head_to),
                    pieces: Some(pieces_to),
                    sent_bytes: 0,
                    last_at: passed,
                    is_over: false,
                },
            );
            if fate == Fate::Twice {
                let copy = state.next_number();
                let request = request.clone();
                state.send(
                    Delivery::Request {
                        connection: copy,
                        request,
                    },
                    passed,
                    true,
                );
            }
            match fate {
                Fate::Refused => {
                    let broken = Some("the connection was refused");
                    state.send(Delivery::End { connection, broken }, passed, false);
                }
                Fate::Lost => {}
                _ => {
                    state.send(Delivery::Request { connection, request }, passed, slow);
                }
            }
            Asked {
                wire: self.wire.clone(),
                connection,
            }
        };
        let head = tokio::time::timeout(READ_TIMEOUT, head)
            .await
            .map_err(|_| unreachable("no answer came"))?
            .map_err(|_| unreachable("the connection was reset"))?;
        let body = futures_util::stream::unfold((pieces, asked), |(mut pieces, asked)| async move {
            let piece = match tokio::time::timeout(READ_TIMEOUT, pieces.recv()).await {
                Ok(piece) => piece?,
                Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
            };
            Some((piece, (pieces, asked)))
        });
        Ok(http::Response::from_parts(head, reqwest::Body::wrap_stream(body)))
    }
}

#[async_trait]
impl Carrier for WireEnd {
    async fn carry(&self, request: reqwest::Request) -> Result<reqwest::Response, PlatformError> {
        let timeout = request.timeout().copied();
        let body = request
            .body()
            .and_then(reqwest::Body::as_bytes)
            .map(Bytes::copy_from_slice)
            .unwrap_or_default();
        let url = request.url();
        let uri = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let mut far = http::Request::new(body);
        *far.method_mut() = request.method().clone();
        *far.uri_mut() = uri.parse().map_err(|_| unreachable("the address is none"))?;
        *far.headers_mut() = request.headers().clone();
        let Some(timeout) = timeout else {
            return Ok(self.ask(far).await?.into());
        };
        // The time-out is for the whole response.
        let until = tokio::time::Instant::now() + timeout;
        let response = tokio::time::timeout_at(until, self.ask(far))
            .await
            .map_err(|_| unreachable("the request timed out"))??;
        let (head, body) = response.into_parts();
        let body = reqwest::Response::from(http::Response::new(body)).bytes_stream();
        let body = body.map(|piece| piece.map_err(io::Error::other));
        let body = futures_util::stream::unfold(Box::pin(body), move |mut body| async move {
            let piece = match tokio::time::timeout_at(until, body.next()).await {
                Ok(piece) => piece?,
                Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
            };
            Some((piece, body))
        });
        Ok(http::Response::from_parts(head, reqwest::Body::wrap_stream(body)).into())
    }
}

impl WireEnd {
    /// Hangs up every connection of a place whose process ends, oldest first: in which order a runtime drops its tasks
    /// depends on their numbers, which differ from one history of a program to the next.
    pub(crate) fn hang_up(&self) {
        let mut state = self.wire.state();
        let of_place = state
            .connections
            .iter()
            .filter(|(_, connection)| connection.place == self.place);
        let numbers: Vec<_> = of_place.map(|(number, _)| *number).collect();
        for number in numbers {
            state.hang_up(number);
        }
    }
}

/// Makes a desk's platform, over the wire.
pub(crate) struct WireConnector {
    pub(crate) end: WireEnd,
    client: reqwest::Client,
}

impl PlatformConnector for WireConnector {
    fn connect(&self, url: &str) -> Result<Arc<dyn Platform>, PlatformError> {
        platform_over(url, self.client.clone(), Arc::new(self.end.clone()))
    }
}
