//! A Redis of its own: what pushes a message to ten thousand with nothing around it.

use super::swarm::Protocol;
use crate::programs::{Program, wait_until};
use anyhow::{Context, bail};
use std::{net::SocketAddr, process::Command};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) struct Redis {
    program: Program,
    pub(crate) address: SocketAddr,
    client: TcpStream,
}

impl Redis {
    /// Starts one that keeps nothing on the disk.
    pub(crate) async fn start(connections: u32) -> anyhow::Result<Self> {
        // Redis takes no port that is given by the system: one that is free now is taken at once.
        let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        command.args(["--port", &free.port().to_string(), "--tcp-backlog", "4096"]);
        // Those that have just gone may still be counted when others come.
        command.args(["--maxclients", &(connections * 2 + 100).to_string()]);
        command.current_dir(std::env::temp_dir());
        let program = Program::start(&mut command).context("redis-server is missing: apt install redis-server")?;
        let client = wait_until("Redis listens", async || Ok(TcpStream::connect(free).await.ok())).await?;
        client.set_nodelay(true)?;
        Ok(Self {
            program,
            address: free,
            client,
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.program.id()
    }

    /// How one subscribes.
    pub(crate) fn protocol() -> Protocol {
        Protocol {
            request: Box::new(|_| "*2\r\n$9\r\nSUBSCRIBE\r\n$9\r\nquestions\r\n".to_owned()),
            ready: "subscribe",
        }
    }

    /// Publishes, and waits for Redis to say to how many.
    pub(crate) async fn publish(&mut self, message: &str) -> anyhow::Result<()> {
        let command = format!(
            "*3\r\n$7\r\nPUBLISH\r\n$9\r\nquestions\r\n${}\r\n{message}\r\n",
            message.len()
        );
        self.client.write_all(command.as_bytes()).await?;
        let mut answer = [0; 64];
        let read = self.client.read(&mut answer).await?;
        if answer.first() != Some(&b':') {
            bail!("Redis said {}", String::from_utf8_lossy(&answer[..read]));
        }
        Ok(())
    }
}
