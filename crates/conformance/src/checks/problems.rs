//! 3. Errors.

use super::{Held, checks};
use crate::{
    Suite,
    client::{Answer, new_id, send},
    failure::hold,
};
use proffer_domain::FieldCode;
use proffer_protocol::{ErrorCode, Problem, version::IDEMPOTENCY_KEY_HEADER};
use reqwest::Method;
use serde_json::{Value, json};

checks! {
    "3. Errors";
    "3.1" form: "Errors are application/problem+json with type, title, a stable code, and the response's own status.";
    "3.2" unreadable: "A body that cannot be read gets 400 and malformed_request.";
    "3.3" fields: "Wrong fields get 422 and invalid_fields, each with its JSON pointer, its code and words.";
    "3.4" limits: "A text that is too long is refused with the limit, which is that of GET /v1/me.";
    "3.5" nothing_there: "What is not there, or not for who asks, gets 404 and not_found, also if the id is none.";
    "3.6" roles: "What a role may not do gets 403 and forbidden.";
}

async fn form(suite: &Suite) -> Held {
    let id = new_id();
    let nothing = json!({"id": id, "subject": "", "text": ""});
    let answers: Vec<Answer> = vec![
        send(suite.server.request(Method::GET, "/v1/me")).await?,
        suite.expert.get(&format!("/v1/attachments/{id}")).await?,
        suite.expert.command("/v1/questions", &suite.question()).await?,
        suite.customer.command("/v1/questions", &Value::Null).await?,
        suite.expert.command("/v1/support-requests", &nothing).await?,
        send(suite.expert.request(Method::DELETE, "/v1/me")).await?,
    ];
    for answer in answers {
        let (what, status) = (&answer.what, answer.status);
        hold!(
            answer.media_type() == "application/problem+json",
            "{what} ({status}): the media type is {:?}",
            answer.media_type()
        );
        let problem: Problem = answer.read()?;
        hold!(
            problem.status == status,
            "{what}: the body says {}, the response {status}",
            problem.status
        );
        hold!(!problem.title.is_empty(), "{what}: no title");
        let code = serde_json::to_value(problem.code).unwrap_or_default();
        let kind = format!("urn:proffer:problem:{}", code.as_str().unwrap_or_default());
        hold!(problem.kind == kind, "{what}: the type is {:?}", problem.kind);
    }
    Ok(())
}

async fn unreadable(suite: &Suite) -> Held {
    for body in ["{not json", "[]", "{}", ""] {
        let request = suite.customer.request(Method::POST, "/v1/questions");
        let request = request.header(IDEMPOTENCY_KEY_HEADER, new_id().to_string());
        let answer = send(request.header("content-type", "application/json").body(body)).await?;
        answer.refused(400, ErrorCode::MalformedRequest)?;
    }
    Ok(())
}

async fn fields(suite: &Suite) -> Held {
    let mut request = suite.question();
    request.title = "  ".to_owned();
    request.text = String::new();
    let answer = suite.customer.command("/v1/questions", &request).await?;
    let problem = answer.refused(422, ErrorCode::InvalidFields)?;
    for pointer in ["/title", "/text"] {
        let field = problem.errors.iter().find(|field| field.pointer == pointer);
        hold!(field.is_some(), "{pointer} is not named in {:?}", problem.errors);
        let is_told = field.is_some_and(|field| field.code == FieldCode::Missing && !field.message.is_empty());
        hold!(is_told, "{pointer} is not said to be missing, in words: {field:?}");
    }
    let mut request = suite.question();
    request.category_id = proffer_domain::CategoryId(new_id());
    let answer = suite.customer.command("/v1/questions", &request).await?;
    let problem = answer.refused(422, ErrorCode::InvalidFields)?;
    let named = problem.errors.iter().any(|field| field.pointer == "/category_id");
    hold!(named, "/category_id is not named in {:?}", problem.errors);
    Ok(())
}

async fn limits(suite: &Suite) -> Held {
    let max = suite.limits.text_max_chars as usize;
    let mut request = suite.question();
    request.text = "x".repeat(max + 1);
    let answer = suite.customer.command("/v1/questions", &request).await?;
    let problem = answer.refused(422, ErrorCode::InvalidFields)?;
    let field = problem.errors.iter().find(|field| field.pointer == "/text");
    let told = field.map(|field| (field.code, field.limit.clone()));
    hold!(
        told == Some((FieldCode::TooLong, Some(max.to_string()))),
        "a text of {} characters is refused with {field:?}",
        max + 1
    );
    // Characters, not bytes.
    request.text = "ü".repeat(max);
    suite.customer.command("/v1/questions", &request).await?.expect(200)?;
    Ok(())
}

async fn nothing_there(suite: &Suite) -> Held {
    for id in [new_id().to_string(), "not-an-id".to_owned()] {
        suite
            .expert
            .get(&format!("/v1/attachments/{id}"))
            .await?
            .refused(404, ErrorCode::NotFound)?;
        for path in [format!("/v1/questions/{id}/lock"), format!("/v1/offers/{id}/withdraw")] {
            let answer = suite.expert.command(&path, &Value::Null).await?;
            answer.refused(404, ErrorCode::NotFound)?;
        }
    }
    // Another customer's.
    let question = suite.asked().await?;
    let path = format!("/v1/questions/{question}/messages");
    let reply = crate::suite::message(proffer_domain::MessageKind::Reply);
    suite
        .stranger
        .command(&path, &reply)
        .await?
        .refused(404, ErrorCode::NotFound)?;
    Ok(())
}

async fn roles(suite: &Suite) -> Held {
    let question = suite.asked().await?;
    suite
        .expert
        .command("/v1/questions", &suite.question())
        .await?
        .refused(403, ErrorCode::Forbidden)?;
    let lock = format!("/v1/questions/{question}/lock");
    suite
        .customer
        .command(&lock, &Value::Null)
        .await?
        .refused(403, ErrorCode::Forbidden)?;
    let offer = suite.offered().await?;
    let accept = crate::suite::act(offer, "accept");
    suite
        .expert
        .command(&accept, &crate::suite::accept(1))
        .await?
        .refused(403, ErrorCode::Forbidden)?;
    let withdraw = crate::suite::act(offer, "withdraw");
    suite
        .customer
        .command(&withdraw, &Value::Null)
        .await?
        .refused(403, ErrorCode::Forbidden)?;
    Ok(())
}
