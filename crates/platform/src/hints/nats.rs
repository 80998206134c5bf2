//! Hints by NATS, for more instances than a database should carry hints between.

use super::{Heard, Hint, HintError, Hints};
use async_nats::{Client, ConnectOptions, Event, Subscriber};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::sync::{Mutex, watch};
use url::Url;

/// The subject where the address names none.
const SUBJECT: &str = "proffer.hints";

/// Hints on one subject of a NATS server or cluster.
pub struct NatsHints {
    server: String,
    subject: String,
    connection: Mutex<Option<Connection>>,
}

#[derive(Clone)]
struct Connection {
    client: Client,
    /// Whether it was lost. The client connects again by itself, but does not say what it missed meanwhile.
    lost: watch::Receiver<bool>,
}

impl NatsHints {
    /// For an address such as `nats://user:password@host:4222` or `tls://host/subject`: platforms that share a server
    /// each have a subject of their own.
    ///
    /// # Errors
    /// [`HintError::Address`] if it is none.
    pub fn new(url: &Url) -> Result<Self, HintError> {
        if !matches!(url.scheme(), "nats" | "tls") || url.host_str().is_none() {
            let words = "write nats://host:4222, or tls://… for a protected connection";
            return Err(HintError::Address(words.to_owned()));
        }
        let subject = url.path().trim_matches('/');
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if !subject.chars().all(is_plain)
            || subject.starts_with('.')
            || subject.ends_with('.')
            || subject.contains("..")
        {
            let words = "its path is the subject: letters, digits, hyphens and single dots between them";
            return Err(HintError::Address(words.to_owned()));
        }
        let mut server = url.clone();
        server.set_path("");
        Ok(Self {
            server: server.into(),
            subject: if subject.is_empty() { SUBJECT } else { subject }.to_owned(),
            connection: Mutex::default(),
        })
    }

    /// The connection that sends and hears; a new one where the last was lost.
    async fn connection(&self) -> Result<Connection, HintError> {
        let mut present = self.connection.lock().await;
        if let Some(connection) = &*present
            && !*connection.lost.borrow()
        {
            return Ok(connection.clone());
        }
        *present = None;
        let (lose, lost) = watch::channel(false);
        let options = ConnectOptions::new().name("proffer").event_callback(move |event| {
            if !matches!(event, Event::Connected) {
                // Slow consumers and closed connections have missed hints as well.
                lose.send_replace(true);
            }
            std::future::ready(())
        });
        let client = options.connect(&self.server).await.map_err(broken)?;
        let connection = Connection { client, lost };
        *present = Some(connection.clone());
        Ok(connection)
    }
}

#[async_trait]
impl Hints for NatsHints {
    async fn publish(&self, hint: &Hint) -> Result<(), HintError> {
        let connection = self.connection().await?;
        let text = hint.to_text();
        connection
            .client
            .publish(self.subject.clone(), text.into())
            .await
            .map_err(broken)?;
        connection.client.flush().await.map_err(broken)?;
        if *connection.lost.borrow() {
            return Err(HintError::Broken("it broke meanwhile".to_owned()));
        }
        Ok(())
    }

    async fn subscribe(&self) -> Result<Box<dyn Heard>, HintError> {
        let connection = self.connection().await?;
        let subscriber = connection
            .client
            .subscribe(self.subject.clone())
            .await
            .map_err(broken)?;
        // Nothing answers a subscription. But the server takes what comes by one connection in turn: once a word to
        // ourselves is back, the subscription is there.
        let inbox = connection.client.new_inbox();
        let mut answers = connection.client.subscribe(inbox.clone()).await.map_err(broken)?;
        connection.client.publish(inbox, Bytes::new()).await.map_err(broken)?;
        if answers.next().await.is_none() {
            return Err(HintError::Broken("it ended".to_owned()));
        }
        Ok(Box::new(Listener { connection, subscriber }))
    }
}

struct Listener {
    connection: Connection,
    subscriber: Subscriber,
}

#[async_trait]
impl Heard for Listener {
    async fn next(&mut self) -> Result<Hint, HintError> {
        tokio::select! {
            message = self.subscriber.next() => match message {
                Some(message) => Ok(Hint::from_text(&String::from_utf8_lossy(&message.payload), Timestamp::now())),
                None => Err(HintError::Broken("it ended".to_owned())),
            },
            _ = self.connection.lost.wait_for(|lost| *lost) => Err(HintError::Broken("it was lost".to_owned())),
        }
    }
}

fn broken(error: impl std::fmt::Display) -> HintError {
    HintError::Broken(error.to_string())
}
