//! Packages of this system by Tauri's own tool, with what goes into them, and the checks they must pass.

use crate::{
    changelog::Changelog,
    program::{self, cargo, npm, run, say},
    setup::{self, Need},
};
use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The sizes of the app's icon that desktops ask for.
const ICON_SIZES: [u32; 8] = [16, 24, 32, 48, 64, 128, 256, 512];

/// How the program is built for tests. A test is among it for the features: with those of all tests, as they are built
/// before, nothing but the shell is built anew.
const AS_FOR_TESTS: [&str; 6] = ["build", "--workspace", "--bin", "proffer", "--test", "architecture"];

/// Make the packages of this system.
#[derive(Args)]
pub(crate) struct Package {
    /// Pack the programs as built for tests, instead of building a release.
    #[arg(long)]
    debug: bool,
    /// Which kinds, separated by commas; every kind of this system that can be made here unless given.
    #[arg(long, value_delimiter = ',', value_name = "KIND")]
    bundles: Vec<String>,
    /// Configuration to merge into tauri.conf.json; may be given several times.
    #[arg(long, value_name = "FILE")]
    config: Vec<PathBuf>,
    /// Where the packages' updates come from: an https address with {{channel}} in it. Needs --updates-key, and the
    /// secret key in TAURI_SIGNING_PRIVATE_KEY.
    #[arg(long, env = "PROFFER_UPDATES_FROM", value_name = "URL", default_value = "")]
    updates_from: String,
    /// The public key that updates are signed with.
    #[arg(long, env = "PROFFER_UPDATES_KEY", value_name = "KEY", default_value = "")]
    updates_key: String,
    /// Do not check the packages.
    #[arg(long)]
    unchecked: bool,
}

/// The kinds that are made on this system. An AppImage's tools are fetched from elsewhere while it is made, so there is
/// none.
fn kinds() -> &'static [&'static str] {
    if cfg!(target_os = "windows") {
        &["nsis", "msi"]
    } else if cfg!(target_os = "macos") {
        &["app", "dmg"]
    } else {
        &["deb", "rpm"]
    }
}

impl Package {
    /// Makes and checks them.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if !self.debug {
            setup::run(Need::Package)?;
            run(&mut npm(&["run", "--silent", "ui:build", "--", "--logLevel", "warn"]))?;
        }
        let mut configs: Vec<PathBuf> = self.updates_config()?.into_iter().collect();
        configs.extend(self.config.iter().cloned());
        let mut merged = read_json(&program::root().join("tauri.conf.json"))?;
        for config in &configs {
            merge(&mut merged, read_json(config)?);
        }
        let has_configs = !configs.is_empty();
        if cfg!(target_os = "linux") {
            let version = merged["version"].as_str().map_or_else(workspace_version, str::to_owned);
            prepare_linux(&version)?;
            configs.insert(0, program::root().join("packaging/linux/files.conf.json"));
        }
        self.build(&merged, has_configs)?;
        let kinds = if self.bundles.is_empty() {
            kinds().join(",")
        } else {
            self.bundles.join(",")
        };
        let mut bundle = npm(&["exec", "--", "tauri", "bundle", "--bundles", &kinds]);
        if self.debug {
            bundle.arg("--debug");
        }
        for config in &configs {
            bundle.arg("--config").arg(config);
        }
        run(&mut bundle)?;
        let folder = program::root().join("target").join(self.profile()).join("bundle");
        if cfg!(target_os = "linux") && !self.unchecked {
            check_linux(&folder)?;
        }
        say(&format!("the packages are under {}", folder.display()));
        Ok(())
    }

    /// The configuration of a build that updates itself, if it is to.
    fn updates_config(&self) -> anyhow::Result<Option<PathBuf>> {
        let (from, key) = (&self.updates_from, &self.updates_key);
        if from.is_empty() && key.is_empty() {
            return Ok(None);
        }
        if !from.starts_with("https://") {
            bail!("--updates-from {from}: updates come by https only");
        }
        if key.is_empty() {
            bail!("--updates-from needs --updates-key: what is not signed is never installed");
        }
        let folder = program::root().join("target/package");
        fs::create_dir_all(&folder)?;
        let file = folder.join("updates.conf.json");
        let config = serde_json::json!({
            "bundle": { "createUpdaterArtifacts": true },
            "plugins": { "updater": { "endpoints": [from], "pubkey": key } },
        });
        fs::write(&file, config.to_string())?;
        Ok(Some(file))
    }

    fn profile(&self) -> &'static str {
        if self.debug { "debug" } else { "release" }
    }

    /// Builds the program with the merged configuration inside.
    fn build(&self, merged: &Value, has_configs: bool) -> anyhow::Result<()> {
        let mut build = if self.debug {
            // As the tests build it, so that nothing but the shell is built anew.
            cargo(&AS_FOR_TESTS)
        } else {
            cargo(&["build", "--release", "--package", "proffer"])
        };
        if has_configs {
            build.env("TAURI_CONFIG", merged.to_string());
        }
        run(&mut build)?;
        if self.debug && cfg!(unix) {
            // What is left out of a release as well: most of its size.
            run(program::command("strip").arg(program::root().join("target/debug/proffer")))?;
        }
        Ok(())
    }
}

