//! The other systems, as far as one Debian machine can show them: the whole workspace is type-checked for Windows and
//! macOS, and what is built for Windows runs under Wine.

mod compiler;
mod control;
mod installer;
mod target;
mod wine;

use crate::{
    program::{run_and_repeat, say},
    setup::{self, Need},
    system,
};
use anyhow::bail;
use clap::Args;
use compiler::Compiler;
use std::time::Instant;
use target::{TARGETS, Target};

/// Type-check the workspace for Windows and macOS, or run its Windows build under Wine.
#[derive(Args)]
pub(crate) struct Cross {
    /// Only these systems; may be given several times.
    #[arg(long, value_name = "TARGET", value_parser = target::NAMES)]
    only: Vec<String>,
    /// Only show that an error in one system's code is found there, and there alone.
    #[arg(long)]
    control: bool,
    /// Build for Windows and, under Wine, run the tests, the app's self-test, and an installer.
    #[arg(long, conflicts_with_all = ["only", "control"])]
    wine: bool,
    /// Which of these are run under Wine; all unless given.
    #[arg(long, value_name = "PART", requires = "wine")]
    part: Vec<wine::Part>,
}

impl Cross {
    /// Does it.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if !system::is_debian_here() {
            bail!("{NEEDED}");
        }
        if self.wine {
            setup::run(Need::Wine)?;
            return wine::try_out(&self.part);
        }
        if self.only.is_empty() && !self.control {
            return check();
        }
        setup::run(Need::Cross)?;
        let targets: Vec<Target> = TARGETS
            .into_iter()
            .filter(|target| self.only.is_empty() || self.only.iter().any(|name| name == target.name))
            .collect();
        check_for(&targets, self.control)
    }
}

/// What other systems are told.
const NEEDED: &str = "this needs Debian 12 or a relative, whose packages rustc-web and rust-web-src bring a compiler \
                      with the source of its library, gcc-mingw-w64-x86-64 a C compiler for Windows, llvm the compiler \
                      of Windows' resources, and wine what runs its programs. Elsewhere run it in a container of \
                      debian:bookworm that has Rust and Node in it, or leave it to CI";

/// The type check as a part of all checks: for every system, with its control. Skipped, with words, where it cannot be
/// made.
pub(crate) fn check() -> anyhow::Result<()> {
    if !system::is_debian_here() {
        say(&format!("   skipped: {NEEDED}"));
        return Ok(());
    }
    setup::run(Need::Cross)?;
    check_for(&TARGETS, false)
}

fn check_for(targets: &[Target], only_control: bool) -> anyhow::Result<()> {
    let compiler = Compiler::prepare(targets)?;
    control::run(&compiler, targets)?;
    if only_control {
        return Ok(());
    }
    let mut failed = Vec::new();
    for target in targets {
        let started = Instant::now();
        let mut check = compiler.cargo(*target, &["check", "--workspace", "--all-targets", "--keep-going"]);
        let result = run_and_repeat(&mut check);
        say(&format!(
            "{}: {} ({} s)",
            target.name,
            if result.is_ok() { "checked" } else { "FAILED" },
            started.elapsed().as_secs()
        ));
        failed.extend(result.err());
    }
    match failed.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
