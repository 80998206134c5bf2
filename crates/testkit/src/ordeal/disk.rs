//! A disk that is full: a small tmpfs under the data of a desk or of the platform, filled to the last page, and freed.
//!
//! It is mounted in a mount namespace of its own, which goes with the process however that ends. Without root the
//! namespace is a user's own; where neither is permitted, the part says so and fails unless it is allowed to be skipped.

use crate::{
    Options, checks,
    customers::Failing,
    experts::Expert,
    history::{self, History, Tally, Trouble},
    processes::{AskError, bound_to_us},
    world::Beginning,
};
use anyhow::{Context, bail, ensure};
use proffer_desk::api::{
    ApiErrorCode,
    connection::{ConnectionState, ConnectionView},
};
use rand::{Rng, rngs::StdRng};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

/// Set, it lets the part be left out on a machine where nothing can be mounted.
pub(crate) const MAY_BE_SKIPPED: &str = "PROFFER_ORDEAL_WITHOUT_TMPFS";
/// How long a full disk may take to show.
const DEADLINE: Duration = Duration::from_secs(150);
/// Rounds are long: a disk is filled and freed in each.
const ROUNDS_FOR_ONE: u32 = 50;

/// A disk of a few megabytes.
pub(crate) struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    pub(crate) fn mount(path: PathBuf, megabytes: u32) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&path)?;
        let status = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(&path)
            .status()
            .context("mount")?;
        ensure!(status.success(), "the small disk cannot be mounted");
        Ok(Self { path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }

    /// Fills it but for so many pages.
    pub(crate) fn fill(&self, pages_left: u64) -> anyhow::Result<()> {
        let mut file = std::fs::File::options().append(true).create(true).open(self.filler())?;
        for block in [1 << 16, 1 << 12] {
            let zeros = vec![0_u8; block];
            loop {
                match file.write_all(&zeros) {
                    Ok(()) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::StorageFull => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        let length = file.metadata()?.len();
        Ok(file.set_len(length.saturating_sub(pages_left * 4_096))?)
    }

    pub(crate) fn free(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.filler())?)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The namespace takes it away at the latest.
        let _ = std::process::Command::new("umount")
            .arg("--lazy")
            .arg(&self.path)
            .status();
    }
}

/// Runs this part in a namespace in which it may mount.
pub(crate) async fn run_in_namespace(options: &Options) -> anyhow::Result<String> {
    let permitted = ["-m", "-rm"].into_iter().find(|flags| {
        let mut probe = std::process::Command::new("unshare");
        probe.args([flags, "--", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
        let probed = probe.stdout(Stdio::null()).stderr(Stdio::null()).status();
        probed.is_ok_and(|status| status.success())
    });
    let Some(flags) = permitted else {
        if std::env::var_os(MAY_BE_SKIPPED).is_some() {
            return Ok(format!(
                "SKIPPED: nothing can be mounted here, and {MAY_BE_SKIPPED} allows it"
            ));
        }
        bail!(
            "nothing can be mounted here, neither by root nor in a user's namespace; set {MAY_BE_SKIPPED} to do without"
        );
    };
    let arguments = &options.arguments;
    let output = bound_to_us(Path::new("unshare"))
        .args([flags, "--"])
        .arg(std::env::current_exe()?)
        .args(["--part", "disk", "--in-namespace"])
        .args(["--rounds", &arguments.rounds.to_string()])
        .args(["--seed", &arguments.seed.to_string()])
        .args(["--questions", &arguments.questions.to_string()])
        .output()
        .await?;
    let words = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    ensure!(
        output.status.success(),
        "{words} {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let (_, words) = words.split_once(": ").unwrap_or(("", &words));
    Ok(words.rsplit_once("; ").map_or(words, |(words, _)| words).to_owned())
}

/// Runs it here.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Tally> {
    let beginning = Beginning::make(options, options.arguments.questions.min(60)).await?;
    let rounds = options.arguments.rounds.div_ceil(ROUNDS_FOR_ONE).max(2);
    let mut tally = Tally::default();
    for (offset, trouble) in [
        (0, Trouble::DeskDiskFull(rounds)),
        (1, Trouble::PlatformDiskFull(rounds)),
    ] {
        tally += history::run(options, &beginning, options.arguments.seed + offset, trouble).await?;
    }
    history::was_worth_it(&tally)?;
    Ok(tally)
}

/// Fills the desk's disk, works on until both drafts and the connection say so, frees it, and goes on.
pub(crate) async fn fill_the_desks(history: &mut History, rounds: u32, generator: &mut StdRng) -> anyhow::Result<u32> {
    let mut shown = 0;
    for round in 0..rounds {
        for expert in &mut history.experts {
            for _ in 0..6 {
                expert.act().await?;
            }
        }
        for _ in 0..4 {
            history.customers[0].act().await?;
        }
        let disk = history.disk.as_ref().context("the small disk")?;
        disk.fill(generator.random_range(0..8))?;
        let words = until_a_draft_is_refused(&mut history.experts[0]).await?;
        ensure!(!words.is_empty(), "round {round}: a full disk has no words");
        until_the_connection_says_so(history)
            .await
            .with_context(|| format!("round {round}"))?;
        shown += 1;
        let is_killed = generator.random();
        if is_killed {
            history.experts[0].desk.kill().await?;
            history.raised_at_ends[0].push(history.experts[0].desk.raised()?.len());
        }
        history.disk.as_ref().context("the small disk")?.free()?;
        if is_killed {
            history.experts[0].desk.start().await?;
        }
        history.experts[0].compare_papers().await?;
    }
    Ok(shown)
}

/// Saves drafts until the desk refuses one; what it had acknowledged stays.
async fn until_a_draft_is_refused(expert: &mut Expert) -> anyhow::Result<String> {
    let began = Instant::now();
    loop {
        match expert.keep_long_draft().await {
            Ok(()) => {}
            Err(AskError::Refused { error, .. }) if error.code == ApiErrorCode::StorageFailed => {
                return Ok(error.detail);
            }
            Err(error) => return Err(error.into()),
        }
        ensure!(began.elapsed() < DEADLINE, "drafts are kept on a full disk without end");
    }
}

async fn until_the_connection_says_so(history: &mut History) -> anyhow::Result<()> {
    let began = Instant::now();
    loop {
        let desk = &history.experts[0].desk;
        let connection: ConnectionView = desk.ask("connection_show", ()).await?;
        if connection.state == ConnectionState::DiskFull {
            return Ok(());
        }
        ensure!(
            began.elapsed() < DEADLINE,
            "the connection never says that the disk is full: {connection:?}"
        );
        history.customers[0].ask_at_length().await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Fills the platform's disk, until commands are answered with a problem; reading goes on. Then frees it.
pub(crate) async fn fill_the_platforms(
    history: &mut History,
    rounds: u32,
    generator: &mut StdRng,
) -> anyhow::Result<u32> {
    let mut shown = 0;
    for round in 0..rounds {
        for expert in &mut history.experts {
            for _ in 0..6 {
                expert.act().await?;
            }
        }
        for customer in &mut history.customers {
            for _ in 0..4 {
                customer.act().await?;
            }
        }
        history
            .disk
            .as_ref()
            .context("the small disk")?
            .fill(generator.random_range(0..8))?;
        let began = Instant::now();
        loop {
            match history.customers[0].ask_at_length().await? {
                None => {}
                Some(Failing { status, problem }) => {
                    let problem = problem.with_context(|| format!("{status} without a problem in words"))?;
                    ensure!(
                        !problem.title.is_empty() && problem.detail.is_some(),
                        "no words: {problem:?}"
                    );
                    break;
                }
            }
            ensure!(
                began.elapsed() < DEADLINE,
                "round {round}: the platform takes everything on a full disk"
            );
        }
        shown += 1;
        let customer = &mut history.customers[1];
        let read = customer
            .caller
            .everything()
            .await
            .context("a full disk keeps nobody from reading")?;
        ensure!(!read.is_empty(), "nothing to read");
        for expert in &mut history.experts {
            for _ in 0..4 {
                expert.act().await?;
            }
        }
        let is_killed = generator.random();
        if is_killed {
            history.platform.lock().await.kill().await?;
        }
        history.disk.as_ref().context("the small disk")?.free()?;
        if is_killed {
            history.platform.lock().await.start().await?;
        }
        for customer in &mut history.customers {
            customer.settle(DEADLINE).await?;
        }
    }
    checks::settle(history).await?;
    Ok(shown)
}
