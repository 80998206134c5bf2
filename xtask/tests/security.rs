//! What `docs/security.md` and `docs/asvs.md` promise is there: tests by their names, rows by their numbers, the window's
//! policy and capability, and the versions that mend known flaws.
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
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            if path.is_dir() && !["target", "node_modules"].iter().any(|skipped| name == *skipped) {
                folders.push(path);
            } else if name.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found
}

/// The names of all Rust tests: functions under `#[test]` and its like, and those that run on both databases.
fn rust_tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["crates", "src-tauri", "xtask"] {
        for file in files(folder, ".rs") {
            let source = fs::read_to_string(&file).unwrap();
            let mut is_test = false;
            for line in source.lines().map(str::trim) {
                if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                    is_test = true;
                } else if let Some((_, rest)) = line.split_once("fn ") {
                    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    if is_test || rest.contains("(home: Home)") {
                        names.insert(name);
                    }
                    is_test = false;
                }
            }
        }
    }
    names
}

/// What stands between backticks.
fn quoted(document: &str) -> Vec<&str> {
    document
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

/// A test's name is a sentence.
fn is_sentence(quoted: &str) -> bool {
    quoted.split('_').count() >= 4
        && quoted
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn every_test_that_the_security_documents_name_is_there() {
    let tests = rust_tests();
    for document in ["docs/security.md", "docs/asvs.md"] {
        let document_text = text(document);
        let (mut rust, mut steps) = (0, 0);
        for name in quoted(&document_text) {
            if let Some((file, title)) = name.split_once(".test.mjs: ") {
                let script = text(&format!("ui/e2e/{file}.test.mjs"));
                assert!(script.contains(&format!("step(\"{title}\"")), "{document} names {name}");
                steps += 1;
            } else if is_sentence(name) {
                assert!(tests.contains(name), "{document} names {name}, which is no test");
                rust += 1;
            }
        }
        assert!(rust > 40, "{document} names {rust} tests: is it read rightly?");
        assert!(
            steps > 4 || document.ends_with("asvs.md"),
            "{document} names {steps} steps"
        );
    }
}

#[test]
fn every_threat_names_its_test() {
    let document = text("docs/security.md");
    let threats = document
        .split("## Threats")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let rows: Vec<Vec<&str>> = threats
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---") && !line.starts_with("| threat "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    for row in &rows {
        let is_heading = row[0].starts_with("**") && row[1].is_empty();
        assert!(is_heading || row[2].contains('`'), "{} has no test", row[0]);
    }
    assert!(rows.len() > 40, "{} rows", rows.len());
}

#[test]
fn every_requirement_of_the_first_two_levels_has_its_row() {
    let document = text("docs/asvs.md");
    let (mut seen, mut levels, mut verdicts) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
    for line in document.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if !cells[0].starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        assert_eq!(cells.len(), 5, "{line}");
        assert!(seen.insert(cells[0].to_owned()), "{} stands twice", cells[0]);
        *levels.entry(cells[1].to_owned()).or_insert(0) += 1;
        *verdicts.entry(cells[3].to_owned()).or_insert(0) += 1;
        assert!(!cells[4].is_empty(), "{} says nothing of how", cells[0]);
    }
    // As the standard's 5.0.0 has them.
    assert_eq!(levels, BTreeMap::from([("1".to_owned(), 70), ("2".to_owned(), 183)]));
    let count = |verdict: &str| verdicts.get(verdict).copied().unwrap_or(0);
    let summary = format!(
        "{} *yes*, {} *partly*, {} *no*, {} without application",
        count("yes"),
        count("partly"),
        count("no"),
        count("n.a.")
    );
    assert!(
        document.contains(&summary),
        "the head of docs/asvs.md must say: {summary}"
    );
    assert_eq!(verdicts.len(), 4, "{verdicts:?}");
}

fn tauri_config() -> Value {
    serde_json::from_str(&text("tauri.conf.json")).expect("tauri.conf.json")
}

/// A policy's directives with their sources.
fn directives(policy: &str) -> BTreeMap<&str, Vec<&str>> {
    policy
        .split(';')
        .filter_map(|directive| {
            let mut words = directive.split_whitespace();
            Some((words.next()?, words.collect()))
        })
        .collect()
}

