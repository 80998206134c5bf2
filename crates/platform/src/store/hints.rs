//! Hints by PostgreSQL's own means: LISTEN and NOTIFY.

use crate::hints::{Heard, Hint, HintError, Hints};
use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{
    ConnectOptions, PgConnection,
    postgres::{PgConnectOptions, PgListener},
};
use tokio::sync::Mutex;

/// PostgreSQL keeps the channels of each database apart.
const CHANNEL: &str = "proffer_hints";

/// Hints through the database itself. A NOTIFY is a commit that others of its kind wait for, so it has a connection and
/// a transaction of its own, and never slows down the one that it tells of.
pub struct PostgresHints {
    url: String,
    sender: Mutex<Option<PgConnection>>,
}

impl PostgresHints {
    /// For the URL of the database.
    ///
    /// # Errors
    /// [`HintError::Address`] if it is none.
    pub fn new(url: &str) -> Result<Self, HintError> {
        url.parse::<PgConnectOptions>()
            .map_err(|error| HintError::Address(error.to_string()))?;
        Ok(Self {
            url: url.to_owned(),
            sender: Mutex::default(),
        })
    }

    async fn connect(&self) -> Result<PgConnection, HintError> {
        let options: PgConnectOptions = self.url.parse().map_err(broken)?;
        options
            .application_name("proffer hints")
            .connect()
            .await
            .map_err(broken)
    }
}

#[async_trait]
impl Hints for PostgresHints {
    async fn publish(&self, hint: &Hint) -> Result<(), HintError> {
        let mut sender = self.sender.lock().await;
        // Taken out, so that one whose sending was cut off is not used again.
        let mut connection = match sender.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(hint.to_text())
            .execute(&mut connection)
            .await
            .map_err(broken)?;
        *sender = Some(connection);
        Ok(())
    }

    async fn subscribe(&self) -> Result<Box<dyn Heard>, HintError> {
        let mut listener = PgListener::connect(&self.url).await.map_err(broken)?;
        // Connecting again unasked would pass over what was missed.
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await.map_err(broken)?;
        Ok(Box::new(Listener(listener)))
    }
}

struct Listener(PgListener);

#[async_trait]
impl Heard for Listener {
    async fn next(&mut self) -> Result<Hint, HintError> {
        match self.0.try_recv().await {
            Ok(Some(notification)) => Ok(Hint::from_text(notification.payload(), Timestamp::now())),
            Ok(None) => Err(HintError::Broken("it was lost".to_owned())),
            Err(error) => Err(broken(error)),
        }
    }
}

fn broken(error: sqlx::Error) -> HintError {
    HintError::Broken(error.to_string())
}
