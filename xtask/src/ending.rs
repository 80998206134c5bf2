//! Ending when asked to: by Ctrl+C, by the system, by whoever called. What was started ends as well.

use anyhow::Context;
#[cfg(unix)]
use std::process::Command;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Whether this program has been asked to end; what it was running has then been told so too.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// Listens from now on.
///
/// # Errors
/// When the system does not let this program hear of signals.
pub(crate) fn listen() -> anyhow::Result<()> {
    use signal_hook::{consts, flag};
    let signalled = Arc::new(AtomicBool::new(false));
    for signal in [
        consts::SIGINT,
        consts::SIGTERM,
        #[cfg(unix)]
        consts::SIGHUP,
    ] {
        flag::register(signal, Arc::clone(&signalled)).context("cannot listen to signals")?;
    }
    thread::spawn(move || {
        while !signalled.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(100));
        }
        ASKED.store(true, Ordering::Relaxed);
        // A console tells everything in it by itself.
        #[cfg(unix)]
        tell(&descendants(std::process::id()));
    });
    Ok(())
}

/// Asks processes to end.
#[cfg(unix)]
fn tell(processes: &[u32]) {
    if !processes.is_empty() {
        let mut kill = Command::new("kill");
        kill.arg("-TERM").args(processes.iter().map(u32::to_string));
        // Some have ended by themselves meanwhile.
        let _ = kill.stderr(std::process::Stdio::null()).status();
    }
}

/// Everything that a process has started, and what that has started.
#[cfg(unix)]
fn descendants(process: u32) -> Vec<u32> {
    let listed = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output();
    let listed = listed.map(|output| output.stdout).unwrap_or_default();
    below(process, &String::from_utf8_lossy(&listed))
}

/// Those below `process` in lines of `pid ppid`.
#[cfg(unix)]
fn below(process: u32, listed: &str) -> Vec<u32> {
    let pairs: Vec<(u32, u32)> = listed
        .lines()
        .filter_map(|line| {
            let mut numbers = line.split_whitespace().map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        })
        .collect();
    let mut found = vec![process];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = pairs.iter().filter(|(_, above)| *above == parent);
        found.extend(children.map(|(child, _)| *child));
        next += 1;
    }
    found.split_off(1)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn children_of_children_are_found_and_strangers_are_not() {
        let listed = "  1     0\n 10     1\n 11    10\n 12    11\n 13     1\n";
        assert_eq!(below(10, listed), [11, 12]);
        assert!(below(13, listed).is_empty());
    }
}
