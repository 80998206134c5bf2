//! A real NATS server on loopback.

use super::announced::until_announced;
use anyhow::Context;
use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};

/// A server that runs until it is dropped.
pub struct NatsServer {
    port: u16,
    child: Child,
}

impl NatsServer {
    /// On a free port.
    pub fn open() -> anyhow::Result<Self> {
        // It takes no listener; the port is free at this moment.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Self::launch(port)?;
        Ok(Self { port, child })
    }

    fn launch(port: u16) -> anyhow::Result<Child> {
        let port_text = port.to_string();
        // Debian keeps it where only root looks.
        let debian = std::path::Path::new("/usr/sbin/nats-server");
        let program = if debian.exists() {
            debian
        } else {
            std::path::Path::new("nats-server")
        };
        let mut child = Command::new(program)
            .args(["--addr", "127.0.0.1", "--port", &port_text])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("there is no nats-server; install it (Debian and Ubuntu: apt install nats-server)")?;
        until_announced(&mut child, "Server is ready")?;
        Ok(child)
    }

    pub fn url(&self) -> url::Url {
        format!("nats://127.0.0.1:{}", self.port).parse().unwrap()
    }

    /// Kills it and starts another one in its place.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.stop()?;
        self.child = Self::launch(self.port)?;
        Ok(())
    }

    /// Stops it in its tracks: its connections stay, and nothing comes by them.
    pub fn fall_silent(&self) -> anyhow::Result<()> {
        self.signal("-STOP")
    }

    /// Lets it go on.
    pub fn go_on(&self) -> anyhow::Result<()> {
        self.signal("-CONT")
    }

    fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args([signal, &id]).status()?;
        anyhow::ensure!(told.success(), "nats-server could not be sent {signal}");
        Ok(())
    }

    /// Kills it.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        // It may have been stopped before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
