//! An installer made by makensis alone: it installs the app for one user, who has it test itself, and removes it again.

use super::{compiler, wine::Wine};
use crate::program::{self, run, say};
use anyhow::{Context, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// What is installed beside the program.
const BESIDE: &str = "WebView2Loader.dll";
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// What the program holds for whoever packs it to say how; by it, it knows that its notifications have a name.
const UNPACKED: &[u8] = b"__TAURI_BUNDLE_TYPE_VAR_UNK";
const PACKED: &[u8] = b"__TAURI_BUNDLE_TYPE_VAR_NSS";

/// An uninstaller goes on in a copy of itself; how long that may take.
const REMOVAL: Duration = Duration::from_secs(60);

/// Keys of the registry that are there while the app is installed.
const KEYS: [&str; 2] = [
    r"HKCU\Software\Classes\proffer\shell\open\command",
    r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Proffer",
];

/// Makes it from what was built, and tries it.
pub(crate) fn check(wine: &Wine, built: &Path) -> anyhow::Result<()> {
    let installer = make(built)?;
    let data = data_folder(wine)?;
    let kept = data.join("app.proffer.desk/kept.txt");
    fs::create_dir_all(kept.parent().unwrap_or(&data))?;
    fs::write(&kept, "what the expert wrote")?;

    run(wine.program(&installer).arg("/S")).context("it did not install")?;
    let folder = data.join("Proffer");
    let app = folder.join("proffer.exe");
    let shortcut = find(&wine.drive().join("users"), "Proffer.lnk");
    let uninstaller = folder.join("uninstall.exe");
    for file in [
        Some(&app),
        Some(&folder.join(BESIDE)),
        Some(&uninstaller),
        shortcut.as_ref(),
    ] {
        let file = file.context("it put no shortcut into the menu")?;
        if !file.exists() {
            bail!("it did not install {}", file.display());
        }
    }
    for key in KEYS {
        if !wine.has_key(key)? {
            bail!("it did not write {key}");
        }
    }
    wine.selftest(&app)?;

    run(wine.program(&uninstaller).arg("/S")).context("it did not uninstall")?;
    let deadline = Instant::now() + REMOVAL;
    while folder.exists() || shortcut.as_ref().is_some_and(|file| file.exists()) {
        if Instant::now() > deadline {
            bail!("uninstalling left {} there", folder.display());
        }
        thread::sleep(Duration::from_millis(100));
    }
    for key in KEYS {
        if wine.has_key(key)? {
            bail!("uninstalling left {key} there");
        }
    }
    if !kept.exists() {
        bail!("uninstalling took what the expert wrote");
    }
    say("   installed, tested, removed; the expert's data is still there");
    Ok(())
}

/// Makes the installer, and gives its place.
fn make(built: &Path) -> anyhow::Result<PathBuf> {
    let root = program::root();
    let folder = compiler::folder().join("installer");
    let packed = folder.join("packed");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&packed)?;
    let app = fs::read(built.join("proffer.exe"))?;
    fs::write(packed.join("proffer.exe"), named(app)?)?;
    fs::copy(built.join(BESIDE), packed.join(BESIDE)).with_context(|| format!("{BESIDE} was not built"))?;
    for licence in LICENCES {
        fs::copy(root.join(licence), packed.join(licence))?;
    }
    let installer = folder.join("proffer-setup.exe");
    let mut makensis = program::command("makensis");
    let version = env!("CARGO_PKG_VERSION");
    // Windows wants four numbers, and nothing of a channel's name.
    let numbers = version.split(['-', '+']).next().unwrap_or(version);
    makensis.args([
        "-V2",
        "-WX",
        &format!("-DVERSION={version}"),
        &format!("-DNUMBERS={numbers}.0"),
    ]);
    makensis.arg(format!("-DBUILT={}", packed.display()));
    makensis.arg(format!("-DOUTPUT={}", installer.display()));
    run(makensis.arg(root.join("packaging/windows/proffer.nsi")))?;
    let size = fs::metadata(&installer)?.len();
    say(&format!("   {} ({} MB)", installer.display(), size / 1_000_000));
    Ok(installer)
}

/// The program as packed: it says so in the place that it has for that.
fn named(mut app: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let place = app.windows(UNPACKED.len()).position(|part| part == UNPACKED);
    let place = place.context("the program has no place to say how it is packed")?;
    app[place..place + PACKED.len()].copy_from_slice(PACKED);
    Ok(app)
}

/// `%LOCALAPPDATA%` of the one user there is.
fn data_folder(wine: &Wine) -> anyhow::Result<PathBuf> {
    let users = wine.drive().join("users");
    let folders = fs::read_dir(&users).with_context(|| format!("cannot read {}", users.display()))?;
    folders
        .filter_map(Result::ok)
        .map(|user| user.path().join("AppData/Local"))
        .find(|folder| folder.is_dir())
        .context("Wine has made no user")
}

/// The file of a name under a folder.
fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?;
    entries.filter_map(Result::ok).find_map(|entry| {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            return find(&path, name);
        }
        (entry.file_name() == name).then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_program_says_how_it_was_packed_and_nothing_else_of_it_changes() -> anyhow::Result<()> {
        let app = [b"before ", UNPACKED, b" after"].concat();
        assert_eq!(named(app)?, [b"before ", PACKED, b" after"].concat());
        assert!(named(b"another program".to_vec()).is_err());
        Ok(())
    }
}
