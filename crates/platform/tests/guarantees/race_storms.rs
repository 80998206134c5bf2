//! Races in numbers: a thousand experts for one lock, and accepting against withdrawing, revising and expiring, through
//! two instances, again and again.
//!
//! `PROFFER_RACES=5000` runs so many of the latter on each database; docs/reliability.md has what came of it.

use crate::{
    databases::Home,
    on_both_databases,
    world::{World, new_id, new_key, refused, terms},
};
use jiff::SignedDuration;
use proffer_domain::{AccountId, OfferEventKind, OfferId, OfferState, QuestionId};
use proffer_platform::{
    flow::{Command, Flow, FlowError},
    ports::Clock,
    store::AccountRow,
};
use proffer_protocol::{AcceptOfferRequest, Document, ErrorCode, ReviseOfferRequest, SendOfferRequest, StreamId};
use std::sync::Arc;
use tokio::sync::{Barrier, watch};

on_both_databases![
    of_a_thousand_experts_who_lock_one_question_exactly_one_wins,
    each_accept_that_races_another_end_has_one_winner_and_its_emails,
];

const EXPERTS: usize = 1_000;
/// Offers that are raced for at once.
const AT_ONCE: usize = 20;
/// Races in an ordinary run.
const RACES: usize = 240;

/// Experts of the category, written as rows: what their passwords hash to matters to nobody here.
async fn experts(world: &World) -> anyhow::Result<Vec<AccountRow>> {
    let mut tx = world.flow.store().begin().await?;
    let mut experts = Vec::with_capacity(EXPERTS);
    for number in 0..EXPERTS {
        let expert = AccountRow {
            id: AccountId(new_id()),
            email: format!("expert{number}@example.com"),
            name: format!("Expert {number}"),
            ..world.daniel.clone()
        };
        tx.insert_account(&expert).await?;
        tx.insert_account_category(expert.id, world.category).await?;
        experts.push(expert);
    }
    tx.commit().await?;
    Ok(experts)
}

/// Carries commands out at the same moment, each in a task of its own, and counts those that are through.
async fn at_once(
    commands: Vec<(Flow, AccountRow, Command)>,
    through: &watch::Sender<usize>,
) -> anyhow::Result<Vec<Result<Document, FlowError>>> {
    let start = Arc::new(Barrier::new(commands.len()));
    let tasks: Vec<_> = commands
        .into_iter()
        .map(|(flow, who, command)| {
            let (start, through) = (start.clone(), through.clone());
            tokio::spawn(async move {
                start.wait().await;
                let result = flow.execute(&who, new_key(), &command).await;
                through.send_modify(|count| *count += 1);
                result
            })
        })
        .collect();
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await?);
    }
    Ok(results)
}

async fn of_a_thousand_experts_who_lock_one_question_exactly_one_wins(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let other = world.open_again().await?;
    let experts = experts(&world).await?;
    let question = world.asked().await?;
    let before = world.question_document(question).await?.revision;
    let tries = experts.iter().enumerate().map(|(number, expert)| {
        let flow = if number % 2 == 0 { &world.flow } else { &other };
        (flow.clone(), expert.clone(), Command::Lock(question))
    });
    let results = at_once(tries.collect(), &watch::Sender::new(0)).await?;
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, EXPERTS - 1));
    let document = world.question_document(question).await?;
    let holder = document.question.lock.unwrap().holder;
    for loser in lost {
        let problem = refused(loser);
        assert_eq!(problem.code, ErrorCode::LockHeld);
        assert_eq!(problem.current.unwrap().lock.unwrap().holder, holder);
    }
    assert_eq!(document.revision, before + 1, "one change");
    let stream = StreamId::Category(world.category);
    is_gapless(&world, stream).await?;
    assert_eq!(world.emails().await?.len(), 0, "a lock is told to nobody by email");
    Ok(())
}

async fn is_gapless(world: &World, stream: StreamId) -> anyhow::Result<()> {
    let mut tx = world.flow.store().read().await?;
    let numbers = tx.stream_numbers(stream).await?;
    let all: Vec<u64> = (1..=numbers.len() as u64).collect();
    assert_eq!(numbers, all, "{stream}");
    assert_eq!(tx.stream_head(stream).await?, numbers.len() as u64, "{stream}");
    Ok(())
}

/// What an accept races.
#[derive(Clone, Copy, Debug)]
enum Rival {
    Withdraw,
    Revise,
    Expire,
}

/// The offers of one heat, all on one question, open and told of.
async fn offers(world: &World, question: QuestionId, rival: Rival) -> anyhow::Result<Vec<OfferId>> {
    let mut offers = Vec::with_capacity(AT_ONCE);
    for _ in 0..AT_ONCE {
        let mut terms = terms();
        if matches!(rival, Rival::Expire) {
            terms.expires_at = Some(world.clock.now().checked_add(SignedDuration::from_secs(1))?);
        }
        let id = OfferId(new_id());
        let send = Command::SendOffer(question, SendOfferRequest { id, terms });
        world.run(&world.daniel, send).await?;
        offers.push(id);
    }
    world.take_emails().await?;
    Ok(offers)
}

