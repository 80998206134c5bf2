//! `proffer-tray-host`: what a desktop must have so that tray icons are shown, for tests on a session bus of their own.
//!
//! Says `ready` when programs can register, and `item NAME PATH` for each icon that does. Ends with its input.

use anyhow::Context;
use std::io::Write;
use tokio::io::{AsyncBufReadExt, BufReader};
use zbus::message::Header;

struct Watcher;

fn say(line: &str) {
    // Nobody reading is the test's own matter.
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        // Some give their path, some their name on the bus.
        let (name, path) = if service.starts_with('/') {
            (sender.as_str(), service)
        } else {
            (service, "/StatusNotifierItem")
        };
        say(&format!("item {name} {path}"));
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        Vec::new()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let _bus = zbus::connection::Builder::session()
        .name("org.kde.StatusNotifierWatcher")
        .serve_at("/StatusNotifierWatcher", Watcher)
        .build()
        .await
        .context("the tray's host cannot be on the bus")?;
    say("ready");
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while lines.next_line().await?.is_some() {}
    Ok(())
}
