//! What a disk does to a cache's file.

use rand::{Rng, rngs::StdRng};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Pages of the cache's file.
const PAGE: u64 = 8_192;

/// What is done to a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Damage {
    /// Its end is missing.
    Truncated,
    /// 1 to 64 bits are others.
    BitsFlipped,
    /// Up to three pages are zeros.
    PagesZeroed,
    /// A write-ahead log that SQLite never wrote.
    GarbageLog,
    /// The end of its log is missing.
    LogTruncated,
    /// 1 to 64 bits of its log are others.
    LogBitsFlipped,
}

/// All of them.
pub(crate) const DAMAGES: [Damage; 6] = [
    Damage::Truncated,
    Damage::BitsFlipped,
    Damage::PagesZeroed,
    Damage::GarbageLog,
    Damage::LogTruncated,
    Damage::LogBitsFlipped,
];

fn write_at(mut file: &File, bytes: &[u8], at: u64) -> anyhow::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    Ok(file.write_all(bytes)?)
}

fn read_at(mut file: &File, bytes: &mut [u8], at: u64) -> anyhow::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    Ok(file.read(bytes)?)
}

fn write_random(file: &File, generator: &mut StdRng, at: u64, length: u64) -> anyhow::Result<()> {
    let mut bytes = vec![0; usize::try_from(length)?];
    generator.fill(&mut bytes[..]);
    write_at(file, &bytes, at)
}

fn flip_bits(file: &File, generator: &mut StdRng) -> anyhow::Result<()> {
    let length = file.metadata()?.len();
    for _ in 0..generator.random_range(1..=64) {
        let at = generator.random_range(0..length.max(1));
        let mut byte = [0];
        if read_at(file, &mut byte, at)? == 1 {
            byte[0] ^= 1 << generator.random_range(0..8);
            write_at(file, &byte, at)?;
        }
    }
    Ok(())
}

fn truncate(file: &File, generator: &mut StdRng) -> anyhow::Result<()> {
    let length = file.metadata()?.len();
    Ok(file.set_len(generator.random_range(0..length.max(1)))?)
}

impl Damage {
    /// Whether SQLite can miss it: a page has no checksum, a frame of the log has one.
    pub(crate) fn can_be_unseen(self) -> bool {
        matches!(self, Self::BitsFlipped | Self::PagesZeroed)
    }

    /// Does it to the cache in a folder. The file's times stay as they are, as where nothing but the disk did it.
    pub(crate) fn inflict(self, data: &Path, generator: &mut StdRng) -> anyhow::Result<()> {
        let open = |name: &str| {
            let path = data.join(name);
            File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)
        };
        let file = open("cache.db")?;
        let modified = file.metadata()?.modified()?;
        match self {
            Self::Truncated => truncate(&file, generator)?,
            Self::BitsFlipped => flip_bits(&file, generator)?,
            Self::PagesZeroed => {
                let pages = file.metadata()?.len() / PAGE;
                for _ in 0..generator.random_range(1..4) {
                    let at = generator.random_range(0..pages.max(1)) * PAGE;
                    write_at(&file, &[0; PAGE as usize], at)?;
                }
            }
            Self::GarbageLog => {
                let log = open("cache.db-wal")?;
                let length = generator.random_range(1..200_000);
                log.set_len(length)?;
                write_random(&log, generator, 0, length)?;
            }
            Self::LogTruncated => truncate(&open("cache.db-wal")?, generator)?,
            Self::LogBitsFlipped => flip_bits(&open("cache.db-wal")?, generator)?,
        }
        file.set_modified(modified)?;
        Ok(())
    }
}
