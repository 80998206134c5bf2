//! What a support person asks for.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Lines of plain text without any secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiagnosticsView {
    /// The text.
    pub text: String,
}
