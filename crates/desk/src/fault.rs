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

/// What another thread calls before it works: in a simulation it waits there, so that nothing is done earlier in one run
/// than in another.
#[cfg(feature = "simulation")]
pub(crate) fn gate() -> impl FnOnce() + Send {
    let ticket = proffer_failpoints::take_ticket();
    move || proffer_failpoints::pass_gate(ticket)
}

/// The gate of a simulation, of which a program has none.
#[cfg(not(feature = "simulation"))]
pub(crate) fn gate() -> impl FnOnce() + Send {
    || {}
}
