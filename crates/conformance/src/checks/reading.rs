//! 10. Reading changes nothing.

use super::{Held, checks, wire::ROUTES};
use crate::{
    Suite,
    client::send,
    failure::hold,
    suite::{cursor, of, sync},
};
use proffer_protocol::SessionDocument;
use reqwest::Method;

checks! {
    "10. Reading";
    "10.1" nothing_changes: "A GET or HEAD, of any address, by any role, changes no state: mail scanners open links.";
}

async fn nothing_changes(suite: &Suite) -> Held {
    let question = suite.answered().await?;
    let offer = suite.offer_on(question, suite.terms()).await?;
    let (expert, customer) = (cursor(&suite.expert).await?, cursor(&suite.customer).await?);
    let sessions = |session: &crate::client::Session| {
        let session = session.clone();
        async move {
            let listed: Vec<SessionDocument> = session.get("/v1/sessions").await?.expect(200)?.read()?;
            Ok::<_, crate::Failure>(listed.iter().any(|listed| listed.is_current))
        }
    };
    for (_, path) in ROUTES {
        if path == "/v1/events" {
            // It has no end.
            continue;
        }
        let id = if path.starts_with("/v1/questions") {
            question.0
        } else {
            offer.0
        };
        let path = path.replace("{id}", &id.to_string());
        for session in [&suite.expert, &suite.customer] {
            for method in [Method::GET, Method::HEAD] {
                let request = session.request(method, &path);
                let request = request.header("idempotency-key", crate::client::new_id().to_string());
                let answer = send(request).await?;
                hold!(answer.status < 500, "{}: {}", answer.what, answer.status);
            }
        }
    }
    for (session, start) in [(&suite.expert, &expert), (&suite.customer, &customer)] {
        let (changes, _) = sync(session, Some(start), 500).await?;
        for id in [question.0, offer.0] {
            let changed = of(&changes, id);
            hold!(
                changed.is_empty(),
                "after they were only read, this has changed: {changed:?}"
            );
        }
        hold!(sessions(session).await?, "a session is gone");
    }
    Ok(())
}
