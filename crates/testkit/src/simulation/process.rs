//! A simulated process: a runtime of its own whose time is simulated, with the files in its folder. It runs turn by
//! turn, and killing it leaves its files as they are at that moment.

use crate::{stillness, time::TURN};
use anyhow::Context;
use proffer_failpoints::{SharedPlan, databases, follow, is_database, locked};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tokio::{
    runtime::{Builder, RngSeed, Runtime},
    time::Instant,
};

/// A running process with what it is made of.
pub(crate) struct Process<T> {
    runtime: Runtime,
    began: Instant,
    ran: Duration,
    number: u64,
    plan: SharedPlan,
    parts: T,
}

/// Numbers the processes of this program.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

impl<T: Send + 'static> Process<T> {
    /// Starts one: `start` runs inside.
    pub(crate) fn start<F>(seed: u64, plan: &SharedPlan, start: impl FnOnce() -> F) -> anyhow::Result<Self>
    where
        F: Future<Output = anyhow::Result<T>> + Send + 'static,
    {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed) + 1;
        stillness::turn_of(number);
        follow(Some(plan.clone()));
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .rng_seed(RngSeed::from_bytes(&seed.to_le_bytes()))
            .on_after_task_poll(|_| stillness::wait())
            .build()?;
        let began = {
            let _inside = runtime.enter();
            Instant::now()
        };
        // A task, because only what a task does is waited for.
        let inside = {
            let _inside = runtime.enter();
            start()
        };
        let started = runtime.spawn(inside);
        let parts = runtime.block_on(started).context("a process's start")??;
        let ran = {
            let _inside = runtime.enter();
            began.elapsed()
        };
        Ok(Self {
            runtime,
            began,
            ran,
            number,
            plan: plan.clone(),
            parts,
        })
    }

    fn takes_turn(&self) {
        stillness::turn_of(self.number);
        follow(Some(self.plan.clone()));
    }

    /// What it is made of.
    pub(crate) fn parts(&self) -> &T {
        &self.parts
    }

    /// Lets it run for a turn.
    pub(crate) fn run(&mut self) {
        self.takes_turn();
        self.ran += TURN;
        let until = self.began + self.ran;
        self.runtime.block_on(async { tokio::time::sleep_until(until).await });
    }

    /// Begins something inside; it goes on in the turns that follow.
    pub(crate) fn begin<F>(&self, work: F) -> tokio::task::AbortHandle
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.takes_turn();
        self.runtime.spawn(work).abort_handle()
    }

    /// Does something inside at once, while nothing else passes any time but what it waits for.
    pub(crate) fn ask<R, F>(&self, work: F) -> anyhow::Result<R>
    where
        R: Send + 'static,
        F: Future<Output = R> + Send + 'static,
    {
        self.takes_turn();
        let asked = self.runtime.spawn(work);
        Ok(self.runtime.block_on(asked)?)
    }

    /// Ends it at once. Its databases stay as they are at this moment, or as they were when it crashed: closing them
    /// would tidy up, which a killed process does not.
    pub(crate) fn kill(self) -> anyhow::Result<()> {
        self.takes_turn();
        stillness::wait();
        let (folder, kept) = {
            let mut plan = locked(&self.plan);
            (plan.folder.clone(), plan.kept.take())
        };
        let kept = match kept {
            Some(kept) => kept,
            None => databases(&folder)?,
        };
        proffer_failpoints::set_gate(true);
        drop(self.parts);
        drop(self.runtime);
        stillness::wait();
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if is_database(&path) || path.extension().is_some_and(|ending| ending == "db-shm") {
                std::fs::remove_file(path)?;
            }
        }
        for (path, bytes) in kept {
            std::fs::write(path, bytes)?;
        }
        Ok(())
    }

    /// Ends it as its user does.
    pub(crate) fn close<F>(self, last: impl FnOnce(T) -> F) -> anyhow::Result<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.takes_turn();
        let last = last(self.parts);
        let closing = self.runtime.spawn(last);
        self.runtime.block_on(closing)?;
        proffer_failpoints::set_gate(true);
        drop(self.runtime);
        stillness::wait();
        Ok(())
    }
}
