//! What came of many histories.

use crate::Options;
use anyhow::bail;
use proffer_failpoints::{ALL, Mode};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt::Write, time::Duration};

/// A history that failed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) seed: u64,
    pub(crate) words: String,
}

/// What a worker says: that it begins a history, or what came of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) seed: u64,
    pub(crate) outcome: Option<LineOutcome>,
}

/// What came of a history.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LineOutcome {
    pub(crate) error: Option<String>,
    pub(crate) digest: u64,
    pub(crate) trace: Vec<String>,
    /// Which fail-points fired, as crash or as error, and how often.
    pub(crate) fired: Vec<(String, bool, u64)>,
}

/// What came of all.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) histories: u64,
    pub(crate) failures: Vec<Failure>,
    fired: BTreeMap<(String, bool), u64>,
}

impl Report {
    /// Adds one.
    pub(crate) fn add(&mut self, seed: u64, outcome: LineOutcome) -> Option<Failure> {
        self.histories += 1;
        for (point, is_crash, count) in outcome.fired {
            *self.fired.entry((point, is_crash)).or_default() += count;
        }
        let failure = outcome.error.map(|words| Failure { seed, words });
        self.failures.extend(failure.clone());
        failure
    }

    fn count(&self, point: &str, mode: Mode) -> u64 {
        let key = (point.to_owned(), mode == Mode::Crash);
        self.fired.get(&key).copied().unwrap_or(0)
    }

    /// It in words.
    pub(crate) fn words(&self, took: Duration) -> String {
        let mut words = format!(
            "{} histories in {} s, {} failed\n\n| Fail-point | Crashes | Errors |\n| --- | ---: | ---: |\n",
            self.histories,
            took.as_secs(),
            self.failures.len()
        );
        for point in ALL {
            let (crashes, errors) = (self.count(point, Mode::Crash), self.count(point, Mode::Error));
            // Writing to a string cannot fail.
            let _ = writeln!(words, "| `{point}` | {crashes} | {errors} |");
        }
        words
    }

    /// It as a page of its own.
    pub(crate) fn record(&self, options: &Options, words: &str) -> String {
        let mut page = String::from("# The last long run of random histories\n\n");
        let (first, last) = (options.first_seed, options.first_seed + options.seeds.saturating_sub(1));
        let when = jiff::Timestamp::now().strftime("%F");
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "Written by `npm run soak`; do not edit. Seeds {first} to {last}, {when}, on {processors} processors.\n"
        );
        page.push_str(words);
        for failure in &self.failures {
            let _ = writeln!(page, "\nSeed {}: {}", failure.seed, failure.words);
        }
        page
    }

    /// Whether every fail-point fired, as crash and as error.
    pub(crate) fn every_fail_point(&self) -> anyhow::Result<()> {
        for point in ALL {
            for mode in [Mode::Crash, Mode::Error] {
                if self.count(point, mode) == 0 {
                    bail!("{point} never fired as {mode:?}: run more seeds");
                }
            }
        }
        Ok(())
    }
}
