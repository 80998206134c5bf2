//! 6. Offers: what is refused, and what the refused one is told.

use super::{
    Held, checks,
    offers::{cancel, decline, delivery},
};
use crate::{
    Failure, Suite,
    client::{Session, new_id},
    failure::hold,
    suite::{accept, act, later},
};
use proffer_domain::{OfferId, OfferState as State, OfferTerms, QuestionId, ServiceKind};
use proffer_protocol::{ErrorCode, OfferDocument, Problem, ReviseOfferRequest, SendOfferRequest};
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

checks! {
    "6. Offers";
    "6.11" answer_first: "An offer needs an Answer first (409 answer_first); an upgrade of the question itself does not.";
    "6.12" own_question: "Only who holds the lock or has answered offers: else 403 and not_your_question.";
    "6.13" terms: "Terms that are wrong are refused by field: /title, /deliverables, /price, /delivery_time, /expires_at, /call_slots.";
    "6.14" prices: "Prices outside the limits of GET /v1/me, or in another currency, are refused at /price.";
    "6.15" stale_accept: "Accepting a version that is not the current one gets 409 and offer_revised with current.offer_version.";
    "6.16" stale_revise: "So does revising one, by another desk of the same expert.";
    "6.17" conflicts: "What an offer's state does not allow gets 409 and offer_state_conflict with current.offer_state.";
    "6.18" terminal: "Nothing can happen to an offer that is completed, withdrawn or cancelled.";
    "6.19" reasons: "Cancelling needs a reason, delivering a message: else 422 with the pointer.";
    "6.20" reminders: "A reminder's day that has passed, and a call time that was not proposed, are refused by field.";
    "6.21" others: "Another expert's or another customer's offer is as one that is not there: 404.";
    "6.22" too_early: "The expert's own reminder is refused within a day of sending: 409 and reminder_not_allowed.";
    "6.23" race: "Of accepting and withdrawing at once one wins, and the other gets 409 with the state that won.";
    waits "6.24" expired: "An offer whose expiry has come is not accepted: 409.";
}

async fn send_offer(by: &Session, question: QuestionId, terms: &OfferTerms) -> Result<crate::client::Answer, Failure> {
    let request = SendOfferRequest {
        id: OfferId(new_id()),
        terms: terms.clone(),
    };
    by.command(&format!("/v1/questions/{question}/offers"), &request).await
}

async fn answer_first(suite: &Suite) -> Held {
    let question = suite.locked().await?;
    let mut terms = suite.terms();
    let answer = send_offer(&suite.expert, question, &terms).await?;
    answer.refused(409, ErrorCode::AnswerFirst)?;
    terms.kind = ServiceKind::UpgradeToPhoneCall;
    let _: OfferDocument = send_offer(&suite.expert, question, &terms).await?.done()?;
    Ok(())
}

async fn own_question(suite: &Suite) -> Held {
    let question = suite.answered().await?;
    let answer = send_offer(&suite.second, question, &suite.terms()).await?;
    answer.refused(403, ErrorCode::NotYourQuestion)?;
    Ok(())
}

/// Whether terms are refused at a pointer.
async fn refused_at(suite: &Suite, question: QuestionId, terms: &OfferTerms, pointer: &str) -> Held {
    let answer = send_offer(&suite.expert, question, terms).await?;
    let problem = answer.refused(422, ErrorCode::InvalidFields)?;
    let named = problem
        .errors
        .iter()
        .any(|field| field.pointer == pointer || field.pointer.starts_with(&format!("{pointer}/")));
    hold!(named, "{pointer} is not named in {:?}", problem.errors);
    Ok(())
}

async fn terms(suite: &Suite) -> Held {
    let question = suite.answered().await?;
    let now = suite.now().await?;
    let good = suite.terms();
    let slot = |seconds| proffer_domain::CallSlot {
        starts_at: later(now, seconds),
        minutes: 30,
    };
    let wrong = [
        (
            "/title",
            OfferTerms {
                title: " ".to_owned(),
                ..good.clone()
            },
        ),
        (
            "/deliverables",
            OfferTerms {
                deliverables: vec![],
                ..good.clone()
            },
        ),
        (
            "/deliverables",
            OfferTerms {
                deliverables: vec!["x".repeat(10_000)],
                ..good.clone()
            },
        ),
        ("/delivery_time", {
            let mut terms = good.clone();
            terms.delivery_time.count = 0;
            terms
        }),
        (
            "/expires_at",
            OfferTerms {
                expires_at: Some(later(now, -60)),
                ..good.clone()
            },
        ),
        (
            "/call_slots",
            OfferTerms {
                call_slots: vec![slot(3600)],
                ..good.clone()
            },
        ),
        (
            "/call_slots",
            OfferTerms {
                kind: ServiceKind::FollowUpCall,
                call_slots: vec![slot(-3600)],
                ..good.clone()
            },
        ),
    ];
    for (pointer, terms) in &wrong {
        refused_at(suite, question, terms, pointer).await?;
    }
    Ok(())
}

