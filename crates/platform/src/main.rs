//! `proffer-platform`: serves the platform and looks after its accounts, categories and limits.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    proffer_platform::cli::run().await
}
