//! Random histories of customers, desks and a platform, with faults; see `docs/reliability.md`.

#[cfg(not(tokio_unstable))]
compile_error!("the simulation is built by `npm run soak`: it needs RUSTFLAGS=\"--cfg tokio_unstable\"");

mod checks;
mod customers;
mod desk;
mod experts;
mod facts;
mod history;
mod mishaps;
mod platform;
mod process;
mod report;
mod stillness;
mod time;
mod variants;
mod wire;
mod workers;
mod world;

use anyhow::{Context, bail};
use clap::Parser;
use report::Report;
use std::{
    io::Write,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use variants::{VARIANTS, Variant};

/// Runs random histories with faults and checks the invariants after each.
#[derive(Clone, Debug, Parser)]
#[command(name = "npm run soak --")]
struct Options {
    /// How many histories.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, value_name = "S", default_value_t = 0)]
    first_seed: u64,
    /// Run a deliberately broken variant.
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// Run every broken variant with all seeds, and print which share of them catches it.
    #[arg(long)]
    bite: bool,
    /// With --bite: begin each with a seed that is known to catch it, and end it once it is caught.
    #[arg(long)]
    until_caught: bool,
    /// Also fail when a fail-point did not fire both as crash and as error.
    #[arg(long)]
    every_fail_point: bool,
    /// Run every history twice, and fail when the two differ.
    #[arg(long)]
    twice: bool,
    /// Print what happens in each history.
    #[arg(long)]
    trace: bool,
    /// How many histories run side by side; as many as there are processors without it.
    #[arg(long, value_name = "N")]
    jobs: Option<u64>,
    /// Write what came of it into this file.
    #[arg(long, value_name = "FILE.md")]
    out: Option<PathBuf>,
    /// Run every so many-th seed here; used by the program itself.
    #[arg(long, hide = true)]
    stride: Option<u64>,
}

fn say(words: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(words.as_bytes())?;
    Ok(out.flush()?)
}

fn known(options: &Options) -> anyhow::Result<Option<&'static str>> {
    match &options.variant {
        None => Ok(None),
        Some(name) => {
            let names: Vec<_> = VARIANTS.iter().map(|variant| variant.name).collect();
            let words = || {
                format!(
                    "--variant {name}: there is no such variant; there are {}",
                    names.join(", ")
                )
            };
            Ok(Some(variants::known(name).with_context(words)?))
        }
    }
}

/// The platform's own: a history allocates much, and threads come and go with every restart.
#[global_allocator]
static ALLOCATOR: proffer_platform::Allocator = proffer_platform::Allocator;

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let variant = known(&options)?;
    if options.stride.is_some() {
        return workers::work(&options, variant);
    }
    let began = Instant::now();
    if options.bite {
        return bite(&options);
    }
    let report = workers::run(&options, variant, 0, |failure| {
        say(&format!(
            "seed {}: {}\n  again: npm run soak -- --seeds 1 --trace --first-seed {}{}\n",
            failure.seed,
            failure.words,
            failure.seed,
            variant.map(|name| format!(" --variant {name}")).unwrap_or_default(),
        ))
    })?;
    let words = report.words(began.elapsed());
    say(&words)?;
    if let Some(file) = &options.out {
        let record = report.record(&options, &words);
        std::fs::write(file, &record).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    if options.every_fail_point {
        report.every_fail_point()?;
    }
    if let Some(first) = report.failures.first() {
        let (failed, all) = (report.failures.len(), report.histories);
        bail!(
            "{failed} of {all} histories failed, first seed {}: {}",
            first.seed,
            first.words
        );
    }
    Ok(())
}

/// Runs every broken variant and prints the table of `docs/reliability.md`.
fn bite(options: &Options) -> anyhow::Result<()> {
    let mut table = String::from("| Variant | What is wrong | Caught by | First seed |\n| --- | --- | --- | --- |\n");
    say(&table)?;
    let mut missed = Vec::new();
    let mut tell = |variant: &Variant, report: &Report| {
        let first = report.failures.iter().map(|failure| failure.seed).min();
        let share = format!("{} of {}", report.failures.len(), report.histories);
        let first = first.map_or_else(|| "none".to_owned(), |seed| seed.to_string());
        if report.failures.is_empty() {
            missed.push(variant.name);
        }
        let row = format!("| `{}` | {} | {share} | {first} |\n", variant.name, variant.what);
        table.push_str(&row);
        say(&row)
    };
    if options.until_caught {
        side_by_side(options, &mut tell)?;
    } else {
        for variant in &VARIANTS {
            tell(variant, &workers::run(options, Some(variant.name), 0, |_| Ok(()))?)?;
        }
    }
    if let Some(file) = &options.out {
        std::fs::write(file, &table).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    if !missed.is_empty() {
        bail!("not caught: {}", missed.join(", "));
    }
    Ok(())
}

/// Runs the variants side by side, each by one program from its own seed on.
fn side_by_side(
    options: &Options,
    tell: &mut (impl FnMut(&Variant, &Report) -> anyhow::Result<()> + Send),
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let told = Mutex::new((tell, Ok(())));
    std::thread::scope(|scope| {
        for place in 0..workers::jobs(options) {
            let (next, told) = (&next, &told);
            scope.spawn(move || {
                while let Some(variant) = VARIANTS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let alone = Options {
                        first_seed: variant.seed,
                        jobs: Some(1),
                        ..options.clone()
                    };
                    let report = workers::run(&alone, Some(variant.name), place, |_| Ok(()));
                    let (tell, result) = &mut *told.lock().unwrap_or_else(PoisonError::into_inner);
                    let done = report.and_then(|report| tell(variant, &report));
                    if done.is_err() {
                        *result = done;
                        return;
                    }
                }
            });
        }
    });
    let (_, result) = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    result
}
