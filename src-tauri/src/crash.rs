//! A panic is logged with its place and, where they are the program's own, its words. Words that were put together while
//! it ran are left out: they can quote what people wrote.
//!
//! One in a request or in a part of the engine is caught there. One in the window system's thread cannot be: it would have
//! to pass through what is not Rust's. So the program is started again and this one ends; drafts and outbox are on the
//! disk at every moment.

use std::{
    io::Read,
    panic::{self, PanicHookInfo},
    process::{Command, Stdio},
    sync::OnceLock,
    thread::ThreadId,
    time::{Duration, Instant},
};

/// What the program is started again with.
const AFTER_DEFECT: &str = "--after-defect";

/// A defect this soon after the one before would only come again.
const SOON: Duration = Duration::from_secs(60);

static WATCHED: OnceLock<Watched> = OnceLock::new();

/// What is known when the window system's thread panics.
struct Watched {
    thread: ThreadId,
    since: Instant,
    background: bool,
    after_defect: bool,
}

impl Watched {
    fn is_to_come_back(&self, thread: ThreadId) -> bool {
        self.thread == thread && !(self.after_defect && self.since.elapsed() < SOON)
    }
}

/// Logs every panic of every thread, in place of printing it, and starts the program again after one of this thread's,
/// which is the window system's.
pub(crate) fn watch(background: bool, after_defect: bool) {
    // Set once: there is one app in a process.
    let _ = WATCHED.set(Watched {
        thread: std::thread::current().id(),
        since: Instant::now(),
        background,
        after_defect,
    });
    panic::set_hook(Box::new(|info| {
        log(info);
        let watched = WATCHED.get();
        if let Some(watched) = watched.filter(|watched| watched.is_to_come_back(std::thread::current().id())) {
            come_back(watched);
        }
    }));
    #[cfg(all(debug_assertions, target_os = "linux"))]
    fail_when_told();
}

fn log(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(
        place,
        words = own_words(info.payload()),
        "a defect: the program panicked"
    );
}

/// Starts the program again and ends this one at once, as a panic here would.
fn come_back(watched: &Watched) {
    let again = std::env::current_exe().and_then(|program| {
        Command::new(program)
            .arg(AFTER_DEFECT)
            .args(watched.background.then_some("--background"))
            // Never written to: it closes when this program has ended, and there can be but one at a time.
            .stdin(Stdio::piped())
            .spawn()
    });
    match again {
        Ok(_) => std::process::abort(),
        Err(error) => tracing::error!(%error, "the program cannot be started again"),
    }
}

/// Waits until the program that failed has ended.
pub(crate) fn wait_for_end_of_former() {
    let mut nothing = Vec::new();
    // That it cannot be read means as much.
    let _ = std::io::stdin().read_to_end(&mut nothing);
}

/// Builds for tests fail at SIGUSR2, as if by a defect in the window system's thread.
#[cfg(all(debug_assertions, target_os = "linux"))]
fn fail_when_told() {
    let signal = tokio::signal::unix::SignalKind::user_defined2().as_raw_value();
    glib::source::unix_signal_add_local(signal, || panic!("told to fail"));
}

/// The words of a panic that were written in the source.
fn own_words(payload: &(dyn std::any::Any + Send)) -> &'static str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("(left out: they could quote someone)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(panic: impl FnOnce() + panic::UnwindSafe) -> &'static str {
        let payload = panic::catch_unwind(panic).expect_err("it panics");
        own_words(&*payload)
    }

    #[test]
    fn after_a_defect_the_program_comes_back_unless_it_did_just_now() {
        let here = std::thread::current().id();
        let watched = |after_defect, ago| Watched {
            thread: here,
            since: Instant::now()
                .checked_sub(Duration::from_secs(ago))
                .expect("up for so long"),
            background: false,
            after_defect,
        };
        assert!(watched(false, 1).is_to_come_back(here));
        assert!(!watched(true, 1).is_to_come_back(here));
        assert!(watched(true, 61).is_to_come_back(here));
        let elsewhere = std::thread::spawn(|| std::thread::current().id())
            .join()
            .expect("an id");
        assert!(!watched(false, 1).is_to_come_back(elsewhere), "it is caught there");
    }

    #[test]
    fn a_panics_words_are_logged_only_if_nobody_can_be_quoted_in_them() {
        assert_eq!(words_of(|| panic!("the lock is gone")), "the lock is gone");
        let text = "Helen's secret é".to_owned();
        let cut = text.len() - 1;
        assert!(!words_of(move || drop(text[..cut].to_owned())).contains("secret"));
    }
}
