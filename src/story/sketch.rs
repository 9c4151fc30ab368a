//! What is remembered of a text to recognise its copies.

use std::sync::Arc;

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    attribution::{Credit, UNNAMED, Zone},
    terms::{self, Term},
};
use crate::text::{clean, words};

/// Words of a text that are sketched; a cut rarely keeps more, and a long read is recognised by
/// its beginning.
const MOST_WORDS: usize = 900;
/// Words to a shingle: of 3 to 6, 4 separated copies from reports of the same event best.
const SHINGLE: usize = 4;
/// Characters to a shingle where words are not spaced: about as much text as four words.
const UNSPACED_SHINGLE: usize = 8;
/// The lead is where a dispatch is recognised and where its numbers are.
const LEAD_WORDS: usize = 60;
/// Below this many words every shingle is kept.
const SHORT: usize = 60;
/// Below this many words every second shingle is kept, from there on every fourth; every eighth
/// lost three points of recall.
const MIDDLING: usize = 120;
/// Numbers and headline words kept; the texts with more are tables and lists.
const MOST_EXTRAS: usize = 24;
/// Headline words of so few bytes are articles and prepositions.
const SHORTEST_TITLE_WORD: u8 = 4;

/// What a sketch is made of.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Headline.
    pub title: &'a str,
    /// Plain text.
    pub text: &'a str,
    /// Who printed it.
    pub publisher: &'a str,
    /// When.
    pub at: Timestamp,
    /// Agencies that it is credited to.
    pub credits: &'a [Credit],
}

/// What is remembered of a text; opaque to others, and cheap to clone.
///
/// Shingles are sampled by their own hash (`FracMinHash`), so that containment can be estimated for
/// texts of any two lengths at the coarser of their scales.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sketch {
    at: Timestamp,
    publisher: u32,
    words: u32,
    marks: u16,
    figures: u16,
    /// Shingles whose hash has this many zero bits at its end were kept: 0, 1 or 2.
    scale: u8,
    numbers: u8,
    title: u8,
    credits: u8,
    /// Marks, each as its low and its high half; then numbers, headline words, credited agencies,
    /// figures and telling words. Each part is ascending.
    data: Arc<[u16]>,
}

/// One shingle: 30 bits of its hash, and two of where it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Mark(pub(super) u32);

impl Mark {
    const QUOTED: u32 = 1;
    const LEAD: u32 = 2;

    /// The hash with the two low bits clear.
    pub(super) fn hash(self) -> u32 {
        self.0 & !3
    }

    /// All but the hash: below 4.
    pub(super) fn flags(self) -> usize {
        (self.0 & 3) as usize
    }

    /// Whether all its words stand between quotation marks.
    pub(super) fn is_quoted(self) -> bool {
        self.0 & Self::QUOTED != 0
    }

    /// Whether it begins within the lead.
    pub(super) fn is_lead(self) -> bool {
        self.0 & Self::LEAD != 0
    }

    /// Whether a sketch of this scale keeps it.
    pub(super) fn is_kept(self, scale: u8) -> bool {
        (self.0 >> 2).trailing_zeros() >= u32::from(scale)
    }
}

impl Sketch {
    /// Grows whenever the same text would give other bytes.
    pub const VERSION: u32 = 3;
    const HEADER: usize = 32;

