//! Running other programs, and talking to who called.

use anyhow::{Context, bail};
use std::{
    collections::VecDeque,
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The repository's root: where cargo runs this from, as a checkout may have moved since this was built.
pub(crate) fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
        .parent()
        .map(Path::to_owned)
        .unwrap_or_default()
}

/// A command in the repository's root.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// One of our own programs, as it was built last.
pub(crate) fn built(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target
        .join("debug")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// npm, which is a script on Windows.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = command(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(arguments);
    command
}

/// cargo, the one that runs this.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo told this program about itself is not for the next cargo.
    for (name, _) in std::env::vars_os() {
        let is_ours = name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR");
        if is_ours {
            command.env_remove(name);
        }
    }
    command.args(arguments);
    command
}

/// Runs a command to its end; a failure names it.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let words = words(command);
    let status = command
        .status()
        .with_context(|| format!("{words} could not be started"))?;
    if !status.success() {
        bail!("{words} failed ({status})");
    }
    Ok(())
}

/// How many of the last lines of what failed are repeated.
const LAST_LINES: usize = 16;

/// Like [`run`]; a failure also repeats the last lines of what the command said, for whoever sees only the end.
pub(crate) fn run_and_repeat(command: &mut Command) -> anyhow::Result<()> {
    let words = words(command);
    let (said, stdout) = std::io::pipe()?;
    let stderr = stdout.try_clone()?;
    let spawned = command.stdout(stdout).stderr(stderr).spawn();
    // The pipe ends when its last writer is gone, and this command must not be one.
    command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let mut child = spawned.with_context(|| format!("{words} could not be started"))?;
    let mut last = VecDeque::new();
    for line in BufReader::new(said).split(b'\n') {
        let line = line.with_context(|| format!("what {words} says cannot be read"))?;
        let line = String::from_utf8_lossy(&line);
        say(&line);
        last.push_back(line.into_owned());
        if last.len() > LAST_LINES {
            last.pop_front();
        }
    }
    let status = child.wait()?;
    if !status.success() {
        let last: String = last.iter().map(|line| format!("\n   {line}")).collect();
        bail!("{words} failed ({status}):{last}");
    }
    Ok(())
}

/// Whether a program is on PATH and answers to one of the usual questions.
pub(crate) fn is_there(program: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path)
            .any(|folder| folder.join(program).is_file() || folder.join(format!("{program}.exe")).is_file())
    });
    found
        || Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
}

fn words(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|argument| argument.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

/// Says a line; a reader that went away is no failure.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Says a line on standard error.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
