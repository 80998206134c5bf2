//! A history: customers and experts at work over real processes, until what shall go wrong has gone wrong often enough;
//! then peace, and the checks.

use crate::{
    Options, checks,
    customers::{Customer, Questions},
    disk::{self, SmallDisk},
    experts::Expert,
    processes::{AskError, DeskProcess, PlatformProcess},
    tcp_proxy::TcpProxy,
    world::{Beginning, EXPERTS, PASSWORD},
};
use anyhow::{Context, bail, ensure};
use futures_util::future::try_join_all;
use proffer_domain::CategoryId;
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{path::PathBuf, time::Duration};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// Enough for a desk or a platform with some hundred questions, and their logs.
const SMALL_MEGABYTES: u32 = 32;

/// What goes wrong in a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Desks are killed, so often.
    DeskKills(u32),
    /// The platform is killed, so often.
    PlatformKills(u32),
    /// A desk's disk is full, so often.
    DeskDiskFull(u32),
    /// The platform's disk is full, so often.
    PlatformDiskFull(u32),
    /// Everything goes through a bad line, whose mood changes so often.
    BadLine(u32),
}

/// Everybody in a history.
pub(crate) struct History {
    /// Before the folder that it is mounted in, so that it goes first.
    pub(crate) disk: Option<SmallDisk>,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) platform: Mutex<PlatformProcess>,
    pub(crate) customers: Vec<Customer>,
    pub(crate) experts: Vec<Expert>,
    /// How many lines each desk had raised when each of its lives ended.
    pub(crate) raised_at_ends: Vec<Vec<usize>>,
    pub(crate) category: CategoryId,
    proxy: Option<TcpProxy>,
    generator: StdRng,
}

/// Counts for the report.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) histories: u32,
    pub(crate) kills: u32,
    pub(crate) commands: u32,
    pub(crate) repeats: u32,
    pub(crate) repeats_of_answered: u32,
    pub(crate) messages: u32,
    pub(crate) offers: u32,
    pub(crate) drafts: u32,
    pub(crate) acceptances: u32,
    pub(crate) raised_twice: u32,
    pub(crate) in_digests: u32,
    pub(crate) done_unanswered: u32,
    pub(crate) undone_unanswered: u32,
    pub(crate) first_syncs: u32,
    pub(crate) cuts: u32,
    pub(crate) full_disks: u32,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.histories += other.histories;
        self.kills += other.kills;
        self.commands += other.commands;
        self.repeats += other.repeats;
        self.repeats_of_answered += other.repeats_of_answered;
        self.messages += other.messages;
        self.offers += other.offers;
        self.drafts += other.drafts;
        self.acceptances += other.acceptances;
        self.raised_twice += other.raised_twice;
        self.in_digests += other.in_digests;
        self.done_unanswered += other.done_unanswered;
        self.undone_unanswered += other.undone_unanswered;
        self.first_syncs += other.first_syncs;
        self.cuts += other.cuts;
        self.full_disks += other.full_disks;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} histories, {} kills, {} cut connections, {} full disks, {} first syncs; {} commands of customers acknowledged \
             ({} sent again, {} after they were answered); desks: {} messages, {} offers, {} drafts acknowledged, of \
             those cut off {} were done and {} not; {} acceptances, {} raised twice between raise and mark, {} in digests",
            self.histories,
            self.kills,
            self.cuts,
            self.full_disks,
            self.first_syncs,
            self.commands,
            self.repeats,
            self.repeats_of_answered,
            self.messages,
            self.offers,
            self.drafts,
            self.done_unanswered,
            self.undone_unanswered,
            self.acceptances,
            self.raised_twice,
            self.in_digests
        )
    }
}

/// Runs one; an error says what does not hold and where everything is kept.
pub(crate) async fn run(
    options: &Options,
    beginning: &Beginning,
    seed: u64,
    trouble: Trouble,
) -> anyhow::Result<Tally> {
    let mut history = History::begin(options, beginning, seed, trouble).await?;
    let result = history.live_and_settle(trouble).await;
    match result {
        Ok(tally) => Ok(tally),
        Err(error) => {
            for expert in &mut history.experts {
                expert.desk.kill().await?;
            }
            history.platform.lock().await.kill().await?;
            let kept = history.folder.keep();
            Err(error.context(format!(
                "{trouble:?} with seed {seed}; everything is kept in {}",
                kept.display()
            )))
        }
    }
}

