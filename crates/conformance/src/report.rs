//! What came of it, for people and for programs.

use serde::Serialize;
use std::fmt;

/// What came of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The server does as the protocol says.
    Passed,
    /// It does not.
    Failed,
    /// The check needs something that was not given.
    NotRun,
}

/// One check and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Its number, such as `4.2`.
    pub number: &'static str,
    /// The heading of `docs/protocol.md` that it stands under.
    pub group: &'static str,
    /// What must hold.
    pub sentence: &'static str,
    /// What came of it.
    pub verdict: Verdict,
    /// What was seen instead, or what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The server.
    pub url: String,
    /// The version of the protocol that was checked.
    pub protocol: u32,
    /// Whether no check failed.
    pub conforms: bool,
    /// How many passed.
    pub passed: usize,
    /// How many failed.
    pub failed: usize,
    /// How many could not be run.
    pub not_run: usize,
    /// Each check, in the order of the numbers.
    pub checks: Vec<Outcome>,
}

impl Report {
    pub(crate) fn new(url: String, checks: Vec<Outcome>) -> Self {
        let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
        let (passed, failed, not_run) = (count(Verdict::Passed), count(Verdict::Failed), count(Verdict::NotRun));
        Self {
            url,
            protocol: proffer_protocol::PROTOCOL_VERSION,
            conforms: failed == 0,
            passed,
            failed,
            not_run,
            checks,
        }
    }

    /// The numbers of the checks that failed.
    #[must_use]
    pub fn failures(&self) -> Vec<&'static str> {
        let failed = self.checks.iter().filter(|check| check.verdict == Verdict::Failed);
        failed.map(|check| check.number).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut group = "";
        for check in &self.checks {
            if check.group != group {
                group = check.group;
                writeln!(f, "{group}")?;
            }
            let mark = match check.verdict {
                Verdict::Passed => "ok     ",
                Verdict::Failed => "FAILED ",
                Verdict::NotRun => "not run",
            };
            writeln!(f, "  {mark} {:<5} {}", check.number, check.sentence)?;
            if let Some(detail) = &check.detail {
                writeln!(f, "                {detail}")?;
            }
        }
        writeln!(
            f,
            "{} passed, {} failed, {} not run: {}",
            self.passed,
            self.failed,
            self.not_run,
            if self.conforms {
                "the desk can work with this server"
            } else {
                "this is not a platform that the desk can work with"
            }
        )
    }
}
