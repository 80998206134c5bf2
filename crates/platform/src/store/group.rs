//! Group commit: on SQLite, where there is one writer and a commit waits for the disk, the transactions of commands that
//! queue up become one. Each is a savepoint of it, so that one that is refused takes nothing of the others with it, and
//! nobody is told anything before all of it is on the disk.
//!
//! Whoever is done puts the open transaction down and queues for it again: those who were waiting meanwhile go on in it,
//! and the first who finds nobody before them commits for all.

use super::{StoreError, contended};
use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedMutexGuard, oneshot},
};

/// What those who wait for one commit learn of it: why it failed, if it did.
type Outcome = Result<(), Arc<str>>;

/// A transaction that others may go on in, and who waits until it is committed.
struct Open {
    transaction: Transaction<'static, Any>,
    members: Vec<oneshot::Sender<Outcome>>,
}

/// The queue in front of SQLite's one writer.
#[derive(Clone)]
pub(super) struct Queue {
    pool: AnyPool,
    open: Arc<Mutex<Option<Open>>>,
}

impl Queue {
    pub(super) fn new(pool: AnyPool) -> Self {
        Self {
            pool,
            open: Arc::default(),
        }
    }

    /// A transaction of its own, after what is open has been committed.
    pub(super) async fn alone(&self) -> Result<Held, StoreError> {
        let mut turn = self.open.clone().lock_owned().await;
        if let Some(open) = turn.take() {
            // Those it is of are told of a failure; it is none of this transaction's.
            let _told = open.commit().await;
        }
        self.begin(turn, false).await
    }

    /// A transaction that may share its commit.
    pub(super) async fn joined(&self) -> Result<Held, StoreError> {
        let mut turn = self.open.clone().lock_owned().await;
        let Some(mut open) = turn.take() else {
            return self.begin(turn, true).await;
        };
        if let Err(error) = execute(&mut open.transaction, "SAVEPOINT command").await {
            open.fail(&error);
            return Err(error.into());
        }
        Ok(Held {
            transaction: Some(open.transaction),
            place: Some(Place {
                queue: self.clone(),
                turn,
                members: open.members,
                is_joined: true,
            }),
        })
    }

    async fn begin(&self, turn: OwnedMutexGuard<Option<Open>>, is_joined: bool) -> Result<Held, StoreError> {
        Ok(Held {
            transaction: Some(self.pool.begin_with("BEGIN IMMEDIATE").await?),
            place: Some(Place {
                queue: self.clone(),
                turn,
                members: Vec::new(),
                is_joined,
            }),
        })
    }

    /// Commits what is open, if nobody did meanwhile.
    async fn finish(self) {
        let mut turn = self.open.clone().lock_owned().await;
        if let Some(open) = turn.take() {
            let _told = open.commit().await;
        }
    }
}

impl Open {
    /// Commits, and tells all who wait.
    async fn commit(self) -> Result<(), StoreError> {
        match self.transaction.commit().await {
            Ok(()) => {
                tell(self.members, &Ok(()));
                Ok(())
            }
            Err(error) => {
                tell(self.members, &Err(error.to_string().into()));
                Err(contended(error))
            }
        }
    }

    /// Undoes all of it, and tells all who wait.
    fn fail(self, error: &sqlx::Error) {
        drop(self.transaction);
        tell(self.members, &Err(error.to_string().into()));
    }
}

fn tell(members: Vec<oneshot::Sender<Outcome>>, outcome: &Outcome) {
    for member in members {
        // Who waits no longer was cut off, and sends the same command again.
        let _gone = member.send(outcome.clone());
    }
}

async fn execute(connection: &mut AnyConnection, statement: &'static str) -> Result<(), sqlx::Error> {
    sqlx::query(statement).execute(connection).await.map(|_| ())
}

/// A place in the queue, while it is one's turn.
struct Place {
    queue: Queue,
    turn: OwnedMutexGuard<Option<Open>>,
    /// Who waits for the commit of what is in the transaction already.
    members: Vec<oneshot::Sender<Outcome>>,
    is_joined: bool,
}

/// A transaction at work. Dropped, it never was.
pub(super) struct Held {
    transaction: Option<Transaction<'static, Any>>,
    place: Option<Place>,
}

