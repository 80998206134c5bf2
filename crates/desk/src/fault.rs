//! Places where a simulation lets the desk fail; nothing in a program.

use crate::error::Result;

/// A fail-point.
#[cfg(feature = "simulation")]
pub(crate) async fn at(name: &'static str) -> Result<()> {
    Ok(proffer_failpoints::at(name).await.map_err(sqlx::Error::Io)?)
}

/// A fail-point, of which a program has none.
#[cfg(not(feature = "simulation"))]
pub(crate) async fn at(_name: &'static str) -> Result<()> {
    Ok(())
}

/// Waits at the gate of a simulation: what another thread does must not be done earlier in one run than in another.
#[cfg(feature = "simulation")]
pub(crate) fn pass_gate() {
    proffer_failpoints::pass_gate();
}

/// The gate of a simulation, of which a program has none.
#[cfg(not(feature = "simulation"))]
pub(crate) fn pass_gate() {}
