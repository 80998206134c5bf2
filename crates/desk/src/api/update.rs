//! Updates of the app itself: what is announced, how far it has come, what stands in its way.

use proffer_domain::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which releases are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UpdateChannel {
    /// What is meant for everyone.
    #[default]
    Stable,
    /// What comes next, earlier and less tried.
    Beta,
}

/// How an update stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UpdateState {
    /// This build names nowhere that its updates come from.
    #[default]
    Unavailable,
    /// Nothing newer is known.
    UpToDate,
    /// The channel is being asked.
    Checking,
    /// There is a newer version, to be downloaded.
    Available,
    /// It is on its way.
    Downloading,
    /// It is here and its signature is good; to be installed.
    Ready,
    /// The system installs it.
    Installing,
    /// It is installed, and runs after a restart.
    Installed,
}

/// What went wrong with an update. The version that runs goes on running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UpdateProblem {
    /// Where the updates come from cannot be reached, or the download was cut.
    Unreachable,
    /// What was announced is not of the form it must have.
    NotUnderstood,
    /// What was announced or downloaded was not signed by the maker of this app, or was changed since.
    BadSignature,
    /// An older version than the one that runs is announced.
    OlderVersion,
    /// An older version is announced than was before: somebody holds updates back, or one was withdrawn.
    HeldBack,
    /// The system did not install it.
    NotInstalled,
}

/// Why the app does not restart just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UpdateBlocker {
    /// Something that was typed is not kept yet.
    UnsavedDraft,
    /// Something is being sent, or can still be taken back.
    Sending,
}

/// The update as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UpdateView {
    /// How it stands.
    pub state: UpdateState,
    /// The version that runs.
    pub current_version: String,
    /// The version that is announced, if it is newer.
    pub version: Option<String>,
    /// What is new in it, as safe HTML; empty if nothing is said.
    pub notes_html: String,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// How much of it has come.
    pub received_bytes: u64,
    /// How much there is to come, once that is known.
    pub size_bytes: Option<u64>,
    /// When the channel was last asked with success.
    pub checked_at: Option<Timestamp>,
    /// What went wrong last.
    pub problem: Option<UpdateProblem>,
    /// What was said of it, in English; may be empty.
    pub problem_detail: String,
    /// Why it did not go on when it was last asked to.
    pub blocker: Option<UpdateBlocker>,
    /// Whether this version was installed by the restart just before.
    pub is_fresh: bool,
}

/// Asks to install or to restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UpdateConsent {
    /// Whether something that was typed could not be kept.
    pub has_unsaved_draft: bool,
}
