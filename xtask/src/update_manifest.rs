//! The manifest that the app learns of a new version by: where each system's package lies, with its signature.

use crate::{changelog::Changelog, program};
use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Map, Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Write the manifest of a version's updates.
#[derive(Args)]
pub(crate) struct UpdateManifest {
    /// The version.
    #[arg(long)]
    version: String,
    /// The folder with the packages, each with its `.sig`.
    #[arg(long, value_name = "FOLDER")]
    packages: PathBuf,
    /// The address that the packages will lie under.
    #[arg(long, value_name = "URL")]
    address: String,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// How each kind of package ends, and what the app that was installed from it looks for.
const TARGETS: [(&str, &str); 6] = [
    ("_amd64.deb", "linux-x86_64-deb"),
    (".x86_64.rpm", "linux-x86_64-rpm"),
    ("_x64-setup.exe", "windows-x86_64-nsis"),
    ("_x64_en-US.msi", "windows-x86_64-msi"),
    ("_aarch64.app.tar.gz", "darwin-aarch64-app"),
    ("_x86_64.app.tar.gz", "darwin-x86_64-app"),
];

impl UpdateManifest {
    /// Writes it.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if !self.address.starts_with("https://") {
            bail!("--address {}: updates come by https only", self.address);
        }
        let notes = Changelog::read(&program::root().join("CHANGELOG.md"))?.as_notes(&self.version);
        let platforms = platforms(&self.packages, &self.version, &self.address)?;
        let now = Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]).output()?;
        let manifest = json!({
            "version": self.version,
            "notes": notes,
            "pub_date": String::from_utf8_lossy(&now.stdout).trim(),
            "platforms": platforms,
        });
        fs::write(&self.output, serde_json::to_vec_pretty(&manifest)?)
            .with_context(|| format!("cannot write {}", self.output.display()))
    }
}

/// Every target's package; one that is missing or not signed is an error, as its users would be left behind.
fn platforms(folder: &Path, version: &str, address: &str) -> anyhow::Result<Map<String, Value>> {
    let names: Vec<String> = fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let mut platforms = Map::new();
    for (ending, target) in TARGETS {
        let is_wanted = |name: &&String| name.ends_with(ending) && name.contains(version);
        let Some(name) = names.iter().find(is_wanted) else {
            bail!("{} holds no package *{ending} of version {version}", folder.display());
        };
        let signature = folder.join(format!("{name}.sig"));
        let signature = fs::read_to_string(&signature)
            .with_context(|| format!("{name} is not signed: no {}", signature.display()))?;
        let url = format!("{}/{name}", address.trim_end_matches('/'));
        platforms.insert(target.to_owned(), json!({ "url": url, "signature": signature.trim() }));
    }
    Ok(platforms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(names: &[&str]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("proffer-manifest-{}-{}", std::process::id(), names.len()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        for name in names {
            fs::write(folder.join(name), "a signature\n").expect("written");
        }
        folder
    }

    const ALL: [&str; 12] = [
        "Proffer_1.2.3_amd64.deb",
        "Proffer_1.2.3_amd64.deb.sig",
        "Proffer-1.2.3-1.x86_64.rpm",
        "Proffer-1.2.3-1.x86_64.rpm.sig",
        "Proffer_1.2.3_x64-setup.exe",
        "Proffer_1.2.3_x64-setup.exe.sig",
        "Proffer_1.2.3_x64_en-US.msi",
        "Proffer_1.2.3_x64_en-US.msi.sig",
        "Proffer_1.2.3_aarch64.app.tar.gz",
        "Proffer_1.2.3_aarch64.app.tar.gz.sig",
        "Proffer_1.2.3_x86_64.app.tar.gz",
        "Proffer_1.2.3_x86_64.app.tar.gz.sig",
    ];

    #[test]
    fn every_system_finds_its_package_and_signature() {
        let folder = folder_with(&ALL);
        let found = platforms(&folder, "1.2.3", "https://example.org/v1.2.3/").expect("complete");
        assert_eq!(found.len(), TARGETS.len());
        assert_eq!(
            found["linux-x86_64-deb"],
            json!({ "url": "https://example.org/v1.2.3/Proffer_1.2.3_amd64.deb", "signature": "a signature" })
        );
        fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn a_package_that_is_missing_or_unsigned_is_an_error() {
        for left_out in ["Proffer_1.2.3_aarch64.app.tar.gz", "Proffer_1.2.3_amd64.deb.sig"] {
            let names: Vec<_> = ALL.into_iter().filter(|name| *name != left_out).collect();
            let folder = folder_with(&names);
            let error = platforms(&folder, "1.2.3", "https://example.org").expect_err("incomplete");
            assert!(
                error
                    .to_string()
                    .contains(left_out.trim_end_matches(".sig").trim_start_matches("Proffer_1.2.3")),
                "{error}"
            );
            fs::remove_dir_all(folder).expect("removed");
        }
    }
}
