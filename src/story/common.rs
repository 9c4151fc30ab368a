//! Which shingles of an article are furniture: those that many different stories have.

use super::{
    Candidate, Thresholds,
    sketch::{Mark, Sketch},
};

/// Runs of shingles that are told apart by the high bits of their hash, so that one is found at
/// once; nine bits make runs of less than one.
const RUN_BITS: u32 = 9;
const RUNS: usize = 1 << RUN_BITS;
/// High bits of a hash by which most shingles that the article has not are passed over.
const SIEVE_BITS: u32 = 12;
/// Scales of sampling.
const SCALES: usize = 3;

/// How many shingles of each spread and of each combination of flags there are.
pub(super) type Kinds = [[u32; 4]; Spread::ALL.len()];

/// How many of the stories that an article is compared with have a shingle of it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Spread {
    /// So few that it may be the article's own.
    #[default]
    Own,
    /// Some: it is rarely a text's own.
    Some,
    /// Many: it is furniture.
    Many,
}

impl Spread {
    pub(super) const ALL: [Self; 3] = [Self::Own, Self::Some, Self::Many];

    /// What such a shingle weighs.
    pub(super) fn weight(self, t: &Thresholds) -> f64 {
        match self {
            Self::Own => 1.0,
            Self::Some => t.shared_by_some.1,
            Self::Many => 0.0,
        }
    }
}

/// The shingles of an article, and in how many of the stories it is compared with each occurs.
///
/// Stories, never articles: twenty copies of one dispatch must not look like furniture.
pub(super) struct Common {
    marks: Vec<(Mark, Spread)>,
    /// A bit for each beginning of a hash.
    sieve: [u64; 1 << (SIEVE_BITS - 6)],
    /// Where each run begins in `marks`, and the end of the last.
    runs: [u16; RUNS + 1],
    /// The kinds of the shingles that are kept at each scale.
    kinds: [Kinds; SCALES],
    /// Whether one other story at most has the headline: that of a column is over many.
    pub(super) headline_is_own: bool,
}

/// Which shingles of the article another text has.
pub(super) struct Meeting {
    pub(super) shared: Vec<Shared>,
    /// How many shingles of each combination of flags the other has at the coarser scale.
    flags: [u32; 4],
}

/// A shingle that both have.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    /// Which of the article's.
    pub(super) at: u16,
    /// Its flags in the other text.
    pub(super) flags: u8,
}

impl Meeting {
    /// How many shingles the other has.
    pub(super) fn shingles(&self) -> u32 {
        self.flags.iter().sum()
    }

    /// The kinds of the other's shingles, as if nobody else had one.
    pub(super) fn kinds(&self) -> Kinds {
        let mut kinds = Kinds::default();
        kinds[Spread::Own as usize] = self.flags;
        kinds
    }
}

impl Common {
    /// The shingles of an article, as if nobody else had one.
    pub(super) fn new(sketch: &Sketch) -> Self {
        let marks: Vec<_> = sketch.marks().map(|mark| (mark, Spread::Own)).collect();
        let mut sieve = [0; 1 << (SIEVE_BITS - 6)];
        for (mark, _) in &marks {
            let (word, bit) = sieve_of(*mark);
            sieve[word] |= bit;
        }
        let runs = runs(&marks);
        let kinds = kinds(&marks);
        Self { marks, sieve, runs, kinds, headline_is_own: true }
    }

    /// The shingles of an article and, of each candidate, which of them it has. Counts the stories
    /// of the candidates.
    pub(super) fn among(
        sketch: &Sketch,
        candidates: &[&Candidate],
        t: &Thresholds,
    ) -> (Self, Vec<Meeting>) {
        let mut common = Self::new(sketch);
        let met: Vec<Meeting> =
            candidates.iter().map(|other| common.meet(sketch, &other.sketch)).collect();
        let is_under_it = |other: &&&Candidate| other.sketch.headline() == sketch.headline();
        let mut under_it = candidates.iter().filter(is_under_it).map(|other| other.story);
        let first = under_it.next();
        common.headline_is_own = under_it.all(|story| Some(story) == first);
        let mut members: Vec<_> = candidates.iter().map(|one| one.story).zip(&met).collect();
        members.sort_by_key(|(story, _)| *story);
        let stories = || members.chunk_by(|a, b| a.0 == b.0);
        if stories().count() >= usize::from(t.shared_by_some.0) {
            common.spread(stories().map(|members| members.iter().map(|(_, met)| *met)), t);
        }
        (common, met)
    }

