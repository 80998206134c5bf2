//! The machine in words: without a name, so that reports can be shown.

use anyhow::Context;
use std::fs;

/// Processor, cores, memory, system.
pub(crate) fn description() -> anyhow::Result<String> {
    let processor = fs::read_to_string("/proc/cpuinfo").context("/proc/cpuinfo")?;
    let field = |text: &str, name: &str| {
        text.lines()
            .find(|line| line.starts_with(name))
            .and_then(|line| line.split_once([':', '=']))
            .map(|(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let model = field(&processor, "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let memory = field(&fs::read_to_string("/proc/meminfo")?, "MemTotal").unwrap_or_default();
    let mib: u64 = memory
        .split_whitespace()
        .next()
        .and_then(|kib| kib.parse().ok())
        .unwrap_or(0)
        / 1024;
    let system = fs::read_to_string("/etc/os-release")
        .ok()
        .and_then(|text| field(&text, "PRETTY_NAME"));
    let system = system.unwrap_or_else(|| "Linux".to_owned());
    Ok(format!("{model}, {cores} cores, {mib} MiB of memory, {system}"))
}
