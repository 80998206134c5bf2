//! Arbitrary JSON thrown at every request that the window can make.
//!
//! Values are drawn from a seed for each request. They begin as anything; what the desk says is missing or of another
//! kind is put in, with anything in it, so that most requests are reached behind their forms.

use proffer_desk::{
    HttpConnector, REQUEST_NAMES,
    api::ApiErrorCode,
    ports::{Platform, PlatformConnector, PlatformError},
};
use proffer_domain::MessageKind;
use proffer_testkit::{Expert, Outside, World};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    panic,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Values for each request; `PROFFER_FUZZ_VALUES` sets another number. docs/security.md says what 10,000 came to.
const VALUES: u32 = 400;
/// Longer than any request may take, however slow the machine is.
const HANG: Duration = Duration::from_secs(60);

/// Connects to the world's platform alone: a drawn address must not be looked up.
struct OnlyThere(String);

impl PlatformConnector for OnlyThere {
    fn connect(&self, url: &str) -> Result<Arc<dyn Platform>, PlatformError> {
        if url.trim_end_matches('/') == self.0 {
            HttpConnector.connect(url)
        } else {
            proffer_desk::normalise_url(url)?;
            Err(PlatformError::Unreachable("nobody is there".to_owned()))
        }
    }
}

/// Draws JSON.
struct Draw<'a> {
    random: StdRng,
    /// Ids that mean something to this desk.
    ids: &'a [String],
}

/// Names of fields that requests have, and of some that none has.
const KEYS: [&str; 24] = [
    "question_id",
    "offer_id",
    "draft_id",
    "text",
    "kind",
    "owner",
    "name",
    "content_base64",
    "fields",
    "filter",
    "search",
    "view",
    "ids",
    "email",
    "password",
    "platform_url",
    "query",
    "limit",
    "settings",
    "language",
    "target",
    "__proto__",
    "constructor",
    "",
];

/// Texts that something could stumble over.
const TEXTS: [&str; 30] = [
    "",
    " ",
    "x",
    "answer",
    "message",
    "question",
    "all",
    "GBP",
    "145.00",
    "-1",
    "1e400",
    "NaN",
    "9999999999999999999",
    "2026-11-29",
    "2026-11-29T12:00:00Z",
    "-000001-01-01T00:00:00Z",
    "+999999-12-31T23:59:59Z",
    "\0",
    "\u{202e}",
    "\u{feff}",
    "../../etc/passwd",
    "'; DROP TABLE draft; --",
    "\" OR 1=1",
    "%",
    "_",
    "*",
    "a\" NEAR/2 (b",
    "<script>alert(1)</script>",
    "🙂🙂🙂",
    "ß",
];

impl Draw<'_> {
    fn text(&mut self) -> String {
        match self.random.random_range(0..10) {
            0..4 => (*TEXTS.choose(&mut self.random).unwrap()).to_owned(),
            4..7 => self.ids.choose(&mut self.random).unwrap().clone(),
            7 => (*TEXTS.choose(&mut self.random).unwrap()).repeat(self.random.random_range(1..2_000)),
            _ => {
                let length = self.random.random_range(0..40);
                (0..length).map(|_| self.random.random::<char>()).collect()
            }
        }
    }

    fn number(&mut self) -> Value {
        match self.random.random_range(0..6) {
            0 => json!(self.random.random_range(-3..400)),
            1 => json!(i64::MIN),
            2 => json!(u64::MAX),
            3 => json!(f64::MAX),
            4 => json!(0.5),
            _ => json!(self.random.random::<i32>()),
        }
    }

    fn value(&mut self, depth: u32) -> Value {
        match self.random.random_range(0..if depth == 0 { 60 } else { 100 }) {
            0..2 => Value::Null,
            2..10 => json!(self.random.random::<bool>()),
            10..25 => self.number(),
            25..60 => json!(self.text()),
            60..75 => (0..self.random.random_range(0..5))
                .map(|_| self.value(depth - 1))
                .collect(),
            _ => {
                let mut object = Map::new();
                for _ in 0..self.random.random_range(0..5) {
                    let key = (*KEYS.choose(&mut self.random).unwrap()).to_owned();
                    let value = self.value(depth - 1);
                    object.insert(key, value);
                }
                Value::Object(object)
            }
        }
    }

    /// A value for a field by its name, more often than not of the kind that its name promises.
    fn field(&mut self, name: &str) -> Value {
        match self.random.random_range(0..10) {
            0..7 if name.ends_with("_id") || name == "id" => json!(self.ids.choose(&mut self.random).unwrap()),
            0..3 if name.ends_with("_ids") || name == "ids" => json!([self.ids.choose(&mut self.random).unwrap()]),
            0..3 => json!(self.text()),
            3..5 => json!(self.random.random::<bool>()),
            5..7 => json!({}),
            7 => self.number(),
            8 => json!([]),
            _ => self.value(3),
        }
    }
}

