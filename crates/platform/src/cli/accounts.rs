//! `account`, `category` and `limits`.

use super::{
    Place,
    administration::{Disable, Erase, Export, ListAccounts, OneAccount, ResetLink, SetRole},
    say,
};
use crate::flow::{Flow, NewAccount};
use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand, ValueEnum};
use proffer_domain::{CategoryId, Currency, Limits, Money, PriceLimit, Role};
use std::io::Read;

/// Accounts.
#[derive(Subcommand)]
pub enum AccountCommand {
    /// Make an account. Without --password-stdin a password is made and printed.
    Create(CreateAccount),
    /// Say anew which categories an account serves; without any, it serves none.
    Serve(ServeCategories),
    /// List accounts: role, whether they can sign in, address, name, id.
    List(ListAccounts),
    /// Give an account another role; it is signed out everywhere.
    Role(SetRole),
    /// Let nobody sign in by an account any more.
    Disable(Disable),
    /// Let an account sign in again.
    Enable(Disable),
    /// Print a link, good for an hour and once, by which a new password is chosen.
    ResetLink(ResetLink),
    /// Turn two-step sign-in off for somebody who lost the app and the recovery codes.
    DisableTotp(OneAccount),
    /// Write all that is kept about a person as JSON.
    Export(Export),
    /// Erase a person: names, addresses, texts and files go; money and decisions stay under an id.
    Erase(Erase),
}

/// Say anew which categories an account serves.
#[derive(Args)]
pub struct ServeCategories {
    #[command(flatten)]
    place: Place,
    /// Its address.
    #[arg(long, value_name = "E")]
    email: String,
    /// A category that it serves or looks after from now on; may be given several times.
    #[arg(long, value_name = "C")]
    category: Vec<String>,
}

/// What an account may do.
#[derive(Clone, Copy, ValueEnum)]
pub enum RoleName {
    /// Asks.
    Customer,
    /// Answers and offers.
    Expert,
    /// Looks after categories.
    Moderator,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Customer => Self::Customer,
            RoleName::Expert => Self::Expert,
            RoleName::Moderator => Self::Moderator,
        }
    }
}

/// Make an account.
#[derive(Args)]
pub struct CreateAccount {
    #[command(flatten)]
    place: Place,
    /// What the account may do.
    #[arg(long)]
    role: RoleName,
    /// Its address, by which it signs in.
    #[arg(long, value_name = "E")]
    email: String,
    /// The name that others see.
    #[arg(long, value_name = "N")]
    name: String,
    /// A category that an expert serves or a moderator looks after; may be given several times.
    #[arg(long, value_name = "C")]
    category: Vec<String>,
    /// Its time zone, such as Europe/London.
    #[arg(long, value_name = "TZ", default_value = "UTC")]
    time_zone: String,
    /// Read the password from standard input.
    #[arg(long)]
    password_stdin: bool,
}

impl AccountCommand {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create(create) => create.run().await,
            Self::Serve(serve) => serve.run().await,
            Self::List(list) => list.run().await,
            Self::Role(role) => role.run().await,
            Self::Disable(disable) => disable.run(true).await,
            Self::Enable(enable) => enable.run(false).await,
            Self::ResetLink(link) => link.run().await,
            Self::DisableTotp(account) => {
                let (flow, account) = account.find().await?;
                flow.remove_second_factor(&account).await?;
                say(format!("{} signs in by the password alone", account.email))
            }
            Self::Export(export) => export.run().await,
            Self::Erase(erase) => erase.run().await,
        }
    }
}

impl ServeCategories {
    async fn run(self) -> anyhow::Result<()> {
        let flow = self.place.open().await?.flow();
        let account = flow
            .account_by_email(&self.email)
            .await
            .with_context(|| format!("--email {}: there is no such account", self.email))?;
        if account.role == Role::Customer {
            bail!("--email {}: a customer serves no category", self.email);
        }
        let categories = categories_named(&flow, &self.category).await?;
        flow.set_account_categories(&account, &categories).await?;
        say(format!("{} serves {} categories", account.name, categories.len()))
    }
}

/// The categories of these names.
async fn categories_named(flow: &Flow, names: &[String]) -> anyhow::Result<Vec<CategoryId>> {
    let known = flow.categories().await?;
    let listed = || {
        let names: Vec<_> = known.iter().map(|category| category.name.as_str()).collect();
        names.join(", ")
    };
    names
        .iter()
        .map(|name| {
            let found = known
                .iter()
                .find(|category| category.name.eq_ignore_ascii_case(name.trim()));
            found.map(|category| category.id).ok_or_else(|| {
                anyhow!(
                    "--category {name}: there is no such category; there are: {}. Make it with `category create`",
                    listed()
                )
            })
        })
        .collect()
}

impl CreateAccount {
    async fn run(self) -> anyhow::Result<()> {
        let flow = self.place.open().await?.flow();
        let role = Role::from(self.role);
        if role == Role::Customer && !self.category.is_empty() {
            bail!("--category is for experts and moderators; a customer asks in any category");
        }
        let categories = categories_named(&flow, &self.category).await?;
        let (password, is_made) = if self.password_stdin {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .context("--password-stdin: cannot read standard input")?;
            (text.trim_end_matches(['\r', '\n']).to_owned(), false)
        } else {
            (flow.ports().new_token()[..20].to_owned(), true)
        };
        let account = NewAccount {
            role,
            email: self.email,
            name: self.name,
            password: password.clone(),
            time_zone: self.time_zone,
            categories,
        };
        let made = flow.create_account(account).await?;
        say(format!("made {} {} <{}>", role.as_str(), made.name, made.email))?;
        if is_made {
            say(format!("password: {password}"))?;
        }
        Ok(())
    }
}

