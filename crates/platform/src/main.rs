//! `proffer-platform`: serves the platform and looks after its accounts, categories and limits.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: proffer_platform::Allocator = proffer_platform::Allocator;

#[tokio::main]
async fn main() -> ExitCode {
    proffer_platform::cli::run().await
}
