//! One platform with its people.

use crate::{Customer, DeskAtWork, Outside};
use anyhow::Context;
use proffer_domain::{CategoryId, Role};
use proffer_platform::{
    Config, Platform, PlatformError,
    flow::{Flow, NewAccount},
};
use std::net::SocketAddr;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// Everybody's password.
pub const PASSWORD: &str = "a long and boring password";
const CATEGORY: &str = "Internet law";

/// An expert of the category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expert {
    /// Daniel Okafor.
    Daniel,
    /// Mira Lindqvist.
    Mira,
}

impl Expert {
    /// Their name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Daniel => "Daniel Okafor",
            Self::Mira => "Mira Lindqvist",
        }
    }

    /// Their address.
    #[must_use]
    pub fn email(self) -> &'static str {
        match self {
            Self::Daniel => "daniel@experts.example",
            Self::Mira => "mira@experts.example",
        }
    }
}

struct Running {
    stop: CancellationToken,
    task: JoinHandle<Result<(), PlatformError>>,
}

/// A real platform on a loopback port, with a category, a customer and two experts.
pub struct World {
    folder: TempDir,
    address: SocketAddr,
    category: CategoryId,
    running: Mutex<Option<Running>>,
}

impl World {
    /// A new platform in a temporary folder, serving.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub async fn begin() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let platform = Platform::open(Config::in_folder(folder.path().join("platform"))).await?;
        let flow = platform.flow();
        let category = flow.create_category(CATEGORY).await?;
        let account = |role, name: &str, email: &str, categories| NewAccount {
            role,
            email: email.to_owned(),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            time_zone: "Europe/London".to_owned(),
            categories,
        };
        flow.create_account(account(
            Role::Customer,
            "Helen Marsh",
            "helen@customers.example",
            vec![],
        ))
        .await?;
        for expert in [Expert::Daniel, Expert::Mira] {
            flow.create_account(account(Role::Expert, expert.name(), expert.email(), vec![category]))
                .await?;
        }
        let world = Self {
            folder,
            address,
            category,
            running: Mutex::new(None),
        };
        world.serve(platform, listener).await;
        Ok(world)
    }

    async fn serve(&self, platform: Platform, listener: TcpListener) {
        let stop = CancellationToken::new();
        let task = tokio::spawn(platform.serve(listener, stop.clone()));
        *self.running.lock().await = Some(Running { stop, task });
    }

    /// The platform's address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The category in which everybody asks and answers.
    #[must_use]
    pub fn category(&self) -> CategoryId {
        self.category
    }

    /// What happens on the platform, as the command line of another process reaches it.
    ///
    /// # Errors
    /// If the platform's data cannot be opened.
    pub async fn flow(&self) -> anyhow::Result<Flow> {
        let platform = Platform::open(Config::in_folder(self.folder.path().join("platform"))).await?;
        Ok(platform.flow())
    }

    /// The platform's mail folder.
    #[must_use]
    pub fn mail_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("platform").join("mail")
    }

    /// Stops the platform; nothing listens at its address then.
    ///
    /// # Errors
    /// If it ended badly.
    pub async fn stop_platform(&self) -> anyhow::Result<()> {
        if let Some(running) = self.running.lock().await.take() {
            running.stop.cancel();
            running.task.await.context("the platform's task")??;
        }
        Ok(())
    }

    /// Starts the platform again, at the same address with the same data.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub async fn start_platform(&self) -> anyhow::Result<()> {
        let platform = Platform::open(Config::in_folder(self.folder.path().join("platform"))).await?;
        let listener = TcpListener::bind(self.address).await?;
        self.serve(platform, listener).await;
        Ok(())
    }

    /// Helen Marsh, who asks; signed in.
    ///
    /// # Errors
    /// If the platform refuses.
    pub async fn helen(&self) -> anyhow::Result<Customer> {
        Customer::sign_in(self, "helen@customers.example").await
    }

    /// A desk of an expert in a folder of its own; nobody is signed in yet.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub async fn desk(&self, expert: Expert) -> anyhow::Result<DeskAtWork> {
        DeskAtWork::open(expert, Outside::default()).await
    }

    /// The same, with another connection or clock.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub async fn desk_with(&self, expert: Expert, outside: Outside) -> anyhow::Result<DeskAtWork> {
        DeskAtWork::open(expert, outside).await
    }

    /// A desk of an expert, signed in and in step.
    ///
    /// # Errors
    /// If it cannot be opened or the platform refuses.
    pub async fn desk_in_step(&self, expert: Expert) -> anyhow::Result<DeskAtWork> {
        let desk = self.desk(expert).await?;
        desk.sign_in(self).await?;
        desk.until_online().await?;
        Ok(desk)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(running) = self.running.get_mut().take() {
            running.stop.cancel();
            running.task.abort();
        }
    }
}
