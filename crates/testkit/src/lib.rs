//! People, a platform and desks in one process: the real platform on a loopback port, real desks in temporary folders,
//! and customers who speak the protocol. For tests and benchmarks only.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use proffer_testkit::{Expert, World};
//! let world = World::begin().await?;
//! let helen = world.helen().await?;
//! let desk = world.desk(Expert::Daniel).await?;
//! desk.sign_in(&world).await?;
//! let question = helen.ask("My domain was taken", "What can I do?").await?;
//! desk.lock(question).await?;
//! # Ok(()) }
//! ```

mod customer;
mod desk;
mod faults;
mod waiting;
mod web_page;
mod world;

pub use customer::Customer;
pub use desk::{DeskAtWork, Outside};
pub use faults::{Between, FailingConnector, GatedConnector, Interposed, LossyConnector};
pub use waiting::{DEADLINE, wait_until};
pub use web_page::WebPage;
pub use world::{Expert, PASSWORD, World};
