//! 1. The wire: what holds for every request and response.

use super::{Held, checks};
use crate::{
    Failure, Suite,
    client::{new_id, send},
    failure::hold,
    suite::{act, sync_page},
};
use jiff::Timestamp;
use proffer_protocol::{ErrorCode, PROTOCOL_VERSION, PROTOCOL_VERSION_HEADER};
use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

checks! {
    "1. The wire";
    "1.1" healthz: "GET /healthz answers 200 to anybody while the server can serve.";
    "1.2" openapi: "GET /openapi.json is an OpenAPI 3.1 document with every route of the protocol.";
    "1.3" version_is_named: "Every response names the protocol's version in Proffer-Protocol.";
    "1.4" other_version: "A request of another version of the protocol gets 426 and protocol_mismatch.";
    "1.5" times: "Times are RFC 3339 in UTC, with Z.";
    "1.6" ids: "Ids that the server makes are UUIDv7, and amounts of money whole numbers.";
    "1.7" unknown_address: "An address under /v1 that there is not gets 404, a method that is not for it 405.";
}

/// Every route of the protocol.
pub(super) const ROUTES: [(&str, &str); 35] = [
    ("get", "/healthz"),
    ("get", "/metrics"),
    ("post", "/v1/sessions"),
    ("get", "/v1/sessions"),
    ("delete", "/v1/sessions/current"),
    ("delete", "/v1/sessions/{id}"),
    ("get", "/v1/me"),
    ("get", "/v1/me/totp"),
    ("post", "/v1/me/totp"),
    ("post", "/v1/me/totp/confirm"),
    ("post", "/v1/me/totp/disable"),
    ("get", "/v1/sync"),
    ("get", "/v1/events"),
    ("post", "/v1/questions"),
    ("post", "/v1/questions/{id}/lock"),
    ("post", "/v1/questions/{id}/extend"),
    ("post", "/v1/questions/{id}/release"),
    ("post", "/v1/questions/{id}/messages"),
    ("post", "/v1/questions/{id}/rating"),
    ("post", "/v1/questions/{id}/offers"),
    ("post", "/v1/offers/{id}/revise"),
    ("post", "/v1/offers/{id}/withdraw"),
    ("post", "/v1/offers/{id}/remind"),
    ("post", "/v1/offers/{id}/start"),
    ("post", "/v1/offers/{id}/deliver"),
    ("post", "/v1/offers/{id}/cancel"),
    ("post", "/v1/offers/{id}/accept"),
    ("post", "/v1/offers/{id}/hold"),
    ("post", "/v1/offers/{id}/decline"),
    ("post", "/v1/offers/{id}/reconsider"),
    ("post", "/v1/offers/{id}/complete"),
    ("post", "/v1/support-requests"),
    ("post", "/v1/attachments"),
    ("get", "/v1/attachments/{id}"),
    ("get", "/openapi.json"),
];

async fn healthz(suite: &Suite) -> Held {
    send(suite.server.bare(Method::GET, "/healthz")).await?.expect(200)?;
    Ok(())
}

async fn openapi(suite: &Suite) -> Held {
    let answer = send(suite.server.bare(Method::GET, "/openapi.json"))
        .await?
        .expect(200)?;
    let document: Value = answer.read()?;
    let version = document["openapi"].as_str().unwrap_or_default();
    hold!(version.starts_with("3.1"), "its version is {version:?}");
    let missing: Vec<String> = ROUTES
        .iter()
        .filter(|(method, path)| *path != "/openapi.json" && document["paths"][path][method].is_null())
        .map(|(method, path)| format!("{} {path}", method.to_uppercase()))
        .collect();
    hold!(missing.is_empty(), "it says nothing of {}", missing.join(", "));
    Ok(())
}

async fn version_is_named(suite: &Suite) -> Held {
    let nothing = format!("/v1/attachments/{}", new_id());
    for answer in [
        suite.expert.get("/v1/me").await?,
        suite.expert.get(&nothing).await?,
        send(suite.server.bare(Method::GET, "/v1/me")).await?,
        suite.expert.command("/v1/questions/x/lock", &Value::Null).await?,
    ] {
        let named = answer.header(PROTOCOL_VERSION_HEADER);
        hold!(
            named == Some(PROTOCOL_VERSION.to_string().as_str()),
            "{} ({}) names {named:?}",
            answer.what,
            answer.status
        );
    }
    Ok(())
}

async fn other_version(suite: &Suite) -> Held {
    let request = suite
        .server
        .bare(Method::GET, "/v1/me")
        .bearer_auth(&suite.expert.token);
    let other = PROTOCOL_VERSION + 98;
    let answer = send(request.header(PROTOCOL_VERSION_HEADER, other)).await?;
    answer.refused(426, ErrorCode::ProtocolMismatch)?;
    Ok(())
}

/// Every value in a document with the name it stands under.
fn values<'a>(name: &'a str, value: &'a Value, found: &mut Vec<(&'a str, &'a Value)>) {
    found.push((name, value));
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| values(name, value, found)),
        Value::Array(entries) => entries.iter().for_each(|value| values(name, value, found)),
        _ => {}
    }
}

/// Documents with as much in them as there can be.
async fn samples(suite: &Suite) -> Result<Vec<Value>, Failure> {
    let me: Value = suite.expert.get("/v1/me").await?.expect(200)?.read()?;
    let offer = suite.accepted().await?;
    let started: Value = suite.expert.does(&act(offer, "start")).await?;
    let page = sync_page(&suite.expert, None, Some(200)).await?;
    let mut samples = vec![me, started];
    samples.extend(page.changes.into_iter().filter_map(|change| change.document));
    Ok(samples)
}

async fn times(suite: &Suite) -> Held {
    let samples = samples(suite).await?;
    let mut found = Vec::new();
    samples.iter().for_each(|sample| values("", sample, &mut found));
    let mut count = 0;
    for (name, value) in found {
        let is_time = name.ends_with("_at") || ["at", "server_time", "customer_since"].contains(&name);
        if let (true, Some(text)) = (is_time, value.as_str()) {
            count += 1;
            hold!(
                text.ends_with('Z') && text.parse::<Timestamp>().is_ok(),
                "{name} is {text:?}"
            );
        }
    }
    hold!(count > 0, "no document holds a time");
    Ok(())
}

async fn ids(suite: &Suite) -> Held {
    let samples = samples(suite).await?;
    let mut found = Vec::new();
    samples.iter().for_each(|sample| values("", sample, &mut found));
    let mut events = 0;
    for sample in &samples {
        for event in sample["offer"]["events"].as_array().into_iter().flatten() {
            events += 1;
            let id: Option<Uuid> = event["id"].as_str().and_then(|id| id.parse().ok());
            let version = id.map(|id| id.get_version_num());
            hold!(version == Some(7), "the id of an event is {}", event["id"]);
        }
    }
    hold!(events > 0, "an offer has no event");
    for (name, value) in found {
        if name.ends_with("_minor") {
            hold!(value.is_i64() || value.is_u64(), "{name} is {value}");
        }
    }
    let account = suite.expert.me.account.id.0;
    hold!(account.get_version_num() == 7, "the id of an account is {account}");
    Ok(())
}

async fn unknown_address(suite: &Suite) -> Held {
    let nothing = suite.expert.get("/v1/no-such-thing").await?;
    nothing.refused(404, ErrorCode::NotFound)?;
    let method = send(suite.expert.request(Method::DELETE, "/v1/me")).await?;
    hold!(method.status == 405, "DELETE /v1/me: {} instead of 405", method.status);
    Ok(())
}
