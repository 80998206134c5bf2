//! Every check and test, in parts; all of them run even when one fails.

use crate::{
    advisories, ending, generated, package,
    program::{cargo, npm, run_and_repeat as run, say},
    setup::{self, Need},
    simulation, system,
};
use anyhow::bail;
use clap::Args;
use std::time::Instant;

/// Run every check and test.
#[derive(Args)]
pub(crate) struct Test {
    /// Only these parts; may be given several times.
    #[arg(long, value_name = "PART")]
    only: Vec<String>,
}

type Part = (&'static str, fn() -> anyhow::Result<()>);

/// The parts, those that fail fastest first.
const PARTS: [Part; 16] = [
    ("format", || run(&mut cargo(&["fmt", "--all", "--check"]))),
    ("ui-format", || run(&mut npm(&["run", "--silent", "ui:format"]))),
    ("ui-lint", || run(&mut npm(&["run", "--silent", "ui:lint"]))),
    ("ui-types", || run(&mut npm(&["run", "--silent", "ui:check"]))),
    ("ui-unit", || run(&mut npm(&["run", "--silent", "ui:test"]))),
    ("ui-build", || run(&mut npm(&["run", "--silent", "ui:build"]))),
    ("licences", || {
        run(&mut cargo(&[
            "deny",
            "--locked",
            "check",
            "--hide-inclusion-graph",
            "licenses",
            "bans",
            "sources",
        ]))
    }),
    ("advisories", advisories::run),
    ("clippy", simulation::lint),
    // Once, and all of it: another choice of packages is another set of features, for which half would be built again.
    ("build", || run(&mut cargo(&["build", "--workspace", "--all-targets"]))),
    ("generated", || generated::run(true, true)),
    ("rust", || {
        run(&mut cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]))
    }),
    ("encrypted-cache", || {
        run(&mut cargo(&[
            "nextest",
            "run",
            "--package",
            "proffer-desk",
            "--lib",
            "--features",
            "encrypted-cache",
            "cache::",
        ]))
    }),
    ("simulation", simulation::test),
    ("end-to-end", || run(&mut npm(&["run", "--silent", "e2e"]))),
    // Last: it builds the shell anew, with an address for its updates.
    ("packages", packages),
];

/// Makes a package and its next version, installs, updates and removes them: on Debian and its relatives, as it is
/// their package manager that is asked.
fn packages() -> anyhow::Result<()> {
    package::icons(true)?;
    if !system::is_debian_here() {
        say("   packages are tested on Debian and Ubuntu only");
        return Ok(());
    }
    run(&mut npm(&["run", "--silent", "packages"]))
}

impl Test {
    /// Runs them.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if let Some(unknown) = self
            .only
            .iter()
            .find(|name| !PARTS.iter().any(|(part, _)| part == name))
        {
            let names: Vec<_> = PARTS.iter().map(|(name, _)| *name).collect();
            bail!(
                "--only {unknown}: there is no such part; the parts are {}",
                names.join(", ")
            );
        }
        setup::run(Need::Test)?;
        let mut results = Vec::new();
        for (name, part) in PARTS {
            if !self.only.is_empty() && !self.only.iter().any(|wanted| wanted == name) {
                continue;
            }
            if ending::asked() {
                bail!("ended before {name}");
            }
            say(&format!("── {name}"));
            let started = Instant::now();
            let result = part();
            if let Err(error) = &result {
                say(&format!("   {error:#}"));
            }
            results.push((name, result, started.elapsed().as_secs()));
        }
        say("");
        for (name, result, seconds) in &results {
            say(&format!(
                "{:6} {name} ({seconds} s)",
                if result.is_ok() { "passed" } else { "FAILED" }
            ));
        }
        // Once more, at the end: that is where a record is looked at first.
        let mut failed = 0;
        for (name, result, _) in &results {
            if let Err(error) = result {
                failed += 1;
                say(&format!("{name}: {error:#}"));
            }
        }
        say(&format!("{} passed, {failed} failed", results.len() - failed));
        if failed > 0 {
            bail!("{failed} of {} parts failed", results.len());
        }
        Ok(())
    }
}
