//! `insights_*`

use super::{Answer, offer::net};
use crate::{
    api::insights::{InsightsExported, InsightsKind, InsightsNamed, InsightsShow, InsightsView},
    cache::insights::OfferFacts,
    desk::Desk,
    error::Result,
    insights::{self, Fared, csv::record},
    session::Account,
};
use jiff::tz::TimeZone;
use proffer_domain::{CategoryId, OfferId, Timestamp};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};
use tokio::io::AsyncWriteExt;

const COLUMNS: [&str; 17] = [
    "offer",
    "question",
    "customer",
    "title",
    "kind",
    "template",
    "category",
    "state",
    "versions",
    "price",
    "net",
    "currency",
    "sent_at",
    "viewed_at",
    "accepted_at",
    "completed_at",
    "seconds_to_accept",
];

/// The expert's offers with the names of what they belong to.
struct Offers {
    facts: Vec<OfferFacts>,
    fared: Vec<Fared>,
}

impl Desk {
    pub(crate) async fn insights_show(&self, request: InsightsShow) -> Answer<InsightsView> {
        let account = self.account()?;
        let zone = TimeZone::system();
        let now = self.now();
        let begin = insights::begins(request.period, now, &zone);
        let offers = self.offers_that_fared(&account).await?.fared;
        let earnings = insights::earnings(&offers, begin, now, &zone, self.spoken(), |price| net(price, &account));
        let has_offers = !offers.is_empty();
        let offers: Vec<Fared> = offers
            .into_iter()
            .filter(|offer| insights::is_within(offer.sent_at, begin))
            .collect();
        let named = |groups: Vec<(Option<String>, _)>| {
            groups
                .into_iter()
                .map(|(name, counts)| InsightsNamed { name, counts })
                .collect()
        };
        Ok(InsightsView {
            period: request.period,
            has_offers,
            counts: insights::count(&offers),
            accept_median_seconds: insights::accept_seconds(&offers, 50),
            accept_p90_seconds: insights::accept_seconds(&offers, 90),
            kinds: insights::group(&offers, |offer| offer.kind.as_str())
                .into_iter()
                .filter_map(|(name, counts)| {
                    let kind = proffer_domain::ServiceKind::ALL
                        .into_iter()
                        .find(|kind| kind.as_str() == name)?;
                    Some(InsightsKind { kind, counts })
                })
                .collect(),
            templates: named(insights::group(&offers, |offer| offer.template.clone())),
            categories: named(insights::group(&offers, |offer| offer.category.clone())),
            prices: insights::prices(&offers, self.spoken()),
            earnings,
        })
    }

    pub(crate) async fn insights_export(&self, request: InsightsShow) -> Answer<InsightsExported> {
        let account = self.account()?;
        let zone = TimeZone::system();
        let now = self.now();
        let begin = insights::begins(request.period, now, &zone);
        let offers = self.offers_that_fared(&account).await?;
        let mut text = record(COLUMNS);
        let mut offer_count = 0;
        for (facts, fared) in offers.facts.iter().zip(&offers.fared) {
            if insights::is_within(fared.sent_at, begin) {
                text.push_str(&row(facts, fared, &account));
                offer_count += 1;
            }
        }
        let name = format!("Proffer offers {}", now.to_zoned(zone).strftime("%Y-%m-%d"));
        let path = save_new(&self.inner.config.downloads_dir, &name, "csv", text.as_bytes()).await?;
        Ok(InsightsExported {
            path: path.display().to_string(),
            offer_count,
        })
    }

    async fn offers_that_fared(&self, account: &Account) -> Answer<Offers> {
        let facts = self.inner.cache.offer_facts(account.id).await?;
        let categories = self.inner.cache.category_names().await?;
        let templates = self.inner.journal.templates_of_offers(account.id).await?;
        let fared = facts
            .iter()
            .map(|facts| fared(facts, &categories, &templates, account))
            .collect();
        Ok(Offers { facts, fared })
    }
}

fn fared(
    facts: &OfferFacts,
    categories: &HashMap<CategoryId, String>,
    templates: &HashMap<OfferId, String>,
    account: &Account,
) -> Fared {
    let local = |at: Timestamp| account.local_time(at);
    Fared {
        kind: facts.kind(),
        category: categories.get(&facts.category()).cloned(),
        template: templates.get(&facts.id()).cloned(),
        state: facts.state(),
        price: facts.price(),
        sent_at: local(facts.sent_at()),
        viewed_at: facts.viewed_at().map(local),
        accepted_at: facts.accepted_at().map(local),
        completed_at: facts.completed_at().map(local),
    }
}

fn row(facts: &OfferFacts, fared: &Fared, account: &Account) -> String {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let seconds = fared
        .accepted_at
        .map(|at| at.duration_since(fared.sent_at).as_secs().max(0).to_string());
    record([
        format!("R-{}", facts.number).as_str(),
        format!("Q-{}", facts.question_number).as_str(),
        facts.customer.name.as_str(),
        facts.title(),
        fared.kind.label(),
        fared.template.as_deref().unwrap_or_default(),
        fared.category.as_deref().unwrap_or_default(),
        fared.state.as_str(),
        facts.version().to_string().as_str(),
        fared.price.plain().as_str(),
        net(fared.price, account).plain().as_str(),
        fared.price.currency.code(),
        fared.sent_at.to_string().as_str(),
        time(fared.viewed_at).as_str(),
        time(fared.accepted_at).as_str(),
        time(fared.completed_at).as_str(),
        seconds.unwrap_or_default().as_str(),
    ])
}

/// Writes a file under a name that is free in the folder; nothing is left of one that could not be written whole.
async fn save_new(folder: &Path, name: &str, ending: &str, bytes: &[u8]) -> Result<PathBuf> {
    tokio::fs::create_dir_all(folder).await?;
    let mut path = folder.join(format!("{name}.{ending}"));
    for number in 2.. {
        match tokio::fs::File::create_new(&path).await {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                path = folder.join(format!("{name} ({number}).{ending}"));
            }
            Err(error) => return Err(error.into()),
            Ok(mut file) => {
                let written = async {
                    file.write_all(bytes).await?;
                    file.sync_all().await
                };
                if let Err(error) = written.await {
                    drop(file);
                    let _ = tokio::fs::remove_file(&path).await;
                    return Err(error.into());
                }
                break;
            }
        }
    }
    Ok(path)
}
