//! Start and memory of the release app, beside the same built page in Debian's Chromium.
//!
//! A start is measured by eye: from the start of the process to the moment from which the list on the screen stays as
//! it is. Both sides show the same desk's data from their cache; the desk behind Chromium's page already runs.

use crate::{
    browser,
    desktop::Desktop,
    loopback_host::{LoopbackHost, built_page},
    memory, note,
    population::{EXPERT, PASSWORD, Population},
    programs::{Program, built, platform, repository},
    report::{Row, median, millis, quantile},
    screen::ListPart,
};
use anyhow::Context;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

const MESSAGES: u32 = 10_000;
const MEMORY_ROUNDS: usize = 3;
/// 60 MB in MiB.
const TRAY_TARGET_MIB: f64 = 57.2;

/// Which rows are wanted.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) warm: bool,
    pub(crate) cold: bool,
    pub(crate) idle: bool,
    pub(crate) tray: bool,
}

impl Wanted {
    pub(crate) fn any(self) -> bool {
        self.warm || self.cold || self.idle || self.tray
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    App,
    Page,
}

struct Stage {
    desktop: Desktop,
    list: ListPart,
    app: PathBuf,
    data: PathBuf,
    platform_url: String,
    page_url: String,
}

impl Stage {
    fn app_command(&self) -> Command {
        let mut command = self.desktop.command(&self.app);
        command.env("PROFFER_DATA_DIR", &self.data);
        command
    }

    fn command(&self, side: Side) -> Command {
        match side {
            Side::App => self.app_command(),
            Side::Page => {
                let mut command = self.desktop.command("chromium");
                browser::app(&mut command, &self.page_url, &self.desktop.folder().join("chromium"));
                command
            }
        }
    }

    /// Starts it, waits for the list and gives the program with the time it took.
    fn start(&self, side: Side) -> anyhow::Result<(Program, f64)> {
        self.list.until_empty()?;
        let started = Instant::now();
        let program = Program::start(&mut self.command(side))?;
        let drawn_at = match self.list.until_drawn() {
            Ok(at) => at,
            Err(error) => {
                self.keep_picture(if side == Side::App { "app-failed" } else { "page-failed" })?;
                return Err(error);
            }
        };
        Ok((program, millis(drawn_at.saturating_duration_since(started))))
    }

    /// The first start signs in and fills cache and keychain; Chromium's makes its profile.
    fn prepare(&self) -> anyhow::Result<()> {
        let file = self.desktop.folder().join("sign-in.json");
        fs::write(
            &file,
            serde_json::to_vec(&serde_json::json!({ "email": EXPERT, "password": PASSWORD }))?,
        )?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
        let mut command = self.app_command();
        command
            .env("PROFFER_SIGN_IN_FILE", &file)
            .env("PROFFER_PLATFORM_URL", &self.platform_url);
        let mut app = Program::start(&mut command)?;
        self.list.until_drawn().context("the app's first start")?;
        self.keep_picture("app")?;
        app.end();
        let (mut page, _) = self.start(Side::Page).context("Chromium's first start")?;
        self.keep_picture("page")?;
        page.end();
        Ok(())
    }