fn accept() -> AcceptOfferRequest {
    AcceptOfferRequest {
        version: 1,
        call_slot: None,
    }
}

/// Runs one heat: how many of its accepts won.
async fn race(world: &World, other: &Flow, rival: Rival, heat: usize) -> anyhow::Result<usize> {
    let question = world.answered().await?;
    let offers = offers(world, question, rival).await?;
    let mut commands = Vec::new();
    for id in &offers {
        commands.push((
            world.flow.clone(),
            world.helen.clone(),
            Command::AcceptOffer(*id, accept()),
        ));
        let command = match rival {
            Rival::Withdraw => Command::WithdrawOffer(*id),
            Rival::Revise => Command::ReviseOffer(
                *id,
                ReviseOfferRequest {
                    version: 1,
                    terms: terms(),
                },
            ),
            Rival::Expire => continue,
        };
        commands.push((other.clone(), world.daniel.clone(), command));
    }
    let (through, mut are_through) = watch::channel(0);
    let clockwork = async {
        if matches!(rival, Rival::Expire) {
            // The moment comes when some are through, each time others, and two instances look for what is due.
            are_through.wait_for(|count| *count >= heat % AT_ONCE).await?;
            world.clock.pass(SignedDuration::from_secs(1));
            let (here, there) = tokio::join!(world.flow.run_due(), other.run_due());
            here?;
            there?;
        }
        anyhow::Ok(())
    };
    let (results, clock) = tokio::join!(at_once(commands, &through), clockwork);
    clock?;
    world.flow.run_due().await?;
    let mut results = results?.into_iter();
    let emails = world.emails().await?;
    let mut accepted = 0;
    for id in offers {
        let offer = world.offer(id).await?;
        let (yes, no) = (
            results.next().unwrap(),
            match rival {
                Rival::Expire => None,
                _ => results.next(),
            },
        );
        let has_won = yes.is_ok();
        accepted += usize::from(has_won);
        if let Some(no) = no {
            assert_ne!(has_won, no.is_ok(), "not one winner of {id}: {yes:?} {no:?}");
            told(if has_won { no } else { yes }, &offer, has_won);
        } else if !has_won {
            let problem = refused(yes);
            assert!(
                matches!(problem.code, ErrorCode::OfferExpired | ErrorCode::OfferStateConflict),
                "{problem:?}"
            );
        }
        let (state, last) = match (has_won, rival) {
            (true, _) => (OfferState::Accepted, OfferEventKind::Accepted),
            (false, Rival::Withdraw) => (OfferState::Withdrawn, OfferEventKind::Withdrawn),
            (false, Rival::Revise) => (OfferState::Sent, OfferEventKind::Revised),
            (false, Rival::Expire) => (OfferState::Expired, OfferEventKind::Expired),
        };
        assert_eq!(offer.state, state, "{id}");
        let events: Vec<_> = offer.events.iter().map(|event| event.kind).collect();
        assert_eq!(events, [OfferEventKind::Sent, last], "{id}");
        let letters = emails.iter().filter(|email| email.offer_id == Some(id)).count();
        assert_eq!(letters, 1, "to the customer, about {id}");
    }
    let to_expert = emails
        .iter()
        .filter(|email| email.recipient == world.daniel.email)
        .count();
    assert_eq!(to_expert, accepted, "the expert hears of acceptances alone");
    assert_eq!(emails.len(), AT_ONCE + accepted, "no email besides");
    world.take_emails().await?;
    Ok(accepted)
}

/// Whether the loser was told the state that won.
fn told(lost: Result<Document, FlowError>, offer: &proffer_domain::Offer, has_accept_won: bool) {
    let problem = refused(lost);
    let current = problem.current.unwrap();
    let is_revised = !has_accept_won && offer.version == 2;
    let code = if is_revised {
        ErrorCode::OfferRevised
    } else {
        ErrorCode::OfferStateConflict
    };
    assert_eq!((problem.status, problem.code), (409, code));
    assert_eq!(
        (current.offer_state, current.offer_version),
        (Some(offer.state), Some(offer.version))
    );
}

async fn each_accept_that_races_another_end_has_one_winner_and_its_emails(home: Home) -> anyhow::Result<()> {
    let world = World::begin(home).await?;
    let other = world.open_again().await?;
    let races = match std::env::var("PROFFER_RACES") {
        Ok(number) => number.parse()?,
        Err(_) => RACES,
    };
    let (mut run, mut won) = (0, [0; 3]);
    let mut heats = 0;
    while run < races {
        let rival = [Rival::Withdraw, Rival::Revise, Rival::Expire][heats % 3];
        won[heats % 3] += race(&world, &other, rival, heats / 3).await?;
        heats += 1;
        run += AT_ONCE;
    }
    eprintln!(
        "{run} races: accepting won {} against withdrawing, {} against revising, {} against expiring",
        won[0], won[1], won[2]
    );
    for stream in [
        StreamId::Category(world.category),
        StreamId::Account(world.helen.id),
        StreamId::Account(world.daniel.id),
    ] {
        is_gapless(&world, stream).await?;
    }
    assert_eq!(
        world.flow.check_ledger().await?.faults,
        Vec::<String>::new(),
        "the ledger"
    );
    Ok(())
}
