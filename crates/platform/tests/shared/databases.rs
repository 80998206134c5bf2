//! The two databases. PostgreSQL is a real server in a temporary folder, started by the first test of the process that
//! needs it and stopped with the last.

use super::announced::until_announced;
use anyhow::{Context, bail};
use proffer_platform::{Config, MailRoute};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak, mpsc},
    thread::JoinHandle,
};
use tempfile::TempDir;

/// Makes a test of each function on each database.
#[macro_export]
macro_rules! on_both_databases {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() -> anyhow::Result<()> {
                super::$test($crate::databases::Home::on_sqlite()?).await
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() -> anyhow::Result<()> {
                super::$test($crate::databases::Home::on_postgres().await?).await
            })*
        }
    };
}

/// Where a platform under test keeps its data.
pub struct Home {
    folder: TempDir,
    database: Option<String>,
    _server: Option<Arc<Postgres>>,
}

impl Home {
    /// With SQLite in its folder.
    pub fn on_sqlite() -> anyhow::Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            database: None,
            _server: None,
        })
    }

    /// With a database of its own on PostgreSQL.
    pub async fn on_postgres() -> anyhow::Result<Self> {
        let server = tokio::task::spawn_blocking(Postgres::shared).await??;
        Ok(Self {
            folder: tempfile::tempdir()?,
            database: Some(server.new_database().await?),
            _server: Some(server),
        })
    }

    /// With a database on a server of its own.
    #[allow(dead_code, reason = "not every program that has this module needs it")]
    pub fn at(database: String, server: Arc<Postgres>) -> anyhow::Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            database: Some(database),
            _server: Some(server),
        })
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of its database, on PostgreSQL.
    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// The configuration of a platform that lives here.
    pub fn config(&self) -> Config {
        Config {
            database: self.database().map(str::to_owned),
            mail: MailRoute::Folder(self.folder().join("mail")),
            ..Config::in_folder(self.folder().to_owned())
        }
    }
}

/// A running server. A thread of its own keeps it, because its life is tied to that of the thread that started it: a
/// test that is killed leaves no server behind.
pub struct Postgres {
    sockets: PathBuf,
    stop: Option<mpsc::Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

/// PostgreSQL's own port, which names its socket too.
const PORT: u16 = 5432;

static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());

impl Postgres {
    fn shared() -> anyhow::Result<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Ok(running);
        }
        let server = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&server);
        Ok(server)
    }

    /// Starts one that lasts as long as this value.
    fn start() -> anyhow::Result<Self> {
        Self::keep(|| {
            let folder = new_cluster()?;
            let child = serve(folder.path(), &["listen_addresses="])?;
            Ok((folder, child))
        })
    }

    /// Keeps what is launched on a thread of its own.
    pub fn keep(launch: impl FnOnce() -> anyhow::Result<(TempDir, Child)> + Send + 'static) -> anyhow::Result<Self> {
        let (started, is_started) = mpsc::channel();
        let (stop, stopped) = mpsc::channel();
        let keeper = std::thread::spawn(move || match launch() {
            Ok((folder, mut child)) => {
                let told = started.send(Ok(folder.path().to_owned()));
                if told.is_ok() {
                    // An error means that the other end is gone, which is a reason to stop as well.
                    let _ = stopped.recv();
                }
                end(&mut child);
            }
            Err(error) => drop(started.send(Err(error))),
        });
        let sockets = is_started.recv().context("the keeper of PostgreSQL died")??;
        let server = Self {
            sockets,
            stop: Some(stop),
            keeper: Some(keeper),
        };
        Ok(server)
    }

    fn url(&self, database: &str) -> String {
        Self::url_at(&self.sockets, PORT, database)
    }

    fn url_at(sockets: &Path, port: u16, database: &str) -> String {
        format!(
            "postgres:///{database}?host={}&port={port}&user=proffer",
            sockets.display()
        )
    }

    async fn new_database(&self) -> anyhow::Result<String> {
        Ok(self.url(&self.name_database(PORT).await?))
    }

    /// Makes a database on the server with this port, and gives its name.
    pub async fn name_database(&self, port: u16) -> anyhow::Result<String> {
        use sqlx::Connection;
        let name = format!("t{}", uuid::Uuid::new_v4().simple());
        let mut connection = sqlx::PgConnection::connect(&Self::url_at(&self.sockets, port, "postgres")).await?;
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        Ok(name)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            // Its folder goes with it; that it panicked is said by its own message.
            let _ = keeper.join();
        }
    }
}

/// A cluster of databases in a folder of its own, below `data`, whose owner may do anything.
pub fn new_cluster() -> anyhow::Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("proffer-pg").tempdir()?;
    give_to_postgres(folder.path())?;
    let made = unprivileged(&programs()?.join("initdb"))
        .args([
            "--username=proffer",
            "--auth=trust",
            "--no-sync",
            "--no-locale",
            "--encoding=UTF8",
            "--pgdata",
        ])
        .arg(folder.path().join("data"))
        .output()?;
    if !made.status.success() {
        bail!("initdb failed: {}", String::from_utf8_lossy(&made.stderr));
    }
    Ok(folder)
}

/// Serves a cluster with its sockets beside it.
pub fn serve(folder: &Path, settings: &[&str]) -> anyhow::Result<Child> {
    let mut command = unprivileged(&programs()?.join("postgres"));
    command.arg("-D").arg(folder.join("data")).arg("-k").arg(folder);
    let common = [
        "fsync=off",
        "full_page_writes=off",
        "shared_buffers=16MB",
        "max_connections=100",
        "logging_collector=off",
    ];
    for setting in common.iter().chain(settings) {
        command.args(["-c", setting]);
    }
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    until_announced(&mut child, "database system is ready to accept connections")?;
    Ok(child)
}

/// Ends the server at once; nothing in it is worth keeping.
fn end(child: &mut Child) {
    let told = Command::new("kill").args(["-QUIT", &child.id().to_string()]).status();
    if !told.is_ok_and(|status| status.success()) {
        let _ = child.kill();
    }
    let _ = child.wait();
}

/// The programs of the newest PostgreSQL installed.
fn programs() -> anyhow::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, programs)| programs.join("postgres").exists())
        .collect();
    found.sort();
    if let Some((_, newest)) = found.pop() {
        return Ok(newest);
    }
    let told = Command::new("pg_config").arg("--bindir").output();
    let Ok(told) = told else {
        bail!("there is no PostgreSQL on this machine; install it (Debian and Ubuntu: apt install postgresql)");
    };
    Ok(PathBuf::from(String::from_utf8(told.stdout)?.trim()))
}

fn is_root() -> anyhow::Result<bool> {
    let output = Command::new("id").arg("-u").output()?;
    Ok(output.stdout.trim_ascii() == b"0")
}

/// A program as a user that PostgreSQL accepts (it refuses root), ended with the thread that starts it.
fn unprivileged(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if is_root().is_ok_and(|is_root| is_root) {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "setpriv"]);
    }
    command.arg("--pdeathsig=QUIT").arg(program).current_dir("/");
    command
}

/// Gives a file or folder to the user that the server runs as.
pub fn give_to_postgres(path: &Path) -> anyhow::Result<()> {
    if is_root()? {
        let owned = Command::new("chown").arg("postgres:postgres").arg(path).status()?;
        if !owned.success() {
            bail!("{} cannot be given to the user postgres", path.display());
        }
    }
    Ok(())
}
