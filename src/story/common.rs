//! Which shingles of an article are furniture: those that many different stories have.

use std::collections::BTreeMap;

use super::{
    Candidate, Thresholds,
    compare::Weigh,
    sketch::{Mark, Sketch},
};
use crate::model::StoryId;

/// In how many of the stories it is compared with each shingle of an article occurs.
///
/// Stories, never articles: twenty copies of one dispatch must not look like furniture.
pub(super) struct Common {
    /// Hash and weight of those that are not wholly the article's own, ascending.
    weights: Vec<(u32, f64)>,
}

impl Common {
    /// Counts the stories of the candidates.
    pub(super) fn among(sketch: &Sketch, candidates: &[&Candidate], t: &Thresholds) -> Self {
        let mut stories: BTreeMap<StoryId, Vec<&Sketch>> = BTreeMap::new();
        for candidate in candidates {
            stories.entry(candidate.story).or_default().push(&candidate.sketch);
        }
        if stories.len() < usize::from(t.shared_by_some.0) {
            return Self { weights: Vec::new() };
        }
        let marks: Vec<Mark> = sketch.marks().collect();
        let mut counts = vec![(0_u8, usize::MAX); marks.len()];
        for (story, members) in stories.values().enumerate() {
            for member in members {
                count(&marks, member, story, &mut counts);
            }
        }
        let weights = marks.iter().zip(counts).filter_map(|(mark, (stories, _))| {
            let weight = match stories {
                many if many >= t.shared_by_many => 0.0,
                some if some >= t.shared_by_some.0 => t.shared_by_some.1,
                _ => return None,
            };
            Some((mark.hash(), weight))
        });
        Self { weights: weights.collect() }
    }
}

impl Weigh for Common {
    fn weight(&self, mark: Mark) -> f64 {
        let found = self.weights.binary_search_by_key(&mark.hash(), |(hash, _)| *hash);
        found.map_or(1.0, |at| self.weights[at].1)
    }
}

/// Adds a story to the count of each shingle that its member has, once for all its members.
fn count(marks: &[Mark], member: &Sketch, story: usize, counts: &mut [(u8, usize)]) {
    let mut others = member.marks().peekable();
    for (mark, (stories, last)) in marks.iter().zip(counts) {
        while others.next_if(|other| other.hash() < mark.hash()).is_some() {}
        let has = others.peek().is_some_and(|other| other.hash() == mark.hash());
        if has && *last != story {
            *last = story;
            *stories = stories.saturating_add(1);
        }
    }
}
