//! What the npm scripts and CI call: `setup`, `start`, `test`, `cross`, `gen`, `bench`, `package`, `icons`, `shots`.

mod advisories;
mod changelog;
mod cross;
mod ending;
mod fuzz;
mod generated;
mod measure;
mod package;
mod platform;
mod program;
mod setup;
mod simulation;
mod start;
mod system;
mod test;
mod update_manifest;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The tasks of the repository.
#[derive(Parser)]
#[command(name = "xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what building and running need; with --for-tests what testing needs as well.
    Setup {
        /// Also what the tests need.
        #[arg(long)]
        for_tests: bool,
    },
    /// Build everything and run the platform with demo data and the desk.
    Start(start::Start),
    /// Run every check and test.
    Test(test::Test),
    /// Type-check the workspace for Windows and macOS, or run its Windows build under Wine.
    Cross(cross::Cross),
    /// Write the generated files anew, or check that they are fresh.
    Gen {
        /// Only check.
        #[arg(long)]
        check: bool,
    },
    /// Measure; the rest of the line goes to the benchmark program.
    Bench {
        /// Options of the benchmark program.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Run random histories with faults; the rest of the line goes to the simulator.
    Soak {
        /// Options of the simulator, such as --seeds and --first-seed.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Fuzz the parsers of bytes from outside.
    Fuzz(fuzz::Fuzz),
    /// Make the packages of this system.
    Package(package::Package),
    /// Make the icons from their one source, or check that they come from it.
    Icons {
        /// Only check.
        #[arg(long)]
        check: bool,
    },
    /// Write the manifest that the app learns of a new version by.
    UpdateManifest(update_manifest::UpdateManifest),
    /// Say what is new in a version, as Markdown.
    ReleaseNotes {
        /// The version.
        #[arg(long)]
        version: String,
    },
    /// Make the pictures of the documentation.
    Shots,
}

fn main() -> ExitCode {
    let task = Cli::parse().task;
    let result = ending::listen().and_then(|()| match task {
        Task::Setup { for_tests } => setup::run(if for_tests {
            setup::Need::Test
        } else {
            setup::Need::Start
        }),
        Task::Start(start) => start.run(),
        Task::Test(test) => test.run(),
        Task::Cross(cross) => cross.run(),
        Task::Gen { check } => generated::run(check, false),
        Task::Bench { options } => measure::bench(&options),
        Task::Soak { options } => simulation::soak(&options),
        Task::Fuzz(fuzz) => fuzz.run(),
        Task::Package(package) => package.run(),
        Task::Icons { check } => package::icons(check),
        Task::UpdateManifest(manifest) => manifest.run(),
        Task::ReleaseNotes { version } => changelog::say_notes(&version),
        Task::Shots => measure::shots(),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            program::complain(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