    /// Sketches a text; a headline alone is its own text.
    pub fn of(subject: &Subject<'_>) -> Self {
        let title = read(subject.title, MOST_EXTRAS).0;
        let (mut text, mut total) = read(subject.text, MOST_WORDS);
        if text.is_empty() {
            total = title.len();
            text.clone_from(&title);
        }
        let scale = scale_of(text.len());
        let marks = marks(&text, scale);
        let lead = &text[..text.len().min(LEAD_WORDS)];
        let numbers = extras(lead.iter().filter(|word| word.number).map(|word| word.hash));
        let says = |word: &&words::Word| word.length >= SHORTEST_TITLE_WORD || word.unspaced;
        let title = extras(title.iter().filter(says).map(|word| word.hash));
        // Two papers that drew on one agency have not printed one text.
        let whole = subject.credits.iter().filter(|credit| credit.evidence.zone != Zone::Inputs);
        let agencies = whole.map(|credit| credit.agency.as_str());
        let agencies = agencies.filter(|agency| *agency != UNNAMED);
        let credits = extras(agencies.map(|id| xxh3_64(id.as_bytes())));
        let (figures, telling) = (terms::figures(&text), terms::telling(&text));
        let halves = marks.iter().flat_map(|mark| {
            let [a, b, c, d] = mark.to_le_bytes();
            [[a, b], [c, d]].map(u16::from_le_bytes)
        });
        let parts = [&numbers, &title, &credits, &figures, &telling];
        Self {
            at: Timestamp::from_second(subject.at.as_second()).unwrap_or(subject.at),
            publisher: hash_of(subject.publisher.trim().to_lowercase().as_bytes()),
            words: u32::try_from(total).unwrap_or(u32::MAX),
            marks: count(marks.len()),
            figures: count(figures.len()),
            scale,
            numbers: count(numbers.len()),
            title: count(title.len()),
            credits: count(credits.len()),
            data: halves.chain(parts.into_iter().flatten().copied()).collect(),
        }
    }

    /// When the text was published or seen, to the second.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// How many words the text has.
    pub fn words(&self) -> u32 {
        self.words
    }

    /// Whether both were printed by one publisher.
    pub(super) fn same_publisher(&self, other: &Self) -> bool {
        self.publisher == other.publisher
    }

    pub(super) fn scale(&self) -> u8 {
        self.scale
    }

    /// The shingles kept, ascending by hash.
    pub(super) fn marks(&self) -> impl ExactSizeIterator<Item = Mark> {
        let halves = self.data[..self.numbers_at()].as_chunks().0;
        halves.iter().map(|[low, high]| Mark(u32::from(*low) | (u32::from(*high) << 16)))
    }

    /// The numbers of the lead, ascending.
    pub(super) fn numbers(&self) -> &[Term] {
        &self.data[self.numbers_at()..self.title_at()]
    }

    /// The words of the headline that say something, ascending.
    pub(super) fn title(&self) -> &[Term] {
        &self.data[self.title_at()..self.credits_at()]
    }

    /// The agencies that the text is credited to, ascending.
    pub(super) fn credits(&self) -> &[Term] {
        &self.data[self.credits_at()..self.figures_at()]
    }

    /// The figures of the whole text, ascending.
    pub(super) fn figures(&self) -> &[Term] {
        &self.data[self.figures_at()..self.telling_at()]
    }

    /// The telling words that are not quoted, ascending.
    pub(super) fn telling(&self) -> &[Term] {
        &self.data[self.telling_at()..]
    }

    fn numbers_at(&self) -> usize {
        2 * usize::from(self.marks)
    }

    fn title_at(&self) -> usize {
        self.numbers_at() + usize::from(self.numbers)
    }

    fn credits_at(&self) -> usize {
        self.title_at() + usize::from(self.title)
    }

    fn figures_at(&self) -> usize {
        self.credits_at() + usize::from(self.credits)
    }

    fn telling_at(&self) -> usize {
        self.figures_at() + usize::from(self.figures)
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let body: Vec<u8> = self.data.iter().flat_map(|half| half.to_le_bytes()).collect();
        let mut bytes = Vec::with_capacity(Self::HEADER + body.len());
        bytes.extend(Self::VERSION.to_le_bytes());
        bytes.extend(self.at.as_second().to_le_bytes());
        bytes.extend(self.publisher.to_le_bytes());
        bytes.extend(self.words.to_le_bytes());
        bytes.extend(self.marks.to_le_bytes());
        bytes.extend(self.figures.to_le_bytes());
        bytes.extend([self.scale, self.numbers, self.title, self.credits]);
        bytes.extend(hash_of(&body).to_le_bytes());
        bytes.extend(body);
        bytes
    }

