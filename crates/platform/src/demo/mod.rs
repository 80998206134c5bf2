//! A believable data set, and a scripted customer who acts through the public pages.

mod customer;
mod dataset;
mod earlier_stories;
mod seed;
mod stories;

use crate::cli::Place;
use clap::Subcommand;

/// The demo.
#[derive(Subcommand)]
pub enum DemoCommand {
    /// Fill an empty platform with questions, answers and offers of several professions; the same seed gives the same.
    Seed {
        #[command(flatten)]
        /// Where.
        place: Place,
        /// Which data set.
        #[arg(long, default_value_t = 7)]
        seed: u64,
    },
    /// A customer who accepts an offer that waits, asks a question, answers what is asked and accepts what is offered.
    Customer(customer::ScriptedCustomer),
}

impl DemoCommand {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Seed { place, seed } => seed::run(place, seed).await,
            Self::Customer(customer) => customer.run().await,
        }
    }
}
