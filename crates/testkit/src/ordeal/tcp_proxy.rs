//! A bad line on loopback: connections are cut after any number of bytes, also in the middle of a request or an answer;
//! they are slow, or have half the throughput, or are turned away for a while.

use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};
use tokio_util::task::AbortOnDropHandle;

/// How the line is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Calm,
    /// Each piece waits for up to so many milliseconds.
    Slow(u64),
    /// Small pieces, each with a wait that grows with its size.
    Thin,
    /// Connections end after up to so many bytes in either direction.
    Cutting(u64),
    /// New connections are turned away, and those that stand end with their next byte.
    Gone,
}

struct Line {
    mood: Mutex<Mood>,
    generator: Mutex<StdRng>,
    cuts: AtomicU32,
}

impl Line {
    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn below(&self, bound: u64) -> u64 {
        self.generator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .random_range(0..bound.max(1))
    }
}

/// The line; ends when dropped.
pub(crate) struct TcpProxy {
    address: SocketAddr,
    line: Arc<Line>,
    _accepting: AbortOnDropHandle<()>,
}

impl TcpProxy {
    /// Listens on a port of the system's choice and passes on to `target`.
    pub(crate) async fn begin(target: SocketAddr, seed: u64) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let line = Arc::new(Line {
            mood: Mutex::new(Mood::Calm),
            generator: Mutex::new(StdRng::seed_from_u64(seed)),
            cuts: AtomicU32::new(0),
        });
        let accepting = tokio::spawn(accept(listener, target, Arc::clone(&line)));
        Ok(Self {
            address,
            line,
            _accepting: AbortOnDropHandle::new(accepting),
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn cuts(&self) -> u32 {
        self.line.cuts.load(Ordering::Relaxed)
    }

    fn set(&self, mood: Mood) {
        *self.line.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// Nothing gets through.
    pub(crate) fn go_away(&self) {
        self.set(Mood::Gone);
    }

    pub(crate) fn calm_down(&self) {
        self.set(Mood::Calm);
    }

    pub(crate) fn change_mood(&self, generator: &mut StdRng) {
        self.set(match generator.random_range(0..10) {
            0 => Mood::Calm,
            1..3 => Mood::Slow(generator.random_range(1..120)),
            3 => Mood::Thin,
            4..9 => Mood::Cutting(10_u64.pow(generator.random_range(2..6))),
            _ => Mood::Gone,
        });
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, line: Arc<Line>) {
    while let Ok((near, _)) = listener.accept().await {
        let line = Arc::clone(&line);
        tokio::spawn(async move {
            if line.mood() == Mood::Gone {
                line.cuts.fetch_add(1, Ordering::Relaxed);
                reset(&near);
                return;
            }
            let Ok(far) = TcpStream::connect(target).await else {
                return;
            };
            carry(near, far, &line).await;
        });
    }
}

/// Closing it sends a reset, as a line that breaks does; nothing that waits is sent first.
fn reset(stream: &TcpStream) {
    // A socket that is gone already needs none.
    let _ = stream.set_zero_linger();
}

async fn carry(near: TcpStream, far: TcpStream, line: &Line) {
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let is_cut = {
        let there = pass(near_in, far_out, line);
        let back = pass(far_in, near_out, line);
        let (mut there, mut back) = (Box::pin(there), Box::pin(back));
        // A cut ends both directions; an end lets the other one go on.
        tokio::select! {
            is_cut = &mut there => is_cut || back.await,
            is_cut = &mut back => is_cut || there.await,
        }
    };
    if is_cut {
        line.cuts.fetch_add(1, Ordering::Relaxed);
    }
}

/// Passes bytes on until either side ends or the line is cut; says whether it was cut.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, line: &Line) -> bool {
    let mut buffer = vec![0; 16 * 1024];
    let mut left: Option<u64> = None;
    loop {
        let Ok(count) = from.read(&mut buffer).await else {
            return false;
        };
        if count == 0 {
            // Who reads on the other side learns of the end; one that is gone needs not.
            let _ = to.shutdown().await;
            return false;
        }
        let mut pieces = vec![&buffer[..count]];
        let mood = line.mood();
        match mood {
            Mood::Calm => left = None,
            Mood::Slow(most) => tokio::time::sleep(Duration::from_millis(line.below(most))).await,
            Mood::Thin => pieces = buffer[..count].chunks(512).collect(),
            Mood::Cutting(most) => left = left.or_else(|| Some(line.below(most))),
            Mood::Gone => left = Some(0),
        }
        for piece in pieces {
            if mood == Mood::Thin {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let whole = piece.len();
            let passed = left.map_or(whole, |left| whole.min(usize::try_from(left).unwrap_or(whole)));
            if to.write_all(&piece[..passed]).await.is_err() {
                return false;
            }
            if passed < whole {
                reset(from.as_ref());
                reset(to.as_ref());
                return true;
            }
            left = left.map(|left| left - passed as u64);
        }
    }
}