impl From<Transaction<'static, Any>> for Held {
    /// One that shares its commit with nobody.
    fn from(transaction: Transaction<'static, Any>) -> Self {
        Self {
            transaction: Some(transaction),
            place: None,
        }
    }
}

impl Held {
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let Some(transaction) = self.transaction.take() else {
            return Ok(());
        };
        match self.place.take() {
            Some(place) if place.is_joined => place.put_down(transaction).await,
            // The turn ends with the commit.
            _place => transaction.commit().await.map_err(contended),
        }
    }

    /// Undoes what was written, and waits until what was read is sure to have happened.
    pub(super) async fn rollback(mut self) -> Result<(), StoreError> {
        let Some(transaction) = self.transaction.take() else {
            return Ok(());
        };
        match self.place.take() {
            Some(place) if !place.members.is_empty() => {
                let (place, transaction) = place.undo(transaction).await?;
                place.put_down(transaction).await
            }
            _place => Ok(transaction.rollback().await?),
        }
    }
}

impl Place {
    /// Takes back what the last savepoint holds. If even that fails, nothing of the transaction can be trusted: a full
    /// disk can have undone all of it.
    async fn undo(
        self,
        mut transaction: Transaction<'static, Any>,
    ) -> Result<(Self, Transaction<'static, Any>), StoreError> {
        match execute(&mut transaction, "ROLLBACK TO command").await {
            Ok(()) => Ok((self, transaction)),
            Err(error) => {
                let members = self.members;
                Open { transaction, members }.fail(&error);
                Err(error.into())
            }
        }
    }

    /// Lets the next go on in the transaction, and waits until it is committed.
    async fn put_down(self, transaction: Transaction<'static, Any>) -> Result<(), StoreError> {
        let Self {
            queue,
            mut turn,
            mut members,
            ..
        } = self;
        let (committed, mut is_committed) = oneshot::channel();
        members.push(committed);
        *turn = Some(Open { transaction, members });
        drop(turn);
        // Whoever is cut off while waiting must leave nothing open.
        let waiting = Waiting(Some(queue.clone()));
        let outcome = tokio::select! {
            biased;
            outcome = &mut is_committed => outcome,
            mut turn = queue.open.clone().lock_owned() => {
                // Nobody took it meanwhile, or it was committed and the outcome is there.
                if let Some(open) = turn.take() {
                    let _told = open.commit().await;
                }
                drop(turn);
                is_committed.await
            }
        };
        waiting.end();
        match outcome {
            Ok(Ok(())) => Ok(()),
            Ok(Err(words)) => Err(StoreError::Database(sqlx::Error::Io(std::io::Error::other(
                words.to_string(),
            )))),
            Err(_) => Err(StoreError::Database(sqlx::Error::Io(std::io::Error::other(
                "the transaction that this was part of was given up",
            )))),
        }
    }
}

/// Sees to it that what is open is committed even if the one who waits for it is cut off.
struct Waiting(Option<Queue>);

impl Waiting {
    fn end(mut self) {
        self.0 = None;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let (Some(queue), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(queue.finish());
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let (Some(transaction), Some(place)) = (self.transaction.take(), self.place.take()) else {
            return;
        };
        // Alone it is undone by being dropped.
        if let (false, Ok(runtime)) = (place.members.is_empty(), Handle::try_current()) {
            runtime.spawn(async move {
                if let Ok((place, transaction)) = place.undo(transaction).await {
                    // Those before are told; the one that was dropped waits for nothing.
                    let _dropped = place.put_down(transaction).await;
                }
            });
        }
    }
}

impl Deref for Held {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.transaction
            .as_deref()
            .unwrap_or_else(|| unreachable!("it is there until its end"))
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.transaction
            .as_deref_mut()
            .unwrap_or_else(|| unreachable!("it is there until its end"))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    use crate::store::{Store, Tx};
    use std::time::Duration;
    use tempfile::TempDir;

