//! Debian's compiler, and the standard library made from its source for each system: rustup need not have them.

use super::target::Target;
use crate::program::{self, cargo, run, say};
use anyhow::{Context, bail};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

/// Where Debian has it, whatever else is on PATH.
const RUSTC: &str = "/usr/bin/rustc";

/// The compiler with libraries for the systems it was prepared for.
pub(crate) struct Compiler {
    sysroot: PathBuf,
}

/// Where everything of it lies.
pub(crate) fn folder() -> PathBuf {
    program::root().join("target/cross")
}

impl Compiler {
    /// Makes what is missing: each system's library once for each version of the compiler.
    pub(crate) fn prepare(targets: &[Target]) -> anyhow::Result<Self> {
        let version = version()?;
        let mut hasher = DefaultHasher::new();
        version.hash(&mut hasher);
        let compiler = Self {
            sysroot: folder().join(format!("sysroot-{:016x}", hasher.finish())),
        };
        for target in targets {
            let libraries = compiler.libraries(*target);
            // Moved there whole, so that an interrupted run is begun anew.
            if !libraries.exists() {
                say(&format!("making the standard library for {}", target.name));
                let made = make_library(*target)?;
                keep_library(&made, &libraries)?;
            }
        }
        Ok(compiler)
    }

    fn libraries(&self, target: Target) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(target.name).join("lib")
    }

    /// cargo for a system, with the lock file as it is.
    pub(crate) fn cargo(&self, target: Target, arguments: &[&str]) -> Command {
        let mut command = with_tools(cargo(arguments), target);
        command.args(["--locked", "--target", target.name]);
        command.arg("--target-dir").arg(folder());
        command.env(
            target.cargo_variable("RUSTFLAGS"),
            format!("--sysroot={}", self.sysroot.display()),
        );
        command
    }
}

/// cargo with Debian's compiler, and what stands for the systems' own tools.
fn with_tools(mut command: Command, target: Target) -> Command {
    command.env("RUSTC", RUSTC);
    // These would take the place of what is set for the target alone.
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTC_WRAPPER",
        "CARGO_BUILD_TARGET",
    ] {
        command.env_remove(name);
    }
    // Built for a yes or no: nobody debugs it, and nobody edits it between two runs.
    command
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "none");
    let name = target.underscored();
    if target.links {
        command.env(target.cargo_variable("LINKER"), "x86_64-w64-mingw32-gcc");
    } else {
        let stubs = program::root().join("xtask/cross");
        command.env(format!("CC_{name}"), stubs.join("cc"));
        command.env(format!("CXX_{name}"), stubs.join("cc"));
        command.env(format!("AR_{name}"), stubs.join("ar"));
    }
    // What is named is not asked for by Apple's own tools, which are not here.
    command.env("SDKROOT", "/nonexistent");
    command
}

/// What Debian's compiler says of itself; it must be as new as the project needs.
fn version() -> anyhow::Result<String> {
    let output = program::command(RUSTC)
        .arg("-vV")
        .output()
        .with_context(|| format!("{RUSTC} could not be started; it comes with the package rustc-web"))?;
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    let wanted = env!("CARGO_PKG_RUST_VERSION");
    let release = version.lines().find_map(|line| line.strip_prefix("release: "));
    if release.and_then(numbers) < numbers(wanted) {
        bail!(
            "{RUSTC} is of version {}, and {wanted} is needed; the package rustc-web has it",
            release.unwrap_or("unknown")
        );
    }
    Ok(version)
}

/// The first two numbers of a version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Makes the library in a package that holds nothing else, and gives the folder that the parts lie in.
fn make_library(target: Target) -> anyhow::Result<PathBuf> {
    let package = folder().join("library");
    fs::create_dir_all(&package)?;
    let manifest = "[package]\nname = \"nothing\"\nedition = \"2024\"\n\n[lib]\npath = \"nothing.rs\"\n\n[workspace]\n";
    fs::write(package.join("Cargo.toml"), manifest)?;
    fs::write(package.join("nothing.rs"), "")?;
    let mut command = with_tools(cargo(&["build", "--release", "--target", target.name]), target);
    if !target.links {
        // Of what is never run only the types count.
        command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
    }
    command.arg("--manifest-path").arg(package.join("Cargo.toml"));
    command.arg("--target-dir").arg(package.join("target"));
    command.arg("-Zbuild-std=std,panic_unwind,test");
    // Building the library is a matter of nightly compilers; nothing else here is.
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "none");
    run(&mut command)?;
    Ok(package.join("target").join(target.name).join("release/deps"))
}

/// Puts the parts of a library where the compiler looks for them.
fn keep_library(made: &Path, kept: &Path) -> anyhow::Result<()> {
    let making = kept.with_extension("making");
    if making.exists() {
        fs::remove_dir_all(&making)?;
    }
    fs::create_dir_all(&making)?;
    for entry in fs::read_dir(made).with_context(|| format!("cannot read {}", made.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".rlib") && !name.starts_with("libnothing-") {
            fs::copy(&path, making.join(&*name))?;
        }
    }
    fs::rename(&making, kept).with_context(|| format!("cannot make {}", kept.display()))
}

#[cfg(test)]
mod tests {
    use super::{super::target, *};

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(numbers("1.100.0") > numbers("1.94"));
        assert!(numbers("1.63.0") < numbers("1.94"));
        assert!(numbers("unknown") < numbers("1.94"));
    }

    #[test]
    fn only_the_system_that_runs_here_is_linked() {
        let linked = target::TARGETS.into_iter().filter(|target| target.links);
        assert_eq!(linked.collect::<Vec<_>>(), [target::WINE]);
    }
}
