//! Letters as files: what a mail program reads in them.

use jiff::Timestamp;
use mail_parser::{Message, MessageParser};
use proffer_platform::mail::{FolderMailer, MailError, Mailer, OutgoingEmail};
use std::path::Path;
use uuid::Uuid;

fn email() -> OutgoingEmail {
    OutgoingEmail {
        id: Uuid::from_u128(7),
        recipient_name: "Helen Marsh".to_owned(),
        recipient: "helen@example.com".to_owned(),
        subject: "Daniel answered: wem gehört der Zaun?".to_owned(),
        text: "Hello Helen,\n\n£145.00 – „ja“\n".to_owned(),
        html: "<p>£145.00</p>".to_owned(),
        date: "2026-11-23T10:00:00Z".parse::<Timestamp>().unwrap(),
        thread: None,
        stop_url: None,
    }
}

fn mailer(folder: &Path) -> FolderMailer {
    FolderMailer::new(folder.to_owned(), "Proffer <no-reply@proffer.example>".parse().unwrap())
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn read(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).unwrap()
}

#[tokio::test]
async fn a_letter_is_a_file_that_mail_programs_read() {
    let folder = tempfile::tempdir().unwrap();
    mailer(folder.path()).send(&email()).await.unwrap();
    let files = files(folder.path());
    let name = files[0].file_name().unwrap().to_str().unwrap();
    assert!(
        name.starts_with("20261123-100000-helen@example.com-") && name.ends_with(".eml"),
        "{name}"
    );
    let raw = std::fs::read(&files[0]).unwrap();
    let message = read(&raw);
    let to = message.to().unwrap().first().unwrap();
    assert_eq!(
        (to.name(), to.address()),
        (Some("Helen Marsh"), Some("helen@example.com"))
    );
    assert_eq!(message.subject(), Some("Daniel answered: wem gehört der Zaun?"));
    assert_eq!(
        message.body_text(0).unwrap().replace("\r\n", "\n").trim_end(),
        email().text.trim_end()
    );
    assert_eq!(message.body_html(0).unwrap().trim_end(), "<p>£145.00</p>");
    assert_eq!(
        message.message_id(),
        Some(format!("{}@proffer.example", email().id).as_str())
    );
    assert_eq!(message.date().unwrap().to_timestamp(), email().date.as_second());
    assert_eq!(message.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
}

#[tokio::test]
async fn the_same_letter_again_is_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = mailer(folder.path());
    mailer.send(&email()).await.unwrap();
    mailer.send(&email()).await.unwrap();
    assert_eq!(files(folder.path()).len(), 1);
}

#[tokio::test]
async fn no_name_or_title_adds_a_header_or_turns_the_text_around() {
    let folder = tempfile::tempdir().unwrap();
    let mut hostile = email();
    hostile.recipient_name = "Helen\r\nBcc: all@example.com\u{202e} <boss@example.com>".to_owned();
    hostile.subject = "Hello\r\nBcc: all@example.com\n\nBody\u{2028}\u{202e}gpj.exe".to_owned();
    mailer(folder.path()).send(&hostile).await.unwrap();
    let raw = std::fs::read(&files(folder.path())[0]).unwrap();
    let message = read(&raw);
    assert!(message.bcc().is_none());
    assert_eq!(message.to().unwrap().iter().count(), 1);
    assert_eq!(
        message.to().unwrap().first().unwrap().address(),
        Some("helen@example.com")
    );
    let subject = message.subject().unwrap();
    assert!(!subject.contains(['\r', '\n', '\u{2028}', '\u{202e}']), "{subject:?}");
    assert!(message.body_text(0).unwrap().contains("£145.00"));
}

#[tokio::test]
async fn an_address_that_is_none_is_given_up_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = email();
    wrong.recipient = "nobody\r\nDATA".to_owned();
    let error = mailer(folder.path()).send(&wrong).await.unwrap_err();
    assert!(matches!(error, MailError::Permanent(_)), "{error}");
}
