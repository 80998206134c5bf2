//! 9. Files.

use super::{Held, checks};
use crate::{Suite, client::new_id, failure::hold};
use proffer_domain::{Attachment, AttachmentId, FieldCode};
use proffer_protocol::{ErrorCode, QuestionDocument};

checks! {
    "9. Files";
    "9.1" uploading: "A file is stored under the id that the client made; the same id again gives what is stored.";
    "9.2" bytes: "A file that is fetched has the bytes that were sent.";
    "9.3" nosniff: "It is sent with X-Content-Type-Options: nosniff.";
    "9.4" disposition: "It is sent as Content-Disposition: attachment, whatever its name.";
    "9.5" dangerous: "Programs are refused by name and by content, and empty files too: 422 with the pointer /attachment.";
    "9.6" too_large: "A file larger than the limit of GET /v1/me gets 413 and too_large.";
    "9.7" own: "A file is its owner's alone until it is sent, then also of those who see what it was sent with.";
    "9.8" used_once: "A file is sent once: with a second command it is refused at /attachments/0.";
}

const PDF: &[u8] = b"%PDF-1.7 a file of the conformance suite";

async fn stored(suite: &Suite, name: &str, bytes: &[u8]) -> Result<Attachment, crate::Failure> {
    suite
        .customer
        .upload(new_id(), name, bytes.to_vec())
        .await?
        .expect(201)?
        .read()
}

async fn uploading(suite: &Suite) -> Held {
    let id = new_id();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let answer = suite.customer.upload(id, "letter.pdf", PDF.to_vec()).await?;
        let attachment: Attachment = answer.expect(201)?.read()?;
        seen.push(attachment);
    }
    hold!(seen[0] == seen[1], "the second time it is {:?}", seen[1]);
    hold!(
        seen[0].id == AttachmentId(id) && seen[0].name == "letter.pdf" && seen[0].size_bytes == PDF.len() as u64,
        "it is stored as {:?}",
        seen[0]
    );
    let answer = suite.stranger.upload(id, "letter.pdf", PDF.to_vec()).await?;
    hold!(
        (400..500).contains(&answer.status),
        "another's id: {} instead of a refusal",
        answer.status
    );
    Ok(())
}

async fn bytes(suite: &Suite) -> Held {
    let file = stored(suite, "letter.pdf", PDF).await?;
    let answer = suite
        .customer
        .get(&format!("/v1/attachments/{}", file.id))
        .await?
        .expect(200)?;
    hold!(
        answer.body == PDF,
        "{} bytes came that are not those that were sent",
        answer.body.len()
    );
    Ok(())
}

async fn nosniff(suite: &Suite) -> Held {
    let file = stored(suite, "page.html", b"<script>alert(1)</script>").await?;
    let answer = suite
        .customer
        .get(&format!("/v1/attachments/{}", file.id))
        .await?
        .expect(200)?;
    let value = answer.header("x-content-type-options");
    hold!(value == Some("nosniff"), "it is {value:?}");
    Ok(())
}

async fn disposition(suite: &Suite) -> Held {
    for name in ["letter.pdf", "a\"; filename=x.html\r\nx: y.pdf", "Größe 文書.pdf"] {
        let file = stored(suite, name, PDF).await?;
        let answer = suite
            .customer
            .get(&format!("/v1/attachments/{}", file.id))
            .await?
            .expect(200)?;
        let value = answer.header("content-disposition").unwrap_or_default().to_owned();
        hold!(value.starts_with("attachment"), "for the name {name:?} it is {value:?}");
        hold!(
            answer.header("x").is_none(),
            "the name {name:?} makes a header of its own"
        );
    }
    Ok(())
}

async fn dangerous(suite: &Suite) -> Held {
    for (name, bytes, code) in [
        ("setup.exe", b"hello".as_slice(), FieldCode::DangerousType),
        ("photo.jpg", b"MZ\x90\x00a program".as_slice(), FieldCode::DangerousType),
        ("photo.jpg", b"\x7fELFa program".as_slice(), FieldCode::DangerousType),
        ("empty.pdf", b"".as_slice(), FieldCode::Missing),
    ] {
        let answer = suite.customer.upload(new_id(), name, bytes.to_vec()).await?;
        let problem = answer.refused(422, ErrorCode::InvalidFields)?;
        let told = problem.errors.first().map(|field| (field.pointer.as_str(), field.code));
        hold!(
            told == Some(("/attachment", code)),
            "{name} is refused with {:?}",
            problem.errors
        );
    }
    Ok(())
}

async fn too_large(suite: &Suite) -> Held {
    let size = usize::try_from(suite.limits.attachment_max_bytes).unwrap_or(usize::MAX);
    let most = 64 * 1024 * 1024;
    if size > most {
        return Err(crate::Failure::NotRun(format!(
            "the limit is {size} bytes, more than the suite sends"
        )));
    }
    let answer = suite.customer.upload(new_id(), "film.zip", vec![7; size + 1]).await?;
    answer.refused(413, ErrorCode::TooLarge)?;
    Ok(())
}

async fn own(suite: &Suite) -> Held {
    let file = stored(suite, "letter.pdf", PDF).await?;
    let path = format!("/v1/attachments/{}", file.id);
    suite.expert.get(&path).await?.refused(404, ErrorCode::NotFound)?;
    let mut question = suite.question();
    question.attachments = vec![file.id];
    let document: QuestionDocument = suite.customer.done("/v1/questions", &question).await?;
    hold!(
        document.question.attachments == [file],
        "the question has {:?}",
        document.question.attachments
    );
    for session in [&suite.customer, &suite.expert, &suite.second] {
        session.get(&path).await?.expect(200)?;
    }
    suite.stranger.get(&path).await?.refused(404, ErrorCode::NotFound)?;
    Ok(())
}

async fn used_once(suite: &Suite) -> Held {
    let file = stored(suite, "letter.pdf", PDF).await?;
    let mut question = suite.question();
    question.attachments = vec![file.id];
    let _: QuestionDocument = suite.customer.done("/v1/questions", &question).await?;
    let mut second = suite.question();
    for attachments in [vec![file.id], vec![AttachmentId(new_id())]] {
        second.attachments = attachments;
        let answer = suite.customer.command("/v1/questions", &second).await?;
        let problem = answer.refused(422, ErrorCode::InvalidFields)?;
        let named = problem.errors.iter().any(|field| field.pointer == "/attachments/0");
        hold!(named, "/attachments/0 is not named in {:?}", problem.errors);
        second = suite.question();
    }
    Ok(())
}