async fn prices(suite: &Suite) -> Held {
    let question = suite.answered().await?;
    let limit = suite.limits.prices[0];
    let mut terms = suite.terms();
    for amount in [limit.min_minor - 1, limit.max_minor + 1, 0, -1] {
        terms.price.amount_minor = amount;
        refused_at(suite, question, &terms, "/price").await?;
    }
    let other = ["XPF", "KWD", "ISK"].into_iter().filter_map(|code| code.parse().ok());
    let other = other
        .into_iter()
        .find(|currency| suite.limits.price(*currency).is_none());
    if let Some(currency) = other {
        terms.price = proffer_domain::Money::new(limit.min_minor.max(1), currency);
        refused_at(suite, question, &terms, "/price").await?;
    }
    terms.price = proffer_domain::Money::new(limit.max_minor, limit.currency);
    let _: OfferDocument = send_offer(&suite.expert, question, &terms).await?.done()?;
    Ok(())
}

fn revision(suite: &Suite, version: u32) -> ReviseOfferRequest {
    ReviseOfferRequest {
        version,
        terms: suite.terms(),
    }
}

async fn stale_accept(suite: &Suite) -> Held {
    let id = suite.offered().await?;
    let _: OfferDocument = suite.expert.done(&act(id, "revise"), &revision(suite, 1)).await?;
    for version in [1, 3] {
        let answer = suite.customer.command(&act(id, "accept"), &accept(version)).await?;
        let problem = answer.refused(409, ErrorCode::OfferRevised)?;
        let current = problem.current.and_then(|current| current.offer_version);
        hold!(current == Some(2), "the current version is said to be {current:?}");
    }
    let _: OfferDocument = suite.customer.done(&act(id, "accept"), &accept(2)).await?;
    Ok(())
}

async fn stale_revise(suite: &Suite) -> Held {
    let id = suite.offered().await?;
    let _: OfferDocument = suite.expert.done(&act(id, "revise"), &revision(suite, 1)).await?;
    let answer = suite.expert.command(&act(id, "revise"), &revision(suite, 1)).await?;
    let problem = answer.refused(409, ErrorCode::OfferRevised)?;
    let current = problem.current.and_then(|current| current.offer_version);
    hold!(current == Some(2), "the current version is said to be {current:?}");
    Ok(())
}

async fn conflict(session: &Session, id: OfferId, action: &str, body: &impl Serialize) -> Result<Problem, Failure> {
    let answer = session.command(&act(id, action), body).await?;
    answer.refused(409, ErrorCode::OfferStateConflict)
}

async fn conflicts(suite: &Suite) -> Held {
    let id = suite.accepted().await?;
    let told = |problem: Problem| problem.current.and_then(|current| current.offer_state);
    for state in [
        told(conflict(&suite.expert, id, "withdraw", &Value::Null).await?),
        told(conflict(&suite.expert, id, "revise", &revision(suite, 1)).await?),
        told(conflict(&suite.customer, id, "decline", &decline(None)).await?),
        told(conflict(&suite.customer, id, "hold", &json!({})).await?),
        told(conflict(&suite.customer, id, "accept", &accept(1)).await?),
        told(conflict(&suite.customer, id, "complete", &Value::Null).await?),
        told(conflict(&suite.expert, id, "deliver", &delivery("Here it is.")).await?),
    ] {
        hold!(
            state == Some(State::Accepted),
            "the current state is said to be {state:?}"
        );
    }
    Ok(())
}

/// Everything that can be asked of an offer is refused as its state does not allow it.
async fn is_over(suite: &Suite, id: OfferId) -> Held {
    conflict(&suite.expert, id, "withdraw", &Value::Null).await?;
    conflict(&suite.expert, id, "revise", &revision(suite, 1)).await?;
    conflict(&suite.expert, id, "start", &Value::Null).await?;
    conflict(&suite.expert, id, "deliver", &delivery("Here it is.")).await?;
    conflict(&suite.expert, id, "cancel", &cancel("No")).await?;
    conflict(&suite.expert, id, "remind", &Value::Null).await?;
    conflict(&suite.customer, id, "accept", &accept(1)).await?;
    conflict(&suite.customer, id, "hold", &json!({})).await?;
    conflict(&suite.customer, id, "decline", &decline(None)).await?;
    conflict(&suite.customer, id, "reconsider", &Value::Null).await?;
    conflict(&suite.customer, id, "complete", &Value::Null).await?;
    Ok(())
}

