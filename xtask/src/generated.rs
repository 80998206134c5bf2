//! Files made from the Rust types: the UI's TypeScript and the OpenAPI document.

use crate::program::{self, cargo, run as run_command, say};
use anyhow::{Context, bail};
use std::fs;

/// Writes them, or checks that they are fresh.
fn make(check: bool) -> anyhow::Result<()> {
    let mut bindings = cargo(&[
        "run",
        "--quiet",
        "--package",
        "proffer-desk",
        "--bin",
        "proffer-bindings",
        "--",
    ]);
    bindings.args(["--out", "ui/src/bindings"]);
    if check {
        bindings.arg("--check");
    }
    run_command(&mut bindings)?;
    let output = cargo(&[
        "run",
        "--quiet",
        "--package",
        "proffer-platform",
        "--bin",
        "proffer-platform",
        "--",
        "openapi",
    ])
    .output()
    .context("proffer-platform could not be run")?;
    if !output.status.success() {
        bail!(
            "proffer-platform openapi failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let file = program::root().join("docs/openapi.json");
    if check {
        if fs::read(&file).unwrap_or_default() != output.stdout {
            bail!("docs/openapi.json is stale: run `npm run gen`");
        }
        return Ok(());
    }
    fs::write(&file, &output.stdout).with_context(|| format!("cannot write {}", file.display()))
}

/// The same, saying that it is done.
pub(crate) fn run(check: bool) -> anyhow::Result<()> {
    make(check)?;
    say(if check {
        "generated files are fresh"
    } else {
        "wrote ui/src/bindings and docs/openapi.json"
    });
    Ok(())
}
