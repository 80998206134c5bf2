//! 7. Streams and sync.

use super::{Held, checks};
use crate::{
    Failure, Suite,
    client::send,
    failure::hold,
    suite::{accept, act, cursor, message, of, sync, sync_page},
};
use proffer_domain::MessageKind;
use proffer_protocol::{
    Change, Document, Entity, ErrorCode, MessageDocument, OfferDocument, QuestionDocument, StreamId,
};
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

checks! {
    "7. Streams";
    "7.1" first_sync: "The first sync gives the own account, the limits, the categories and everything of theirs that is to be seen.";
    "7.2" pages: "Pages hold at most as many changes as limit says, and lead to the same documents whatever it is.";
    "7.3" bad_cursor: "A cursor that is none of this server gets 422 with the pointer /cursor.";
    "7.4" once: "From a cursor on come the changes after it and nothing else; at the end the page is empty and more is false.";
    "7.5" repeatable: "The same cursor gives the same changes again, so that a page that was lost is fetched anew.";
    "7.6" folding: "Several changes of one thing are folded into the last.";
    "7.7" numbers: "On each stream numbers rise, and none comes twice.";
    "7.8" revisions: "A document's revision rises with every change, and what a command answers is what the stream brings.";
    "7.9" own_offers: "Offers are seen by their customer and their expert, and by no other expert of the category.";
    "7.10" own_questions: "A customer sees their own questions with the messages on them, and no other's.";
    "7.11" leaving: "A category that an expert no longer serves comes once as a change without document; served anew, it comes from its beginning.";
}

async fn first_sync(suite: &Suite) -> Held {
    let question = suite.answered().await?;
    let offer = suite.offer_on(question, suite.terms()).await?;
    let (changes, _) = sync(&suite.expert, None, 2_000).await?;
    let holds = |entity: Entity, id: Uuid| {
        let found = changes
            .iter()
            .rev()
            .find(|change| change.entity == entity && change.id == id);
        found.is_some_and(|change| change.document.is_some())
    };
    hold!(
        holds(Entity::Account, suite.expert.me.account.id.0),
        "the own account is missing"
    );
    hold!(
        holds(Entity::Limits, Uuid::nil()),
        "the limits are missing (entity limits, nil id)"
    );
    hold!(holds(Entity::Category, suite.category.0), "the category is missing");
    hold!(
        holds(Entity::Question, question.0),
        "a question of the category is missing"
    );
    hold!(holds(Entity::Offer, offer.0), "the own offer is missing");
    let has_message = changes.iter().any(|change| {
        change.entity == Entity::Message
            && change
                .document
                .as_ref()
                .is_some_and(|document| document["message"]["question_id"] == question.to_string())
    });
    hold!(has_message, "the Answer is missing");
    for change in &changes {
        change.read().map_err(|error| Failure::NoAnswer {
            what: format!("a {} of GET /v1/sync", change.entity.as_str()),
            error: error.to_string(),
        })?;
    }
    Ok(())
}

/// What a client that took in these changes holds of some things.
fn held(changes: &[Change], ids: &[Uuid]) -> BTreeMap<Uuid, Value> {
    let mut held = BTreeMap::new();
    for change in changes.iter().filter(|change| ids.contains(&change.id)) {
        match &change.document {
            Some(document) => held.insert(change.id, document.clone()),
            None => held.remove(&change.id),
        };
    }
    held
}

async fn pages(suite: &Suite) -> Held {
    let start = cursor(&suite.expert).await?;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let question = suite.answered().await?;
        ids.push(question.0);
        ids.push(suite.offer_on(question, suite.terms()).await?.0);
    }
    let (whole, _) = sync(&suite.expert, Some(&start), 2_000).await?;
    let whole = held(&whole, &ids);
    hold!(whole.len() == ids.len(), "{} of {} things came", whole.len(), ids.len());
    for limit in [1, 2, 5] {
        let first = sync_page(&suite.expert, Some(&start), Some(limit)).await?;
        hold!(
            first.changes.len() <= limit as usize,
            "{} changes in a page of at most {limit}",
            first.changes.len()
        );
        hold!(first.more, "more is false after {limit} changes of many");
        let (paged, _) = sync(&suite.expert, Some(&start), limit).await?;
        let paged = held(&paged, &ids);
        hold!(paged == whole, "by {limit} other documents come than at once");
    }
    Ok(())
}

