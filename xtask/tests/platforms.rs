//! `docs/platforms.md` says of every file what differs between the systems.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot read the tree has failed"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The Rust files under a folder, without tests and what was built.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("readable").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "tests" && name != "target" {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Whether a line of code is for some systems only.
fn differs(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with("//") {
        return false;
    }
    ["cfg(", "cfg!(", "cfg_attr("].iter().any(|start| {
        line.split_once(start).is_some_and(|(_, condition)| {
            // What stands in quotes is a name, such as a feature's.
            let mut words = condition
                .split('"')
                .step_by(2)
                .flat_map(|part| part.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
            words.any(|word| ["unix", "windows", "target_os", "target_family"].contains(&word))
        })
    })
}

#[test]
fn every_file_that_differs_between_the_systems_has_a_row() {
    let document = fs::read_to_string(root().join("docs/platforms.md")).unwrap();
    let (_, table) = document.split_once("## What differs").expect("the chapter");
    let (table, _) = table.split_once("\n## ").expect("another chapter");
    let rows = table.lines().filter_map(|line| line.strip_prefix('|'));
    let places = rows.filter_map(|row| row.split_once('|')).map(|(place, _)| place);
    let named: BTreeSet<PathBuf> = places
        .flat_map(|place| place.split('`').skip(1).step_by(2))
        .map(PathBuf::from)
        .collect();
    let mut files = Vec::new();
    for folder in ["crates", "src-tauri", "xtask"] {
        sources(&root().join(folder), &mut files);
    }
    for file in files {
        let differing = fs::read_to_string(&file).unwrap().lines().any(differs);
        let place = file.strip_prefix(root()).unwrap();
        assert!(
            !differing || named.contains(place),
            "docs/platforms.md, \"What differs\": {} has no row",
            place.display()
        );
    }
    for place in named {
        assert!(root().join(&place).is_file(), "{} is not there", place.display());
    }
}

#[test]
fn code_for_some_systems_is_told_from_other_code() {
    assert!(differs("    #[cfg(unix)]"));
    assert!(differs("#[cfg(all(test, target_os = \"linux\"))]"));
    assert!(differs("if cfg!(windows) {"));
    assert!(!differs("#[cfg(feature = \"simulation\")]"));
    assert!(!differs("// cfg(unix)"));
    assert!(!differs("#[cfg(feature = \"windows\")]"));
}
