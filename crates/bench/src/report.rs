//! Rows, and what is needed to judge them: the machine, the command, the time.

use crate::machine;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::{fmt, path::PathBuf, time::Duration};

/// One measurement.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Row {
    /// Its name; after a point, which statistic of it.
    pub(crate) name: String,
    /// The unit of `ours`, `limit` and `peer`.
    pub(crate) unit: String,
    /// Proffer.
    pub(crate) ours: f64,
    /// What the bare parts need.
    pub(crate) limit: Option<f64>,
    /// What users would have otherwise.
    pub(crate) peer: Option<f64>,
    /// The ratio that the target speaks of.
    pub(crate) ratio: Option<f64>,
    /// What is aimed at.
    pub(crate) target: String,
    /// Whether it was reached; `None` where one side is missing.
    pub(crate) met: Option<bool>,
    /// How many samples `ours` comes from.
    pub(crate) samples: usize,
    /// What must be known to read it.
    pub(crate) note: String,
}

/// A run.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Report {
    /// What it ran on.
    pub(crate) machine: String,
    /// What was called.
    pub(crate) command: String,
    /// When.
    pub(crate) at: jiff::Timestamp,
    /// What was found.
    pub(crate) rows: Vec<Row>,
    /// What grows with the number of messages or of offers.
    #[serde(default)]
    pub(crate) curves: Vec<Curve>,
}

/// How one figure grows.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Curve {
    /// The measurement's name.
    pub(crate) name: String,
    /// Its unit.
    pub(crate) unit: String,
    /// `desk` or `platform`, or `bare` for its limit.
    pub(crate) side: String,
    /// What there is more and more of: `messages` or `offers`.
    #[serde(default = "messages")]
    pub(crate) by: String,
    /// From few to many.
    pub(crate) points: Vec<Point>,
}

fn messages() -> String {
    "messages".to_owned()
}

/// One point of a curve.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Point {
    /// How many there are of what it grows with.
    pub(crate) messages: u32,
    pub(crate) value: f64,
}

/// Where rows go as soon as they are there, so that a later failure loses nothing that was measured.
pub(crate) struct Keeper {
    report: Report,
    out: Option<PathBuf>,
}

impl Keeper {
    pub(crate) fn new(out: Option<PathBuf>) -> anyhow::Result<Self> {
        Ok(Self {
            report: Report::begin()?,
            out,
        })
    }

    /// Shows rows and writes the file anew.
    pub(crate) fn keep(&mut self, rows: Vec<Row>) -> anyhow::Result<()> {
        for row in &rows {
            crate::say(&row.to_string())?;
        }
        self.report.rows.extend(rows);
        self.write()
    }

    /// Takes the curves as they are by now.
    pub(crate) fn keep_curves(&mut self, curves: &[Curve]) -> anyhow::Result<()> {
        // Those that grow with something else stay.
        self.report
            .curves
            .retain(|kept| curves.iter().all(|curve| curve.by != kept.by));
        self.report.curves.extend_from_slice(curves);
        self.write()
    }

    /// Whether nothing was measured.
    pub(crate) fn is_empty(&self) -> bool {
        self.report.rows.is_empty()
    }

    fn write(&self) -> anyhow::Result<()> {
        if let Some(file) = &self.out {
            std::fs::write(file, serde_json::to_vec_pretty(&self.report)?)
                .with_context(|| format!("{} cannot be written", file.display()))?;
        }
        Ok(())
    }
}

impl Report {
    pub(crate) fn begin() -> anyhow::Result<Self> {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        Ok(Self {
            machine: machine::description()?,
            command: format!("npm run bench -- {}", arguments.join(" "))
                .trim_end_matches(" -- ")
                .to_owned(),
            at: jiff::Timestamp::now(),
            rows: Vec::new(),
            curves: Vec::new(),
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number);
        let met = self.met.map_or("not judged", |met| if met { "met" } else { "missed" });
        write!(
            f,
            "{:<32} ours {} {}, limit {}, peer {}, ratio {}; {}: {met}",
            self.name,
            number(self.ours),
            self.unit,
            or_none(self.limit),
            or_none(self.peer),
            or_none(self.ratio),
            self.target,
        )
    }
}

/// A figure with three significant places at least.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The value below which this share of the samples lies.
pub(crate) fn quantile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a short list"
    )]
    let place = ((sorted.len().saturating_sub(1)) as f64 * share).ceil() as usize;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

pub(crate) fn median(samples: &[f64]) -> f64 {
    quantile(samples, 0.5)
}