async fn bad_cursor(suite: &Suite) -> Held {
    let answer = suite.expert.get("/v1/sync?cursor=%25made%20up%25").await?;
    let problem = answer.refused(422, ErrorCode::InvalidFields)?;
    let named = problem.errors.iter().any(|field| field.pointer == "/cursor");
    hold!(named, "/cursor is not named in {:?}", problem.errors);
    Ok(())
}

async fn once(suite: &Suite) -> Held {
    let old = suite.asked().await?;
    let start = cursor(&suite.customer).await?;
    let new = suite.asked().await?;
    let (changes, end) = sync(&suite.customer, Some(&start), 500).await?;
    hold!(
        !of(&changes, new.0).is_empty(),
        "a question that was asked since did not come"
    );
    hold!(
        of(&changes, old.0).is_empty(),
        "a question that has not changed since came again"
    );
    let page = sync_page(&suite.customer, Some(&end), None).await?;
    hold!(of(&page.changes, new.0).is_empty(), "it came twice");
    hold!(!page.more, "more is true at the end");
    Ok(())
}

async fn repeatable(suite: &Suite) -> Held {
    let start = cursor(&suite.customer).await?;
    let question = suite.asked().await?;
    let (first, _) = sync(&suite.customer, Some(&start), 500).await?;
    let (second, _) = sync(&suite.customer, Some(&start), 500).await?;
    let (first, second) = (of(&first, question.0), of(&second, question.0));
    hold!(
        !first.is_empty() && first == second,
        "{first:?} the first time, {second:?} the second"
    );
    Ok(())
}

async fn folding(suite: &Suite) -> Held {
    let question = suite.asked().await?;
    let start = cursor(&suite.expert).await?;
    let mut last = None;
    for action in ["lock", "extend", "release", "lock"] {
        let document: QuestionDocument = suite.expert.does(&format!("/v1/questions/{question}/{action}")).await?;
        last = Some(document.revision);
    }
    let (changes, _) = sync(&suite.expert, Some(&start), 500).await?;
    let changes = of(&changes, question.0);
    hold!(
        changes.len() == 1,
        "four changes of one question come as {}",
        changes.len()
    );
    let revision = changes[0]
        .document
        .as_ref()
        .and_then(|document| document["revision"].as_u64());
    hold!(revision == last, "the revision is {revision:?} instead of {last:?}");
    Ok(())
}

async fn numbers(suite: &Suite) -> Held {
    let start = cursor(&suite.expert).await?;
    for _ in 0..3 {
        suite.offered().await?;
    }
    let (changes, _) = sync(&suite.expert, Some(&start), 4).await?;
    let mut streams: BTreeMap<StreamId, Vec<u64>> = BTreeMap::new();
    for change in &changes {
        streams.entry(change.stream).or_default().push(change.seq);
    }
    hold!(streams.len() >= 2, "category and account share a stream");
    for (stream, numbers) in streams {
        let rises = numbers.windows(2).all(|pair| pair[0] < pair[1]);
        hold!(rises, "{stream}: {numbers:?}");
    }
    Ok(())
}

async fn revisions(suite: &Suite) -> Held {
    let start = cursor(&suite.expert).await?;
    let id = suite.offered().await?;
    let mut before = 0;
    for (session, action, body) in [
        (&suite.customer, "hold", serde_json::json!({})),
        (&suite.customer, "accept", serde_json::json!({"version": 1})),
        (&suite.expert, "start", Value::Null),
    ] {
        let document: OfferDocument = session.done(&act(id, action), &body).await?;
        hold!(
            document.revision > before,
            "{action}: {} after {before}",
            document.revision
        );
        before = document.revision;
        let changes = sync(&suite.expert, Some(&start), 2_000).await?.0;
        let last = changes.into_iter().rev().find(|change| change.id == id.0);
        let read = last.and_then(|change| change.read().ok().flatten());
        hold!(
            read == Some(Document::Offer(document)),
            "after {action} the stream brings another document than the command answered"
        );
    }
    Ok(())
}

