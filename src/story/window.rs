//! The sketches of the last days, indexed so that likely copies are found at once.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    iter,
};

use foldhash::fast::RandomState;
use jiff::Timestamp;

use super::{
    index::{Index, Shelved},
    sketch::Sketch,
    terms::Counts,
};
use crate::model::{ArticleId, StoryId};

/// Hits that a candidate needs, in shingles of the text; a lone shared shingle is chance.
const FEWEST_HITS: u32 = 3;
/// What the same headline counts: more than a sentence of furniture, less than a copy of the text.
const HEADLINE_HITS: usize = 24;
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
    pub sketch: Sketch,
}

/// An inverted index over recent sketches.
///
/// For 100,000 articles of some 450 words it takes about 100 MB (measured): two fifths are
/// shingles, a quarter the index, a sixth telling words. What it answers depends only on what it was
/// told, never on the order of a hash table.
#[derive(Debug, Default)]
pub struct Window {
    index: Index,
    /// The slots that articles of each day were given.
    days: BTreeMap<i64, Vec<u32>>,
    articles: HashMap<ArticleId, u32, RandomState>,
    /// The slot of the article of each story that came last; each names the one before it.
    stories: HashMap<StoryId, u32, RandomState>,
    counts: Counts,
}

impl Window {
    /// Adds a sketch, or replaces the one the article had.
    pub fn insert(&mut self, article: ArticleId, story: StoryId, sketch: Sketch) {
        self.remove(article);
        let day = day_of(sketch.at());
        self.counts.add(&sketch);
        let before = self.stories.get(&story).copied();
        let slot =
            self.index.push(Shelved { candidate: Candidate { article, story, sketch }, before });
        self.stories.insert(story, slot);
        self.articles.insert(article, slot);
        self.days.entry(day).or_default().push(slot);
    }

    /// Forgets an article.
    pub fn remove(&mut self, article: ArticleId) {
        let Some(slot) = self.articles.remove(&article) else { return };
        let Some(Shelved { candidate, before }) = self.index.take(slot) else { return };
        self.counts.remove(&candidate.sketch);
        self.leave_story(candidate.story, slot, before);
    }

    /// Forgets every sketch from before `horizon`, by whole days of UTC.
    pub fn forget_before(&mut self, horizon: Timestamp) {
        let horizon = day_of(horizon);
        while let Some(day) = self.days.first_entry().filter(|day| *day.key() < horizon) {
            for slot in day.remove() {
                self.forget(slot, |day| day < horizon);
            }
        }
    }

    /// Forgets the oldest until no more than `most` are left, so that memory has a bound whatever
    /// comes.
    pub fn keep_newest(&mut self, most: usize) {
        while let Some(excess) = self.len().checked_sub(most).filter(|excess| *excess > 0) {
            let Some(mut day) = self.days.first_entry() else { return };
            let date = *day.key();
            let slots = day.get_mut();
            let oldest: Vec<u32> = slots.drain(..excess.min(slots.len())).collect();
            if slots.is_empty() {
                day.remove();
            }
            for slot in oldest {
                self.forget(slot, |day| day == date);
            }
        }
    }

    /// Forgets the article in a slot, unless the slot was given to another that is not of such a
    /// day.
    fn forget(&mut self, slot: u32, is_meant: impl Fn(i64) -> bool) {
        let old = self.index.get(slot).map(|found| &found.candidate);
        let old = old.filter(|found| is_meant(day_of(found.sketch.at())));
        if let Some(article) = old.map(|found| found.article) {
            self.remove(article);
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
            .hits(sketch)
            .into_iter()
            .filter(|(_, found)| Some(found.article) != except && found.sketch.at() >= horizon)
            .collect();
        found.sort_unstable_by_key(|(hits, found)| (Reverse(*hits), found.article));
        found.truncate(most);
        let mut chosen: Vec<&Candidate> = found.into_iter().map(|(_, found)| found).collect();
        let mut stories: Vec<StoryId> = chosen.iter().map(|found| found.story).collect();
        stories.sort_unstable();
        stories.dedup();
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
        let mut members: Vec<_> = self.members_of(story).cloned().collect();
        members.reverse();
        members
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
    fn hits(&self, sketch: &Sketch) -> Vec<(u32, &Candidate)> {
        let needed = FEWEST_HITS.min(u32::try_from(sketch.marks().len()).unwrap_or(FEWEST_HITS));
        let mut slots: Vec<u32> = Vec::new();
        self.index.look_up(sketch, |slot| slots.push(slot));
        self.index.look_up_headline(sketch, |slot| slots.extend([slot; HEADLINE_HITS]));
        slots.sort_unstable();
        let mut found = Vec::new();
        for run in slots.chunk_by(|a, b| a == b) {
            let Some(Shelved { candidate, .. }) = self.index.get(run[0]) else { continue };
            let each = Index::density(&candidate.sketch) << candidate.sketch.scale();
            let hits = u32::try_from(run.len()).unwrap_or(u32::MAX).saturating_mul(each);
            if hits >= needed {
                found.push((hits, candidate));
            }
        }
        found
    }

    fn longest(&self, story: StoryId) -> Option<&Candidate> {
        self.members_of(story).max_by_key(|member| (member.sketch.words(), Reverse(member.article)))
    }

    /// Every live article of a story, the last first.
    fn members_of(&self, story: StoryId) -> impl Iterator<Item = &Candidate> {
        let last = self.stories.get(&story).and_then(|slot| self.index.get(*slot));
        let members = iter::successors(last, |one| self.index.get(one.before?));
        members.map(|one| &one.candidate)
    }

    /// Takes a slot out of the chain of its story, where `before` stood before it.
    fn leave_story(&mut self, story: StoryId, slot: u32, before: Option<u32>) {
        let Some(last) = self.stories.get_mut(&story) else { return };
        let mut next = *last;
        match before {
            Some(before) if next == slot => *last = before,
            None if next == slot => drop(self.stories.remove(&story)),
            _ => {
                while let Some(one) = self.index.get_mut(next) {
                    match one.before {
                        Some(found) if found != slot => next = found,
                        _ => return one.before = before,
                    }
                }
            }
        }
    }
}

fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(DAY)
}
