//! Searching as one types, through the desk's own request, against the bare query on the same file.

use crate::{
    headless::{DeskFolder, PAGE_ROWS, ask},
    population::Corpus,
    report::millis,
    texts::{Draws, WORDS},
};
use proffer_desk::{
    Desk,
    api::search::{SearchList, SearchView},
};
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::time::Instant;

const WARM_UP: usize = 20;
/// Finds of a page, as the desk's search box asks for.
const FINDS: u32 = 20;

/// What is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// A whole word.
    Word,
    /// Two or three words, the last not finished.
    Words,
    /// So many letters of a word.
    Prefix(usize),
}

impl Typed {
    pub(crate) const ALL: [Self; 5] = [
        Self::Word,
        Self::Words,
        Self::Prefix(3),
        Self::Prefix(4),
        Self::Prefix(5),
    ];

    /// The row's name after its point.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Word => "word".to_owned(),
            Self::Words => "words".to_owned(),
            Self::Prefix(letters) => format!("prefix{letters}"),
        }
    }

    /// What is typed next, and the same in the index's language.
    ///
    /// Single words are of any rank alike by its logarithm, from the commonest to the rarest; several are words of one
    /// message.
    fn draw(self, draws: &mut Draws, corpus: &Corpus) -> (String, String) {
        loop {
            let word = a_word(draws, corpus);
            match self {
                Self::Word => return (format!("{word} "), format!("\"{word}\"")),
                Self::Prefix(letters) if word.len() >= letters => {
                    let begin = &word[..letters];
                    return (begin.to_owned(), format!("\"{begin}\" *"));
                }
                Self::Prefix(_) => {}
                Self::Words => {
                    let question = draws.below((corpus.messages() / crate::population::MESSAGES_EACH) as usize);
                    let question = u32::try_from(question).unwrap_or(0);
                    let message = corpus.message(question, u32::try_from(draws.below(10)).unwrap_or(0));
                    let words: Vec<&str> = message.message.text.split(' ').filter(|word| word.len() > 2).collect();
                    let chosen: Vec<&str> = (0..2 + draws.below(2))
                        .map(|_| words[draws.below(words.len())])
                        .collect();
                    let quoted: Vec<_> = chosen.iter().map(|word| format!("\"{word}\"")).collect();
                    return (chosen.join(" "), format!("{} *", quoted.join(" AND ")));
                }
            }
        }
    }
}

fn a_word<'a>(draws: &mut Draws, corpus: &'a Corpus) -> &'a str {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank below 20,000"
    )]
    let rank = (WORDS as f64).powf(draws.below(1 << 20) as f64 / f64::from(1 << 20)) as usize;
    corpus.words().word(rank - 1)
}

/// Milliseconds of each query of one kind.
pub(crate) struct Searches {
    pub(crate) typed: Typed,
    pub(crate) ours: Vec<f64>,
    pub(crate) bare: Vec<f64>,
}

/// Measures so many queries of each kind.
pub(crate) async fn measure(folder: &DeskFolder, corpus: &Corpus, queries: usize) -> anyhow::Result<Vec<Searches>> {
    let desk = folder.open().await?;
    let options = SqliteConnectOptions::new().filename(folder.cache()).read_only(true);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    let mut found = Vec::new();
    for typed in Typed::ALL {
        let mut draws = Draws::new(4_711);
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for query in 0..queries + WARM_UP {
            let (text, expression) = typed.draw(&mut draws, corpus);
            let our_time = ours_once(&desk, &text).await?;
            let bare_time = bare_once(&pool, &expression).await?;
            if query >= WARM_UP {
                ours.push(our_time);
                bare.push(bare_time);
            }
        }
        found.push(Searches { typed, ours, bare });
    }
    pool.close().await;
    desk.close().await;
    Ok(found)
}

async fn ours_once(desk: &Desk, text: &str) -> anyhow::Result<f64> {
    let request = SearchList {
        query: text.to_owned(),
        limit: FINDS,
        ..SearchList::default()
    };
    let started = Instant::now();
    let view: SearchView = ask(desk, "search_list", &request).await?;
    let taken = millis(started.elapsed());
    anyhow::ensure!(!view.hits.is_empty(), "nothing was found for {text:?}");
    Ok(taken)
}

async fn bare_once(pool: &SqlitePool, expression: &str) -> anyhow::Result<f64> {
    let started = Instant::now();
    let found: Vec<i64> =
        sqlx::query_scalar("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?")
            .bind(expression)
            .bind(FINDS + 1)
            .fetch_all(pool)
            .await?;
    let taken = millis(started.elapsed());
    anyhow::ensure!(!found.is_empty(), "the bare query found nothing for {expression:?}");
    Ok(taken)
}

/// Milliseconds to open the file and read the list's first rows by an index, with nothing around it.
pub(crate) async fn bare_first_page(folder: &DeskFolder) -> anyhow::Result<f64> {
    let started = Instant::now();
    let options = SqliteConnectOptions::new().filename(folder.cache()).read_only(true);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    let rows = sqlx::query(
        "SELECT id, title, customer_name, last_activity_at FROM question ORDER BY last_activity_at DESC LIMIT ?",
    )
    .bind(PAGE_ROWS)
    .fetch_all(&pool)
    .await?;
    let taken = millis(started.elapsed());
    anyhow::ensure!(!rows.is_empty(), "the list is empty");
    pool.close().await;
    Ok(taken)
}
