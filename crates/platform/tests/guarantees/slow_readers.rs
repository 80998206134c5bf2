//! Who reads events slowly, or not at all: costs the platform a bounded amount of memory, holds nobody up, and misses
//! nothing once they read on or come back.

use crate::{
    databases::Home,
    http::{Session, client},
    instance::Instance,
    world::{PASSWORD, World, new_id},
};
use anyhow::Context;
use proffer_platform::store::AccountRow;
use proffer_protocol::{Change, Entity, SyncPage};
use serde_json::{Value, json};
use std::{collections::BTreeMap, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};
use uuid::Uuid;

/// Readers who stand still.
const SLOW: usize = 40;
/// What is asked meanwhile: far more than the system keeps of a connection on both its ends.
const QUESTIONS: usize = 240;
/// The longest text there may be, of letters of three bytes.
const LETTERS: usize = 20_000;
/// After each so many questions, what is known already changes again.
const LOCKED_EACH: usize = 8;
/// What one of them may cost: an event, the same being written, and what the server gathers before it writes. All that is
/// told meanwhile is seven times as much.
const MIB_EACH: u64 = 2;
/// What the platform takes for itself meanwhile.
const MIB_BESIDE: u64 = 64;
/// What one of them takes before it stands still again.
const SIP_BYTES: usize = 256 * 1024;
const PATIENCE: Duration = Duration::from_secs(60);

type Held = BTreeMap<(Entity, Uuid), Value>;

/// A connection whose reader takes what it wants when it wants.
struct SlowReader {
    stream: TcpStream,
    /// What it took and did not look at yet: chunks of the body.
    taken: Vec<u8>,
    /// What they held.
    body: Vec<u8>,
}

fn position(of: &[u8], within: &[u8]) -> Option<usize> {
    within.windows(of.len()).position(|bytes| bytes == of)
}

impl SlowReader {
    /// Begins to listen, and reads no more than that it may.
    async fn begin(instance: &Instance, token: &str, cursor: &str) -> anyhow::Result<Self> {
        let address: SocketAddr = instance.url.trim_start_matches("http://").parse()?;
        let socket = TcpSocket::new_v4()?;
        // Little may wait on this side, so that it waits on the other.
        socket.set_recv_buffer_size(16 * 1024)?;
        let mut stream = socket.connect(address).await?;
        let request = format!(
            "GET /v1/events HTTP/1.1\r\nhost: platform\r\nauthorization: Bearer {token}\r\nlast-event-id: {cursor}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8(head)?;
        anyhow::ensure!(head.starts_with("HTTP/1.1 200"), "{head}");
        let (taken, body) = (Vec::new(), Vec::new());
        Ok(Self { stream, taken, body })
    }

    /// Takes a little more.
    async fn sip(&mut self) -> anyhow::Result<()> {
        let mut some = vec![0; SIP_BYTES];
        tokio::time::timeout(PATIENCE, self.stream.read_exact(&mut some)).await??;
        self.taken.append(&mut some);
        Ok(())
    }

    /// The next event, of what it took before first.
    async fn next(&mut self) -> anyhow::Result<SyncPage> {
        loop {
            while let Some(end) = position(b"\n\n", &self.body) {
                let event = String::from_utf8(self.body.drain(..end + 2).collect())?;
                if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) {
                    return Ok(serde_json::from_str(data)?);
                }
            }
            if !self.take_chunk()? {
                let more = self.stream.read_buf(&mut self.taken);
                anyhow::ensure!(tokio::time::timeout(PATIENCE, more).await?? > 0, "the stream ended");
            }
        }
    }

    /// Takes a chunk out of what was taken, if it is whole.
    fn take_chunk(&mut self) -> anyhow::Result<bool> {
        let Some(begin) = position(b"\r\n", &self.taken) else {
            return Ok(false);
        };
        let size = usize::from_str_radix(std::str::from_utf8(&self.taken[..begin])?, 16)?;
        let end = begin + 2 + size;
        if self.taken.len() < end + 2 {
            return Ok(false);
        }
        self.body.extend_from_slice(&self.taken[begin + 2..end]);
        self.taken.drain(..end + 2);
        Ok(true)
    }

    /// Takes events until what is held is enough; gives it and the last cursor.
    async fn read_on(&mut self, mut held: Held, is_enough: impl Fn(&Held) -> bool) -> anyhow::Result<(Held, String)> {
        loop {
            let page = self.next().await?;
            take(&mut held, page.changes);
            if is_enough(&held) {
                return Ok((held, page.cursor));
            }
        }
    }
}

/// Takes changes in, as a client does.
fn take(held: &mut Held, changes: Vec<Change>) {
    for change in changes {
        match change.document {
            Some(document) => held.insert((change.entity, change.id), document),
            None => held.remove(&(change.entity, change.id)),
        };
    }
}

