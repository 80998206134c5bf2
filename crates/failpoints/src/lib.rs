//! Named places where a simulation lets the desk or the platform crash or fail, and the names of deliberately broken
//! variants. Both crates use it only behind their feature `simulation`; no program contains it.
//!
//! What happens at a place is planned per thread: a simulated process runs on one thread, or on threads that share one
//! plan.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

/// Every fail-point there is.
pub const ALL: &[&str] = &[
    "desk.cache.before_commit",
    "desk.intake.before_cache",
    "desk.intake.before_notices",
    "desk.outbox.after_enqueue",
    "desk.outbox.before_enqueue",
    "desk.push.before_drop",
    "desk.push.before_intake",
    "desk.push.before_send",
    "desk.raise.after_mark",
    "desk.raise.before",
    "desk.raise.before_mark",
    "platform.commit.after",
    "platform.commit.before",
    "platform.execute.before_response",
    "platform.execute.before_run",
    "platform.mail.before_mark",
    "platform.mail.before_send",
];

/// What happens at a fail-point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// The process does not get any further.
    Crash,
    /// What was tried fails.
    Error,
}

/// What is to happen to one simulated process, and what has happened.
#[derive(Debug, Default)]
pub struct Plan {
    /// The next fail-point to fire; it fires once.
    pub armed: Option<(&'static str, Mode)>,
    /// Whether the process has crashed.
    pub is_crashed: bool,
    /// Which start of the process this is.
    pub start: u128,
    /// The broken variant it runs.
    pub variant: Option<&'static str>,
    /// How often each fail-point was come to.
    pub reached: BTreeMap<&'static str, u64>,
    /// How often each fail-point fired.
    pub fired: BTreeMap<(&'static str, Mode), u64>,
    /// Where its databases lie.
    pub folder: PathBuf,
    /// Its databases as they were when it crashed: what it still does afterwards never happened.
    pub kept: Option<Vec<(PathBuf, Vec<u8>)>>,
    /// Whether its files can grow no more, as on a full disk.
    pub is_disk_full: bool,
    /// Numbers given out by sequences that no transaction takes back.
    pub sequences: BTreeMap<String, i64>,
    /// What the client whose request is dealt with takes the time to be, in milliseconds since the epoch.
    pub client_time_ms: Option<i64>,
}

/// A plan that a simulated process and its simulation share.
pub type SharedPlan = Arc<Mutex<Plan>>;

thread_local! {
    static CURRENT: RefCell<Option<SharedPlan>> = const { RefCell::new(None) };
}

/// Makes what runs on this thread from now on follow a plan.
pub fn follow(plan: Option<SharedPlan>) {
    CURRENT.with(|current| *current.borrow_mut() = plan);
}

/// The plan, to be read or changed.
pub fn locked(plan: &SharedPlan) -> MutexGuard<'_, Plan> {
    plan.lock().unwrap_or_else(PoisonError::into_inner)
}

fn with<T>(ask: impl FnOnce(&mut Plan) -> T) -> Option<T> {
    CURRENT.with(|current| current.borrow().as_ref().map(|plan| ask(&mut locked(plan))))
}

/// A fail-point. A process that crashes here never gets any further.
///
/// # Errors
/// What the plan wants.
pub async fn at(name: &'static str) -> io::Result<()> {
    debug_assert!(ALL.contains(&name), "{name} is not in the list");
    let mode = with(|plan| {
        if plan.is_crashed {
            return Some(Mode::Crash);
        }
        *plan.reached.entry(name).or_default() += 1;
        let (_, mode) = plan.armed.take_if(|(armed, _)| *armed == name)?;
        *plan.fired.entry((name, mode)).or_default() += 1;
        if mode == Mode::Crash {
            plan.is_crashed = true;
            plan.kept = databases(&plan.folder).ok();
        }
        Some(mode)
    });
    match mode.flatten() {
        Some(Mode::Crash) => std::future::pending().await,
        Some(Mode::Error) => Err(io::Error::other(name)),
        None => Ok(()),
    }
}

/// The databases of a folder with what stands in them, and their logs.
///
/// # Errors
/// If they cannot be read.
pub fn databases(folder: &Path) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if is_database(&path) {
            let bytes = std::fs::read(&path)?;
            found.push((path, bytes));
        }
    }
    Ok(found)
}

