//! What is remembered of a text to recognise its copies.

use std::sync::Arc;

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    attribution::{Credit, Provenance, UNNAMED, Zone},
    packed,
    terms::{self, Term},
};
use crate::{
    model::Article,
    text::{clean, words},
};

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
/// Headline words that two headlines have at least in common to be the same; of equal headlines of
/// different publishers within a day, 19 of 21 were over copies (measured).
const HEADLINE_WORDS: usize = 5;
/// What stands between a label and its headline.
const LABEL_ENDS: [&str; 2] = [": ", " | "];
/// What papers put before the headline of a text that they took over, in lower case.
const LABELS: &[&str] = &[
    "analysis",
    "breaking",
    "breaking news",
    "business",
    "exclusive",
    "explained",
    "explainer",
    "in pictures",
    "just in",
    "live",
    "news",
    "photos",
    "read",
    "sport",
    "update",
    "updated",
    "video",
    "watch",
    "world",
    "world news",
];
/// Headline words of so few bytes are articles and prepositions.
const SHORTEST_TITLE_WORD: u8 = 4;

/// Bytes of a shingle's mark, and of a term.
const MARK: usize = 4;
const TERM: usize = 2;
/// A term as it is kept.
pub(super) type Bare = [u8; TERM];

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

impl<'a> Subject<'a> {
    /// An article with what it says of its origin.
    pub fn of(article: &'a Article, provenance: &'a Provenance) -> Self {
        Self {
            title: &article.title,
            text: &article.text,
            publisher: &article.publisher,
            at: article.when(),
            credits: &provenance.credits,
        }
    }
}

