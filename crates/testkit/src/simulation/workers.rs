//! Histories side by side: each in a program of its own, because all threads of a program are waited for.

use crate::{
    Options, history,
    report::{Failure, Line, LineOutcome, Report},
    say, stillness,
    world::World,
};
use anyhow::Context;
use proffer_failpoints::Mode;
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError, mpsc},
    time::{Duration, Instant},
};

/// How long a history may take before it counts as hanging.
const HANGS_AFTER: Duration = Duration::from_secs(120);

static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Runs this program's share of the seeds and says what came of each.
pub(crate) fn work(options: &Options, variant: Option<&'static str>) -> anyhow::Result<()> {
    let shows = options.trace;
    std::panic::set_hook(Box::new(move |panic| {
        if shows {
            let _shown = writeln!(std::io::stderr(), "{panic}");
        }
        PANICS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(panic.to_string());
    }));
    stillness::install_gate()?;
    let world = World::begin()?;
    let stride = options.stride.unwrap_or(1).max(1);
    let mut seed = options.first_seed;
    let end = options.first_seed.saturating_add(options.seeds);
    while seed < end {
        tell(&Line { seed, outcome: None })?;
        let outcome = live(&world, seed, variant, options);
        tell(&Line {
            seed,
            outcome: Some(outcome),
        })?;
        seed += stride;
    }
    Ok(())
}

fn live(world: &World, seed: u64, variant: Option<&'static str>, options: &Options) -> LineOutcome {
    let outcome = history::run(world, seed, variant);
    let mut error = outcome.result.err().map(|error| format!("{error:#}"));
    let panics = std::mem::take(&mut *PANICS.lock().unwrap_or_else(PoisonError::into_inner));
    if !panics.is_empty() {
        error = Some(panics.join("; "));
    }
    if options.twice {
        let again = history::run(world, seed, variant);
        if again.digest != outcome.digest {
            let differs = outcome
                .trace
                .iter()
                .zip(&again.trace)
                .find(|(first, second)| first != second);
            error = Some(format!("two runs differ: {differs:?}"));
        }
    }
    LineOutcome {
        trace: if options.trace || options.seeds == 1 {
            outcome.trace
        } else {
            Vec::new()
        },
        error,
        digest: outcome.digest,
        fired: outcome
            .fired
            .into_iter()
            .map(|((point, mode), count)| (point.to_owned(), mode == Mode::Crash, count))
            .collect(),
    }
}

fn tell(line: &Line) -> anyhow::Result<()> {
    say(&format!("{}\n", serde_json::to_string(line)?))
}

/// Ends its program when it is dropped.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        // One that has ended is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The processors that this program may use, as Linux lists them: `0-1,4`.
fn processors(listed: &str) -> Vec<u32> {
    let bounds = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.trim().parse::<u32>().ok()?..=last.trim().parse::<u32>().ok()?)
    };
    listed.split(',').filter_map(bounds).flatten().collect()
}

/// Those on which a program can be told to stay.
fn processors_to_choose() -> Vec<u32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let listed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let mut processors = processors(listed.unwrap_or_default());
    processors.retain(|processor| {
        let mut chosen = on_one(*processor, "true");
        let chosen = chosen.stdout(Stdio::null()).stderr(Stdio::null()).status();
        chosen.is_ok_and(|status| status.success())
    });
    processors
}

fn on_one(processor: u32, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &processor.to_string()]).arg(program);
    command
}

/// This program, on one processor where that can be chosen: its threads take turns, and on one they do so without delay.
fn program(job: u64, processors: &[u32]) -> anyhow::Result<Command> {
    let this = std::env::current_exe()?;
    let place = usize::try_from(job)?.checked_rem(processors.len());
    Ok(place
        .and_then(|place| processors.get(place))
        .map_or_else(|| Command::new(&this), |processor| on_one(*processor, &this)))
}

/// A folder in memory where there is such a place.
fn folder() -> std::io::Result<tempfile::TempDir> {
    let mut folder = tempfile::Builder::new();
    folder.prefix("proffer-simulation-");
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        folder.tempdir_in(memory)
    } else {
        folder.tempdir()
    }
}

/// How many programs run side by side.
pub(crate) fn jobs(options: &Options) -> u64 {
    let parallel = std::thread::available_parallelism().map_or(1, usize::from);
    options.jobs.unwrap_or(parallel as u64).max(1)
}

/// Runs all seeds over several programs, the first of them at a place among the processors; `told` hears of each failure.
pub(crate) fn run(
    options: &Options,
    variant: Option<&'static str>,
    place: u64,
    told: impl Fn(&Failure) -> anyhow::Result<()>,
) -> anyhow::Result<Report> {
    let processors = processors_to_choose();
    let jobs = jobs(options).min(options.seeds.max(1));
    let (give, take) = mpsc::channel();
    // The workers' folders lie in it: those of workers that are killed must go too. It is dropped after the workers.
    let folder = folder()?;
    let mut workers = Vec::new();
    let mut current = Vec::new();
    for job in 0..jobs {
        let mut command = program(place + job, &processors)?;
        command.env("TMPDIR", folder.path());
        command.args(["--stride", &jobs.to_string()]);
        command.args(["--first-seed", &(options.first_seed + job).to_string()]);
        command.args(["--seeds", &options.seeds.saturating_sub(job).to_string()]);
        if let Some(name) = variant {
            command.args(["--variant", name]);
        }
        if options.twice {
            command.arg("--twice");
        }
        if options.trace {
            command.arg("--trace");
        }
        let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn()?;
        let out = BufReader::new(child.stdout.take().context("a worker's output")?);
        let give = give.clone();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if give.send((job, Some(line))).is_err() {
                    return;
                }
            }
            let _ended = give.send((job, None));
        });
        workers.push(Worker(child));
        current.push(options.first_seed + job);
    }
    drop(give);
    let mut report = Report::default();
    // When each that still runs is late.
    let mut late_at: BTreeMap<usize, Instant> = (0..workers.len())
        .map(|job| (job, Instant::now() + HANGS_AFTER))
        .collect();
    while let Some((&latest, &at)) = late_at.iter().min_by_key(|(_, at)| **at) {
        let Ok((job, line)) = take.recv_timeout(at.saturating_duration_since(Instant::now())) else {
            anyhow::bail!("seed {}: its history hangs", current[latest]);
        };
        let job = usize::try_from(job)?;
        late_at.insert(job, Instant::now() + HANGS_AFTER);
        let Some(line) = line else {
            late_at.remove(&job);
            let status = workers[job].0.wait()?;
            anyhow::ensure!(
                status.success(),
                "seed {}: its program ended with {status}",
                current[job]
            );
            continue;
        };
        let line: Line = serde_json::from_str(&line).with_context(|| line.clone())?;
        current[job] = line.seed;
        let Some(mut outcome) = line.outcome else {
            continue;
        };
        if options.trace {
            let lines: String = outcome.trace.drain(..).map(|line| format!("    {line}\n")).collect();
            say(&format!("seed {}, digest {:016x}\n{lines}", line.seed, outcome.digest))?;
        }
        if let Some(failure) = report.add(line.seed, outcome) {
            told(&failure)?;
            if options.bite && options.until_caught {
                break;
            }
        }
    }
    Ok(report)
}
