//! Ten thousand experts who listen: what each costs while nothing happens, how fast a new question is with all of them,
//! and what comes of it when all of them come back at once.

use super::{
    connection::Connection,
    crowd::{self, Crowd, Kind, Size, customer_token, digits, expert_token},
    redis::Redis,
    swarm::{Protocol, Swarm, allow_connections, mark},
};
use crate::{
    memory, note,
    programs::{Program, built, platform},
    report::{Row, median, quantile},
};
use anyhow::{Context, ensure};
use proffer_domain::{AccountId, CategoryId};
use proffer_protocol::{AskQuestionRequest, Cursor, StreamId};
use std::{
    fs,
    net::SocketAddr,
    process::Command,
    time::{Duration, Instant},
};

const KIB_EACH: f64 = 16.0;
const TIMES_REDIS: f64 = 1.3;
const STORM_S: f64 = 10.0;
/// Turns of both sides, and messages in each.
const TURNS: u32 = 3;
const MESSAGES: u32 = 8;
/// Of a processor's time while nothing happens: what signs of life cost.
const IDLE_SHARE: f64 = 0.02;
const IDLE_FOR: Duration = Duration::from_secs(30);
/// A message of Redis is as long as an event with a question: measured once, about this much.
const MESSAGE_BYTES: usize = 1_100;
const TICKS_A_SECOND: f64 = 100.0;

/// What is to be measured.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) memory: bool,
    pub(crate) fan_out: bool,
    pub(crate) storm: bool,
}

impl Wanted {
    pub(crate) fn any(self) -> bool {
        self.memory || self.fan_out || self.storm
    }
}

/// A platform that serves, and where all experts' streams stand.
struct Stage {
    program: Program,
    address: SocketAddr,
    url: String,
    category: CategoryId,
    category_head: u64,
    /// Of each expert's own stream.
    heads: Vec<u64>,
    _folder: tempfile::TempDir,
    marks: u32,
}

impl Stage {
    async fn build(experts: u32) -> anyhow::Result<Self> {
        note(&format!("{experts} experts: filling a platform…"));
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("platform");
        let size = Size { experts, offers: 200 };
        let crowd = Crowd::settle(crowd::config(&data, None), size).await?;
        let category = crowd.category;
        let mut tx = crowd.platform.flow().store().read().await?;
        let category_head = tx.stream_head(StreamId::Category(category)).await?;
        let mut heads = Vec::with_capacity(experts as usize);
        for expert in 0..experts {
            heads.push(tx.stream_head(StreamId::Account(expert_id(expert)?)).await?);
        }
        drop(tx);
        crowd.leave().await;
        let (program, url) = platform(&data)?;
        Ok(Self {
            program,
            address: url.trim_start_matches("http://").parse()?,
            url,
            category,
            category_head,
            heads,
            _folder: folder,
            marks: 0,
        })
    }

    /// How an expert listens, in step with all that is there.
    fn protocol(&self) -> anyhow::Result<Protocol> {
        let mut cursors = Vec::with_capacity(self.heads.len());
        for (expert, head) in (0..).zip(&self.heads) {
            let cursor = Cursor {
                positions: [
                    (StreamId::Account(expert_id(expert)?), *head),
                    (StreamId::Category(self.category), self.category_head),
                ]
                .into(),
            };
            cursors.push(cursor.to_string());
        }
        Ok(Protocol {
            request: Box::new(move |number| {
                let cursor = cursors.get(number as usize).map_or("", String::as_str);
                format!(
                    "GET /v1/events HTTP/1.1\r\nhost: platform\r\nauthorization: Bearer {}\r\nlast-event-id: {cursor}\r\n\r\n",
                    expert_token(number)
                )
            }),
            ready: "text/event-stream",
        })
    }

    fn experts(&self) -> anyhow::Result<u32> {
        Ok(u32::try_from(self.heads.len())?)
    }

    /// Asks a question with a mark in it: when that began.
    async fn ask(&mut self, asker: &mut Connection) -> anyhow::Result<(u32, Instant)> {
        self.marks += 1;
        let request = AskQuestionRequest {
            id: uuid::Uuid::now_v7().into(),
            category_id: self.category,
            title: format!(
                "Who owns the domain that my designer registered? ({})",
                mark(self.marks)
            ),
            text: "He registered it in his own name and wants a fee to move it. Can he do that?".to_owned(),
            attachments: vec![],
        };
        let body = serde_json::to_string(&request)?;
        let begin = Instant::now();
        let answer = asker.post("/v1/questions", &customer_token(0), &body).await?;
        ensure!(answer.status == 200, "a question gave {}", answer.status);
        self.category_head += 1;
        Ok((self.marks, begin))
    }
}

