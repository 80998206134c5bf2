//! Programs under test and beside it: found, started, and ended with everything they started.

use anyhow::{Context, bail};
use serde::de::DeserializeOwned;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// How long a program may take to be ready, or to end.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The environment of a program: nothing of it comes from outside by chance.
pub(crate) type Environment = BTreeMap<String, String>;

/// A release build beside this program.
pub(crate) fn built(name: &str) -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(name);
    if !program.exists() {
        bail!("{} is missing; run npm run bench, which builds it", program.display());
    }
    Ok(program)
}

/// The folder of the repository.
pub(crate) fn repository() -> anyhow::Result<PathBuf> {
    // The benchmarks are run from the repository, which may have moved since they were built.
    let here = std::env::current_dir()?;
    here.ancestors()
        .find(|folder| folder.join("tauri.conf.json").exists())
        .map(Path::to_owned)
        .context("the benchmarks are run inside the repository; there is no tauri.conf.json here or above")
}

/// A running program; ended when dropped.
pub(crate) struct Program {
    child: Child,
}

impl Program {
    /// Starts a program; what it prints is thrown away.
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
        Ok(Self { child })
    }

    /// Starts a program and waits for the first line it prints.
    pub(crate) fn start_for_line(command: &mut Command) -> anyhow::Result<(Self, String)> {
        let name = command.get_program().display().to_string();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{name} cannot be started"))?;
        let output = child.stdout.take().context("no output")?;
        let mut line = String::new();
        let mut reader = BufReader::new(output);
        let program = Self { child };
        reader.read_line(&mut line)?;
        if line.is_empty() {
            bail!("{name} ended before it was ready");
        }
        // What follows is read and thrown away, so that the program never waits for its reader.
        std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        Ok((program, line.trim().to_owned()))
    }

    /// One that was started elsewhere.
    pub(crate) fn of(child: Child) -> Self {
        Self { child }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, waits, and ends it hard if it does not.
    pub(crate) fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let _ = Command::new("kill").args(["-TERM", &self.id().to_string()]).status();
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(8) {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// A program that is spoken with line by line; ended when dropped.
pub(crate) struct Spoken {
    program: Program,
    input: ChildStdin,
    lines: mpsc::UnboundedReceiver<String>,
}

impl Spoken {
    /// Starts a program.
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
        let input = child.stdin.take().context("no input")?;
        let output = BufReader::new(child.stdout.take().context("no output")?);
        let (heard, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if heard.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            program: Program { child },
            input,
            lines,
        })
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.program.id()
    }

    /// Says a line to it.
    pub(crate) fn say(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.input, "{line}")?;
        Ok(self.input.flush()?)
    }

    /// The next line that it says.
    pub(crate) async fn line(&mut self) -> anyhow::Result<String> {
        let line = tokio::time::timeout(DEADLINE, self.lines.recv()).await;
        line.context("a program said nothing")?.context("a program ended early")
    }

    /// The next thing that it says.
    pub(crate) async fn hear<T: DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        Ok(serde_json::from_str(&self.line().await?)?)
    }

    /// Lets it end by itself.
    pub(crate) fn end(self) {
        let Self { mut program, input, .. } = self;
        drop(input);
        let _ = program.child.wait();
    }
}

/// Looks again and again until a fact has come about.
pub(crate) async fn wait_until<T>(
    what: &str,
    look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    wait_long_until(what, DEADLINE, look).await
}

/// The same with a deadline of its own.
pub(crate) async fn wait_long_until<T>(
    what: &str,
    deadline: Duration,
    mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if started.elapsed() > deadline {
            bail!("waited {} s in vain until {what}", deadline.as_secs());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The real platform over a data folder; gives its address.
pub(crate) fn platform(data: &Path) -> anyhow::Result<(Program, String)> {
    platform_at(data, "127.0.0.1:0")
}

/// The same where it was before.
pub(crate) fn platform_at(data: &Path, listen: &str) -> anyhow::Result<(Program, String)> {
    let mut command = Command::new(built("proffer-platform")?);
    command.args(["serve", "--listen", listen, "--data"]).arg(data);
    let (program, line) = Program::start_for_line(&mut command)?;
    let address = line
        .strip_prefix("listening on ")
        .context("the platform did not say where it listens")?;
    Ok((program, address.to_owned()))
}