impl History {
    async fn begin(options: &Options, beginning: &Beginning, seed: u64, trouble: Trouble) -> anyhow::Result<Self> {
        let mut generator = StdRng::seed_from_u64(seed);
        let folder = tempfile::Builder::new().prefix("proffer-ordeal-").tempdir()?;
        let disk = match trouble {
            Trouble::DeskDiskFull(_) | Trouble::PlatformDiskFull(_) => {
                Some(SmallDisk::mount(folder.path().join("small"), SMALL_MEGABYTES)?)
            }
            _ => None,
        };
        let small = disk.as_ref().map(|disk| disk.path().join("data"));
        let (desks_small, platforms_small) = match trouble {
            Trouble::PlatformDiskFull(_) => (None, small),
            _ => (small, None),
        };
        let data = platforms_small.unwrap_or_else(|| folder.path().join("platform"));
        beginning.copy_to(&data)?;
        let platform = PlatformProcess::begin(&options.programs, folder.path(), data).await?;
        let proxy = match trouble {
            Trouble::BadLine(_) => Some(TcpProxy::begin(platform.address, generator.random()).await?),
            _ => None,
        };
        let url = proxy.as_ref().map_or_else(|| platform.url(), TcpProxy::url);
        let questions = Questions::default();
        let customers = beginning.customers(&url, &questions, seed)?;
        let mut experts = Vec::new();
        for (index, (name, email)) in EXPERTS.iter().enumerate() {
            let data = desks_small.clone().filter(|_| index == 0);
            let desk = DeskProcess::new(&options.programs, folder.path().join(format!("desk{index}")), data)?;
            let generator = StdRng::seed_from_u64(generator.random());
            let person = (*name, *email, PASSWORD);
            experts.push(Expert::new(desk, person, url.clone(), questions.clone(), generator));
        }
        Ok(Self {
            disk,
            folder,
            platform: Mutex::new(platform),
            customers,
            raised_at_ends: vec![Vec::new(); experts.len()],
            experts,
            category: beginning.category,
            proxy,
            generator,
        })
    }

    async fn live_and_settle(&mut self, trouble: Trouble) -> anyhow::Result<Tally> {
        let mut tally = Tally {
            histories: 1,
            ..Tally::default()
        };
        match trouble {
            Trouble::DeskKills(rounds) => self.live_with_desk_kills(rounds, &mut tally).await?,
            Trouble::PlatformKills(rounds) => self.live_with_platform_kills(rounds, &mut tally).await?,
            Trouble::BadLine(rounds) => self.live_on_a_bad_line(rounds, &mut tally).await?,
            Trouble::DeskDiskFull(rounds) => {
                self.begin_in_peace().await?;
                let mut generator = StdRng::seed_from_u64(self.generator.random());
                tally.full_disks += disk::fill_the_desks(self, rounds, &mut generator).await?;
            }
            Trouble::PlatformDiskFull(rounds) => {
                self.begin_in_peace().await?;
                let mut generator = StdRng::seed_from_u64(self.generator.random());
                tally.full_disks += disk::fill_the_platforms(self, rounds, &mut generator).await?;
            }
        }
        checks::settle(self).await.context("does not come into step")?;
        checks::all(self, &mut tally).await?;
        Ok(tally)
    }

    /// Something to lose: questions that are asked, locked and answered.
    async fn begin_in_peace(&mut self) -> anyhow::Result<()> {
        for customer in &mut self.customers {
            customer.ask().await?;
            customer.ask().await?;
        }
        for expert in &mut self.experts {
            expert.desk.start().await?;
            expert.begin_in_peace().await?;
        }
        Ok(())
    }

