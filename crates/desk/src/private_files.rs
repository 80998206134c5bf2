//! What the desk keeps is for its owner alone: folders of its own are 0700, files 0600, also those that an earlier
//! version made wider. What is saved for its owner to use elsewhere (downloads, exports) is as the system has it.
//!
//! Windows keeps a person's data folder from others by itself.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    path::Path,
};

/// Makes a folder, with those above it, that its owner alone can look into. One that is there stays as it is: it may be
/// any folder of the system.
///
/// # Errors
/// If it cannot be made.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes a folder of the desk's own inside its data folder, and takes others' rights to it away if it is there.
///
/// # Errors
/// If it cannot be made.
pub fn make_own_folder(path: &Path) -> io::Result<()> {
    make_folder(path)?;
    narrow(path, 0o700)
}

/// How a file is opened that its owner alone can read, should it be made now.
#[must_use]
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes an empty file, or takes others' rights to it away if it is there. SQLite gives the files beside a database the
/// rights of the database.
///
/// # Errors
/// If it cannot be made.
pub fn keep_private(path: &Path) -> io::Result<()> {
    options().write(true).create(true).truncate(false).open(path)?;
    narrow(path, 0o600)
}

/// A new file in the place of whatever was there.
///
/// # Errors
/// If it cannot be made.
pub fn create(path: &Path) -> io::Result<File> {
    let file = options().write(true).create(true).truncate(true).open(path)?;
    narrow(path, 0o600)?;
    Ok(file)
}

/// Writes a file whole.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    io::Write::write_all(&mut create(path)?, bytes)
}

/// Takes away what others may do; leaves alone what is narrow enough, which may be another's on a shared disk.
#[cfg(unix)]
fn narrow(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = std::fs::metadata(path)?.permissions();
    if permissions.mode() & 0o077 != 0 {
        permissions.set_mode(mode);
        std::fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn narrow(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn what_an_earlier_version_made_wider_is_narrowed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (inside, file) = (folder.path().join("drafts"), folder.path().join("cache.db"));
        std::fs::create_dir(&inside).expect("made");
        std::fs::write(&file, b"kept").expect("written");
        for (path, wide) in [(&inside, 0o755), (&file, 0o644)] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(wide)).expect("set");
        }
        make_own_folder(&inside).expect("made");
        keep_private(&file).expect("made");
        assert_eq!((mode(&inside), mode(&file)), (0o700, 0o600));
        assert_eq!(std::fs::read(&file).expect("readable"), b"kept");
    }

    #[test]
    fn a_folder_of_the_systems_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("set");
        make_folder(folder.path()).expect("there");
        assert_eq!(mode(folder.path()), 0o755);
        make_folder(&folder.path().join("a/b")).expect("made");
        assert_eq!(mode(&folder.path().join("a")), 0o700);
    }
}
