//! Real processes: a platform and headless desks. However the ordeal ends, they end with it.

use anyhow::{Context, bail};
use proffer_desk::api::ApiError;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, Command},
    sync::{oneshot, watch},
};

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(150);
/// How long an answer may take before it counts as a hang.
const ANSWER: Duration = Duration::from_secs(150);

/// The programs, beside this one unless told otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    pub(crate) platform: PathBuf,
    pub(crate) desk: PathBuf,
}

impl Programs {
    pub(crate) fn find() -> anyhow::Result<Self> {
        let own = std::env::current_exe()?;
        let beside = |name: &str| {
            let path = own.with_file_name(name);
            if path.exists() {
                Ok(path)
            } else {
                bail!(
                    "{} is not there; build it with `cargo build -p proffer-testkit --bins`",
                    path.display()
                )
            }
        };
        Ok(Self {
            platform: beside("proffer-ordeal-platform")?,
            desk: beside("proffer-headless-desk")?,
        })
    }
}

/// A command whose process the system kills when this program ends, even if it is killed itself.
pub(crate) fn bound_to_us(program: &Path) -> Command {
    let mut command = if Path::new("/usr/bin/setpriv").exists() {
        let mut command = Command::new("/usr/bin/setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command
        .kill_on_drop(true)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .env_remove("PROFFER_DATABASE")
        .env_remove("PROFFER_SMTP");
    command
}

fn log_of(folder: &Path, name: &str) -> anyhow::Result<Stdio> {
    let log = std::fs::File::options()
        .append(true)
        .create(true)
        .open(folder.join(name))?;
    Ok(log.into())
}

async fn kill_now(child: &mut Child) -> anyhow::Result<()> {
    if child.try_wait()?.is_none() {
        child.start_kill()?;
    }
    child.wait().await?;
    Ok(())
}

/// The platform.
pub(crate) struct PlatformProcess {
    program: PathBuf,
    folder: PathBuf,
    pub(crate) data: PathBuf,
    pub(crate) address: SocketAddr,
    child: Option<Child>,
    pub(crate) kills: u32,
}

impl PlatformProcess {
    /// Starts it over `data` on a port of the system's choice, which it keeps.
    pub(crate) async fn begin(programs: &Programs, folder: &Path, data: PathBuf) -> anyhow::Result<Self> {
        let mut platform = Self {
            program: programs.platform.clone(),
            folder: folder.to_owned(),
            data,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            child: None,
            kills: 0,
        };
        platform.start().await?;
        Ok(platform)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn mail(&self) -> PathBuf {
        self.folder.join("mail")
    }

    /// Begins a start, without waiting until it serves.
    fn spawn(&mut self) -> anyhow::Result<()> {
        let child = bound_to_us(&self.program)
            .arg("serve")
            .arg("--data")
            .arg(&self.data)
            .args(["--listen", &self.address.to_string()])
            .arg("--mail-dir")
            .arg(self.folder.join("mail"))
            .stderr(log_of(&self.folder, "platform.log")?)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        self.child = Some(child);
        Ok(())
    }

    /// Starts it at its address and waits until it serves.
    pub(crate) async fn start(&mut self) -> anyhow::Result<()> {
        let began = std::time::Instant::now();
        loop {
            self.spawn()?;
            let child = self.child.as_mut().context("the platform's process")?;
            let out = child.stdout.take().context("the platform's output")?;
            let said = tokio::time::timeout(START, BufReader::new(out).lines().next_line())
                .await
                .context("the platform says nothing")??;
            if let Some(line) = said {
                let address = line
                    .strip_prefix("listening on http://")
                    .context("the platform's first line")?;
                self.address = address.parse()?;
                return Ok(());
            }
            // Somebody's outgoing connection may have its port at this moment.
            if began.elapsed() > START {
                bail!("the platform does not start; see platform.log");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Begins a start and kills it after a moment, wherever it is then.
    pub(crate) async fn start_and_kill(&mut self, after: Duration) -> anyhow::Result<()> {
        self.spawn()?;
        tokio::time::sleep(after).await;
        self.kill().await
    }

    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            kill_now(&mut child).await?;
            self.kills += 1;
        }
        Ok(())
    }
}

/// Why a request to a desk came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// The process ended before it answered.
    #[error("the desk is gone")]
    Gone,
    /// It refused.
    #[error("the desk refused {name}: {error}")]
    Refused { name: String, error: ApiError },
    /// It is against the rules: no answer in time, or not of its form.
    #[error("{0}")]
    Broken(String),
}

#[derive(Serialize)]
struct Request<'a, T> {
    id: u64,
    name: &'a str,
    payload: T,
}

#[derive(Deserialize)]
struct Answer {
    id: u64,
    ok: Option<Value>,
    error: Option<ApiError>,
}

type Waiting = Arc<Mutex<Option<HashMap<u64, oneshot::Sender<Answer>>>>>;

/// A desk in a process of its own.
pub(crate) struct DeskProcess {
    program: PathBuf,
    pub(crate) folder: PathBuf,
    data: Option<PathBuf>,
    life: Option<Life>,
}

struct Life {
    stdin: tokio::sync::Mutex<ChildStdin>,
    waiting: Waiting,
    next_id: AtomicU64,
    kill: watch::Sender<bool>,
    ended: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl DeskProcess {
    pub(crate) fn new(programs: &Programs, folder: PathBuf, data: Option<PathBuf>) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            program: programs.desk.clone(),
            folder,
            data,
            life: None,
        })
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| self.folder.join("data"))
    }

    pub(crate) fn is_running(&self) -> bool {
        self.life.is_some()
    }

    /// Starts the process, without waiting for the desk in it.
    pub(crate) fn spawn(&mut self) -> anyhow::Result<()> {
        let mut command = bound_to_us(&self.program);
        command
            .arg("--folder")
            .arg(&self.folder)
            .stderr(log_of(&self.folder, "desk.log")?);
        if let Some(data) = &self.data {
            command.arg("--data").arg(data);
        }
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let stdin = child.stdin.take().context("the desk's input")?;
        let out = child.stdout.take().context("the desk's output")?;
        let waiting: Waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        let (kill, mut killed) = watch::channel(false);
        let given = Arc::clone(&waiting);
        let ended = tokio::spawn(async move {
            let mut lines = BufReader::new(out).lines();
            let reading = async {
                // What stands in the pipe was acknowledged, also by a process that is dead by now.
                while let Ok(Some(line)) = lines.next_line().await {
                    let Ok(answer) = serde_json::from_str::<Answer>(&line) else {
                        continue;
                    };
                    let asker = given
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .as_mut()
                        .and_then(|waiting| waiting.remove(&answer.id));
                    if let Some(asker) = asker {
                        // Who asked may have given up.
                        let _ = asker.send(answer);
                    }
                }
            };
            let dying = async {
                tokio::select! {
                    () = async { drop(killed.wait_for(|killed| *killed).await) } => {}
                    _ended = child.wait() => {}
                }
                kill_now(&mut child).await
            };
            let ((), died) = tokio::join!(reading, dying);
            // Nobody will answer those who still wait.
            given.lock().unwrap_or_else(PoisonError::into_inner).take();
            died
        });
        self.life = Some(Life {
            stdin: tokio::sync::Mutex::new(stdin),
            waiting,
            next_id: AtomicU64::new(1),
            kill,
            ended,
        });
        Ok(())
    }

    /// Waits until the desk is open.
    pub(crate) async fn ready(&self) -> Result<(), AskError> {
        // Any answer will do: requests are read once the desk is open.
        self.ask::<Value>("settings_show", ()).await.map(drop)
    }

    /// Starts it and waits until it is open.
    pub(crate) async fn start(&mut self) -> anyhow::Result<()> {
        self.spawn()?;
        self.ready()
            .await
            .with_context(|| format!("the desk does not open; see {}", self.folder.join("desk.log").display()))
    }

    /// A SIGKILL, from wherever.
    pub(crate) fn killer(&self) -> impl Fn() + use<> {
        let kill = self.life.as_ref().map(|life| life.kill.clone());
        move || {
            if let Some(kill) = &kill {
                kill.send_replace(true);
            }
        }
    }

    /// Kills it and waits until it is dead.
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(life) = self.life.take() {
            life.kill.send_replace(true);
            life.ended.await??;
        }
        Ok(())
    }

    /// Ends it cleanly.
    pub(crate) async fn close(&mut self) -> anyhow::Result<()> {
        if let Some(life) = self.life.take() {
            let Life { stdin, ended, kill, .. } = life;
            drop(stdin);
            let ended = tokio::time::timeout(ANSWER, ended).await;
            drop(kill);
            ended.context("the desk does not end")???;
        }
        Ok(())
    }

    /// Asks the desk as its window does.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, name: &str, payload: impl Serialize) -> Result<T, AskError> {
        let life = self.life.as_ref().ok_or(AskError::Gone)?;
        let id = life.next_id.fetch_add(1, Ordering::Relaxed);
        let broken = |words: String| AskError::Broken(format!("{name}: {words}"));
        let mut line = serde_json::to_vec(&Request { id, name, payload }).map_err(|error| broken(error.to_string()))?;
        line.push(b'\n');
        let (give, take) = oneshot::channel();
        match life.waiting.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(waiting) => drop(waiting.insert(id, give)),
            None => return Err(AskError::Gone),
        }
        if life.stdin.lock().await.write_all(&line).await.is_err() {
            return Err(AskError::Gone);
        }
        let answer = tokio::time::timeout(ANSWER, take)
            .await
            .map_err(|_| broken("no answer".to_owned()))?
            .map_err(|_| AskError::Gone)?;
        match (answer.ok, answer.error) {
            (_, Some(error)) => Err(AskError::Refused {
                name: name.to_owned(),
                error,
            }),
            (ok, None) => serde_json::from_value(ok.unwrap_or_default()).map_err(|error| broken(error.to_string())),
        }
    }

    /// The session's token, as the desk keeps it.
    pub(crate) fn token(&self) -> anyhow::Result<String> {
        let secrets: HashMap<String, String> =
            serde_json::from_slice(&std::fs::read(self.folder.join("keychain.json"))?)?;
        secrets.into_values().next().context("the desk keeps no token")
    }

    /// What it raised so far, in order.
    pub(crate) fn raised(&self) -> anyhow::Result<Vec<Raised>> {
        let text = match std::fs::read_to_string(self.folder.join("raised.jsonl")) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            text => text?,
        };
        text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }
}

/// What the system was asked to show.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Raised {
    pub(crate) id: uuid::Uuid,
}

impl Drop for DeskProcess {
    fn drop(&mut self) {
        if let Some(life) = self.life.take() {
            // Its process goes with the task that holds it.
            life.ended.abort();
        }
    }
}