    async fn live_with_desk_kills(&mut self, rounds: u32, tally: &mut Tally) -> anyhow::Result<()> {
        let stop = CancellationToken::new();
        let share = rounds.div_ceil(u32::try_from(self.experts.len())?);
        let seeds: Vec<u64> = self.experts.iter().map(|_| self.generator.random()).collect();
        let customers = try_join_all(
            self.customers
                .iter_mut()
                .map(|customer| ask_and_accept(customer, &stop)),
        );
        let lives = self
            .experts
            .iter_mut()
            .zip(&mut self.raised_at_ends)
            .zip(seeds)
            .map(|((expert, ends), seed)| live_and_die(expert, share, ends, StdRng::seed_from_u64(seed)));
        let lives = async {
            let lived = try_join_all(lives).await;
            stop.cancel();
            lived
        };
        let (_, lived) = tokio::try_join!(customers, lives)?;
        tally.kills += share * u32::try_from(lived.len())?;
        tally.first_syncs += lived.into_iter().sum::<u32>();
        Ok(())
    }

    async fn live_with_platform_kills(&mut self, rounds: u32, tally: &mut Tally) -> anyhow::Result<()> {
        self.begin_in_peace().await?;
        let stop = CancellationToken::new();
        let mut generator = StdRng::seed_from_u64(self.generator.random());
        let seeds: Vec<u64> = self.experts.iter().map(|_| self.generator.random()).collect();
        let platform = &self.platform;
        let customers = try_join_all(
            self.customers
                .iter_mut()
                .map(|customer| ask_and_accept(customer, &stop)),
        );
        let experts = self
            .experts
            .iter_mut()
            .zip(&mut self.raised_at_ends)
            .zip(seeds)
            .map(|((expert, ends), seed)| work(expert, ends, StdRng::seed_from_u64(seed), &stop));
        let experts = try_join_all(experts);
        let kills = async {
            let mut platform = platform.lock().await;
            for _ in 0..rounds {
                let up = [80, 400, 1_000][generator.random_range(0..3)];
                tokio::time::sleep(Duration::from_millis(generator.random_range(10..up))).await;
                platform.kill().await?;
                if generator.random_range(0..8) == 0 {
                    let after = Duration::from_millis(generator.random_range(0..120));
                    platform.start_and_kill(after).await?;
                }
                platform.start().await?;
            }
            stop.cancel();
            anyhow::Ok(platform.kills)
        };
        let (_, first_syncs, kills) = tokio::try_join!(customers, experts, kills)?;
        tally.kills += kills;
        tally.first_syncs += first_syncs.into_iter().sum::<u32>();
        Ok(())
    }

    async fn live_on_a_bad_line(&mut self, rounds: u32, tally: &mut Tally) -> anyhow::Result<()> {
        self.begin_in_peace().await?;
        let stop = CancellationToken::new();
        let mut generator = StdRng::seed_from_u64(self.generator.random());
        let seeds: Vec<u64> = self.experts.iter().map(|_| self.generator.random()).collect();
        let proxy = self.proxy.as_ref().context("the bad line")?;
        let customers = try_join_all(
            self.customers
                .iter_mut()
                .map(|customer| ask_and_accept(customer, &stop)),
        );
        let experts = self
            .experts
            .iter_mut()
            .zip(&mut self.raised_at_ends)
            .zip(seeds)
            .map(|((expert, ends), seed)| work(expert, ends, StdRng::seed_from_u64(seed), &stop));
        let experts = try_join_all(experts);
        let weather = async {
            for _ in 0..rounds {
                proxy.change_mood(&mut generator);
                tokio::time::sleep(Duration::from_millis(generator.random_range(50..500))).await;
            }
            proxy.calm_down();
            stop.cancel();
            anyhow::Ok(())
        };
        let (_, first_syncs, ()) = tokio::try_join!(customers, experts, weather)?;
        tally.first_syncs += first_syncs.into_iter().sum::<u32>();
        tally.cuts += proxy.cuts();
        Ok(())
    }
}

/// A customer's day.
async fn ask_and_accept(customer: &mut Customer, stop: &CancellationToken) -> anyhow::Result<()> {
    let mut generator = StdRng::seed_from_u64(customer.wishes.len() as u64);
    while !stop.is_cancelled() {
        customer.act().await?;
        tokio::time::sleep(Duration::from_millis(generator.random_range(0..80))).await;
    }
    Ok(())
}

