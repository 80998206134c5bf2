//! Fuzz targets of `fuzz/`, built with the stable compiler's own coverage: libFuzzer steers by it. Without the address
//! sanitiser, which that compiler lacks; this workspace has no unsafe code.

use crate::program::{self, cargo, run, say};
use anyhow::{Context, bail};
use clap::Args;
use std::{fs, path::Path};

/// The targets, one for each parser of bytes from outside.
const TARGETS: [&str; 6] = [
    "deep_link",
    "event_lines",
    "markdown",
    "draft",
    "sync_documents",
    "email_link",
];

/// What libFuzzer needs to see which ways an input takes.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Fuzz the parsers of bytes from outside.
#[derive(Args)]
pub(crate) struct Fuzz {
    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only build them.
    #[arg(long)]
    build_only: bool,
    /// Only these targets.
    #[arg(value_parser = TARGETS)]
    targets: Vec<String>,
}

impl Fuzz {
    /// Builds and runs them; the first input that fails ends the run and lies in `fuzz/artifacts`.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let wanted: Vec<&str> = TARGETS
            .into_iter()
            .filter(|target| self.targets.is_empty() || self.targets.iter().any(|wanted| wanted == target))
            .collect();
        let triple = host()?;
        let fuzz = program::root().join("fuzz");
        let mut build = cargo(&["build", "--release", "--manifest-path"]);
        build.arg(fuzz.join("Cargo.toml")).args(["--target", &triple]);
        build.arg("--target-dir").arg(fuzz.join("target"));
        for target in &wanted {
            build.args(["--bin", target]);
        }
        // With a target named, build scripts and macros are built without these flags.
        run(build.env("RUSTFLAGS", FLAGS))?;
        if self.build_only {
            return Ok(());
        }
        let programs = fuzz.join("target").join(&triple).join("release");
        for target in wanted {
            say(&format!("── {target}"));
            self.run_target(&fuzz, &programs, target)?;
        }
        Ok(())
    }

    fn run_target(&self, fuzz: &Path, programs: &Path, target: &str) -> anyhow::Result<()> {
        let (found, artifacts) = (fuzz.join("found").join(target), fuzz.join("artifacts").join(target));
        for folder in [&found, &artifacts] {
            fs::create_dir_all(folder)?;
        }
        let mut command = program::command(programs.join(target));
        // New inputs go into the first folder; the second is the committed corpus.
        command.arg(found).arg(fuzz.join("corpus").join(target));
        command.arg(format!("-max_total_time={}", self.seconds));
        command.arg(format!("-artifact_prefix={}/", artifacts.display()));
        command.args([
            "-timeout=20",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
            "-verbosity=0",
        ]);
        run(&mut command).with_context(|| format!("{target}: the input lies in {}", artifacts.display()))
    }
}

/// This machine's name for the compiler.
fn host() -> anyhow::Result<String> {
    let output = program::command("rustc")
        .arg("-vV")
        .output()
        .context("rustc could not be started")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.lines().find_map(|line| line.strip_prefix("host: ")) {
        Some(host) => Ok(host.to_owned()),
        None => bail!("rustc does not say for which system it compiles"),
    }
}
