//! Waiting until every other thread of this program sleeps.
//!
//! SQLite runs on threads of its own, and when they answer depends on the system. If nothing goes on before all of them
//! sleep again, what they answer is there at the same point of every run, and the order of everything is the seed's.
//!
//! Nor must they answer early, while who asked is still at work, nor in another order than they were asked: each waits at a
//! gate before it carries out a command, and they pass one by one. SQLite's threads enter the span of who asked for it,
//! and there the gate stands; the span's number is the ticket.
//!
//! Only threads of the simulated process whose turn it is can be awake: those of the others slept when their turn ended.
//!
//! Most polls ask SQLite nothing, and reading the state of threads is slow. So commands are counted as they are given and
//! as they are done: while the two are equal and nothing else runs beside, all sleep already.

use anyhow::Context;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    ffi::OsString,
    fs::File,
    os::unix::fs::{FileExt, MetadataExt},
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
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
    /// Tells when a thread has begun; none where the system does not tell.
    beginnings: Option<Beginnings>,
    /// Whether all threads have slept since one began.
    is_settled: bool,
    /// Whose turn it is.
    turn: u64,
}

/// The number of the system's last thread: another one has begun when it has changed.
struct Beginnings {
    file: File,
    last: Vec<u8>,
}

impl Beginnings {
    fn new() -> Option<Self> {
        let file = File::open("/proc/loadavg").ok()?;
        let mut this = Self { file, last: Vec::new() };
        this.have_been().ok()?;
        // Some containers show a number of their own that stands still.
        std::thread::spawn(|| {}).join().ok()?;
        this.have_been().ok()?.then_some(this)
    }

    /// Whether any have been since this was asked last.
    fn have_been(&mut self) -> std::io::Result<bool> {
        let mut bytes = [0; 96];
        let length = self.file.read_at(&mut bytes, 0)?;
        let last = bytes[..length].rsplit(|byte| *byte == b' ').next().unwrap_or_default();
        let have_been = self.last != last;
        if have_been {
            self.last = last.to_vec();
        }
        Ok(have_been)
    }
}

thread_local! {
    static IS_SIMULATION: Cell<bool> = const { Cell::new(false) };
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

impl Watch {
    fn new() -> std::io::Result<Self> {
        let me = std::fs::read_link("/proc/thread-self")?;
        Ok(Self {
            count: 0,
            others: BTreeMap::new(),
            me: me.file_name().unwrap_or_default().to_owned(),
            beginnings: Beginnings::new(),
            is_settled: false,
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

    /// Whether each of them is asleep when it is looked at.
    fn do_all_sleep(&mut self) -> bool {
        let mut bytes = [0; 96];
        for other in self.others.values().filter(|other| other.owner == self.turn) {
            let Ok(length) = other.stat.read_at(&mut bytes, 0) else {
                // It has ended.
                self.count = 0;
                return false;
            };
            // The state stands after the name, which is in parentheses.
            let text = &bytes[..length];
            let state = text
                .iter()
                .rposition(|byte| *byte == b')')
                .and_then(|end| text.get(end + 2));
            if state != Some(&b'S') {
                return false;
            }
        }
        true
    }

    /// Whether all others whose turn it is sleep at this moment.
    fn is_still(&mut self) -> std::io::Result<bool> {
        if let Some(beginnings) = &mut self.beginnings {
            if beginnings.have_been()? {
                // It opens a database, which is no command; and one may have gone for it, so that their number is the same.
                self.is_settled = false;
                self.count = 0;
            }
            if self.is_settled && asked() == Some(0) {
                return Ok(true);
            }
        }
        let count = std::fs::metadata(TASKS)?.nlink();
        if count != self.count {
            self.look_again()?;
            self.count = count;
        }
        // One that was seen asleep may have been woken by one that slept when it was looked at: the second look tells.
        if !self.do_all_sleep() || !self.do_all_sleep() {
            return Ok(false);
        }
        let done = DONE.load(Ordering::Acquire);
        if done == BEGUN.load(Ordering::Acquire) {
            // What was counted all the same was withdrawn before it was given.
            GIVEN.store(done, Ordering::Release);
        }
        self.is_settled = true;
        Ok(true)
    }
}

/// Commands given to SQLite's threads, those that they have taken up, and those that they have done.
static GIVEN: AtomicU64 = AtomicU64::new(0);
static BEGUN: AtomicU64 = AtomicU64::new(0);
static DONE: AtomicU64 = AtomicU64::new(0);

/// How many commands to SQLite are under way, if nothing else runs beside the runtime that runs here.
fn asked() -> Option<u64> {
    let metrics = tokio::runtime::Handle::try_current().ok()?.metrics();
    let is_alone =
        metrics.blocking_queue_depth() == 0 && metrics.num_idle_blocking_threads() == metrics.num_blocking_threads();
    is_alone.then(|| GIVEN.load(Ordering::Acquire).wrapping_sub(DONE.load(Ordering::Acquire)))
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

/// Takes part in tracing only to be told when a command is given, when a thread takes it up and when it is done.
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
        if !is_simulation() {
            return Current::none();
        }
        GIVEN.fetch_add(1, Ordering::AcqRel);
        self.span.get().map_or_else(Current::none, |metadata| {
            Current::new(Id::from_u64(proffer_failpoints::take_ticket()), metadata)
        })
    }
    fn enter(&self, id: &Id) {
        if !is_simulation() {
            BEGUN.fetch_add(1, Ordering::AcqRel);
            proffer_failpoints::pass_gate(id.into_u64());
        }
    }
    fn exit(&self, _: &Id) {
        if !is_simulation() {
            DONE.fetch_add(1, Ordering::AcqRel);
        }
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
}

/// Whether this is the thread on which histories run, and no one of SQLite's.
fn is_simulation() -> bool {
    IS_SIMULATION.get()
}

/// From now on it is the turn of this simulated process.
pub(crate) fn turn_of(process: u64) {
    IS_SIMULATION.set(true);
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
    with_watch(|watch| {
        // One alone need not queue.
        proffer_failpoints::set_gate(watch.is_settled && asked() == Some(1));
        loop {
            while !watch.is_still()? {
                std::thread::yield_now();
            }
            if !proffer_failpoints::admit_next() {
                return Ok(());
            }
        }
    });
    proffer_failpoints::set_gate(false);
}
