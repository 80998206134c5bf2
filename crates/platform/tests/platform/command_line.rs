//! The command line: words, exit codes, and a clean end.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

fn run(arguments: &[&str], stdin: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_proffer-platform"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input may have closed it.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn every_command_explains_itself() {
    for arguments in [
        &["--help"][..],
        &["serve", "--help"],
        &["account", "create", "--help"],
        &["category", "create", "--help"],
        &["limits", "set", "--help"],
        &["demo", "seed", "--help"],
        &["demo", "customer", "--help"],
    ] {
        let output = run(arguments, "");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(text(&output.stdout).contains("Usage:"), "{arguments:?}");
    }
}

#[test]
fn wrong_usage_is_2_and_a_failure_is_1_with_the_way_out() {
    let data = TempDir::new().unwrap();
    let folder = data.path().to_str().unwrap();
    assert_eq!(run(&["serve"], "").status.code(), Some(2));
    assert_eq!(run(&["fly"], "").status.code(), Some(2));
    let account = |category: &str, email: &str, password: &str| {
        let arguments = [
            "account",
            "create",
            "--data",
            folder,
            "--role",
            "expert",
            "--email",
            email,
            "--name",
            "Daniel",
            "--category",
            category,
            "--password-stdin",
        ];
        run(&arguments, password)
    };
    let output = account("Legal", "daniel@example.com", "long enough");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("category create"),
        "{}",
        text(&output.stderr)
    );
    assert!(
        run(&["category", "create", "--data", folder, "--name", "Legal"], "")
            .status
            .success()
    );
    let output = account("Legal", "daniel@example.com", "short");
    assert!(
        text(&output.stderr).contains("at least 10 characters"),
        "{}",
        text(&output.stderr)
    );
    assert!(account("legal", "daniel@example.com", "long enough").status.success());
    let output = account("Legal", "DANIEL@example.com", "long enough");
    assert!(
        text(&output.stderr).contains("There is an account with this address"),
        "{}",
        text(&output.stderr)
    );
    let output = run(
        &[
            "limits",
            "set",
            "--data",
            folder,
            "--currency",
            "GBP",
            "--min",
            "12,3x",
            "--max",
            "20",
        ],
        "",
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--min 12,3x"), "{}", text(&output.stderr));
    let output = run(&["serve", "--data", folder, "--listen", "nowhere"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--listen"), "{}", text(&output.stderr));
}

#[test]
fn the_demo_is_the_same_for_the_same_seed_and_only_for_an_empty_folder() {
    let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let seed = |folder: &TempDir| {
        run(
            &["demo", "seed", "--data", folder.path().to_str().unwrap(), "--seed", "7"],
            "",
        )
    };
    let (one, two) = (seed(&first), seed(&second));
    assert!(one.status.success(), "{}", text(&one.stderr));
    assert_eq!(text(&one.stdout), text(&two.stdout));
    let again = seed(&first);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        text(&again.stderr).contains("choose an empty folder"),
        "{}",
        text(&again.stderr)
    );
}
