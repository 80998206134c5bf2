//! Who listens to which streams here, and what was last written to them: read once, and shared by all who listen.
//!
//! A commit says which streams it wrote to. One task reads what is new on those that somebody listens to and wakes just
//! those who do; each takes the same text. Who is further behind reads from the database by itself.

use futures_util::task::AtomicWaker;
use proffer_protocol::StreamId;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};
use tokio::sync::{Notify, Semaphore, SemaphorePermit};

/// How many changes one event holds at most.
pub(crate) const EVENT_CHANGES: u32 = 256;
/// Above so many bytes an event holds only [`FEW_CHANGES`]. Whoever stops reading keeps one event waiting for them, of
/// documents as long as people write them, and any number of such readers must be borne.
pub(crate) const EVENT_BYTES: usize = 512 * 1024;
/// How many changes an event of long documents holds at most.
pub(crate) const FEW_CHANGES: u32 = 16;
/// How much of a stream's latest is kept for those who are a little behind.
const RECENT_BATCHES: usize = 32;
const RECENT_BYTES: usize = 256 * 1024;

/// How many who listen read from the database at once. When thousands come back together, the others' requests and the
/// news need not queue behind all of them.
const READINGS: usize = 2;

/// Changes of one stream that were read together.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The number before the first.
    pub(crate) after: u64,
    /// The number of the last.
    pub(crate) last: u64,
    /// The elements of the list of changes, as the wire has them.
    pub(crate) text: String,
}

impl Batch {
    /// Whether it tells of an account, whose streams may be others now. A document's own text cannot look like this: its
    /// quotation marks are escaped.
    fn tells_of_an_account(&self) -> bool {
        self.text.contains("\"entity\":\"account\"")
    }
}

/// One who listens.
pub(crate) struct Seat {
    number: u64,
    token_hash: Box<str>,
    waker: AtomicWaker,
    /// One of [`Ended`], or zero.
    ended: AtomicU8,
}

/// Why one who listens is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The session has ended.
    Session = 1,
    /// The server ends; another one goes on.
    Server = 2,
}

impl Seat {
    /// Is woken from now on when there is something to look at.
    pub(crate) fn wake_by(&self, waker: &std::task::Waker) {
        self.waker.register(waker);
    }

    /// Whether the session or the server has ended.
    pub(crate) fn ended(&self) -> Option<Ended> {
        match self.ended.load(Ordering::Acquire) {
            0 => None,
            1 => Some(Ended::Session),
            _ => Some(Ended::Server),
        }
    }

    fn end(&self, why: Ended) {
        self.ended.store(why as u8, Ordering::Release);
        self.waker.wake();
    }
}

struct Channel {
    /// Where the stream stands as far as it was read here.
    head: u64,
    recent: VecDeque<Arc<Batch>>,
    recent_bytes: usize,
    seats: BTreeMap<u64, Arc<Seat>>,
}

/// What is to be looked up of everybody who listens; it takes a while when they are many.
#[derive(Clone, Copy, Default)]
pub(crate) struct Doubted {
    /// Any stream may have been written to.
    pub(crate) streams: bool,
    /// Sessions may have ended.
    pub(crate) sessions: bool,
}

/// In an order of their own, so that simulated histories replay.
#[derive(Default)]
struct Inside {
    channels: BTreeMap<StreamId, Channel>,
    seats: BTreeMap<u64, Arc<Seat>>,
    last_seat: u64,
    /// These streams were written to.
    stirred: BTreeSet<StreamId>,
    /// How often anything was said to be written to, listened to or not.
    writings: u64,
    doubted: Doubted,
}

/// What one who listens is to do.
pub(crate) enum Next {
    /// Take this, of this stream.
    Take(StreamId, Arc<Batch>),
    /// Read from the database.
    Read,
    /// Wait.
    Wait,
}

/// Everybody who listens here.
pub(crate) struct Listeners {
    inside: Mutex<Inside>,
    stirred: Notify,
    doubted: Notify,
    readings: Semaphore,
}

impl Default for Listeners {
    fn default() -> Self {
        Self {
            inside: Mutex::default(),
            stirred: Notify::new(),
            doubted: Notify::new(),
            readings: Semaphore::new(READINGS),
        }
    }
}

impl Listeners {
    /// Waits for a turn to read from the database; it lasts as long as what is given.
    pub(crate) async fn turn_to_read(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.readings.acquire().await.ok()
    }

