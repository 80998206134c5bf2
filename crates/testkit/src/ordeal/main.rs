//! `proffer-ordeal`: the real thing under real mishaps. A platform and desks in processes of their own that are killed at
//! random moments, disks that are full, caches that are damaged, lines that break; then what was acknowledged is looked
//! for. A seed fixes what people do and when something goes wrong; when exactly it does is the machine's affair.

mod caches;
mod checks;
mod customers;
mod damage;
mod disk;
mod experts;
mod history;
mod processes;
mod tcp_proxy;
mod world;

use crate::{
    history::{Tally, Trouble},
    processes::Programs,
    world::Beginning,
};
use anyhow::Context;
use clap::{Parser, ValueEnum};
use std::{
    io::Write,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

/// Kills of one history.
const ROUNDS_A_HISTORY: u32 = 25;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Desks are killed.
    Desk,
    /// The platform is killed.
    Platform,
    /// Disks are full.
    Disk,
    /// Caches are damaged.
    Caches,
    /// A bad line.
    Proxy,
}

/// The real thing under real mishaps.
#[derive(Parser)]
struct Arguments {
    /// How many kills, damaged caches or changes of the line, in each part.
    #[arg(long, default_value_t = 1_000)]
    rounds: u32,
    /// The first seed; each history has the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only these parts; all without.
    #[arg(long)]
    part: Vec<Part>,
    /// Histories at the same time.
    #[arg(long, default_value_t = 2)]
    side_by_side: usize,
    /// Questions that are there from the beginning, for first syncs to bring.
    #[arg(long, default_value_t = 300)]
    questions: u32,
    /// The disk part alone, in a mount namespace that was made for it.
    #[arg(long, hide = true)]
    in_namespace: bool,
}

/// What every part needs.
pub(crate) struct Options {
    pub(crate) programs: Programs,
    arguments: Arguments,
}

fn print(line: impl std::fmt::Display) {
    // A reader that went away is no failure of ours.
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            print(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<bool> {
    let options = Options {
        programs: Programs::find()?,
        arguments,
    };
    let all = Part::value_variants();
    let parts = if options.arguments.part.is_empty() {
        all
    } else {
        &options.arguments.part
    };
    let mut is_good = true;
    for part in parts {
        let began = Instant::now();
        let outcome = match part {
            Part::Desk => histories(&options, Trouble::DeskKills)
                .await
                .map(|tally| tally.to_string()),
            Part::Platform => histories(&options, Trouble::PlatformKills)
                .await
                .map(|tally| tally.to_string()),
            Part::Disk if options.arguments.in_namespace => disk::run(&options).await.map(|tally| tally.to_string()),
            Part::Disk => disk::run_in_namespace(&options).await,
            Part::Caches => caches::run(&options).await.map(|tally| tally.to_string()),
            Part::Proxy => histories(&options, Trouble::BadLine)
                .await
                .map(|tally| tally.to_string()),
        };
        let seconds = began.elapsed().as_secs();
        match outcome {
            Ok(words) => print(format_args!("{part:?}: {words}; {seconds} s")),
            Err(error) => {
                is_good = false;
                print(format_args!("{part:?} FAILED after {seconds} s: {error:#}"));
            }
        }
    }
    Ok(is_good)
}

/// Histories side by side until the rounds are done or one fails.
async fn histories(options: &Options, trouble: impl Fn(u32) -> Trouble + Copy) -> anyhow::Result<Tally> {
    let beginning = Beginning::make(options, options.arguments.questions).await?;
    let rounds = options.arguments.rounds;
    let total = u64::from(rounds.div_ceil(ROUNDS_A_HISTORY));
    let next = AtomicU64::new(0);
    let tally = Mutex::new(Tally::default());
    let workers = (0..options.arguments.side_by_side).map(|_| async {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= total {
                return anyhow::Ok(());
            }
            let seed = options.arguments.seed + index;
            let its_rounds = rounds.min(ROUNDS_A_HISTORY);
            let one = history::run(options, &beginning, seed, trouble(its_rounds)).await?;
            *tally.lock().unwrap_or_else(PoisonError::into_inner) += one;
        }
    });
    let worked = futures_util::future::try_join_all(workers).await;
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    worked.with_context(|| format!("before that nothing was amiss in {tally}"))?;
    history::was_worth_it(&tally)?;
    Ok(tally)
}
