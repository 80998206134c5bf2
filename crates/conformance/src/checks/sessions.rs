//! 2. Signing in.

use super::{Held, checks, wire::ROUTES};
use crate::{
    Suite,
    client::{new_id, send},
    events::{Events, SOON},
    failure::hold,
};
use proffer_protocol::{ErrorCode, Me, Problem, SessionCreated, SessionDocument, TotpState};
use reqwest::Method;
use tokio::time::Instant;

checks! {
    "2. Signing in";
    "2.1" signing_in: "POST /v1/sessions gives 201, a token, and the account with its categories, the limits and the server's time.";
    "2.2" wrong_and_unknown: "A wrong password and an unknown address get the same answer: 401 and wrong_credentials.";
    "2.3" without_session: "Without a session, or with a made-up token, every route gets 401 and sign_in_needed.";
    "2.4" me: "GET /v1/me says who is signed in.";
    "2.5" list: "GET /v1/sessions lists the devices, the one that asks marked.";
    "2.6" revoked: "A session that another one ends gets 401 at its next request.";
    "2.8" signing_out: "DELETE /v1/sessions/current ends the session that asks, and no other.";
    "2.9" anothers: "Another account's session is as one that is not there: 404.";
    "2.10" totp: "GET /v1/me/totp says whether signing in asks for a code.";
    waits "2.7" events_end: "The events of a session that was ended end within 5 seconds.";
}

async fn signing_in(suite: &Suite) -> Held {
    let who = &suite.settings.expert;
    let answer = suite
        .server
        .sign_in(&who.email, &who.password, "conformance 2.1")
        .await?;
    let created: SessionCreated = answer.expect(201)?.read()?;
    hold!(created.token.len() >= 16, "the token is guessed easily");
    hold!(
        created.me.account == suite.expert.me.account,
        "it signs another account in"
    );
    let named = created
        .me
        .categories
        .iter()
        .any(|category| category.id == suite.category);
    hold!(named, "the account's categories are not among what it is told");
    hold!(!created.me.limits.prices.is_empty(), "the limits allow no price");
    Ok(())
}

async fn wrong_and_unknown(suite: &Suite) -> Held {
    let wrong = suite
        .server
        .sign_in(&suite.settings.expert.email, "not the password", "test")
        .await?;
    let wrong = wrong.refused(401, ErrorCode::WrongCredentials)?;
    let unknown = format!("nobody-{}@example.com", new_id());
    let unknown = suite.server.sign_in(&unknown, "not the password", "test").await?;
    let unknown: Problem = unknown.read()?;
    hold!(wrong == unknown, "they differ: {wrong:?} and {unknown:?}");
    Ok(())
}

async fn without_session(suite: &Suite) -> Held {
    for (method, path) in ROUTES {
        let is_open =
            ["/healthz", "/metrics", "/openapi.json"].contains(&path) || (method, path) == ("post", "/v1/sessions");
        if is_open {
            continue;
        }
        let method: Method = method.to_uppercase().parse().unwrap_or(Method::GET);
        let path = path.replace("{id}", &new_id().to_string());
        for token in [None, Some("made-up-by-the-conformance-suite")] {
            let mut request = suite.server.request(method.clone(), &path);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            send(request).await?.refused(401, ErrorCode::SignInNeeded)?;
        }
    }
    Ok(())
}

async fn me(suite: &Suite) -> Held {
    for session in [&suite.expert, &suite.customer] {
        let me: Me = session.get("/v1/me").await?.expect(200)?.read()?;
        hold!(me.account == session.me.account, "it names another account");
        hold!(
            me.server_time >= session.me.server_time,
            "the server's clock goes backwards"
        );
    }
    Ok(())
}

async fn list(suite: &Suite) -> Held {
    let who = &suite.settings.second_customer;
    let device = format!("conformance {}", new_id());
    let session = suite.server.session(&who.email, &who.password, &device).await?;
    let sessions: Vec<SessionDocument> = session.get("/v1/sessions").await?.expect(200)?.read()?;
    let current: Vec<_> = sessions.iter().filter(|listed| listed.is_current).collect();
    hold!(
        current.len() == 1 && current[0].device == device,
        "{} of the list are marked as the one that asks",
        current.len()
    );
    hold!(sessions.len() >= 2, "the other session of this account is not listed");
    Ok(())
}

async fn revoked(suite: &Suite) -> Held {
    let who = &suite.settings.expert;
    let device = format!("conformance {}", new_id());
    let lost = suite.server.session(&who.email, &who.password, &device).await?;
    revoke(suite, &device).await?;
    lost.get("/v1/me").await?.refused(401, ErrorCode::SignInNeeded)?;
    Ok(())
}

/// Ends the expert's session on a device by their other one.
async fn revoke(suite: &Suite, device: &str) -> Held {
    let sessions: Vec<SessionDocument> = suite.expert.get("/v1/sessions").await?.expect(200)?.read()?;
    let Some(listed) = sessions.iter().find(|listed| listed.device == device) else {
        return Err(crate::Failure::Differs(format!(
            "GET /v1/sessions does not list {device:?}"
        )));
    };
    let path = format!("/v1/sessions/{}", listed.id);
    send(suite.expert.request(Method::DELETE, &path)).await?.expect(204)?;
    Ok(())
}

async fn events_end(suite: &Suite) -> Held {
    let who = &suite.settings.expert;
    let device = format!("conformance {}", new_id());
    let lost = suite.server.session(&who.email, &who.password, &device).await?;
    let mut events = Events::open(&lost, None).await?;
    events.until(SOON, |_| true).await?;
    revoke(suite, &device).await?;
    let deadline = Instant::now() + SOON;
    loop {
        match events.next(deadline).await {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err(_) => hold!(false, "they go on 5 seconds later"),
        }
    }
}

async fn signing_out(suite: &Suite) -> Held {
    let who = &suite.settings.customer;
    let session = suite
        .server
        .session(&who.email, &who.password, "conformance 2.8")
        .await?;
    let path = "/v1/sessions/current";
    send(session.request(Method::DELETE, path)).await?.expect(204)?;
    session.get("/v1/sync").await?.refused(401, ErrorCode::SignInNeeded)?;
    suite.customer.get("/v1/me").await?.expect(200)?;
    Ok(())
}

async fn anothers(suite: &Suite) -> Held {
    let sessions: Vec<SessionDocument> = suite.second.get("/v1/sessions").await?.expect(200)?.read()?;
    let current = sessions.iter().find(|listed| listed.is_current);
    for id in current.map(|listed| listed.id.0).into_iter().chain([new_id()]) {
        let request = suite.customer.request(Method::DELETE, &format!("/v1/sessions/{id}"));
        send(request).await?.refused(404, ErrorCode::NotFound)?;
    }
    suite.second.get("/v1/me").await?.expect(200)?;
    Ok(())
}

async fn totp(suite: &Suite) -> Held {
    let state: TotpState = suite.expert.get("/v1/me/totp").await?.expect(200)?.read()?;
    hold!(!state.is_on, "it says that a code is asked for, and none was");
    Ok(())
}
