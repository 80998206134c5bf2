//! Ten thousand connections that listen, to the platform or to Redis, each as lean as can be: a request, then whatever
//! comes, until a mark is seen in it.

use anyhow::{Context, bail};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::{Notify, mpsc},
    task::JoinSet,
};

/// How long all of them may take to connect, or to hear of something.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often and how soon one tries again that was turned away.
const TRIES: u32 = 100;
const TRY_AGAIN: Duration = Duration::from_millis(100);
/// What a mark may be cut into two reads by.
const MARK_MAX: usize = 64;

/// What each says at first, and what tells that it listens.
pub(crate) struct Protocol {
    pub(crate) request: Box<dyn Fn(u32) -> String + Send + Sync>,
    pub(crate) ready: &'static str,
}

/// When one of them saw a mark.
pub(crate) struct Seen {
    pub(crate) mark: u32,
    pub(crate) at: Instant,
}

/// Connections that listen; ended when dropped.
pub(crate) struct Swarm {
    _tasks: JoinSet<()>,
    seen: mpsc::UnboundedReceiver<Seen>,
    ready: Arc<AtomicUsize>,
    lost: Arc<AtomicUsize>,
    is_ready: Arc<Notify>,
    count: u32,
}

/// What is looked for: `mark-` with the mark's number in eight digits.
pub(crate) fn mark(number: u32) -> String {
    format!("mark-{number:08}")
}

impl Swarm {
    /// Lets so many connect at once, and gives back before they have.
    pub(crate) fn begin(count: u32, address: SocketAddr, protocol: Protocol) -> Self {
        let (tell, seen) = mpsc::unbounded_channel();
        let (ready, lost) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let is_ready = Arc::new(Notify::new());
        let protocol = Arc::new(protocol);
        let mut tasks = JoinSet::new();
        for number in 0..count {
            let (tell, ready, lost, is_ready, protocol) = (
                tell.clone(),
                ready.clone(),
                lost.clone(),
                is_ready.clone(),
                protocol.clone(),
            );
            tasks.spawn(async move {
                // As real clients do, one that is turned away before it listens comes again.
                for _ in 0..TRIES {
                    let mut was_ready = false;
                    let is_listening = || {
                        was_ready = true;
                        ready.fetch_add(1, Ordering::AcqRel);
                        is_ready.notify_one();
                    };
                    let _ended = listen(number, address, &protocol, is_listening, &tell).await;
                    if was_ready {
                        break;
                    }
                    tokio::time::sleep(TRY_AGAIN).await;
                }
                lost.fetch_add(1, Ordering::AcqRel);
            });
        }
        Self {
            _tasks: tasks,
            seen,
            ready,
            lost,
            is_ready,
            count,
        }
    }

    /// Waits until all listen.
    pub(crate) async fn until_ready(&self) -> anyhow::Result<()> {
        let all = async {
            while self.ready.load(Ordering::Acquire) < self.count as usize {
                self.is_ready.notified().await;
            }
        };
        tokio::time::timeout(PATIENCE, all).await.with_context(|| {
            format!(
                "of {} connections {} listen after {} s",
                self.count,
                self.ready.load(Ordering::Acquire),
                PATIENCE.as_secs()
            )
        })
    }

    /// Waits until all have seen a mark: milliseconds from `begin`, one for each.
    pub(crate) async fn until_seen(&mut self, mark: u32, begin: Instant) -> anyhow::Result<Vec<f64>> {
        let mut times = Vec::with_capacity(self.count as usize);
        let all = async {
            while times.len() < self.count as usize {
                let Some(seen) = self.seen.recv().await else {
                    break;
                };
                if seen.mark == mark {
                    times.push(crate::report::millis(seen.at.saturating_duration_since(begin)));
                }
            }
        };
        let _ = tokio::time::timeout(PATIENCE, all).await;
        let lost = self.lost.load(Ordering::Acquire);
        if times.len() < self.count as usize {
            bail!(
                "{} of {} saw a mark, {lost} connections were lost",
                times.len(),
                self.count
            );
        }
        Ok(times)
    }

    /// How many connections have ended by themselves.
    pub(crate) fn lost(&self) -> usize {
        self.lost.load(Ordering::Acquire)
    }
}

async fn listen(
    number: u32,
    address: SocketAddr,
    protocol: &Protocol,
    ready: impl FnOnce(),
    tell: &mpsc::UnboundedSender<Seen>,
) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all((protocol.request)(number).as_bytes()).await?;
    let mut ready = Some(ready);
    let mut tail: Vec<u8> = Vec::new();
    loop {
        // The buffer is there only while something is read.
        stream.readable().await?;
        let mut buffer = [0; 8 * 1024];
        let read = match stream.try_read(&mut buffer) {
            Ok(0) => bail!("the other end ended it"),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error.into()),
        };
        let at = Instant::now();
        tail.extend_from_slice(&buffer[..read]);
        if ready.is_some()
            && contains(&tail, protocol.ready.as_bytes()).is_some()
            && let Some(ready) = ready.take()
        {
            ready();
        }
        let mut from = 0;
        while let Some(found) = contains(&tail[from..], b"mark-") {
            let begin = from + found + 5;
            let Some(digits) = tail.get(begin..begin + 8) else {
                break;
            };
            if let Some(mark) = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()) {
                // An error means that nobody asks any more.
                let _ = tell.send(Seen { mark, at });
            }
            from = begin + 8;
        }
        let keep = tail.len().saturating_sub(MARK_MAX).max(from);
        tail.drain(..keep);
        tail.shrink_to(MARK_MAX);
    }
}

fn contains(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// Lets this process have as many connections as the system allows it.
pub(crate) fn allow_connections(count: u32) -> anyhow::Result<()> {
    let allowed = proffer_platform::open_files::raise()?;
    if allowed < u64::from(count) + 500 {
        bail!(
            "{count} connections need {} open files, and this process may have {allowed}: raise the hard limit, such as by \
             `ulimit -Hn 65536` in a shell of root, or LimitNOFILE of the service",
            count + 500
        );
    }
    Ok(())
}