/// What is remembered of a text; opaque to others, and cheap to clone.
///
/// Shingles are sampled by their own hash (`FracMinHash`), so that containment can be estimated for
/// texts of any two lengths at the coarser of their scales.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sketch {
    /// Seconds since 1970.
    at: i64,
    publisher: u32,
    words: u32,
    /// One number for the first words of the headline; 0 where there are too few.
    headline: u32,
    /// How many there are of each part of `data`.
    marks: u16,
    telling: u16,
    figures: u16,
    numbers: u8,
    title: u8,
    credits: u8,
    /// Shingles whose hash has this many zero bits at its end were kept: 0, 1 or 2.
    scale: u8,
    /// The same for telling words, of which a text of [`MOST_WORDS`] keeps one in eight at least.
    telling_scale: u8,
    /// Numbers, headline words, credited agencies and figures; then marks and telling words,
    /// packed. Each part is ascending.
    data: Arc<[u8]>,
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
    pub const VERSION: u32 = 4;
    const HEADER: usize = 39;

    /// Sketches a text; a headline alone is its own text.
    pub fn of(subject: &Subject<'_>) -> Self {
        let title = read(subject.title, MOST_EXTRAS).0;
        let bare = without_label(subject.title).map(|bare| read(bare, MOST_EXTRAS).0);
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
        let says_enough =
            |title: &Vec<words::Word>| title.iter().filter(says).count() >= HEADLINE_WORDS;
        let title = bare.filter(says_enough).unwrap_or(title);
        let headline = headline(title.iter().filter(says).map(|word| word.hash));
        let title = extras(title.iter().filter(says).map(|word| word.hash));
        // Two papers that drew on one agency have not printed one text.
        let whole = subject.credits.iter().filter(|credit| credit.evidence.zone != Zone::Inputs);
        let agencies = whole.map(|credit| credit.agency.as_str());
        let agencies = agencies.filter(|agency| *agency != UNNAMED);
        let credits = extras(agencies.map(|id| xxh3_64(id.as_bytes())));
        let figures = terms::figures(&text);
        let (telling, telling_scale) = terms::telling(&text);
        let parts = [&numbers, &title, &credits, &figures].into_iter().flatten();
        let mut data: Vec<u8> = parts.flat_map(|term| term.to_le_bytes()).collect();
        packed::pack::<MARK>(&marks, &mut data);
        let telling: Vec<u32> = telling.into_iter().map(u32::from).collect();
        packed::pack::<TERM>(&telling, &mut data);
        Self {
            at: subject.at.as_second(),
            publisher: hash_of(subject.publisher.trim().to_lowercase().as_bytes()),
            words: u32::try_from(total).unwrap_or(u32::MAX),
            headline,
            marks: count(marks.len()),
            telling: count(telling.len()),
            figures: count(figures.len()),
            numbers: count(numbers.len()),
            title: count(title.len()),
            credits: count(credits.len()),
            scale,
            telling_scale,
            data: data.into(),
        }
    }

    /// When the text was published or seen, to the second.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_second(self.at).unwrap_or_default()
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
        packed::unpack::<MARK>(&self.data[self.marks_at()..], self.marks.into()).map(Mark)
    }

    /// The numbers of the lead.
    pub(super) fn numbers(&self) -> &[Bare] {
        self.bare(0, self.numbers)
    }

    /// The words of the headline that say something.
    pub(super) fn title(&self) -> &[Bare] {
        self.bare(self.numbers.into(), self.title)
    }

    /// One number for how the headline begins, which a paper may have cut; `None` where it has too
    /// few words to tell one story from another.
    pub(super) fn headline(&self) -> Option<u32> {
        (self.headline != 0).then_some(self.headline)
    }

    /// The agencies that the text is credited to.
    pub(super) fn credits(&self) -> &[Bare] {
        self.bare(usize::from(self.numbers) + usize::from(self.title), self.credits)
    }

    /// The figures of the whole text, ascending.
    pub(super) fn figures(&self) -> impl Iterator<Item = Term> {
        self.bare(self.extras(), self.figures).iter().copied().map(Term::from_le_bytes)
    }

    /// The telling words that are not quoted, ascending.
    pub(super) fn telling(&self) -> impl Iterator<Item = Term> {
        let packed = &self.data[self.telling_at()..];
        packed::unpack::<TERM>(packed, self.telling.into()).map(low_half)
    }

    /// By how many zero bits at their end the telling words were sampled.
    pub(super) fn telling_scale(&self) -> u8 {
        self.telling_scale
    }

    /// So many of the terms that are not packed.
    fn bare(&self, from: usize, many: impl Into<usize>) -> &[Bare] {
        let terms = self.data[..self.marks_at()].as_chunks().0;
        &terms[from..from + many.into()]
    }

    fn extras(&self) -> usize {
        [self.numbers, self.title, self.credits].map(usize::from).iter().sum()
    }

    fn marks_at(&self) -> usize {
        TERM * (self.extras() + usize::from(self.figures))
    }

    fn telling_at(&self) -> usize {
        self.marks_at() + packed::length::<MARK>(self.marks.into())
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::HEADER + self.data.len());
        bytes.extend(Self::VERSION.to_le_bytes());
        bytes.extend(self.at.to_le_bytes());
        bytes.extend(self.publisher.to_le_bytes());
        bytes.extend(self.words.to_le_bytes());
        bytes.extend(self.headline.to_le_bytes());
        bytes.extend([self.marks, self.telling, self.figures].map(u16::to_le_bytes).as_flattened());
        bytes.extend([self.numbers, self.title, self.credits, self.scale, self.telling_scale]);
        bytes.extend(hash_of(&self.data).to_le_bytes());
        bytes.extend_from_slice(&self.data);
        bytes
    }

    /// From the stored form; `None` when it is of another version or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (header, data) = bytes.split_at_checked(Self::HEADER)?;
        let word = |at: usize| Some(u32::from_le_bytes(*header.get(at..)?.first_chunk()?));
        let half = |at: usize| Some(u16::from_le_bytes(*header.get(at..)?.first_chunk()?));
        if word(0)? != Self::VERSION || word(35)? != hash_of(data) {
            return None;
        }
        let sketch = Self {
            at: i64::from_le_bytes(*header.get(4..)?.first_chunk()?),
            publisher: word(12)?,
            words: word(16)?,
            headline: word(20)?,
            marks: half(24)?,
            telling: half(26)?,
            figures: half(28)?,
            numbers: header[30],
            title: header[31],
            credits: header[32],
            scale: header[33],
            telling_scale: header[34],
            data: data.into(),
        };
        let length = sketch.telling_at() + packed::length::<TERM>(sketch.telling.into());
        let sound = length == data.len()
            && Timestamp::from_second(sketch.at).is_ok()
            && sketch.scale <= 2
            && sketch.telling_scale <= 3;
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

/// A headline without the label before it: "World: Harbour shut", "Watch | Harbour shut".
fn without_label(title: &str) -> Option<&str> {
    let (label, rest) = LABEL_ENDS.iter().find_map(|end| title.split_once(end))?;
    LABELS.iter().any(|known| label.trim().eq_ignore_ascii_case(known)).then_some(rest)
}

/// One number for the first words of a headline that say something; 0 where there are too few.
fn headline(mut words: impl Iterator<Item = u64>) -> u32 {
    let first: Vec<u64> = words.by_ref().take(HEADLINE_WORDS).collect();
    let mixed = first.iter().fold(0_u64, |mixed, word| mixed.rotate_left(5) ^ word);
    if first.len() == HEADLINE_WORDS { hash_of(&mixed.to_le_bytes()) & !3 } else { 0 }
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
    let mut marks: Vec<u32> = Vec::with_capacity(text.len() / 2);
    marks.extend(text.windows(width).enumerate().filter_map(|(at, shingle)| {
        let mark = Mark(hash(shingle) & !3);
        let lead = if at < LEAD_WORDS { Mark::LEAD } else { 0 };
        let quoted = || if shingle.iter().all(|word| word.quoted) { Mark::QUOTED } else { 0 };
        mark.is_kept(scale).then(|| mark.0 | lead | quoted())
    }));
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

#[expect(clippy::cast_possible_truncation, reason = "it was a term before it was packed")]
fn low_half(term: u32) -> Term {
    term as Term
}
