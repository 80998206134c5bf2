//! The log: a file in the data folder, without secrets or anyone's words.

use proffer_desk::private_files;
use std::{
    fs::{File, metadata, rename},
    io,
    path::Path,
    sync::Mutex,
};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// A log of this size is put aside at the next start, in place of the one before.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Begins to log; without a file (a full disk, a folder that cannot be written) the program works all the same.
pub(crate) fn open(data_dir: &Path) {
    let Ok(file) = file(data_dir) else {
        return;
    };
    let filter = EnvFilter::try_from_env("PROFFER_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,proffer=info,proffer_shell=info,proffer_desk=info"));
    let layer = fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
    let _ = tracing_subscriber::registry().with(filter).with(layer).try_init();
}

fn file(data_dir: &Path) -> io::Result<File> {
    let folder = data_dir.join("logs");
    private_files::make_own_folder(&folder)?;
    let path = folder.join("proffer.log");
    if metadata(&path).is_ok_and(|found| found.len() > MAX_BYTES) {
        rename(&path, folder.join("proffer.1.log"))?;
    }
    private_files::keep_private(&path)?;
    private_files::options().append(true).open(path)
}
