//! What goes wrong in a history, and its end.

use crate::{history::History, world};
use anyhow::Context;
use proffer_failpoints::{ALL, Mode, SharedPlan, locked};
use rand::{Rng, seq::IndexedRandom};
use std::time::Duration;

impl History {
    fn plan_of(&self, index: usize) -> &SharedPlan {
        self.desks.get(index).map_or(&self.platform.plan, |desk| &desk.plan)
    }

    fn some_time(&mut self) -> Duration {
        self.passed + Duration::from_millis(self.generator.random_range(20..6_000))
    }

    /// Lets a fail-point fire when it is next come to.
    pub(crate) fn arm(&mut self) {
        self.arm_one_of(ALL);
    }

    /// Lets one of those fire that an acceptance comes to.
    pub(crate) fn arm_on_acceptance(&mut self) {
        self.arm_one_of(&[
            "desk.intake.before_notices",
            "desk.intake.before_cache",
            "desk.raise.before",
            "desk.raise.before_mark",
            "desk.raise.after_mark",
            "platform.commit.before",
            "platform.mail.before_send",
            "platform.mail.before_mark",
        ]);
    }

    fn arm_one_of(&mut self, points: &[&'static str]) {
        let Some(point) = points.choose(&mut self.generator).copied() else {
            return;
        };
        let mode = if self.generator.random() {
            Mode::Crash
        } else {
            Mode::Error
        };
        let index = if point.starts_with("desk") {
            self.generator.random_range(0..self.desks.len())
        } else {
            self.desks.len()
        };
        self.trace_line(&format!("{point} will {mode:?} ({index})"));
        locked(self.plan_of(index)).armed = Some((point, mode));
    }

    /// A place's requests fare worse or better from now on.
    pub(crate) fn change_weather(&mut self) {
        let place = self
            .generator
            .random_range(0..self.desks.len() + world::CUSTOMERS.len());
        let bad = self.generator.random_range(0..70);
        self.trace_line(&format!("of place {place}'s requests {bad} in a hundred fare badly"));
        self.wire.set_bad(place, bad);
    }

    /// A desk is killed or closed, and opened later.
    pub(crate) fn stop_desk(&mut self) -> anyhow::Result<()> {
        let index = self.generator.random_range(0..self.desks.len());
        let is_killed = self.generator.random();
        self.close_desk(index, is_killed)?;
        self.opens_at[index] = Some(self.some_time());
        Ok(())
    }

    fn close_desk(&mut self, index: usize, is_killed: bool) -> anyhow::Result<()> {
        self.trace_line(&format!(
            "desk {index} is {}",
            if is_killed { "killed" } else { "closed" }
        ));
        let desk = &mut self.desks[index];
        if is_killed { desk.kill() } else { desk.close() }
    }

    /// The platform is killed or closed, and started later.
    pub(crate) fn stop_platform(&mut self) -> anyhow::Result<()> {
        self.trace_line("the platform is killed");
        self.platform.kill(&self.wire)?;
        let last = self.desks.len();
        self.opens_at[last] = Some(self.some_time());
        Ok(())
    }

    /// A desk's cache is damaged while it is closed.
    pub(crate) fn damage_cache(&mut self) -> anyhow::Result<()> {
        let index = self.generator.random_range(0..self.desks.len());
        let is_killed = self.generator.random();
        self.close_desk(index, is_killed)?;
        let file = self.desks[index].cache_file();
        let mut bytes = std::fs::read(&file).context("the cache")?;
        match self.generator.random_range(0..3) {
            0 => bytes = b"this is no database at all, and was never one".to_vec(),
            1 => bytes.truncate(self.generator.random_range(0..bytes.len().max(1))),
            _ => {
                let end = self.generator.random_range(1..9) * 4_096;
                bytes.iter_mut().take(end).for_each(|byte| *byte = 0);
            }
        }
        std::fs::write(file, bytes)?;
        self.trace_line(&format!("the cache of desk {index} is damaged"));
        self.opens_at[index] = Some(self.some_time());
        Ok(())
    }

    /// A disk is full for a while.
    pub(crate) fn fill_disk(&mut self) {
        let index = self.generator.random_range(0..=self.desks.len());
        self.trace_line(&format!("the disk of {index} is full"));
        locked(self.plan_of(index)).is_disk_full = true;
        self.room_at[index] = Some(self.some_time());
    }

    /// An expert loses a category, or gets it back.
    pub(crate) fn change_categories(&mut self, step: u32) -> anyhow::Result<()> {
        let serves = step.is_multiple_of(2);
        self.serve(serves)
    }

    fn serve(&mut self, serves: bool) -> anyhow::Result<()> {
        if !self.platform.is_running() || self.platform.is_crashed() || locked(&self.platform.plan).is_disk_full {
            return Ok(());
        }
        self.trace_line(&format!("Mira serves: {serves}"));
        let categories = if serves { vec![self.category] } else { Vec::new() };
        // An operator who is interrupted does it again.
        let armed = locked(&self.platform.plan).armed.take();
        self.platform.ask(async move |flow| {
            let mira = flow.account_by_email(proffer_testkit::Expert::Mira.email()).await?;
            Ok(flow.set_account_categories(&mira, &categories).await?)
        })?;
        locked(&self.platform.plan).armed = armed;
        Ok(())
    }

    /// Who crashed is gone, and comes back later.
    pub(crate) fn deal_with_crashes(&mut self) -> anyhow::Result<()> {
        for index in 0..self.desks.len() {
            if self.desks[index].is_crashed() && self.desks[index].is_running() {
                self.trace_line(&format!("desk {index} crashed"));
                self.desks[index].kill()?;
                self.opens_at[index] = Some(self.some_time());
            }
        }
        if self.platform.is_crashed() && self.platform.is_running() {
            self.trace_line("the platform crashed");
            self.platform.kill(&self.wire)?;
            let last = self.desks.len();
            self.opens_at[last] = Some(self.some_time());
        }
        Ok(())
    }

    /// Opens what was closed for long enough and makes room on disks that were full for long enough.
    pub(crate) fn open_and_make_room(&mut self) -> anyhow::Result<()> {
        for index in 0..self.room_at.len() {
            if self.room_at[index].is_some_and(|at| at <= self.passed) {
                self.room_at[index] = None;
                self.trace_line(&format!("the disk of {index} has room"));
                locked(self.plan_of(index)).is_disk_full = false;
            }
        }
        for index in 0..self.opens_at.len() {
            // An app that cannot even open its files because the disk is full is opened once there is room.
            let is_due = self.opens_at[index].is_some_and(|at| at <= self.passed) && self.room_at[index].is_none();
            if !is_due {
                continue;
            }
            self.opens_at[index] = None;
            self.trace_line(&format!("{index} starts"));
            let passed = self.passed;
            match self.desks.get_mut(index) {
                Some(desk) => desk.start(passed)?,
                None => self.platform.start(passed)?,
            }
        }
        Ok(())
    }

    /// From now on nothing goes wrong any more.
    pub(crate) fn end_faults(&mut self) -> anyhow::Result<()> {
        self.trace_line("the faults end");
        for place in 0..self.desks.len() + world::CUSTOMERS.len() {
            self.wire.set_bad(place, 0);
        }
        for index in 0..=self.desks.len() {
            locked(self.plan_of(index)).armed = None;
            if self.room_at[index].is_some() {
                self.room_at[index] = Some(self.passed);
            }
            if self.opens_at[index].is_some() {
                self.opens_at[index] = Some(self.passed);
            }
        }
        self.turn()?;
        self.turn()?;
        self.serve(true)
    }
}
