//! 6. Offers: every transition of the lifecycle.

use super::{Held, checks};
use crate::{
    Failure, Suite,
    failure::hold,
    suite::{accept, act, later},
};
use proffer_domain::{
    CallSlot, Currency, Offer, OfferEventKind as Event, OfferId, OfferState as State, QuestionState, ServiceKind,
};
use proffer_protocol::{
    CancelOfferRequest, DeclineOfferRequest, DeliverOfferRequest, HoldOfferRequest, OfferDocument, QuestionDocument,
    ReviseOfferRequest,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

checks! {
    "6. Offers";
    "6.1" sending: "An offer that is sent is sent: version 1, its terms as they were given, with a number and one event.";
    "6.2" holding: "An open offer is held, with or without a day for the reminder.";
    "6.3" declining: "An open offer is declined with or without a reason, and a decline is taken back: held.";
    "6.4" revising: "An open or declined offer is revised: the next version is sent, the earlier one kept.";
    "6.5" withdrawing: "An open or declined offer is withdrawn by its expert.";
    "6.6" fulfilling: "An accepted offer is started, delivered and completed, each step with its event.";
    "6.7" cancelling: "An accepted offer and one in progress are cancelled with a reason.";
    "6.8" call_times: "A call is accepted with one of the times that were proposed.";
    "6.9" lock_lost: "An open offer outlives its expert's lock: it is accepted after the question was released.";
    "6.10" beside: "Nothing depends on acceptance: the question stays answered and can be rated beside an open offer.";
}

pub(super) fn cancel(reason: &str) -> CancelOfferRequest {
    CancelOfferRequest {
        reason: reason.to_owned(),
    }
}

pub(super) fn decline(reason: Option<&str>) -> DeclineOfferRequest {
    DeclineOfferRequest {
        reason: reason.map(str::to_owned),
    }
}

pub(super) fn delivery(message: &str) -> DeliverOfferRequest {
    DeliverOfferRequest {
        message: message.to_owned(),
        is_call_outcome: false,
        attachments: Vec::new(),
    }
}

/// Does something to an offer, which must then be in a state, with an event at its end.
async fn leads(
    session: &crate::client::Session,
    id: OfferId,
    (action, body): (&str, &impl Serialize),
    (state, event): (State, Event),
) -> Result<Offer, Failure> {
    let document: OfferDocument = session.done(&act(id, action), body).await?;
    let offer = document.offer;
    hold!(
        offer.state == state,
        "{action} makes it {} instead of {}",
        offer.state.as_str(),
        state.as_str()
    );
    let last = offer.events.last();
    hold!(
        last.is_some_and(|last| last.kind == event && last.version == offer.version),
        "after {action} the last event is {last:?}"
    );
    Ok(offer)
}

async fn sending(suite: &Suite) -> Held {
    let question = suite.answered().await?;
    let terms = suite.terms();
    let id = OfferId(crate::client::new_id());
    let request = json!({"id": id, "terms": terms});
    let path = format!("/v1/questions/{question}/offers");
    let document: OfferDocument = suite.expert.done(&path, &request).await?;
    let offer = document.offer;
    hold!(offer.id == id && offer.question_id == question, "it is another offer");
    hold!(
        (offer.state, offer.version) == (State::Sent, 1),
        "it is {} and of version {}",
        offer.state.as_str(),
        offer.version
    );
    hold!(offer.terms == terms, "its terms are {:?}", offer.terms);
    hold!(document.number > 0, "it has no number");
    hold!(offer.expert_id == suite.expert.me.account.id, "its expert is another");
    hold!(
        offer.customer_id == suite.customer.me.account.id,
        "its customer is another"
    );
    let kinds: Vec<_> = offer.events.iter().map(|event| event.kind).collect();
    hold!(kinds == [Event::Sent], "its events are {kinds:?}");
    Ok(())
}

async fn holding(suite: &Suite) -> Held {
    let hold_it = |remind_at| HoldOfferRequest { remind_at };
    let id = suite.offered().await?;
    leads(
        &suite.customer,
        id,
        ("hold", &hold_it(None)),
        (State::Held, Event::Held),
    )
    .await?;
    let id = suite.offered().await?;
    let day = later(suite.now().await?, 7 * 24 * 3600);
    let offer = leads(
        &suite.customer,
        id,
        ("hold", &hold_it(Some(day))),
        (State::Held, Event::Held),
    )
    .await?;
    hold!(offer.remind_at == Some(day), "it reminds at {:?}", offer.remind_at);
    leads(
        &suite.customer,
        id,
        ("accept", &accept(1)),
        (State::Accepted, Event::Accepted),
    )
    .await?;
    Ok(())
}

async fn declining(suite: &Suite) -> Held {
    let id = suite.offered().await?;
    let request = decline(Some("Too dear"));
    let offer = leads(
        &suite.customer,
        id,
        ("decline", &request),
        (State::Declined, Event::Declined),
    )
    .await?;
    hold!(
        offer.decline_reason.as_deref() == Some("Too dear"),
        "its reason is {:?}",
        offer.decline_reason
    );
    let back = ("reconsider", &Value::Null);
    leads(&suite.customer, id, back, (State::Held, Event::Reconsidered)).await?;
    leads(
        &suite.customer,
        id,
        ("decline", &decline(None)),
        (State::Declined, Event::Declined),
    )
    .await?;
    Ok(())
}

async fn revising(suite: &Suite) -> Held {
    let id = suite.offered().await?;
    for (version, declines) in [(1, false), (2, true)] {
        if declines {
            let request = decline(None);
            leads(
                &suite.customer,
                id,
                ("decline", &request),
                (State::Declined, Event::Declined),
            )
            .await?;
        }
        let mut terms = suite.terms();
        terms.title = format!("Version {}", version + 1);
        let request = ReviseOfferRequest {
            version,
            terms: terms.clone(),
        };
        let offer = leads(&suite.expert, id, ("revise", &request), (State::Sent, Event::Revised)).await?;
        hold!(offer.version == version + 1, "the version is {}", offer.version);
        hold!(offer.terms == terms, "its terms are {:?}", offer.terms);
        let kept: Vec<_> = offer.earlier.iter().map(|earlier| earlier.version).collect();
        let all: Vec<u32> = (1..=version).collect();
        hold!(kept == all, "of the earlier versions {kept:?} are kept");
    }
    leads(
        &suite.customer,
        id,
        ("accept", &accept(3)),
        (State::Accepted, Event::Accepted),
    )
    .await?;
    Ok(())
}

async fn withdrawing(suite: &Suite) -> Held {
    let withdraw = ("withdraw", &Value::Null);
    let id = suite.offered().await?;
    leads(&suite.expert, id, withdraw, (State::Withdrawn, Event::Withdrawn)).await?;
    let id = suite.offered().await?;
    leads(
        &suite.customer,
        id,
        ("decline", &decline(None)),
        (State::Declined, Event::Declined),
    )
    .await?;
    leads(&suite.expert, id, withdraw, (State::Withdrawn, Event::Withdrawn)).await?;
    Ok(())
}

async fn fulfilling(suite: &Suite) -> Held {
    let id = suite.offered().await?;
    let accepted = leads(
        &suite.customer,
        id,
        ("accept", &accept(1)),
        (State::Accepted, Event::Accepted),
    )
    .await?;
    hold!(accepted.accepted_at.is_some(), "it does not say when it was accepted");
    leads(
        &suite.expert,
        id,
        ("start", &Value::Null),
        (State::InProgress, Event::Started),
    )
    .await?;
    let request = delivery("Here it is.");
    let delivered = leads(
        &suite.expert,
        id,
        ("deliver", &request),
        (State::Delivered, Event::Delivered),
    )
    .await?;
    let message = delivered.delivery.map(|delivery| delivery.message);
    hold!(
        message.as_deref() == Some("Here it is."),
        "its delivery says {message:?}"
    );
    hold!(
        delivered.completes_at.is_some(),
        "it does not say when it completes by itself"
    );
    let done = leads(
        &suite.customer,
        id,
        ("complete", &Value::Null),
        (State::Completed, Event::Completed),
    )
    .await?;
    let kinds: Vec<_> = done.events.iter().map(|event| event.kind).collect();
    let all = [
        Event::Sent,
        Event::Accepted,
        Event::Started,
        Event::Delivered,
        Event::Completed,
    ];
    // That the customer looked at it is a fact beside these.
    let kinds: Vec<_> = kinds.into_iter().filter(|kind| *kind != Event::Viewed).collect();
    hold!(kinds == all, "its events are {kinds:?}");
    let ids: BTreeSet<_> = done.events.iter().map(|event| event.id).collect();
    hold!(ids.len() == done.events.len(), "two events have one id");
    hold!(
        done.terms == accepted.terms && done.version == accepted.version,
        "the accepted version changed"
    );
    Ok(())
}

async fn cancelling(suite: &Suite) -> Held {
    for is_started in [false, true] {
        let id = suite.accepted().await?;
        if is_started {
            leads(
                &suite.expert,
                id,
                ("start", &Value::Null),
                (State::InProgress, Event::Started),
            )
            .await?;
        }
        let request = cancel("The letter is not needed any more");
        let offer = leads(
            &suite.expert,
            id,
            ("cancel", &request),
            (State::Cancelled, Event::Cancelled),
        )
        .await?;
        hold!(
            offer.cancel_reason.as_deref() == Some(request.reason.as_str()),
            "its reason is {:?}",
            offer.cancel_reason
        );
    }
    Ok(())
}

async fn call_times(suite: &Suite) -> Held {
    let now = suite.now().await?;
    let mut terms = suite.terms();
    terms.kind = ServiceKind::FollowUpCall;
    terms.call_slots = [2, 3]
        .map(|days| CallSlot {
            starts_at: later(now, days * 24 * 3600),
            minutes: 30,
        })
        .into();
    let id = suite.offered_with(terms.clone()).await?;
    let request = json!({"version": 1, "call_slot": 1});
    let offer = leads(
        &suite.customer,
        id,
        ("accept", &request),
        (State::Accepted, Event::Accepted),
    )
    .await?;
    hold!(
        offer.chosen_call_slot == Some(terms.call_slots[1]),
        "the chosen time is {:?}",
        offer.chosen_call_slot
    );
    Ok(())
}

async fn lock_lost(suite: &Suite) -> Held {
    let question = suite.answered().await?;
    let id = suite.offer_on(question, suite.terms()).await?;
    let _: QuestionDocument = suite.expert.does(&format!("/v1/questions/{question}/release")).await?;
    leads(
        &suite.customer,
        id,
        ("accept", &accept(1)),
        (State::Accepted, Event::Accepted),
    )
    .await?;
    Ok(())
}

async fn beside(suite: &Suite) -> Held {
    let question = suite.answered().await?;
    let id = suite.offer_on(question, suite.terms()).await?;
    let path = format!("/v1/questions/{question}/rating");
    let document: QuestionDocument = suite.customer.done(&path, &json!({"stars": 4})).await?;
    hold!(
        document.question.state == QuestionState::Answered,
        "it is {}",
        document.question.state.as_str()
    );
    let offer = leads(
        &suite.customer,
        id,
        ("accept", &accept(1)),
        (State::Accepted, Event::Accepted),
    )
    .await?;
    let currencies: Vec<Currency> = suite.limits.prices.iter().map(|limit| limit.currency).collect();
    hold!(
        currencies.contains(&offer.terms.price.currency),
        "its currency is none of the limits'"
    );
    Ok(())
}
