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
