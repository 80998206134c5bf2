//! `proffer-conformance`: tells whether a server is a platform that the desk can work with.

use anyhow::{Context, bail};
use clap::Parser;
use futures_util::future::BoxFuture;
use proffer_conformance::{Credentials, Operator, Settings, Suite, checks};
use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Tells, point by point, whether a server is a platform that Proffer's desk can work with.
///
/// It asks questions, makes offers and accepts them: run it against a platform that was set up for it. Exit codes: 0 all
/// checks that were run passed, 1 some failed, 2 it could not begin.
#[derive(Parser)]
#[command(name = "proffer-conformance", version)]
struct Cli {
    /// The server, such as https://platform.example.
    #[arg(long, value_name = "URL", required_unless_present = "list")]
    url: Option<String>,
    /// An expert's address.
    #[arg(long, value_name = "EMAIL", required_unless_present = "list")]
    expert: Option<String>,
    /// The address of another expert who serves the same category.
    #[arg(long, value_name = "EMAIL", required_unless_present = "list")]
    second_expert: Option<String>,
    /// A customer's address.
    #[arg(long, value_name = "EMAIL", required_unless_present = "list")]
    customer: Option<String>,
    /// Another customer's address.
    #[arg(long, value_name = "EMAIL", required_unless_present = "list")]
    second_customer: Option<String>,
    /// A file with the passwords, a line for each account: address, a space, password. Accounts that it does not name have
    /// the password in the environment's PROFFER_CONFORMANCE_PASSWORD.
    #[arg(long, value_name = "FILE")]
    passwords: Option<PathBuf>,
    /// A command by which the second expert comes to serve no category; for check 7.11.
    #[arg(long, value_name = "COMMAND", requires = "regain_category")]
    lose_category: Option<String>,
    /// A command by which they serve it again.
    #[arg(long, value_name = "COMMAND", requires = "lose_category")]
    regain_category: Option<String>,
    /// Only these checks or groups, such as 4 or 6.15; may be given several times.
    #[arg(long, value_name = "NUMBER")]
    only: Vec<String>,
    /// Write the report as JSON.
    #[arg(long)]
    json: bool,
    /// List the checks, and run none.
    #[arg(long)]
    list: bool,
}

/// An operator who acts by commands.
struct Commands {
    lose: String,
    regain: String,
}

impl Operator for Commands {
    fn let_serve(&self, serves: bool) -> BoxFuture<'_, Result<(), String>> {
        let line = if serves { &self.regain } else { &self.lose };
        Box::pin(async move {
            let mut command = if cfg!(windows) {
                let mut command = tokio::process::Command::new("cmd");
                command.arg("/C");
                command
            } else {
                let mut command = tokio::process::Command::new("sh");
                command.arg("-c");
                command
            };
            // Where it says anything, that is none of the report.
            let output = command.arg(line).output().await;
            let output = output.map_err(|error| format!("{line}: {error}"))?;
            if output.status.success() {
                Ok(())
            } else {
                let complaint = String::from_utf8_lossy(&output.stderr);
                Err(format!("{line}: {}: {}", output.status, complaint.trim()))
            }
        })
    }
}

/// Reads a file of addresses and passwords.
fn read_passwords(file: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("--passwords {}", file.display()))?;
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .enumerate()
        .map(|(index, line)| {
            let (email, password) = line.split_once(char::is_whitespace).with_context(|| {
                format!(
                    "--passwords {}: entry {} is no address with a password after a space",
                    file.display(),
                    index + 1
                )
            })?;
            Ok((email.to_owned(), password.trim().to_owned()))
        })
        .collect()
}

impl Cli {
    fn settings(&self) -> anyhow::Result<Settings> {
        let passwords = self.passwords.as_deref().map(read_passwords).transpose()?;
        let passwords = passwords.unwrap_or_default();
        // By no option: what stands on a command line is there for all to read.
        let everybodys = std::env::var("PROFFER_CONFORMANCE_PASSWORD").ok();
        let who = |email: &Option<String>, option: &str| {
            let email = email.clone().with_context(|| format!("--{option} is missing"))?;
            let password = passwords.get(&email).or(everybodys.as_ref()).cloned();
            let password = password.with_context(|| {
                format!("--{option} {email}: no password; give --passwords FILE or PROFFER_CONFORMANCE_PASSWORD")
            })?;
            anyhow::Ok(Credentials { email, password })
        };
        for number in &self.only {
            let is_there = checks()
                .iter()
                .any(|check| check.number == number || check.number.starts_with(&format!("{number}.")));
            if !is_there {
                bail!("--only {number}: there is no such check; --list names them all");
            }
        }
        let operator = match (self.lose_category.clone(), self.regain_category.clone()) {
            (Some(lose), Some(regain)) => Some(Arc::new(Commands { lose, regain }) as Arc<dyn Operator>),
            _ => None,
        };
        Ok(Settings {
            url: self.url.clone().context("--url is missing")?,
            expert: who(&self.expert, "expert")?,
            second_expert: who(&self.second_expert, "second-expert")?,
            customer: who(&self.customer, "customer")?,
            second_customer: who(&self.second_customer, "second-customer")?,
            operator,
            only: self.only.clone(),
        })
    }

    /// Whether all that was run passed.
    async fn run(self) -> anyhow::Result<bool> {
        let mut out = std::io::stdout().lock();
        if self.list {
            for check in checks() {
                writeln!(out, "{:<5} {}", check.number, check.sentence)?;
            }
            return Ok(true);
        }
        let suite = Suite::begin(self.settings()?).await?;
        let report = suite.run().await;
        if self.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
        } else {
            write!(out, "{report}")?;
        }
        Ok(report.conforms)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}
