//! Benchmarks and pictures.

use crate::{
    program::{self, cargo, npm, run, say},
    setup::{self, Need},
};
use anyhow::Context;
use std::fs;

/// Builds everything in release and measures.
pub(crate) fn bench(options: &[String]) -> anyhow::Result<()> {
    setup::run(Need::Bench)?;
    run(&mut npm(&["run", "--silent", "ui:build", "--", "--logLevel", "warn"]))?;
    run(&mut cargo(&[
        "build",
        "--release",
        "--package",
        "proffer",
        "--package",
        "proffer-platform",
        // In one build: another set of packages is another set of features, and everything would be built twice.
        "--package",
        "proffer-bench",
    ]))?;
    let mut bench = program::command(program::root().join("target/release/proffer-bench"));
    bench.args(options);
    run(&mut bench)
}

/// Walks the flow on a virtual screen and keeps the documentation's pictures.
pub(crate) fn shots() -> anyhow::Result<()> {
    setup::run(Need::Walk)?;
    run(&mut npm(&["run", "--silent", "ui:build", "--", "--logLevel", "warn"]))?;
    run(&mut cargo(&[
        "build",
        "--package",
        "proffer",
        "--package",
        "proffer-platform",
    ]))?;
    let folder = program::root().join("shots");
    fs::create_dir_all(&folder)?;
    let screenshots = program::root().join("docs/screenshots");
    run(npm(&["run", "--silent", "walk"])
        .env("PROFFER_SHOTS_DIR", &folder)
        .env("PROFFER_SCREENSHOTS", &screenshots))?;
    let picture = program::root().join("docs/images/desk.png");
    fs::copy(folder.join("desk.png"), &picture).with_context(|| format!("cannot write {}", picture.display()))?;
    say(&format!(
        "the pictures are in {}; those of the README and in {} are renewed",
        folder.display(),
        screenshots.display()
    ));
    Ok(())
}
