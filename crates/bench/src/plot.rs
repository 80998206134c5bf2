//! Growth as a picture: one panel a measurement, sizes along a logarithmic axis, readable on light and on dark.

use crate::report::{Curve, number};
use std::fmt::Write;

const PANEL_WIDTH: f64 = 300.0;
const PANEL_HEIGHT: f64 = 210.0;
const COLUMNS: usize = 3;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 34.0;

/// The panels: title, names of the curves that belong there.
const PANELS: [(&str, &[&str]); 8] = [
    ("First sync, readable: documents/s", &["first_sync_readable"]),
    ("First sync, findable: documents/s", &["first_sync_indexed"]),
    ("100 changes, p50: ms", &["delta_sync_ms.p50"]),
    ("Search for a 3-letter prefix, p99: ms", &["search_ms.prefix3"]),
    ("Opening until the first page: ms", &["open_first_page_ms"]),
    ("Memory of the desk: MiB", &["desk_memory_mib"]),
    ("A customer's page, first byte, p99: ms", &["page_first_byte_ms"]),
    ("Acceptances on SQLite a second", &["accepts_per_s_sqlite"]),
];

/// The picture.
pub(crate) fn growth(curves: &[Curve]) -> String {
    let panels: Vec<_> = PANELS
        .iter()
        .map(|(title, names)| (*title, of_names(curves, names)))
        .filter(|(_, curves)| !curves.is_empty())
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a few panels")]
    let (columns, rows) = (
        COLUMNS.min(panels.len().max(1)) as f64,
        panels.len().div_ceil(COLUMNS) as f64,
    );
    let (width, height) = (PANEL_WIDTH * columns, PANEL_HEIGHT * rows);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="How figures grow from 10,000 to 1,000,000 {}" font-family="system-ui, sans-serif" font-size="11">
<style>
  .ink {{ fill: #24292f }} .faint {{ fill: #57606a }} .axis {{ stroke: #8c959f; fill: none }} .grid {{ stroke: #8c959f; stroke-opacity: .25 }}
  .desk {{ stroke: #0a58ca; fill: none; stroke-width: 2 }} .desk-dot {{ fill: #0a58ca }}
  .bare {{ stroke: #bc4c00; fill: none; stroke-width: 2; stroke-dasharray: 5 4 }} .bare-dot {{ fill: #bc4c00 }}
  @media (prefers-color-scheme: dark) {{
    .ink {{ fill: #e6edf3 }} .faint {{ fill: #9da7b3 }}
    .desk {{ stroke: #6cb0ff }} .desk-dot {{ fill: #6cb0ff }} .bare {{ stroke: #f0964b }} .bare-dot {{ fill: #f0964b }}
  }}
</style>
"##,
        curves.first().map_or("messages", |curve| curve.by.as_str()),
    );
    for (index, (title, curves)) in panels.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few panels")]
        let (column, row) = ((index % COLUMNS) as f64, (index / COLUMNS) as f64);
        let _ = writeln!(
            svg,
            r#"<g transform="translate({} {})">"#,
            column * PANEL_WIDTH,
            row * PANEL_HEIGHT
        );
        panel(&mut svg, title, curves);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn of_names<'a>(curves: &'a [Curve], names: &[&str]) -> Vec<&'a Curve> {
    curves
        .iter()
        .filter(|curve| names.contains(&curve.name.as_str()))
        .collect()
}

fn panel(svg: &mut String, title: &str, curves: &[&Curve]) {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let largest = points().map(|point| point.value).fold(0.0, f64::max);
    let step = step(largest / 4.0);
    let top = (largest / step).ceil().max(1.0) * step;
    let (least, most) = points().fold((u32::MAX, 0), |(least, most), point| {
        (least.min(point.messages), most.max(point.messages))
    });
    let (from, to) = (f64::from(least).log10(), f64::from(most).log10());
    let (right, bottom) = (PANEL_WIDTH - RIGHT, PANEL_HEIGHT - BOTTOM);
    let x = |messages: u32| {
        let share = if to > from {
            (f64::from(messages).log10() - from) / (to - from)
        } else {
            0.5
        };
        LEFT + share * (right - LEFT)
    };
    let y = |value: f64| bottom - value / top * (bottom - TOP);
    let _ = writeln!(
        svg,
        r#"<text class="ink" x="{LEFT}" y="18" font-weight="600">{title}</text>"#
    );
    let mut tick = 0.0;
    while tick <= top * 1.001 {
        let at = y(tick);
        let _ = writeln!(
            svg,
            r#"<path class="grid" d="M{LEFT} {at:.1}H{right}"/><text class="faint" x="{}" y="{:.1}" text-anchor="end">{}</text>"#,
            LEFT - 6.0,
            at + 4.0,
            short(tick)
        );
        tick += step;
    }
    let _ = writeln!(svg, r#"<path class="axis" d="M{LEFT} {bottom}H{right}"/>"#);
    let mut sizes: Vec<u32> = points().map(|point| point.messages).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes {
        let _ = writeln!(
            svg,
            r#"<text class="faint" x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
            x(size),
            bottom + 16.0,
            short(f64::from(size))
        );
    }
    for curve in curves {
        let side = if curve.side == "bare" { "bare" } else { "desk" };
        let line: Vec<_> = curve
            .points
            .iter()
            .map(|point| format!("{:.1} {:.1}", x(point.messages), y(point.value)))
            .collect();
        let _ = writeln!(svg, r#"<path class="{side}" d="M{}"/>"#, line.join("L"));
        for point in &curve.points {
            let _ = writeln!(
                svg,
                r#"<circle class="{side}-dot" cx="{:.1}" cy="{:.1}" r="3"><title>{}: {} at {} {}</title></circle>"#,
                x(point.messages),
                y(point.value),
                curve.side,
                number(point.value),
                point.messages,
                curve.by
            );
        }
    }
    let legend = [
        ("desk", "desk", "the desk"),
        ("platform", "desk", "the platform"),
        ("bare", "bare", "the limit"),
    ];
    let shown = legend
        .iter()
        .filter(|(of, ..)| curves.iter().any(|curve| curve.side == *of));
    for (index, (_, side, words)) in shown.enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "two entries")]
        let at = LEFT + index as f64 * 90.0;
        let _ = writeln!(
            svg,
            r#"<path class="{side}" d="M{at} {0}h18"/><text class="faint" x="{1}" y="{2}">{words}</text>"#,
            PANEL_HEIGHT - 8.0,
            at + 23.0,
            PANEL_HEIGHT - 4.0
        );
    }
}

/// A round step at least as large as asked.
fn step(least: f64) -> f64 {
    if least <= 0.0 {
        return 1.0;
    }
    let power = 10.0_f64.powf(least.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    factors
        .iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least * 0.999)
        .unwrap_or(power * 10.0)
}

/// A number in few characters: `10 k`, `1 M`.
fn short(value: f64) -> String {
    let plain = |value: f64| {
        let text = format!("{value:.1}");
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    };
    match value {
        value if value >= 1e6 => format!("{} M", plain(value / 1e6)),
        value if value >= 1e3 => format!("{} k", plain(value / 1e3)),
        value if value > 0.0 && value < 1.0 => format!("{value:.2}"),
        value => plain(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Point;

    #[test]
    fn a_curve_is_drawn_with_its_sizes_and_its_limit() {
        let curve = |side: &str, value: f64| Curve {
            name: "delta_sync_ms.p50".to_owned(),
            unit: "ms".to_owned(),
            side: side.to_owned(),
            by: "messages".to_owned(),
            points: vec![
                Point {
                    messages: 10_000,
                    value,
                },
                Point {
                    messages: 1_000_000,
                    value: value * 1.5,
                },
            ],
        };
        let svg = growth(&[curve("desk", 4.0), curve("bare", 2.0)]);
        assert!(svg.contains(">10 k<") && svg.contains(">1 M<"), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 4);
        assert!(svg.contains("100 changes") && !svg.contains("Memory of the desk"));
    }

    #[test]
    fn axes_have_round_numbers() {
        for (least, expected) in [(0.3, 0.5), (1.0, 1.0), (1.2, 2.0), (40.0, 50.0), (7.0, 10.0)] {
            assert!((step(least) - expected).abs() < 1e-9, "{least}");
        }
        assert_eq!(
            [short(1e6), short(1.5e4), short(20.0), short(0.25)],
            ["1 M", "15 k", "20", "0.25"]
        );
    }
}
