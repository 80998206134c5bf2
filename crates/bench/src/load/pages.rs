//! Pages of customers with a million offers stored, and how both that and accepting grow.

use super::{
    accepting,
    connection::Connection,
    crowd::{self, Crowd, OFFERS_EACH, Size, customer_of, customer_token, offer_id, question_id, question_of},
};
use crate::{
    note,
    programs::platform,
    report::{Curve, Keeper, Point, Row, median, millis, quantile},
};
use anyhow::ensure;
use std::time::Instant;

const SIZES: [u32; 3] = [10_000, 100_000, 1_000_000];
const EXPERTS: u32 = 1_000;
/// Times each page is asked for.
const ASKED: u32 = 400;
const WARM_UP: u32 = 20;
const FIRST_BYTE_MS: f64 = 20.0;

/// What is to be measured.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) pages: bool,
    pub(crate) accepts: bool,
}

impl Wanted {
    pub(crate) fn any(self) -> bool {
        self.pages || self.accepts
    }
}

/// The 99th centile of one page, and the largest that was sent.
struct Found {
    page: &'static str,
    p99: f64,
    p50: f64,
    bytes: usize,
}

/// Measures with 10,000 offers, with ten times and a hundred times as many, but no more than `most`.
pub(crate) async fn measure(wanted: Wanted, most: u32, keeper: &mut Keeper) -> anyhow::Result<()> {
    let mut sizes: Vec<u32> = SIZES.into_iter().filter(|size| *size <= most).collect();
    if sizes.last() != Some(&most) {
        sizes.push(most);
    }
    let largest = most;
    let mut curves: Vec<Curve> = Vec::new();
    let mut add = |name: &str, unit: &str, side: &str, offers: u32, value: f64| {
        let point = Point {
            messages: offers,
            value,
        };
        match curves.iter_mut().find(|curve| curve.name == name && curve.side == side) {
            Some(curve) => curve.points.push(point),
            None => curves.push(Curve {
                name: name.to_owned(),
                unit: unit.to_owned(),
                side: side.to_owned(),
                by: "offers".to_owned(),
                points: vec![point],
            }),
        }
    };
    for offers in sizes {
        note(&format!("{offers} offers: filling…"));
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("platform");
        let started = Instant::now();
        let size = Size {
            experts: EXPERTS,
            offers,
        };
        Crowd::settle(crowd::config(&data, None), size).await?.leave().await;
        note(&format!("  filled in {} s", started.elapsed().as_secs()));
        if wanted.pages {
            note("  pages…");
            let (found, bare) = pages(&data, offers).await?;
            let worst = found.iter().map(|page| page.p99).fold(0.0, f64::max);
            add("page_first_byte_ms", "ms", "platform", offers, worst);
            add("page_first_byte_ms", "ms", "bare", offers, bare);
            if offers == largest {
                keeper.keep(vec![page_row(&found, bare, offers)])?;
            }
        }
        if wanted.accepts {
            note("  acceptances…");
            let found = accepting::on_sqlite(&data).await?;
            add(
                "accepts_per_s_sqlite",
                "accepts/s",
                "platform",
                offers,
                median(&found.ours),
            );
            add("accepts_per_s_sqlite", "accepts/s", "bare", offers, median(&found.bare));
            if offers == largest {
                keeper.keep(vec![accepting::sqlite_row(&found, offers)])?;
            }
        }
    }
    keeper.keep_curves(&curves)
}

async fn pages(data: &std::path::Path, offers: u32) -> anyhow::Result<(Vec<Found>, f64)> {
    let (_serving, url) = platform(data)?;
    let mut connection = Connection::to(&url).await?;
    let mut found = Vec::new();
    for page in ["/questions", "/questions/{id}", "/offers/{id}"] {
        let (mut times, mut bytes) = (Vec::new(), 0);
        for asked in 0..ASKED + WARM_UP {
            // Spread over all of them, past those that are accepted.
            let customers = (offers - accepting::USED) / OFFERS_EACH;
            let customer = accepting::USED / OFFERS_EACH + 1 + (asked * 7_919) % (customers - 1);
            let offer = customer * OFFERS_EACH;
            let path = match page {
                "/questions" => page.to_owned(),
                "/questions/{id}" => format!("/questions/{}", question_id(question_of(offer))),
                _ => format!("/offers/{}", offer_id(offer)),
            };
            let cookie = format!("cookie: proffer_session={}", customer_token(customer_of(offer)));
            let begin = Instant::now();
            let answer = connection.get(&path, &cookie).await?;
            ensure!(answer.status == 200, "{path} gave {}", answer.status);
            if asked >= WARM_UP {
                times.push(millis(answer.first_byte.duration_since(begin)));
                bytes = bytes.max(answer.body.len());
            }
        }
        found.push(Found {
            page,
            p99: quantile(&times, 0.99),
            p50: median(&times),
            bytes,
        });
    }
    let mut bare = Vec::new();
    for _ in 0..ASKED {
        let begin = Instant::now();
        let answer = connection.get("/static/site.css", "accept: text/css").await?;
        bare.push(millis(answer.first_byte.duration_since(begin)));
    }
    Ok((found, quantile(&bare, 0.99)))
}

fn page_row(found: &[Found], bare: f64, offers: u32) -> Row {
    let worst = found.iter().map(|page| page.p99).fold(0.0, f64::max);
    let each: Vec<String> = found
        .iter()
        .map(|page| {
            format!(
                "{} p50 {:.2} ms, p99 {:.2} ms, {:.1} KB",
                page.page,
                page.p50,
                page.p99,
                kilobytes(page.bytes)
            )
        })
        .collect();
    Row {
        name: "page_first_byte_ms".to_owned(),
        unit: "ms".to_owned(),
        ours: worst,
        limit: Some(bare),
        peer: None,
        ratio: None,
        target: format!("≤ {FIRST_BYTE_MS} ms"),
        met: Some(worst <= FIRST_BYTE_MS),
        samples: found.len() * ASKED as usize,
        note: format!(
            "the slowest page's p99, of customers who are signed in and have {OFFERS_EACH} offers each, with {offers} offers \
             stored in SQLite: {}; limit: the stylesheet of the same server",
            each.join("; ")
        ),
    }
}

fn kilobytes(bytes: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let bytes = bytes as f64;
    bytes / 1_000.0
}
