//! `docs/benchmarks.md`, made from a file of rows.

use crate::report::{Curve, Report, Row, number};
use std::{collections::BTreeSet, fmt::Write};

const HEAD: &str = "# Benchmarks

Made from a run by `npm run bench -- --out FILE.json` and `proffer-bench render FILE.json`; do not edit.
Both sides of a ratio are measured in turns in one run, so that a noisy machine is noisy for both: read the ratios before the times.
";

/// Why a target is missed where it is, by the row's name up to its point: what a trace of calls and the mapped files of
/// the processes showed.
const WHY: [(&str, &str); 11] = [
    (
        "accept_to_notification_ms",
        "an acceptance writes the offer, its payment and its line of the ledger, its event, two emails, a link, two streams \
         and the kept response, of which each statement crosses to SQLite's thread and back, where the limit has one; the \
         event stream reads them in as many, and the desk needs a dozen",
    ),
    (
        "start_warm_ms",
        "the desk's engine starts as well, which behind the page already runs; linking the web view's libraries alone \
         takes a tenth of a second",
    ),
    ("start_cold_ms", "as warm, and those libraries are read from the disk"),
    (
        "idle_pss_mib",
        "WebKit's two processes, and the software renderer's LLVM that the program loads as well, are seven tenths of it",
    ),
    (
        "delta_sync_ms",
        "fifty questions and fifty messages, spread over the whole cache, change some three hundred pages of 8 KiB in a \
         dozen indices, and what calls for a notice is written to the journal (FULL) before; the limit writes the same \
         hundred rows into one table with one index, and even so takes half again as long among 1,000,000 as among 10,000",
    ),
    (
        "search_ms",
        "two words that each stand in many texts and together in few: the lists of both are gone through until enough are \
         found that hold both",
    ),
    (
        "desk_memory_mib",
        "each connection keeps pages of its own of the cache, which a small one does not fill",
    ),
    (
        "list_scroll_dropped_frames",
        "nine frames in ten took 18 ms or less and the longest 131 ms; most likely those after a jump by a tenth of the list, \
         whose rows are not in memory, which was not traced",
    ),
    (
        "action_response_ms",
        "what does not draw the list and the conversation answers in some 20 ms, what does in 40 to 105; traced: laying out \
         a conversation's text took 48 of the 60 ms of opening one, most of it for letter-spacing, which the body of the \
         page no longer has since this run",
    ),
    (
        "accepts_per_s_sqlite",
        "an acceptance is sixteen statements, each a turn of SQLite's one writing thread and back, where PocketBase's update \
         is one inside its own process; clients and platform share the two cores",
    ),
    (
        "tray_pss_mib",
        "some 40 MiB are pages of WebKitGTK, GTK and what they link, which the one program has without a \
         window too; less needs an engine in a program of its own",
    ),
];

/// The page; of a row in several runs the last one counts.
pub(crate) fn page(reports: &[Report]) -> String {
    let rows = latest(reports);
    let mut page = format!("{HEAD}\n");
    for (index, report) in reports.iter().enumerate() {
        if reports.len() > 1 {
            let _ = writeln!(page, "Run {}:\n", index + 1);
        }
        let _ = writeln!(
            page,
            "- Machine: {}\n- Command: `{}`\n- When: {}\n",
            report.machine,
            report.command,
            report.at.strftime("%Y-%m-%d %H:%M UTC"),
        );
    }
    page.push_str(
        "| measurement | unit | ours | limit | peer | ratio | target | met | samples |\n\
         |---|---|---:|---:|---:|---:|---|---|---:|\n",
    );
    for (_, row) in &rows {
        page.push_str(&line(row));
    }
    page.push_str(
        "\n*Limit* is what the bare parts need without the product, *peer* what a user would have otherwise; the ratio is \
         the one that the target speaks of.\n",
    );
    for growing in GROWING {
        let curves = latest_curves(reports, growing.by);
        if !curves.is_empty() {
            page.push_str(&growth(growing, &curves));
        }
    }
    page.push_str("\n## What each one means\n\n");
    for (run, row) in &rows {
        let from = if reports.len() > 1 {
            format!(" (run {})", run + 1)
        } else {
            String::new()
        };
        let _ = writeln!(page, "- `{}`{from}: {}.", row.name, row.note);
    }
    let missed: Vec<&Row> = rows
        .iter()
        .map(|(_, row)| *row)
        .filter(|row| row.met == Some(false))
        .collect();
    if !missed.is_empty() {
        page.push_str("\n## What was missed, and why\n\n");
        for row in missed {
            let name = row.name.as_str();
            let why = WHY
                .iter()
                .find(|(of, _)| *of == name || name.split('.').next() == Some(*of));
            let _ = writeln!(
                page,
                "- `{name}`: {} against {}; {}.",
                row.ratio.map_or_else(
                    || format!("{} {}", number(row.ours), row.unit),
                    |ratio| format!("a ratio of {ratio:.3}")
                ),
                row.target,
                why.map_or("not looked into yet", |(_, why)| *why),
            );
        }
    }
    page
}