/// Categories.
#[derive(Subcommand)]
pub enum CategoryCommand {
    /// Make a category; one of that name that is there already stays as it is.
    Create {
        #[command(flatten)]
        /// Where.
        place: Place,
        /// Its name.
        #[arg(long, value_name = "N")]
        name: String,
    },
    /// List the categories: id and name.
    List {
        #[command(flatten)]
        /// Where.
        place: Place,
    },
    /// Give a category another name.
    Rename {
        #[command(flatten)]
        /// Where.
        place: Place,
        /// Its present name.
        #[arg(long, value_name = "N")]
        name: String,
        /// Its new name.
        #[arg(long, value_name = "N")]
        to: String,
    },
}

impl CategoryCommand {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create { place, name } => {
                let id = place.open().await?.flow().create_category(&name).await?;
                say(format!("category {} has the id {id}", name.trim()))
            }
            Self::List { place } => {
                for category in place.open().await?.flow().categories().await? {
                    say(format!("{}\t{}", category.id, category.name))?;
                }
                Ok(())
            }
            Self::Rename { place, name, to } => {
                let flow = place.open().await?.flow();
                for id in categories_named(&flow, &[name]).await? {
                    flow.rename_category(id, &to).await?;
                }
                say(format!("the category is called {} now", to.trim()))
            }
        }
    }
}

/// Limits.
#[derive(Subcommand)]
pub enum LimitsCommand {
    /// Set what is given; the rest stays.
    Set(SetLimits),
    /// Show what is set.
    Show(Place),
}

/// Set limits.
#[derive(Args)]
pub struct SetLimits {
    #[command(flatten)]
    place: Place,
    /// The currency that --min and --max are for, such as GBP.
    #[arg(long, value_name = "CODE", requires = "min", requires = "max")]
    currency: Option<String>,
    /// The smallest price, such as 5.00.
    #[arg(long, value_name = "AMOUNT", requires = "currency")]
    min: Option<String>,
    /// The largest price, such as 2500.00.
    #[arg(long, value_name = "AMOUNT", requires = "currency")]
    max: Option<String>,
    /// The platform's share of a price, in percent with up to two decimals.
    #[arg(long, value_name = "PERCENT")]
    share: Option<String>,
    /// How long a lock lasts, in minutes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1440))]
    lock_minutes: Option<u32>,
    /// After how many days a delivered offer completes by itself.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=365))]
    completion_days: Option<u32>,
    /// After how many days an offer expires that its expert gave no expiry; 0 for never.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=3650))]
    expiry_days: Option<u32>,
}

impl LimitsCommand {
    /// Does it.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Set(set) => set.run().await,
            Self::Show(place) => say(words_of(&place.open().await?.flow().limits().await?)),
        }
    }
}

impl SetLimits {
    async fn run(self) -> anyhow::Result<()> {
        let flow = self.place.open().await?.flow();
        let mut limits = flow.limits().await?;
        if let (Some(code), Some(min), Some(max)) = (&self.currency, &self.min, &self.max) {
            let currency: Currency = code.parse().map_err(|error| anyhow!("--currency {code}: {error}"))?;
            let amount = |option: &str, text: &str| {
                Money::parse(text, currency).map_err(|error| anyhow!("--{option} {text}: {error}"))
            };
            let (min, max) = (amount("min", min)?, amount("max", max)?);
            if min.amount_minor < 1 || min.amount_minor > max.amount_minor {
                bail!("--min {min} must be more than nothing and not more than --max {max}");
            }
            let limit = PriceLimit {
                currency,
                min_minor: min.amount_minor,
                max_minor: max.amount_minor,
            };
            match limits.prices.iter_mut().find(|present| present.currency == currency) {
                Some(present) => *present = limit,
                None => limits.prices.push(limit),
            }
        }
        if let Some(percent) = &self.share {
            limits.platform_share_basis_points = basis_points(percent)?;
        }
        if let Some(minutes) = self.lock_minutes {
            limits.lock_seconds = minutes * 60;
            limits.lock_warning_seconds = limits.lock_warning_seconds.min(limits.lock_seconds / 2);
        }
        if let Some(days) = self.completion_days {
            limits.completion_days = days;
        }
        if let Some(days) = self.expiry_days {
            limits.expiry_days = (days > 0).then_some(days);
        }
        let words = words_of(&limits);
        flow.set_limits(limits).await?;
        say(words)
    }
}

/// Limits in words.
fn words_of(limits: &Limits) -> String {
    let prices: Vec<_> = limits
        .prices
        .iter()
        .map(|limit| format!("{} to {}", limit.min(), limit.max()))
        .collect();
    let expiry = limits.expiry_days.map_or_else(
        || "offers expire only when their experts say so".to_owned(),
        |days| format!("offers expire after {days} days unless their experts say when"),
    );
    format!(
        "prices {}; share {} basis points; locks {} minutes; completion after {} days; {expiry}",
        prices.join(", "),
        limits.platform_share_basis_points,
        limits.lock_seconds / 60,
        limits.completion_days
    )
}

/// Reads a percentage with up to two decimals as basis points.
fn basis_points(text: &str) -> anyhow::Result<u32> {
    let wrong = || anyhow!("--share {text}: write a percentage from 0 to 99.99, such as 20 or 12.5");
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = !whole.is_empty() && whole.chars().chain(fraction.chars()).all(|c| c.is_ascii_digit());
    if !is_number || whole.len() > 2 || fraction.len() > 2 {
        return Err(wrong());
    }
    format!("{whole}{fraction:0<2}").parse().map_err(|_| wrong())
}
