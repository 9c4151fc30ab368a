//! Which shingles of an article are furniture: those that many different stories have.

use super::{
    Candidate, Thresholds,
    sketch::{Mark, Sketch},
};

/// Runs of shingles that are told apart by the high bits of their hash, so that one is found at
/// once; nine bits make runs of less than one.
const RUN_BITS: u32 = 9;
const RUNS: usize = 1 << RUN_BITS;

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
    /// Where each run begins in `marks`, and the end of the last.
    runs: Vec<usize>,
    /// Whether one other story at most has the headline: that of a column is over many.
    pub(super) headline_is_own: bool,
}

impl Common {
    /// Counts the stories of the candidates.
    pub(super) fn among(sketch: &Sketch, candidates: &[&Candidate], t: &Thresholds) -> Self {
        let marks: Vec<_> = sketch.marks().map(|mark| (mark, Spread::Own)).collect();
        let is_under_it = |other: &&&Candidate| other.sketch.title() == sketch.title();
        let mut under_it = candidates.iter().filter(is_under_it).map(|other| other.story);
        let first = under_it.next();
        let headline_is_own = under_it.all(|story| Some(story) == first);
        let mut common = Self { runs: runs(&marks), marks, headline_is_own };
        let mut candidates = candidates.to_vec();
        candidates.sort_unstable_by_key(|candidate| candidate.story);
        let stories = || candidates.chunk_by(|a, b| a.story == b.story);
        if stories().count() < usize::from(t.shared_by_some.0) {
            return common;
        }
        let mut counts = vec![(0_u8, usize::MAX); common.marks.len()];
        for (story, members) in stories().enumerate() {
            for at in members
                .iter()
                .flat_map(|member| member.sketch.marks())
                .filter_map(|m| common.find(m))
            {
                let (stories, last) = &mut counts[at];
                *stories = stories.saturating_add(u8::from(*last != story));
                *last = story;
            }
        }
        for ((_, spread), (stories, _)) in common.marks.iter_mut().zip(counts) {
            *spread = match stories {
                many if many >= t.shared_by_many => Spread::Many,
                some if some >= t.shared_by_some.0 => Spread::Some,
                _ => Spread::Own,
            };
        }
        common
    }

    /// The article's own shingles.
    pub(super) fn marks(&self) -> &[(Mark, Spread)] {
        &self.marks
    }

    /// Which of the article's shingles that is.
    pub(super) fn find(&self, mark: Mark) -> Option<usize> {
        let run = run_of(mark);
        let mut among = self.runs[run]..self.runs[run + 1];
        among.find(|at| self.marks[*at].0.hash() == mark.hash())
    }
}

fn run_of(mark: Mark) -> usize {
    (mark.hash() >> (u32::BITS - RUN_BITS)) as usize
}

/// Where each run of the ascending `marks` begins.
fn runs(marks: &[(Mark, Spread)]) -> Vec<usize> {
    let mut runs = vec![0; RUNS + 1];
    for (mark, _) in marks {
        runs[run_of(*mark) + 1] += 1;
    }
    for run in 0..RUNS {
        runs[run + 1] += runs[run];
    }
    runs
}
