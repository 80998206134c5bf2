//! The platform against its own OpenAPI document, by an independent judge: schemathesis (PyPI) makes requests that the
//! document allows and requests that it forbids, in each role, and checks every answer by all its checks.
//!
//! `PROFFER_FUZZ_EXAMPLES=500` makes it so many requests for each route instead of a few, and runs it on PostgreSQL as
//! well; docs/reliability.md has what came of it.

use crate::{
    databases::Home,
    http::Served,
    world::{PASSWORD, World},
};
use anyhow::{Context, ensure};
use proffer_platform::store::AccountRow;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tokio::process::Command;

/// Requests for each route in an ordinary run, besides those for each form that a value can have.
const EXAMPLES: u32 = 4;

/// What all roles are judged by.
///
/// Beside what schemathesis expects itself, data that the document allows can be refused for what no schema can say, such
/// as a time that has passed or a file that was sent before (422), for its size (413), for what has to be paid first
/// (402), or for being one try too many (429). It is never unreadable (400): that is what is checked.
const CONFIG: &str = r#"
# Events never end; the first of them is judged, or that none comes.
max-stream-events = 1
request-timeout = 5.0

[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 402, 403, 404, 409, 413, 422, 429]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 413, 422, 426]

[checks.missing_required_header]
expected-statuses = [400, 401, 403]
"#;

/// How many requests for each route, and whether it is a long run.
fn examples() -> anyhow::Result<(u32, bool)> {
    match std::env::var("PROFFER_FUZZ_EXAMPLES") {
        Ok(number) => Ok((number.parse().context("PROFFER_FUZZ_EXAMPLES is no number")?, true)),
        Err(_) => Ok((EXAMPLES, false)),
    }
}

/// Things that are there to be asked for.
async fn things(served: &Served) -> anyhow::Result<Value> {
    let world = &served.world;
    let (mut questions, mut offers) = (vec![], vec![]);
    for _ in 0..3 {
        questions.push(world.asked().await?);
        questions.push(world.locked().await?);
        let offer = world.offered().await?;
        questions.push(world.offer(offer).await?.question_id);
        offers.push(offer);
    }
    let accept = proffer_protocol::AcceptOfferRequest {
        version: 1,
        call_slot: None,
    };
    let accepted = proffer_platform::flow::Command::AcceptOffer(offers[0], accept);
    world.run(&world.helen, accepted).await?;
    let helen = served.sign_in(&world.helen).await?;
    let stored: Value = helen.upload("plan.pdf", "%PDF-1.7 x").await?.json().await?;
    Ok(json!({
        "questions": questions, "offers": offers, "attachments": [stored["id"]], "categories": [world.category],
    }))
}

fn program() -> anyhow::Result<PathBuf> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python/schemathesis/bin/schemathesis");
    ensure!(
        program.exists(),
        "{} is not there; install it with `npm run setup -- --for-tests`",
        program.display()
    );
    Ok(program)
}

/// Has the platform judged in a role.
async fn judge(home: Home, who: impl FnOnce(&World) -> Option<AccountRow>) -> anyhow::Result<()> {
    let (examples, _) = examples()?;
    let mut world = World::begin(home).await?;
    // Where sessions are made by the dozen, they come from an address of their own.
    world.trusted_proxies = vec!["127.0.0.0/8".parse()?];
    let served = Served::of(world).await?;
    let things = things(&served).await?;
    let folder = tempfile::tempdir()?;
    let config = folder.path().join("schemathesis.toml");
    let mut judge = Command::new(program()?);
    let who = who(&served.world);
    let mut used = None;
    if let Some(account) = &who {
        let token = served.sign_in(account).await?.token.context("no token")?;
        judge.env("PROFFER_TOKEN", &token);
        used = Some(token);
        judge
            .env("PROFFER_EMAIL", &account.email)
            .env("PROFFER_PASSWORD", PASSWORD);
    } else {
        judge.env_remove("PROFFER_TOKEN");
    }
    std::fs::write(&config, CONFIG)?;
    judge
        .current_dir(folder.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PROFFER_URL", &served.url)
        .env("PROFFER_THINGS", things.to_string())
        .env(
            "SCHEMATHESIS_HOOKS",
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shared/schemathesis_hooks.py"),
        )
        .arg("--config-file")
        .arg(&config)
        .args([
            "run",
            &format!("{}/openapi.json", served.url),
            "--checks",
            "all",
            "--seed",
            "1",
        ])
        .args([
            "--max-examples",
            &examples.to_string(),
            "--continue-on-failure",
            "--no-color",
        ])
        .kill_on_drop(true);
    let output = judge.output().await?;
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    eprintln!("{said}");
    ensure!(output.status.success(), "{said}{complaint}");
    if let Some(token) = used {
        let account = served.world.flow.account_of_token(&token).await?;
        ensure!(
            account.is_some(),
            "its session ended, so that the rest was refused and judged nothing"
        );
    }
    Ok(())
}

macro_rules! roles {
    ($($name:ident: $who:expr;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() -> anyhow::Result<()> {
            judge(Home::on_sqlite()?, $who).await?;
            let (_, is_long) = examples()?;
            if is_long {
                judge(Home::on_postgres().await?, $who).await?;
            }
            Ok(())
        }
    )+};
}

roles! {
    to_nobody_the_platform_answers_as_its_document_says: |_| None;
    to_a_customer_the_platform_answers_as_its_document_says: |world| Some(world.helen.clone());
    to_an_expert_the_platform_answers_as_its_document_says: |world| Some(world.daniel.clone());
    to_a_moderator_the_platform_answers_as_its_document_says: |world| Some(world.moderator.clone());
}
