//! What an operator does to accounts that exist, and the audit trail.

use super::{Place, say};
use crate::{Platform, flow::Flow, store::AccountRow};
use anyhow::{Context, bail};
use clap::Args;
use jiff::Timestamp;
use proffer_domain::Role;
use serde_json::json;
use std::path::PathBuf;
use uuid::Uuid;

/// One account, by its address.
#[derive(Args)]
pub struct OneAccount {
    #[command(flatten)]
    place: Place,
    /// Its address.
    #[arg(long, value_name = "E")]
    email: String,
}

impl OneAccount {
    pub(super) async fn find(&self) -> anyhow::Result<(Flow, AccountRow)> {
        let flow = self.place.open().await?.flow();
        let account = named(&flow, &self.email).await?;
        Ok((flow, account))
    }
}

async fn named(flow: &Flow, email: &str) -> anyhow::Result<AccountRow> {
    let found = flow.account_by_email(email).await;
    found.with_context(|| format!("{email}: there is no such account"))
}

/// List accounts.
#[derive(Args)]
pub struct ListAccounts {
    #[command(flatten)]
    place: Place,
    /// Only those of this role.
    #[arg(long, value_enum)]
    role: Option<super::accounts::RoleName>,
}

impl ListAccounts {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let flow = self.place.open().await?.flow();
        for account in flow.accounts(self.role.map(Role::from)).await? {
            let state = if account.disabled_at.is_some() {
                "disabled"
            } else {
                "active"
            };
            let role = account.role.as_str();
            say(format!(
                "{role}\t{state}\t{}\t{}\t{}",
                account.email, account.name, account.id
            ))?;
        }
        Ok(())
    }
}

/// Give an account another role.
#[derive(Args)]
pub struct SetRole {
    #[command(flatten)]
    account: OneAccount,
    /// What it may do from now on.
    #[arg(long, value_enum)]
    role: super::accounts::RoleName,
}

impl SetRole {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (flow, account) = self.account.find().await?;
        let role = Role::from(self.role);
        flow.set_role(&account, role).await?;
        say(format!(
            "{} is {} now and signed out everywhere",
            account.email,
            role.as_str()
        ))
    }
}

/// Let nobody sign in by an account any more.
#[derive(Args)]
pub struct Disable {
    #[command(flatten)]
    account: OneAccount,
    /// Why, for the audit trail.
    #[arg(long, value_name = "WHY")]
    reason: Option<String>,
}

impl Disable {
    pub(super) async fn run(self, is_disabled: bool) -> anyhow::Result<()> {
        let (flow, account) = self.account.find().await?;
        flow.set_disabled(&account, is_disabled, self.reason.as_deref()).await?;
        let words = if is_disabled {
            "disabled and signed out everywhere"
        } else {
            "enabled"
        };
        say(format!("{} is {words}", account.email))
    }
}

/// Print a link that resets a password.
#[derive(Args)]
pub struct ResetLink {
    #[command(flatten)]
    account: OneAccount,
    /// The address customers reach the platform by, as for `serve`.
    #[arg(long, value_name = "URL")]
    public_url: String,
}

impl ResetLink {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let mut config = self.account.place.config();
        config.public_url = Some(super::serve::public_url(&self.public_url)?);
        let flow = Platform::open(config).await?.flow();
        let account = named(&flow, &self.account.email).await?;
        say(flow.make_password_reset(&account).await?)
    }
}

/// Write all that is kept about a person as JSON.
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    account: OneAccount,
    /// Into this file; to standard output without one.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let (flow, account) = self.account.find().await?;
        let text = serde_json::to_string_pretty(&flow.export_person(&account).await?)?;
        match self.out {
            Some(file) => std::fs::write(&file, text).with_context(|| format!("--out {}", file.display())),
            None => say(text),
        }
    }
}

/// Erase a person.
#[derive(Args)]
pub struct Erase {
    #[command(flatten)]
    account: OneAccount,
    /// Say that it shall be done: it cannot be undone.
    #[arg(long)]
    yes: bool,
}

impl Erase {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        if !self.yes {
            bail!("this cannot be undone; give --yes to do it");
        }
        let (flow, account) = self.account.find().await?;
        flow.erase_person(&account).await?;
        say(format!("erased {}", account.id))
    }
}

/// Show who decided what.
#[derive(Args)]
pub struct Audit {
    #[command(flatten)]
    place: Place,
    /// About the thing with this id: a question, an offer, an account.
    #[arg(long, value_name = "ID")]
    object: Option<Uuid>,
    /// By the account with this address.
    #[arg(long, value_name = "E")]
    actor: Option<String>,
    /// From this moment on, such as 2026-11-01T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// At most so many, the newest.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
    /// One JSON object a line instead of words.
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let flow = self.place.open().await?.flow();
        let actor = match &self.actor {
            Some(email) => Some(named(&flow, email).await?.id),
            None => None,
        };
        for row in flow.audit(self.object, actor, self.since, self.limit).await? {
            if self.json {
                say(json!({
                    "at": row.at, "actor": row.actor, "actor_id": row.actor_id, "action": row.action,
                    "entity": row.entity, "object_id": row.object_id, "reason": row.reason,
                }))?;
                continue;
            }
            let who = row.actor_name.map_or_else(String::new, |name| format!(" {name}"));
            let why = row.reason.map_or_else(String::new, |reason| format!("\t{reason}"));
            let (at, actor, action) = (row.at, row.actor, row.action);
            say(format!(
                "{at}\t{actor}{who}\t{action}\t{} {}{why}",
                row.entity, row.object_id
            ))?;
        }
        Ok(())
    }
}
