//! Every measurement, both sides of a ratio in turns in one run.
//!
//! `proffer-bench [--only NAME…] [--out FILE.json]` measures and writes rows; `proffer-bench render FILE.json` makes
//! `docs/benchmarks.md` from them. Programs under test are the release builds beside this one.
#![expect(
    clippy::float_arithmetic,
    reason = "measurements are ratios of times; no money passes through here"
)]

mod acceptance;
mod bare_server;
mod browser;
mod desktop;
mod first_sync;
mod loopback_host;
mod machine;
mod memory;
mod population;
mod pouchdb;
mod programs;
mod render;
mod report;
mod screen;
mod start;

use anyhow::Context;
use clap::{Parser, Subcommand};
use report::{Report, Row};
use std::{io::Write, path::PathBuf};

/// Measures Proffer against its limits and its peers.
#[derive(Parser)]
#[command(name = "proffer-bench")]
struct Arguments {
    /// Measure only what begins with one of these names.
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,
    /// Write the rows into this file.
    #[arg(long, value_name = "FILE.json")]
    out: Option<PathBuf>,
    /// How many acceptances are measured.
    #[arg(long, value_name = "N", default_value_t = 200)]
    acceptances: usize,
    /// How many starts of each kind are measured.
    #[arg(long, value_name = "N", default_value_t = 10)]
    starts: usize,
    #[command(subcommand)]
    command: Option<Part>,
}

#[derive(Subcommand)]
enum Part {
    /// Print docs/benchmarks.md as made from a file of rows.
    Render {
        /// The file.
        file: PathBuf,
    },
    /// The bare server of a limit; started by the measurement itself.
    #[command(hide = true)]
    BareServer {
        /// Its folder.
        folder: PathBuf,
    },
    /// The measurement of acceptances, inside its own desktop session; started by the measurement itself.
    #[command(hide = true)]
    Acceptance {
        /// How many.
        samples: usize,
    },
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Runtime::new().context("no runtime can be made")?;
    match arguments.command {
        Some(Part::Render { file }) => {
            let report: Report = serde_json::from_slice(&std::fs::read(&file)?)
                .with_context(|| format!("{} holds no rows of a measurement", file.display()))?;
            say(&render::page(&report))
        }
        Some(Part::BareServer { folder }) => runtime.block_on(bare_server::serve(folder)),
        Some(Part::Acceptance { samples }) => {
            let rows = runtime.block_on(acceptance::measure(samples))?;
            say(&serde_json::to_string(&rows)?)
        }
        None => runtime.block_on(run(arguments)),
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let is_wanted = |names: &[&str]| {
        let begins = |only: &String| names.iter().any(|name| name.starts_with(only.as_str()));
        arguments.only.is_empty() || arguments.only.iter().any(begins)
    };
    let mut report = Report::begin()?;
    if is_wanted(&["accept_to_notification_ms"]) {
        keep(
            &mut report,
            &arguments,
            acceptance::in_own_session(arguments.acceptances).await?,
        )?;
    }
    if is_wanted(&["first_sync_10k"]) {
        keep(&mut report, &arguments, first_sync::measure().await?)?;
    }
    let start = start::Wanted {
        warm: is_wanted(&["start_warm_ms"]),
        cold: is_wanted(&["start_cold_ms"]),
        idle: is_wanted(&["idle_pss_mib"]),
        tray: is_wanted(&["tray_pss_mib"]),
    };
    if start.any() {
        keep(&mut report, &arguments, start::measure(start, arguments.starts).await?)?;
    }
    anyhow::ensure!(!report.rows.is_empty(), "no measurement has such a name");
    Ok(())
}

/// Shows rows and writes the file anew, so that a later failure loses nothing that was measured.
fn keep(report: &mut Report, arguments: &Arguments, rows: Vec<Row>) -> anyhow::Result<()> {
    for row in &rows {
        say(&row.to_string())?;
    }
    report.rows.extend(rows);
    if let Some(file) = &arguments.out {
        std::fs::write(file, serde_json::to_vec_pretty(report)?)
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{}", text.trim_end()).context("standard output cannot be written")
}

/// Progress, beside the rows.
fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
