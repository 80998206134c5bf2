//! The real thing, killed: 200 rounds of each part. `proffer-ordeal` says what it does; a failure names its seed and
//! keeps its folder. A thousand rounds and more are run by hand, as docs/reliability.md says.

use anyhow::ensure;
use std::process::Command;

/// Runs one part in a process of its own, so that whatever it does, this one lives to tell.
fn hold(part: &str, rounds: u32) -> anyhow::Result<()> {
    let output = Command::new(env!("CARGO_BIN_EXE_proffer-ordeal"))
        .args(["--part", part, "--rounds", &rounds.to_string(), "--seed", "7"])
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

#[test]
fn desks_that_are_killed_lose_nothing_they_acknowledged() -> anyhow::Result<()> {
    hold("desk", 200)
}

#[test]
fn a_platform_that_is_killed_loses_nothing_it_acknowledged_and_does_nothing_twice() -> anyhow::Result<()> {
    hold("platform", 200)
}

#[test]
fn a_full_disk_is_said_in_words_and_loses_nothing() -> anyhow::Result<()> {
    hold("disk", 100)
}

#[test]
fn a_damaged_cache_leaves_drafts_and_outbox_whole() -> anyhow::Result<()> {
    hold("caches", 200)
}

#[test]
fn over_a_line_that_breaks_everything_arrives_once() -> anyhow::Result<()> {
    hold("proxy", 100)
}