async fn terminal(suite: &Suite) -> Held {
    let withdrawn = suite.offered().await?;
    let _: OfferDocument = suite.expert.does(&act(withdrawn, "withdraw")).await?;
    is_over(suite, withdrawn).await?;
    let cancelled = suite.accepted().await?;
    let _: OfferDocument = suite.expert.done(&act(cancelled, "cancel"), &cancel("No")).await?;
    is_over(suite, cancelled).await?;
    let completed = suite.accepted().await?;
    let _: OfferDocument = suite.expert.does(&act(completed, "start")).await?;
    let _: OfferDocument = suite
        .expert
        .done(&act(completed, "deliver"), &delivery("Here."))
        .await?;
    let _: OfferDocument = suite.customer.does(&act(completed, "complete")).await?;
    is_over(suite, completed).await
}

async fn named(session: &Session, id: OfferId, (action, body): (&str, Value), pointer: &str) -> Held {
    let answer = session.command(&act(id, action), &body).await?;
    let problem = answer.refused(422, ErrorCode::InvalidFields)?;
    let named = problem.errors.iter().any(|field| field.pointer == pointer);
    hold!(named, "{pointer} is not named in {:?}", problem.errors);
    Ok(())
}

async fn reasons(suite: &Suite) -> Held {
    let id = suite.accepted().await?;
    named(&suite.expert, id, ("cancel", json!({"reason": " "})), "/reason").await?;
    let _: OfferDocument = suite.expert.does(&act(id, "start")).await?;
    named(&suite.expert, id, ("deliver", json!({"message": ""})), "/message").await?;
    let outcome = json!({"message": "We spoke.", "is_call_outcome": true});
    named(&suite.expert, id, ("deliver", outcome), "/is_call_outcome").await
}

async fn reminders(suite: &Suite) -> Held {
    let id = suite.offered().await?;
    let passed = json!({"remind_at": later(suite.now().await?, -60)});
    named(&suite.customer, id, ("hold", passed), "/remind_at").await?;
    let slot = json!({"version": 1, "call_slot": 0});
    named(&suite.customer, id, ("accept", slot), "/call_slot").await
}

async fn others(suite: &Suite) -> Held {
    let id = suite.offered().await?;
    let answer = suite.second.command(&act(id, "withdraw"), &Value::Null).await?;
    answer.refused(404, ErrorCode::NotFound)?;
    let answer = suite.stranger.command(&act(id, "accept"), &accept(1)).await?;
    answer.refused(404, ErrorCode::NotFound)?;
    // It is as it was.
    let _: OfferDocument = suite.customer.done(&act(id, "accept"), &accept(1)).await?;
    Ok(())
}

async fn too_early(suite: &Suite) -> Held {
    let id = suite.offered().await?;
    let answer = suite.expert.command(&act(id, "remind"), &Value::Null).await?;
    answer.refused(409, ErrorCode::ReminderNotAllowed)?;
    Ok(())
}

async fn race(suite: &Suite) -> Held {
    for _ in 0..5 {
        let id = suite.offered().await?;
        let (request, accepting, withdrawing) = (accept(1), act(id, "accept"), act(id, "withdraw"));
        let (accepted, withdrawn) = tokio::join!(
            suite.customer.command(&accepting, &request),
            suite.expert.command(&withdrawing, &Value::Null),
        );
        let (accepted, withdrawn) = (accepted?, withdrawn?);
        let (lost, won) = match (accepted.status, withdrawn.status) {
            (200, 409) => (withdrawn, State::Accepted),
            (409, 200) => (accepted, State::Withdrawn),
            both => return Err(Failure::Differs(format!("not one winner: {both:?}"))),
        };
        let problem = lost.refused(409, ErrorCode::OfferStateConflict)?;
        let told = problem.current.and_then(|current| current.offer_state);
        // Which of them it is shows what the offer says to the next who asks.
        hold!(told.is_none_or(|told| told == won), "the loser is told {told:?}");
    }
    Ok(())
}

async fn expired(suite: &Suite) -> Held {
    let question = suite.answered().await?;
    let mut seconds = 2;
    let (id, expires_at) = loop {
        let id = OfferId(new_id());
        let expires_at = later(suite.now().await?, seconds);
        let terms = OfferTerms {
            expires_at: Some(expires_at),
            ..suite.terms()
        };
        let path = format!("/v1/questions/{question}/offers");
        let answer = suite.expert.command(&path, &SendOfferRequest { id, terms }).await?;
        // A server that is slow takes it when its expiry has passed.
        if answer.status == 200 || seconds > 30 {
            answer.expect(200)?;
            break (id, expires_at);
        }
        seconds *= 4;
    };
    // Only the server's clock tells when it has come.
    loop {
        let left = expires_at.duration_since(suite.now().await?);
        let Ok(left) = Duration::try_from(left) else { break };
        tokio::time::sleep(left + Duration::from_millis(1)).await;
    }
    let answer = suite.customer.command(&act(id, "accept"), &accept(1)).await?;
    let problem: Problem = answer.expect(409)?.read()?;
    // Whether the clock has moved it already is left to the server.
    hold!(
        matches!(problem.code, ErrorCode::OfferExpired | ErrorCode::OfferStateConflict),
        "the code is {:?}",
        problem.code
    );
    Ok(())
}
