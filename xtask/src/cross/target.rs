//! The systems that are built for from here.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// As the compiler names it.
    pub(crate) name: &'static str,
    /// What is true in its code alone.
    pub(crate) cfg: &'static str,
    /// Whether programs can be linked for it here; the others are only checked, with a C compiler that makes nothing.
    pub(crate) links: bool,
}

/// The one whose programs run under Wine.
pub(crate) const WINE: Target = Target {
    name: NAMES[0],
    cfg: r#"all(windows, target_env = "gnu")"#,
    links: true,
};

/// All of them.
pub(crate) const TARGETS: [Target; 4] = [
    WINE,
    Target {
        name: NAMES[1],
        cfg: r#"all(windows, target_env = "msvc")"#,
        links: false,
    },
    Target {
        name: NAMES[2],
        cfg: r#"all(target_os = "macos", target_arch = "aarch64")"#,
        links: false,
    },
    Target {
        name: NAMES[3],
        cfg: r#"all(target_os = "macos", target_arch = "x86_64")"#,
        links: false,
    },
];

/// Their names.
pub(crate) const NAMES: [&str; 4] = [
    "x86_64-pc-windows-gnu",
    "x86_64-pc-windows-msvc",
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
];

impl Target {
    /// The name as it is part of the names of environment variables.
    pub(crate) fn underscored(self) -> String {
        self.name.replace('-', "_")
    }

    /// The name of one of cargo's variables for it.
    pub(crate) fn cargo_variable(self, what: &str) -> String {
        format!("CARGO_TARGET_{}_{what}", self.underscored().to_uppercase())
    }
}
