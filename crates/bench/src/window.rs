//! The real window over a cache of very many questions: scrolling its list, and how soon it answers a key.

use crate::{
    headless::DeskFolder,
    note,
    population::{EXPERT, PASSWORD},
    programs::repository,
    report::{Row, median, quantile},
};
use anyhow::Context;
use serde::Deserialize;
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// A frame that took longer than this came too late, in milliseconds: sixty a second, and half of one.
const LATE_MS: f64 = 25.0;
const ACTION_MS: f64 = 50.0;
const OFFER_S: f64 = 20.0;

/// What the window's driver tells.
#[derive(Debug, Deserialize)]
struct Measured {
    /// Lines of the list.
    lines: u32,
    /// Milliseconds between frames while the list is scrolled.
    frames: Vec<f64>,
    /// The same for a list of rows that never change.
    plain_frames: Vec<f64>,
    /// Milliseconds from a key or a click to the frame that shows what it did.
    actions: Vec<f64>,
    /// Seconds that an offer took by keys alone.
    offers: Vec<f64>,
}

/// Frames that were not drawn because one before them took too long.
fn dropped(frames: &[f64]) -> f64 {
    let late = frames.iter().filter(|time| **time > LATE_MS);
    late.map(|time| (time * 60.0 / 1_000.0).round() - 1.0).sum()
}

/// Measures a desk's folder whose platform is at `url`.
pub(crate) fn measure(folder: &DeskFolder, url: &str) -> anyhow::Result<Vec<Row>> {
    note("  the real window…");
    let output = Command::new("node")
        .arg(repository()?.join("ui/e2e/measure.mjs"))
        .arg(folder.data())
        .args([url, EXPERT, PASSWORD])
        .env("PROFFER_BUILD", build()?)
        .stderr(Stdio::inherit())
        .output()
        .context("node could not be started")?;
    anyhow::ensure!(
        output.status.success(),
        "the window could not be measured ({})",
        output.status
    );
    let measured: Measured = serde_json::from_slice(&output.stdout)?;
    let (ours, limit) = (dropped(&measured.frames), dropped(&measured.plain_frames));
    let lines = measured.lines;
    let actions = &measured.actions;
    let p99 = quantile(actions, 0.99);
    let longest = quantile(&measured.offers, 1.0);
    Ok(vec![
        Row {
            name: "list_scroll_dropped_frames".to_owned(),
            unit: "frames".to_owned(),
            ours,
            limit: Some(limit),
            peer: None,
            ratio: None,
            target: "≤ limit, or 1 in 100".to_owned(),
            met: Some(ours <= limit.max(frames_allowed(measured.frames.len()))),
            samples: measured.frames.len(),
            note: format!(
                "frames of 60 a second that were not drawn while a list of {lines} lines was scrolled, by 40 px a frame \
                 and six times by a tenth of it; limit: 2,000 such rows that never change and are all in the page, in the same window"
            ),
        },
        Row {
            name: "action_response_ms".to_owned(),
            unit: "ms".to_owned(),
            ours: p99,
            limit: None,
            peer: None,
            ratio: None,
            target: format!("p99 ≤ {ACTION_MS:.0} ms"),
            met: Some(p99 <= ACTION_MS),
            samples: actions.len(),
            note: format!(
                "p99 (p50 {:.1}) from a key or a click (next, previous, a row, a filter, the palette, to another view and \
                 back) to the frame after the one that shows what it did, over {lines} questions",
                median(actions)
            ),
        },
        Row {
            name: "offer_by_keyboard_s".to_owned(),
            unit: "s".to_owned(),
            ours: longest,
            limit: None,
            peer: None,
            ratio: None,
            target: format!("< {OFFER_S:.0} s"),
            met: Some(longest < OFFER_S),
            samples: measured.offers.len(),
            note: format!(
                "the longest (median {:.1}) from Ctrl+Shift+O on an answered question until the dialog has gone with the \
                 offer: a template found by typing, a price, Ctrl+Enter, each key pressed through the window's driver",
                median(&measured.offers)
            ),
        },
    ])
}

/// The folder of builds that this program lies in: the window is that of the same build.
fn build() -> anyhow::Result<String> {
    let program = std::env::current_exe()?;
    let folder = program.parent().and_then(Path::file_name);
    Ok(folder
        .context("this program lies in no folder")?
        .to_string_lossy()
        .into_owned())
}

fn frames_allowed(frames: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
    let frames = frames as f64;
    frames / 100.0
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_frame_that_took_thrice_its_time_dropped_two() {
        assert_eq!(super::dropped(&[16.7, 17.0, 50.0, 24.0, 33.0]), 3.0);
    }
}
