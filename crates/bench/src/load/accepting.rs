//! Acceptances a second, with every effect written and looked up afterwards: over SQLite, and by one, two and three
//! processes over one PostgreSQL.

use super::{
    connection::Connection,
    crowd::{self, Crowd, Size, customer_of, customer_token, offer_id},
    pgbench::{self, EXPERTS},
    postgres::Postgres,
};
use crate::{
    note,
    programs::{Program, built},
    report::{Row, median},
};
use anyhow::{Context, ensure};
use proffer_domain::OfferState;
use proffer_platform::Platform;
use proffer_protocol::{Document, Entity, StreamId};
use std::{collections::BTreeSet, ops::Range, path::Path, process::Command, time::Instant};
use tokio::task::JoinSet;

/// As many as the figures that are compared with were taken with.
pub(crate) const CLIENTS: usize = 32;
const ROUNDS: usize = 3;
/// Acceptances of a client in a round.
const EACH: usize = 75;
const WARM_UP_EACH: usize = 10;
/// Acceptances of a client on PostgreSQL, where each round has a database of its own.
const EACH_ON_POSTGRES: usize = 100;
/// PocketBase, updating one record with 32 clients on this kind of machine; it is in no registry, so that it cannot be
/// measured in the same run.
const POCKETBASE_PER_S: f64 = 3_300.0;
const TIMES_POCKETBASE: f64 = 3.0;
const OF_PGBENCH: f64 = 0.5;

/// How many offers the rounds over SQLite use up.
pub(crate) const USED: u32 = (CLIENTS * (WARM_UP_EACH + ROUNDS * EACH)) as u32;

/// What was measured over SQLite at one size.
pub(crate) struct OnSqlite {
    pub(crate) ours: Vec<f64>,
    pub(crate) bare: Vec<f64>,
}

/// Accepts over SQLite, and as many times asks the bare server for one durable commit.
pub(crate) async fn on_sqlite(data: &Path) -> anyhow::Result<OnSqlite> {
    let mut found = OnSqlite {
        ours: Vec::new(),
        bare: Vec::new(),
    };
    let (serving, url) = crate::programs::platform(data)?;
    let urls = [url];
    let begin = accept(&urls, 0, WARM_UP_EACH).await?.1;
    let mut used = begin;
    for _ in 0..ROUNDS {
        let (seconds, next) = accept(&urls, used, EACH).await?;
        found.ours.push(per_second(CLIENTS * EACH, seconds));
        used = next;
        found.bare.push(bare().await?);
    }
    drop(serving);
    check(data, None, 0..used).await?;
    Ok(found)
}

