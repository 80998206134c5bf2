//! A PostgreSQL of its own, as durable as it comes: in a temporary folder, on a socket there, ended with this.

use crate::programs::{Program, wait_until};
use anyhow::{Context, bail};
use sqlx::Connection;
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

pub(crate) struct Postgres {
    programs: PathBuf,
    folder: TempDir,
    _server: Program,
}

impl Postgres {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("proffer-pg").tempdir()?;
        let data = folder.path().join("data");
        if is_root()? {
            let owner = number_of(&["-u", "postgres"]).context("there is no user postgres")?;
            std::os::unix::fs::chown(folder.path(), Some(owner), Some(owner))?;
        }
        let made = unprivileged(&programs.join("initdb"))?
            .args([
                "--username=proffer",
                "--auth=trust",
                "--no-locale",
                "--encoding=UTF8",
                "--pgdata",
            ])
            .arg(&data)
            .output()?;
        if !made.status.success() {
            bail!("initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        }
        let mut server = unprivileged(&programs.join("postgres"))?;
        server.arg("-D").arg(&data).arg("-k").arg(folder.path());
        for setting in [
            "listen_addresses=",
            "shared_buffers=512MB",
            "max_connections=200",
            "max_wal_size=4GB",
            "logging_collector=on",
            "log_destination=jsonlog",
            "log_directory=log",
            "log_filename=server.log",
        ] {
            server.args(["-c", setting]);
        }
        let server = Program::start(&mut server)?;
        let postgres = Self {
            programs,
            folder,
            _server: server,
        };
        let url = postgres.url("postgres");
        wait_until("PostgreSQL listens", async || {
            Ok(sqlx::PgConnection::connect(&url).await.ok())
        })
        .await?;
        Ok(postgres)
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres:///{database}?host={}&user=proffer",
            self.folder.path().display()
        )
    }

    /// Carries a statement of administration out.
    pub(crate) async fn tell(&self, statement: String) -> anyhow::Result<()> {
        let mut connection = sqlx::PgConnection::connect(&self.url("postgres")).await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await?;
        Ok(connection.close().await?)
    }

    /// One number of a query.
    pub(crate) async fn number(&self, database: &str, query: &'static str) -> anyhow::Result<i64> {
        let mut connection = sqlx::PgConnection::connect(&self.url(database)).await?;
        let (number,): (i64,) = sqlx::query_as(query).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(number)
    }

    /// Where it writes what it did, one JSON object a line.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("data/log/server.json")
    }

    /// One of its programs, such as pgbench, that speaks to it.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.args(["--username=proffer", "--host"]).arg(self.folder.path());
        command
    }
}

/// The programs of the newest PostgreSQL installed.
fn programs() -> anyhow::Result<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = folders
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, programs)| programs.join("postgres").exists())
        .collect();
    found.sort();
    let newest = found.pop().map(|(_, programs)| programs);
    newest.context("there is no PostgreSQL on this machine: apt install postgresql")
}

fn number_of(arguments: &[&str]) -> anyhow::Result<u32> {
    let output = Command::new("id").args(arguments).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

fn is_root() -> anyhow::Result<bool> {
    Ok(number_of(&["-u"])? == 0)
}

/// A program as a user that PostgreSQL accepts: it refuses root.
fn unprivileged(program: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new("setpriv");
    if is_root()? {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "setpriv"]);
    }
    // Fast shutdown is SIGINT; it gets it also if the thread that started it ends.
    command.arg("--pdeathsig=INT").arg(program).current_dir("/");
    Ok(command)
}
