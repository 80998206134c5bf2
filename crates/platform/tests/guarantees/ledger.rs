//! Money on account: written with what moves it or not at all, never changed, and always in balance.

use crate::{
    databases::Home,
    on_both_databases,
    world::{World, new_id, refused, terms},
};
use proffer_domain::{LedgerAccount, Limits, Money, OfferId, PaymentMethod, offer::PaymentState};
use proffer_platform::{flow::Command, payment::StepKey};
use proffer_protocol::{
    AcceptOfferRequest, CancelOfferRequest, DeclineOfferRequest, DeliverOfferRequest, HoldOfferRequest,
    ReviseOfferRequest,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use sqlx::Connection;

on_both_databases![
    an_acceptance_sets_the_price_aside_and_a_completion_divides_it,
    a_cancellation_gives_back_all_that_was_set_aside,
    what_does_not_happen_moves_no_money,
    the_share_is_that_of_the_moment_of_acceptance,
    any_history_of_orders_leaves_a_ledger_that_balances,
    the_database_refuses_to_change_a_line_and_takes_none_of_zero,
    the_check_finds_what_was_tampered_with,
    a_database_from_before_the_ledger_begins_with_what_is_under_way,
];

fn accept(version: u32) -> AcceptOfferRequest {
    AcceptOfferRequest {
        version,
        call_slot: None,
    }
}

fn deliver() -> DeliverOfferRequest {
    DeliverOfferRequest {
        message: "Here it is.".to_owned(),
        is_call_outcome: false,
        attachments: vec![],
    }
}

fn cancel() -> CancelOfferRequest {
    CancelOfferRequest {
        reason: "Both asked for it".to_owned(),
    }
}

/// The balances, as lines for people.
async fn balances(world: &World) -> anyhow::Result<Vec<String>> {
    let names = [
        (LedgerAccount::Customer(world.helen.id), "Helen owes"),
        (LedgerAccount::Held(world.helen.id), "held for Helen"),
        (LedgerAccount::Expert(world.daniel.id), "Daniel has earned"),
        (LedgerAccount::Platform, "the platform has earned"),
    ];
    let mut lines = Vec::new();
    let balances = world.flow.ledger_balances().await?;
    for (account, words) in names {
        for line in balances.iter().filter(|line| line.account == account) {
            let minor = if account.is_credit() {
                -line.balance.amount_minor
            } else {
                line.balance.amount_minor
            };
            lines.push(format!("{words} {}", Money::new(minor, line.balance.currency)));
        }
    }
    assert_eq!(lines.len(), balances.len(), "{balances:?}");
    Ok(lines)
}

async fn assert_sound(world: &World) -> anyhow::Result<()> {
    let check = world.flow.check_ledger().await?;
    assert!(check.faults.is_empty(), "{:#?}", check.faults);
    Ok(())
}

async fn an_acceptance_sets_the_price_aside_and_a_completion_divides_it(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    assert!(balances(&world).await?.is_empty(), "an offer costs nothing");
    world.run(&world.helen, Command::AcceptOffer(offer, accept(1))).await?;
    assert_eq!(balances(&world).await?, ["Helen owes £45.00", "held for Helen £45.00"]);
    assert_sound(&world).await?;
    world.run(&world.daniel, Command::StartOffer(offer)).await?;
    world
        .run(&world.daniel, Command::DeliverOffer(offer, deliver()))
        .await?;
    world.run(&world.helen, Command::CompleteOffer(offer)).await?;
    assert_eq!(
        balances(&world).await?,
        [
            "Helen owes £45.00",
            "held for Helen £0.00",
            "Daniel has earned £36.00",
            "the platform has earned £9.00"
        ]
    );
    let lines = world
        .flow
        .ledger_statement(LedgerAccount::Expert(world.daniel.id), 10)
        .await?;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!(
        (lines[0].offer_id, lines[0].transfer.amount.amount_minor),
        (offer, 3_600)
    );
    let payment = world.flow.payment_of(offer, 1).await?.unwrap();
    assert_eq!(
        (payment.state, payment.terms.method),
        (PaymentState::Captured, PaymentMethod::OnAccount)
    );
    let key = StepKey::of(&payment, proffer_domain::offer::PaymentStep::Capture);
    assert_eq!(key.to_string(), format!("proffer/{offer}/1/1/capture"));
    assert_sound(&world).await
}

async fn a_cancellation_gives_back_all_that_was_set_aside(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    for who in [&world.daniel, &world.moderator] {
        let offer = world.offered().await?;
        world.run(&world.helen, Command::AcceptOffer(offer, accept(1))).await?;
        world.run(who, Command::CancelOffer(offer, cancel())).await?;
        assert_eq!(balances(&world).await?, ["Helen owes £0.00", "held for Helen £0.00"]);
    }
    assert_sound(&world).await
}

async fn what_does_not_happen_moves_no_money(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    refused(world.run(&world.helen, Command::AcceptOffer(offer, accept(2))).await);
    refused(world.run(&world.daniel, Command::StartOffer(offer)).await);
    refused(world.run(&world.helen, Command::CompleteOffer(offer)).await);
    assert!(balances(&world).await?.is_empty());
    // The same key again is the same acceptance.
    let key = crate::world::new_key();
    for _ in 0..3 {
        let command = Command::AcceptOffer(offer, accept(1));
        world.flow.execute(&world.helen, key, &command).await?;
    }
    refused(world.run(&world.helen, Command::AcceptOffer(offer, accept(1))).await);
    assert_eq!(balances(&world).await?, ["Helen owes £45.00", "held for Helen £45.00"]);
    assert_sound(&world).await
}

async fn the_share_is_that_of_the_moment_of_acceptance(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    world.run(&world.helen, Command::AcceptOffer(offer, accept(1))).await?;
    let limits = Limits {
        platform_share_basis_points: 5_000,
        ..Limits::default()
    };
    world.flow.set_limits(limits).await?;
    world.run(&world.daniel, Command::StartOffer(offer)).await?;
    world
        .run(&world.daniel, Command::DeliverOffer(offer, deliver()))
        .await?;
    world.run(&world.helen, Command::CompleteOffer(offer)).await?;
    assert!(
        balances(&world)
            .await?
            .contains(&"the platform has earned £9.00".to_owned())
    );
    assert_sound(&world).await
}

/// A random command on one of the offers; most are refused, as they would be of people who press every button.
async fn anything(world: &World, offer: OfferId, chance: &mut StdRng) -> anyhow::Result<()> {
    let version = world.offer(offer).await?.version;
    let shown = if chance.random_bool(0.1) { version + 1 } else { version };
    let mut new_terms = terms();
    let currency = ["GBP", "EUR", "JPY"][chance.random_range(0..3)];
    new_terms.price = Money::new(chance.random_range(500..250_000), currency.parse()?);
    let (who, command) = match chance.random_range(0..12) {
        0..3 => (&world.helen, Command::AcceptOffer(offer, accept(shown))),
        3 => (
            &world.helen,
            Command::HoldOffer(offer, HoldOfferRequest { remind_at: None }),
        ),
        4 => (
            &world.helen,
            Command::DeclineOffer(offer, DeclineOfferRequest { reason: None }),
        ),
        5 => (&world.helen, Command::ReconsiderOffer(offer)),
        6 => {
            let request = ReviseOfferRequest {
                version: shown,
                terms: new_terms,
            };
            (&world.daniel, Command::ReviseOffer(offer, request))
        }
        7 => (&world.daniel, Command::StartOffer(offer)),
        8 => (&world.daniel, Command::DeliverOffer(offer, deliver())),
        9 => (&world.helen, Command::CompleteOffer(offer)),
        10 if chance.random_bool(0.4) => (&world.moderator, Command::CancelOffer(offer, cancel())),
        11 if chance.random_bool(0.2) => (&world.daniel, Command::WithdrawOffer(offer)),
        _ => {
            world
                .clock
                .pass(jiff::SignedDuration::from_hours(chance.random_range(1..60)));
            world.flow.run_due().await?;
            return Ok(());
        }
    };
    // Whether it is refused is the rules' to say; the ledger must follow either way.
    let _ = world.run(who, command).await;
    Ok(())
}

async fn any_history_of_orders_leaves_a_ledger_that_balances(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    for seed in 0..6 {
        let mut chance = StdRng::seed_from_u64(seed);
        let mut offers = Vec::new();
        for _ in 0..4 {
            offers.push(world.offered().await?);
        }
        for _ in 0..40 {
            let offer = offers[chance.random_range(0..offers.len())];
            anything(&world, offer, &mut chance).await?;
        }
        let check = world.flow.check_ledger().await?;
        assert!(check.faults.is_empty(), "seed {seed}: {:#?}", check.faults);
    }
    let counts = world.flow.payment_counts().await?;
    let has = |state| counts.iter().any(|count| count.state == state && count.count > 0);
    assert!(
        has(PaymentState::Authorised) && has(PaymentState::Captured) && has(PaymentState::Voided),
        "the histories reach too little: {counts:?}"
    );
    Ok(())
}

async fn connect(world: &World) -> anyhow::Result<sqlx::AnyConnection> {
    let file = format!("sqlite://{}", world.home.folder().join("platform.db").display());
    let url = world.home.config().database.unwrap_or(file);
    Ok(sqlx::AnyConnection::connect(&url).await?)
}

async fn the_database_refuses_to_change_a_line_and_takes_none_of_zero(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    world.run(&world.helen, Command::AcceptOffer(offer, accept(1))).await?;
    let mut connection = connect(&world).await?;
    for statement in [
        "DELETE FROM ledger_entry",
        "UPDATE ledger_entry SET amount_minor = 1",
        "UPDATE ledger_entry SET credit_account = 'platform'",
    ] {
        let error = sqlx::query(statement)
            .execute(&mut connection)
            .await
            .expect_err(statement);
        assert!(error.to_string().contains("append-only"), "{statement}: {error}");
    }
    for (amount, credit) in [("0", "platform"), ("-5", "platform"), ("5", "processor")] {
        let statement = format!(
            "INSERT INTO ledger_entry (offer_id, version, step, line, debit_account, credit_account, amount_minor, \
             currency, at) VALUES ('{offer}', 1, 'refund', 1, 'processor', '{credit}', {amount}, 'GBP', 0)"
        );
        let error = sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await;
        assert!(error.is_err(), "{amount} to {credit} was taken");
    }
    assert_eq!(balances(&world).await?, ["Helen owes £45.00", "held for Helen £45.00"]);
    Ok(())
}

async fn the_check_finds_what_was_tampered_with(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let offer = world.offered().await?;
    world.run(&world.helen, Command::AcceptOffer(offer, accept(1))).await?;
    assert_sound(&world).await?;
    let mut connection = connect(&world).await?;
    let stray = format!(
        "INSERT INTO ledger_entry (offer_id, version, step, line, debit_account, credit_account, amount_minor, \
         currency, at) VALUES ('{}', 1, 'capture', 1, 'processor', 'platform', 7, 'GBP', 0)",
        new_id()
    );
    sqlx::query(sqlx::AssertSqlSafe(stray)).execute(&mut connection).await?;
    let faults = world.flow.check_ledger().await?.faults;
    assert!(
        faults.iter().any(|fault| fault.contains("belongs to no payment")),
        "{faults:?}"
    );
    assert!(
        faults.iter().any(|fault| fault.starts_with("platform stands at")),
        "{faults:?}"
    );
    sqlx::query("UPDATE payment SET state = 'captured'")
        .execute(&mut connection)
        .await?;
    let faults = world.flow.check_ledger().await?.faults;
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("is accepted and its payment captured")),
        "{faults:?}"
    );
    assert!(
        faults.iter().any(|fault| fault.contains("has other lines than that")),
        "{faults:?}"
    );
    sqlx::query("DELETE FROM payment").execute(&mut connection).await?;
    let faults = world.flow.check_ledger().await?.faults;
    assert!(
        faults.iter().any(|fault| fault.contains("under way without a payment")),
        "{faults:?}"
    );
    Ok(())
}