    /// From the stored form; `None` when it is of another version or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (header, body) = bytes.split_at_checked(Self::HEADER)?;
        let word = |at: usize| Some(u32::from_le_bytes(*header.get(at..)?.first_chunk()?));
        let second = i64::from_le_bytes(*header.get(4..)?.first_chunk()?);
        let half = |at: usize| Some(u16::from_le_bytes(*header.get(at..)?.first_chunk()?));
        if word(0)? != Self::VERSION || word(28)? != hash_of(body) {
            return None;
        }
        let (halves, odd) = body.as_chunks();
        let sketch = Self {
            at: Timestamp::from_second(second).ok()?,
            publisher: word(12)?,
            words: word(16)?,
            marks: half(20)?,
            figures: half(22)?,
            scale: header[24],
            numbers: header[25],
            title: header[26],
            credits: header[27],
            data: halves.iter().map(|half| u16::from_le_bytes(*half)).collect(),
        };
        let sound = odd.is_empty() && sketch.scale <= 2 && sketch.telling_at() <= sketch.data.len();
        (sound && sketch.marks().is_sorted_by_key(|mark| mark.0)).then_some(sketch)
    }
}

/// The first words of a text without what surrounds it, and how many words it has.
fn read(text: &str, most: usize) -> (Vec<words::Word>, usize) {
    let decoded = clean::decode(text);
    let mut reader = words::Reader::new(most);
    for line in clean::lines(&decoded) {
        reader.read(line);
    }
    let (words, total) = reader.finish();
    if !words.is_empty() {
        return (words, total);
    }
    // What looks like furniture is all there is, so it is the text; a caption never is.
    let mut reader = words::Reader::new(most);
    for line in decoded.lines().filter(|line| !clean::is_caption(line.trim())) {
        reader.read(line);
    }
    reader.finish()
}

fn scale_of(words: usize) -> u8 {
    match words {
        ..SHORT => 0,
        SHORT..MIDDLING => 1,
        MIDDLING.. => 2,
    }
}

/// The sampled shingles, ascending, each hash once: in the lead if anywhere, quoted only if
/// everywhere.
fn marks(text: &[words::Word], scale: u8) -> Vec<u32> {
    let unspaced = text.iter().filter(|word| word.unspaced).count() * 2 > text.len();
    let width = if unspaced { UNSPACED_SHINGLE } else { SHINGLE }.min(text.len().max(1));
    let mut marks: Vec<u32> = text
        .windows(width)
        .enumerate()
        .filter_map(|(at, shingle)| {
            let mark = Mark(hash(shingle) & !3);
            let lead = if at < LEAD_WORDS { Mark::LEAD } else { 0 };
            let quoted = if shingle.iter().all(|word| word.quoted) { Mark::QUOTED } else { 0 };
            mark.is_kept(scale).then_some(mark.0 | lead | quoted)
        })
        .collect();
    marks.sort_unstable();
    marks.dedup_by(|next, kept| {
        let same = Mark(*next).hash() == Mark(*kept).hash();
        if same {
            *kept = Mark(*kept).hash()
                | ((*kept | *next) & Mark::LEAD)
                | (*kept & *next & Mark::QUOTED);
        }
        same
    });
    marks
}

/// A hash of a run of words; the order counts.
fn hash(shingle: &[words::Word]) -> u32 {
    let mixed = shingle.iter().fold(0x243F_6A88_85A3_08D3_u64, |mixed, word| {
        (mixed ^ word.hash).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
    });
    low(mixed ^ (mixed >> 32))
}

/// The hashes, ascending and each once; of too many the smallest.
fn extras(hashes: impl Iterator<Item = u64>) -> Vec<Term> {
    let mut extras = terms::ascending(hashes);
    extras.truncate(MOST_EXTRAS);
    extras
}

/// How many there are; every part is bounded by [`MOST_WORDS`] or [`MOST_EXTRAS`].
fn count<T: TryFrom<usize> + Default>(many: usize) -> T {
    T::try_from(many).unwrap_or_default()
}

fn hash_of(bytes: &[u8]) -> u32 {
    low(xxh3_64(bytes))
}

#[expect(clippy::cast_possible_truncation, reason = "the low half of a hash is meant")]
fn low(hash: u64) -> u32 {
    hash as u32
}