/// Lets all clients accept so many offers each, from one on: how long it took, and the first that is left.
async fn accept(urls: &[String], from: u32, each: usize) -> anyhow::Result<(f64, u32)> {
    let each_number = u32::try_from(each)?;
    let mut connections = Vec::new();
    for client in 0..CLIENTS {
        connections.push(Connection::to(&urls[client % urls.len()]).await?);
    }
    let mut clients = JoinSet::new();
    let started = Instant::now();
    let mut begin = from;
    for mut connection in connections {
        let offers = begin..begin + each_number;
        begin = offers.end;
        clients.spawn(async move {
            for offer in offers {
                let (path, token) = (
                    format!("/v1/offers/{}/accept", offer_id(offer)),
                    customer_token(customer_of(offer)),
                );
                let answer = connection.post(&path, &token, "{\"version\":1}").await?;
                let said = || {
                    String::from_utf8_lossy(&answer.body)
                        .chars()
                        .take(400)
                        .collect::<String>()
                };
                ensure!(answer.status == 200, "{path} gave {}: {}", answer.status, said());
            }
            Ok(())
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended??;
    }
    Ok((started.elapsed().as_secs_f64(), begin))
}

/// Requests a second of the bare server, which commits each by itself.
async fn bare() -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(built("proffer-bench")?);
    let (_server, url) = Program::start_for_line(command.arg("bare-server").arg(folder.path()))?;
    let mut clients = JoinSet::new();
    let started = Instant::now();
    for _ in 0..CLIENTS {
        let mut connection = Connection::to(&url).await?;
        clients.spawn(async move {
            for _ in 0..EACH {
                let answer = connection.post("/accept", "", "{\"version\":1}").await?;
                ensure!(answer.status == 200, "the bare server gave {}", answer.status);
            }
            Ok(())
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended??;
    }
    Ok(per_second(CLIENTS * EACH, started.elapsed().as_secs_f64()))
}

fn per_second(count: usize, seconds: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let count = count as f64;
    count / seconds
}

/// Every effect of every acceptance: the state, the event, the money, a change on both streams without gaps, two emails.
async fn check(data: &Path, database: Option<&str>, offers: Range<u32>) -> anyhow::Result<()> {
    let platform = Platform::open(crowd::config(data, database)).await?;
    let flow = platform.flow();
    let ledger = flow.check_ledger().await?;
    ensure!(ledger.faults.is_empty(), "the ledger is wrong: {:?}", ledger.faults);
    ensure!(
        ledger.payments == u64::from(offers.end - offers.start),
        "{} payments",
        ledger.payments
    );
    let mut tx = flow.store().read().await?;
    let mut streams = BTreeSet::new();
    for number in offers.clone() {
        let found = tx.document(Entity::Offer, offer_id(number).0).await?;
        let Some(Document::Offer(document)) = found else {
            anyhow::bail!("offer {number} is gone");
        };
        ensure!(
            document.offer.state == OfferState::Accepted && document.offer.events.len() == 2,
            "offer {number} is {:?} after {} events",
            document.offer.state,
            document.offer.events.len()
        );
        streams.insert(StreamId::Account(document.offer.customer_id));
        streams.insert(StreamId::Account(document.offer.expert_id));
    }
    for stream in streams {
        let numbers = tx.stream_numbers(stream).await?;
        ensure!(
            numbers.iter().zip(1..).all(|(number, expected)| *number == expected),
            "{stream} has gaps"
        );
        let last = numbers.last().copied().unwrap_or(0);
        ensure!(tx.stream_head(stream).await? == last, "{stream} stands elsewhere");
        let text = tx.changes(stream, last.saturating_sub(1), 1).await?.text;
        ensure!(text.contains("\"accepted\""), "{stream} does not tell of an acceptance");
    }
    let wanted = (offers.end - offers.start) as usize;
    for (kind, of_whom) in [("offer_receipt", "customers"), ("offer_accepted", "experts")] {
        let sent = tx.emails_of_kind(kind).await?;
        ensure!(
            sent.len() == wanted,
            "{} of {wanted} {of_whom} have an email",
            sent.len()
        );
    }
    drop(tx);
    flow.store().close().await;
    Ok(())
}

/// The row of the largest size.
pub(crate) fn sqlite_row(found: &OnSqlite, offers: u32) -> Row {
    let (ours, bare) = (median(&found.ours), median(&found.bare));
    let ratio = ours / POCKETBASE_PER_S;
    Row {
        name: "accepts_per_s_sqlite".to_owned(),
        unit: "accepts/s".to_owned(),
        ours,
        limit: Some(bare),
        peer: Some(POCKETBASE_PER_S),
        ratio: Some(ratio),
        target: format!("≥ {TIMES_POCKETBASE} × peer"),
        met: Some(ratio >= TIMES_POCKETBASE),
        samples: found.ours.len() * CLIENTS * EACH,
        note: format!(
            "{CLIENTS} clients over HTTP, each acceptance with its state, event, payment, audit, changes on two streams, \
             two emails and kept response, looked up afterwards, with {offers} offers stored; limit: a request with one \
             durable commit of one row in a bare server, one after another; peer: PocketBase updating one record with as many \
             clients, which is in no package registry: its figure is one of another day, 3,300/s on two cores"
        ),
    }
}

/// Acceptances by one, two and three processes over one PostgreSQL, in turns with pgbench.
pub(crate) async fn on_postgres() -> anyhow::Result<Vec<Row>> {
    let postgres = Postgres::start().await?;
    let folder = tempfile::tempdir()?;
    let offers = u32::try_from(CLIENTS * EACH_ON_POSTGRES)?;
    note(&format!("accepts on PostgreSQL: filling {offers} offers…"));
    postgres.tell("CREATE DATABASE crowd".to_owned()).await?;
    let size = Size {
        experts: EXPERTS,
        offers,
    };
    let url = postgres.url("crowd");
    Crowd::settle(crowd::config(&folder.path().join("crowd"), Some(&url)), size)
        .await?
        .leave()
        .await;
    fresh(&postgres, "recorded").await?;
    let data = folder.path().join("recorded");
    let script = pgbench::record(&postgres, &data, "recorded", offers / 2).await?;
    let mut bare = Vec::new();
    let mut ours: [Vec<f64>; 3] = Default::default();
    for round in 0..ROUNDS {
        note(&format!("accepts on PostgreSQL: round {} of {ROUNDS}…", round + 1));
        fresh(&postgres, "bare").await?;
        bare.push(pgbench::run(&postgres, &script, "bare", CLIENTS, EACH_ON_POSTGRES)?);
        let accepted = "SELECT count(*) FROM payment WHERE is_accepted = 1";
        let done = postgres.number("bare", accepted).await?;
        ensure!(done == i64::from(offers), "pgbench accepted {done} of {offers} offers");
        for (instances, rates) in ours.iter_mut().enumerate() {
            fresh(&postgres, "served").await?;
            rates.push(served(&postgres, folder.path(), instances + 1, offers).await?);
        }
    }
    let bare_at = median(&bare);
    let names = [
        "accepts_per_s_postgres",
        "accepts_per_s_2_instances",
        "accepts_per_s_3_instances",
    ];
    let rows = names.iter().zip(&ours).zip(1..).map(|((name, rates), instances)| {
        let ours_at = median(rates);
        let ratio = ours_at / bare_at;
        Row {
            name: (*name).to_owned(),
            unit: "accepts/s".to_owned(),
            ours: ours_at,
            limit: Some(bare_at),
            peer: None,
            ratio: Some(ratio),
            target: format!("≥ {OF_PGBENCH} × limit"),
            met: Some(ratio >= OF_PGBENCH),
            samples: rates.len() * CLIENTS * EACH_ON_POSTGRES,
            note: format!(
                "{CLIENTS} clients over HTTP to {instances} process(es) over one PostgreSQL with durable commits, each \
                 acceptance whole and looked up afterwards, background work going on; limit: the {} statements of such a \
                 transaction, taken from PostgreSQL's own log of one, run by pgbench, prepared, with as many clients; \
                 all on the same two cores",
                script.statements
            ),
        }
    });
    Ok(rows.collect())
}

/// A copy of the crowd's database under this name.
async fn fresh(postgres: &Postgres, name: &str) -> anyhow::Result<()> {
    postgres
        .tell(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        .await?;
    postgres.tell(format!("CREATE DATABASE {name} TEMPLATE crowd")).await
}

/// Acceptances a second by so many instances.
async fn served(postgres: &Postgres, folder: &Path, instances: usize, offers: u32) -> anyhow::Result<f64> {
    let url = postgres.url("served");
    let mut running = Vec::new();
    let mut urls = Vec::new();
    for instance in 0..instances {
        let data = folder.join(format!("instance-{instance}"));
        let mut command = Command::new(built("proffer-platform")?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--database", &url, "--data"]);
        let (program, line) = Program::start_for_line(command.arg(&data))?;
        let address = line
            .strip_prefix("listening on ")
            .context("an instance did not start")?;
        urls.push(address.to_owned());
        running.push(program);
    }
    let (seconds, accepted) = accept(&urls, 0, EACH_ON_POSTGRES).await?;
    drop(running);
    ensure!(accepted == offers, "{accepted} of {offers} offers");
    check(&folder.join("instance-0"), Some(&url), 0..offers).await?;
    Ok(per_second(offers as usize, seconds))
}