/// Whether a file is a database or its log.
#[must_use]
pub fn is_database(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending == "db" || ending == "db-wal")
}

/// Whether the process on this thread has crashed.
#[must_use]
pub fn is_crashed() -> bool {
    with(|plan| plan.is_crashed).unwrap_or(false)
}

/// Whether the process runs this broken variant.
#[must_use]
pub fn is_broken(variant: &str) -> bool {
    with(|plan| plan.variant == Some(variant)).unwrap_or(false)
}

/// Which start of the process this is.
#[must_use]
pub fn start() -> u128 {
    with(|plan| plan.start).unwrap_or(0)
}

/// Whether the process's files can grow no more.
#[must_use]
pub fn is_disk_full() -> bool {
    with(|plan| plan.is_disk_full).unwrap_or(false)
}

/// The last of `count` numbers taken from a sequence that no transaction takes back; it begins after `after`.
#[must_use]
pub fn sequence(name: &str, after: i64, count: i64) -> i64 {
    with(|plan| {
        let last = plan.sequences.entry(name.to_owned()).or_insert(after);
        *last += count;
        *last
    })
    .unwrap_or(after + count)
}

/// What the client whose request is dealt with takes the time to be, in milliseconds since the epoch.
#[must_use]
pub fn client_time_ms() -> Option<i64> {
    with(|plan| plan.client_time_ms).flatten()
}

/// Sets what the client whose request is dealt with next takes the time to be.
pub fn set_client_time_ms(time: Option<i64>) {
    with(|plan| plan.client_time_ms = time);
}

/// The gate at which threads beside the simulation's own wait before they work.
struct Gate {
    is_open: bool,
    /// The number of the last ticket.
    last: u64,
    /// The tickets of those who wait.
    waiting: BTreeSet<u64>,
    /// Those who may pass while it is closed.
    admitted: BTreeSet<u64>,
}

static GATE: (Mutex<Gate>, Condvar) = (
    Mutex::new(Gate {
        is_open: true,
        last: 0,
        waiting: BTreeSet::new(),
        admitted: BTreeSet::new(),
    }),
    Condvar::new(),
);

fn gate() -> MutexGuard<'static, Gate> {
    GATE.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens or closes the gate. While it is closed, what other threads do cannot be done earlier in one run than in another.
pub fn set_gate(is_open: bool) {
    gate().is_open = is_open;
    if is_open {
        GATE.1.notify_all();
    }
}

/// The number of what is handed to another thread, in the order of handing over.
#[must_use]
pub fn take_ticket() -> u64 {
    let mut gate = gate();
    gate.last += 1;
    gate.last
}

/// Waits at the gate with what was handed over; the simulation's own thread, which follows a plan, does not.
pub fn pass_gate(ticket: u64) {
    if CURRENT.with(|current| current.borrow().is_some()) {
        return;
    }
    let mut gate = gate();
    if gate.is_open {
        return;
    }
    gate.waiting.insert(ticket);
    let is_shut = |gate: &mut Gate| !gate.is_open && !gate.admitted.contains(&ticket);
    let mut gate = GATE.1.wait_while(gate, is_shut).unwrap_or_else(PoisonError::into_inner);
    gate.waiting.remove(&ticket);
    gate.admitted.remove(&ticket);
}

/// Lets the one who waits with the lowest ticket pass; tells whether there was one. Nobody else may be on the way to the
/// gate.
pub fn admit_next() -> bool {
    let mut gate = gate();
    let Some(first) = gate.waiting.pop_first() else {
        return false;
    };
    gate.admitted.insert(first);
    drop(gate);
    GATE.1.notify_all();
    true
}
