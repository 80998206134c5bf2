//! 5. Questions, locks and messages.

use super::{Held, checks};
use crate::{Suite, client::new_id, failure::hold, suite::message};
use futures_util::future::try_join_all;
use proffer_domain::{MessageKind, QuestionState};
use proffer_protocol::{ErrorCode, MessageDocument, Problem, QuestionDocument};
use serde_json::{Value, json};

checks! {
    "5. Questions, locks and messages";
    "5.1" asking: "A question that is asked is open, has a number, and is the customer's.";
    "5.2" locking: "A lock names its holder and its end; taken again or extended by its holder it is never shortened.";
    "5.3" lock_race: "Of experts who lock a question at once exactly one wins; the others get 409 and lock_held with current.lock.";
    "5.4" only_the_holder: "Only its holder extends or releases a lock; where there is none, that gets 409 and lock_not_held.";
    "5.5" writing: "An expert who neither holds the lock nor has answered cannot write: 409 lock_held, or 403 not_your_question.";
    "5.6" messages: "Information Requests leave a question open, an Answer makes it answered; each is a message of its kind.";
    "5.7" kinds: "Each role sends its own kinds of message; another's gets 403 and forbidden.";
    "5.8" announcing: "Only an Answer can announce an offer: else 422 with the pointer /announces_offer.";
    "5.9" rating: "A rating needs an Answer (409 answer_first), is 1 to 5 stars (422 /stars), and a later one replaces it.";
}

fn at(question: impl std::fmt::Display, action: &str) -> String {
    format!("/v1/questions/{question}/{action}")
}

async fn asking(suite: &Suite) -> Held {
    let request = suite.question();
    let document: QuestionDocument = suite.customer.done("/v1/questions", &request).await?;
    let question = document.question;
    hold!(question.id == request.id, "it has another id");
    hold!(
        question.state == QuestionState::Open,
        "it is {}",
        question.state.as_str()
    );
    hold!(question.number > 0, "it has no number");
    hold!(question.customer.id == suite.customer.me.account.id, "it is another's");
    hold!(
        question.lock.is_none() && question.rating.is_none(),
        "it is locked or rated"
    );
    hold!(
        question.title == request.title && question.text == request.text,
        "its words are not those that were sent"
    );
    Ok(())
}

async fn locking(suite: &Suite) -> Held {
    let id = suite.asked().await?;
    let mut before = None;
    for action in ["lock", "lock", "extend", "extend"] {
        let document: QuestionDocument = suite.expert.does(&at(id, action)).await?;
        let Some(lock) = document.question.lock else {
            hold!(false, "after {action} there is no lock");
            continue;
        };
        hold!(lock.holder.id == suite.expert.me.account.id, "another holds it");
        hold!(before.is_none_or(|end| lock.expires_at >= end), "{action} shortened it");
        hold!(lock.expires_at > lock.taken_at, "it ends before it begins");
        before = Some(lock.expires_at);
    }
    let document: QuestionDocument = suite.expert.does(&at(id, "release")).await?;
    hold!(document.question.lock.is_none(), "it is held after it was released");
    Ok(())
}

async fn lock_race(suite: &Suite) -> Held {
    for _ in 0..5 {
        let id = suite.asked().await?;
        let experts = [&suite.expert, &suite.second];
        let path = at(id, "lock");
        let tries = experts.iter().map(|expert| expert.command(&path, &Value::Null));
        let answers = try_join_all(tries).await?;
        let won = answers.iter().filter(|answer| answer.status == 200).count();
        hold!(won == 1, "{won} of two won");
        let mut holder = None;
        for answer in &answers {
            if answer.status == 200 {
                let document: QuestionDocument = answer.read()?;
                holder = document.question.lock.map(|lock| lock.holder);
            }
        }
        for answer in answers.into_iter().filter(|answer| answer.status != 200) {
            let problem: Problem = answer.refused(409, ErrorCode::LockHeld)?;
            let told = problem.current.and_then(|current| current.lock).map(|lock| lock.holder);
            hold!(
                told.is_some() && told == holder,
                "the loser is told that {told:?} holds it"
            );
        }
    }
    Ok(())
}

async fn only_the_holder(suite: &Suite) -> Held {
    let id = suite.asked().await?;
    for action in ["extend", "release"] {
        let answer = suite.expert.command(&at(id, action), &Value::Null).await?;
        answer.refused(409, ErrorCode::LockNotHeld)?;
    }
    let _: QuestionDocument = suite.expert.does(&at(id, "lock")).await?;
    for action in ["extend", "release"] {
        let answer = suite.second.command(&at(id, action), &Value::Null).await?;
        hold!(
            answer.status == 409,
            "another's {action}: {} instead of 409",
            answer.status
        );
    }
    let _: QuestionDocument = suite.expert.does(&at(id, "extend")).await?;
    Ok(())
}

