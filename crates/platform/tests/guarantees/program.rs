//! The program itself: its command line, its exit codes, its end.

use crate::{http::client, world::PASSWORD};
use std::{
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, Command},
};

/// Runs the program to its end: its exit code, what it printed, what it complained of.
async fn run(arguments: &[&str], input: &str) -> anyhow::Result<(Option<i32>, String, String)> {
    let mut child = program(arguments).stdin(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().unwrap();
    // A program that refuses its arguments reads no input.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = tokio::time::timeout(Duration::from_secs(60), child.wait_with_output()).await??;
    Ok((
        output.status.code(),
        String::from_utf8(output.stdout)?,
        String::from_utf8(output.stderr)?,
    ))
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proffer-platform"));
    command
        .args(arguments)
        .env_remove("PROFFER_DATABASE")
        .env_remove("PROFFER_SMTP")
        .env_remove("RUST_LOG")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

struct Running {
    child: Child,
    url: String,
}

async fn serve(data: &Path) -> anyhow::Result<Running> {
    let data = data.to_str().unwrap();
    let mut child = program(&["serve", "--data", data]).spawn()?;
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    tokio::time::timeout(Duration::from_secs(60), stdout.read_line(&mut line)).await??;
    let Some(url) = line.strip_prefix("listening on ") else {
        let mut complaint = String::new();
        child.stderr.take().unwrap().read_to_string(&mut complaint).await?;
        anyhow::bail!("it said {line:?} and complained: {complaint}")
    };
    Ok(Running {
        url: url.trim().to_owned(),
        child,
    })
}

impl Running {
    async fn terminate(mut self) -> anyhow::Result<ExitStatus> {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await?.success());
        Ok(tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await??)
    }
}

#[tokio::test]
async fn accounts_are_made_and_a_sigterm_ends_it_cleanly_while_someone_listens() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().to_str().unwrap();
    let running = serve(folder.path()).await?;
    // While it serves, others may write.
    let (code, said, complaint) = run(&["category", "create", "--data", data, "--name", "Boats"], "").await?;
    assert_eq!(code, Some(0), "{complaint}");
    assert!(said.starts_with("category Boats has the id "), "{said}");
    let create = [
        "account",
        "create",
        "--data",
        data,
        "--role",
        "expert",
        "--email",
        "ann@example.com",
        "--name",
        "Ann",
    ];
    let (code, said, complaint) = run(
        &[&create[..], &["--category", "boats", "--password-stdin"]].concat(),
        PASSWORD,
    )
    .await?;
    assert_eq!(
        (code, said.as_str()),
        (Some(0), "made expert Ann <ann@example.com>\n"),
        "{complaint}"
    );
    let client = client();
    let body = serde_json::json!({ "email": "ann@example.com", "password": PASSWORD, "device": "test" });
    let session = client
        .post(format!("{}/v1/sessions", running.url))
        .json(&body)
        .send()
        .await?;
    assert_eq!(session.status(), 201);
    let session: serde_json::Value = session.json().await?;
    let token = session["token"].as_str().unwrap();
    assert_eq!(session["me"]["categories"][0]["name"], "Boats");
    let mut listening = client
        .get(format!("{}/v1/events", running.url))
        .bearer_auth(token)
        .send()
        .await?;
    assert!(listening.chunk().await?.is_some());
    let status = running.terminate().await?;
    assert_eq!(status.code(), Some(0));
    // It starts again on the same data, and the session lives on.
    let running = serve(folder.path()).await?;
    let me = client
        .get(format!("{}/v1/me", running.url))
        .bearer_auth(token)
        .send()
        .await?;
    assert_eq!(me.status(), 200);
    assert_eq!(running.terminate().await?.code(), Some(0));
    Ok(())
}

#[tokio::test]
async fn a_made_password_is_printed_and_works() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().to_str().unwrap();
    let create = [
        "account",
        "create",
        "--data",
        data,
        "--role",
        "customer",
        "--email",
        "Tom@Example.com",
        "--name",
        "Tom",
    ];
    let (code, said, _) = run(&create, "").await?;
    assert_eq!(code, Some(0));
    let password = said.lines().find_map(|line| line.strip_prefix("password: ")).unwrap();
    let running = serve(folder.path()).await?;
    let body = serde_json::json!({ "email": "tom@example.com", "password": password, "device": "test" });
    let signed_in = client()
        .post(format!("{}/v1/sessions", running.url))
        .json(&body)
        .send()
        .await?;
    assert_eq!(signed_in.status(), 201);
    let (code, _, complaint) = run(&create, "").await?;
    assert_eq!(code, Some(1));
    assert_eq!(complaint, "error: There is an account with this address; sign in.\n");
    running.terminate().await?;
    Ok(())
}

