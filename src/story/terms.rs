//! What a text is about: its telling words and its figures, and how rare each of them is.

use std::{collections::HashSet, f64::consts::LN_2, sync::LazyLock};

use foldhash::fast::RandomState;
use xxhash_rust::xxh3::xxh3_64;

use super::sketch::Sketch;
use crate::text::words::Word;

/// Words of fewer characters are articles, prepositions and pronouns in most languages.
const SHORTEST: u8 = 4;
/// Telling words of a text that are kept whole; of more every second, or fourth, is enough to know
/// how many two texts have in common. Measured: with 128 a look-alike was merged.
const MOST_TELLING: usize = 192;
/// Articles of an imagined archive in which no telling word stands: without it nothing would be
/// rare, and nothing common, in a window that has just been opened.
const ARCHIVE: f64 = 2_000.0;
/// Common words of English news; those of other languages are found to be common as they come.
const COMMON: &str = "\
    according after against about also already among announced another around asked because been \
    before being between both called came could country current day days did does down during each \
    early even every expected first five following former four from further given going good \
    government group have having head hours however include including into issued just know last \
    later least less like local long made make many market meeting members million minister month \
    months more most much must national near need never next official officials once only other \
    over part people percent place plan please police present president public reported reports \
    said same saying says second senior several should since some spokesman spokesperson state \
    statement still such taken than that their them then there these they third this those though \
    thousand three through time today told took under until upon very want week weeks well were \
    what when where whether which while will with within without work working world would year \
    years your monday tuesday wednesday thursday friday saturday sunday";

static COMMON_HASHES: LazyLock<HashSet<u64, RandomState>> =
    LazyLock::new(|| COMMON.split_whitespace().map(|word| xxh3_64(word.as_bytes())).collect());

/// Sixteen bits of a word's hash: two of a hundred words of one text and a hundred of another are
/// the same by chance in one pair of seven.
pub(super) type Term = u16;

/// The telling words of a text that are not quoted, ascending, each once; of a text with many, by
/// halves, those whose hash ends in zero bits, and how many such bits.
pub(super) fn telling(text: &[Word]) -> (Vec<Term>, u8) {
    let spaced = text.iter().filter(|word| {
        !word.quoted
            && !word.number
            && !word.unspaced
            && word.length >= SHORTEST
            && !COMMON_HASHES.contains(&word.hash)
    });
    // Where words are not spaced, two characters together are about a word.
    let unspaced = text.windows(2).filter(|pair| pair.iter().all(|c| c.unspaced && !c.quoted));
    let unspaced = unspaced.map(|pair| pair[0].hash.rotate_left(1) ^ pair[1].hash);
    let mut telling = ascending(spaced.map(|word| word.hash).chain(unspaced));
    let mut scale = 0;
    while telling.len() > MOST_TELLING {
        scale += 1;
        telling.retain(|term| is_kept(*term, scale));
    }
    (telling, scale)
}

fn is_kept(term: Term, scale: u8) -> bool {
    term.trailing_zeros() >= u32::from(scale)
}

/// The figures of a text, quoted or not, ascending, each once.
pub(super) fn figures(text: &[Word]) -> Vec<Term> {
    ascending(text.iter().filter(|word| word.number).map(|word| word.hash))
}

/// The hashes cut to terms, ascending, each once.
pub(super) fn ascending(hashes: impl Iterator<Item = u64>) -> Vec<Term> {
    let mut terms = Vec::with_capacity(hashes.size_hint().1.unwrap_or_default().min(1_024));
    terms.extend(hashes.map(low));
    terms.sort_unstable();
    terms.dedup();
    terms
}

#[expect(clippy::cast_possible_truncation, reason = "the low bits of a hash are meant")]
fn low(hash: u64) -> Term {
    hash as Term
}