async fn own_offers(suite: &Suite) -> Held {
    let mut starts = Vec::new();
    let people = [&suite.expert, &suite.customer, &suite.second, &suite.stranger];
    for session in people {
        starts.push(cursor(session).await?);
    }
    let id = suite.offered().await?;
    let _: OfferDocument = suite.customer.done(&act(id, "accept"), &accept(1)).await?;
    for (place, (session, start)) in people.into_iter().zip(&starts).enumerate() {
        let (changes, _) = sync(session, Some(start), 500).await?;
        let sees = !of(&changes, id.0).is_empty();
        hold!(
            sees == (place < 2),
            "{} {} it",
            ["its expert", "its customer", "another expert", "another customer"][place],
            if sees { "sees" } else { "does not see" }
        );
    }
    Ok(())
}

async fn own_questions(suite: &Suite) -> Held {
    let (mine, theirs) = (cursor(&suite.customer).await?, cursor(&suite.stranger).await?);
    let question = suite.locked().await?;
    let path = format!("/v1/questions/{question}/messages");
    let sent: MessageDocument = suite.expert.done(&path, &message(MessageKind::Answer)).await?;
    let (changes, _) = sync(&suite.customer, Some(&mine), 500).await?;
    for id in [question.0, sent.message.id.0] {
        hold!(
            !of(&changes, id).is_empty(),
            "the customer does not see what is on their question"
        );
    }
    let (changes, _) = sync(&suite.stranger, Some(&theirs), 500).await?;
    for id in [question.0, sent.message.id.0] {
        hold!(of(&changes, id).is_empty(), "another customer sees it");
    }
    Ok(())
}

async fn leaving(suite: &Suite) -> Held {
    let Some(operator) = &suite.settings.operator else {
        let missing = "give --lose-category and --regain-category, by which the operator takes the second expert's \
                       category away and gives it back";
        return Err(Failure::NotRun(missing.to_owned()));
    };
    let question = suite.asked().await?;
    let start = cursor(&suite.second).await?;
    operator.let_serve(false).await.map_err(Failure::NotRun)?;
    let left = sync(&suite.second, Some(&start), 500).await;
    // Another time nothing is left that could come.
    let again = match &left {
        Ok((_, end)) => Some(sync(&suite.second, Some(end), 500).await),
        Err(_) => None,
    };
    let lock = format!("/v1/questions/{question}/lock");
    let refused = suite.second.command(&lock, &Value::Null).await;
    operator.let_serve(true).await.map_err(Failure::NotRun)?;
    let (changes, end) = left?;
    let gone: Vec<_> = of(&changes, suite.category.0)
        .into_iter()
        .filter(|change| change.document.is_none())
        .collect();
    hold!(gone.len() == 1, "{} changes say that the category is gone", gone.len());
    hold!(
        gone[0].entity == Entity::Category,
        "it is of the kind {}",
        gone[0].entity.as_str()
    );
    if let Some(again) = again {
        let (changes, _) = again?;
        hold!(of(&changes, suite.category.0).is_empty(), "it comes a second time");
    }
    refused?.refused(404, ErrorCode::NotFound)?;
    let (changes, _) = sync(&suite.second, Some(&end), 2_000).await?;
    let back = |id: Uuid| of(&changes, id).iter().any(|change| change.document.is_some());
    hold!(back(suite.category.0), "served anew, the category does not come back");
    hold!(back(question.0), "served anew, its questions do not come back");
    let request = suite.second.request(Method::GET, "/v1/me");
    send(request).await?.expect(200)?;
    Ok(())
}
