//! 4. Commands and their idempotency keys.

use super::{Held, checks};
use crate::{
    Suite,
    client::{new_id, send},
    failure::hold,
    suite::{accept, act, message},
};
use futures_util::future::try_join_all;
use proffer_domain::{FieldCode, MessageKind, OfferEventKind, OfferState};
use proffer_protocol::{ErrorCode, MessageDocument, OfferDocument, QuestionDocument};
use reqwest::Method;
use serde_json::Value;

checks! {
    "4. Commands";
    "4.1" key_needed: "A command without a readable Idempotency-Key gets 400 and malformed_request, and has no effect.";
    "4.2" repeated: "A command that is sent again with its key has one effect and gets the same response.";
    "4.3" refusals_kept: "A refusal is kept under its key too: sent again later, it is refused in the same way.";
    "4.4" key_reused: "A key that was used for another request gets 422 and idempotency_key_reused, and has no effect.";
    "4.5" at_once: "The same command sent ten times at once has one effect and gets one response ten times.";
    "4.6" keys_are_own: "A key belongs to the account that made it: another's command with the same key is carried out.";
    "4.7" id_taken: "An id that is taken gets 422 with the pointer /id.";
}

async fn key_needed(suite: &Suite) -> Held {
    let question = suite.question();
    for key in [None, Some("one")] {
        let mut request = suite.customer.request(Method::POST, "/v1/questions").json(&question);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        send(request).await?.refused(400, ErrorCode::MalformedRequest)?;
    }
    // Its id is free.
    let _: QuestionDocument = suite.customer.done("/v1/questions", &question).await?;
    Ok(())
}

async fn repeated(suite: &Suite) -> Held {
    let question = suite.answered().await?;
    let (key, path) = (new_id(), format!("/v1/questions/{question}/extend"));
    let first = suite.expert.command_with(key, &path, &Value::Null).await?.expect(200)?;
    let second = suite.expert.command_with(key, &path, &Value::Null).await?.expect(200)?;
    let (first, second): (Value, Value) = (first.read()?, second.read()?);
    hold!(first == second, "the responses differ: {first} and {second}");
    // Things happened meanwhile, and the response is still the first one.
    let offer = suite.offered().await?;
    let (key, path) = (new_id(), act(offer, "accept"));
    let first: Value = suite.customer.command_with(key, &path, &accept(1)).await?.done()?;
    let _: Value = suite.expert.does(&act(offer, "start")).await?;
    let second: Value = suite.customer.command_with(key, &path, &accept(1)).await?.done()?;
    hold!(first == second, "later the response is another: {first} and {second}");
    Ok(())
}

async fn refusals_kept(suite: &Suite) -> Held {
    let question = suite.locked().await?;
    let (key, path) = (new_id(), format!("/v1/questions/{question}/lock"));
    let first = suite.second.command_with(key, &path, &Value::Null).await?;
    let first = first.refused(409, ErrorCode::LockHeld)?;
    let _: Value = suite.expert.does(&format!("/v1/questions/{question}/release")).await?;
    let second = suite.second.command_with(key, &path, &Value::Null).await?;
    let second = second.refused(409, ErrorCode::LockHeld)?;
    hold!(first == second, "the refusals differ: {first:?} and {second:?}");
    let _: QuestionDocument = suite.second.does(&path).await?;
    Ok(())
}

async fn key_reused(suite: &Suite) -> Held {
    let question = suite.locked().await?;
    let (key, path) = (new_id(), format!("/v1/questions/{question}/messages"));
    let (first, other) = (message(MessageKind::InfoRequest), message(MessageKind::Answer));
    let _: MessageDocument = suite.expert.command_with(key, &path, &first).await?.done()?;
    let answer = suite.expert.command_with(key, &path, &other).await?;
    answer.refused(422, ErrorCode::IdempotencyKeyReused)?;
    // The other one was not sent: its id is free.
    let _: MessageDocument = suite.expert.done(&path, &other).await?;
    // Also for another address with the same body.
    let another = suite.locked().await?;
    let (key, release) = (new_id(), |id| format!("/v1/questions/{id}/release"));
    let _: Value = suite
        .expert
        .command_with(key, &release(question), &Value::Null)
        .await?
        .done()?;
    let answer = suite.expert.command_with(key, &release(another), &Value::Null).await?;
    answer.refused(422, ErrorCode::IdempotencyKeyReused)?;
    Ok(())
}

async fn at_once(suite: &Suite) -> Held {
    let offer = suite.offered().await?;
    let (key, path) = (new_id(), act(offer, "accept"));
    let request = accept(1);
    let tries = (0..10).map(|_| suite.customer.command_with(key, &path, &request));
    let mut documents: Vec<OfferDocument> = Vec::new();
    for answer in try_join_all(tries).await? {
        documents.push(answer.done()?);
    }
    hold!(
        documents.iter().all(|document| *document == documents[0]),
        "the ten responses are not one"
    );
    let offer = &documents[0].offer;
    let accepted = offer
        .events
        .iter()
        .filter(|event| event.kind == OfferEventKind::Accepted)
        .count();
    hold!(
        offer.state == OfferState::Accepted && accepted == 1,
        "the offer is {} and has been accepted {accepted} times",
        offer.state.as_str()
    );
    Ok(())
}

async fn keys_are_own(suite: &Suite) -> Held {
    let (key, first, other) = (new_id(), suite.question(), suite.question());
    let _: QuestionDocument = suite
        .customer
        .command_with(key, "/v1/questions", &first)
        .await?
        .done()?;
    let document: QuestionDocument = suite
        .stranger
        .command_with(key, "/v1/questions", &other)
        .await?
        .done()?;
    hold!(document.question.id == other.id, "it got another's response");
    Ok(())
}

async fn id_taken(suite: &Suite) -> Held {
    let question = suite.question();
    let _: QuestionDocument = suite.customer.done("/v1/questions", &question).await?;
    let answer = suite.customer.command("/v1/questions", &question).await?;
    let problem = answer.refused(422, ErrorCode::InvalidFields)?;
    let named = problem
        .errors
        .iter()
        .any(|field| field.pointer == "/id" && field.code == FieldCode::Taken);
    hold!(named, "it is refused with {:?}", problem.errors);
    Ok(())
}