/// In how many of the articles of a window each term occurs.
///
/// Takes no memory until there is something to count.
#[derive(Debug, Default)]
pub struct Counts {
    articles: u32,
    terms: Vec<u32>,
}

impl Counts {
    pub(super) fn add(&mut self, sketch: &Sketch) {
        self.articles += 1;
        self.terms.resize(usize::from(Term::MAX) + 1, 0);
        for term in sketch.telling().chain(sketch.figures()) {
            self.terms[usize::from(term)] += 1;
        }
    }

    pub(super) fn remove(&mut self, sketch: &Sketch) {
        self.articles = self.articles.saturating_sub(1);
        for term in sketch.telling().chain(sketch.figures()) {
            if let Some(count) = self.terms.get_mut(usize::from(term)) {
                *count = count.saturating_sub(1);
            }
        }
    }

    fn of(&self, term: Term) -> u32 {
        self.terms.get(usize::from(term)).copied().unwrap_or_default()
    }
}

/// Counts of so many bits have their logarithm in a table.
const LOGARITHMS_BITS: u32 = 12;

/// Logarithms of the counts that most terms have; to work them out took longer than all else that is
/// done with a term.
static LOGARITHMS: LazyLock<Vec<f64>> =
    LazyLock::new(|| (0..1_u32 << LOGARITHMS_BITS).map(|count| f64::from(count).ln_1p()).collect());

/// The natural logarithm of `count + 1`; of great counts to a thousandth.
fn ln_of_one_more(count: u32) -> f64 {
    let halvings = (u32::BITS - LOGARITHMS_BITS).saturating_sub(count.leading_zeros());
    LOGARITHMS[(count >> halvings) as usize] + f64::from(halvings) * LN_2
}

/// How rare terms are, by the counts of a window and of what a transaction adds to it.
#[derive(Clone, Copy, Debug)]
pub struct Rarity<'a>(pub &'a [&'a Counts]);

/// How much of what one text says another says, too.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// Terms in common; one that nobody else uses counts 1, one that all use nothing.
    pub shared: f64,
    /// All terms of the shorter text.
    pub whole: f64,
}

impl Share {
    /// From 0 to 1.
    pub fn of_whole(self) -> f64 {
        if self.whole > 0.0 { self.shared / self.whole } else { 0.0 }
    }
}

impl Rarity<'_> {
    /// What a term weighs by inverse document frequency, from 0 to 1, when `copies` of the articles
    /// that have it do not count.
    fn weights(self) -> impl Fn(Term, u32) -> f64 {
        let articles: f64 = self.0.iter().map(|counts| f64::from(counts.articles)).sum();
        let each = 1.0 / (articles + ARCHIVE).ln();
        move |term, copies| {
            let known: u32 = self.0.iter().map(|counts| counts.of(term)).sum();
            1.0 - ln_of_one_more(known.saturating_sub(copies)) * each
        }
    }
}

/// The terms of one kind that an article has, to be compared with those of many others.
#[derive(Debug)]
pub(super) struct Terms {
    ascending: Vec<Term>,
    /// A bit for each term.
    set: Vec<u64>,
}

impl Terms {
    pub(super) fn new(ascending: impl Iterator<Item = Term>) -> Self {
        let ascending: Vec<Term> = ascending.collect();
        let mut set = vec![0; (usize::from(Term::MAX) + 1) / 64];
        for term in &ascending {
            set[usize::from(term / 64)] |= 1 << (term % 64);
        }
        Self { ascending, set }
    }

    fn has(&self, term: Term) -> bool {
        self.set[usize::from(term / 64)] >> (term % 64) & 1 == 1
    }

