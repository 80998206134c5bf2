//! The two programs, as an operator runs them, on both databases.

use crate::{
    databases::Home,
    on_both_databases,
    world::{PASSWORD, PEOPLE},
};
use anyhow::{Context, ensure};
use proffer_domain::Role;
use serde_json::Value;
use std::{path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, Command},
};

on_both_databases![the_platforms_own_program_passes_every_check];

/// The platform's program, which is built with this test.
fn platform() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.ancestors().nth(2).context("the test has no folder")?;
    let program = folder
        .join("examples")
        .join(format!("proffer-conformance-platform{}", std::env::consts::EXE_SUFFIX));
    ensure!(
        program.exists(),
        "{} is not there; build it with `cargo build -p proffer-conformance --examples`",
        program.display()
    );
    Ok(program)
}

/// A command of the operator's.
fn operate(home: &Home, words: &[&str]) -> anyhow::Result<Command> {
    let mut command = Command::new(platform()?);
    command.args(words).arg("--data").arg(home.folder());
    command.env_remove("RUST_LOG").env_remove("PROFFER_SMTP");
    match home.config().database {
        Some(url) => command.env("PROFFER_DATABASE", url),
        None => command.env_remove("PROFFER_DATABASE"),
    };
    command.kill_on_drop(true);
    Ok(command)
}

async fn done(mut command: Command, input: &str) -> anyhow::Result<()> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("no input")?;
    stdin.write_all(input.as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

async fn serve(home: &Home) -> anyhow::Result<(Child, String)> {
    let mut command = operate(home, &["serve"])?;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.take().context("no output")?);
    tokio::time::timeout(Duration::from_secs(60), said.read_line(&mut line)).await??;
    let url = line.strip_prefix("listening on ").context("it does not listen")?;
    Ok((child, url.trim().to_owned()))
}

/// A command line as a shell reads it.
fn shell(home: &Home, rest: &str) -> anyhow::Result<String> {
    let database = home.config().database;
    let database = database.map_or_else(String::new, |url| format!("PROFFER_DATABASE='{url}' "));
    Ok(format!(
        "{database}'{}' account serve --data '{}' --email {}{rest}",
        platform()?.display(),
        home.folder().display(),
        PEOPLE[1].2
    ))
}

async fn the_platforms_own_program_passes_every_check(home: Home) -> anyhow::Result<()> {
    done(operate(&home, &["category", "create", "--name", "Boats"])?, "").await?;
    for (name, role, email) in PEOPLE {
        let mut words = vec!["account", "create", "--role", role.as_str(), "--email", email];
        words.extend(["--name", name, "--password-stdin"]);
        if role == Role::Expert {
            words.extend(["--category", "Boats"]);
        }
        done(operate(&home, &words)?, PASSWORD).await?;
    }
    let (_serving, url) = serve(&home).await?;
    let mut suite = Command::new(env!("CARGO_BIN_EXE_proffer-conformance"));
    suite.args(["--url", &url, "--json"]);
    for (option, _, email) in PEOPLE {
        suite.args([format!("--{option}").as_str(), email]);
    }
    suite.args(["--lose-category", &shell(&home, "")?]);
    suite.args(["--regain-category", &shell(&home, " --category Boats")?]);
    suite.env("PROFFER_CONFORMANCE_PASSWORD", PASSWORD);
    let output = tokio::time::timeout(Duration::from_secs(300), suite.output()).await??;
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}{complaint}");
    let report: Value = serde_json::from_str(&said)?;
    assert_eq!(
        (&report["failed"], &report["not_run"]),
        (&0.into(), &0.into()),
        "{said}"
    );
    Ok(())
}

#[tokio::test]
async fn what_it_cannot_begin_with_it_says_in_words_and_by_its_exit_code() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let passwords = folder.path().join("passwords");
    std::fs::write(&passwords, "daniel@example.com secret\n")?;
    let passwords = passwords.to_str().unwrap();
    let people = [
        "--expert",
        "daniel@example.com",
        "--second-expert",
        "mira@example.com",
        "--customer",
        "helen@example.com",
        "--second-customer",
        "tom@example.com",
    ];
    // Nobody listens on a port that was given back.
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
    let url = format!("http://127.0.0.1:{port}");
    let (at, people) = (["--url", url.as_str()], &people[..]);
    for (words, everybodys, complaint) in [
        (at.to_vec(), None, "--expert"),
        ([&at[..], people].concat(), None, "no password"),
        (
            [&at[..], &["--passwords", passwords][..], people].concat(),
            None,
            "mira@example.com",
        ),
        (
            [&at[..], &["--passwords", "nowhere"][..], people].concat(),
            None,
            "--passwords nowhere",
        ),
        (
            [&at[..], people].concat(),
            Some("secret"),
            "daniel@example.com cannot sign in",
        ),
        (
            [&at[..], &["--only", "99"][..], people].concat(),
            Some("secret"),
            "--only 99",
        ),
    ] {
        let mut suite = Command::new(env!("CARGO_BIN_EXE_proffer-conformance"));
        suite.args(&words).env_remove("PROFFER_CONFORMANCE_PASSWORD");
        if let Some(password) = everybodys {
            suite.env("PROFFER_CONFORMANCE_PASSWORD", password);
        }
        let output = suite.output().await?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(
            said.contains(complaint) && !said.contains("secret"),
            "{words:?}: {said}"
        );
    }
    let listed = Command::new(env!("CARGO_BIN_EXE_proffer-conformance"))
        .arg("--list")
        .output()
        .await?;
    assert_eq!(listed.status.code(), Some(0));
    assert!(String::from_utf8(listed.stdout)?.lines().count() >= 70);
    Ok(())
}
