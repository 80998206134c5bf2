//! The program `proffer-bench`.

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    proffer_bench::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("measurements are made on Linux only")
}