    /// What was taken for the list, for whoever doubts the eye.
    fn keep_picture(&self, name: &str) -> anyhow::Result<()> {
        let Some(folder) = std::env::var_os("PROFFER_BENCH_PICTURES") else {
            return Ok(());
        };
        let file = Path::new(&folder).join(format!("start-{name}.png"));
        let status = self
            .desktop
            .command("import")
            .args(["-window", "root"])
            .arg(file)
            .status()?;
        anyhow::ensure!(status.success(), "no picture could be taken");
        Ok(())
    }
}

/// Measures what is wanted, both sides in turns.
pub(crate) async fn measure(wanted: Wanted, starts: usize) -> anyhow::Result<Vec<Row>> {
    note("start and memory: a platform, a screen, a keychain, the app and Chromium…");
    let app = built("proffer")?;
    let pages = built_page(&repository()?)?;
    let folder = tempfile::tempdir()?;
    let platform_data = folder.path().join("platform");
    let population = Population::settle(&platform_data).await?;
    population.fill(&population.corpus(MESSAGES)).await?;
    population.leave().await;
    let (_platform, platform_url) = platform(&platform_data)?;
    let host = LoopbackHost::serve(&folder.path().join("host"), pages, &platform_url).await?;
    let mut desktop = Desktop::with_bus()?;
    let picture = desktop.add_screen().await?;
    desktop.add_keychain().await?;
    let stage = Stage {
        list: ListPart::open(&picture)?,
        data: desktop.folder().join("desk"),
        desktop,
        app,
        platform_url,
        page_url: host.url.clone(),
    };
    let rows = tokio::task::spawn_blocking(move || measure_on(&stage, wanted, starts)).await??;
    host.close().await;
    Ok(rows)
}

fn measure_on(stage: &Stage, wanted: Wanted, starts: usize) -> anyhow::Result<Vec<Row>> {
    stage.prepare()?;
    let mut rows = Vec::new();
    if wanted.warm {
        note("start_warm_ms…");
        let (ours, peer) = in_turns(stage, starts, || Ok(()))?;
        rows.push(start_row(
            "start_warm_ms",
            &ours,
            &peer,
            "everything in the system's cache",
        ));
    }
    if wanted.cold {
        note("start_cold_ms…");
        let mut how = Emptied::default();
        let (ours, peer) = in_turns(stage, starts, || {
            how = empty_caches(stage)?;
            Ok(())
        })?;
        rows.push(start_row("start_cold_ms", &ours, &peer, how.words()));
    }
    if wanted.idle {
        note("idle_pss_mib…");
        rows.push(idle_row(stage)?);
    }
    if wanted.tray {
        note("tray_pss_mib…");
        rows.push(tray_row(stage)?);
    }
    Ok(rows)
}

/// Starts of both sides in turns, each first every other time.
fn in_turns(
    stage: &Stage,
    starts: usize,
    mut before: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for round in 0..starts {
        let order = if round % 2 == 0 {
            [Side::App, Side::Page]
        } else {
            [Side::Page, Side::App]
        };
        for side in order {
            before()?;
            let (mut program, taken) = stage.start(side)?;
            program.end();
            if side == Side::App {
                ours.push(taken)
            } else {
                peer.push(taken)
            }
        }
    }
    Ok((ours, peer))
}

fn start_row(name: &str, ours: &[f64], peer: &[f64], how: &str) -> Row {
    let (ours_at, peer_at) = (median(ours), median(peer));
    let ratio = ours_at / peer_at;
    Row {
        name: name.to_owned(),
        unit: "ms".to_owned(),
        ours: ours_at,
        limit: None,
        peer: Some(peer_at),
        ratio: Some(ratio),
        target: "≤ 0.9 × the page in Chromium".to_owned(),
        met: Some(ratio <= 0.9),
        samples: ours.len(),
        note: format!(
            "median from process start until the list on the screen stays as it is; {how}; p90 {:.0} against {:.0} ms; \
             peer: the same built page in chromium --app, the desk behind it already running",
            quantile(ours, 0.9),
            quantile(peer, 0.9),
        ),
    }
}

#[derive(Clone, Copy, Default)]
enum Emptied {
    #[default]
    Nothing,
    System,
    Files,
}

impl Emptied {
    fn words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing was emptied",
            Self::System => "the system's caches dropped before each start",
            Self::Files => "the programs' and libraries' files dropped from the system's cache before each start",
        }
    }
}

/// Takes what a start reads out of the system's cache: all of it where the kernel lets us, else file by file.
fn empty_caches(stage: &Stage) -> anyhow::Result<Emptied> {
    Command::new("sync").status()?;
    if fs::write("/proc/sys/vm/drop_caches", "3").is_ok() {
        return Ok(Emptied::System);
    }
    let mut files = vec![stage.app.clone()];
    let mut folders = vec![
        stage.data.clone(),
        stage.desktop.folder().join("chromium"),
        PathBuf::from("/usr/lib/chromium"),
    ];
    folders.extend(
        fs::read_dir("/usr/lib")?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.ends_with("x86_64-linux-gnu")),
    );
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    for part in files.chunks(200) {
        // dd's nocache with nothing to copy asks the system to forget the file.
        let script = r#"for file; do dd if="$file" iflag=nocache count=0 status=none; done"#;
        Command::new("sh").arg("-c").arg(script).arg("sh").args(part).status()?;
    }
    Ok(Emptied::Files)
}

fn idle_row(stage: &Stage) -> anyhow::Result<Row> {
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..MEMORY_ROUNDS {
        for side in [Side::App, Side::Page] {
            let (mut program, _) = stage.start(side)?;
            let size = memory::idle_pss_mib(program.id())?;
            program.end();
            if side == Side::App {
                ours.push(size)
            } else {
                peer.push(size)
            }
        }
    }
    let (ours_at, peer_at) = (median(&ours), median(&peer));
    let ratio = ours_at / peer_at;
    Ok(Row {
        name: "idle_pss_mib".to_owned(),
        unit: "MiB".to_owned(),
        ours: ours_at,
        limit: None,
        peer: Some(peer_at),
        ratio: Some(ratio),
        target: "≤ 0.65 × the page in Chromium".to_owned(),
        met: Some(ratio <= 0.65),
        samples: MEMORY_ROUNDS,
        note:
            "proportional set size of the whole process tree at rest, window open; the desk behind Chromium's page is \
               not counted on its side"
                .to_owned(),
    })
}

fn tray_row(stage: &Stage) -> anyhow::Result<Row> {
    let mut ours = Vec::new();
    for _ in 0..MEMORY_ROUNDS {
        let mut program = Program::start(stage.app_command().arg("--background"))?;
        ours.push(memory::idle_pss_mib(program.id())?);
        program.end();
    }
    let ours_at = median(&ours);
    Ok(Row {
        name: "tray_pss_mib".to_owned(),
        unit: "MiB".to_owned(),
        ours: ours_at,
        limit: None,
        peer: None,
        ratio: None,
        target: "≤ 60 MB (57.2 MiB)".to_owned(),
        met: Some(ours_at <= TRAY_TARGET_MIB),
        samples: MEMORY_ROUNDS,
        note: "proffer --background: the engine alone, in step with its platform, no window".to_owned(),
    })
}