fn expert_id(number: u32) -> anyhow::Result<AccountId> {
    let text = format!("01900000-0000-7000-8000-{}", digits(Kind::Expert, number));
    text.parse().map_err(|_| anyhow::anyhow!("{text} is no id"))
}

/// What was found.
#[derive(Default)]
struct Found {
    fan_out: Vec<f64>,
    fan_out_redis: Vec<f64>,
    /// KiB each: ours, a bare task, Redis.
    kib: Option<(f64, f64, f64)>,
    idle_share: f64,
    storms: Vec<f64>,
    storms_redis: Vec<f64>,
}

/// Measures with so many experts, ours and Redis in turns.
pub(crate) async fn measure(wanted: Wanted, experts: u32) -> anyhow::Result<Vec<Row>> {
    allow_connections(experts)?;
    let mut stage = Stage::build(experts).await?;
    let mut redis = Redis::start(experts).await?;
    let mut found = Found::default();
    for turn in 0..TURNS {
        note(&format!("{experts} who listen: turn {} of {TURNS}…", turn + 1));
        ours(&mut stage, &mut found, wanted, turn == 0).await?;
        redis_turn(&mut redis, &mut found, wanted, turn == 0, experts).await?;
    }
    Ok(rows(&found, wanted, experts))
}

async fn ours(stage: &mut Stage, found: &mut Found, wanted: Wanted, is_first: bool) -> anyhow::Result<()> {
    let experts = stage.experts()?;
    let process = stage.program.id();
    let measures_memory = is_first && wanted.memory;
    let before = if measures_memory {
        memory::idle_pss_mib(process)?
    } else {
        0.0
    };
    let mut swarm = Swarm::begin(experts, stage.address, stage.protocol()?);
    swarm.until_ready().await?;
    if measures_memory {
        let with = memory::idle_pss_mib(process)?;
        let used = processor_time(process)?;
        tokio::time::sleep(IDLE_FOR).await;
        found.idle_share = (processor_time(process)? - used) / IDLE_FOR.as_secs_f64();
        let bare = bare_kib(experts).await?;
        found.kib = Some((kib_each(with - before, experts), bare, 0.0));
    }
    let mut asker = Connection::to(&stage.url).await?;
    if wanted.fan_out {
        for message in 0..=MESSAGES {
            let (mark, begin) = stage.ask(&mut asker).await?;
            let times = swarm.until_seen(mark, begin).await?;
            if message > 0 {
                found.fan_out.extend(times);
            }
        }
    }
    if wanted.storm {
        // All go, something happens, all come back with the cursor they had.
        let protocol = stage.protocol()?;
        ensure!(swarm.lost() == 0, "{} connections were lost", swarm.lost());
        drop(swarm);
        let (mark, _) = stage.ask(&mut asker).await?;
        let begin = Instant::now();
        let mut swarm = Swarm::begin(experts, stage.address, protocol);
        let times = swarm.until_seen(mark, begin).await?;
        found.storms.push(quantile(&times, 1.0) / 1_000.0);
        // And all of them hear what happens next.
        let (mark, begin) = stage.ask(&mut asker).await?;
        swarm.until_seen(mark, begin).await?;
        ensure!(swarm.lost() == 0, "{} connections were lost", swarm.lost());
    }
    Ok(())
}

async fn redis_turn(
    redis: &mut Redis,
    found: &mut Found,
    wanted: Wanted,
    is_first: bool,
    experts: u32,
) -> anyhow::Result<()> {
    let measures_memory = is_first && wanted.memory;
    let before = if measures_memory {
        memory::idle_pss_mib(redis.id())?
    } else {
        0.0
    };
    let mut swarm = Swarm::begin(experts, redis.address, Redis::protocol());
    swarm.until_ready().await?;
    if let (true, Some(kib)) = (measures_memory, &mut found.kib) {
        kib.2 = kib_each(memory::idle_pss_mib(redis.id())? - before, experts);
    }
    if wanted.fan_out {
        for message in 0..=MESSAGES {
            let text = format!("{} {}", mark(message), "x".repeat(MESSAGE_BYTES));
            let begin = Instant::now();
            redis.publish(&text).await?;
            let times = swarm.until_seen(message, begin).await?;
            if message > 0 {
                found.fan_out_redis.extend(times);
            }
        }
    }
    if wanted.storm {
        drop(swarm);
        let begin = Instant::now();
        let swarm = Swarm::begin(experts, redis.address, Redis::protocol());
        swarm.until_ready().await?;
        found.storms_redis.push(begin.elapsed().as_secs_f64());
    }
    Ok(())
}

