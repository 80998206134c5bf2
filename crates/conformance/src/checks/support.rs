//! 11. Help.

use super::{Held, checks};
use crate::{
    Suite,
    client::new_id,
    failure::hold,
    suite::{cursor, of, sync},
};
use proffer_domain::SupportRequestId;
use proffer_protocol::{ErrorCode, SupportRequestDocument, SupportRequestRequest, SupportRequestState};

checks! {
    "11. Help";
    "11.1" asking: "A request for help comes back as a document, and on the stream of who made it alone.";
    "11.2" fields: "Without subject or text it gets 422 with the pointers.";
}

fn request(subject: &str, text: &str) -> SupportRequestRequest {
    SupportRequestRequest {
        id: SupportRequestId(new_id()),
        question_id: None,
        subject: subject.to_owned(),
        text: text.to_owned(),
    }
}

async fn asking(suite: &Suite) -> Held {
    let (mine, theirs) = (cursor(&suite.expert).await?, cursor(&suite.second).await?);
    let mut request = request("How do I leave a category?", "I serve one too many.");
    request.question_id = Some(suite.asked().await?);
    let document: SupportRequestDocument = suite.expert.done("/v1/support-requests", &request).await?;
    hold!(
        document.id == request.id && document.state == SupportRequestState::Open && document.reply.is_none(),
        "it comes back as {document:?}"
    );
    hold!(
        document.category_id == Some(suite.category),
        "its category is {:?}",
        document.category_id
    );
    let (changes, _) = sync(&suite.expert, Some(&mine), 500).await?;
    hold!(!of(&changes, request.id.0).is_empty(), "who made it does not see it");
    let (changes, _) = sync(&suite.second, Some(&theirs), 500).await?;
    hold!(of(&changes, request.id.0).is_empty(), "another expert sees it");
    Ok(())
}

async fn fields(suite: &Suite) -> Held {
    let answer = suite.expert.command("/v1/support-requests", &request(" ", "")).await?;
    let problem = answer.refused(422, ErrorCode::InvalidFields)?;
    for pointer in ["/subject", "/text"] {
        let named = problem.errors.iter().any(|field| field.pointer == pointer);
        hold!(named, "{pointer} is not named in {:?}", problem.errors);
    }
    Ok(())
}