fn cache_files(expert: &Expert) -> Vec<PathBuf> {
    let data = expert.desk.data();
    ["cache.db", "cache.db-wal", "cache.db-shm", "cache.closed"]
        .iter()
        .map(|name| data.join(name))
        .collect()
}

/// Takes the dead desk's cache away, so that the next start begins with a first sync.
fn delete_cache(expert: &Expert) -> anyhow::Result<()> {
    for file in cache_files(expert) {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// An expert whose desk is killed again and again; gives how many first syncs began.
async fn live_and_die(
    expert: &mut Expert,
    lives: u32,
    raised_at_ends: &mut Vec<usize>,
    mut generator: StdRng,
) -> anyhow::Result<u32> {
    let mut first_syncs = 1;
    for life in 0..lives {
        if life > 0 && generator.random_range(0..8) == 0 {
            delete_cache(expert)?;
            first_syncs += 1;
        }
        let after = match generator.random_range(0..3) {
            0 => 3,
            1 => 40,
            _ => 300,
        };
        let after = Duration::from_millis(generator.random_range(0..after));
        expert.desk.spawn()?;
        if generator.random_range(0..8) == 0 {
            tokio::time::sleep(after).await;
        } else {
            let quiet = generator.random_range(0..5);
            one_life(expert, quiet, after)
                .await
                .with_context(|| format!("life {life}"))?;
        }
        expert.desk.kill().await?;
        raised_at_ends.push(expert.desk.raised()?.len());
    }
    Ok(first_syncs)
}

/// Some things done in peace, then more of them until the kill.
async fn one_life(expert: &mut Expert, quiet: u32, after: Duration) -> anyhow::Result<()> {
    let killer = expert.desk.killer();
    let (begin, begun) = tokio::sync::oneshot::channel();
    let living = async move {
        match expert.be_ready().await {
            Ok(()) => {}
            Err(error) => return Err(anyhow::Error::from(error)),
        }
        expert.compare_papers().await?;
        for _ in 0..quiet {
            expert.act().await?;
        }
        let mut begin = Some(begin);
        loop {
            if let Some(begin) = begin.take() {
                // The killer waits for it.
                let _ = begin.send(());
            }
            match expert.act().await {
                Ok(()) => tokio::task::yield_now().await,
                Err(AskError::Gone) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    };
    let killing = async {
        if begun.await.is_ok() {
            tokio::time::sleep(after).await;
            killer();
        }
        anyhow::Ok(())
    };
    match tokio::try_join!(living, killing) {
        Ok(((), ())) => Ok(()),
        Err(error) if matches!(error.downcast_ref(), Some(AskError::Gone)) => {
            Err(error.context("the desk ended by itself"))
        }
        Err(error) => Err(error),
    }
}

/// An expert at work while others have the trouble; now and then the desk is killed and begins with a first sync.
async fn work(
    expert: &mut Expert,
    raised_at_ends: &mut Vec<usize>,
    mut generator: StdRng,
    stop: &CancellationToken,
) -> anyhow::Result<u32> {
    let mut first_syncs = 0;
    while !stop.is_cancelled() {
        if generator.random_range(0..60) == 0 {
            expert.desk.kill().await?;
            raised_at_ends.push(expert.desk.raised()?.len());
            if generator.random() {
                delete_cache(expert)?;
                first_syncs += 1;
            }
            expert.desk.start().await?;
            expert.compare_papers().await?;
        }
        expert.act().await?;
        tokio::time::sleep(Duration::from_millis(generator.random_range(0..60))).await;
    }
    ensure!(expert.desk.is_running(), "the desk is gone");
    Ok(first_syncs)
}

/// Says so if nothing much happened: a history in which nobody accepted anything shows nothing.
pub(crate) fn was_worth_it(tally: &Tally) -> anyhow::Result<()> {
    if tally.messages == 0 || tally.offers == 0 || tally.acceptances == 0 || tally.commands == 0 {
        bail!("too little happened to show anything: {tally}");
    }
    Ok(())
}
