//! Places where a simulation lets this crate fail, and its broken variants; nothing in a program.

/// A fail-point.
#[cfg(feature = "simulation")]
pub(crate) async fn at(name: &'static str) -> Result<(), sqlx::Error> {
    proffer_failpoints::at(name).await.map_err(sqlx::Error::Io)
}

#[cfg(not(feature = "simulation"))]
pub(crate) async fn at(_name: &'static str) -> Result<(), sqlx::Error> {
    Ok(())
}
