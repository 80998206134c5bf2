//! Known flaws of what is used, by a database of advisories that lies on this machine: nothing is fetched.

use crate::program::{self, cargo, run_and_repeat, say};
use anyhow::{Context, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Where the database lies, if not beside the repository.
const VARIABLE: &str = "PROFFER_ADVISORY_DB";
/// Where it lies beside the repository.
const BESIDE: &str = "../shared/advisory-db";
/// cargo-deny reads a database as the clone of an address, in a folder that it names after that address. Nobody is ever
/// asked there. Another version of cargo-deny may name the folder otherwise, and then says which one it misses.
const ADDRESS: &str = "https://example.invalid/advisory-db";
const FOLDER: &str = "advisory-db-79ba8843f8f3e7ce";

/// Checks `Cargo.lock` against the database; skipped, with words, where there is none.
pub(crate) fn run() -> anyhow::Result<()> {
    let Some(database) = database()? else {
        say(&format!(
            "   skipped: there is no advisory database at {BESIDE}; {VARIABLE} can name one"
        ));
        return Ok(());
    };
    let root = program::root();
    let place = root.join("target/advisories");
    clone_of(&database, &place.join(FOLDER))?;
    let config = place.join("deny.toml");
    let text = fs::read_to_string(root.join("deny.toml")).context("cannot read deny.toml")?;
    fs::write(&config, with_database(&text, &place)?)?;
    let mut check = cargo(&["deny", "--locked", "--offline", "--config"]);
    check.arg(&config);
    run_and_repeat(check.args(["check", "--hide-inclusion-graph", "advisories"]))
}

/// The database, if there is one. One that was named must be there.
fn database() -> anyhow::Result<Option<PathBuf>> {
    if let Some(named) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        let named = PathBuf::from(named);
        if !named.join("crates").is_dir() {
            bail!("{VARIABLE} names {}, which is no advisory database", named.display());
        }
        return Ok(Some(named));
    }
    let beside = program::root().join(BESIDE);
    Ok(beside.join("crates").is_dir().then_some(beside))
}

/// Makes what looks like a clone of the database.
fn clone_of(database: &Path, clone: &Path) -> anyhow::Result<()> {
    if clone.exists() {
        fs::remove_dir_all(clone)?;
    }
    fs::create_dir_all(clone)?;
    for part in ["crates", "support.toml"] {
        let mut copy = program::command("cp");
        program::run(copy.arg("-R").arg(database.join(part)).arg(clone))?;
    }
    let git = |arguments: &[&str]| {
        let mut command = program::command("git");
        command.arg("-C").arg(clone);
        command.args([
            "-c",
            "user.name=advisories",
            "-c",
            "user.email=advisories@example.invalid",
        ]);
        program::run(command.args(arguments))
    };
    git(&["init", "--quiet"])?;
    git(&["add", "--all"])?;
    git(&["commit", "--quiet", "--no-gpg-sign", "--message", "As it lies"])
}

/// The configuration with the place of the database in it.
fn with_database(config: &str, place: &Path) -> anyhow::Result<String> {
    const TABLE: &str = "[advisories]\n";
    if config.matches(TABLE).count() != 1 {
        bail!("deny.toml has no table [advisories]");
    }
    let place = toml_string(&place.display().to_string());
    let database = format!("{TABLE}db-path = {place}\ndb-urls = [\"{ADDRESS}\"]\n");
    Ok(config.replacen(TABLE, &database, 1))
}

fn toml_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_the_database_is_put_into_its_table() -> anyhow::Result<()> {
        let config = with_database("[graph]\n[advisories]\nignore = []\n", Path::new("/a \"b\""))?;
        assert!(config.starts_with("[graph]\n[advisories]\ndb-path = \"/a \\\"b\\\"\"\ndb-urls = ["));
        assert!(config.ends_with("ignore = []\n"));
        assert!(with_database("[graph]\n", Path::new("/a")).is_err());
        Ok(())
    }
}
