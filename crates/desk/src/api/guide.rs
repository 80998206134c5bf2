//! The first steps of a newcomer, from a locked question to a sent offer.

use proffer_domain::StepKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One of the five steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GuideStep {
    /// Which one.
    pub kind: StepKind,
    /// Whether it was done, on any question.
    pub is_done: bool,
}

/// The first steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GuideView {
    /// Whether they are shown beside the work.
    pub is_open: bool,
    /// The five steps, in order.
    pub steps: Vec<GuideStep>,
}

/// Shows the first steps, or puts them away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GuideOpen {
    /// Whether they shall be shown.
    pub is_open: bool,
}