async fn a_database_from_before_the_ledger_begins_with_what_is_under_way(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let done = world.offered().await?;
    let under_way = world.offered().await?;
    for offer in [done, under_way] {
        world.run(&world.helen, Command::AcceptOffer(offer, accept(1))).await?;
        world.run(&world.daniel, Command::StartOffer(offer)).await?;
        world
            .run(&world.daniel, Command::DeliverOffer(offer, deliver()))
            .await?;
    }
    world.run(&world.helen, Command::CompleteOffer(done)).await?;
    let mut connection = connect(&world).await?;
    let is_postgres = world.home.config().database.is_some();
    let mut statements = vec!["DROP TABLE payment", "DROP TABLE ledger_entry"];
    if is_postgres {
        statements.push("DROP FUNCTION refuse_to_change_ledger");
    }
    statements.push("DELETE FROM _sqlx_migrations WHERE version = 20261124020000");
    for statement in statements {
        sqlx::query(statement).execute(&mut connection).await?;
    }
    connection.close().await?;
    let flow = world.open_again().await?;
    let check = flow.check_ledger().await?;
    assert!(check.faults.is_empty() && check.payments == 1, "{check:?}");
    flow.execute(
        &world.helen,
        crate::world::new_key(),
        &Command::CompleteOffer(under_way),
    )
    .await?;
    let check = flow.check_ledger().await?;
    assert!(check.faults.is_empty(), "{check:?}");
    assert_eq!(
        balances(&world).await?,
        [
            "Helen owes £45.00",
            "held for Helen £0.00",
            "Daniel has earned £36.00",
            "the platform has earned £9.00"
        ]
    );
    Ok(())
}
