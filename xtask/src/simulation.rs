//! Random histories with faults: the program `simulate`, which needs a build of its own.

use crate::program::{self, cargo, run, run_and_repeat};
use anyhow::Context;
use std::{path::PathBuf, process::Command};

const PROFILE: &str = "simulation";

/// Tokio tells when a task was polled, and takes a seed, only in builds with this flag.
fn with_flags(mut cargo: Command) -> Command {
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    cargo.env("RUSTFLAGS", format!("{flags} --cfg tokio_unstable").trim());
    // What is built with other flags lies apart, or each build would throw the other's work away.
    cargo.arg("--target-dir").arg(target());
    cargo.args(["--profile", PROFILE]);
    cargo
}

fn target() -> PathBuf {
    program::root().join("target").join(PROFILE)
}

/// Builds the simulation and gives the command that runs it.
fn build() -> anyhow::Result<Command> {
    let mut build = with_flags(cargo(&["build", "--package", "proffer-testkit", "--bin", "simulate"]));
    build.args(["--features", "simulation"]);
    run_and_repeat(&mut build)?;
    let mut simulate = Command::new(target().join(PROFILE).join("simulate"));
    simulate.current_dir(program::root());
    Ok(simulate)
}

/// Runs histories as asked and records what came of them.
pub(crate) fn soak(options: &[String]) -> anyhow::Result<()> {
    let mut simulate = build()?;
    simulate.args(options);
    let is_one_by_one = ["--trace", "--bite", "--variant", "--out", "--help"]
        .iter()
        .any(|option| options.iter().any(|given| given.starts_with(option)));
    if !is_one_by_one {
        let record = program::root().join("docs/soak.md");
        simulate.arg("--out").arg(&record);
    }
    run(&mut simulate).context("the histories")
}

/// Lints everything as it is, and then what the simulation's feature makes of it. With the simulation's flags and tokio's
/// features for both, so that dependencies are checked once, and in its folder, where they need to be built anyway.
pub(crate) fn lint() -> anyhow::Result<()> {
    for (targets, feature) in [("--all-targets", "simulated-time"), ("--bin=simulate", "simulation")] {
        let mut clippy = with_flags(cargo(&["clippy", "--workspace", targets]));
        clippy.arg(format!("--features=proffer-testkit/{feature}"));
        clippy.args(["--", "--deny", "warnings"]);
        run_and_repeat(&mut clippy)?;
    }
    Ok(())
}

/// What every change must pass: histories that replay, a thousand of them, and invariants that bite.
pub(crate) fn test() -> anyhow::Result<()> {
    let arguments: [&[&str]; 3] = [
        &["--seeds", "20", "--twice"],
        &["--seeds", "1000", "--every-fail-point"],
        &["--seeds", "1000", "--bite", "--until-caught"],
    ];
    for arguments in arguments {
        let mut simulate = build()?;
        simulate.args(arguments);
        run_and_repeat(&mut simulate)?;
    }
    Ok(())
}
