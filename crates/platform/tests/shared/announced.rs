//! Waiting until a server says that it is ready.

use anyhow::bail;
use std::{
    io::{BufRead, BufReader},
    process::Child,
    sync::mpsc,
    time::Duration,
};

/// How long starting may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads a server's log until it says these words; it is killed if it does not say them in time.
pub fn until_announced(child: &mut Child, words: &'static str) -> anyhow::Result<()> {
    let Some(log) = child.stderr.take() else {
        bail!("the server's log goes elsewhere");
    };
    let (tell, told) = mpsc::channel();
    // It is read to its end, or the server would wait for who reads it.
    std::thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            // Once it is ready nobody asks any more.
            let _ = tell.send(line);
        }
    });
    let mut said = Vec::new();
    while let Ok(line) = told.recv_timeout(PATIENCE) {
        if line.contains(words) {
            return Ok(());
        }
        said.push(line);
    }
    let _ = child.kill();
    let _ = child.wait();
    bail!("the server did not say {words:?} but: {}", said.join("\n"))
}
