//! The house rules of `docs/architecture.md`, kept.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot read the tree has failed"
)]

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What a dependency is for, as cargo names it.
const PROGRAM: &str = "normal";
const BUILD: &str = "build";
const TESTS: &str = "dev";

/// Every package of the workspace with its direct dependencies of these kinds.
fn dependencies(kinds: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let needed = package["dependencies"].as_array().unwrap().iter();
            let needed = needed.filter(|dependency| kinds.contains(&dependency["kind"].as_str().unwrap_or(PROGRAM)));
            (
                text(&package["name"]),
                needed.map(|dependency| text(&dependency["name"])).collect(),
            )
        })
        .collect()
}

fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && !["target", "node_modules", "dist", "bindings"].contains(&name.as_str()) {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn crates_depend_on_each_other_in_one_direction() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("proffer-domain", &[][..]),
        ("proffer-protocol", &["proffer-domain"]),
        ("proffer-failpoints", &[]),
        (
            "proffer-desk",
            &["proffer-domain", "proffer-protocol", "proffer-failpoints"],
        ),
        (
            "proffer-platform",
            &["proffer-domain", "proffer-protocol", "proffer-failpoints"],
        ),
        (
            "proffer-testkit",
            &[
                "proffer-domain",
                "proffer-protocol",
                "proffer-desk",
                "proffer-platform",
                "proffer-failpoints",
            ],
        ),
        (
            "proffer-bench",
            &[
                "proffer-domain",
                "proffer-protocol",
                "proffer-desk",
                "proffer-platform",
                "proffer-testkit",
            ],
        ),
        ("proffer-conformance", &["proffer-domain", "proffer-protocol"]),
        ("proffer", &["proffer-desk"]),
        ("xtask", &[]),
    ]);
    // What tests alone may need besides: something real to try the suite against.
    let allowed_to_tests = BTreeMap::from([("proffer-conformance", "proffer-platform")]);
    for kinds in [&[PROGRAM, BUILD][..], &[TESTS]] {
        for (package, needed) in dependencies(kinds) {
            let besides = allowed_to_tests.get(package.as_str()).filter(|_| kinds == [TESTS]);
            let allowed = allowed
                .get(package.as_str())
                .unwrap_or_else(|| panic!("{package} has no place in the house"));
            // A crate's tests name the crate itself to have it with its doubles.
            let ours = needed
                .iter()
                .filter(|name| name.starts_with("proffer") && **name != package);
            for dependency in ours {
                assert!(
                    allowed.contains(&dependency.as_str()) || besides == Some(&dependency.as_str()),
                    "{package} must not depend on {dependency}, nor its tests"
                );
            }
        }
    }
}

#[test]
fn windows_stay_in_the_shell_and_databases_out_of_the_rules() {
    for (package, needed) in dependencies(&[PROGRAM, BUILD]) {
        if package != "proffer" {
            let window = needed.iter().find(|name| name.starts_with("tauri") || *name == "wry");
            assert_eq!(window, None, "{package} knows a window");
        }
        if ["proffer-domain", "proffer-protocol", "proffer"].contains(&package.as_str()) {
            assert!(!needed.contains("sqlx"), "{package} knows a database");
        }
        if package == "proffer-domain" {
            let io = needed
                .iter()
                .find(|name| ["tokio", "reqwest", "axum"].contains(&name.as_str()));
            assert_eq!(io, None, "the rules do I/O");
        }
    }
}

#[test]
fn sql_stays_in_its_rooms() {
    let rooms = [
        "crates/desk/src/cache",
        "crates/desk/src/journal",
        "crates/platform/src/store",
        "crates/bench",
    ];
    for file in files("crates", &[".rs"])
        .into_iter()
        .chain(files("src-tauri", &[".rs"]))
    {
        let is_room = rooms.iter().any(|room| file.starts_with(root().join(room)));
        let is_test = file.components().any(|part| part.as_os_str() == "tests");
        if !is_room && !is_test {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains("sqlx::query"), "{} asks a database", file.display());
            // A text that begins with one of SQL's verbs.
            for text in text.split('"').skip(1) {
                let words: Vec<&str> = text.split_whitespace().take(2).collect();
                let is_sql = matches!(
                    words.as_slice(),
                    ["SELECT" | "UPDATE" | "PRAGMA" | "WITH", _]
                        | ["INSERT", "INTO" | "OR"]
                        | ["DELETE", "FROM"]
                        | [
                            "CREATE" | "ALTER" | "DROP",
                            "TABLE" | "INDEX" | "UNIQUE" | "TRIGGER" | "VIEW" | "VIRTUAL"
                        ]
                );
                assert!(!is_sql, "{} holds SQL ({})", file.display(), words.join(" "));
            }
        }
    }
}

#[test]
fn only_the_host_knows_tauri() {
    for file in files("ui/src", &[".ts", ".svelte"]) {
        if !file.starts_with(root().join("ui/src/host")) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains("@tauri-apps/"), "{} knows Tauri", file.display());
        }
    }
}

#[test]
fn files_are_named_after_what_they_are() {
    for folder in ["crates", "src-tauri", "ui/src", "ui/e2e", "xtask"] {
        for file in files(folder, &[".rs", ".ts", ".mjs", ".svelte"]) {
            let stem = file
                .file_name()
                .unwrap()
                .to_string_lossy()
                .split('.')
                .next()
                .unwrap()
                .to_lowercase();
            assert!(
                !["utils", "util", "helpers", "helper", "common", "manager", "misc"].contains(&stem.as_str()),
                "{} says nothing by its name",
                file.display()
            );
        }
    }
}

#[test]
fn every_direct_dependency_says_why_it_was_chosen() {
    let document = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let is_named = |name: &str| document.contains(&format!("`{name}`"));
    let rust: BTreeSet<String> = dependencies(&[PROGRAM, BUILD, TESTS])
        .into_values()
        .flatten()
        .filter(|name| !name.starts_with("proffer"))
        .collect();
    let package: Value = serde_json::from_str(&fs::read_to_string(root().join("package.json")).unwrap()).unwrap();
    let node = ["dependencies", "devDependencies"];
    let node = node
        .iter()
        .filter_map(|kind| package[kind].as_object())
        .flat_map(|object| object.keys().cloned());
    let missing: Vec<String> = rust.into_iter().chain(node).filter(|name| !is_named(name)).collect();
    assert!(
        missing.is_empty(),
        "docs/dependencies.md says nothing of {}",
        missing.join(", ")
    );
}
