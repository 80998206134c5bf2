//! What is built for Windows, run under Wine: the tests, the app's self-test against a platform on this machine, and an
//! installer.

use super::{
    compiler::{self, Compiler},
    installer,
    target::WINE,
};
use crate::{
    platform,
    program::{self, cargo, npm, run, run_and_repeat, say},
};
use anyhow::{Context, bail};
use clap::ValueEnum;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The tests of the engine, of what it is made of, and of desks against a platform, both of them for Windows.
    Tests,
    /// The app's self-test against a platform of this system.
    Selftest,
    /// An installer that installs the app, which tests itself, and that removes it.
    Installer,
}

/// The tests that know no window and need nothing of Linux.
const TESTED: [&[&str]; 2] = [
    &[
        "--package",
        "proffer-domain",
        "--package",
        "proffer-protocol",
        "--package",
        "proffer-desk",
        "--lib",
    ],
    &["--package", "proffer-testkit", "--test", "desk"],
];

/// Runs the parts that are wanted, all where none is named.
pub(crate) fn try_out(wanted: &[Part]) -> anyhow::Result<()> {
    let compiler = Compiler::prepare(&[WINE])?;
    let wine = Wine::prepare()?;
    let mut failed = Vec::new();
    for part in Part::value_variants() {
        if !wanted.is_empty() && !wanted.contains(part) {
            continue;
        }
        let name = format!("{part:?}").to_lowercase();
        say(&format!("── {name} under Wine"));
        let started = Instant::now();
        let result = match part {
            Part::Tests => tests(&compiler, &wine),
            Part::Selftest => selftest(&compiler, &wine),
            Part::Installer => install(&compiler, &wine),
        };
        match result {
            Ok(()) => say(&format!("{name} passed ({} s)", started.elapsed().as_secs())),
            Err(error) => {
                say(&format!("{name} FAILED ({} s): {error:#}", started.elapsed().as_secs()));
                failed.push(name);
            }
        }
    }
    if !failed.is_empty() {
        bail!("failed under Wine: {}", failed.join(", "));
    }
    Ok(())
}

fn tests(compiler: &Compiler, wine: &Wine) -> anyhow::Result<()> {
    for tested in TESTED {
        let mut test = compiler.cargo(WINE, &["test", "--no-fail-fast"]);
        test.args(tested);
        wine.surround(&mut test);
        run_and_repeat(test.env(WINE.cargo_variable("RUNNER"), "wine"))?;
    }
    Ok(())
}

/// Builds the app with its face inside, and gives the folder it lies in.
fn build_app(compiler: &Compiler) -> anyhow::Result<PathBuf> {
    run(&mut npm(&["run", "--silent", "ui:build", "--", "--logLevel", "warn"]))?;
    run_and_repeat(&mut compiler.cargo(WINE, &["build", "--package", "proffer", "--bin", "proffer"]))?;
    Ok(compiler::folder().join(WINE.name).join("debug"))
}

fn selftest(compiler: &Compiler, wine: &Wine) -> anyhow::Result<()> {
    let app = build_app(compiler)?.join("proffer.exe");
    wine.selftest(&app)
}

fn install(compiler: &Compiler, wine: &Wine) -> anyhow::Result<()> {
    let built = build_app(compiler)?;
    installer::check(wine, &built)
}

/// A Windows of its own under `target`, made anew for each run; what runs in it is ended with this value.
pub(crate) struct Wine {
    prefix: PathBuf,
}

impl Wine {
    fn prepare() -> anyhow::Result<Self> {
        let prefix = compiler::folder().join("wine");
        let wine = Self { prefix };
        // One that an interrupted run left may still have programs running in it.
        wine.end();
        if wine.prefix.exists() {
            fs::remove_dir_all(&wine.prefix)?;
        }
        fs::create_dir_all(&wine.prefix)?;
        run(wine.command("wineboot").arg("--init")).context("no Windows could be made for Wine")?;
        wine.complete()?;
        Ok(wine)
    }

    /// Puts the library of random numbers where a Wine lacks it: without it, Rust's programs end without a word.
    fn complete(&self) -> anyhow::Result<()> {
        let library = self.drive().join("windows/system32/bcryptprimitives.dll");
        if library.exists() {
            return Ok(());
        }
        let source = program::root().join("xtask/cross/bcryptprimitives.c");
        let mut compile = program::command("x86_64-w64-mingw32-gcc");
        compile.args(["-shared", "-O2", "-Wall", "-Werror", "-o"]);
        run(compile.arg(library).arg(source).arg("-ladvapi32"))
    }

    /// Its drive C.
    pub(crate) fn drive(&self) -> PathBuf {
        self.prefix.join("drive_c")
    }

    /// Has a command run in it.
    fn surround(&self, command: &mut Command) {
        command.env("WINEPREFIX", &self.prefix).env("WINEARCH", "win64");
        // Its own complaints are about what it lacks of Windows; the programs' exit codes say what counts.
        command.env("WINEDEBUG", "-all");
        // Neither .NET nor a web engine is asked for, and nothing is put into the menus of this desktop.
        command.env("WINEDLLOVERRIDES", "mscoree,mshtml,winemenubuilder.exe=");
        // No window is to come up anywhere.
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = program::command(program);
        self.surround(&mut command);
        command
    }

    /// A Windows program, by its place on this machine or in its Windows.
    pub(crate) fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.command("wine");
        command.arg(program);
        command
    }

    /// A file of this machine as its programs name it.
    fn windows_path(path: &Path) -> String {
        format!("Z:{}", path.display()).replace('/', "\\")
    }

    /// Has the app sign in at a platform of this machine, sync, and keep its token in the Credential Manager.
    pub(crate) fn selftest(&self, app: &Path) -> anyhow::Result<()> {
        run_and_repeat(&mut cargo(&["build", "--package", "proffer-platform"]))?;
        let folder = compiler::folder().join("selftest");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder.join("mail"))?;
        let data = folder.join("platform");
        let accounts = platform::accounts(&data)?;
        let (running, url) = platform::serve(&folder, &data, &folder.join("mail"))?;
        let sign_in = platform::sign_in_file(&folder, &accounts.expert)?;
        let mut selftest = self.program(app);
        selftest.args(["--selftest", "--platform", &url]);
        selftest.env("PROFFER_SIGN_IN_FILE", Self::windows_path(&sign_in));
        let output = selftest
            .stderr(Stdio::inherit())
            .output()
            .context("Wine could not be started")?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let _ = fs::remove_file(&sign_in);
        drop(running);
        for line in said.lines() {
            say(&format!("   {line}"));
        }
        if !output.status.success() || said.lines().last().map(str::trim) != Some("ok") {
            bail!("the self-test failed ({})", output.status);
        }
        Ok(())
    }

    /// Whether its registry has a key.
    pub(crate) fn has_key(&self, key: &str) -> anyhow::Result<bool> {
        let mut ask = self.program("reg");
        ask.args(["query", key]).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(ask.status().context("Wine could not be started")?.success())
    }

    /// Ends everything that runs in it.
    fn end(&self) {
        if self.prefix.exists() {
            let _ = self.command("wineserver").arg("--kill").stderr(Stdio::null()).status();
        }
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        self.end();
    }
}
