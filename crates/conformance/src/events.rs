//! Server-sent events, with the comments between them that show a connection to be alive.

use crate::{
    client::{Session, in_full},
    failure::{Failure, hold},
};
use futures_util::StreamExt;
use proffer_protocol::{Change, SyncPage};
use reqwest::{Method, Response, header::HeaderMap};
use std::{collections::VecDeque, time::Duration};
use tokio::time::{Instant, timeout};

/// How soon a change must come to who listens.
pub(crate) const SOON: Duration = Duration::from_secs(5);

/// One thing that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    Event { event: String, id: String, data: String },
    Comment,
}

/// An open stream of events.
pub(crate) struct Events {
    pub headers: HeaderMap,
    bytes: futures_util::stream::BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    line: Vec<u8>,
    fields: (String, String, Vec<String>),
    ready: VecDeque<Arrival>,
}

impl Events {
    /// Listens from a cursor on.
    pub async fn open(session: &Session, last: Option<&str>) -> Result<Self, Failure> {
        let mut request = session
            .request(Method::GET, "/v1/events")
            .header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answered = timeout(Duration::from_secs(60), request.send()).await;
        let failed = |error: String| Failure::NoAnswer {
            what: "GET /v1/events".to_owned(),
            error,
        };
        let response: Response = answered
            .map_err(|_| failed("nothing within a minute".to_owned()))?
            .map_err(|error| failed(in_full(&error)))?;
        hold!(
            response.status() == 200,
            "GET /v1/events: {} instead of 200",
            response.status()
        );
        Ok(Self {
            headers: response.headers().clone(),
            bytes: response.bytes_stream().boxed(),
            line: Vec::new(),
            fields: Default::default(),
            ready: VecDeque::new(),
        })
    }

    /// The next thing that comes until `until`; `None` when the stream has ended.
    pub async fn next(&mut self, until: Instant) -> Result<Option<Arrival>, Failure> {
        loop {
            if let Some(arrival) = self.ready.pop_front() {
                return Ok(Some(arrival));
            }
            let Ok(chunk) = tokio::time::timeout_at(until, self.bytes.next()).await else {
                return Err(Failure::Differs(
                    "nothing came on GET /v1/events in the time it may take".to_owned(),
                ));
            };
            match chunk {
                Some(Ok(bytes)) => bytes.iter().for_each(|byte| self.take(*byte)),
                // However it broke off, it has ended.
                Some(Err(_)) | None => return Ok(None),
            }
        }
    }

    /// Takes one byte in; at a line's end, what the line says.
    fn take(&mut self, byte: u8) {
        if byte != b'\n' {
            self.line.push(byte);
            return;
        }
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            let (event, id, data) = std::mem::take(&mut self.fields);
            if !data.is_empty() {
                let data = data.join("\n");
                self.ready.push_back(Arrival::Event { event, id, data });
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match field {
            "" => self.ready.push_back(Arrival::Comment),
            "event" => self.fields.0 = value,
            "id" => self.fields.1 = value,
            "data" => self.fields.2.push(value),
            _ => {}
        }
    }

    /// Reads until a change comes that is wanted: all that came, and the last cursor.
    pub async fn until(
        &mut self,
        wait: Duration,
        wanted: impl Fn(&Change) -> bool,
    ) -> Result<(Vec<Change>, String), Failure> {
        let deadline = Instant::now() + wait;
        let mut seen = Vec::new();
        loop {
            match self.next(deadline).await? {
                Some(Arrival::Event { event, id, data }) if event == "sync" => {
                    let page: SyncPage = serde_json::from_str(&data).map_err(|error| Failure::NoAnswer {
                        what: "GET /v1/events".to_owned(),
                        error: error.to_string(),
                    })?;
                    seen.extend(page.changes);
                    if seen.iter().any(&wanted) {
                        return Ok((seen, id));
                    }
                }
                Some(_) => {}
                None => {
                    return Err(Failure::Differs(
                        "GET /v1/events ended while its session goes on".to_owned(),
                    ));
                }
            }
        }
    }
}