/// What a bare task that waits costs.
async fn bare_kib(experts: u32) -> anyhow::Result<f64> {
    let mut command = Command::new(built("proffer-bench")?);
    let (program, address) = Program::start_for_line(command.arg("bare-events"))?;
    let before = memory::idle_pss_mib(program.id())?;
    let protocol = Protocol {
        request: Box::new(|_| "GET /v1/events HTTP/1.1\r\nhost: platform\r\n\r\n".to_owned()),
        ready: "200 OK",
    };
    // The platform's own listeners are still connected: few enough for this process beside them?
    let count = experts.min(5_000);
    let swarm = Swarm::begin(count, address.parse()?, protocol);
    swarm.until_ready().await?;
    Ok(kib_each(memory::idle_pss_mib(program.id())? - before, count))
}

fn kib_each(mib: f64, count: u32) -> f64 {
    mib * 1_024.0 / f64::from(count)
}

/// Seconds of processor time that a process has used.
fn processor_time(process: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, rest) = stat.rsplit_once(") ").context("a process without a name")?;
    let ticks = rest
        .split(' ')
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<f64>().unwrap_or(0.0));
    Ok(ticks.sum::<f64>() / TICKS_A_SECOND)
}

fn rows(found: &Found, wanted: Wanted, experts: u32) -> Vec<Row> {
    let mut rows = Vec::new();
    if let (true, Some((ours, bare, redis))) = (wanted.memory, found.kib) {
        rows.push(Row {
            name: "sse_kib_per_expert".to_owned(),
            unit: "KiB".to_owned(),
            ours,
            limit: Some(bare),
            peer: Some(redis),
            ratio: None,
            target: format!("≤ {KIB_EACH} KiB, idle"),
            met: Some(ours <= KIB_EACH && found.idle_share <= IDLE_SHARE),
            samples: experts as usize,
            note: format!(
                "what the platform's process grew by (PSS) with {experts} experts who listen, over their number; while nothing \
                 happens it takes {:.1} % of one core, which is the signs of life every 15 s; limit: a bare task that waits; \
                 peer: a subscriber of Redis",
                found.idle_share * 100.0
            ),
        });
    }
    if wanted.fan_out {
        let (ours, redis) = (quantile(&found.fan_out, 0.99), quantile(&found.fan_out_redis, 0.99));
        let ratio = ours / redis;
        rows.push(Row {
            name: "fan_out_10k_ms".to_owned(),
            unit: "ms".to_owned(),
            ours,
            limit: Some(redis),
            peer: None,
            ratio: Some(ratio),
            target: format!("≤ {TIMES_REDIS} × limit"),
            met: Some(ratio <= TIMES_REDIS),
            samples: found.fan_out.len(),
            note: format!(
                "p99 from the customer's request to its question in the hands of {experts} experts, commit included (p50 \
                 {:.0} ms); limit: as many bytes published by Redis to as many subscribers (p50 {:.0} ms), each side {} \
                 times in turns, the clients on the same two cores",
                median(&found.fan_out),
                median(&found.fan_out_redis),
                TURNS * MESSAGES
            ),
        });
    }
    if wanted.storm {
        let (ours, redis) = (median(&found.storms), median(&found.storms_redis));
        rows.push(Row {
            name: "reconnect_storm_s".to_owned(),
            unit: "s".to_owned(),
            ours,
            limit: Some(redis),
            peer: None,
            ratio: Some(ours / redis),
            target: format!("nothing lost, ≤ {STORM_S} s"),
            met: Some(ours <= STORM_S),
            samples: found.storms.len(),
            note: format!(
                "all {experts} experts are cut off, a question is asked, all come back at once with the cursor they had, until \
                 the last one has it; each then hears the next question too, or there is no figure; limit: as many who come \
                 back to Redis and subscribe, which keeps nothing for them"
            ),
        });
    }
    rows
}
