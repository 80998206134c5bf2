//! Which statements there are: those that ran, as sqlx tells of them, and those that stand in the sources.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

/// sqlx's own log of statements.
const LOG: &str = "sqlx::query";
/// How a statement begins that goes through rows.
const BEGINNINGS: [&str; 5] = ["SELECT ", "UPDATE ", "DELETE ", "INSERT ", "WITH "];

/// Keeps every statement that runs in this process.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<BTreeSet<String>>>);

impl Recorder {
    /// Listens from now on.
    pub fn install() -> anyhow::Result<Self> {
        let recorder = Self::default();
        let filter = Targets::new().with_target(LOG, LevelFilter::TRACE);
        tracing_subscriber::registry()
            .with(recorder.clone().with_filter(filter))
            .try_init()?;
        Ok(recorder)
    }

    /// Those that ran so far and are not the platform's, whose places begin with a dollar sign.
    pub fn statements(&self) -> BTreeSet<String> {
        let recorded = self.0.lock().unwrap();
        // Several may have gone to SQLite together.
        let each = recorded.iter().flat_map(|statements| statements.split(';'));
        let each = each
            .map(normalised)
            .filter(|statement| !statement.contains('$') || statement.contains("'$."));
        each.filter(|statement| BEGINNINGS.iter().any(|beginning| statement.starts_with(beginning)))
            .collect()
    }
}

/// What sqlx says of a statement: the whole text where the summary is not all of it.
#[derive(Default)]
struct Told {
    summary: String,
    statement: String,
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "summary" {
            self.summary = format!("{value:?}");
        }
    }
}

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut told = Told::default();
        event.record(&mut told);
        let statement = if told.statement.trim().is_empty() {
            told.summary
        } else {
            told.statement
        };
        self.0.lock().unwrap().insert(statement);
    }
}

/// With one space wherever there is any.
pub fn normalised(statement: &str) -> String {
    statement.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The statements of the desk's two files that stand in its sources, or what stands of them before their first hole.
pub fn in_sources() -> anyhow::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for folder in ["cache", "journal"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../desk/src").join(folder);
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // What tests ask is their own matter.
            if name.ends_with("tests.rs") || name == "inspect.rs" {
                continue;
            }
            let source = fs::read_to_string(&path)?;
            let program = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            found.extend(literals(program));
        }
    }
    anyhow::ensure!(found.len() > 50, "only {} statements stand in the sources", found.len());
    Ok(found)
}

/// The literals of a source that are statements.
fn literals(source: &str) -> impl Iterator<Item = String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    // Lines that go on, and quotation marks that end no literal.
    let code = code.replace("\\\n", " ").replace("\\\"", "").replace("'\"'", "");
    let texts: Vec<String> = code.split('"').skip(1).step_by(2).map(normalised).collect();
    texts.into_iter().filter_map(|text| {
        let whole = text.split('{').next().unwrap_or_default().trim().to_owned();
        BEGINNINGS
            .iter()
            .any(|beginning| whole.starts_with(beginning.trim_end()) && whole.len() > beginning.len())
            .then_some(whole)
    })
}