/// The word that a refusal quotes after `marker`.
fn quoted_after<'a>(words: &'a str, marker: &str) -> Option<&'a str> {
    words.split_once(marker)?.1.split('`').next()
}

/// Puts a field into the object that wants it. Which one that is, the refusal does not say: any of them.
fn put(value: &mut Value, draw: &mut Draw<'_>, name: &str, content: &Value) {
    match value {
        Value::Object(object) => {
            let inner: Vec<String> = object
                .iter()
                .filter(|(_, value)| value.is_object())
                .map(|(name, _)| name.clone())
                .collect();
            match inner.choose(&mut draw.random) {
                Some(inner) if object.contains_key(name) || draw.random.random::<bool>() => {
                    put(&mut object[inner.as_str()], draw, name, content);
                }
                _ => {
                    object.insert(name.to_owned(), content.clone());
                }
            }
        }
        other => *other = json!({ name: content }),
    }
}

/// Changes one field, anywhere.
fn change(value: &mut Value, draw: &mut Draw<'_>) {
    let Value::Object(object) = value else {
        *value = draw.value(3);
        return;
    };
    let names: Vec<String> = object.keys().cloned().collect();
    let Some(name) = names.choose(&mut draw.random) else {
        return;
    };
    let inner = &mut object[name.as_str()];
    if inner.is_object() && draw.random.random::<bool>() {
        change(inner, draw);
    } else {
        *inner = draw.field(name);
    }
}

/// The next value: after a refusal for its form, the same with what was asked for; else one that is changed, or another.
fn next(value: &Value, refusal: Option<&str>, draw: &mut Draw<'_>) -> Value {
    let mut next = value.clone();
    let chance = draw.random.random_range(0..100);
    match refusal {
        _ if chance < 3 => return draw.value(3),
        Some(words) if chance < 90 => {
            if let Some(name) = quoted_after(words, "missing field `") {
                let content = draw.field(name);
                put(&mut next, draw, name, &content);
            } else if let Some((_, known)) = words.split_once("expected one of ") {
                // Of an enum's names one is taken, at whatever field.
                let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
                let unknown = quoted_after(words, "unknown variant `").unwrap_or_default().to_owned();
                let chosen = json!(known.choose(&mut draw.random).unwrap_or(&""));
                replace(&mut next, &json!(unknown), &chosen);
            } else {
                change(&mut next, draw);
            }
        }
        _ => change(&mut next, draw),
    }
    if !next.is_object() && draw.random.random::<bool>() {
        next = json!({});
    }
    next
}

/// Puts another value in the place of the first that is equal to `old`; says whether there was one.
fn replace(value: &mut Value, old: &Value, new: &Value) -> bool {
    if value == old {
        *value = new.clone();
        return true;
    }
    match value {
        Value::Object(object) => object.values_mut().any(|inner| replace(inner, old, new)),
        Value::Array(list) => list.iter_mut().any(|inner| replace(inner, old, new)),
        _ => false,
    }
}

/// What came of the values for one request.
#[derive(Default)]
struct Outcome {
    answered: u32,
    codes: BTreeMap<String, u32>,
}

impl Outcome {
    /// Whether a value was read and got to what the request does.
    fn was_reached(&self) -> bool {
        self.answered > 0 || self.codes.keys().any(|code| code != "MalformedRequest")
    }
}

fn seed_of(name: &str) -> u64 {
    name.bytes().fold(20_261_129, |seed, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    })
}

