//! The suite passes the platform as it is, and of a platform with one thing broken fails just the check that is meant.

use crate::{
    breaks::{Break, Memory, broken},
    world::Served,
};
use axum::{Router, middleware};
use futures_util::{StreamExt, stream};
use proffer_conformance::{Report, Suite};
use std::sync::Arc;

/// The checks whose servers are tried in an ordinary run, ten of nearly all groups; `PROFFER_BROKEN=all` tries all.
const EVERY_TIME: [&str; 10] = ["1.2", "2.6", "4.2", "4.3", "5.3", "6.15", "7.6", "7.11", "8.3", "10.1"];

/// Servers that are checked at once.
const AT_ONCE: usize = 6;

/// What is broken, and the check that finds it.
const BROKEN: [(Break, &str); 26] = [
    (Break::HealthNeedsSession, "1.1"),
    (Break::RouteNotPublished, "1.2"),
    (Break::VersionNotNamed, "1.3"),
    (Break::OtherVersionsTaken, "1.4"),
    (Break::TimesInAnotherZone, "1.5"),
    (Break::UnknownAddressToldApart, "2.2"),
    (Break::EndedSessionGoesOn, "2.6"),
    (Break::EndedSessionHearsOn, "2.7"),
    (Break::ProblemsAsPlainJson, "3.1"),
    (Break::RepeatedCommandDoneAgain, "4.2"),
    (Break::RefusalsForgotten, "4.3"),
    (Break::KeyTakenForAnotherRequest, "4.4"),
    (Break::TwoHoldersOfALock, "5.3"),
    (Break::OfferBeforeAnswer, "6.11"),
    (Break::StaleVersionAccepted, "6.15"),
    (Break::ConflictWithoutState, "6.17"),
    (Break::LimitIgnored, "7.2"),
    (Break::MadeUpCursorTaken, "7.3"),
    (Break::ChangesNotFolded, "7.6"),
    (Break::NothingEverLeaves, "7.11"),
    (Break::EventsFromTheBeginning, "8.3"),
    (Break::NoHeartbeats, "8.6"),
    (Break::SniffingAllowed, "9.3"),
    (Break::FilesOpenedInPlace, "9.4"),
    (Break::ProgramsTaken, "9.5"),
    (Break::ReadingAccepts, "10.1"),
];

async fn check(served: &Served) -> anyhow::Result<Report> {
    Ok(Suite::begin(served.settings()).await?.run().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platform_as_it_is_passes_every_check() -> anyhow::Result<()> {
    let served = Served::begin(|router| router).await?;
    let report = check(&served).await?;
    assert_eq!((report.failed, report.not_run), (0, 0), "{report}");
    assert!(report.conforms && report.passed >= 70, "{report}");
    Ok(())
}

async fn find(what: Break) -> anyhow::Result<Report> {
    let layer = middleware::from_fn_with_state((what, Arc::<Memory>::default()), broken);
    // Around the router as a whole: a layer of its own comes only after a route has been found.
    let around = |router| Router::new().fallback_service(router).layer(layer);
    let served = Served::begin(around).await?;
    check(&served).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_broken_server_fails_just_the_check_that_is_meant() -> anyhow::Result<()> {
    let is_long = std::env::var_os("PROFFER_BROKEN").is_some();
    let tried = BROKEN
        .into_iter()
        .filter(|(_, number)| is_long || EVERY_TIME.contains(number));
    let found = stream::iter(tried)
        .map(|(what, number)| async move { (what, number, find(what).await) })
        .buffer_unordered(AT_ONCE);
    let wrong: Vec<String> = found
        .filter_map(|(what, number, report)| async move {
            match report {
                Ok(report) if report.failures() == [number] && !report.conforms => None,
                Ok(report) => Some(format!("{what:?} must fail {number}:\n{report}")),
                Err(error) => Some(format!("{what:?}: {error}")),
            }
        })
        .collect()
        .await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