#[test]
fn the_windows_policy_allows_no_script_but_the_apps_own() {
    let config = tauri_config();
    let security = &config["app"]["security"];
    let directives = directives(security["csp"].as_str().expect("a policy"));
    assert_eq!(directives["default-src"], ["'none'"]);
    assert_eq!(directives["script-src"], ["'self'"]);
    assert!(!directives.contains_key("script-src-elem") && !directives.contains_key("script-src-attr"));
    for (directive, sources) in &directives {
        for source in sources {
            assert!(
                !source.contains("unsafe") && *source != "*",
                "{directive} allows {source}"
            );
            assert!(
                !source.starts_with("http:") || *source == "http://ipc.localhost",
                "{directive} allows {source}"
            );
            assert!(!source.starts_with("https:"), "{directive} allows {source}");
            // Pictures are shown out of the desk's answers; a picture runs nothing.
            let is_picture = *directive == "img-src";
            assert!(
                is_picture || !["data:", "blob:"].contains(source),
                "{directive} allows {source}"
            );
        }
    }
    for closed in ["object-src", "base-uri", "form-action", "frame-ancestors"] {
        assert_eq!(directives[closed], ["'none'"], "{closed}");
    }
    assert_eq!(security["freezePrototype"], true);
    for weakness in [
        "dangerousDisableAssetCspModification",
        "dangerousRemoteDomainIpcAccess",
        "dangerousUseHttpScheme",
    ] {
        assert!(security.get(weakness).is_none(), "{weakness}");
    }
    assert!(
        security["assetProtocol"]["enable"] != true,
        "files are not served to the page"
    );
    assert_eq!(config["app"]["withGlobalTauri"], false);
}

/// What the window may do beside asking the desk and hearing from it, each with why. Nothing.
const MORE: [&str; 0] = [];

#[test]
fn the_window_may_ask_by_one_command_and_hear_by_one_event() {
    let mut allowed = BTreeSet::new();
    let in_force: Vec<String> = tauri_config()["app"]["security"]["capabilities"]
        .as_array()
        .expect("the capabilities are named")
        .iter()
        .map(|name| name.as_str().expect("by name").to_owned())
        .collect();
    for file in files("src-tauri/capabilities", ".json") {
        let capability: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let name = capability["identifier"].as_str().unwrap();
        assert!(
            in_force.iter().any(|named| named == name),
            "{name} is in no force, or in force unnamed"
        );
        assert!(
            capability.get("remote").is_none(),
            "{name} lets pages from elsewhere in"
        );
        assert_eq!(capability["local"], true, "{name}");
        assert_eq!(capability["windows"], serde_json::json!(["main"]), "{name}");
        for permission in capability["permissions"].as_array().unwrap() {
            allowed.insert(permission.as_str().expect("a permission without a scope").to_owned());
        }
    }
    let expected = [
        "allow-desk-request",
        "core:event:allow-listen",
        "core:event:allow-unlisten",
    ];
    let expected: BTreeSet<String> = expected.iter().chain(&MORE).map(|name| (*name).to_owned()).collect();
    assert_eq!(allowed, expected);

    // The commands that there are, those that the build takes from every window, and those that a capability gives back.
    let shell = text("src-tauri/src/lib.rs");
    let handlers: Vec<String> = shell
        .split("generate_handler![")
        .nth(1)
        .and_then(|rest| rest.split(']').next())
        .expect("the handlers are listed")
        .split(',')
        .map(|name| name.trim().rsplit("::").next().unwrap_or_default().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    let build = text("src-tauri/build.rs");
    for handler in &handlers {
        assert!(
            build.contains(&format!("\"{handler}\"")),
            "{handler} is open to every window"
        );
        let permission = format!("allow-{}", handler.replace('_', "-"));
        assert!(allowed.contains(&permission), "{handler} may be asked by no window");
    }
    let commands: usize = files("src-tauri/src", ".rs")
        .iter()
        .map(|file| fs::read_to_string(file).unwrap().matches("#[tauri::command").count())
        .sum();
    assert_eq!(commands, handlers.len());
}

/// The version of a package in `Cargo.lock`; the newest if there are several.
fn locked(package: &str) -> (u64, u64, u64) {
    let lock = text("Cargo.lock");
    let versions = lock.split("[[package]]").filter_map(|entry| {
        let field = |name: &str| entry.split(&format!("{name} = \"")).nth(1)?.split('"').next();
        (field("name")? == package).then(|| field("version"))?
    });
    let numbers = versions.map(|version| {
        let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        (next(), next(), next())
    });
    numbers.max().unwrap_or_else(|| panic!("{package} is not used"))
}

#[test]
fn the_versions_that_mend_known_flaws_are_kept() {
    assert!(locked("tauri") >= (2, 11, 1), "{:?}", locked("tauri"));
    assert!(
        locked("tauri-plugin-updater") >= (2, 12, 0),
        "{:?}",
        locked("tauri-plugin-updater")
    );
    assert!(locked("ammonia") >= (4, 1, 2), "{:?}", locked("ammonia"));
}

#[test]
fn every_exception_from_the_advisories_says_why() {
    let config = text("deny.toml");
    let table = config.split("[advisories]\n").nth(1).expect("a table [advisories]");
    let exceptions: Vec<&str> = table.lines().filter(|line| line.contains("RUSTSEC-")).collect();
    assert!(!exceptions.is_empty());
    for exception in exceptions {
        assert!(exception.contains("reason = \""), "{exception}");
    }
}
