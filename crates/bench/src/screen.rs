//! What is on the virtual screen, read from the file that Xvfb keeps its picture in: the same eye for both sides.

use anyhow::{Context, bail};
use std::{
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    os::unix::fs::FileExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

const LOOK_EVERY: Duration = Duration::from_millis(4);
/// After so long without a change the picture is taken for the final one.
const CALM: Duration = Duration::from_millis(2_500);
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the list stands in the window, in pixels: nothing in it moves by itself once it is there.
const LEFT: u64 = 80;
const RIGHT: u64 = 340;
const TOP: u64 = 140;
const BOTTOM: u64 = 740;
/// A list has rows: fewer different colours than this are an empty or half-drawn page.
const COLOURS_AT_LEAST: usize = 24;

/// The part of the screen in which the list stands.
pub(crate) struct ListPart {
    file: File,
    first_pixel: u64,
    bytes_a_line: u64,
}

impl ListPart {
    /// Opens the picture.
    pub(crate) fn open(picture: &Path) -> anyhow::Result<Self> {
        let file = File::open(picture).context("the virtual screen keeps no picture")?;
        let mut header = [0; 100];
        file.read_exact_at(&mut header, 0)?;
        // An X window dump: fields of four bytes, the most significant first.
        let field = |place: usize| {
            let bytes = header
                .get(place * 4..place * 4 + 4)
                .and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
            bytes.map_or(0, |bytes| u64::from(u32::from_be_bytes(bytes)))
        };
        let (header_size, bits_a_pixel, bytes_a_line, colours) = (field(0), field(11), field(12), field(19));
        if bits_a_pixel != 32 {
            bail!("the virtual screen has {bits_a_pixel} bits a pixel");
        }
        Ok(Self {
            file,
            first_pixel: header_size + colours * 12,
            bytes_a_line,
        })
    }

    fn lines(&self, step: usize) -> anyhow::Result<Vec<u8>> {
        let width = usize::try_from((RIGHT - LEFT) * 4)?;
        let mut pixels = Vec::with_capacity(width * 400);
        let mut line = vec![0; width];
        for row in (TOP..BOTTOM).step_by(step) {
            self.file
                .read_exact_at(&mut line, self.first_pixel + row * self.bytes_a_line + LEFT * 4)?;
            pixels.extend_from_slice(&line);
        }
        Ok(pixels)
    }

    fn print(&self) -> anyhow::Result<u64> {
        let mut hasher = DefaultHasher::new();
        self.lines(3)?.hash(&mut hasher);
        Ok(hasher.finish())
    }

    fn colours(&self) -> anyhow::Result<usize> {
        let mut colours: Vec<[u8; 3]> = self
            .lines(1)?
            .chunks_exact(4)
            .map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect();
        colours.sort_unstable();
        colours.dedup();
        Ok(colours.len())
    }

    /// Waits until the list stands as it stays, and gives when that began to be so.
    pub(crate) fn until_drawn(&self) -> anyhow::Result<Instant> {
        let started = Instant::now();
        let (mut last, mut changed_at) = (self.print()?, started);
        loop {
            thread::sleep(LOOK_EVERY);
            let now = Instant::now();
            let print = self.print()?;
            if print != last {
                (last, changed_at) = (print, now);
            } else if now.duration_since(changed_at) > CALM && self.colours()? >= COLOURS_AT_LEAST {
                return Ok(changed_at);
            }
            if now.duration_since(started) > PATIENCE {
                bail!("no list was drawn in {} s", PATIENCE.as_secs());
            }
        }
    }

    /// Waits until the window is gone from the screen.
    pub(crate) fn until_empty(&self) -> anyhow::Result<()> {
        let started = Instant::now();
        while self.colours()? > 1 {
            if started.elapsed() > PATIENCE {
                bail!("the window stays on the screen");
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }
}