    /// A mark of what was said to be written so far, for [`Listeners::listen_to`].
    pub(crate) fn mark(&self) -> u64 {
        self.lock().writings
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets somebody listen by this session.
    pub(crate) fn sit_down(&self, token_hash: String) -> Arc<Seat> {
        let mut inside = self.lock();
        inside.last_seat += 1;
        let seat = Arc::new(Seat {
            number: inside.last_seat,
            token_hash: token_hash.into(),
            waker: AtomicWaker::new(),
            ended: AtomicU8::new(0),
        });
        inside.seats.insert(seat.number, seat.clone());
        seat
    }

    /// Says to what `seat` listens from now on, and where the database, asked after `mark`, said that these streams stand:
    /// `true` if one that it did not listen to may have been written to since.
    pub(crate) fn listen_to(&self, seat: &Arc<Seat>, before: &[StreamId], now: &[(StreamId, u64)], mark: u64) -> bool {
        let mut inside = self.lock();
        let mut is_new = false;
        for (stream, head) in now {
            let channel = inside.channels.entry(*stream).or_insert_with(|| Channel::at(*head));
            is_new |= channel.seats.insert(seat.number, seat.clone()).is_none();
        }
        for stream in before {
            if !now.iter().any(|(kept, _)| kept == stream) {
                inside.leave(stream, seat.number);
            }
        }
        is_new && inside.writings != mark
    }

    /// Ends listening.
    pub(crate) fn stand_up(&self, seat: &Seat, streams: &[StreamId]) {
        let mut inside = self.lock();
        for stream in streams {
            inside.leave(stream, seat.number);
        }
        inside.seats.remove(&seat.number);
    }

    /// What one who has come to these places does next.
    pub(crate) fn next(&self, places: &[(StreamId, u64)]) -> Next {
        let inside = self.lock();
        for (stream, position) in places {
            let Some(channel) = inside.channels.get(stream) else {
                return Next::Read;
            };
            // Who read from the database by themselves can be ahead of what was read for all.
            if channel.head <= *position {
                continue;
            }
            return match channel.recent.iter().find(|batch| batch.after == *position) {
                Some(batch) if !batch.tells_of_an_account() => Next::Take(*stream, batch.clone()),
                _ => Next::Read,
            };
        }
        Next::Wait
    }

    /// Notes that these streams were written to.
    pub(crate) fn stir<'a>(&self, streams: impl IntoIterator<Item = &'a StreamId>) {
        let mut inside = self.lock();
        inside.writings += 1;
        for stream in streams {
            if inside.channels.contains_key(stream) {
                inside.stirred.insert(*stream);
            }
        }
        if !inside.stirred.is_empty() {
            self.stirred.notify_one();
        }
    }

    /// Waits until streams were written to.
    pub(crate) async fn stirred(&self) {
        self.stirred.notified().await;
    }

    /// Takes the streams that were written to.
    pub(crate) fn take_stirred(&self) -> BTreeSet<StreamId> {
        mem::take(&mut self.lock().stirred)
    }

    /// Notes that something of all who listen is to be looked up.
    pub(crate) fn doubt(&self, what: Doubted) {
        let mut inside = self.lock();
        inside.writings += u64::from(what.streams);
        inside.doubted.streams |= what.streams;
        inside.doubted.sessions |= what.sessions;
        if inside.doubted.streams || inside.doubted.sessions {
            self.doubted.notify_one();
        }
    }

    /// Notes that any stream may have been written to.
    pub(crate) fn doubt_streams(&self) {
        self.doubt(Doubted {
            streams: true,
            sessions: false,
        });
    }

    /// Notes that sessions may have ended.
    pub(crate) fn doubt_sessions(&self) {
        self.doubt(Doubted {
            streams: false,
            sessions: true,
        });
    }

    /// Waits until something is to be looked up.
    pub(crate) async fn doubted(&self) {
        self.doubted.notified().await;
    }

    /// Takes what is to be looked up.
    pub(crate) fn take_doubted(&self) -> Doubted {
        mem::take(&mut self.lock().doubted)
    }

    /// Where the streams that somebody listens to stand, as far as they were read here.
    pub(crate) fn heads(&self) -> Vec<(StreamId, u64)> {
        let inside = self.lock();
        inside
            .channels
            .iter()
            .map(|(stream, channel)| (*stream, channel.head))
            .collect()
    }

    /// The same of one; `None` if nobody listens to it.
    pub(crate) fn head(&self, stream: StreamId) -> Option<u64> {
        self.lock().channels.get(&stream).map(|channel| channel.head)
    }

    /// Shares what was read, and wakes those it is for.
    pub(crate) fn publish(&self, stream: StreamId, batch: Batch) {
        let mut inside = self.lock();
        let Some(channel) = inside.channels.get_mut(&stream) else {
            return;
        };
        channel.head = batch.last;
        channel.recent_bytes += batch.text.len();
        channel.recent.push_back(Arc::new(batch));
        while channel.recent.len() > RECENT_BATCHES || (channel.recent_bytes > RECENT_BYTES && channel.recent.len() > 1)
        {
            if let Some(oldest) = channel.recent.pop_front() {
                channel.recent_bytes -= oldest.text.len();
            }
        }
        let seats: Vec<Arc<Seat>> = channel.seats.values().cloned().collect();
        drop(inside);
        for seat in seats {
            seat.waker.wake();
        }
    }

    /// The sessions by which somebody listens.
    pub(crate) fn sessions(&self) -> Vec<String> {
        let inside = self.lock();
        inside.seats.values().map(|seat| seat.token_hash.to_string()).collect()
    }

