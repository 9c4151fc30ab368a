//! The sketches of the last days, indexed so that likely copies are found at once.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use jiff::Timestamp;

use super::{segment::Segment, sketch::Sketch, terms::Counts};
use crate::model::{ArticleId, StoryId};

/// Hits that a candidate needs, in shingles of the text; a lone shared shingle is chance.
const FEWEST_HITS: u32 = 3;
/// Seconds in a day of UTC.
const DAY: i64 = 86_400;

/// An article that shares enough with another to be compared.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which article.
    pub article: ArticleId,
    /// Its story.
    pub story: StoryId,
    /// Its sketch.
    pub sketch: Arc<Sketch>,
}

/// An inverted index over recent sketches, a segment for each day so that a day is forgotten whole.
///
/// For 100,000 articles of some 400 words it takes about 150 MB, a quarter of it for telling words
/// and figures (measured). What it answers depends only on what it was told, never on the order of a
/// hash table.
#[derive(Debug, Default)]
pub struct Window {
    days: BTreeMap<i64, Segment>,
    articles: HashMap<ArticleId, Place>,
    stories: HashMap<StoryId, Vec<ArticleId>>,
    counts: Counts,
}

/// Where a sketch is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Place {
    day: i64,
    slot: u32,
}

impl Window {
    /// Adds a sketch, or replaces the one the article had.
    pub fn insert(&mut self, article: ArticleId, story: StoryId, sketch: Sketch) {
        self.remove(article);
        let day = day_of(sketch.at());
        self.counts.add(&sketch);
        let candidate = Candidate { article, story, sketch: Arc::new(sketch) };
        let slot = self.days.entry(day).or_default().push(candidate);
        self.articles.insert(article, Place { day, slot });
        // Most stories keep one article: no room is taken for more before they come.
        self.stories.entry(story).or_insert_with(|| Vec::with_capacity(1)).push(article);
    }

    /// Forgets an article.
    pub fn remove(&mut self, article: ArticleId) {
        let Some(place) = self.articles.remove(&article) else { return };
        let Some(segment) = self.days.get_mut(&place.day) else { return };
        let taken = segment.take(place.slot);
        if segment.is_empty() {
            self.days.remove(&place.day);
        }
        if let Some(taken) = taken {
            self.counts.remove(&taken.sketch);
            self.leave_story(&taken);
        }
    }

    /// Forgets every sketch from before `horizon`, by whole days of UTC.
    pub fn forget_before(&mut self, horizon: Timestamp) {
        let kept = self.days.split_off(&day_of(horizon));
        let forgotten = std::mem::replace(&mut self.days, kept);
        for candidate in forgotten.values().flat_map(Segment::iter) {
            self.articles.remove(&candidate.article);
            self.counts.remove(&candidate.sketch);
            self.leave_story(candidate);
        }
    }

    /// The articles most worth comparing, each at most once, `except` left out: `most` of them by
    /// what they share, and the longest article of each of their stories, so that a text cannot
    /// drift away from its story copy by copy. None is from before `horizon`.
    pub fn candidates(
        &self,
        sketch: &Sketch,
        except: Option<ArticleId>,
        horizon: Timestamp,
        most: usize,
    ) -> Vec<Candidate> {
        let mut found: Vec<(u32, &Candidate)> = self
            .hits(sketch, horizon)
            .into_iter()
            .filter(|(_, found)| Some(found.article) != except && found.sketch.at() >= horizon)
            .collect();
        found.sort_unstable_by_key(|(hits, found)| (Reverse(*hits), found.article));
        found.truncate(most);
        let mut chosen: Vec<&Candidate> = found.into_iter().map(|(_, found)| found).collect();
        let stories: BTreeSet<StoryId> = chosen.iter().map(|found| found.story).collect();
        for longest in stories.into_iter().filter_map(|story| self.longest(story)) {
            let fits = Some(longest.article) != except && longest.sketch.at() >= horizon;
            if fits && chosen.iter().all(|found| found.article != longest.article) {
                chosen.push(longest);
            }
        }
        chosen.into_iter().cloned().collect()
    }

    /// Every live article of a story, in the order in which they came.
    pub fn members(&self, story: StoryId) -> Vec<Candidate> {
        self.members_of(story).cloned().collect()
    }

    /// In how many live articles each term occurs.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Whether an article's sketch is live.
    pub fn contains(&self, article: ArticleId) -> bool {
        self.articles.contains_key(&article)
    }

    /// How many sketches are live.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    /// Articles that share shingles with the sketch, and how many, in shingles of the text.
    fn hits(&self, sketch: &Sketch, horizon: Timestamp) -> Vec<(u32, &Candidate)> {
        let needed = FEWEST_HITS.min(u32::try_from(sketch.marks().len()).unwrap_or(FEWEST_HITS));
        let mut found = Vec::new();
        let mut slots: Vec<u32> = Vec::new();
        for segment in self.days.range(day_of(horizon)..).map(|(_, segment)| segment) {
            slots.clear();
            for mark in Segment::asked(sketch) {
                segment.look_up(mark.hash(), |slot| slots.push(slot));
            }
            slots.sort_unstable();
            for run in slots.chunk_by(|a, b| a == b) {
                let Some(candidate) = segment.get(run[0]) else { continue };
                let each = Segment::density(&candidate.sketch) << candidate.sketch.scale();
                let hits = u32::try_from(run.len()).unwrap_or(u32::MAX).saturating_mul(each);
                if hits >= needed {
                    found.push((hits, candidate));
                }
            }
        }
        found
    }

    fn longest(&self, story: StoryId) -> Option<&Candidate> {
        self.members_of(story).max_by_key(|member| (member.sketch.words(), Reverse(member.article)))
    }

    fn members_of(&self, story: StoryId) -> impl Iterator<Item = &Candidate> {
        self.stories.get(&story).into_iter().flatten().filter_map(|article| {
            let place = self.articles.get(article)?;
            self.days.get(&place.day)?.get(place.slot)
        })
    }

    fn leave_story(&mut self, candidate: &Candidate) {
        if let Some(members) = self.stories.get_mut(&candidate.story) {
            members.retain(|member| *member != candidate.article);
            if members.is_empty() {
                self.stories.remove(&candidate.story);
            }
        }
    }
}

fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(DAY)
}
