//! Waiting until every other thread of this program sleeps.
//!
//! SQLite runs on threads of its own, and when they answer depends on the system. If nothing goes on before all of them
//! sleep again, what they answer is there at the same point of every run, and the order of everything is the seed's.
//!
//! Nor must they answer early, while who asked is still at work: each waits at a gate before it carries out a command.
//! SQLite's threads enter the span of who asked for it, and there the gate stands.
//!
//! Only threads of the simulated process whose turn it is can be awake: those of the others slept when their turn ended.

use anyhow::Context;
use std::{
    cell::RefCell,
    collections::BTreeMap,
    ffi::OsString,
    fs::File,
    os::unix::fs::{FileExt, MetadataExt},
    path::Path,
    sync::OnceLock,
};
use tracing::{
    Event, Metadata, Subscriber,
    span::{Attributes, Id, Record},
};
use tracing_core::span::Current;

const TASKS: &str = "/proc/self/task";

struct Other {
    stat: File,
    /// The simulated process in whose turn it began.
    owner: u64,
}

struct Watch {
    /// Folders below [`TASKS`], which tell when threads come and go.
    count: u64,
    others: BTreeMap<OsString, Other>,
    me: OsString,
    /// Whose turn it is.
    turn: u64,
}

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

impl Watch {
    fn new() -> std::io::Result<Self> {
        let me = std::fs::read_link("/proc/thread-self")?;
        Ok(Self {
            count: 0,
            others: BTreeMap::new(),
            me: me.file_name().unwrap_or_default().to_owned(),
            turn: 0,
        })
    }

    fn look_again(&mut self) -> std::io::Result<()> {
        let mut others = BTreeMap::new();
        for task in std::fs::read_dir(TASKS)? {
            let name = task?.file_name();
            if name == self.me {
                continue;
            }
            if let Some(known) = self.others.remove(&name) {
                others.insert(name, known);
            } else if let Ok(stat) = File::open(Path::new(TASKS).join(&name).join("stat")) {
                // One that has ended meanwhile is no matter.
                let owner = self.turn;
                others.insert(name, Other { stat, owner });
            }
        }
        self.others = others;
        Ok(())
    }

    /// Whether all others whose turn it is sleep at this moment.
    fn is_still(&mut self) -> std::io::Result<bool> {
        let count = std::fs::metadata(TASKS)?.nlink();
        if count != self.count {
            self.look_again()?;
            self.count = count;
        }
        let mut bytes = [0; 96];
        for other in self.others.values().filter(|other| other.owner == self.turn) {
            let Ok(length) = other.stat.read_at(&mut bytes, 0) else {
                // It has ended.
                self.count = 0;
                return Ok(false);
            };
            // The state stands after the name, which is in parentheses.
            let text = &bytes[..length];
            let state = text
                .iter()
                .rposition(|byte| *byte == b')')
                .and_then(|end| text.get(end + 2));
            if state != Some(&b'S') {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn with_watch<T>(work: impl FnOnce(&mut Watch) -> std::io::Result<T>) -> T {
    let done = WATCH.with_borrow_mut(|watch| match watch {
        Some(watch) => work(watch),
        None => work(watch.insert(Watch::new()?)),
    });
    done.unwrap_or_else(|error| panic!("the simulation needs {TASKS}: {error}"))
}

/// Lets every command of SQLite's threads begin at the gate.
pub(crate) fn install_gate() -> anyhow::Result<()> {
    let span = OnceLock::new();
    tracing::subscriber::set_global_default(Gate { span })?;
    let asked = tracing::info_span!(target: SPAN, "asked");
    let metadata = asked.metadata().context("the span of who asks is off")?;
    tracing::dispatcher::get_default(|dispatch| {
        if let Some(gate) = dispatch.downcast_ref::<Gate>() {
            // It is set once.
            let _ = gate.span.set(metadata);
        }
    });
    Ok(())
}

const SPAN: &str = "simulation";

/// Takes part in tracing only to be told when a thread takes up a command.
struct Gate {
    span: OnceLock<&'static Metadata<'static>>,
}

impl Subscriber for Gate {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target() == SPAN
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn current_span(&self) -> Current {
        self.span
            .get()
            .map_or_else(Current::none, |metadata| Current::new(Id::from_u64(1), metadata))
    }
    fn enter(&self, _: &Id) {
        proffer_failpoints::pass_gate();
    }
    fn exit(&self, _: &Id) {}
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
}

/// From now on it is the turn of this simulated process.
pub(crate) fn turn_of(process: u64) {
    with_watch(|watch| {
        watch.turn = process;
        Ok(())
    });
}

/// Waits until all threads sleep that belong to the simulated process whose turn it is.
///
/// # Panics
/// If the system does not tell the state of threads as Linux does.
pub(crate) fn wait() {
    proffer_failpoints::set_gate(true);
    with_watch(|watch| {
        while !watch.is_still()? {
            std::thread::yield_now();
        }
        Ok(())
    });
    proffer_failpoints::set_gate(false);
}