async fn writing(suite: &Suite) -> Held {
    let id = suite.asked().await?;
    let path = at(id, "messages");
    let answer = suite.second.command(&path, &message(MessageKind::Answer)).await?;
    answer.refused(403, ErrorCode::NotYourQuestion)?;
    let _: QuestionDocument = suite.expert.does(&at(id, "lock")).await?;
    let answer = suite.second.command(&path, &message(MessageKind::Answer)).await?;
    hold!(answer.status == 409, "beside a lock: {} instead of 409", answer.status);
    // Who has answered may write on, also without the lock.
    let _: MessageDocument = suite.expert.done(&path, &message(MessageKind::Answer)).await?;
    let _: QuestionDocument = suite.expert.does(&at(id, "release")).await?;
    let _: MessageDocument = suite.expert.done(&path, &message(MessageKind::Answer)).await?;
    Ok(())
}

async fn messages(suite: &Suite) -> Held {
    let id = suite.locked().await?;
    let path = at(id, "messages");
    for (session, kind, state) in [
        (&suite.expert, MessageKind::InfoRequest, QuestionState::Open),
        (&suite.customer, MessageKind::Reply, QuestionState::Open),
        (&suite.expert, MessageKind::Answer, QuestionState::Answered),
    ] {
        let request = message(kind);
        let document: MessageDocument = session.done(&path, &request).await?;
        let sent = document.message;
        hold!(
            sent.id == request.id && sent.kind == kind && sent.text == request.text && sent.question_id == id,
            "a message of the kind {} comes back as another",
            kind.as_str()
        );
        hold!(sent.author.id == session.me.account.id, "its author is another");
        let document: QuestionDocument = suite.expert.does(&at(id, "extend")).await?;
        let question = document.question;
        hold!(
            question.state == state,
            "after a message of the kind {} the question is {}",
            kind.as_str(),
            question.state.as_str()
        );
        let has_answered = question.answered_by.contains(&suite.expert.me.account.id);
        hold!(
            has_answered == (state == QuestionState::Answered),
            "answered_by is {:?}",
            question.answered_by
        );
    }
    Ok(())
}

async fn kinds(suite: &Suite) -> Held {
    let id = suite.locked().await?;
    let path = at(id, "messages");
    for (session, kind) in [
        (&suite.expert, MessageKind::Reply),
        (&suite.customer, MessageKind::Answer),
        (&suite.customer, MessageKind::InfoRequest),
    ] {
        let answer = session.command(&path, &message(kind)).await?;
        answer.refused(403, ErrorCode::Forbidden)?;
    }
    Ok(())
}

async fn announcing(suite: &Suite) -> Held {
    let id = suite.locked().await?;
    let path = at(id, "messages");
    let mut request = message(MessageKind::InfoRequest);
    request.announces_offer = true;
    let problem = suite
        .expert
        .command(&path, &request)
        .await?
        .refused(422, ErrorCode::InvalidFields)?;
    let named = problem.errors.iter().any(|field| field.pointer == "/announces_offer");
    hold!(named, "/announces_offer is not named in {:?}", problem.errors);
    request.kind = MessageKind::Answer;
    request.id = proffer_domain::MessageId(new_id());
    let document: MessageDocument = suite.expert.done(&path, &request).await?;
    hold!(
        document.message.announces_offer,
        "the Answer does not say that it announces one"
    );
    Ok(())
}

async fn rating(suite: &Suite) -> Held {
    let id = suite.asked().await?;
    let answer = suite.customer.command(&at(id, "rating"), &json!({"stars": 5})).await?;
    answer.refused(409, ErrorCode::AnswerFirst)?;
    let id = suite.answered().await?;
    for stars in [0, 6] {
        let answer = suite
            .customer
            .command(&at(id, "rating"), &json!({"stars": stars}))
            .await?;
        let problem = answer.refused(422, ErrorCode::InvalidFields)?;
        let named = problem.errors.iter().any(|field| field.pointer == "/stars");
        hold!(named, "/stars is not named in {:?}", problem.errors);
    }
    for stars in [2, 5] {
        let request = json!({"stars": stars, "comment": "Thank you"});
        let document: QuestionDocument = suite.customer.done(&at(id, "rating"), &request).await?;
        let given = document.question.rating.map(|rating| rating.stars);
        hold!(given == Some(stars), "{stars} stars became {given:?}");
    }
    Ok(())
}
