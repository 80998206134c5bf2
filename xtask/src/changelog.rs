//! The changelog in the forms that packages hold it in.

use crate::program;
use anyhow::Context;
use std::{fmt::Write as _, fs, path::Path};

/// Says what is new in a version.
pub(crate) fn say_notes(version: &str) -> anyhow::Result<()> {
    let log = Changelog::read(&program::root().join("CHANGELOG.md"))?;
    program::say(log.as_notes(version).trim_end());
    Ok(())
}

/// Who answers for the packages.
const MAINTAINER: &str = "The Proffer developers <developers@proffer.example>";
/// How wide a line of Debian's changelog is.
const WIDTH: usize = 78;

/// What changed, version by version, newest first.
pub(crate) struct Changelog(Vec<Version>);

struct Version {
    /// Its number; `Unreleased` for what comes next.
    number: String,
    changes: Vec<String>,
}

impl Changelog {
    /// Reads it.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let mut versions: Vec<Version> = Vec::new();
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix("## [") {
                let number = heading.split(']').next().unwrap_or_default().to_owned();
                versions.push(Version {
                    number,
                    changes: Vec::new(),
                });
            } else if let (Some(change), Some(version)) = (line.strip_prefix("- "), versions.last_mut()) {
                version.changes.push(change.to_owned());
            }
        }
        Self(versions)
    }

    /// What changed in a version; what is unreleased counts for one that has no entry of its own.
    fn changes(&self, number: &str) -> &[String] {
        let of = |wanted: &str| self.0.iter().find(|version| version.number == wanted);
        of(number)
            .or_else(|| of("Unreleased"))
            .map_or(&[], |version| &version.changes)
    }

    /// What changed in a version, as Markdown: an update's notes.
    pub(crate) fn as_notes(&self, number: &str) -> String {
        let lines = self.changes(number).iter().map(|change| format!("- {change}\n"));
        lines.collect()
    }

    /// As Debian writes it, for one version, changed at `date` (RFC 2822).
    pub(crate) fn as_debian(&self, number: &str, date: &str) -> String {
        let mut text = format!("proffer ({number}) unstable; urgency=medium\n\n");
        for change in self.changes(number) {
            for (place, line) in wrapped(change).iter().enumerate() {
                let bullet = if place == 0 { "  * " } else { "    " };
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{bullet}{line}");
            }
        }
        let _ = writeln!(text, "\n -- {MAINTAINER}  {date}");
        text
    }

    /// As AppStream writes it.
    pub(crate) fn as_releases(&self, number: &str, date: &str) -> String {
        let is_released = self.0.iter().any(|version| version.number == number);
        let kind = if is_released { "stable" } else { "development" };
        format!(
            r#"<release version="{number}" date="{}" type="{kind}"/>"#,
            iso_day(date)
        )
    }
}

/// The day of an RFC 2822 date, as ISO 8601 writes it.
fn iso_day(date: &str) -> String {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut parts = date.split_once(", ").map_or(date, |(_, rest)| rest).split_whitespace();
    let day: u8 = parts.next().and_then(|day| day.parse().ok()).unwrap_or(1);
    let month = parts
        .next()
        .and_then(|name| MONTHS.find(name))
        .map_or(1, |at| at / 3 + 1);
    let year = parts.next().unwrap_or("1970");
    format!("{year}-{month:02}-{day:02}")
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().map(|line| line.chars().count());
        match (lines.last_mut(), line) {
            (Some(last), Some(0)) => last.push_str(word),
            (Some(last), Some(count)) if count + 1 + word.chars().count() + 4 <= WIDTH => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Changelog\n\nIntro.\n\n## [Unreleased]\n\n### Added\n\n- New one\n\n## [0.1.0] - 2026-11-29\n\n- First\n- Second\n";

    #[test]
    fn each_form_tells_the_changes_of_its_version() {
        let log = Changelog::parse(TEXT);
        let debian = log.as_debian("0.1.0", "Sun, 29 Nov 2026 10:00:00 +0000");
        assert!(debian.starts_with("proffer (0.1.0) unstable; urgency=medium\n\n  * First\n  * Second\n\n -- "));
        assert_eq!(log.as_notes("0.1.1"), "- New one\n");
        assert_eq!(
            log.as_releases("0.1.0", "Sun, 29 Nov 2026 10:00:00 +0000"),
            r#"<release version="0.1.0" date="2026-11-29" type="stable"/>"#
        );
        assert!(
            log.as_releases("0.2.0", "Mon, 1 Mar 2027 10:00:00 +0000")
                .contains("2027-03-01")
        );
    }

    #[test]
    fn long_changes_are_broken_between_words() {
        let long = "word ".repeat(60);
        let text = Changelog::parse(&format!("## [1.0.0]\n- {long}\n")).as_debian("1.0.0", "x");
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
    }
}
