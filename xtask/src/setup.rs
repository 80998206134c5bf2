//! Installs what is missing, and only that: a second run takes a moment.

use crate::{
    program::{self, cargo, npm, say},
    system,
};
use anyhow::Context;
use std::{fs, path::Path, time::SystemTime};

/// What for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Building and running.
    Start,
    /// That, and packing.
    Package,
    /// That, and a virtual screen with what the walk needs.
    Walk,
    /// That, and what is measured against.
    Bench,
    /// What walking needs, and all tests.
    Test,
    /// Building, and checking for other systems.
    Cross,
    /// That, and running what is built for Windows.
    Wine,
}

/// The tools that cargo installs, with the versions that are known to work: program, package, version.
const TOOLS: [(&str, &str, &str); 3] = [
    ("cargo-nextest", "cargo-nextest", "0.9.143"),
    ("tauri-driver", "tauri-driver", "2.1.0"),
    ("cargo-deny", "cargo-deny", "0.20.2"),
];

/// The Python tools that tests need; `xtask/python` lists the versions of each with all it needs.
const PYTHON_TOOLS: [&str; 2] = ["localstripe", "schemathesis"];

/// Installs what is missing.
pub(crate) fn run(need: Need) -> anyhow::Result<()> {
    system_packages(need)?;
    node_packages()?;
    let installed = installed_by_cargo();
    for (name, package, version) in TOOLS {
        let wanted = need == Need::Test || (matches!(need, Need::Walk | Need::Bench) && name == "tauri-driver");
        let is_here = installed_version(&installed, package)
            .map_or_else(|| program::is_there(name), |installed| installed == version);
        if wanted && !is_here {
            say(&format!("installing {package} {version}"));
            run_cargo_install(package, version)?;
        }
    }
    if need == Need::Test {
        for tool in PYTHON_TOOLS {
            python_tool(tool)?;
        }
    }
    Ok(())
}

/// Installs a Python tool with just the versions of its list, in an environment of its own under `target/python`.
fn python_tool(name: &str) -> anyhow::Result<()> {
    let root = program::root();
    let list = root.join("xtask/python").join(format!("{name}.txt"));
    let wanted = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
    let folder = root.join("target/python").join(name);
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say(&format!("installing {name} for its tests"));
    let mut make = program::command("python3");
    program::run(make.args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut install = program::command(folder.join("bin/python"));
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--requirement",
    ]);
    program::run(install.arg(&list))?;
    // Written last, so that an interrupted installation is begun anew.
    fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))
}

/// What cargo has installed, as it lists it.
fn installed_by_cargo() -> String {
    let listed = cargo(&["install", "--list"]).output();
    listed
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default()
}

/// The version of a package in cargo's list; none when it came from elsewhere, or not at all.
fn installed_version<'a>(listed: &'a str, package: &str) -> Option<&'a str> {
    listed.lines().find_map(|line| {
        let version = line.strip_prefix(package)?.strip_prefix(" v")?;
        version.split([':', ' ']).next()
    })
}

fn run_cargo_install(package: &str, version: &str) -> anyhow::Result<()> {
    program::run(&mut cargo(&["install", package, "--locked", "--version", version]))
}

fn system_packages(need: Need) -> anyhow::Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if !system::is_debian_here() {
        say("This system's packages are not installed by this script. If the build complains, install:");
        say(system::ELSEWHERE);
        return Ok(());
    }
    let mut wanted = system::BUILD_PACKAGES.to_vec();
    if matches!(need, Need::Walk | Need::Bench | Need::Test) {
        wanted.extend(system::TEST_PACKAGES);
    }
    if need == Need::Bench {
        wanted.extend(system::BENCH_PACKAGES);
    }
    if matches!(need, Need::Package | Need::Test) {
        wanted.extend(system::PACKAGE_PACKAGES);
    }
    if matches!(need, Need::Cross | Need::Wine) {
        wanted.extend(system::CROSS_PACKAGES);
    }
    if need == Need::Wine {
        wanted.extend(system::WINE_PACKAGES);
    }
    let missing = system::missing(&wanted, &system::installed(&wanted));
    if missing.is_empty() {
        return Ok(());
    }
    say(&format!("installing by apt: {}", missing.join(" ")));
    let apt = |arguments: &[&str]| {
        let mut command = system::as_root("env");
        command
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"])
            .args(arguments);
        program::run(&mut command)
    };
    apt(&["update"])?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(&missing);
    apt(&install).with_context(|| format!("install these yourself and run this again: {}", missing.join(" ")))
}

fn node_packages() -> anyhow::Result<()> {
    let root = program::root();
    if changed(&root.join("package-lock.json")) <= changed(&root.join("node_modules/.package-lock.json")) {
        return Ok(());
    }
    say("installing the UI's packages");
    // Not `npm ci`: it refuses a lock file from a registry without the packages of other systems, which nobody here
    // needs. The versions are those of the lock file all the same.
    program::run(&mut npm(&["install", "--no-save", "--no-audit", "--no-fund"]))
}

/// When a file was last written; the beginning of time if it is not there.
fn changed(path: &Path) -> SystemTime {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_cargo_installed_is_known() {
        let listed = "cargo-deny v0.20.2:\n    cargo-deny\ntauri-driver v2.1.0 (registry `x`):\n    tauri-driver\n";
        assert_eq!(installed_version(listed, "cargo-deny"), Some("0.20.2"));
        assert_eq!(installed_version(listed, "tauri-driver"), Some("2.1.0"));
        assert_eq!(installed_version(listed, "cargo"), None);
    }
}