fn read_json(path: &Path) -> anyhow::Result<Value> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", path.display()))
}

/// Merges as Tauri's tool does (RFC 7396).
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                if value.is_null() {
                    into.remove(&name);
                } else {
                    merge(into.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        (into, from) => *into = from,
    }
}

fn workspace_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Writes what Linux packages hold beside the program into `target/package`.
fn prepare_linux(version: &str) -> anyhow::Result<()> {
    let root = program::root();
    let folder = root.join("target/package");
    fs::create_dir_all(&folder)?;
    let changelog = Changelog::read(&root.join("CHANGELOG.md"))?;
    let date = last_change();
    fs::write(folder.join("changelog"), changelog.as_debian(version, &date))?;
    fs::copy(root.join("CHANGELOG.md"), folder.join("NEWS"))?;
    fs::copy(root.join("packaging/linux/proffer.1"), folder.join("proffer.1"))?;
    fs::copy(root.join("packaging/linux/copyright"), folder.join("copyright"))?;
    for name in ["changelog", "NEWS", "proffer.1"] {
        let mut gzip = program::command("gzip");
        run(gzip.args(["--force", "--best", "--no-name"]).arg(folder.join(name)))?;
    }
    let metainfo = "app.proffer.desk.metainfo.xml";
    let text = fs::read_to_string(root.join("packaging/linux").join(metainfo))?;
    let releases = changelog.as_releases(version, &date);
    fs::write(folder.join(metainfo), text.replace("@RELEASES@", &releases))?;
    Ok(())
}

/// When the last change was committed, as RFC 2822 writes it; now where there is no history.
fn last_change() -> String {
    let said = |command: &mut Command| {
        let output = command.stderr(Stdio::null()).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !text.is_empty()).then_some(text)
    };
    said(program::command("git").args(["log", "-1", "--format=%cD"]))
        .or_else(|| said(program::command("date").args(["-R", "-u"])))
        .unwrap_or_else(|| "Thu, 01 Jan 1970 00:00:00 +0000".to_owned())
}

/// The packages of a kind that lie in a folder, newest last.
fn packages(folder: &Path, kind: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut found: Vec<_> = fs::read_dir(folder.join(kind))
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == kind))
        .map(|path| Ok((fs::metadata(&path)?.modified()?, path)))
        .collect::<anyhow::Result<_>>()?;
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

fn check_linux(folder: &Path) -> anyhow::Result<()> {
    if let Some(package) = packages(folder, "deb")?.last() {
        check_deb(package)?;
    }
    if let Some(package) = packages(folder, "rpm")?.last() {
        check_rpm(package)?;
    }
    Ok(())
}