    async fn store() -> (TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), None).await.unwrap();
        (folder, store)
    }

    async fn number(tx: &mut Tx) -> u64 {
        tx.next_number("offer").await.unwrap()
    }

    /// The counter as it is on the disk.
    async fn kept(store: &Store) -> u64 {
        let mut tx = store.begin().await.unwrap();
        let next = number(&mut tx).await;
        tx.rollback().await.unwrap();
        next - 1
    }

    /// Commits beside whatever comes next, and says when it is sure.
    fn commit(tx: Tx) -> tokio::task::JoinHandle<Result<(), crate::store::StoreError>> {
        tokio::spawn(tx.commit())
    }

    #[tokio::test]
    async fn who_waits_goes_on_in_the_same_transaction_and_all_are_told_when_it_is_committed() {
        let (_folder, store) = store().await;
        let before = kept(&store).await;
        let mut first = store.begin_shared().await.unwrap();
        number(&mut first).await;
        let waiting = {
            let store = store.clone();
            tokio::spawn(async move {
                let mut second = store.begin_shared().await.unwrap();
                let seen = number(&mut second).await;
                (seen, second)
            })
        };
        tokio::task::yield_now().await;
        let first = commit(first);
        let (seen, second) = waiting.await.unwrap();
        assert_eq!(seen, before + 2, "the second sees what the first did");
        assert!(!first.is_finished(), "the first is told nothing before the commit");
        second.commit().await.unwrap();
        first.await.unwrap().unwrap();
        assert_eq!(kept(&store).await, before + 2);
    }

    #[tokio::test]
    async fn one_that_is_taken_back_or_dropped_takes_nothing_of_the_others_with_it() {
        let (_folder, store) = store().await;
        let before = kept(&store).await;
        for is_dropped in [false, true] {
            let mut first = store.begin_shared().await.unwrap();
            number(&mut first).await;
            let waiting = tokio::spawn({
                let store = store.clone();
                async move {
                    let mut second = store.begin_shared().await.unwrap();
                    number(&mut second).await;
                    if is_dropped {
                        drop(second);
                    } else {
                        second.rollback().await.unwrap();
                    }
                }
            });
            tokio::task::yield_now().await;
            first.commit().await.unwrap();
            waiting.await.unwrap();
        }
        assert_eq!(
            kept(&store).await,
            before + 2,
            "the two that were committed, and no other"
        );
    }

    #[tokio::test]
    async fn who_is_cut_off_while_waiting_leaves_nothing_open() {
        let (_folder, store) = store().await;
        let before = kept(&store).await;
        let mut first = store.begin_shared().await.unwrap();
        number(&mut first).await;
        let holding = tokio::spawn({
            let store = store.clone();
            async move { store.begin_shared().await.unwrap() }
        });
        tokio::task::yield_now().await;
        let first = commit(first);
        let second = holding.await.unwrap();
        // The first waits for the second now, and is cut off; then the second goes without a word.
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        drop(second);
        let kept = tokio::time::timeout(Duration::from_secs(20), kept(&store)).await;
        assert_eq!(kept.unwrap(), before + 1);
    }

    #[tokio::test]
    async fn a_transaction_of_its_own_begins_after_what_is_open_is_committed() {
        let (_folder, store) = store().await;
        let before = kept(&store).await;
        let mut first = store.begin_shared().await.unwrap();
        number(&mut first).await;
        let alone = tokio::spawn({
            let store = store.clone();
            async move {
                let mut alone = store.begin().await.unwrap();
                let seen = number(&mut alone).await;
                drop(alone);
                seen
            }
        });
        tokio::task::yield_now().await;
        first.commit().await.unwrap();
        assert_eq!(alone.await.unwrap(), before + 2);
        assert_eq!(kept(&store).await, before + 1);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_many_at_once_each_has_its_own_number() {
        let (_folder, store) = store().await;
        let before = kept(&store).await;
        let mut all = tokio::task::JoinSet::new();
        for index in 0..200_u64 {
            let store = store.clone();
            all.spawn(async move {
                let mut tx = store.begin_shared().await.unwrap();
                let number = number(&mut tx).await;
                match index % 5 {
                    0 => tx.rollback().await.map(|()| None).unwrap(),
                    1 => {
                        drop(tx);
                        None
                    }
                    _ => tx.commit().await.map(|()| Some(number)).unwrap(),
                }
            });
        }
        let mut numbers: Vec<u64> = all.join_all().await.into_iter().flatten().collect();
        numbers.sort_unstable();
        let expected: Vec<u64> = (before + 1..=before + 120).collect();
        assert_eq!(numbers, expected);
        assert_eq!(kept(&store).await, before + 120);
    }
}
