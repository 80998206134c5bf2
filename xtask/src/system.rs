//! Which system this is, and what it lacks.

use crate::program;
use std::process::Command;

/// What is installed by apt to build the desk and the platform.
pub(crate) const BUILD_PACKAGES: [&str; 6] = [
    "build-essential",
    "pkg-config",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
];

/// What is installed by apt to run it where there is no display, and to test it.
pub(crate) const TEST_PACKAGES: [&str; 24] = [
    "xvfb",
    "xauth",
    "x11-utils",
    "xdotool",
    "imagemagick",
    "dbus",
    "dbus-x11",
    "dunst",
    "libnotify-bin",
    "libglib2.0-bin",
    "webkit2gtk-driver",
    "chromium",
    "fonts-noto-core",
    "gnome-keyring",
    "nats-server",
    "openssl",
    "postgresql",
    "procps",
    "python3",
    "python3-gi",
    "python3-venv",
    "gir1.2-atspi-2.0",
    "at-spi2-core",
    "util-linux",
];

/// What is installed by apt to measure against it, beside the tests' PostgreSQL.
pub(crate) const BENCH_PACKAGES: [&str; 1] = ["redis-server"];

/// What is installed by apt to check packages.
pub(crate) const PACKAGE_PACKAGES: [&str; 6] =
    ["appstream", "desktop-file-utils", "dpkg-dev", "gzip", "lintian", "rpm"];

/// What is installed by apt to check for other systems: a compiler with the source of its library, and what stands for
/// the C compiler and the compiler of resources of Windows.
pub(crate) const CROSS_PACKAGES: [&str; 4] = ["gcc-mingw-w64-x86-64", "llvm", "rust-web-src", "rustc-web"];

/// What is installed by apt to run and to install what is built for Windows.
pub(crate) const WINE_PACKAGES: [&str; 3] = ["nsis", "wine", "wine64"];

/// What other systems install.
pub(crate) const ELSEWHERE: &str = "\
Fedora:  sudo dnf install gcc pkgconf openssl-devel webkit2gtk4.1-devel libappindicator-gtk3-devel librsvg2-devel
Arch:    sudo pacman -S --needed base-devel openssl webkit2gtk-4.1 libappindicator-gtk3 librsvg
macOS:   xcode-select --install
Windows: the Microsoft C++ Build Tools, and the WebView2 runtime where Windows does not have it";

/// Whether this is Debian or a relative, by the text of os-release.
pub(crate) fn is_debian(os_release: &str) -> bool {
    os_release
        .lines()
        .filter_map(|line| line.split_once('='))
        .any(|(name, value)| {
            let mut ids = value.trim_matches('"').split_whitespace();
            matches!(name, "ID" | "ID_LIKE") && ids.any(|id| matches!(id, "debian" | "ubuntu"))
        })
}

/// Whether this machine runs Debian or a relative.
pub(crate) fn is_debian_here() -> bool {
    cfg!(target_os = "linux") && is_debian(&std::fs::read_to_string("/etc/os-release").unwrap_or_default())
}

/// The packages of `wanted` that are not installed, by the output of `dpkg-query`.
pub(crate) fn missing<'a>(wanted: &[&'a str], installed: &str) -> Vec<&'a str> {
    let is_installed = |package: &str| {
        installed.lines().any(|line| {
            line.split_once('\t')
                .is_some_and(|(name, status)| name == package && status.trim() == "install ok installed")
        })
    };
    wanted
        .iter()
        .copied()
        .filter(|package| !is_installed(package))
        .collect()
}

/// What dpkg knows of these packages, one `name<TAB>status` a line.
pub(crate) fn installed(wanted: &[&str]) -> String {
    let output = Command::new("dpkg-query")
        .args(["-W", "-f", "${Package}\t${Status}\n"])
        .args(wanted)
        .output();
    output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default()
}

/// Whether a window can be opened here.
pub(crate) fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A command that may install, as root or by sudo.
pub(crate) fn as_root(program_name: &str) -> Command {
    let id = Command::new("id").arg("-u").output();
    if id.is_ok_and(|output| output.stdout.trim_ascii() == b"0") {
        return program::command(program_name);
    }
    let mut command = program::command("sudo");
    command.arg(program_name);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_its_relatives_are_known() {
        assert!(is_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(is_debian("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian("ID=fedora\nID_LIKE=\"rhel\"\n"));
    }

    #[test]
    fn only_packages_that_are_not_installed_are_missing() {
        let installed = "xvfb\tinstall ok installed\ndunst\tdeinstall ok config-files\n";
        assert_eq!(missing(&["xvfb", "dunst", "xauth"], installed), ["dunst", "xauth"]);
    }
}
