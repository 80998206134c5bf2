//! `docs/benchmarks.md`, made from a file of rows.

use crate::report::{Report, Row, number};

const HEAD: &str = "# Benchmarks

Made from a run by `npm run bench -- --out FILE.json` and `proffer-bench render FILE.json`; do not edit.
Both sides of a ratio are measured in turns in one run, so that a noisy machine is noisy for both: read the ratios before the times.
";

/// The page.
pub(crate) fn page(report: &Report) -> String {
    let mut page = format!(
        "{HEAD}
- Machine: {}
- Command: `{}`
- When: {}

| measurement | unit | ours | limit | peer | ratio | target | met | samples |
|---|---|---:|---:|---:|---:|---|---|---:|
",
        report.machine,
        report.command,
        report.at.strftime("%Y-%m-%d %H:%M UTC"),
    );
    for row in &report.rows {
        page.push_str(&line(row));
    }
    page.push_str(
        "\n*Limit* is what the bare parts need without the product, *peer* what a user would have otherwise; the ratio is \
         the one that the target speaks of.\n\n## What each one means\n\n",
    );
    for row in &report.rows {
        page.push_str(&format!("- `{}`: {}.\n", row.name, row.note));
    }
    page
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
        let row = Row {
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
        };
        assert_eq!(
            line(&row),
            "| `start_warm_ms` | ms | 406 | – | – | – | ≤ 0.9 | **no** | 10 |\n"
        );
    }
}
