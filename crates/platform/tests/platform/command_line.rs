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
        &["limits", "show", "--help"],
        &["ledger", "balance", "--help"],
        &["ledger", "statement", "--help"],
        &["ledger", "check", "--help"],
        &["account", "list", "--help"],
        &["account", "role", "--help"],
        &["account", "disable", "--help"],
        &["account", "reset-link", "--help"],
        &["account", "disable-totp", "--help"],
        &["account", "export", "--help"],
        &["account", "erase", "--help"],
        &["category", "list", "--help"],
        &["category", "rename", "--help"],
        &["audit", "--help"],
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

#[test]
fn an_operator_looks_after_accounts_categories_and_limits_and_the_audit_trail_says_so() {
    let data = TempDir::new().unwrap();
    let folder = data.path().to_str().unwrap();
    let done = |arguments: &[&str], stdin: &str| {
        let mut all = arguments.to_vec();
        all.extend(["--data", folder]);
        let output = run(&all, stdin);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    done(&["category", "create", "--name", "Legal"], "");
    done(&["category", "rename", "--name", "legal", "--to", "Law"], "");
    assert!(done(&["category", "list"], "").contains("Law"));
    let email = "mira@example.com";
    let create = [
        "account",
        "create",
        "--role",
        "expert",
        "--email",
        email,
        "--name",
        "Mira",
        "--category",
        "Law",
        "--password-stdin",
    ];
    done(&create, "long enough");
    done(&["account", "role", "--email", email, "--role", "moderator"], "");
    assert!(done(&["account", "list", "--role", "moderator"], "").contains("active\tmira@example.com"));
    assert!(done(&["account", "list", "--role", "expert"], "").is_empty());
    done(&["account", "disable", "--email", email, "--reason", "On leave"], "");
    assert!(done(&["account", "list"], "").contains("disabled\tmira@example.com"));
    done(&["account", "enable", "--email", email], "");
    done(&["account", "disable-totp", "--email", email], "");
    let link = done(
        &[
            "account",
            "reset-link",
            "--email",
            email,
            "--public-url",
            "https://ask.example",
        ],
        "",
    );
    assert!(link.starts_with("https://ask.example/reset-password/"), "{link}");
    let limits = done(
        &[
            "limits",
            "set",
            "--expiry-days",
            "30",
            "--completion-days",
            "9",
            "--lock-minutes",
            "90",
        ],
        "",
    );
    assert_eq!(limits, done(&["limits", "show"], ""));
    for words in ["expire after 30 days", "completion after 9 days", "locks 90 minutes"] {
        assert!(limits.contains(words), "{limits}");
    }
    assert!(done(&["account", "export", "--email", email], "").contains("\"name\": \"Mira\""));
    let refused = run(&["account", "erase", "--data", folder, "--email", email], "");
    assert!(text(&refused.stderr).contains("--yes"), "{}", text(&refused.stderr));
    done(&["account", "erase", "--email", email, "--yes"], "");
    let trail = done(&["audit"], "");
    for decision in [
        "category_renamed",
        "account_made",
        "role_set",
        "account_disabled",
        "account_enabled",
        "second_factor_removed",
        "password_reset_link_made",
        "limits_set",
        "person_exported",
        "person_erased",
    ] {
        assert!(trail.contains(&format!("operator\t{decision}")), "{decision}: {trail}");
    }
    assert!(
        !trail.contains("On leave") && !trail.to_lowercase().contains("mira"),
        "{trail}"
    );
    let line = done(&["audit", "--json", "--limit", "1"], "");
    assert!(line.starts_with('{') && line.contains("person_erased"), "{line}");
}

#[test]
fn the_ledger_is_shown_and_checked() {
    let data = TempDir::new().unwrap();
    let folder = data.path().to_str().unwrap();
    let seeded = run(&["demo", "seed", "--data", folder, "--seed", "7"], "");
    assert!(seeded.status.success(), "{}", text(&seeded.stderr));
    let ledger = |arguments: &[&str]| {
        let mut all = vec!["ledger"];
        all.extend(arguments);
        all.extend(["--data", folder]);
        run(&all, "")
    };
    let check = ledger(&["check"]);
    assert!(check.status.success(), "{}{}", text(&check.stdout), text(&check.stderr));
    assert!(text(&check.stdout).starts_with("the ledger balances; "));
    let balance = text(&ledger(&["balance"]).stdout);
    let platform = balance.lines().find(|line| line.starts_with("platform\tGBP"));
    assert!(platform.is_some_and(|line| line.ends_with("credit")), "{balance}");
    assert!(balance.contains("payments\tcaptured\t"), "{balance}");
    let statement = text(&ledger(&["statement", "--account", "platform", "--limit", "1"]).stdout);
    assert_eq!(statement.lines().count(), 1, "{statement}");
    assert!(
        statement.contains("\tcapture\theld/") && statement.contains(" → platform\tGBP "),
        "{statement}"
    );
    let earned = text(&ledger(&["statement", "--email", "daniel@proffer.example"]).stdout);
    assert!(earned.contains(" → expert/"), "{earned}");
    let unsaid = ledger(&["statement"]);
    assert!(
        text(&unsaid.stderr).contains("--account or --email"),
        "{}",
        text(&unsaid.stderr)
    );
    let unknown = ledger(&["statement", "--account", "bank"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn paying_by_card_needs_keys_and_takes_none_from_the_command_line() {
    let data = TempDir::new().unwrap();
    let folder = data.path().to_str().unwrap();
    let refused = run(&["serve", "--data", folder, "--payment", "stripe"], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text(&refused.stderr).contains("PROFFER_STRIPE_KEY"),
        "{}",
        text(&refused.stderr)
    );
    let file = data.path().join("key");
    std::fs::write(&file, "sk_test_in_a_file\n").unwrap();
    let half = run(
        &[
            "serve",
            "--data",
            folder,
            "--payment",
            "stripe",
            "--stripe-key-file",
            file.to_str().unwrap(),
        ],
        "",
    );
    assert!(
        text(&half.stderr).contains("PROFFER_STRIPE_WEBHOOK_SECRET"),
        "{}",
        text(&half.stderr)
    );
    assert!(!text(&half.stderr).contains("sk_test"), "{}", text(&half.stderr));
    let missing = run(&["serve", "--data", folder, "--stripe-key-file", "/nowhere/key"], "");
    assert!(
        text(&missing.stderr).contains("/nowhere/key cannot be read"),
        "{}",
        text(&missing.stderr)
    );
    let flag = run(&["serve", "--data", folder, "--stripe-key", "sk_test_1"], "");
    assert_eq!(flag.status.code(), Some(2), "there is no such flag");
}
