//! First sync, deltas, search, opening and memory as a desk's cache grows.
//!
//! For each size a platform is filled once and synced once by a real desk; both folders serve all measurements of that
//! size and are then thrown away.

use crate::{
    bare_sync, delta,
    headless::{self, DeskFolder, Opened, desk_in},
    memory, note,
    population::{Corpus, MESSAGES_EACH, Population},
    pouchdb::PouchDb,
    programs::{Program, platform, platform_at},
    report::{Curve, Keeper, Point, Row, median, millis, quantile},
    searching::{self, Searches},
    window,
};
use anyhow::Context;
use std::{path::PathBuf, time::Instant};
use tempfile::TempDir;

/// The size that the ratios of the first sync are taken at.
const COMPARED: u32 = 100_000;
const SIZES: [u32; 3] = [10_000, COMPARED, 1_000_000];
const SYNC_ROUNDS: usize = 3;
const DELTA_ROUNDS: usize = 150;
const QUERIES: usize = 300;
const OPENINGS: usize = 20;
const WARM_UP_OPENINGS: usize = 2;
const SEARCH_MS: f64 = 10.0;
const FIRST_PAGE_MS: f64 = 30.0;

/// What is to be measured.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) readable: bool,
    pub(crate) indexed: bool,
    pub(crate) delta: bool,
    pub(crate) search: bool,
    pub(crate) open: bool,
    pub(crate) memory: bool,
    pub(crate) window: bool,
}

impl Wanted {
    pub(crate) fn any(self) -> bool {
        self.first_sync() || self.delta || self.search || self.open || self.memory || self.window
    }

    fn first_sync(self) -> bool {
        self.readable || self.indexed
    }

    /// The sizes that it takes, none larger than `most`; at least one.
    fn sizes(self, most: u32) -> Vec<u32> {
        let mut sizes: Vec<u32> = SIZES.into_iter().filter(|size| *size <= most).collect();
        if sizes.last() != Some(&most) && most < 1_000_000 {
            sizes.push(most);
        }
        let all = self.delta || self.memory || (self.first_sync() && self.search);
        if !all && self.first_sync() {
            return vec![COMPARED.min(most)];
        }
        if !all {
            return sizes.split_off(sizes.len() - 1);
        }
        sizes
    }
}

/// A platform and a desk in step with it.
struct Stage {
    folder: TempDir,
    corpus: Corpus,
    listen: String,
    /// Documents a second until all could be read, and until all could be found.
    readable: f64,
    indexed: f64,
}

impl Stage {
    fn data(&self) -> PathBuf {
        self.folder.path().join("platform")
    }

    fn desk(&self) -> DeskFolder {
        desk_in(self.folder.path())
    }

    fn platform(&self) -> anyhow::Result<Program> {
        Ok(platform_at(&self.data(), &self.listen)?.0)
    }

    async fn build(messages: u32) -> anyhow::Result<Self> {
        note(&format!("  filling a platform with {messages} messages…"));
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("platform");
        let population = Population::settle(&data).await?;
        let corpus = population.corpus(messages);
        population.fill(&corpus).await?;
        population.leave().await;
        note("  the first sync…");
        let (_platform, url) = platform(&data)?;
        let (readable, indexed) = first_sync(&desk_in(folder.path()), &url, corpus.len()).await?;
        Ok(Self {
            folder,
            corpus,
            listen: url.trim_start_matches("http://").to_owned(),
            readable,
            indexed,
        })
    }
}

/// Documents a second of a new desk until all can be read, and until all can be found; the sign-in is not counted.
async fn first_sync(folder: &DeskFolder, url: &str, documents: usize) -> anyhow::Result<(f64, f64)> {
    let desk = folder.open().await?;
    headless::sign_in(&desk, url).await?;
    let started = Instant::now();
    headless::until_online(&desk).await?;
    let readable = started.elapsed().as_secs_f64();
    headless::until_indexed(&desk).await?;
    let indexed = started.elapsed().as_secs_f64();
    desk.close().await;
    Ok((per_second(documents, readable), per_second(documents, indexed)))
}

fn per_second(documents: usize, seconds: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some 1,000,000")]
    let documents = documents as f64;
    documents / seconds
}

/// What grows, gathered size by size.
#[derive(Default)]
struct Curves(Vec<Curve>);