    /// Which of the article's shingles another text has.
    pub(super) fn meet(&self, sketch: &Sketch, other: &Sketch) -> Meeting {
        let scale = sketch.scale().max(other.scale());
        let mut met = Meeting { shared: Vec::with_capacity(32), flags: [0; 4] };
        other.marks().for_each(|mark| {
            if mark.is_kept(scale) {
                met.flags[mark.flags()] += 1;
                if let Some(at) = self.find(mark) {
                    met.shared.push(Shared { at, flags: mark.0.to_le_bytes()[0] & 3 });
                }
            }
        });
        met
    }

    /// Counts in how many of the stories each shingle occurs.
    fn spread<'m>(
        &mut self,
        stories: impl Iterator<Item = impl Iterator<Item = &'m Meeting>>,
        t: &Thresholds,
    ) {
        let mut counts = vec![(0_u8, usize::MAX); self.marks.len()];
        for (story, members) in stories.enumerate() {
            for shared in members.flat_map(|met| &met.shared) {
                let (stories, last) = &mut counts[usize::from(shared.at)];
                *stories = stories.saturating_add(u8::from(*last != story));
                *last = story;
            }
        }
        for ((_, spread), (stories, _)) in self.marks.iter_mut().zip(counts) {
            *spread = match stories {
                many if many >= t.shared_by_many => Spread::Many,
                some if some >= t.shared_by_some.0 => Spread::Some,
                _ => Spread::Own,
            };
        }
        self.kinds = kinds(&self.marks);
    }

    /// The article's own shingles.
    pub(super) fn marks(&self) -> &[(Mark, Spread)] {
        &self.marks
    }

    /// The kinds of the article's shingles at a scale.
    pub(super) fn kinds(&self, scale: u8) -> &Kinds {
        &self.kinds[usize::from(scale)]
    }

    /// How many shingles the article has at a scale.
    pub(super) fn shingles(&self, scale: u8) -> u32 {
        self.kinds(scale).as_flattened().iter().sum()
    }

    /// Which of the article's shingles that is.
    fn find(&self, mark: Mark) -> Option<u16> {
        let (word, bit) = sieve_of(mark);
        if self.sieve[word] & bit == 0 {
            return None;
        }
        let run = run_of(mark);
        let mut among = self.runs[run]..self.runs[run + 1];
        among.find(|at| self.marks[usize::from(*at)].0.hash() == mark.hash())
    }
}

/// Where the beginning of a hash stands in the sieve.
fn sieve_of(mark: Mark) -> (usize, u64) {
    let beginning = mark.hash() >> (u32::BITS - SIEVE_BITS);
    ((beginning / 64) as usize, 1 << (beginning % 64))
}

fn kinds(marks: &[(Mark, Spread)]) -> [Kinds; SCALES] {
    let mut kinds = [Kinds::default(); SCALES];
    for (mark, spread) in marks {
        for (scale, kinds) in (0..).zip(&mut kinds) {
            kinds[*spread as usize][mark.flags()] += u32::from(mark.is_kept(scale));
        }
    }
    kinds
}

fn run_of(mark: Mark) -> usize {
    (mark.hash() >> (u32::BITS - RUN_BITS)) as usize
}

/// Where each run of the ascending `marks` begins, and the end of the last.
fn runs(marks: &[(Mark, Spread)]) -> [u16; RUNS + 1] {
    let mut runs = [0; RUNS + 1];
    for (mark, _) in marks {
        runs[run_of(*mark) + 1] += 1;
    }
    for run in 0..RUNS {
        runs[run + 1] += runs[run];
    }
    runs
}