    /// Ends all who listen by other sessions than these.
    pub(crate) fn end_all_but(&self, live: &std::collections::HashSet<String>, asked: &[String]) {
        let asked: std::collections::HashSet<&str> = asked.iter().map(String::as_str).collect();
        let inside = self.lock();
        for seat in inside.seats.values() {
            // Who came meanwhile was looked up for their request.
            if asked.contains(&*seat.token_hash) && !live.contains(&*seat.token_hash) {
                seat.end(Ended::Session);
            }
        }
    }

    /// Ends all, because the server does.
    pub(crate) fn end_all(&self) {
        for seat in self.lock().seats.values() {
            seat.end(Ended::Server);
        }
    }
}

impl Channel {
    fn at(head: u64) -> Self {
        Self {
            head,
            recent: VecDeque::new(),
            recent_bytes: 0,
            seats: BTreeMap::new(),
        }
    }
}

impl Inside {
    fn leave(&mut self, stream: &StreamId, seat: u64) {
        if let Some(channel) = self.channels.get_mut(stream) {
            channel.seats.remove(&seat);
            if channel.seats.is_empty() {
                self.channels.remove(stream);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proffer_domain::{AccountId, CategoryId};
    use uuid::Uuid;

    fn batch(after: u64, text: &str) -> Batch {
        Batch {
            after,
            last: after + 1,
            text: text.to_owned(),
        }
    }

    fn streams() -> (StreamId, StreamId) {
        (
            StreamId::Account(AccountId(Uuid::from_u128(1))),
            StreamId::Category(CategoryId(Uuid::from_u128(2))),
        )
    }

    #[test]
    fn who_is_in_step_shares_what_comes_and_who_is_too_far_behind_reads() {
        let listeners = Listeners::default();
        let (_, stream) = streams();
        let seat = listeners.sit_down("a".to_owned());
        let mark = listeners.mark();
        assert!(!listeners.listen_to(&seat, &[], &[(stream, 7)], mark));
        assert!(matches!(listeners.next(&[(stream, 7)]), Next::Wait));
        listeners.publish(stream, batch(7, "{}"));
        assert!(matches!(listeners.next(&[(stream, 7)]), Next::Take(_, taken) if taken.last == 8));
        assert!(matches!(listeners.next(&[(stream, 8)]), Next::Wait));
        assert!(matches!(listeners.next(&[(stream, 3)]), Next::Read));
        for after in 8..60 {
            listeners.publish(stream, batch(after, "{}"));
        }
        assert!(matches!(listeners.next(&[(stream, 8)]), Next::Read));
    }

    #[test]
    fn what_tells_of_an_account_is_read_since_its_streams_may_be_others() {
        let listeners = Listeners::default();
        let (stream, _) = streams();
        let seat = listeners.sit_down("a".to_owned());
        listeners.listen_to(&seat, &[], &[(stream, 0)], 0);
        listeners.publish(stream, batch(0, "{\"seq\":1,\"entity\":\"account\"}"));
        assert!(matches!(listeners.next(&[(stream, 0)]), Next::Read));
    }

    #[test]
    fn nothing_is_kept_for_streams_that_nobody_listens_to() {
        let listeners = Listeners::default();
        let (account, category) = streams();
        let seat = listeners.sit_down("a".to_owned());
        let places = [(account, 0), (category, 0)];
        listeners.listen_to(&seat, &[], &places, 0);
        listeners.stir([&account]);
        assert_eq!(listeners.take_stirred().len(), 1);
        listeners.listen_to(&seat, &[account, category], &places[..1], 0);
        assert_eq!(listeners.head(category), None);
        listeners.stand_up(&seat, &[account]);
        listeners.stir([&account]);
        assert!(listeners.take_stirred().is_empty() && listeners.heads().is_empty());
        assert!(listeners.sessions().is_empty());
    }

    #[test]
    fn what_was_written_between_reading_and_listening_is_read_again() {
        let listeners = Listeners::default();
        let (_, stream) = streams();
        let (early, late) = (listeners.sit_down("a".to_owned()), listeners.sit_down("b".to_owned()));
        let mark = listeners.mark();
        listeners.stir([&stream]);
        assert!(listeners.take_stirred().is_empty(), "nobody listens yet");
        assert!(listeners.listen_to(&early, &[], &[(stream, 7)], mark));
        assert!(
            !listeners.listen_to(&early, &[stream], &[(stream, 7)], mark),
            "it is told of"
        );
        let mark = listeners.mark();
        listeners.doubt_streams();
        assert!(listeners.listen_to(&late, &[], &[(stream, 7)], mark));
    }

    #[test]
    fn a_session_that_ended_ends_its_listeners_and_no_others() {
        let listeners = Listeners::default();
        let (gone, lives) = (listeners.sit_down("a".to_owned()), listeners.sit_down("b".to_owned()));
        let asked = listeners.sessions();
        let later = listeners.sit_down("c".to_owned());
        listeners.end_all_but(&["b".to_owned()].into(), &asked);
        assert!(gone.ended() == Some(Ended::Session) && lives.ended().is_none() && later.ended().is_none());
    }
}
