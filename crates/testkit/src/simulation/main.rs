//! Random histories of customers, desks and a platform, with faults; see `docs/reliability.md`.

mod checks;
mod history;
mod network;
mod processes;

use anyhow::{Context, bail};
use clap::Parser;
use history::{Beginning, Fired};
use processes::{DeskProcess, PlatformProcess};
use proffer_desk::{
    api::{
        session::{SessionSignIn, SessionView},
        settings::Settings,
    },
    testing::DrivenClock,
};
use proffer_domain::Role;
use proffer_failpoints::{ALL, Mode};
use proffer_platform::flow::NewAccount;
use proffer_testkit::{Expert, PASSWORD};
use std::{
    fmt::Write as _,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

/// Whose desks there are.
const EXPERTS: [Expert; 3] = [Expert::Daniel, Expert::Daniel, Expert::Mira];

/// Every deliberately broken variant.
const VARIANTS: [&str; 15] = [
    "no_idempotency_key",
    "key_made_at_each_start",
    "cursor_before_notice",
    "cursor_outside_transaction",
    "notice_marked_before_raised",
    "notice_without_stable_key",
    "notice_never_marked",
    "timeout_taken_for_failure",
    "lanes_without_order",
    "failed_page_skipped",
    "acknowledged_before_written",
    "entry_dropped_before_sent",
    "outbox_lost_with_bad_cache",
    "response_not_kept",
    "changes_after_commit",
];

/// Runs random histories with faults and checks the invariants after each.
#[derive(Parser)]
struct Options {
    /// How many histories.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// Run a deliberately broken variant.
    #[arg(long)]
    variant: Option<String>,
    /// Run every broken variant until it is caught or this many seeds have passed, and print a table.
    #[arg(long)]
    bite: bool,
    /// Also fail when a fail-point did not fire both as crash and as error.
    #[arg(long)]
    every_fail_point: bool,
    /// Print what happens.
    #[arg(long)]
    trace: bool,
}

/// A folder in memory where there is such a place.
fn folder() -> std::io::Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
}

/// A platform with its people, signed in on their desks.
fn begin() -> anyhow::Result<Beginning> {
    let folder = folder()?;
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut platform = PlatformProcess::new(folder.path().join("platform"), address, None);
    platform.start()?;
    let (category, customers) = platform.ask(async move |flow| {
        let category = flow.create_category("Internet law").await?;
        let account = |role, name: &str, email: &str, categories| NewAccount {
            role,
            email: email.to_owned(),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            time_zone: "Europe/London".to_owned(),
            categories,
        };
        let mut customers = Vec::new();
        for (name, email) in [
            ("Helen Marsh", "helen@customers.example"),
            ("Tom Brandt", "tom@customers.example"),
        ] {
            flow.create_account(account(Role::Customer, name, email, vec![]))
                .await?;
            customers.push(flow.sign_in(email, PASSWORD, "browser").await?.token);
        }
        for expert in [Expert::Daniel, Expert::Mira] {
            let (name, email) = (expert.name(), expert.email());
            flow.create_account(account(Role::Expert, name, email, vec![category]))
                .await?;
        }
        Ok((category, customers))
    })?;
    let clock = Arc::new(DrivenClock::at(jiff::Timestamp::now()));
    let mut secrets = Vec::new();
    for (index, expert) in EXPERTS.into_iter().enumerate() {
        let mut desk = DeskProcess::new(expert, &folder.path().join(format!("desk{index}")), 0, None, &clock, 0);
        desk.start()?;
        let sign_in = SessionSignIn {
            platform_url: format!("http://{address}"),
            email: expert.email().to_owned(),
            password: PASSWORD.to_owned(),
        };
        desk.ask::<SessionView>("session_sign_in", sign_in)
            .context("signing in")?;
        let settings = Settings {
            undo_seconds: 0,
            ..Settings::default()
        };
        desk.ask::<serde_json::Value>("settings_save", settings)
            .context("the settings")?;
        desk.pump(std::time::Duration::from_millis(100));
        secrets.push(desk.secrets()?);
        desk.close();
    }
    platform.kill();
    Ok(Beginning {
        folder,
        address,
        customers,
        secrets,
        category,
    })
}

/// What came of many histories.
#[derive(Default)]
struct Outcome {
    failed: Vec<u64>,
    fired: Fired,
}

fn run_many(options: &Options, variant: Option<&'static str>) -> anyhow::Result<Outcome> {
    let next = AtomicU64::new(options.first_seed);
    let end = options.first_seed + options.seeds;
    let outcome = Mutex::new(Outcome::default());
    let is_over = AtomicBool::new(false);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let work = || -> anyhow::Result<()> {
            let beginning = begin()?;
            while !is_over.load(Ordering::SeqCst) {
                let seed = next.fetch_add(1, Ordering::SeqCst);
                if seed >= end {
                    break;
                }
                let (result, trace, fired) = history::run(&beginning, seed, variant);
                let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
                for (point, count) in fired {
                    *outcome.fired.entry(point).or_default() += count;
                }
                let mut words = String::new();
                if options.trace || (result.is_err() && variant.is_none()) {
                    trace.iter().try_for_each(|line| writeln!(words, "    {line}"))?;
                }
                if let Err(error) = result {
                    outcome.failed.push(seed);
                    if options.bite {
                        is_over.store(true, Ordering::SeqCst);
                    } else {
                        writeln!(words, "seed {seed}: {error:#}")?;
                        writeln!(words, "  replay: npm run soak -- --first-seed {seed} --seeds 1 --trace")?;
                    }
                }
                print(&words);
            }
            Ok(())
        };
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        running
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| anyhow::anyhow!("a worker failed"))?)
    })?;
    let mut outcome = outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcome.failed.sort_unstable();
    Ok(outcome)
}

#[expect(clippy::print_stdout, reason = "a program's output")]
fn print(words: &str) {
    print!("{words}");
}

fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let began = Instant::now();
    if options.bite {
        print("| Variant | First seed that catches it |\n| --- | --- |\n");
        let mut missed = 0;
        for variant in VARIANTS {
            let outcome = run_many(&options, Some(variant))?;
            let first = outcome.failed.first().map_or_else(|| "none".to_owned(), u64::to_string);
            missed += usize::from(outcome.failed.is_empty());
            print(&format!("| `{variant}` | {first} |\n"));
        }
        if missed > 0 {
            bail!("{missed} variants were not caught");
        }
        return Ok(());
    }
    let variant = match &options.variant {
        Some(name) => Some(
            VARIANTS
                .into_iter()
                .find(|known| known == name)
                .context("there is no such variant")?,
        ),
        None => None,
    };
    let outcome = run_many(&options, variant)?;
    let seconds = began.elapsed().as_secs();
    print(&format!(
        "{} histories in {seconds} s, {} failed\n",
        options.seeds,
        outcome.failed.len()
    ));
    for name in ALL {
        let count = |mode| outcome.fired.get(&(*name, mode)).copied().unwrap_or(0);
        let (crashes, errors) = (count(Mode::Crash), count(Mode::Error));
        print(&format!("{name}: {crashes} crashes, {errors} errors\n"));
        if options.every_fail_point && (crashes == 0 || errors == 0) {
            bail!("{name} did not fire both as crash and as error");
        }
    }
    if !outcome.failed.is_empty() {
        bail!(
            "{} of {} histories failed: {:?}",
            outcome.failed.len(),
            options.seeds,
            outcome.failed
        );
    }
    Ok(())
}
