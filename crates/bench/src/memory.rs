//! The memory of a whole process tree: proportional set sizes, so that what is shared counts once.

use anyhow::bail;
use std::{collections::HashMap, fs, thread, time::Duration};

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// So many looks in a row within one hundredth of each other are idle.
const CALM_LOOKS: usize = 6;
const LOOKS_AT_MOST: usize = 120;

/// The processes of a tree, from its root.
pub(crate) fn tree(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name in brackets may hold anything; the parent is the second field after it.
        let parent = stat
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
        if let Some(parent) = parent {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut found = vec![root];
    let mut next = 0;
    while let Some(process) = found.get(next) {
        found.extend(children.get(process).cloned().unwrap_or_default());
        next += 1;
    }
    found
}

/// The tree's proportional set size in KiB.
fn pss_kib(root: u32) -> u64 {
    let of_process = |process: u32| {
        let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
        let line = rollup
            .lines()
            .find_map(|line| line.strip_prefix("Pss:").map(str::to_owned));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
            .unwrap_or(0)
    };
    tree(root).into_iter().map(of_process).sum()
}

/// The tree's size in MiB once it has come to rest.
pub(crate) fn idle_pss_mib(root: u32) -> anyhow::Result<f64> {
    let mut looks: Vec<u64> = Vec::new();
    for _ in 0..LOOKS_AT_MOST {
        thread::sleep(LOOK_EVERY);
        looks.push(pss_kib(root));
        let Some(last) = looks.len().checked_sub(CALM_LOOKS).map(|from| &looks[from..]) else {
            continue;
        };
        let (least, most) = (
            last.iter().min().copied().unwrap_or(0),
            last.iter().max().copied().unwrap_or(0),
        );
        if least > 0 && most - least <= most / 100 {
            #[expect(clippy::cast_precision_loss, reason = "some 100,000 KiB")]
            return Ok(last[CALM_LOOKS / 2] as f64 / 1_024.0);
        }
    }
    bail!("the memory of process {root} did not come to rest: {looks:?} KiB")
}