/// All that a session sees, and its cursor.
async fn first_sync(session: &Session) -> anyhow::Result<(Held, String)> {
    let mut held = Held::new();
    let mut path = "/v1/sync?limit=100".to_owned();
    loop {
        let page: SyncPage = session.get(&path).send().await?.error_for_status()?.json().await?;
        take(&mut held, page.changes);
        if !page.more {
            return Ok((held, page.cursor));
        }
        path = format!("/v1/sync?limit=100&cursor={}", page.cursor);
    }
}

async fn sign_in(instance: &Instance, account: &AccountRow) -> anyhow::Result<Session> {
    let client = client();
    let request = json!({ "email": account.email, "password": PASSWORD, "device": "test" });
    let response = client.post(format!("{}/v1/sessions", instance.url)).json(&request);
    let created: Value = response.send().await?.error_for_status()?.json().await?;
    let token = created["token"].as_str().context("a token")?;
    Ok(Session::new(client, &instance.url, token))
}

/// A size of a process that Linux tells, in MiB.
fn memory(instance: &Instance, name: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", instance.id()?))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim_start_matches(':').split_whitespace().next());
    Ok(kib.with_context(|| format!("{name} in {status}"))?.parse::<u64>()? / 1_024)
}

/// Whether everything that was asked is held, as it stands in the end.
fn holds_all(held: &Held, whole: &Held) -> bool {
    whole.iter().all(|(key, document)| held.get(key) == Some(document))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_nothing_costs_little_holds_nobody_up_and_misses_nothing() -> anyhow::Result<()> {
    let world = World::begin(Home::on_sqlite()?).await?;
    let instance = Instance::start(world.home.folder(), None, &[], None).await?;
    let helen = sign_in(&instance, &world.helen).await?;
    let daniel = sign_in(&instance, &world.daniel).await?;
    let mira = sign_in(&instance, &world.mira).await?;
    let (before, cursor) = first_sync(&daniel).await?;
    let token = daniel.token.clone().unwrap_or_default();
    let mut slow = Vec::new();
    for _ in 0..SLOW {
        slow.push(SlowReader::begin(&instance, &token, &cursor).await?);
    }
    let (_, her_cursor) = first_sync(&mira).await?;
    let mut quick = SlowReader::begin(&instance, mira.token.as_deref().unwrap_or_default(), &her_cursor).await?;

    // From here on the highest of its sizes counts.
    std::fs::write(format!("/proc/{}/clear_refs", instance.id()?), "5")?;
    let at_rest = memory(&instance, "VmRSS")?;
    let text = "あ".repeat(LETTERS);
    let mut ask = async |number: usize| -> anyhow::Result<()> {
        let id = new_id();
        let question =
            json!({ "id": id, "category_id": world.category, "title": format!("Number {number}"), "text": text });
        helen.done("/v1/questions", &question).await?;
        // While the others stand still, who reads hears of each at once.
        loop {
            let page = quick.next().await?;
            if page.changes.iter().any(|change| change.id == id) {
                break;
            }
        }
        if number.is_multiple_of(LOCKED_EACH) {
            mira.done(&format!("/v1/questions/{id}/lock"), &Value::Null).await?;
        }
        Ok(())
    };
    for number in 1..=QUESTIONS {
        ask(number).await?;
        if number == QUESTIONS / 2 {
            // Those who were in step until their line was full are behind now, and read from the database from here on.
            for reader in &mut slow {
                reader.sip().await?;
            }
        }
    }
    for reader in &mut slow {
        reader.sip().await?;
    }
    ask(QUESTIONS + 1).await?;
    let most = memory(&instance, "VmHWM")?;
    let allowed = at_rest + SLOW as u64 * MIB_EACH + MIB_BESIDE;
    assert!(
        most <= allowed,
        "{SLOW} readers who stand still: {at_rest} MiB became {most} MiB"
    );
    assert!(
        (QUESTIONS * LETTERS * 3) as u64 / 1_048_576 > 6 * MIB_EACH,
        "what was told is far more than what a reader may cost"
    );

    let (whole, last) = first_sync(&daniel).await?;
    assert_eq!(whole.len(), before.len() + QUESTIONS + 1);
    let has_all = |held: &Held| held.len() == whole.len() && holds_all(held, &whole);
    for is_cut_off in [false, true, false, true] {
        let mut reader = slow.pop().context("there are more")?;
        let mut known = before.clone();
        if is_cut_off {
            let few = before.len() + 3;
            let (part, reached) = reader.read_on(known, |held| held.len() > few).await?;
            assert!(part.len() < whole.len() && reached != last);
            reader = SlowReader::begin(&instance, &token, &reached).await?;
            known = part;
        }
        let (held, reached) = reader.read_on(known, has_all).await?;
        assert!(held == whole, "what is held is what the platform shows, word for word");
        assert_eq!(reached, last);
    }
    Ok(())
}