fn check_deb(package: &Path) -> anyhow::Result<()> {
    let tree = program::root().join("target/package/tree");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    run(program::command("dpkg-deb").arg("--extract").arg(package).arg(&tree))?;
    let desktop = tree.join("usr/share/applications/Proffer.desktop");
    run(program::command("desktop-file-validate").arg(desktop))?;
    let metainfo = tree.join("usr/share/metainfo/app.proffer.desk.metainfo.xml");
    run(program::command("appstreamcli")
        .args(["validate", "--no-net", "--explain"])
        .arg(metainfo))?;
    let mut lintian = program::command("lintian");
    lintian.args(["--fail-on", "error,warning", "--allow-root", "--tag-display-limit", "0"]);
    run(lintian.arg(package))
}

fn check_rpm(package: &Path) -> anyhow::Result<()> {
    let output = program::command("rpm")
        .args(["--query", "--list", "--package"])
        .arg(package)
        .output()?;
    let listed = String::from_utf8_lossy(&output.stdout);
    for wanted in [
        "/usr/bin/proffer",
        "/usr/share/applications/Proffer.desktop",
        "/usr/share/icons/hicolor/512x512/apps/proffer.png",
        "/usr/share/metainfo/app.proffer.desk.metainfo.xml",
    ] {
        if !listed.lines().any(|line| line == wanted) {
            bail!("{} lacks {wanted}", package.display());
        }
    }
    run(program::command("rpm")
        .args(["--checksig", "--nosignature"])
        .arg(package))
}

/// Makes the icons from `icons/proffer.svg`, or checks that they come from it.
pub(crate) fn icons(check: bool) -> anyhow::Result<()> {
    let root = program::root();
    let kept = root.join("icons");
    let made = root.join("target/icons");
    let sizes: Vec<String> = ICON_SIZES
        .iter()
        .flat_map(|size| ["--png".to_owned(), size.to_string()])
        .collect();
    let mut make = npm(&["exec", "--", "tauri", "icon", "icons/proffer.svg", "--output"]);
    run(make.arg(&made).args(sizes).stdout(Stdio::null()).stderr(Stdio::null()))?;
    for size in ICON_SIZES {
        let name = format!("{size}x{size}.png");
        let (new, old) = (
            fs::read(made.join(&name))?,
            fs::read(kept.join(&name)).unwrap_or_default(),
        );
        if check && new != old {
            bail!("icons/{name} was not made from icons/proffer.svg; run: npm run icons");
        }
        fs::write(kept.join(&name), new)?;
    }
    if !check {
        // The one file for each of Windows and macOS, of which no two runs are alike to the byte.
        let mut make = npm(&["exec", "--", "tauri", "icon", "icons/proffer.svg", "--output"]);
        run(make.arg(&made).stdout(Stdio::null()).stderr(Stdio::null()))?;
        for name in ["icon.ico", "icon.icns"] {
            fs::copy(made.join(name), kept.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn configuration_is_merged_as_the_tool_merges_it() {
        let mut config =
            json!({"bundle": {"active": true, "icon": ["a", "b"]}, "plugins": {"updater": {"pubkey": ""}}});
        merge(
            &mut config,
            json!({"version": "0.1.1", "bundle": {"icon": ["c"], "active": null}}),
        );
        let expected = json!({"version": "0.1.1", "bundle": {"icon": ["c"]}, "plugins": {"updater": {"pubkey": ""}}});
        assert_eq!(config, expected);
    }

    #[test]
    fn updates_are_taken_only_with_a_signed_version_over_tls() {
        let config = read_json(&program::root().join("tauri.conf.json")).expect("readable");
        let updater = &config["plugins"]["updater"];
        assert_eq!(updater["requireSignedVersion"], json!(true));
        let dangerous = updater
            .as_object()
            .expect("an object")
            .keys()
            .any(|name| name.starts_with("dangerous"));
        assert!(!dangerous, "{updater}");
        assert_ne!(updater["allowDowngrades"], json!(true));
    }
}