async fn throw(desk: &proffer_desk::Desk, name: &str, values: u32, ids: &[String]) -> anyhow::Result<Outcome> {
    let mut draw = Draw {
        random: StdRng::seed_from_u64(seed_of(name)),
        ids,
    };
    let mut outcome = Outcome::default();
    let mut value = json!({});
    let mut refusal: Option<String> = None;
    for number in 0..values {
        value = next(&value, refusal.as_deref(), &mut draw);
        // What takes nothing does something each time; that often is enough.
        if number % 100 == 0 {
            value = Value::Null;
        } else if value.is_null() {
            value = json!(number);
        }
        let payload = serde_json::to_vec(&value)?;
        let answer = tokio::time::timeout(HANG, desk.request(name, &payload)).await;
        let answer = answer.map_err(|_| anyhow::anyhow!("{name} hangs at {value}"))?;
        refusal = None;
        match answer {
            Ok(bytes) => {
                serde_json::from_slice::<Value>(&bytes)?;
                outcome.answered += 1;
            }
            Err(error) => {
                let is_defect = matches!(error.code, ApiErrorCode::Internal | ApiErrorCode::StorageFailed);
                anyhow::ensure!(!is_defect, "{name} failed at {value}: {error}");
                *outcome.codes.entry(format!("{:?}", error.code)).or_default() += 1;
                if error.code == ApiErrorCode::MalformedRequest {
                    refusal = Some(error.detail);
                }
            }
        }
    }
    Ok(outcome)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn arbitrary_json_is_answered_or_refused_by_every_request() -> anyhow::Result<()> {
    let values = std::env::var("PROFFER_FUZZ_VALUES")
        .ok()
        .and_then(|text| text.parse().ok());
    let values = values.unwrap_or(VALUES);
    let panics: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&panics);
    panic::set_hook(Box::new(move |info| {
        eprintln!("{info}");
        seen.lock().unwrap().push(info.to_string());
    }));

    let world = World::begin().await?;
    let helen = world.helen().await?;
    let outside = Outside {
        connector: Arc::new(OnlyThere(world.url())),
        ..Outside::default()
    };
    let desk = world.desk_with(Expert::Daniel, outside).await?;
    desk.sign_in(&world).await?;
    desk.until_online().await?;
    let question = helen.ask("My domain was taken", "What can I do?").await?;
    desk.lock(question).await?;
    desk.write(question, MessageKind::Answer, "Ask the registrar.").await?;
    desk.until_sent().await?;
    let offer = desk.offer(question).await?;
    let draft = desk.open_dialog(question).await?;
    let ids: Vec<String> = [
        question.to_string(),
        offer.to_string(),
        draft.draft_id.to_string(),
        uuid::Uuid::nil().to_string(),
    ]
    .into();

    // What ends the session comes last, and what is left after it is as good as signed out.
    let ends_session = |name: &&str| {
        matches!(
            *name,
            "session_sign_out" | "session_forget" | "session_switch" | "session_sign_in"
        )
    };
    let (last, first): (Vec<&str>, Vec<&str>) = REQUEST_NAMES.iter().partition(|name| ends_session(name));
    let mut outcomes = BTreeMap::new();
    for name in first.into_iter().chain(last) {
        let values = if ends_session(&name) { values.min(2_000) } else { values };
        outcomes.insert(name, throw(&desk.desk, name, values, &ids).await?);
    }
    assert_eq!(*panics.lock().unwrap(), Vec::<String>::new());
    let unreached: Vec<_> = outcomes
        .iter()
        .filter(|(_, outcome)| !outcome.was_reached())
        .map(|(name, _)| *name)
        .collect();
    assert!(
        unreached.len() <= REQUEST_NAMES.len() / 10,
        "only their forms were tried: {unreached:?}"
    );
    let answered: u32 = outcomes.values().map(|outcome| outcome.answered).sum();
    assert!(answered > values, "{answered} were answered");

    // The desk is as able as before.
    desk.sign_in(&world).await?;
    desk.until_online().await?;
    assert_eq!(desk.conversation(question).await?.question_id, question);
    let unknown = desk.desk.request("no_such_request", b"{}").await.unwrap_err();
    assert_eq!(unknown.code, ApiErrorCode::MalformedRequest);
    for broken in [&b"{"[..], b"\xff\xfe", &[b'['; 100_000], b"nul", b"{\"a\":1,}"] {
        let refused = desk.desk.request("queue_list", broken).await.unwrap_err();
        assert_eq!(refused.code, ApiErrorCode::MalformedRequest);
    }
    desk.desk.close().await;
    Ok(())
}
