//! Named places where a simulation lets the desk or the platform crash or fail, and the names of deliberately broken
//! variants. Both crates use it only behind their feature `simulation`; no program contains it.
//!
//! What happens at a place is planned per thread: a simulated process runs on one thread, or on threads that share one
//! plan.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
    /// How often each fail-point fired.
    pub fired: BTreeMap<(&'static str, Mode), u64>,
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
        let (_, mode) = plan.armed.take_if(|(armed, _)| *armed == name)?;
        *plan.fired.entry((name, mode)).or_default() += 1;
        plan.is_crashed = mode == Mode::Crash;
        Some(mode)
    });
    match mode.flatten() {
        Some(Mode::Crash) => std::future::pending().await,
        Some(Mode::Error) => Err(io::Error::other(name)),
        None => Ok(()),
    }
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
