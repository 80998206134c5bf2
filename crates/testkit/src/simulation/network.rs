//! The way between a desk and the platform: requests lost, sent twice, and answers cut, as a seed has it.

use async_trait::async_trait;
use futures_util::StreamExt;
use proffer_desk::{
    HttpConnector,
    ports::{BoxStream, Bytes, CommandCall, Platform, PlatformConnector, PlatformError, PlatformEvent, SyncText},
};
use proffer_domain::AttachmentId;
use proffer_protocol::{Me, SessionCreated, SignInRequest};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

/// What becomes of one request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Arrives,
    Lost,
    AnswerLost,
    Twice,
}

struct Weather {
    generator: StdRng,
    bad_in_hundred: u32,
}

/// A way whose faults a seed decides.
#[derive(Clone)]
pub(crate) struct FaultyWay {
    weather: Arc<Mutex<Weather>>,
}

impl FaultyWay {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            weather: Arc::new(Mutex::new(Weather {
                generator: StdRng::seed_from_u64(seed),
                bad_in_hundred: 0,
            })),
        }
    }

    /// Of a hundred requests so many fare badly from now on.
    pub(crate) fn set_bad(&self, in_hundred: u32) {
        self.weather
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .bad_in_hundred = in_hundred;
    }

    fn fate(&self) -> Fate {
        let mut weather = self.weather.lock().unwrap_or_else(PoisonError::into_inner);
        let (bad, draw) = (weather.bad_in_hundred, weather.generator.random_range(0..100));
        if draw >= bad {
            return Fate::Arrives;
        }
        match weather.generator.random_range(0..3) {
            0 => Fate::Lost,
            1 => Fate::AnswerLost,
            _ => Fate::Twice,
        }
    }
}

impl PlatformConnector for FaultyWay {
    fn connect(&self, url: &str) -> Result<Arc<dyn Platform>, PlatformError> {
        Ok(Arc::new(FarPlatform {
            inner: HttpConnector.connect(url)?,
            way: self.clone(),
        }))
    }
}

struct FarPlatform {
    inner: Arc<dyn Platform>,
    way: FaultyWay,
}

fn lost<T>() -> Result<T, PlatformError> {
    Err(PlatformError::Unreachable("lost on the way".to_owned()))
}

#[async_trait]
impl Platform for FarPlatform {
    async fn sign_in(&self, request: &SignInRequest) -> Result<SessionCreated, PlatformError> {
        self.inner.sign_in(request).await
    }
    async fn sign_out(&self, token: &str) -> Result<(), PlatformError> {
        self.inner.sign_out(token).await
    }
    async fn me(&self, token: &str) -> Result<Me, PlatformError> {
        if self.way.fate() == Fate::Lost {
            return lost();
        }
        self.inner.me(token).await
    }
    async fn sync(&self, token: &str, cursor: Option<&str>, limit: u32) -> Result<SyncText, PlatformError> {
        if matches!(self.way.fate(), Fate::Lost | Fate::AnswerLost) {
            return lost();
        }
        self.inner.sync(token, cursor, limit).await
    }
    async fn events(
        &self,
        token: &str,
        cursor: &str,
    ) -> Result<BoxStream<'static, Result<PlatformEvent, PlatformError>>, PlatformError> {
        let way = self.way.clone();
        let events = self.inner.events(token, cursor).await?;
        let events = events.flat_map(move |event| {
            let events = match way.fate() {
                Fate::Arrives => vec![event],
                Fate::Lost | Fate::AnswerLost => vec![lost()],
                Fate::Twice => match event {
                    Ok(event) => vec![Ok(event.clone()), Ok(event)],
                    Err(error) => vec![Err(error)],
                },
            };
            futures_util::stream::iter(events)
        });
        Ok(events.boxed())
    }
    async fn command(&self, token: &str, call: &CommandCall) -> Result<serde_json::Value, PlatformError> {
        match self.way.fate() {
            Fate::Arrives => self.inner.command(token, call).await,
            Fate::Lost => lost(),
            Fate::AnswerLost => {
                let _lost = self.inner.command(token, call).await;
                lost()
            }
            Fate::Twice => {
                let _first = self.inner.command(token, call).await;
                self.inner.command(token, call).await
            }
        }
    }
    async fn upload(&self, token: &str, id: AttachmentId, name: &str, file: PathBuf) -> Result<(), PlatformError> {
        self.inner.upload(token, id, name, file).await
    }
    async fn download(
        &self,
        token: &str,
        id: AttachmentId,
    ) -> Result<BoxStream<'static, Result<Bytes, PlatformError>>, PlatformError> {
        self.inner.download(token, id).await
    }
}