impl Curves {
    fn add(&mut self, name: &str, unit: &str, side: &str, messages: u32, value: f64) {
        let is_same = |curve: &&mut Curve| curve.name == name && curve.side == side;
        let point = Point { messages, value };
        match self.0.iter_mut().find(is_same) {
            Some(curve) => curve.points.push(point),
            None => self.0.push(Curve {
                name: name.to_owned(),
                unit: unit.to_owned(),
                side: side.to_owned(),
                by: "messages".to_owned(),
                points: vec![point],
            }),
        }
    }
}

/// Measures what is wanted, up to so many messages.
pub(crate) async fn measure(wanted: Wanted, most: u32, keeper: &mut Keeper) -> anyhow::Result<()> {
    let sizes = wanted.sizes(most);
    let (smallest, largest) = (
        sizes.first().copied().context("no size")?,
        sizes.last().copied().context("no size")?,
    );
    let mut curves = Curves::default();
    let mut at_smallest: Option<f64> = None;
    let mut memory: Vec<Point> = Vec::new();
    for messages in sizes {
        note(&format!("growth: {messages} messages"));
        let stage = Stage::build(messages).await?;
        if wanted.first_sync() {
            let rows = first_sync_rows(wanted, &stage, &mut curves).await?;
            if messages == COMPARED.min(most) {
                keeper.keep(rows)?;
            }
        }
        if wanted.delta {
            note("  deltas…");
            let found =
                delta::measure(&stage.data(), &stage.listen, &stage.corpus, &stage.desk(), DELTA_ROUNDS).await?;
            for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
                let (ours, bare) = (quantile(&found.ours, share), quantile(&found.bare, share));
                curves.add(&format!("delta_sync_ms.{name}"), "ms", "desk", messages, ours);
                curves.add(&format!("delta_sync_ms.{name}"), "ms", "bare", messages, bare);
            }
            if messages == smallest {
                at_smallest = Some(median(&found.ours));
            }
            if messages == largest {
                keeper.keep(delta_rows(&found, messages, at_smallest.filter(|_| smallest < largest)))?;
            }
        }
        let serving = stage.platform()?;
        if wanted.search {
            note("  searches…");
            let found = searching::measure(&stage.desk(), &stage.corpus, QUERIES).await?;
            for searches in &found {
                let name = format!("search_ms.{}", searches.typed.name());
                curves.add(&name, "ms", "desk", messages, quantile(&searches.ours, 0.99));
                curves.add(&name, "ms", "bare", messages, quantile(&searches.bare, 0.99));
            }
            if messages == largest {
                keeper.keep(found.iter().map(|searches| search_row(searches, messages)).collect())?;
            }
        }
        if wanted.open {
            note("  openings…");
            let row = open_row(&stage.desk(), messages).await?;
            curves.add("open_first_page_ms", "ms", "desk", messages, row.ours);
            if let Some(limit) = row.limit {
                curves.add("open_first_page_ms", "ms", "bare", messages, limit);
            }
            if messages == largest {
                keeper.keep(vec![row])?;
            }
        }
        if wanted.memory {
            note("  memory…");
            let value = memory_mib(&stage.desk(), &stage.corpus).await?;
            curves.add("desk_memory_mib", "MiB", "desk", messages, value);
            memory.push(Point { messages, value });
            if messages == largest {
                keeper.keep(vec![memory_row(&memory)])?;
            }
        }
        if wanted.window && messages == largest {
            let url = format!("http://{}", stage.listen);
            keeper.keep(window::measure(&stage.desk(), &url)?)?;
        }
        drop(serving);
        keeper.keep_curves(&curves.0)?;
    }
    Ok(())
}

