//! The ledger, for the operator.

use super::{Place, say};
use anyhow::bail;
use clap::{Args, Subcommand};
use proffer_domain::{LedgerAccount, Money, OfferId, Role};

/// What is owed, held and earned.
#[derive(Subcommand)]
pub enum LedgerCommand {
    /// Show every account's balance: account, amount, and whether it is owed to the platform (debit) or by it (credit).
    Balance(Balance),
    /// Show the newest lines of an account, newest first: time, offer, step, from, to, amount.
    Statement(Statement),
    /// Check that the ledger balances, and that every offer's money stands where its state calls for.
    Check(Check),
    /// Ask the payment processor again for what needed the operator, once its cause is gone.
    Retry(Retry),
}

impl LedgerCommand {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Balance(command) => command.run().await,
            Self::Statement(command) => command.run().await,
            Self::Check(command) => command.run().await,
            Self::Retry(command) => command.run().await,
        }
    }
}

/// Show every account's balance.
#[derive(Args)]
pub struct Balance {
    #[command(flatten)]
    place: Place,
}

impl Balance {
    async fn run(self) -> anyhow::Result<()> {
        let flow = self.place.open().await?.flow();
        for line in flow.ledger_balances().await? {
            say(format!("{}\t{}", line.account, sided(line.balance)))?;
        }
        for payments in flow.payment_counts().await? {
            let state = payments.state.as_str();
            say(format!(
                "payments\t{state}\t{}\twaiting {}",
                payments.count, payments.waiting
            ))?;
        }
        Ok(())
    }
}

/// An amount with its side.
fn sided(balance: Money) -> String {
    let side = if balance.amount_minor < 0 { "credit" } else { "debit" };
    let amount = Money::new(balance.amount_minor.saturating_abs(), balance.currency);
    format!("{} {}\t{side}", amount.currency, amount.plain())
}

/// Show the newest lines of an account.
#[derive(Args)]
pub struct Statement {
    #[command(flatten)]
    place: Place,
    /// Which: customer/ID, held/ID, expert/ID, platform or processor.
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "email")]
    account: Option<LedgerAccount>,
    /// The account of this person: what a customer owes, or what an expert has earned.
    #[arg(long, value_name = "E")]
    email: Option<String>,
    /// How many lines at most.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
}

impl Statement {
    async fn run(self) -> anyhow::Result<()> {
        let flow = self.place.open().await?.flow();
        let account = match (self.account, self.email) {
            (Some(account), _) => account,
            (None, Some(email)) => {
                let person = flow.account_by_email(&email).await?;
                match person.role {
                    Role::Customer => LedgerAccount::Customer(person.id),
                    Role::Expert => LedgerAccount::Expert(person.id),
                    Role::Moderator => bail!("{email} is a moderator, who neither pays nor earns"),
                }
            }
            (None, None) => bail!("say which account with --account or --email"),
        };
        for line in flow.ledger_statement(account, self.limit).await? {
            let transfer = line.transfer;
            say(format!(
                "{}\t{} version {}\t{}\t{} → {}\t{} {}",
                line.at,
                line.offer_id,
                line.version,
                line.step.as_str(),
                transfer.debit,
                transfer.credit,
                transfer.amount.currency,
                transfer.amount.plain(),
            ))?;
        }
        Ok(())
    }
}

/// Check the ledger.
#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    place: Place,
}

impl Check {
    async fn run(self) -> anyhow::Result<()> {
        let check = self.place.open().await?.flow().check_ledger().await?;
        if check.faults.is_empty() {
            return say(format!("the ledger balances; {} payments checked", check.payments));
        }
        for fault in &check.faults {
            say(fault)?;
        }
        bail!("the ledger has {} faults", check.faults.len())
    }
}

/// Ask the payment processor again.
#[derive(Args)]
pub struct Retry {
    #[command(flatten)]
    place: Place,
    /// The offer, as `ledger check` names it.
    #[arg(long, value_name = "ID")]
    offer: OfferId,
    /// Its version.
    #[arg(long, value_name = "N")]
    version: u32,
}

impl Retry {
    async fn run(self) -> anyhow::Result<()> {
        let flow = self.place.open().await?.flow();
        if !flow.retry_payment(self.offer, self.version).await? {
            bail!("nothing is wanted of the payment processor for this offer and version");
        }
        say("the server asks again within a moment")
    }
}
