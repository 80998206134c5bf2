//! Texts from a fixed seed: words as often as languages have them, a few very often and most of them seldom.

/// How many words there are.
pub(crate) const WORDS: usize = 20_000;
/// A draw of so many bits finds its word in the table at once.
const TABLE_BITS: u32 = 20;

/// The commonest words.
const COMMON: [&str; 48] = [
    "the",
    "to",
    "and",
    "in",
    "of",
    "a",
    "for",
    "was",
    "his",
    "no",
    "which",
    "every",
    "domain",
    "invoice",
    "contract",
    "designer",
    "please",
    "letter",
    "company",
    "transfer",
    "fee",
    "payment",
    "name",
    "own",
    "paid",
    "registered",
    "mentions",
    "write",
    "him",
    "within",
    "seven",
    "days",
    "registrar",
    "asks",
    "proof",
    "dispute",
    "service",
    "mediation",
    "free",
    "lapsed",
    "renewed",
    "before",
    "action",
    "evidence",
    "attached",
    "confirm",
    "bakery",
    "Leeds",
];

const ONSETS: [&str; 20] = [
    "b", "br", "c", "ch", "d", "f", "fl", "g", "h", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "tr", "v",
];
const VOWELS: [&str; 8] = ["a", "e", "i", "o", "u", "ai", "ea", "ou"];
const ENDS: [&str; 12] = ["", "", "", "n", "r", "l", "s", "t", "nd", "st", "ck", "m"];

/// Splitmix: one draw after the other from a seed.
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or(0)
    }
}

/// The words, from the commonest to the rarest.
pub(crate) struct Vocabulary {
    words: Vec<String>,
    table: Vec<u16>,
}

impl Vocabulary {
    /// The same one in every run.
    pub(crate) fn new() -> Self {
        let mut draws = Draws::new(20_261);
        let mut words: Vec<String> = COMMON.iter().map(|word| (*word).to_owned()).collect();
        let mut known: std::collections::HashSet<String> = words.iter().cloned().collect();
        while words.len() < WORDS {
            let mut word = String::new();
            for _ in 0..2 + draws.below(2) {
                word.push_str(ONSETS[draws.below(ONSETS.len())]);
                word.push_str(VOWELS[draws.below(VOWELS.len())]);
                word.push_str(ENDS[draws.below(ENDS.len())]);
            }
            if known.insert(word.clone()) {
                words.push(word);
            }
        }
        Self { words, table: table() }
    }

    /// A word by how common it is, 0 the commonest.
    pub(crate) fn word(&self, rank: usize) -> &str {
        &self.words[rank.min(WORDS - 1)]
    }

    /// A word as texts have them.
    fn draw(&self, draws: &mut Draws) -> &str {
        let place = usize::try_from(draws.next() >> (64 - TABLE_BITS)).unwrap_or(0);
        self.word(usize::from(self.table[place]))
    }

    /// A text of at least so many characters.
    pub(crate) fn prose(&self, seed: u64, chars: usize) -> String {
        let mut draws = Draws::new(seed.wrapping_mul(0x2545_F491_4F6C_DD1D));
        let mut text = String::with_capacity(chars + 16);
        while text.len() < chars {
            text.push_str(self.draw(&mut draws));
            text.push(' ');
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// For each draw its word: by Zipf's law as Mandelbrot mended it, every word at least once.
fn table() -> Vec<u16> {
    let share = |rank: usize| {
        #[expect(clippy::cast_precision_loss, reason = "a rank below 20,000")]
        let rank = rank as f64;
        1.0 / (rank + 2.7)
    };
    let total: f64 = (0..WORDS).map(share).sum();
    let size = 1_usize << TABLE_BITS;
    let mut table = Vec::with_capacity(size);
    let mut before = 0.0;
    for rank in 0..WORDS {
        before += share(rank) / total;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in the table"
        )]
        let end = (before * size as f64) as usize;
        let end = end.max(table.len() + 1).min(size);
        table.resize(end, u16::try_from(rank).unwrap_or(u16::MAX));
    }
    table.resize(size, 0);
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_are_common_and_every_word_occurs() {
        let counted = table();
        let count = |rank: u16| counted.iter().filter(|found| **found == rank).count();
        assert!(count(0) > 1_000 * count(19_000));
        assert!(count(19_999) > 0);
    }

    #[test]
    fn a_seed_gives_the_same_text_again() {
        let words = Vocabulary::new();
        assert_eq!(words.prose(7, 1_000), Vocabulary::new().prose(7, 1_000));
        assert_ne!(words.prose(7, 1_000), words.prose(8, 1_000));
        assert!(words.prose(7, 1_000).len() >= 995);
    }
}
