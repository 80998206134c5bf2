//! Waiting until every other thread of this program sleeps.
//!
//! SQLite runs on threads of its own, and when they answer depends on the system. If nothing goes on before all of them
//! sleep again, what they answer is there at the same point of every run, and the order of everything is the seed's.

use std::{
    cell::RefCell,
    fs::File,
    os::unix::fs::{FileExt, MetadataExt},
    path::Path,
};

const TASKS: &str = "/proc/self/task";

struct Watch {
    /// Folders below [`TASKS`], which tell when threads come and go.
    count: u64,
    others: Vec<File>,
    me: String,
}

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

impl Watch {
    fn new() -> std::io::Result<Self> {
        let me = std::fs::read_link("/proc/thread-self")?;
        Ok(Self {
            count: 0,
            others: Vec::new(),
            me: me.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        })
    }

    fn look_again(&mut self) -> std::io::Result<()> {
        self.others.clear();
        for task in std::fs::read_dir(TASKS)? {
            let name = task?.file_name();
            if name.to_string_lossy() != self.me {
                // One that has ended meanwhile is no matter.
                if let Ok(file) = File::open(Path::new(TASKS).join(name).join("stat")) {
                    self.others.push(file);
                }
            }
        }
        Ok(())
    }

    /// Whether all others sleep at this moment.
    fn is_still(&mut self) -> std::io::Result<bool> {
        let count = std::fs::metadata(TASKS)?.nlink();
        if count != self.count {
            self.look_again()?;
            self.count = count;
        }
        let mut bytes = [0; 96];
        for file in &self.others {
            let Ok(length) = file.read_at(&mut bytes, 0) else {
                // It has ended.
                self.count = 0;
                return Ok(false);
            };
            // The state stands after the name, which is in parentheses.
            let text = &bytes[..length];
            let state = text
                .iter()
                .rposition(|byte| *byte == b')')
                .and_then(|end| text.get(end + 2));
            if state != Some(&b'S') {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Waits until all other threads sleep.
///
/// # Panics
/// If the system does not tell the state of threads as Linux does.
pub(crate) fn wait() {
    let looked = WATCH.with_borrow_mut(|watch| -> std::io::Result<()> {
        let watch = match watch {
            Some(watch) => watch,
            None => watch.insert(Watch::new()?),
        };
        let mut tries = 0_u32;
        while !watch.is_still()? {
            tries += 1;
            if tries > 20 {
                std::thread::yield_now();
            }
        }
        Ok(())
    });
    looked.unwrap_or_else(|error| panic!("the simulation needs {TASKS}: {error}"));
}