/// Every row once, with the run it is from, in the order of their first run.
fn latest(reports: &[Report]) -> Vec<(usize, &Row)> {
    let mut rows: Vec<(usize, &Row)> = Vec::new();
    for (run, report) in reports.iter().enumerate() {
        for row in &report.rows {
            match rows.iter_mut().find(|(_, before)| before.name == row.name) {
                Some(before) => *before = (run, row),
                None => rows.push((run, row)),
            }
        }
    }
    rows
}

/// What grows by what.
struct Growing {
    by: &'static str,
    title: &'static str,
    picture: &'static str,
    of: &'static str,
}

const GROWING: [&Growing; 2] = [
    &Growing {
        by: "messages",
        title: "Growth",
        picture: "growth",
        of: "By the number of messages in the desk's cache, with a tenth as many questions:",
    },
    &Growing {
        by: "offers",
        title: "Growth of the platform",
        picture: "load",
        of: "By the number of offers that the platform has stored, with a fifth as many questions and a twentieth as many customers:",
    },
];

/// The curves of the last run that has any of this kind.
pub(crate) fn latest_curves(reports: &[Report], by: &str) -> Vec<Curve> {
    let of_kind = |report: &Report| -> Vec<Curve> {
        let curves = report.curves.iter();
        curves.filter(|curve| curve.by == by).cloned().collect()
    };
    let mut found = reports.iter().rev().map(of_kind);
    found.find(|curves| !curves.is_empty()).unwrap_or_default()
}

/// The table and the picture of what grows.
fn growth(growing: &Growing, curves: &[Curve]) -> String {
    let sizes: BTreeSet<u32> = curves
        .iter()
        .flat_map(|curve| curve.points.iter().map(|point| point.messages))
        .collect();
    let Growing { by, title, picture, of } = growing;
    let mut text = format!(
        "\n## {title}\n\n![How figures grow with the number of {by}](images/{picture}.svg)\n\n{of}\n\n| measurement | unit | side |"
    );
    for size in &sizes {
        let _ = write!(text, " {size} |");
    }
    text.push_str("\n|---|---|---|");
    text.push_str(&"---:|".repeat(sizes.len()));
    text.push('\n');
    for curve in curves {
        let _ = write!(text, "| `{}` | {} | {} |", curve.name, curve.unit, curve.side);
        for size in &sizes {
            let value = curve.points.iter().find(|point| point.messages == *size);
            let _ = write!(
                text,
                " {} |",
                value.map_or_else(|| "–".to_owned(), |point| number(point.value))
            );
        }
        text.push('\n');
    }
    text
}

fn line(row: &Row) -> String {
    let or_none = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), number);
    format!(
        "| `{}` | {} | {} | {} | {} | {} | {} | {} | {} |\n",
        row.name,
        row.unit,
        number(row.ours),
        or_none(row.limit),
        or_none(row.peer),
        or_none(row.ratio),
        row.target,
        row.met.map_or("not judged", |met| if met { "yes" } else { "**no**" }),
        row.samples,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_target_and_a_missing_peer_are_said() {
        let row = missed_row();
        assert_eq!(
            line(&row),
            "| `start_warm_ms` | ms | 406 | – | – | – | ≤ 0.9 | **no** | 10 |\n"
        );
    }

    #[test]
    fn the_page_says_by_how_much_and_why_a_target_is_missed() {
        let report = Report {
            machine: "a machine".to_owned(),
            command: "npm run bench".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            rows: vec![missed_row()],
            curves: vec![],
        };
        assert!(page(&[report]).contains("- `start_warm_ms`: 406 ms against ≤ 0.9; the desk's engine starts as well"));
    }

    #[test]
    fn a_row_of_a_later_run_takes_the_place_of_the_former_one() {
        let run = |ours: f64| Report {
            machine: "a machine".to_owned(),
            command: "npm run bench".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            rows: vec![Row { ours, ..missed_row() }],
            curves: vec![],
        };
        let text = page(&[run(400.0), run(300.0)]);
        assert!(text.contains("| 300 |") && !text.contains("| 400 |"), "{text}");
        assert!(text.contains("`start_warm_ms` (run 2)"), "{text}");
    }

    fn missed_row() -> Row {
        Row {
            name: "start_warm_ms".to_owned(),
            unit: "ms".to_owned(),
            ours: 406.2,
            limit: None,
            peer: None,
            ratio: None,
            target: "≤ 0.9".to_owned(),
            met: Some(false),
            samples: 10,
            note: "by eye".to_owned(),
        }
    }
}
