//! The command line. Exit codes: 0 done, 1 failed (said in words on standard error), 2 wrong usage.

mod accounts;
mod administration;
mod ledger;
mod operations;
mod serve;

use crate::{Config, Platform};
use clap::{Args, Parser, Subcommand};
use std::{io::Write, path::PathBuf, process::ExitCode};

/// The platform that Proffer's desks sync with: questions, answers, premium offers, customers' pages and email.
#[derive(Parser)]
#[command(name = "proffer-platform", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the customers' pages until a SIGTERM or Ctrl+C.
    Serve(Box<serve::Serve>),
    /// Make accounts.
    #[command(subcommand)]
    Account(accounts::AccountCommand),
    /// Make categories.
    #[command(subcommand)]
    Category(accounts::CategoryCommand),
    /// Set what the platform allows.
    #[command(subcommand)]
    Limits(accounts::LimitsCommand),
    /// Show who decided what, newest first: time, who, what, about which thing, why.
    Audit(administration::Audit),
    /// What is owed, held and earned.
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Copy the data into a folder, while the platform serves.
    Backup(operations::Backup),
    /// Say that the data was restored from a copy, before anything serves it: clients who were told of what is lost begin
    /// anew then.
    Restored(Place),
    /// Take in email that came back.
    #[command(subcommand)]
    Email(operations::EmailCommand),
    /// A believable data set, and a scripted customer.
    #[command(subcommand)]
    Demo(crate::demo::DemoCommand),
    /// Print the OpenAPI document.
    Openapi,
}

/// Where the platform keeps its data.
#[derive(Args, Clone)]
pub struct Place {
    /// The data folder; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// A PostgreSQL database, such as postgres://user@host/name; without it, SQLite in the data folder.
    #[arg(long, value_name = "URL", env = "PROFFER_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
}

impl Place {
    /// The configuration without what only a server needs.
    #[must_use]
    pub fn config(&self) -> Config {
        Config {
            database: self.database.clone(),
            ..Config::in_folder(self.data.clone())
        }
    }

    /// Opens the platform there.
    ///
    /// # Errors
    /// If the folder or the database cannot be used.
    pub async fn open(&self) -> anyhow::Result<Platform> {
        Ok(Platform::open(self.config()).await?)
    }
}

/// Reads the command line and does what it says.
pub async fn run() -> ExitCode {
    // What the platform writes (its database, files, email, exports) is for its owner alone.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Serve(serve) => serve.run().await,
        Command::Account(command) => command.run().await,
        Command::Category(command) => command.run().await,
        Command::Limits(command) => command.run().await,
        Command::Audit(audit) => audit.run().await,
        Command::Ledger(command) => command.run().await,
        Command::Backup(backup) => backup.run().await,
        Command::Restored(place) => operations::restored(&place).await,
        Command::Email(command) => command.run().await,
        Command::Demo(command) => command.run().await,
        Command::Openapi => print_openapi(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; then there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "error: {}", words(&error));
            ExitCode::FAILURE
        }
    }
}

/// What went wrong, with the fields named where there are some.
fn words(error: &anyhow::Error) -> String {
    if let Some(crate::flow::FlowError::Refused(problem)) = error.downcast_ref() {
        return problem.detail.clone().unwrap_or_else(|| problem.title.clone());
    }
    format!("{error:#}")
}

/// Prints a line; a reader that went away is no failure of ours.
pub(crate) fn say(line: impl std::fmt::Display) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn print_openapi() -> anyhow::Result<()> {
    say(crate::api::openapi().to_pretty_json()?)
}
