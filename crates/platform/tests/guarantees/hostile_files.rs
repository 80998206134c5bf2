//! Files by who means harm: their names, their bytes, their length.

use crate::{
    http::{Served, problem},
    world::new_id,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Names that would lead out of a folder, into a stream, a device, or a header.
const NAMES: [&str; 24] = [
    "../../etc/passwd.txt",
    "..\\..\\windows\\system.ini.txt",
    "/etc/shadow.txt",
    "C:\\secret.txt",
    "....//....//a.txt",
    "%2e%2e%2fa.txt",
    "a\0.txt",
    "a.txt\0.png",
    "a.txt:stream.txt",
    "CON.txt",
    "~/.ssh/authorized_keys.txt",
    "$(touch x).txt",
    "`id`.txt",
    "; rm -rf x.txt",
    "| cat.txt",
    "-rf.txt",
    "a\r\nSet-Cookie: x=1.txt",
    "a\"; filename=\"b.txt",
    "<script>alert(1)<.txt",
    "\u{202e}txt.exe.txt",
    "....txt",
    "a/./b/../c.txt",
    "名前.txt",
    "%00.txt",
];

/// Files that are two things at once; none of them is a program.
fn polyglots() -> Vec<(&'static str, Vec<u8>)> {
    let script = b"<script>alert(1)</script>";
    let with = |head: &[u8]| [head, script].concat();
    vec![
        ("picture.gif", with(b"GIF89a/*")),
        ("picture.png", with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")),
        ("picture.jpg", with(b"\xff\xd8\xff\xe0\0\x10JFIF\0")),
        ("letter.pdf", with(b"%PDF-1.7\n")),
        ("page.html", with(b"<!doctype html>")),
        (
            "drawing.svg",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec(),
        ),
        ("archive.zip", with(b"PK\x03\x04")),
        (
            "page.xhtml",
            with(b"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">"),
        ),
        ("notes.txt", with(b"")),
        ("style.css", b"*{background:url(javascript:alert(1))}".to_vec()),
    ]
}

fn upload_path(id: uuid::Uuid, name: &str) -> String {
    let name: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/v1/attachments?id={id}&name={name}")
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_files_lie_under_names_of_the_servers_making_and_come_back_as_they_were() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let helen = served.sign_in(&served.world.helen).await?;
    let folder = served.world.home.folder().join("attachments");
    std::fs::create_dir_all(&folder)?;
    let outside = tempfile::tempdir()?;
    let target = outside.path().join("target");
    std::fs::write(&target, "untouched")?;
    let mut ids = BTreeSet::new();
    let names = NAMES.iter().map(|name| (*name, name.as_bytes().to_vec()));
    for (name, bytes) in names.chain(polyglots()) {
        let id = new_id();
        // Whoever could put a link there before: it is replaced, not followed.
        #[cfg(unix)]
        std::os::unix::fs::symlink(&target, folder.join(id.to_string()))?;
        let response = helen
            .request(Method::POST, &upload_path(id, name))
            .body(bytes.clone())
            .send()
            .await?;
        assert_eq!(response.status(), StatusCode::CREATED, "{name:?}");
        let stored: Value = response.json().await?;
        let kept = stored["name"].as_str().unwrap();
        assert!(
            !kept.is_empty() && !kept.contains(['/', '\\', '"', '<', '>', '\u{202e}']),
            "{name:?} is kept as {kept:?}"
        );
        assert!(
            !kept.chars().any(char::is_control) && !kept.starts_with('.'),
            "{name:?} is kept as {kept:?}"
        );
        assert_eq!(stored["size_bytes"], json!(bytes.len()));
        let response = helen.get(&format!("/v1/attachments/{id}")).send().await?;
        assert_eq!(response.bytes().await?, bytes, "{name:?}");
        ids.insert(id.to_string());
    }
    assert_eq!(std::fs::read_to_string(&target)?, "untouched");
    let lying: BTreeSet<String> = std::fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<_>>()?;
    assert_eq!(lying, ids, "nothing but the files, under their ids");
    let escaped: Vec<_> = std::fs::read_dir(served.world.home.folder())?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<Vec<String>>>()?;
    assert!(escaped.iter().all(|name| !name.ends_with(".txt")), "{escaped:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_given_as_an_attachment_that_no_browser_opens_in_place() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let helen = served.sign_in(&served.world.helen).await?;
    for (name, bytes) in polyglots()
        .into_iter()
        .chain([("a\r\nx: y\"; filename=b.html", b"x".to_vec())])
    {
        let id = new_id();
        let stored = helen
            .request(Method::POST, &upload_path(id, name))
            .body(bytes)
            .send()
            .await?;
        assert_eq!(stored.status(), StatusCode::CREATED, "{name}");
        let response = helen.get(&format!("/v1/attachments/{id}")).send().await?;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/octet-stream");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").starts_with("default-src 'none'; sandbox"));
        let disposition = header("content-disposition");
        assert!(disposition.starts_with("attachment; filename=\""), "{disposition}");
        assert_eq!(disposition.matches('"').count(), 2, "{disposition}");
        assert!(response.headers().get("x").is_none());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_as_long_as_it_was_declared_is_refused_whole() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let helen = served.sign_in(&served.world.helen).await?;
    let token = helen.token.clone().unwrap();
    let host = served.url.trim_start_matches("http://");
    let id = new_id();
    // Says 1,000 bytes, sends 10 and goes away.
    let mut stream = tokio::net::TcpStream::connect(host).await?;
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-length: 1000\r\n\r\n%PDF-1.7 x",
        upload_path(id, "short.pdf")
    );
    stream.write_all(head.as_bytes()).await?;
    stream.shutdown().await?;
    let mut answer = String::new();
    // The server may close before it has answered.
    let _ = stream.read_to_string(&mut answer).await;
    assert!(!answer.starts_with("HTTP/1.1 201"), "{answer}");
    let response = helen.get(&format!("/v1/attachments/{id}")).send().await?;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    // Says 4 bytes and sends more: what is too much belongs to no file.
    let id = new_id();
    let mut stream = tokio::net::TcpStream::connect(host).await?;
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-length: 4\r\nconnection: close\r\n\r\n%PDF-and much more",
        upload_path(id, "long.pdf")
    );
    stream.write_all(head.as_bytes()).await?;
    let _ = stream.read_to_string(&mut answer).await;
    let response = helen.get(&format!("/v1/attachments/{id}")).send().await?;
    assert_eq!(&response.bytes().await?[..], b"%PDF");
    // Both lengths at once are the smuggler's way.
    let mut stream = tokio::net::TcpStream::connect(host).await?;
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\nGET /v1/me HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n",
        upload_path(new_id(), "both.pdf")
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answers = String::new();
    let _ = stream.read_to_string(&mut answers).await;
    assert!(
        answers.matches("HTTP/1.1 ").count() <= 1,
        "a second request was found in the first: {answers}"
    );
    let part = std::fs::read_dir(served.world.home.folder().join("attachments"))?
        .filter_map(Result::ok)
        .find(|entry| entry.file_name().to_string_lossy().ends_with(".part"));
    assert!(part.is_none(), "{part:?} is left");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_without_end_or_without_anything_is_refused_in_words() -> anyhow::Result<()> {
    let served = Served::begin().await?;
    let helen = served.sign_in(&served.world.helen).await?;
    let long = format!("{}.pdf", "a".repeat(5_000));
    for name in [long.as_str(), "...", "/", "\0", "   "] {
        let response = helen
            .request(Method::POST, &upload_path(new_id(), name))
            .body("%PDF")
            .send()
            .await?;
        let problem = problem(response).await?;
        assert_eq!(
            (problem.status, problem.errors[0].pointer.as_str()),
            (422, "/attachment"),
            "{name:.20?}"
        );
    }
    Ok(())
}
