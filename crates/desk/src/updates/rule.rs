//! Which announced version may be installed.

use semver::Version;

/// What an announced version is to this desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// To be offered.
    Newer,
    /// The one that runs.
    Current,
    /// Older than the one that runs: never installed.
    Older,
    /// Older than one that this channel has announced before: never installed, and told.
    HeldBack,
}

/// Judges an announced version by the one that runs and the highest that the channel was proved to have announced.
pub(crate) fn judge(running: &Version, highest_seen: Option<&Version>, announced: &Version) -> Verdict {
    if announced < running {
        Verdict::Older
    } else if highest_seen.is_some_and(|seen| announced < seen) {
        Verdict::HeldBack
    } else if announced > running {
        Verdict::Newer
    } else {
        Verdict::Current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().expect("a test's version")
    }

    #[test]
    fn only_a_version_above_all_that_ran_or_were_announced_is_offered() {
        use Verdict::{Current, HeldBack, Newer, Older};
        for (running, seen, announced, expected) in [
            ("0.1.0", None, "0.1.1", Newer),
            ("0.1.0", None, "0.1.0", Current),
            ("0.1.0", None, "0.0.9", Older),
            // Offered before, and not installed yet: it is offered again.
            ("0.1.0", Some("0.1.1"), "0.1.1", Newer),
            ("0.1.0", Some("0.1.1"), "0.1.2", Newer),
            // An old manifest, shown to a desk that knows of a newer version.
            ("0.1.0", Some("0.1.2"), "0.1.1", HeldBack),
            ("0.1.0", Some("0.1.2"), "0.1.0", HeldBack),
            ("0.1.0", Some("0.1.2"), "0.0.9", Older),
            // What was seen is past: the desk runs a later one.
            ("0.2.0", Some("0.1.2"), "0.1.5", Older),
            ("0.2.0", Some("0.1.2"), "0.2.0", Current),
            // Ahead on the other channel.
            ("0.2.0-beta.2", None, "0.1.9", Older),
            ("0.2.0-beta.2", None, "0.2.0-beta.10", Newer),
            ("0.2.0-beta.2", Some("0.2.0-beta.3"), "0.2.0", Newer),
        ] {
            let seen = seen.map(version);
            let verdict = judge(&version(running), seen.as_ref(), &version(announced));
            assert_eq!(
                verdict, expected,
                "{running} runs, {seen:?} seen, {announced} announced"
            );
        }
    }
}
