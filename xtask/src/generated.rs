//! Files made from the Rust types: the UI's TypeScript and the OpenAPI document.

use crate::program::{self, cargo, command, run as run_command, say};
use anyhow::{Context, bail};
use std::{fs, process::Command};

/// What a program that makes one is run by: as it was built, or by cargo, which builds it first.
fn maker(package: &str, name: &str, is_built: bool) -> Command {
    if is_built {
        return command(program::built(name));
    }
    cargo(&["run", "--quiet", "--package", package, "--bin", name, "--"])
}

/// Writes them, or checks that they are fresh.
fn make(check: bool, is_built: bool) -> anyhow::Result<()> {
    let mut bindings = maker("proffer-desk", "proffer-bindings", is_built);
    bindings.args(["--out", "ui/src/bindings"]);
    if check {
        bindings.arg("--check");
    }
    run_command(&mut bindings)?;
    let output = maker("proffer-platform", "proffer-platform", is_built)
        .arg("openapi")
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

/// Writes them, or checks that they are fresh; `is_built` says that the programs which make them are built already.
pub(crate) fn run(check: bool, is_built: bool) -> anyhow::Result<()> {
    make(check, is_built)?;
    say(if check {
        "generated files are fresh"
    } else {
        "wrote ui/src/bindings and docs/openapi.json"
    });
    Ok(())
}