#[tokio::test]
async fn errors_are_words_on_standard_error_with_the_exit_code_of_their_kind() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().to_str().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder")?;
    let file = file.to_str().unwrap();
    let account = |email, category: &'static str| {
        let rest = ["--name", "Ann", "--category", category];
        [
            &[
                "account", "create", "--data", data, "--role", "expert", "--email", email,
            ],
            &rest[..],
        ]
        .concat()
    };
    let limits = |min, max| {
        vec![
            "limits",
            "set",
            "--data",
            data,
            "--currency",
            "GBP",
            "--min",
            min,
            "--max",
            max,
        ]
    };
    for (arguments, code, words) in [
        (vec![], 2, "Usage"),
        (vec!["serve"], 2, "--data"),
        (vec!["serve", "--data", data, "--port", "1"], 2, "--port"),
        (vec!["account", "create", "--data", data, "--role", "king"], 2, "king"),
        (vec!["serve", "--data", file], 1, "error: the data folder"),
        (
            vec!["serve", "--data", data, "--listen", "nowhere"],
            1,
            "choose another address with --listen",
        ),
        (
            vec!["serve", "--data", data, "--public-url", "ftp://x"],
            1,
            "--public-url",
        ),
        (vec!["serve", "--data", data, "--smtp", "no-url"], 1, "error: "),
        (account("ann@example.com", "Nothing"), 1, "there is no such category"),
        (limits("9.00", "5.00"), 1, "--min"),
        (limits("12,3x", "50.00"), 1, "--min 12,3x"),
        (
            vec!["limits", "set", "--data", data, "--share", "twenty"],
            1,
            "--share twenty",
        ),
        (
            vec!["category", "create", "--data", data, "--name", " "],
            1,
            "error: Enter a name.",
        ),
    ] {
        let (exit, _, complaint) = run(&arguments, "").await?;
        assert_eq!(exit, Some(code), "{arguments:?}: {complaint}");
        assert!(complaint.contains(words), "{arguments:?}: {complaint}");
        assert!(!complaint.contains("panicked"), "{complaint}");
    }
    let arguments = [&account("not-an-address", "Boats")[..], &["--password-stdin"]].concat();
    run(&["category", "create", "--data", data, "--name", "Boats"], "").await?;
    let (exit, _, complaint) = run(&arguments, "short").await?;
    assert_eq!(exit, Some(1));
    assert!(
        complaint.contains("name@example.com") && complaint.contains("10 characters"),
        "{complaint}"
    );
    Ok(())
}

#[tokio::test]
async fn limits_that_are_set_hold_for_a_server_that_runs() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().to_str().unwrap();
    let running = serve(folder.path()).await?;
    let set = [
        "limits",
        "set",
        "--data",
        data,
        "--currency",
        "GBP",
        "--min",
        "10.00",
        "--max",
        "99.50",
        "--share",
        "12.5",
    ];
    let (code, said, complaint) = run(
        &[&set[..], &["--lock-minutes", "30", "--completion-days", "3"]].concat(),
        "",
    )
    .await?;
    assert_eq!(code, Some(0), "{complaint}");
    assert!(
        said.contains("1250 basis points") && said.contains("locks 30 minutes"),
        "{said}"
    );
    let create = [
        "account",
        "create",
        "--data",
        data,
        "--role",
        "customer",
        "--email",
        "t@example.com",
        "--name",
        "T",
    ];
    run(&[&create[..], &["--password-stdin"]].concat(), PASSWORD).await?;
    let body = serde_json::json!({ "email": "t@example.com", "password": PASSWORD, "device": "test" });
    let session = client()
        .post(format!("{}/v1/sessions", running.url))
        .json(&body)
        .send()
        .await?;
    let session: serde_json::Value = session.json().await?;
    let limits = &session["me"]["limits"];
    assert_eq!(limits["platform_share_basis_points"], 1250);
    assert_eq!(
        (&limits["lock_seconds"], &limits["completion_days"]),
        (&1800.into(), &3.into())
    );
    assert_eq!(limits["prices"][0]["max_minor"], 9950);
    running.terminate().await?;
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn what_the_platform_writes_is_for_its_owner_alone() -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("new/data");
    let (code, _, complaint) = run(&["demo", "seed", "--data", data.to_str().unwrap(), "--seed", "7"], "").await?;
    assert_eq!(code, Some(0), "{complaint}");
    let running = serve(&data).await?;
    let (mut folders, mut seen) = (vec![data.clone()], 0);
    while let Some(inside) = folders.pop() {
        assert_eq!(
            std::fs::metadata(&inside)?.permissions().mode() & 0o777,
            0o700,
            "{}",
            inside.display()
        );
        for entry in std::fs::read_dir(&inside)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            seen += 1;
            assert_eq!(
                std::fs::metadata(&path)?.permissions().mode() & 0o777,
                0o600,
                "{}",
                path.display()
            );
        }
    }
    assert!(seen >= 3, "database, its log and the demo's accounts: {seen}");
    assert!(running.terminate().await?.success());
    Ok(())
}