async fn first_sync_rows(wanted: Wanted, stage: &Stage, curves: &mut Curves) -> anyhow::Result<Vec<Row>> {
    let (corpus, messages) = (&stage.corpus, stage.corpus.messages());
    // The largest takes minutes: once is enough for its curve.
    let is_large = messages > COMPARED;
    let rounds = if is_large { 1 } else { SYNC_ROUNDS };
    let pouchdb = if wanted.readable && messages == COMPARED {
        replicating(corpus)
    } else {
        None
    };
    let serving = stage.platform()?;
    let url = format!("http://{}", stage.listen);
    let (mut readable, mut indexed) = (vec![stage.readable], vec![stage.indexed]);
    let (mut bare, mut bare_indexed, mut replicated) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        note(&format!("  first sync, both sides: round {} of {rounds}…", round + 1));
        if !is_large {
            let place = tempfile::tempdir()?;
            let found = first_sync(&desk_in(place.path()), &url, corpus.len()).await?;
            readable.push(found.0);
            indexed.push(found.1);
            let place = tempfile::tempdir()?;
            bare.push(per_second(
                corpus.len(),
                bare_sync::fill(place.path(), corpus, false).await?,
            ));
        }
        if wanted.indexed {
            let place = tempfile::tempdir()?;
            bare_indexed.push(per_second(
                corpus.len(),
                bare_sync::fill(place.path(), corpus, true).await?,
            ));
        }
        if let Some((pouchdb, _folder)) = &pouchdb {
            let place = tempfile::tempdir()?;
            let seconds = pouchdb.replicate(place.path(), corpus.len())?;
            replicated.push(per_second(corpus.len(), seconds));
        }
    }
    drop(serving);
    if !is_large {
        // The first of all was not in turns with the other side.
        readable.remove(0);
        indexed.remove(0);
    }
    let (readable_at, indexed_at) = (median(&readable), median(&indexed));
    let per = "documents/s";
    curves.add("first_sync_readable", per, "desk", messages, readable_at);
    curves.add("first_sync_indexed", per, "desk", messages, indexed_at);
    let mut rows = Vec::new();
    let of = format!(
        "{} questions with {messages} messages of about 1 KB from a platform process into a new desk",
        messages / MESSAGES_EACH
    );
    if wanted.indexed {
        let limit = median(&bare_indexed);
        curves.add("first_sync_indexed", per, "bare", messages, limit);
        let ratio = indexed_at / limit;
        rows.push(Row {
            name: "first_sync_indexed_vs_limit".to_owned(),
            unit: per.to_owned(),
            ours: indexed_at,
            limit: Some(limit),
            peer: None,
            ratio: Some(ratio),
            target: "≥ 0.5 × limit".to_owned(),
            met: Some(ratio >= 0.5),
            samples: rounds,
            note: format!(
                "{of} until all can be found, the sign-in not counted; limit: the same documents and words inserted into \
                 SQLite many rows a statement, the index (same tokenizer, columns and prefixes) in step"
            ),
        });
    }
    if wanted.readable && !is_large {
        let limit = median(&bare);
        curves.add("first_sync_readable", per, "bare", messages, limit);
        let peer = (!replicated.is_empty()).then(|| median(&replicated));
        let ratio = peer.map(|peer| readable_at / peer);
        rows.push(Row {
            name: "first_sync_readable_vs_pouchdb".to_owned(),
            unit: per.to_owned(),
            ours: readable_at,
            limit: Some(limit),
            peer,
            ratio,
            target: "≥ 10 × PouchDB".to_owned(),
            met: ratio.map(|ratio| ratio >= 10.0),
            samples: rounds,
            note: format!(
                "{of} until all can be read, the sign-in not counted; limit: the same documents inserted into SQLite many \
                 rows a statement ({:.2} of it reached); peer: PouchDB replicating the same documents from its own server",
                readable_at / limit
            ),
        });
    }
    Ok(rows)
}

/// PouchDB with the same documents, if it is there.
fn replicating(corpus: &Corpus) -> Option<(PouchDb, TempDir)> {
    let serve = || {
        let folder = tempfile::tempdir()?;
        let documents: Vec<_> = corpus.chunks().flat_map(|chunk| corpus.documents(chunk)).collect();
        let pouchdb = PouchDb::serve(folder.path(), &documents)?;
        anyhow::Ok((pouchdb, folder))
    };
    serve()
        .inspect_err(|error| note(&format!("  no PouchDB beside it: {error:#}")))
        .ok()
}

fn delta_rows(found: &delta::Deltas, messages: u32, at_smallest: Option<f64>) -> Vec<Row> {
    let note = format!(
        "50 replies and their 50 questions in one transaction of the platform, by its event stream until they can be read \
         from the cache of a desk with {messages} messages; limit: the same bytes over HTTP and one commit of the same \
         100 rows, at the same places of a table of as many documents, in turns with ours"
    );
    let row = |name: &str, share: f64| {
        let (ours, limit) = (quantile(&found.ours, share), quantile(&found.bare, share));
        let ratio = ours / limit;
        Row {
            name: format!("delta_sync_ms.{name}"),
            unit: "ms".to_owned(),
            ours,
            limit: Some(limit),
            peer: None,
            ratio: Some(ratio),
            target: "≤ 3 × limit".to_owned(),
            met: Some(ratio <= 3.0),
            samples: found.ours.len(),
            note: note.clone(),
        }
    };
    let mut rows = vec![row("p50", 0.5), row("p99", 0.99)];
    if let Some(before) = at_smallest {
        let ours = median(&found.ours);
        let ratio = ours / before;
        rows.push(Row {
            name: "delta_sync_ms.growth".to_owned(),
            unit: "ms".to_owned(),
            ours,
            limit: None,
            peer: None,
            ratio: Some(ratio),
            target: format!("≤ 1.5 × that at {} messages", SIZES[0]),
            met: Some(ratio <= 1.5),
            samples: found.ours.len(),
            note: format!(
                "the median at {messages} messages against {before:.2} ms at {} messages",
                SIZES[0]
            ),
        });
    }
    rows
}