    /// Which terms of the shorter text the longer has, weighed by rarity; of both only those of a
    /// sample count. The shorter is the article itself or the other, whose terms ascend.
    ///
    /// Of the articles that have a term, the `copies` of the other text do not count: what is
    /// printed twenty times is not common for that.
    pub(super) fn share(
        &self,
        other: impl Iterator<Item = Term>,
        is_shorter: bool,
        scale: u8,
        copies: u32,
        rarity: Rarity<'_>,
    ) -> Share {
        let weight = rarity.weights();
        let mut share = Share::default();
        if is_shorter {
            let own = self.ascending.iter().filter(|term| is_kept(**term, scale));
            share.whole = own.map(|term| weight(*term, 0)).sum();
        }
        for term in other.filter(|term| is_kept(*term, scale)) {
            let both = self.has(term);
            if both || !is_shorter {
                let known = weight(term, copies);
                share.shared += if both { known } else { 0.0 };
                share.whole += if is_shorter { known - weight(term, 0) } else { known };
            }
        }
        let each = f64::from(1_u32 << scale);
        Share { shared: share.shared * each, whole: share.whole * each }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::story::Subject;

    fn sketch(text: &str) -> Sketch {
        let at = Timestamp::UNIX_EPOCH;
        Sketch::of(&Subject { title: "", text, publisher: "Arden Post", at, credits: &[] })
    }

    fn shared(counts: &Counts, copies: u32, words: [&str; 2]) -> f64 {
        let [one, other] = words.map(sketch);
        let share = |text: &Sketch, other: &Sketch, is_shorter| {
            let terms = Terms::new(text.telling());
            terms.share(other.telling(), is_shorter, 0, copies, Rarity(&[counts]))
        };
        let is_one = share(&one, &other, true);
        assert!((is_one.shared - share(&other, &one, true).shared).abs() < 1e-9);
        is_one.of_whole()
    }

    #[test]
    fn what_few_articles_say_weighs_more() {
        let mut counts = Counts::default();
        for _ in 0..500 {
            counts.add(&sketch("harbour"));
        }
        let common = shared(&counts, 0, ["harbour dredger", "harbour tugboat"]);
        let rare = shared(&counts, 0, ["harbour dredger", "dredger tugboat"]);
        assert!(common < 0.2 && rare > 0.8, "{common} {rare}");
    }

    #[test]
    fn what_a_story_carries_is_not_common_for_that() {
        let mut counts = Counts::default();
        let words = ["dredger crane", "dredger tugboat"];
        let before = shared(&counts, 0, words);
        for _ in 0..20 {
            counts.add(&sketch("dredger"));
        }
        assert!((shared(&counts, 20, words) - before).abs() < 0.01);
        assert!(shared(&counts, 0, words) < before - 0.05);
    }

    #[test]
    fn a_sample_of_a_long_text_tells_how_much_it_shares() {
        let text = |from: u32| {
            // Letters, since words with digits count as numbers.
            let letter = |digit: u32| char::from_digit(10 + digit % 26, 36).unwrap();
            let word = |number| format!("crane{}{} ", letter(number / 26), letter(number));
            sketch(&(from..from + 400).map(word).collect::<String>())
        };
        let [one, other] = [text(0), text(200)];
        let scale = one.telling_scale().max(other.telling_scale());
        assert!(scale > 0 && one.telling().count() <= MOST_TELLING);
        let share = Terms::new(one.telling()).share(other.telling(), true, scale, 0, Rarity(&[]));
        assert!((share.of_whole() - 0.5).abs() < 0.1, "{share:?}");
        assert!((share.whole - 400.0).abs() < 60.0, "{share:?}");
    }

    #[test]
    fn what_is_removed_is_not_counted() {
        let mut counts = Counts::default();
        counts.add(&sketch("dredger 450"));
        counts.remove(&sketch("dredger 450"));
        assert_eq!((counts.articles, counts.terms.iter().sum::<u32>()), (0, 0));
    }

    #[test]
    fn unspaced_words_are_pairs_and_numbers_are_figures() {
        let sketch = sketch("東京電力 spent 450 on crane");
        assert_eq!((sketch.telling().count(), sketch.figures().count()), (5, 1));
    }
}
