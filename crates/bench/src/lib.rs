//! Every measurement, both sides of a ratio in turns in one run.
//!
//! `proffer-bench [--only NAME…] [--out FILE.json]` measures and writes rows; `proffer-bench render FILE.json` makes
//! `docs/benchmarks.md` from them. Programs under test are the release builds beside this one.
//!
//! Nothing is measured but on Linux: what a process takes is read where Linux tells it, and a desktop is made of its parts.
#![cfg(target_os = "linux")]
#![expect(
    clippy::float_arithmetic,
    reason = "measurements are ratios of times; no money passes through here"
)]

mod acceptance;
mod bare_server;
mod bare_sync;
mod browser;
mod delta;
mod desktop;
mod growth;
mod headless;
mod load;
mod loopback_host;
mod machine;
mod memory;
// The shell's own: what is measured is what is shipped.
#[path = "../../../src-tauri/src/notification_bus.rs"]
mod notification_bus;
mod outbox;
mod plot;
mod population;
mod pouchdb;
mod programs;
mod render;
mod report;
mod screen;
mod searching;
mod serving;
mod start;
mod texts;
mod window;

use anyhow::Context;
use clap::{Parser, Subcommand};
use load::{accepting, bare_events, listening, pages};
use report::{Keeper, Report};
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
    /// How many messages the largest cache has.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..))]
    messages: u32,
    /// How many offers the largest platform has.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(10_000..))]
    offers: u32,
    /// How many experts listen at once.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..))]
    experts: u32,
    #[command(subcommand)]
    command: Option<Part>,
}

#[derive(Subcommand)]
enum Part {
    /// Print docs/benchmarks.md as made from files of rows, and draw docs/images/growth.svg and load.svg.
    Render {
        /// The files; of a row in several the last one counts.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// The bare server of a limit; started by the measurement itself.
    #[command(hide = true)]
    BareServer {
        /// Its folder.
        folder: PathBuf,
    },
    /// The bare connections of a limit; started by the measurement itself.
    #[command(hide = true)]
    BareEvents,
    /// The platform with deltas; started by the measurement itself.
    #[command(hide = true)]
    PlatformWithDeltas {
        /// Its folder.
        data: PathBuf,
        /// Where it listens.
        listen: String,
        /// How many messages it was filled with.
        messages: u32,
    },
    /// A desk without a window; started by the measurement itself.
    #[command(hide = true)]
    HeadlessDesk {
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

/// Runs the program.
///
/// # Errors
/// If something could not be measured.
pub fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Runtime::new().context("no runtime can be made")?;
    match arguments.command {
        Some(Part::Render { files }) => {
            let reports = files.iter().map(|file| {
                serde_json::from_slice(&std::fs::read(file)?)
                    .with_context(|| format!("{} holds no rows of a measurement", file.display()))
            });
            let reports: Vec<Report> = reports.collect::<anyhow::Result<_>>()?;
            for (by, name) in [("messages", "growth"), ("offers", "load")] {
                let curves = render::latest_curves(&reports, by);
                if !curves.is_empty() {
                    let picture = programs::repository()?.join(format!("docs/images/{name}.svg"));
                    std::fs::write(&picture, plot::growth(&curves))
                        .with_context(|| format!("{} cannot be written", picture.display()))?;
                }
            }
            say(&render::page(&reports))
        }
        Some(Part::PlatformWithDeltas { data, listen, messages }) => {
            runtime.block_on(serving::serve(data, listen, messages))
        }
        Some(Part::HeadlessDesk { folder }) => runtime.block_on(headless::run(folder)),
        Some(Part::BareServer { folder }) => runtime.block_on(bare_server::serve(folder)),
        Some(Part::BareEvents) => runtime.block_on(bare_events::serve()),
        Some(Part::Acceptance { samples }) => {
            let rows = runtime.block_on(acceptance::measure(samples))?;
            say(&serde_json::to_string(&rows)?)
        }
        None => runtime.block_on(run(arguments)),
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let is_wanted = |names: &[&str]| {
        // A row of several is measured with the others.
        let begins = |only: &String| {
            names
                .iter()
                .any(|name| name.starts_with(only.as_str()) || only.starts_with(&format!("{name}.")))
        };
        arguments.only.is_empty() || arguments.only.iter().any(begins)
    };
    let mut keeper = Keeper::new(arguments.out.clone())?;
    if is_wanted(&["accept_to_notification_ms"]) {
        keeper.keep(acceptance::in_own_session(arguments.acceptances).await?)?;
    }
    let grown = growth::Wanted {
        readable: is_wanted(&["first_sync_readable_vs_pouchdb"]),
        indexed: is_wanted(&["first_sync_indexed_vs_limit"]),
        delta: is_wanted(&["delta_sync_ms"]),
        search: is_wanted(&["search_ms"]),
        open: is_wanted(&["open_first_page_ms"]),
        memory: is_wanted(&["desk_memory_mib"]),
        window: is_wanted(&[
            "list_scroll_dropped_frames",
            "action_response_ms",
            "offer_by_keyboard_s",
        ]),
    };
    if grown.any() {
        growth::measure(grown, arguments.messages, &mut keeper).await?;
    }
    if is_wanted(&["outbox_drain_per_s"]) {
        keeper.keep(outbox::measure().await?)?;
    }
    let start = start::Wanted {
        warm: is_wanted(&["start_warm_ms"]),
        cold: is_wanted(&["start_cold_ms"]),
        idle: is_wanted(&["idle_pss_mib"]),
        tray: is_wanted(&["tray_pss_mib"]),
    };
    if start.any() {
        keeper.keep(start::measure(start, arguments.starts).await?)?;
    }
    let listening = listening::Wanted {
        memory: is_wanted(&["sse_kib_per_expert"]),
        fan_out: is_wanted(&["fan_out_10k_ms"]),
        storm: is_wanted(&["reconnect_storm_s"]),
    };
    if listening.any() {
        keeper.keep(listening::measure(listening, arguments.experts).await?)?;
    }
    if is_wanted(&[
        "accepts_per_s_postgres",
        "accepts_per_s_2_instances",
        "accepts_per_s_3_instances",
    ]) {
        keeper.keep(accepting::on_postgres().await?)?;
    }
    let stored = pages::Wanted {
        pages: is_wanted(&["page_first_byte_ms"]),
        accepts: is_wanted(&["accepts_per_s_sqlite"]),
    };
    if stored.any() {
        pages::measure(stored, arguments.offers, &mut keeper).await?;
    }
    anyhow::ensure!(!keeper.is_empty(), "no measurement has such a name");
    Ok(())
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{}", text.trim_end()).context("standard output cannot be written")
}

/// Progress, beside the rows.
fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