fn search_row(searches: &Searches, messages: u32) -> Row {
    let (ours, limit) = (quantile(&searches.ours, 0.99), quantile(&searches.bare, 0.99));
    Row {
        name: format!("search_ms.{}", searches.typed.name()),
        unit: "ms".to_owned(),
        ours,
        limit: Some(limit),
        peer: None,
        ratio: None,
        target: format!("p99 < {SEARCH_MS:.0} ms"),
        met: Some(ours < SEARCH_MS),
        samples: searches.ours.len(),
        note: format!(
            "p99 (p50 {:.2} against {:.2} ms) of 20 finds with their snippets, newest first, among {messages} messages; \
             limit: p99 of the bare FTS5 query for the rows' numbers on the same file",
            median(&searches.ours),
            median(&searches.bare),
        ),
    }
}

async fn open_row(folder: &DeskFolder, messages: u32) -> anyhow::Result<Row> {
    let (mut ours, mut whole, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for opening in 0..OPENINGS + WARM_UP_OPENINGS {
        let started = Instant::now();
        let mut desk = folder.start()?;
        let opened: Opened = desk.hear().await?;
        let taken = millis(started.elapsed());
        anyhow::ensure!(opened.rows > 0, "the first page is empty");
        desk.end();
        let bare_time = searching::bare_first_page(folder).await?;
        if opening >= WARM_UP_OPENINGS {
            ours.push(opened.first_page_ms);
            whole.push(taken);
            bare.push(bare_time);
        }
    }
    let ours_at = median(&ours);
    Ok(Row {
        name: "open_first_page_ms".to_owned(),
        unit: "ms".to_owned(),
        ours: ours_at,
        limit: Some(median(&bare)),
        peer: None,
        ratio: None,
        target: format!("< {FIRST_PAGE_MS:.0} ms"),
        met: Some(ours_at < FIRST_PAGE_MS),
        samples: ours.len(),
        note: format!(
            "median from opening the desk with {messages} messages until the first {} rows of each group of the list were \
             answered, each time in a new process, the system's cache warm; p90 {:.1} ms; from the process's start {:.1} \
             ms; limit: the file opened and as many rows read by an index",
            headless::PAGE_ROWS,
            quantile(&ours, 0.9),
            median(&whole),
        ),
    })
}

/// The memory of a desk's process after some use.
async fn memory_mib(folder: &DeskFolder, corpus: &Corpus) -> anyhow::Result<f64> {
    let mut desk = folder.start()?;
    let _: Opened = desk.hear().await?;
    for rank in 0..100 {
        desk.say(corpus.words().word(rank * 37))?;
        anyhow::ensure!(desk.line().await? == "used", "the desk could not be used");
    }
    let process = desk.id();
    let size = tokio::task::spawn_blocking(move || memory::idle_pss_mib(process)).await??;
    desk.end();
    Ok(size)
}

fn memory_row(points: &[Point]) -> Row {
    let (first, last) = (points.first(), points.last());
    let at = |point: Option<&Point>| point.map_or(f64::NAN, |point| point.value);
    let ratio = (points.len() > 1).then(|| at(last) / at(first));
    let sizes: Vec<_> = points
        .iter()
        .map(|point| format!("{:.1} MiB at {} messages", point.value, point.messages))
        .collect();
    Row {
        name: "desk_memory_mib".to_owned(),
        unit: "MiB".to_owned(),
        ours: at(last),
        limit: None,
        peer: None,
        ratio,
        target: format!("≤ 1.1 × that at {} messages", SIZES[0]),
        met: ratio.map(|ratio| ratio <= 1.1),
        samples: 1,
        note: format!(
            "proportional set size of a desk's process at rest, in step with its platform, after a hundred searches, lists \
             and conversations: {}",
            sizes.join(", ")
        ),
    }
}
